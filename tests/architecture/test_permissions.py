"""Every action the code names is in the table of permissions, and nothing else is a way to write."""

import ast
from pathlib import Path

import pytest

from desktop.domain.dictionary import PERSON_RECORDS
from desktop.domain.errors import BugError, NotAllowedError
from desktop.domain.permissions import PERMITS, ROLES, may, permit_of, require

ROOT = Path(__file__).resolve().parents[2]
ASKING = {"unit", "reading", "allow", "may"}
HOW = (
    "is not in desktop/domain/permissions.py. Add a line to the block of your area there:\n"
    '    "the.action": Permit("做什么（中文）", STAFF),   # STAFF clerk+supervisor, LEAD supervisor, ALL, READERS ...\n'
    "(security.md section 4: clerks edit, supervisors approve bulk, delete, merge, export; auditors read the audit;\n"
    "technicians keep backups and never see people)"
)


def named_actions(path: Path) -> list[tuple[int, str]]:
    """Return the line and the name of every action a source file asks for."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING):
            continue
        for given in node.args[:1]:
            found += [(node.lineno, name) for name in _names(given)]
    return found


def _names(given: ast.expr) -> list[str]:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return [given.value]
    if isinstance(given, ast.IfExp):
        return [*_names(given.body), *_names(given.orelse)]
    if isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.FormattedValue):
        tail = given.values[-1]
        assert isinstance(tail, ast.Constant)
        return [f"{kind.key}{tail.value}" for kind in PERSON_RECORDS]
    return []


def test_every_action_in_the_code_has_a_permit() -> None:
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {name!r}"
        for path in sorted((ROOT / "desktop").rglob("*.py"))
        for line, name in named_actions(path)
        if name not in PERMITS
    ]
    assert not missing, "\n".join([*missing, HOW])


def test_an_unknown_action_is_refused_at_run_time() -> None:
    with pytest.raises(BugError, match=r"permissions\.py"):
        permit_of("nobody.knows")


def test_nobody_but_the_vault_opens_transactions() -> None:
    for path in sorted((ROOT / "desktop").rglob("*.py")):
        if path.parent.name != "store" and "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert "._looking(" not in text and "._engine" not in text, path


def test_every_permit_has_a_name_and_somebody() -> None:
    for action, permit in PERMITS.items():
        assert permit.label and permit.roles <= set(ROLES), action
        assert permit.roles, action


def test_a_refusal_says_who_may() -> None:
    assert not may("clerk", "person.remove")
    with pytest.raises(NotAllowedError, match="录入员不能删除人员，请由主管来做"):
        require("clerk", "person.remove")
