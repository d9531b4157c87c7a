"""Splitting and joining units: people move with them, in one unit of work that can be taken back whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.domain.changes import Changes
from desktop.domain.errors import AccessError, InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.org_tree import GRID, OrgTree, OrgUnit
from desktop.services import orgs, register
from desktop.services.station import Station
from desktop.store import org_people
from desktop.store.people import PeopleFilter, PersonRow
from desktop.store.records import chunks
from desktop.store.unit_of_work import UnitOfWork

_SAMPLE = 20
_SPLIT_LEVELS_APART = "新机构要与原机构同级，或是它下面的网格"


@dataclass(frozen=True, slots=True)
class MovePreview:
    """How many people a move takes, and the first of them to look at."""

    ids: tuple[str, ...]
    sample: tuple[PersonRow, ...]
    conflicts: tuple[str, ...] = ()  # open units below that would move too

    @property
    def total(self) -> int:
        """How many people move."""
        return len(self.ids)


def preview_split(station: Station, *, source: str, chosen: str) -> MovePreview:
    """Return who would move to a new unit: the people of `source` who pass the filter `chosen`.

    `chosen` is written as in the list of people: `楼栋=3|5;网格=二网格`. An empty one is refused: to
    move everybody is a union, not a split. Raises InvalidValueError, NotFoundError.
    """
    orgs.unit_at(orgs.org_tree(station), source)
    if not chosen.strip():
        raise InvalidValueError("chosen", "没有写明哪些人转到新机构", "请按楼栋、网格或小区写条件，例如 楼栋=3")
    wanted = register.parse_filter(chosen, station=station)
    return _preview(station, replace(wanted, equals={**wanted.equals, "home_org": [source]}))


def preview_union(station: Station, *, sources: Sequence[str], into: str) -> MovePreview:
    """Return who would move if units were joined into one; raises InvalidValueError, NotFoundError."""
    tree = orgs.org_tree(station)
    _refuse_union(tree, sources, into)
    found = _preview(station, PeopleFilter(equals={"home_org": list(sources)}))
    below = [one.name for one in _children(station, tree, sources)]
    return replace(found, conflicts=tuple(below))


def split_org(
    station: Station, *, source: str, new: Mapping[str, Value], chosen: str, on: str, why: str
) -> tuple[int, Changes]:
    """Make the unit `new` out of part of `source` and move the people chosen; return how many.

    People of a new community get it as their home; people of a new grid stay in their community and
    get the grid. Raises InvalidValueError, NotFoundError, AccessError.
    """
    orgs.need_reason(why)
    orgs.check_date(on)
    tree = orgs.org_tree(station)
    old = orgs.unit_at(tree, source)
    moving = preview_split(station, source=source, chosen=chosen)
    code, level = str(new.get("code") or ""), str(new.get("level") or old.level)
    if code in tree.units:
        raise InvalidValueError("code", f"编码“{code}”已经是“{tree.units[code].name}”", "请换一个编码")
    if level not in {str(old.level), str(GRID)}:
        raise InvalidValueError("level", _SPLIT_LEVELS_APART, "请重新选择层级")
    is_grid = level == str(GRID) and old.level != GRID
    values = {"parent": source if is_grid else old.parent, **new, "level": level, "since": on}
    with station.vault.unit("org.split", why=why) as unit:
        orgs.write_org(station, unit, tree, values)
        fields: dict[str, Value] = {"grid": str(new.get("name") or "")} if is_grid else {"home_org": code}
        if not is_grid:
            _refuse_at_community(station)
        _move(unit, moving.ids, fields)
        return moving.total, unit.commit()


def merge_orgs(station: Station, *, sources: Sequence[str], into: str, on: str, why: str) -> tuple[int, Changes]:
    """Join units into one: their people and open units below move, they are closed and known as old names.

    Returns how many people moved. Raises InvalidValueError, NotFoundError, AccessError.
    """
    orgs.need_reason(why)
    orgs.check_date(on)
    _refuse_at_community(station)
    tree = orgs.org_tree(station)
    _refuse_union(tree, sources, into)
    with station.vault.unit("org.merge", why=why) as unit:
        ids = org_people.people_in(unit.connection, list(sources))
        for child in _children(station, tree, sources):
            orgs.write_org(station, unit, tree, {"code": child.code, "parent": into})
        for source in sources:
            orgs.write_org(station, unit, tree, {"code": source, "until": on, "became": into})
        _move(unit, ids, {"home_org": into})
        return len(ids), unit.commit()


def _preview(station: Station, wanted: PeopleFilter) -> MovePreview:
    ids = register.people_ids(station, wanted=wanted)
    return MovePreview(tuple(ids), tuple(register.people_rows(station, ids=ids[:_SAMPLE])))


def _move(unit: UnitOfWork, ids: Sequence[str], fields: Mapping[str, Value]) -> None:
    for part in chunks(ids):
        unit.put_many("person", dict.fromkeys(part, fields))


def _children(station: Station, tree: OrgTree, sources: Sequence[str]) -> list[OrgUnit]:
    """Return the open units right below `sources`."""
    today = station.today()
    return [one for one in tree.units.values() if one.parent in sources and one.is_open(today)]


def _refuse_union(tree: OrgTree, sources: Sequence[str], into: str) -> None:
    target = orgs.unit_at(tree, into)
    if not sources:
        raise InvalidValueError("sources", "没有选择要并入的机构", "请至少选择一个")
    for code in sources:
        one = orgs.unit_at(tree, code)
        if code == into or into in tree.below(code):
            raise InvalidValueError("into", f"“{one.name}”不能并入它自己或它的下级", "请重新选择")
        if one.level != target.level:
            raise InvalidValueError("into", f"“{one.name}”与“{target.name}”层级不同，不能合并", "请选同一级的机构")
        if one.until:
            raise InvalidValueError("sources", f"“{one.name}”已经撤并", "请重新选择")
    if target.until:
        raise InvalidValueError("into", f"“{target.name}”已经撤并", "请重新选择")


def _refuse_at_community(station: Station) -> None:
    if not station.is_street:
        raise AccessError("社区的拆分合并由街道办理，人员归属以街道为准", "请联系街道，办好后会随数据包发来")
