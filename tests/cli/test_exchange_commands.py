"""Exchange from a script: order, trust, what is withheld. The commands run in this process: there are many."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop import cli
from tests.conftest import COMMUNITY, PASSWORD, STREET, Maker
from tests.exchange_steps import person, trust

Pair = tuple[Path, Path]


@pytest.fixture
def stores(make_station: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """A community and a street that trust each other, closed."""
    monkeypatch.setenv("YINCE_PASSWORD", PASSWORD)
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    person(community, "张三")
    for one in (community, street):
        one.close()
    return community.vault.folder, street.vault.folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command with --json and return its object, or its exit code and what it said."""

    def command(name: str, *rest: object) -> Any:
        capsys.readouterr()
        code = cli.main([name, *map(str, rest), "--json"])
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else (code, said.err)

    return command


def test_packages_out_of_order_then_a_theft(stores: Pair, run: Any, tmp_path: Path) -> None:
    community, street = stores
    first, second = tmp_path / "1.ycp", tmp_path / "2.ycp"
    made = [run("pack", community, "--to", STREET.code, path) for path in (first, second)]
    assert [one["seq"] for one in made] == [1, 2]
    early = run("merge", street, second)
    assert (early["state"], early["held"], early["package"]) == ("held", 1, made[1]["package"])
    assert run("streams", street)["streams"][0]["missing"] == [1]
    done = run("merge", street, first)
    assert (done["state"], done["taken_up"]) == ("imported", [2])
    assert run("merge", street, first)["state"] == "already"
    stopped = run("revoke", street, COMMUNITY.code, "--after", "1:1")
    assert [one["seq"] for one in stopped["since"]] == [2]
    run("pack", community, "--to", STREET.code, tmp_path / "3.ycp")
    code, said = run("merge", street, tmp_path / "3.ycp")
    assert code == 1
    assert "停用" in said


def test_directories_profiles_and_new_keys(stores: Pair, run: Any, tmp_path: Path) -> None:
    community, street = stores
    listed = run("directory", street, tmp_path / "a.ycd")
    assert (listed["version"], listed["keys"]) == (1, 2)
    assert run("enroll", community, tmp_path / "a.ycd")["version"] == 1
    code, said = run("directory", community, tmp_path / "b.ycd")
    assert (code, "街道" in said) == (1, True)
    code, said = run("enroll", community, tmp_path / "a.yck")
    assert code == 1
    assert "tag.*" in run("withhold", community, STREET.code, "--level", 4)["withheld"]
    assert run("withhold", community, STREET.code)["level"] == 4
    before = run("key-card", community, tmp_path / "c.yck")["fingerprint"]
    assert run("rotate-key", community)["fingerprint"] != before
    assert run("new-epoch", community, "--why", "查清了")["epoch"] > 1
    assert run("pack", community, "--to", STREET.code, tmp_path / "1.ycp")["kind"] == "snapshot"
