"""The commands of the desk, on the practice street."""

import json
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.services import practice
from tests.conftest import the_clock


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main([*arguments, "--json"]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.long
def test_the_desk_without_a_window(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = practice.make_practice(tmp_path / "d", people=6, seed=3, clock=the_clock())
    monkeypatch.setenv("YINCE_PASSWORD", practice.PASSWORD)
    street, (first, second) = made["street"], made["communities"]
    board = said(capsys, "board", street)["units"]
    assert isinstance(board, list)
    assert [one["rhythm"] for one in board] == [35, 35]
    target = next(one["org"] for one in board if one["org"].endswith("2"))
    found = said(capsys, "find", first, "6", "--limit", "1")["people"]
    assert isinstance(found, list)
    offer = said(capsys, "transfer", first, "offer", found[0]["id"], "--to", target, "--why", "搬家")
    assert offer["state"] == "offered"
    stick = tmp_path / "stick"
    stick.mkdir()
    said(capsys, "pack", first, "--to", "610100001", str(stick / "a.ycp"))
    laid = said(capsys, "desk", street, str(stick), "--merge")
    assert laid["merged"] == 1
    routed = said(capsys, "transfer", street, "route", str(offer["number"]), "--to", target)
    assert routed["state"] == "routed"
    back = said(capsys, "returns", street, str(stick))
    assert back["written"] == 2
    assert said(capsys, "desk", second, str(stick), "--merge")["merged"] == 1
    assert said(capsys, "transfer", second, "accept", str(offer["number"]))["state"] == "accepted"
    assert main(["transfer", second, "confirm", str(offer["number"])]) == 1
    assert "不能这样办理" in capsys.readouterr().err
    listed = said(capsys, "conflicts", street)["conflicts"]
    assert isinstance(listed, list)
    assert said(capsys, "resolve-alike", street, listed[0]["id"], "--keep", "theirs")["resolved"] == 1
    assert said(capsys, "aside", street)["total"] == 0
    assert "total" in said(capsys, "soft", street)
