"""`yince levels`, `bases`, `unusual` as a script sees them; a clerk's `show` and `find` follow the levels."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.clock import SystemClock
from desktop.services import register, users
from desktop.services.access import create_store
from desktop.services.register import PersonDraft
from tests.cli.test_cli import answer, yince
from tests.conftest import CHEAP, COMMUNITY, PASSWORD

CLERK = "clerks-secret-1"


def as_clerk(*arguments: object) -> dict[str, Any]:
    done = yince(*arguments, password=CLERK)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_levels_bases_and_limits_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "库"
    station = create_store(store, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
    register.register_person(
        station,
        draft=PersonDraft({"name": "张三", "live_addr": "上林街道密七路21号"}, phones=[{"number": "13958761234"}]),
    )
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    station.close()
    found = answer("levels", store, "--set", "电话", "录入员", "不显示", "--json")
    levels = {one["group"]: one for one in found["groups"]}
    assert levels["电话"]["levels"] == {"clerk": "hidden", "supervisor": "full"}
    assert levels["居住"]["shipped"]["clerk"] == "masked" and levels["健康与关爱"]["sensitive"]
    assert "电话：录入员 不显示，主管 完整显示" in yince("levels", store).stdout
    wrong = yince("levels", store, "--set", "电话", "录入员", "看看")
    assert wrong.returncode == 1 and "完整显示" in wrong.stderr
    bases = answer("bases", store, "--set", "身份", "本人单独同意", "--years", "9", "--json")["groups"]
    assert [(one["basis"], one["keep_years"], one["shipped"]) for one in bases if one["group"] == "身份"] == [
        ("本人单独同意", 9, False)
    ]
    limits = answer("unusual", store, "--set", "一天查找", "200", "--limits", "--json")["limits"]
    assert (limits["searched_a_day"], limits["opens"]) == (200, 450)
    monkeypatch.setenv("YINCE_USER", "李静")
    person = as_clerk("find", store, "张三", "--json")["people"][0]
    shown = as_clerk("show", store, person["person_no"], "--json")
    assert (shown["live_addr"], shown["phone"]) == ("上林***", [])
    assert as_clerk("find", store, "13958761234", "--json")["total"] == 0
    refused = yince("levels", store, "--restore", password=CLERK)
    assert refused.returncode == 1 and "录入员不能修改可见范围" in refused.stderr
