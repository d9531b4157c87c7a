"""Enterprises and communities as rosters name them: what was decided about a name once, and what must be asked.

A decision is kept as a `form_map` record (file kind `ent_name` or `home_org`), so that it is logged, undone and shared
like every other decision on how to read a file, and asked only once (`domain.md` section 5, cases 64 and 65).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from desktop.domain.ids import form_map_id
from desktop.domain.org_tree import flat
from desktop.roster.rowread import ASK, FIX, RowDraft
from desktop.roster.unit_names import EnterpriseNames, column_of, nearest_community
from desktop.services import register
from desktop.services.station import Station
from desktop.store import people
from desktop.store.unit_of_work import UnitOfWork

ENTERPRISE, COMMUNITY = "ent_name", "home_org"
WRITTEN = {ENTERPRISE: ENTERPRISE, COMMUNITY: "roster_org"}  # the field that keeps the name as it was written
_KINDS = frozenset(WRITTEN)
_MOST_ASKED = {ENTERPRISE: 2000, COMMUNITY: 300}  # names of one import: a column with more is no column of names
_CODE = re.compile(r"（([0-9A-Za-z-]+)）$")


def is_about_a_name(problem: Sequence[Any]) -> bool:
    """Return True for the question which known enterprise or community a name means."""
    return problem[0] in _KINDS and bool(problem[2]) and (len(problem) < 5 or problem[4] == ASK)


class UnitNames:
    """Puts the enterprise and the community of rows in place during one import, and asks about names that are near."""

    def __init__(self, station: Station, connection: Any) -> None:
        self._connection = connection
        self._words = {**register.org_words(station, on=station.today()), **register.org_words(station)}
        self._names = register.org_names(station)
        self._kept = _kept(connection)
        self._known: set[str] | None = None
        self._near = EnterpriseNames(())
        self._met: set[str] = set()
        self._answers: dict[str, dict[str, str]] = {kind: {} for kind in WRITTEN}

    def begin(self) -> None:
        """Begin a table: names of the tables before count as known."""
        if self._known is not None:
            for name in sorted(self._met - self._known):
                self._near.add(name)
            self._known |= self._met
        self._met.clear()

    def place(self, draft: RowDraft, targets: Sequence[str], *, asks: bool) -> None:
        """Turn the community's name into its code, and ask about names that are near a known one if `asks`."""
        self._community(draft, targets, asks=asks)
        written = str(draft.values.get(ENTERPRISE) or "")
        if asks and written:
            self._enterprise(draft, written, targets)

    def _community(self, draft: RowDraft, targets: Sequence[str], *, asks: bool) -> None:
        name = str(draft.values.pop(COMMUNITY, "") or "")
        if not name:
            return
        draft.values["roster_org"] = name
        code = self._words.get(name) or self._words.get(flat(name))
        kept = self._kept.get((COMMUNITY, flat(name))) if self._kept else None
        if code is None and kept:
            code = self._words.get(kept)
        if code is not None:
            draft.values[COMMUNITY] = code
        elif asks and kept is None:
            near = self._answer(COMMUNITY, name)
            if near:
                shown = f"{self._names.get(near, near)}（{near}）"
                reason = f"登记库里没有“{name}”，可能是“{shown}”"
                draft.say(column_of(targets, COMMUNITY), COMMUNITY, ASK, reason, shown)

    def _enterprise(self, draft: RowDraft, written: str, targets: Sequence[str]) -> None:
        kept = self._kept.get((ENTERPRISE, flat(written))) if self._kept else None
        column = column_of(targets, ENTERPRISE)
        if kept is not None:
            draft.values[ENTERPRISE] = kept
            if kept != written:
                draft.say(column, ENTERPRISE, FIX, f"“{written}”按以前核实的，记作“{kept}”")
            return
        near = self._answer(ENTERPRISE, written)
        if near:
            reason = f"原单位“{written}”与登记库里的“{near}”相近，是不是同一家"
            draft.say(column, ENTERPRISE, ASK, reason, near)
        else:
            self._met.add(written)

    def _answer(self, kind: str, written: str) -> str:
        """Return what a name is near to, looked for once a name."""
        answers = self._answers[kind]
        if written not in answers:
            if len(answers) >= _MOST_ASKED[kind]:
                return ""
            near = nearest_community(written, self._words) if kind == COMMUNITY else self._nearest(written)
            answers[written] = near
        return answers[written]

    def _nearest(self, written: str) -> str:
        if self._known is None:
            self._known = set(people.counts_by(self._connection, ENTERPRISE)) - {""}
            self._near = EnterpriseNames(self._known)
        return "" if written in self._known else self._near.nearest(written)


def _kept(connection: Any) -> dict[tuple[str, str], str]:
    """Return what was decided: (kind, name as compared) → the name or code meant, '' for none of those known."""
    found = {}
    for one in people.records_of(connection, "form_map"):
        kind = str(one.values.get("file_kind") or "")
        if kind in _KINDS:
            said = json.loads(str(one.values.get("mapping") or "{}"))
            found[kind, flat(str(said.get("written") or ""))] = str(said.get("means") or "")
    return found


def remember(
    station: Station, unit: UnitOfWork, problem: Sequence[Any], values: Mapping[str, Any], *, verdict: str, value: str
) -> None:
    """Keep inside `unit` what somebody decided about a name; `accept`, `edit` with a name, or `leave` as written."""
    kind = str(problem[0])
    written = str(values.get(WRITTEN[kind]) or "")
    meant = str(problem[2]) if verdict == "accept" else value if verdict == "edit" else ""
    if kind == COMMUNITY:
        meant = org_meant(station, meant) or ""
    elif not meant:
        meant = written
    if not written or (kind == COMMUNITY and verdict == "edit" and not meant):
        return
    mark = hashlib.sha256(f"{kind}|{flat(written)}".encode()).hexdigest()
    said = json.dumps({"written": written, "means": meant}, ensure_ascii=False)
    record = {"name": written[:100], "fingerprint": mark, "file_kind": kind, "mapping": said}
    unit.put("form_map", form_map_id(mark), record)


def org_meant(station: Station, text: str) -> str | None:
    """Return the code of the unit meant by a proposal (`青杨社区（610100001001）`), a name or a code."""
    words = register.org_words(station)
    found = _CODE.search(text)
    return words.get(found.group(1) if found else text.strip()) or words.get(flat(text))
