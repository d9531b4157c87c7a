"""`yince fill`: a form filled by a script, one file for all or one each."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.test_cli import answer, yince
from tests.conftest import ROSTERS
from tests.roster import form_samples as samples


@pytest.mark.long
def test_a_script_fills_somebody_elses_form(tmp_path: Path) -> None:
    store = tmp_path / "库"
    made = yince("init", store, "--kind", "community", "--code", "610100001009", "--name", "测试社区", "--user", "王敏")
    assert made.returncode == 0, made.stderr
    answer("import", store, ROSTERS / "难读的花名册.xlsx", "--json")
    form = samples.person_docx(tmp_path / "介绍信.docx")
    shown = answer("fill", store, form, tmp_path / "x", "--show", "--json")
    assert {"place": "1!A2#1", "label": "姓名", "how": "mark", "source": "person.name", "options": []} in shown[
        "places"
    ]
    wanted = json.dumps({"places": {"表格1!B1": "人员编号"}})
    whole = answer("fill", store, form, tmp_path / "all.docx", "--filter", "性别=女", "--map", wanted, "--json")
    assert whole["files"] == [str(tmp_path / "all.docx")]
    assert stat.S_IMODE((tmp_path / "all.docx").stat().st_mode) == 0o600
    assert samples.docx_text((tmp_path / "all.docx").read_bytes()).count("S1009-") == whole["people"] > 0
    refused = yince("fill", store, form, tmp_path / "all.xlsx")
    assert refused.returncode == 1
    assert "docx" in refused.stderr
