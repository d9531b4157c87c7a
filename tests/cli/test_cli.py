"""The unattended front end, as a script sees it: real processes, exit codes, one sentence or one object."""

import argparse
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from desktop.cli import AREAS
from tests.conftest import ROSTERS

ROOT = Path(__file__).resolve().parents[2]


def yince(*arguments: object, password: str = "practice-2026") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "desktop", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "YINCE_PASSWORD": password},
    )


def answer(*arguments: object) -> dict[str, object]:
    done = yince(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "练习"
    summary = answer("demo", folder, "--people", 40, "--seed", 3)
    assert summary["people"] == summary["street_people"] == 40
    assert (summary["conflicts"], summary["packages"], summary["cards"]) == (1, 5, 20)
    assert (folder / "cards.pdf").read_bytes().startswith(b"%PDF")
    return folder


def test_the_demo_stores_are_sound(demo: Path) -> None:
    for name in ("street", "community-1", "community-2"):
        found = answer("check", demo / name, "--json")
        assert found["sound"] is True
        assert 0 < found["signed"]["until"] == found["signed"]["units"] and found["signed"]["users"]


def test_init_import_find_show_export(tmp_path: Path) -> None:
    store = tmp_path / "库"
    made = yince("init", store, "--kind", "community", "--code", "610100001009", "--name", "测试社区", "--user", "王敏")
    assert made.returncode == 0, made.stderr
    files = [ROSTERS / "难读的花名册.xlsx", ROSTERS / "社区摸底.csv"]
    dry = answer("import", store, *files, "--dry-run", "--json")
    assert dry["rows"] == 78
    assert answer("find", store, "徐智", "--json")["total"] == 0
    done = answer("import", store, *files, "--errors", tmp_path / "退回.xlsx", "--json")
    assert done["rows"] == sum(done[key] for key in ("added", "updated", "unchanged", "needs_review", "rejected"))
    assert {"file", "sheet", "row", "column", "field", "outcome", "reason"} == set(done["problems"][0])
    assert (tmp_path / "退回.xlsx").stat().st_size > 1000
    (person,) = answer("find", store, "徐智", "--json")["people"]
    assert {"person_no", "name", "sex", "birth", "community"} <= set(person)
    assert answer("show", store, person["person_no"], "--json")["name"] == "徐智"
    assert answer("export", store, "roster", tmp_path / "a.xlsx", "--filter", "性别=男", "--json")["people"] > 0
    for what in ("book", "cards"):
        assert answer("export", store, what, tmp_path / f"{what}.pdf", "--json")["people"] == done["added"]
    assert answer("export", store, "table", tmp_path / "a.pdf", "--json")["people"] == done["added"]
    assert "徐智" in subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True).stdout


def test_a_wrong_password_is_one_sentence_and_changes_nothing(demo: Path) -> None:
    store = demo / "community-2"
    before = (store / "store.db").read_bytes()
    done = yince("find", store, "王", password="wrong-password")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "密码不对，请检查大小写和输入法后再试。"
    assert (store / "store.db").read_bytes() == before


def test_wrong_usage_is_exit_2() -> None:
    assert yince("find").returncode == 2
    assert yince("nothing").returncode == 2


@pytest.mark.parametrize(
    "text", ["'", '"', "*", "a AND b", "NEAR(", "\u202e", "%_", "--x'; DROP TABLE person", "\ufffd", "(" * 50]
)
def test_hostile_searches_find_nothing_and_break_nothing(demo: Path, text: str) -> None:
    done = yince("find", demo / "community-1", "--json", "--", text)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] == 0


def test_a_missing_store_and_a_bad_package_are_one_sentence(demo: Path, tmp_path: Path) -> None:
    missing = yince("check", tmp_path / "nowhere")
    assert missing.returncode == 1
    assert "没有登记库" in missing.stderr
    bad = tmp_path / "x.ycp"
    bad.write_bytes(b"age-encryption.org/v1\nnot really")
    refused = yince("merge", demo / "street", bad)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_conflicts_are_listed_and_resolved(demo: Path) -> None:
    (conflict,) = answer("conflicts", demo / "street", "--json")["conflicts"]
    said = yince("conflicts", demo / "street").stdout
    assert "长期居住地" in said and "live_addr" not in said
    answer("resolve", demo / "street", conflict["id"], "--keep", "theirs", "--json")
    assert answer("conflicts", demo / "street", "--json")["total"] == 0


def test_backup_and_restore(demo: Path, tmp_path: Path) -> None:
    made = answer("backup", demo / "community-1", tmp_path / "stick", "--json")
    restored = answer("restore", made["backup"], tmp_path / "again", "--json")
    assert restored["people"] == 20
    assert answer("check", tmp_path / "again", "--json")["sound"] is True
    wrong = yince("restore", made["backup"], demo / "community-1", password="wrong-password")
    assert wrong.returncode == 1
    assert answer("check", demo / "community-1", "--json")["sound"] is True


def test_cards_are_issued_and_verified(demo: Path, tmp_path: Path) -> None:
    done = answer("cards", demo / "community-2", tmp_path / "c.pdf", "--all", "--json")
    assert done["total"] == 20
    number = done["cards"][0]["card_no"]
    assert answer("verify-card", demo / "community-2", number, "--json")["state"] == "valid"
    assert answer("verify-card", demo / "community-2", "EC1:NOTHING", "--json")["state"] == "unreadable"


def test_a_reader_that_goes_away_gets_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from desktop.cli import _say_all; import sys; sys.exit(_say_all({'text': '银册' * 99999}, as_json=False))"],
        stdout=(gone := _closed_pipe()), stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    os.close(gone)
    assert (done.returncode, done.stderr) == (1, "")


def test_output_cut_by_head_is_quiet(demo: Path) -> None:
    job = f"'{sys.executable}' -m desktop find '{demo / 'street'}' 黎 --json | (exec <&-; sleep 0)"
    done = subprocess.run(
        ["bash", "-c", job], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "YINCE_PASSWORD": "practice-2026"},
    )  # fmt: skip
    assert done.stderr == ""


def _closed_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_every_command_is_found_in_its_own_module() -> None:
    for area, commands in AREAS.items():
        added: list[str] = []

        def job(name: str, *_given: object, added: list[str] = added, **_named: object) -> argparse.ArgumentParser:
            added.append(name)
            return argparse.ArgumentParser()

        import_module(f"desktop.cli_jobs.{area}").add(job)
        assert sorted(added) == sorted(commands), area


def test_an_import_does_not_load_what_prints_and_what_draws() -> None:
    code = "import sys; from desktop.cli import _parser; _parser('import'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"reportlab", "PIL", "numpy", "openpyxl", "PySide6", "docx", "xlsxwriter"})
    assert "desktop.services.rosters" in loaded
