"""The organisation tree: read with its people, edited unit by unit; moving people is in `org_moves`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.dates import is_partial_date
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id, org_id
from desktop.domain.org_tree import GRID, OrgTree, OrgUnit
from desktop.domain.permissions import READ_HOUSE
from desktop.domain.resources import resource_path
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store import org_people, people
from desktop.store.people import ChildRow
from desktop.store.unit_of_work import UnitOfWork

_UNIT_KEYS = ("code", "name", "level", "parent", "area_code", "run_by", "since")


@dataclass(frozen=True, slots=True)
class OrgLine:
    """One line of the tree: a unit, how deep it hangs, its own people and all below it."""

    unit: OrgUnit
    depth: int
    people: int
    people_below: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class OrgPicture:
    """The whole tree with counts; `unplaced` people name no unit that is known here."""

    lines: tuple[OrgLine, ...]
    unplaced: int


def org_tree(station: Station) -> OrgTree:
    """Return the organisation tree as records have it."""
    with station.vault.reading(READ_HOUSE) as connection:
        orgs, aliases = people.records_of(connection, "org"), people.records_of(connection, "org_alias")
    return OrgTree.of_records([one.values for one in orgs], [one.values for one in aliases])


def org_picture(station: Station) -> OrgPicture:
    """Return the tree, parents before children, with counts of people."""
    tree = org_tree(station)
    with station.vault.reading() as connection:
        homes, grids = people.counts_by(connection, "home_org"), org_people.counts_by_grid(connection)
    own = {code: homes.get(code, 0) for code in tree.units}
    for unit in tree.units.values():
        if unit.level == GRID:
            own[unit.code] += grids.get((unit.parent, unit.name), 0)
    lines = []
    for depth, unit in tree.walk():
        # People of a grid are people of its community: counted once in the sums above.
        below = sum(homes.get(code, 0) for code in tree.below(unit.code))
        total = max(below, own[unit.code])
        lines.append(OrgLine(unit, depth, own[unit.code], total, unit.is_open(station.today())))
    return OrgPicture(tuple(lines), sum(count for code, count in homes.items() if code not in tree.units))


def put_org(station: Station, *, values: Mapping[str, Value], why: str) -> Changes:
    """Add or change one unit, named by its `code`; raises InvalidValueError, AccessError.

    A new name without a rename's date belongs to `rename_org`, which keeps the old one.
    """
    need_reason(why)
    with station.vault.unit("org.edit", why=why) as unit:
        write_org(station, unit, org_tree(station), values)
        return unit.commit()


def write_org(station: Station, unit: UnitOfWork, tree: OrgTree, values: Mapping[str, Value]) -> str:
    """Write a unit of the tree inside an open unit of work and return its code; raises InvalidValueError."""
    code = str(values.get("code") or "").strip()
    if not code.isascii() or not code.isalnum():
        raise InvalidValueError("code", "机构编码只能是字母和数字，不能为空", "例如 610100001003")
    known = tree.units.get(code)
    level, parent = str(values.get("level") or (known.level if known else "")), values.get("parent")
    above = str(parent or "") if "parent" in values or known is None else known.parent
    may_edit(station, code=code, parent=above, level=level)
    reason = tree.refusal(code=code, parent=above, level=int(level) if level.isdigit() else 0)
    if reason:
        raise InvalidValueError("parent", reason, "请重新选择上级机构")
    stored = {one.values.get("code"): one for one in people.records_of(unit.connection, "org")}.get(code)
    whole = {**(stored.values if stored else {}), **values, "code": code}
    refuse_wrong("org", whole, station)
    unit.put("org", stored.id if stored else org_id(code), {**values, "code": code})
    return code


def rename_org(station: Station, *, code: str, name: str, on: str, why: str) -> Changes:
    """Give a unit a new name from a date on; the old one becomes a dated alias. Raises as `put_org`."""
    need_reason(why)
    check_date(on)
    tree = org_tree(station)
    old = unit_at(tree, code)
    if not name.strip() or name.strip() == old.name:
        raise InvalidValueError("name", "新名称不能为空，也不能与原名称相同", "请填写新名称")
    with station.vault.unit("org.rename", why=why) as unit:
        write_org(station, unit, tree, {"code": code, "name": name.strip()})
        alias: dict[str, Value] = {"org": code, "name": old.name, "until": on, "note": f"{on} 更名为{name.strip()}"}
        before = [one.until for one in old.aliases if one.until and one.until < on]
        since = max(before, default=old.since)
        unit.add("org_alias", new_id(station.ids), {**alias, **({"since": since} if since else {})})
        return unit.commit()


def close_org(station: Station, *, code: str, until: str, why: str) -> Changes:
    """Close a unit that has no people and no open units below it; raises InvalidValueError.

    A unit with people is merged into another, which moves them.
    """
    need_reason(why)
    check_date(until)
    tree = org_tree(station)
    unit_at(tree, code)
    line = next(one for one in org_picture(station).lines if one.unit.code == code)
    if line.people:
        raise InvalidValueError(
            "code", f"“{line.unit.name}”还有 {line.people} 人", "请用“并入其他机构”，人员会一起转过去"
        )
    if any(tree.units[one].is_open(station.today()) for one in tree.below(code) - {code}):
        raise InvalidValueError("code", f"“{line.unit.name}”下面还有机构", "请先撤并下级机构")
    with station.vault.unit("org.close", why=why) as unit:
        write_org(station, unit, tree, {"code": code, "until": until})
        return unit.commit()


def aliases_of(station: Station, *, code: str) -> list[ChildRow]:
    """Return the aliases of a unit, in the order they were entered."""
    with station.vault.reading(READ_HOUSE) as connection:
        return [one for one in people.records_of(connection, "org_alias") if one.values.get("org") == code]


def put_alias(station: Station, *, code: str, values: Mapping[str, Value], record: str = "") -> Changes:
    """Add or change an alias of a unit; raises InvalidValueError, NotFoundError, AccessError."""
    one = unit_at(org_tree(station), code)
    may_edit(station, code=code, parent=one.parent, level=str(one.level))
    whole = {**{key: value for key, value in values.items() if value not in (None, "")}, "org": code}
    refuse_wrong("org_alias", whole, station)
    since, until = str(whole.get("since") or ""), str(whole.get("until") or "")
    if since and until and until < since:
        raise InvalidValueError("until", "停用日期早于启用日期", "请改正")
    with station.vault.unit("org_alias.edit", why="机构别名") as unit:
        if record:
            unit.put("org_alias", record, values)
        else:
            unit.add("org_alias", new_id(station.ids), whole)
        return unit.commit()


def remove_alias(station: Station, *, record: str) -> Changes:
    """Take an alias away; raises NotFoundError."""
    with station.vault.unit("org_alias.remove", why="机构别名") as unit:
        if not unit.delete("org_alias", record):
            raise NotFoundError("没有找到这个别名", "请刷新后再看")
        return unit.commit()


def shipped_towns() -> dict[str, Any]:
    """Return the shipped starting data: towns, their aliases, and the counties they lie in."""
    raw: dict[str, Any] = json.loads(resource_path("orgs", "xixian.json").read_text(encoding="utf-8"))
    return raw


def load_towns(station: Station, *, why: str = "载入西咸新区镇街") -> tuple[int, Changes]:
    """Add the shipped towns that are not there yet and return how many; what is there stays as it is.

    A town known here under another code (this street's own, say) is not made twice: it is hung into
    the tree where it hangs nowhere.
    """
    raw = shipped_towns()
    tree = org_tree(station)
    named = {one.name: one.code for one in tree.units.values()}
    codes: dict[str, str] = {}
    added = 0
    with station.vault.unit("org.load", why=why, source=raw["source"][:200]) as unit:
        for one in raw["items"]:
            code = codes[one["code"]] = (
                one["code"] if one["code"] in tree.units else named.get(one["name"], one["code"])
            )
            parent = codes.get(one.get("parent", ""), "")
            known = tree.units.get(code)
            if known is None:
                values = {key: one[key] for key in _UNIT_KEYS if key in one}
                unit.put("org", org_id(code), {**values, **({"parent": parent} if parent else {})})
                added += 1
            elif parent and not known.parent and known.level == int(one["level"]):
                unit.put("org", org_id(code), {"parent": parent})
        for one in raw["aliases"]:
            code = codes[one["org"]]
            unit.put("org_alias", org_id(f"alias {one['org']} {one['name']}"), {**one, "org": code})
        return added, unit.commit()


def unit_at(tree: OrgTree, code: str) -> OrgUnit:
    """Return a unit of the tree; raises NotFoundError."""
    found = tree.units.get(code)
    if found is None:
        raise NotFoundError(f"没有编码为“{code}”的机构", "请刷新机构列表后重新选择")
    return found


def may_edit(station: Station, *, code: str, parent: str, level: str) -> None:
    """Raise AccessError if this station may not say what a unit is: a community says only its own grids."""
    if station.is_street or code == station.org or (parent == station.org and level == str(GRID)):
        return
    raise AccessError("社区只能维护本社区的网格和楼栋，其他机构由街道维护", "请联系街道修改后发来数据包")


def need_reason(why: str) -> None:
    """Raise InvalidValueError if no reason is given: changes to the tree are always explained."""
    if not why.strip():
        raise InvalidValueError("why", "机构变动必须写明依据", "请填写文件号或原因")


def check_date(text: str) -> date:
    """Return a full date; raises InvalidValueError."""
    if not is_partial_date(text) or len(text) != len("2026-01-01"):
        raise InvalidValueError("on", f"日期“{text}”不完整", "请写成 2026-01-01")
    return date.fromisoformat(text)
