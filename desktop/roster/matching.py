"""Who of a roster is already in the register: a pure decision over an index of what is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain.fields import Value
from desktop.domain.names import match_key
from desktop.roster.rowread import ASK, RowDraft

ADDED, UPDATED, UNCHANGED, REVIEW, REJECTED = "added", "updated", "unchanged", "needs_review", "rejected"
_LEFT = 15  # significant digits a spreadsheet keeps
_FORMER = frozenset({"name_former", "name_external", "id_no_old"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the register holds of one person, as far as a roster can touch it."""

    id: str
    values: Mapping[str, Value]
    phones: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()  # former names and old ids


@dataclass(slots=True)
class RegisterIndex:
    """The people already there, by id number, and by name and birth."""

    by_id: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Known]] = field(default_factory=dict)
    by_prefix: dict[str, list[Known]] = field(default_factory=dict)  # the 15 digits a spreadsheet leaves of an id

    def add(self, known: Known) -> None:
        """Index one person."""
        id_no = str(known.values.get("id_no") or "")
        if id_no:
            self.by_id[id_no] = known
            self.by_prefix.setdefault(id_no[:_LEFT], []).append(known)
        self.by_name.setdefault(_name_birth(known.values), []).append(known)


@dataclass(slots=True)
class Planned:
    """What will happen to one row: the outcome, the person it is, and the fields it changes."""

    draft: RowDraft
    outcome: str
    person: Known | None = None
    changes: dict[str, Value] = field(default_factory=dict)
    phones: list[dict[str, Value]] = field(default_factory=list)
    contact: dict[str, Value] = field(default_factory=dict)
    tags: list[dict[str, Value]] = field(default_factory=list)


def _name_birth(values: Mapping[str, Value]) -> tuple[str, str]:
    birth = str(values.get("birth_id") or values.get("birth_file") or "")
    return match_key(str(values.get("name") or "")), birth[:7]


def plan_row(draft: RowDraft, index: RegisterIndex, seen: dict[str, RowDraft]) -> Planned:
    """Return what a row does to the register; `seen` holds the ids met earlier in the same import."""
    rescued = _rescued(draft, index)
    if rescued is not None:
        return Planned(draft, REVIEW, rescued)
    if draft.outcome == "reject":
        return Planned(draft, REJECTED)
    id_no = str(draft.values.get("id_no") or "")
    known = index.by_id.get(id_no) if id_no else None
    _ask_about_likeness(draft, known, index, seen)
    if draft.outcome == ASK:
        return Planned(draft, REVIEW, known)
    if known is None:
        seen[id_no] = draft
        return Planned(draft, ADDED, None, dict(draft.values), draft.phones, draft.contact, draft.tags)
    return _compare(draft, known)


def _rescued(draft: RowDraft, index: RegisterIndex) -> Known | None:
    """Return the one person whose name and first 15 digits are those of a cut id; the row is then asked, not refused.

    The hundred ids that could follow are never guessed (`domain.md` 0.5); a person who is there is offered.
    """
    kept = _cut_id(str(draft.values.get("id_no") or ""))
    if not kept or any(one.outcome == "reject" and one.field != "id_no" for one in draft.problems):
        return None
    name = match_key(str(draft.values.get("name") or ""))
    found = [one for one in index.by_prefix.get(kept, ()) if match_key(str(one.values.get("name") or "")) == name]
    if len(found) != 1:
        return None
    column = next(one.column for one in draft.problems if one.field == "id_no")
    draft.problems = [one for one in draft.problems if one.field != "id_no"]
    reason = f"身份证号被表格软件截断，只剩 {kept}；登记库里有同名且前 15 位相同的人"
    draft.say(column, "id_no", ASK, reason, str(found[0].values["id_no"]))
    return found[0]


def _cut_id(text: str) -> str:
    """Return the 15 digits left of an id that a spreadsheet cut, '' for anything else."""
    science = re.fullmatch(r"(\d)\.(\d{14})E\+?17", text)
    digits = "".join(science.groups()) if science else text[:_LEFT] if text.endswith("000") else text
    return digits if len(digits) == _LEFT and digits.isdigit() and digits[6:8] in {"18", "19", "20"} else ""


def _ask_about_likeness(draft: RowDraft, known: Known | None, index: RegisterIndex, seen: dict[str, RowDraft]) -> None:
    """Note what a person must decide: one id with two names, two ids for one name and birth."""
    id_no = str(draft.values.get("id_no") or "")
    name = match_key(str(draft.values.get("name") or ""))
    if known is not None and match_key(str(known.values.get("name") or "")) != name:
        draft.say(0, "name", ASK, f"登记库里这个身份证号的姓名是“{known.values.get('name')}”")
    earlier = seen.get(id_no) if id_no else None
    if earlier is not None and match_key(str(earlier.values.get("name") or "")) != name:
        draft.say(0, "name", ASK, f"与第 {earlier.row} 行身份证号相同而姓名不同")
    elif earlier is not None:
        draft.say(0, "id_no", ASK, f"与第 {earlier.row} 行是同一个人")
    if known is None and earlier is None:
        twins = [one for one in index.by_name.get(_name_birth(draft.values), []) if one.values.get("id_no") != id_no]
        if twins and any(_one_character_apart(str(one.values.get("id_no") or ""), id_no) for one in twins):
            draft.say(0, "id_no", ASK, "登记库里有同名同生日、证号只差一位的人，可能是同一人")


def _one_character_apart(first: str, second: str) -> bool:
    if not first or not second:
        return True
    return len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) <= 2


def _known_before(key: str, value: Value, known: Known) -> bool:
    """Return True for former names and old ids that are all there as records of their own."""
    return key in _FORMER and all(
        one.strip() in known.former for one in re.split(r"[/、,，;；]", str(value)) if one.strip()
    )


def _compare(draft: RowDraft, known: Known) -> Planned:
    """Return the fields a row would change in a person already there; it never empties one."""
    changes: dict[str, Value] = {
        key: value
        for key, value in draft.values.items()
        if value not in (None, "") and known.values.get(key) != value and not _known_before(key, value, known)
    }
    if "remark" in changes and str(changes["remark"]) in str(known.values.get("remark") or ""):
        del changes["remark"]
    elif "remark" in changes and known.values.get("remark"):
        changes["remark"] = f"{known.values['remark']}；{changes['remark']}"[:2000]
    new_phones = [one for one in draft.phones if one["number"] not in known.phones]
    contact = draft.contact if draft.contact and draft.contact.get("name") not in known.contacts else {}
    tags = [one for one in draft.tags if one["code"] not in known.tags]
    outcome = UPDATED if changes or new_phones or contact or tags else UNCHANGED
    return Planned(draft, outcome, known, changes, new_phones, contact, tags)
