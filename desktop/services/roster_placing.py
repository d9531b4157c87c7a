"""Where a roster's new people belong: the community a row names, else the one its addresses name (case 66).

An address names one place in three styles (西安市长安区…, 咸阳市秦都区…, 西咸新区沣东新城…). It is parsed against the
tree by the receiving rule (`domain.receiving`); the text itself stays as it was written. Only new people are placed:
a file never moves somebody who is there.
"""

from collections.abc import Mapping
from functools import lru_cache

from desktop.domain.fields import Value
from desktop.domain.org_tree import COMMUNITY, STREET
from desktop.domain.receiving import BY_LIVING, Places, Receiving, Verdict, receive
from desktop.roster.rowread import FIX, RowDraft
from desktop.services.receiving import matcher_of, places_of
from desktop.services.station import Station

_COLUMNS = {BY_LIVING: ("live_addr", "live_estate"), "2": ("hukou_addr", "hukou_area"), "3": ("ent_name", "ent_sub")}
_KEPT = 4096  # addresses repeat: a yard has one for hundreds


class Placer:
    """Places the people of one import, against the tree as it is when the import begins."""

    def __init__(self, station: Station) -> None:
        self._matcher = matcher_of(station)
        self._own = station.org
        self._may_place = station.is_street  # 人员归哪个社区由街道判定
        self._ours = self._matcher.tree.below(station.org)
        self._above = {unit.code for unit in self._matcher.tree.ancestors(station.org)}
        self._receive = lru_cache(_KEPT)(self._receive_anew)
        self._named = lru_cache(_KEPT)(self._named_anew)

    def name_community(self, draft: RowDraft, columns: Mapping[str, int]) -> None:
        """Find the unit in a community column that holds a whole address, if nothing was found or asked there."""
        name = str(draft.values.get("roster_org") or "")
        if not name or draft.values.get("home_org") or any(one.field == "home_org" for one in draft.problems):
            return
        code = self._named(name)
        if code:
            draft.values["home_org"] = code
            draft.say(columns.get("home_org", 0), "home_org", FIX, f"“{name}”认作{self._matcher.tree.path(code)}")

    def propose(self, draft: RowDraft, changes: dict[str, Value], columns: Mapping[str, int]) -> None:
        """Put the unit that receives a new person into `changes`, or only say it where the street must decide."""
        if changes.get("home_org"):
            return
        found = self.put(changes)
        if found is None:
            return
        column = next((columns[key] for key in _COLUMNS[found.basis] if key in columns), 0)
        path = self._matcher.tree.path(found.org)
        if changes.get("home_org") or found.org in self._ours:
            draft.say(column, "home_org", FIX, found.why, path)
        elif found.org not in self._above:
            draft.say(column, "home_org", FIX, f"{found.why}，不是本单位，请由街道判定", path)

    def put(self, values: dict[str, Value]) -> Receiving | None:
        """Return who receives a person by his addresses; fill it in if it is this street's to decide."""
        if values.get("home_org"):
            return None
        found = self._receive(places_of(values))
        if found.verdict is not Verdict.FOUND:
            return None
        if self._may_place and found.org in self._ours and found.org != self._own:
            values["home_org"] = found.org
            if self._matcher.tree.units[found.org].level >= COMMUNITY:
                values["assign_basis"] = found.basis
        return found

    def _receive_anew(self, places: Places) -> Receiving:
        return receive(places, self._matcher)

    def _named_anew(self, text: str) -> str:
        """Return the unit a longer text names without doubt, '' if it names none of a street or below."""
        unit, _ = self._matcher.unit_of(text)
        return unit.code if unit is not None and unit.level >= STREET else ""
