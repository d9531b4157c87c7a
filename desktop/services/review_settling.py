"""A waiting row whose questions are all answered: what it then says, and how it goes into the register."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.domain import dates, rare_names
from desktop.domain.amounts import read_amount
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Kind
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Field, Value
from desktop.domain.id_numbers import clean_id
from desktop.domain.phones import read_phones
from desktop.domain.states import DEAD, IN_CARE, LOST, MOVED, STATES, StateChange, check_change
from desktop.roster import matching
from desktop.roster.beside import ASKS_MEANING
from desktop.roster.matching import Known, Planned
from desktop.roster.rowread import RowDraft
from desktop.roster.table import MEANINGS
from desktop.services import register, states
from desktop.services.roster_placing import Placer
from desktop.services.roster_plan import known_of
from desktop.services.roster_writing import RowWriter
from desktop.services.station import Station
from desktop.services.unit_memory import COMMUNITY, is_about_a_name, org_meant
from desktop.store import roster_matches, rosters
from desktop.store.roster_matches import Wanted
from desktop.store.unit_of_work import UnitOfWork

ACCEPT, EDIT, LEAVE = "accept", "edit", "leave"
LEFT = rosters.DISMISSED
_EVENTS = {"死亡": DEAD, "迁出": MOVED, "失联": LOST}
_EVENT = re.compile(r"登记(死亡|迁出|失联)(?:（(.*)）)?")
_ELSEWHERE = "登记异地居住"
_TAG = "加人员类别："
_MEANT = {words: key for key, words in MEANINGS.items()}
_PARTY_MEMBER = "01"
_STATE_FIELDS = frozenset({"alive_state", "manage_state"})
_IDENTITY = frozenset({"name", "id_no"})
_DAY = re.compile(r"\d{4}[年./-]\d{1,2}(?:[月./-]\d{1,2})?日?|\d{4}年|(?<!\d)(?:19|20)\d{2}(?!\d)")
_FROM_ROSTER = "6"  # death_source 名册标注


def asks_meaning(reason: str) -> bool:
    """Return True for the question what a mark of a row means, which is answered by one of `table.MEANINGS`."""
    return reason.endswith(ASKS_MEANING)


def meant(verdict: str, words: str) -> str:
    """Return the meaning somebody gave to a mark: a key of `table.MEANINGS`."""
    return "skip" if verdict == LEAVE else _MEANT.get(words, "")


@dataclass(slots=True)
class Decided:
    """What a row says once its questions are answered: fields, phones, tags, and events with what was said of them."""

    values: dict[str, Value]
    phones: list[dict[str, Value]]
    tags: list[dict[str, Value]]
    events: dict[str, str] = field(default_factory=dict)

    def take(self, problem: Sequence[str], verdict: str, value: str, written: str) -> bool:
        """Take one answer; False if the row is left out with it. `written` is the cell that was asked about."""
        key, reason, suggestion = problem[:3]
        if asks_meaning(reason):
            meaning = meant(verdict, value)
            if meaning == "party":
                self.values.setdefault("political", _PARTY_MEMBER)
            return meaning != "skip"
        if key in _STATE_FIELDS and not _EVENT.fullmatch(suggestion):
            state = LOST if key == "alive_state" else str(self.values.get(key) or "")
            if verdict != LEAVE and state in STATES:
                self.events[state] = value
            return True
        if self._proposal(suggestion, verdict, value, written) or key == "phone":
            self._phone(key, reason, verdict, value)
            return True
        if verdict == LEAVE:
            return self._leave(key, reason)
        if key in PERSON.keys and (verdict == EDIT or suggestion):
            self.values[key] = stored_text(PERSON.field(key), value if verdict == EDIT else suggestion)
        return True

    def _leave(self, key: str, reason: str) -> bool:
        """Leave a value out; nobody is dropped because none of the candidates is the name (case 52)."""
        if key == "name" and reason in rare_names.REASONS and self.values.get("name"):
            return True
        self.values.pop(key, None)
        return key not in _IDENTITY

    def _proposal(self, suggestion: str, verdict: str, value: str, written: str) -> bool:
        """Take an answer to what a cell proposes beyond its field: an event, a place, a category; False for others."""
        event = _EVENT.fullmatch(suggestion)
        if event and verdict != LEAVE:
            self.events[_EVENTS[event.group(1)]] = value or event.group(2) or ""
        elif suggestion == _ELSEWHERE and verdict != LEAVE:
            self.values.setdefault("remote_addr", (value or written)[:200])
        elif suggestion.startswith(_TAG):
            self._tag(suggestion.removeprefix(_TAG), verdict, value)
        return bool(event) or suggestion == _ELSEWHERE or suggestion.startswith(_TAG)

    def _tag(self, label: str, verdict: str, value: str) -> None:
        codes = code_list("care_tag")
        wanted = codes.code_of(label)
        if verdict == LEAVE:
            self.tags = [one for one in self.tags if one["code"] != wanted]
        elif verdict == EDIT and codes.code_of(value):
            self.tags = [{**one, "code": codes.code_of(value)} if one["code"] == wanted else one for one in self.tags]

    def _phone(self, key: str, reason: str, verdict: str, value: str) -> None:
        """Leave out, or correct, the number that was asked about."""
        if key != "phone" or verdict not in {LEAVE, EDIT}:
            return
        asked = [one for one in self.phones if f"“{one['number']}”" in reason]
        self.phones = [one for one in self.phones if one not in asked]
        if verdict == EDIT and value:
            self.phones += [{"number": one.number} for one in read_phones(value) if not one.problem]


def written_in(payload: Mapping[str, Any], problem: Sequence[Any]) -> str:
    """Return the cell a problem of a waiting row is about, '' if it is about none."""
    column = problem[3] if len(problem) > 3 else -1
    cells = payload["cells"]
    return str(cells[column]).lstrip("\x01") if 0 <= column < len(cells) else ""


class Settler:
    """Puts decided rows into the register inside one unit."""

    def __init__(self, station: Station, unit: UnitOfWork) -> None:
        self._station = station
        self._unit = unit
        self._rows = RowWriter(station, unit)
        self._placer = Placer(station)

    def settle(self, payload: Mapping[str, Any], given: Mapping[str, Value] | None = None) -> str:
        """Write a row whose questions are all decided; return the state of its review.

        `given` are values somebody typed beside the questions. Raises InvalidValueError, NotFoundError; nothing of
        the row is written then.
        """
        row = Decided(
            {**payload["values"], **(given or {})}, [dict(one) for one in payload["phones"]],
            [dict(one) for one in payload["tags"]],
        )  # fmt: skip
        for number, (verdict, value) in sorted((payload.get("decided") or {}).items(), key=lambda one: int(one[0])):
            problem = payload["problems"][int(number)]
            if is_about_a_name(problem):
                self._name(row, problem, verdict, str(value or ""))
            elif not row.take(problem, verdict, str(value or ""), written_in(payload, problem)):
                return LEFT
        self._write(payload, row)
        return rosters.ACCEPTED

    def _name(self, row: Decided, problem: Sequence[Any], verdict: str, value: str) -> None:
        """Take an answer about an enterprise or a community; left, it stays as the roster writes it."""
        key, meant = str(problem[0]), value if verdict == EDIT else str(problem[2])
        if verdict == LEAVE or not meant:
            return
        if key == COMMUNITY:
            code = org_meant(self._station, meant)
            if code is None:
                raise InvalidValueError(key, f"没有“{meant}”这个社区", "请写登记库里的社区名称")
            row.values[key] = code
        else:
            row.values[key] = stored_text(PERSON.field(key), meant)

    def _write(self, payload: Mapping[str, Any], row: Decided) -> None:
        values = row.values
        self._unit.note_row(payload["file"], payload["sheet"], payload["row"])
        draft = RowDraft(payload["row"], payload["cells"], values, row.phones, payload["contact"], row.tags)
        known = self._known(payload, values)
        changes = {state: self._event(state, said, payload, values) for state, said in row.events.items()}
        for key in (*_STATE_FIELDS, "death_date"):  # a state is changed by an event, never by a cell
            values.pop(key, None)
        if payload.get("kind") == "archive":
            if known is None:
                raise NotFoundError("登记库里还没有这个人", "请先导入花名册，再核实档案目录")
            draft.phones, draft.contact, draft.tags = [], {}, []
            values.pop("name", None), values.pop("id_no", None)
        self._person(draft, known, changes)

    def _person(self, draft: RowDraft, known: Known | None, events: Mapping[str, StateChange]) -> None:
        values = draft.values
        before = str((known.values if known else {}).get("manage_state") or IN_CARE)
        events = {state: change for state, change in events.items() if state != before}
        for change in events.values():
            check_change(before, change)
        if known is None:
            self._placer.put(values)
            register.refuse_wrong(PERSON.key, values, self._station)
            person = self._rows.add(
                Planned(draft, matching.ADDED, None, values, draft.phones, draft.contact, draft.tags)
            )
        else:
            planned = matching.compare(draft, known)
            merged = {**known.values, **planned.changes}
            register.refuse_wrong(PERSON.key, merged, self._station, only=planned.changes)
            self._rows.change(known.id, planned)
            person = known.id
        for change in events.values():
            states.change_inside(self._station, self._unit, person=person, change=change)

    def _known(self, payload: Mapping[str, Any], values: Mapping[str, Value]) -> Known | None:
        """Return the person a decided row is: by its id number now, else whom the row was thought to mean."""
        self._unit.flush()
        connection = self._unit.connection
        id_no = str(values.get("id_no") or (payload.get("named") or {}).get("id_no") or "")
        wanted = Wanted(frozenset({id_no} - {""}), frozenset(), frozenset())
        until = roster_matches.last_person(connection)
        found = roster_matches.matches(connection, wanted, until=until, alike=lambda _name, _birth: False)
        if len(found) == 1:
            return known_of(found[0])
        meant = str(payload["person"])
        if not meant or id_no:
            return None
        named = roster_matches.people_named(connection, [meant])
        return known_of(named[0]) if named else None

    def _event(self, state: str, said: str, payload: Mapping[str, Any], values: Mapping[str, Value]) -> StateChange:
        """Return the change of state a row proposes, with its day; InvalidValueError if nobody said when."""
        text = said or str(values.get("death_date") or "")
        if not text:
            found = _DAY.search(" ".join(str(cell) for cell in payload["cells"] if _speaks_of_death(str(cell))))
            text = found.group(0) if found else ""
        day = dates.read_date(text, recent=True).value if text else ""
        why = f"名册 {payload['file']} 第 {payload['row']} 行"
        if state == DEAD:
            if not day:
                raise InvalidValueError("death_date", "不知道死亡日期", "请用“更正”填写死亡日期，例如 2021-03")
            return StateChange(DEAD, day, why, self._station.user, death_source=_FROM_ROSTER)
        today = self._station.today().isoformat()
        where = (said or "名册未写明")[:100] if state == MOVED else ""
        return StateChange(state, today, why, self._station.user, where_to=where, evidence=(said or why)[:200])


def _speaks_of_death(text: str) -> bool:
    return re.search(r"故|去世|死亡|亡", text) is not None


def stored_text(one: Field, text: Value) -> Value:
    """Return what somebody typed or a reader proposed as the register stores it; InvalidValueError if it cannot be."""
    plain = str(text if text is not None else "").strip()
    if not plain:
        return None
    reader = _READERS.get(one.kind)
    if reader is not None:
        return reader(one, plain)
    if one.is_number:
        if not plain.isdigit():
            raise InvalidValueError(one.key, f"{one.label}“{plain}”不是数字", "请改正")
        return int(plain)
    return plain


def _code(one: Field, plain: str) -> Value:
    return code_list(one.codes).code_of(plain) or plain


def _date(one: Field, plain: str) -> Value:
    found = dates.read_date(plain, recent=one.group != "身份")
    if not found.value:
        raise InvalidValueError(one.key, f"{one.label}“{plain}”不是日期", "请写成 1953-07-06 或 1953-07")
    return found.value


def _money(one: Field, plain: str) -> Value:
    amount = read_amount(plain)
    if amount is None:
        raise InvalidValueError(one.key, f"{one.label}“{plain}”不是金额", "请写成 3256.40")
    return amount.fen


_READERS: Mapping[Kind, Callable[[Field, str], Value]] = {
    Kind.CODE: _code,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.ID_NUMBER: lambda _one, plain: clean_id(plain),
}
