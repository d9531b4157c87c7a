"""History, past days, ledger, undo and bulk edit, as a script sees them."""

from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.domain.clock import today as china_today
from desktop.services.access import NewStore, create_store
from tests.cli.test_cli import answer, yince
from tests.conftest import CHEAP, PASSWORD, ROSTERS


def test_what_was_from_the_command_line(tmp_path: Path) -> None:
    store = tmp_path / "库"
    draft = NewStore("community", "610100001009", "测试社区", "王敏")
    create_store(store, draft=draft, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()
    added = answer("import", store, ROSTERS / "难读的花名册.xlsx", "--json")["added"]
    dry = answer(
        "bulk-edit", store, "--filter", "性别=男", "--set", "小区=青杨小区", "--why", "普查", "--dry-run", "--json"
    )
    done = answer("bulk-edit", store, "--filter", "性别=男", "--set", "小区=青杨小区", "--why", "普查", "--json")
    assert dry["changed"] == done["changed"] > 0
    assert dry["batch"] == ""
    assert answer("bulk-edit", store, "--filter", "小区=青杨小区", "--set", "小区=", "--why", "x", "--dry-run",
                  "--json")["people"] == done["changed"]  # fmt: skip
    person = answer("find", store, "徐智", "--json")["people"][0]["person_no"]
    changes = answer("history", store, person, "--field", "小区", "--json")["changes"]
    assert [(one["new"], one["why"]) for one in changes] == [("青杨小区", "普查")]
    assert answer("undo", store, done["batch"], "--json")["restored"] == done["changed"]
    today = china_today(SystemClock()).isoformat()  # the command uses the real clock
    out = tmp_path / "当日.xlsx"
    assert answer("as-on", store, "2020-01-01", "--json")["total"] == 0
    refused = yince("as-on", store, "昨天")
    assert (refused.returncode, refused.stderr.strip()) == (1, "“昨天”不是日期，请写成 2026-03-31。")
    ledger = answer("ledger", store, tmp_path / "台账.pdf", "--since", today, "--until", today, "--json")
    assert ledger["counts"]["新增"] == added
    assert answer("as-on", store, today, out, "--json")["total"] == added
    assert out.read_bytes().startswith(b"PK")
    assert yince("ledger", store, tmp_path / "台账.txt", "--since", today, "--until", today).returncode == 1
