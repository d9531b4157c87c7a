"""At 150 % a screen of 768 lines has 512: every form's button must fit on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.resources import child_environment

_PROGRAM = """
import sys, tempfile
from pathlib import Path
from PySide6.QtWidgets import QApplication
from desktop.views.theme import dress
from desktop.views.page import scrolled
from desktop.views.people.person_form import FieldsForm
from desktop.domain.dictionary import VISIT
from tests.conftest import COMMUNITY, PASSWORD, CHEAP, the_clock
from desktop.services.access import create_store
app = QApplication([])
dress(app)
with tempfile.TemporaryDirectory() as folder:
    station = create_store(Path(folder) / "s", draft=COMMUNITY, password=PASSWORD, clock=the_clock(), cost=CHEAP)
    form = FieldsForm([one for one in VISIT.fields if one.key != "person"], station=station, kind=VISIT)
    area = scrolled(form, beside=180)
    print(app.primaryScreen().availableGeometry().height(), area.minimumHeight(), form.sizeHint().height())
    station.close()
"""


@pytest.mark.parametrize("scale", ["1", "1.5"])
def test_a_long_form_leaves_room_for_its_button(scale: str) -> None:
    environment = {**child_environment(), "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        capture_output=True, text=True, check=True, env={**os.environ, **environment}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    screen, held, wanted = (int(part) for part in done.stdout.split())
    assert held <= screen - 180
    assert held == min(wanted + 4, screen - 180)
