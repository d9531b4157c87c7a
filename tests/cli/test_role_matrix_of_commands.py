"""Every command as every role: what the role may not do gives no answer and writes nothing, whatever the arguments.

A new command is found by the first test: it gets a line that says whose it is.
"""

import argparse
import os
from functools import cache
from pathlib import Path

import pytest

from desktop import cli
from desktop.domain.errors import Cancelled, KnownError, NotAllowedError, StoreInUseError, WaitError, WrongPasswordError
from desktop.domain.permissions import (
    ALL,
    AUDITOR,
    CLERK,
    KEEPERS,
    LEAD,
    READERS,
    STAFF,
    SUPERVISOR,
    TECHNICIAN,
    WATCHERS,
)
from desktop.services import access, register, users
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import CHEAP, PASSWORD, the_clock

NAMES = {SUPERVISOR: "王敏", CLERK: "李静", AUDITOR: "赵新", TECHNICIAN: "孙技"}
ORDER = (TECHNICIAN, AUDITOR, CLERK, SUPERVISOR)  # who may change most comes last
ANYBODY = ALL | {"without a register"}  # opens no register, or shows only what the caller brought

# Which roles get an answer. A command with deeds of several kinds is listed deed by deed.
COMMANDS: dict[str, frozenset[str]] = {
    "find": STAFF, "show": STAFF, "backup": KEEPERS, "restore": KEEPERS, "rescue-keys": ANYBODY, "check": ALL, "demo": ANYBODY, "init": ANYBODY,
    "key-card": ALL, "pack": LEAD, "merge": LEAD, "conflicts": STAFF, "resolve": STAFF,
    "cards": STAFF, "verify-card": STAFF, "card-mark": STAFF, "card-book": STAFF, "card-coverage": STAFF,
    "cards-due": STAFF,
    "duplicates": STAFF, "join": LEAD, "unjoin": LEAD, "health": STAFF,
    "orgs": LEAD, "codes": ALL, "fields": LEAD, "fill": STAFF, "list": STAFF, "numbers": READERS, "freeze": LEAD,
    "compare": READERS, "export": LEAD, "access-sheet": STAFF, "history": STAFF, "as-on": LEAD, "ledger": LEAD,
    "undo": LEAD, "bulk-edit": LEAD, "import": STAFF, "reviews": STAFF, "review": STAFF, "state": STAFF,
    "audit": WATCHERS, "unusual": WATCHERS, "exports": WATCHERS, "erase": LEAD,
    "notice": STAFF, "consent": STAFF, "request": STAFF, "requests": STAFF, "answer": LEAD, "retention": STAFF,
    "archive": LEAD, "bases": ALL, "levels": ALL,
    "users list": ALL, "users add": LEAD, "users remove": LEAD, "users passwd": ALL, "users reset": LEAD, "users limit": LEAD,
    "users code": LEAD, "users drill": LEAD, "users recover": ANYBODY, "users street-key": LEAD,
    "users street-key-back": LEAD, "users recover-for": LEAD, "users passphrase": ANYBODY, "rotate": LEAD,
    "verify": STAFF, "check-form": STAFF, "progress": STAFF, "pack-media": LEAD, "withhold": LEAD,
    "streams": STAFF, "new-epoch": LEAD, "enroll": LEAD, "directory": LEAD, "revoke": LEAD, "rotate-key": LEAD,
    "desk": LEAD, "board": STAFF, "returns": STAFF, "aside": STAFF, "resolve-alike": LEAD, "person-out": LEAD,
    "person-in": LEAD, "soft": STAFF, "transfer": STAFF, "proposals": STAFF,
}  # fmt: skip
# Reading them is open to more roles than changing them, so an answer is no escalation; the store refuses the change.
WIDER = {
    "desk",
    "verify-card",
    "fields",
    "codes",
    "orgs",
    "list",
    "bases",
    "levels",
    "notice",
    "audit",
    "directory",
    "streams",
    "board",
    "withhold",
}


@cache
def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return every command with its parser; a command of several deeds by each of them."""
    found: dict[str, argparse.ArgumentParser] = {}
    for name, parser in _below(cli._parser()).items():
        deeds = _below(parser) if name == "users" else {}
        found.update({f"{name} {deed}": one for deed, one in deeds.items()} or {name: parser})
    return found


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def test_every_command_says_whose_it_is() -> None:
    known = {name.partition(" ")[0] for name in COMMANDS}
    assert known == {command for commands in cli.AREAS.values() for command in commands}
    assert set(COMMANDS) == set(parsers())


def filled(parser: argparse.ArgumentParser, station: Station, folder: Path, person: str) -> list[str]:
    """Return arguments of the right kinds: the register, a file that is there, a person, a number."""
    given: list[str] = []
    wanted = {id(group._group_actions[0]) for group in parser._mutually_exclusive_groups if group.required}
    for action in parser._actions:
        is_positional = not action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            name, below = next(iter(action.choices.items()))
            given += [name, *filled(below, station, folder, person)]
            continue
        if not (is_positional or action.required or id(action) in wanted) or action.nargs in ("*", "?"):
            continue
        flag = action.nargs == 0
        given += [*action.option_strings[:1], *([] if flag else [_value(action, station, folder, person)])]
    return given


def _value(action: argparse.Action, station: Station, folder: Path, person: str) -> str:
    if action.dest == "store":
        return str(station.vault.folder)
    if action.dest == "what":  # of an export: the book; the forms people sign are a clerk's
        return "book"
    if action.choices:
        return str(next(iter(action.choices)))
    if action.type is Path:
        return str(folder / f"{action.dest}.dat")
    if action.type is int:
        return "1"
    return {"person": person, "name": "没有", "fingerprint": "0" * 60}.get(action.dest, person)


@pytest.fixture
def house(station: Station, monkeypatch: pytest.MonkeyPatch) -> Station:
    for role, name in NAMES.items():
        if role != SUPERVISOR:
            users.add_user(station, name=name, role=role, password=PASSWORD, cost=CHEAP)
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    station.close()
    for key, value in (("YINCE_PASSWORD", PASSWORD), ("YINCE_NEW_PASSWORD", PASSWORD), ("YINCE_RECOVERY_CODE", "0")):
        monkeypatch.setenv(key, value)
    monkeypatch.setattr("builtins.input", lambda *_: "")
    return station


def head(station: Station) -> tuple[int, bytes]:
    again = access.open_store(station.vault.folder, password=PASSWORD, user=NAMES[SUPERVISOR], clock=the_clock())
    found = again.vault.head()
    again.close()
    return found


def answer(command: str, role: str, station: Station, folder: Path) -> str:
    """Run one command as a role and return what came of it: done, refused, or the kind of error."""
    parser = parsers()[command]
    given = filled(parser, station, folder, "S1001-00001")
    name, _, deed = command.partition(" ")
    arguments = [name, str(station.vault.folder), deed, *given] if deed else [name, *given]
    options = cli._parser(name).parse_args(arguments)
    os.environ["YINCE_USER"] = NAMES[role]
    try:
        options.job(options)
    except (StoreInUseError, WaitError, WrongPasswordError) as error:
        return type(error).__name__
    except NotAllowedError:
        return "refused"
    except (KnownError, Cancelled) as error:
        return type(error).__name__
    return "done"


@pytest.mark.long
@pytest.mark.parametrize("role", ORDER)
def test_no_command_gives_a_role_more_than_it_may(
    house: Station, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(house, role, tmp_path, [one for one in COMMANDS if COMMANDS[one] is not ANYBODY], monkeypatch)


def test_a_few_commands_as_each_role(house: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ORDER:
        walk(house, role, tmp_path, ["show", "backup", "numbers", "audit", "users add", "undo"], monkeypatch)


def walk(house: Station, role: str, folder: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINCE_USER", NAMES[role])
    wrong = []
    for command in commands:
        before = head(house)
        came = answer(command, role, house, folder)
        may = role in COMMANDS[command]
        if not may and command not in WIDER and (came == "done" or head(house) != before):
            wrong.append(f"{command}: {came}, though {role} may not")
        if may and came == "refused":
            wrong.append(f"{command}: refused, though {role} may")
    assert not wrong, "\n".join(wrong)
