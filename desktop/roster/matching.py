"""Who of a roster is already in the register: a pure decision over an index of what is there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desktop.domain.codes import code_list
from desktop.domain.fields import Value
from desktop.domain.id_numbers import is_sound, upgrade_15
from desktop.domain.names import match_key
from desktop.domain.person_fields import PERSON_FIELDS
from desktop.roster.rowread import ASK, FIX, RowDraft

ADDED, UPDATED, UNCHANGED, REVIEW, REJECTED = "added", "updated", "unchanged", "needs_review", "rejected"
OUTCOMES = (ADDED, UPDATED, UNCHANGED, REVIEW, REJECTED)
_LEFT = 15  # significant digits a spreadsheet keeps
_FORMER = frozenset({"name_former", "name_external", "id_no_old"})
_STATES = {"alive_state": "alive_state", "manage_state": "manage_state"}  # changed by an event, never by a cell
_LABELS = {one.key: one.label for one in PERSON_FIELDS}


@dataclass(frozen=True, slots=True)
class Known:
    """What the register holds of one person, as far as a roster can touch it.

    `names` are the match keys and `ids` the id numbers of the person, of earlier times and of records joined to it.
    """

    id: str
    values: Mapping[str, Value]
    phones: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()  # former names and old ids
    names: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    contact_phones: frozenset[tuple[str, str]] = frozenset()  # (contact's name, phone)


@dataclass(frozen=True, slots=True)
class Choice:
    """What stays as the register has it where file and register differ: whole fields, and single cells."""

    ours: frozenset[str] = frozenset()  # field keys
    cells: frozenset[tuple[str, str, int, str]] = frozenset()  # (file's SHA-256, sheet, row, field key)

    def keeps(self, place: tuple[str, str], row: int, key: str) -> bool:
        """Return True if the register's value of a field stays."""
        return key in self.ours or (*place, row, key) in self.cells


@dataclass(slots=True)
class RegisterIndex:
    """The people already there who may be meant by some rows, by id number, and by name and birth."""

    by_id: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Known]] = field(default_factory=dict)
    by_prefix: dict[str, list[Known]] = field(default_factory=dict)  # the 15 digits a spreadsheet leaves of an id
    by_core: dict[str, list[Known]] = field(default_factory=dict)  # the 15 digits of an old id number

    def add(self, known: Known) -> None:
        """Index one person."""
        id_no = str(known.values.get("id_no") or "")
        if id_no:
            self.by_id[id_no] = known
        for one in known.ids | known.former:
            self.by_id.setdefault(one, known)
        for one in {id_no, *known.ids} - {""}:
            self.by_prefix.setdefault(one[:_LEFT], []).append(known)
        for one in {id_no, *known.ids, *known.former}:
            if len(one) == _LEFT and one.isdigit():
                self.by_core.setdefault(one, []).append(known)
        self.by_name.setdefault(name_and_birth(known.values), []).append(known)


@dataclass(slots=True)
class Met:
    """A person met earlier in the same import: where, and as whom he was written."""

    table: int
    place: int
    person: str = ""
    more: set[str] = field(default_factory=set)  # phones, contacts and tags that later rows added


@dataclass(slots=True)
class Earlier:
    """What the rows of this import said so far; `row_again` reads an earlier row once more.

    `columns` says where in a row of the table at hand each field stands.
    """

    row_again: Callable[[Met], RowDraft]
    columns: Mapping[str, int] = field(default_factory=dict)
    by_id: dict[str, Met] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def meet(self, draft: RowDraft, table: int, place: int) -> None:
        """Remember the person of a row that goes in."""
        id_no = str(draft.values.get("id_no") or "")
        if id_no:
            self.by_id[id_no] = Met(table, place)
        self.by_name.setdefault(name_and_birth(draft.values), []).append(id_no)

    def ask(self, draft: RowDraft, key: str, reason: str, suggestion: str = "") -> None:
        """Note in a row that somebody must decide about a field."""
        draft.say(self.columns.get(key, 0), key, ASK, reason, suggestion)


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
    met: Met | None = None  # the same person in an earlier row of this import
    asks_no_more: bool = False  # decided before, or the same row stands further up: what waits for it goes on waiting

    @property
    def is_empty(self) -> bool:
        """True if nothing would be written."""
        return not (self.changes or self.phones or self.contact or self.tags)


def name_and_birth(values: Mapping[str, Value]) -> tuple[str, str]:
    """Return what two records of one person share when ids fail: the name's match key and the month of birth."""
    birth = str(values.get("birth_id") or values.get("birth_file") or "")
    return match_key(str(values.get("name") or "")), birth[:7]


def plan_row(draft: RowDraft, index: RegisterIndex, earlier: Earlier) -> Planned:
    """Return what a row does to the register; the caller lets `earlier` meet the rows that go in."""
    rescued = _rescued(draft, index)
    if rescued is not None:
        return Planned(draft, REVIEW, rescued)
    if draft.outcome == "reject":
        return Planned(draft, REJECTED)
    id_no = str(draft.values.get("id_no") or "")
    known = _known(draft, id_no, index)
    met = earlier.by_id.get(id_no) if id_no else None
    first = None if met is None else earlier.row_again(met)
    _ask_about_name(draft, known, first, earlier)
    if known is None and met is None:
        known = _ask_about_likeness(draft, index, earlier)
    _ask_about_state(draft, known, earlier)
    if first is not None:
        _ask_about_row(draft, first, earlier)
    if draft.outcome == ASK:
        return Planned(draft, REVIEW, known)
    if met is not None and first is not None:
        return _again(draft, first, met, known)
    if known is None:
        return Planned(draft, ADDED, None, dict(draft.values), draft.phones, draft.contact, draft.tags)
    return compare(draft, known)


def _known(draft: RowDraft, id_no: str, index: RegisterIndex) -> Known | None:
    """Return the person an id number belongs to: as it is, or between its 15- and 18-digit forms with the name."""
    found = index.by_id.get(id_no) if id_no else None
    if found is not None:
        return found
    name = match_key(str(draft.values.get("name") or ""))
    if is_sound(id_no):
        alike = [one for one in index.by_core.get(id_no[:6] + id_no[8:17], ()) if name in names_of(one)]
        return alike[0] if len(alike) == 1 else None
    if len(id_no) == _LEFT and id_no.isdigit():
        one = index.by_id.get(upgrade_15(id_no))
        return one if one is not None and name in names_of(one) else None
    return None


def names_of(known: Known) -> frozenset[str]:
    """Return the match keys under which a person is known."""
    return known.names | {match_key(str(known.values.get("name") or ""))}


def _rescued(draft: RowDraft, index: RegisterIndex) -> Known | None:
    """Return the one person whose name and first 15 digits are those of a cut id; the row is then asked, not refused.

    The hundred ids that could follow are never guessed (`domain.md` 0.5); a person who is there is offered.
    """
    kept = cut_id(str(draft.values.get("id_no") or ""))
    if not kept or any(one.outcome == "reject" and one.field != "id_no" for one in draft.problems):
        return None
    name = match_key(str(draft.values.get("name") or ""))
    found = {one.id: one for one in index.by_prefix.get(kept, ()) if name in names_of(one)}
    said = [one for one in draft.problems if one.field == "id_no"]
    if len(found) != 1 or not said:
        return None
    (known,) = found.values()
    draft.problems = [one for one in draft.problems if one.field != "id_no"]
    reason = f"身份证号被表格软件截断，只剩 {kept}；登记库里有同名且前 15 位相同的人"
    draft.say(said[0].column, "id_no", ASK, reason, str(known.values.get("id_no") or ""))
    return known


def cut_id(text: str) -> str:
    """Return the 15 digits left of an id that a spreadsheet cut, '' for anything else."""
    science = re.fullmatch(r"(\d)\.(\d{14})E\+?17", text)
    digits = "".join(science.groups()) if science else text[:_LEFT] if text.endswith("000") else text
    return digits if len(digits) == _LEFT and digits.isdigit() and digits[6:8] in {"18", "19", "20"} else ""


def _ask_about_name(draft: RowDraft, known: Known | None, first: RowDraft | None, earlier: Earlier) -> None:
    """Ask when one id stands for two names (`domain.md` section 5, case 17)."""
    name = match_key(str(draft.values.get("name") or ""))
    if known is not None and name not in names_of(known):
        held = str(known.values.get("name") or "")
        earlier.ask(draft, "name", f"登记库里这个身份证号的姓名是“{held}”", held)
    if first is not None and match_key(str(first.values.get("name") or "")) != name:
        earlier.ask(draft, "name", f"与第 {first.row} 行身份证号相同而姓名不同")


def _ask_about_likeness(draft: RowDraft, index: RegisterIndex, earlier: Earlier) -> Known | None:
    """Ask when name and birth are another's and the ids differ little or one is missing (case 18); return whom."""
    id_no = str(draft.values.get("id_no") or "")
    key = name_and_birth(draft.values)
    if not key[1]:
        return None
    twins = [one for one in index.by_name.get(key, ()) if _nearly(str(one.values.get("id_no") or ""), id_no)]
    if twins:
        reason = "登记库里有同名同生日、证号只差一位的人，可能是同一人"
        if not id_no or not twins[0].values.get("id_no"):
            reason = "登记库里有同名同生日的人，可能是同一人"
        earlier.ask(draft, "id_no", reason, str(twins[0].values.get("id_no") or ""))
        return twins[0] if len(twins) == 1 else None
    if any(_nearly(one, id_no) for one in earlier.by_name.get(key, ())):
        earlier.ask(draft, "id_no", "名册里有同名同生日、证号只差一位的人，可能是同一人")
    return None


def _nearly(first: str, second: str) -> bool:
    """Return True for ids that differ in at most two characters, or of which one is missing."""
    if not first or not second:
        return True
    if first == second:
        return False
    return len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) <= 2


def _ask_about_state(draft: RowDraft, known: Known | None, earlier: Earlier) -> None:
    """Ask when a row says that somebody died or left: a state is changed by an event, never by a cell."""
    death = str(draft.values.get("death_date") or "")
    for key, codes in _STATES.items():
        said = str(draft.values.get(key) or "")
        held = "1" if known is None else str(known.values.get(key) or "1")
        if said and said != held:
            dead = key == "alive_state" and said == "3"
            draft.proposal = "death" if dead else draft.proposal
            words = code_list(codes).label_of(said)
            hint = "登记死亡" if dead else ""
            earlier.ask(draft, key, f"{_LABELS[key]}写的是“{words}”", hint)
            return
    if death and (known is None or known.values.get("death_date") != death):
        draft.proposal = "death"
        earlier.ask(draft, "death_date", "写有死亡日期", "登记死亡")


def _ask_about_row(draft: RowDraft, first: RowDraft, earlier: Earlier) -> None:
    """Ask when two rows of one person contradict each other; what only one of them says is no contradiction."""
    if draft.outcome:
        return
    for key, value in draft.values.items():
        other = first.values.get(key)
        if key in {"remark", "name"} or other in (None, "", value) or value in (None, ""):
            continue
        reason = f"与第 {first.row} 行是同一个人，{_LABELS.get(key, key)}却不一样"
        earlier.ask(draft, key, reason, str(other))


def _again(draft: RowDraft, first: RowDraft, met: Met, known: Known | None) -> Planned:
    """Return what a second row of one person adds to the first (`domain.md` section 5, case 19)."""
    base = known or Known("", {})
    values = {**base.values, **{key: value for key, value in first.values.items() if value not in (None, "")}}
    joined = Known(
        base.id, values,
        base.phones | {str(one["number"]) for one in first.phones} | met.more,
        base.contacts | {str(first.contact.get("name") or "")} | met.more,
        base.tags | {str(one["code"]) for one in first.tags} | met.more,
        base.former, base.names, base.ids,
        base.contact_phones | {(str(first.contact.get("name") or ""), str(first.contact.get("phone") or ""))},
    )  # fmt: skip
    planned = compare(draft, joined)
    planned.changes.pop("remark", None)
    planned.outcome = UNCHANGED if planned.is_empty else UPDATED
    planned.person, planned.met = known, met
    met.more |= {str(one["number"]) for one in planned.phones} | {str(one["code"]) for one in planned.tags}
    met.more |= {str(planned.contact["name"])} if planned.contact else set()
    if planned.outcome == UNCHANGED:
        draft.say(0, "id_no", FIX, f"与第 {first.row} 行是同一个人，没有重复登记")
    return planned


def _known_before(key: str, value: Value, known: Known) -> bool:
    """Return True for former names and old ids that are all there as records of their own."""
    return key in _FORMER and all(
        one.strip() in known.former or one.strip() in known.ids
        for one in re.split(r"[/、,，;；]", str(value))
        if one.strip()
    )


def _stays(key: str, value: Value, known: Known) -> bool:
    """Return True for a value that is no news: the name in another spelling, an id of earlier times."""
    if value in (None, "") or known.values.get(key) == value or _known_before(key, value, known):
        return True
    if key == "name":
        return match_key(str(value)) in names_of(known)
    if key == "id_no":
        return str(value) in known.ids | known.former
    return (
        key in {"birth_id", "sex", "id_type"}
        and not known.values.keys().isdisjoint({key})
        and _is_shorter(str(value), str(known.values[key]))
    )


def _is_shorter(said: str, held: str) -> bool:
    """Return True for `1953-07` where the register knows the day."""
    return held.startswith(said)


def compare(draft: RowDraft, known: Known) -> Planned:
    """Return the fields a row would change in a person already there; it never empties one."""
    changes: dict[str, Value] = {key: value for key, value in draft.values.items() if not _stays(key, value, known)}
    old = str(known.values.get("id_no") or "")
    if "id_no" in changes and old:
        changes["id_no_old"] = old
    if "remark" in changes and str(changes["remark"]) in str(known.values.get("remark") or ""):
        del changes["remark"]
    elif "remark" in changes and known.values.get("remark"):
        changes["remark"] = f"{known.values['remark']}；{changes['remark']}"[:2000]
    new_phones = [one for one in draft.phones if one["number"] not in known.phones]
    contact = _new_contact(draft.contact, known)
    tags = [one for one in draft.tags if one["code"] not in known.tags]
    planned = Planned(draft, UNCHANGED, known, changes, new_phones, contact, tags)
    planned.outcome = UNCHANGED if planned.is_empty else UPDATED
    return planned


def _new_contact(contact: dict[str, Value], known: Known) -> dict[str, Value]:
    """Return a contact who is not there, or the new phone of one who is; nothing if both are known."""
    name, phone = str(contact.get("name") or ""), str(contact.get("phone") or "")
    if not name or name not in known.contacts:
        return contact if name else {}
    return {"name": name, "phone": phone} if phone and (name, phone) not in known.contact_phones else {}


def chosen(planned: Planned, choice: Choice, place: tuple[str, str]) -> None:
    """Leave out of a plan what is to stay as the register has it; blanks are filled all the same."""
    if planned.outcome != UPDATED or planned.person is None or not (choice.ours or choice.cells):
        return
    for key in [one for one in planned.changes if planned.person.values.get(one) not in (None, "")]:
        if choice.keeps(place, planned.draft.row, key):
            del planned.changes[key]
    if planned.person.phones and choice.keeps(place, planned.draft.row, "phone"):
        planned.phones = []
    planned.outcome = UNCHANGED if planned.is_empty else UPDATED
