"""docs/rooms.md names every module as it is now."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_of_rooms_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_rooms.py"))
    said = "the list of rooms is out of date: run `python docs/make_rooms.py`"
    assert (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8") == made["rooms_page"](), said


def test_every_module_says_what_it_is_for() -> None:
    page = (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8")
    silent = [line for line in page.splitlines() if line.startswith("- ") and not line.split("`: ", 1)[-1].strip()]
    assert silent == []
