"""可见范围: how much of each group of fields each role sees, chosen by a supervisor, with history."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_HOUSE
from desktop.domain.sight import BY_KEY, GROUPS, LEVELS, SEERS, SightGroup, sight_of
from desktop.services.catalogue import collected_fields
from desktop.services.station import Station
from desktop.store import house_settings, people

_NONE: Mapping[tuple[str, str], str] = {}


@dataclass(frozen=True, slots=True)
class SightLine:
    """One group: what is in it, and the level of each role, as chosen and as shipped."""

    group: SightGroup
    labels: tuple[str, ...]  # of its fields that are collected here
    levels: Mapping[str, str]  # by role
    shipped: Mapping[str, str]

    @property
    def is_changed(self) -> bool:
        """True if a role sees it otherwise than the program came with."""
        return dict(self.levels) != dict(self.shipped)


def sight_table(station: Station) -> list[SightLine]:
    """Return the table of levels, groups in the order of the dictionary."""
    with station.vault.reading(READ_HOUSE) as connection:
        chosen, as_before = house_settings.load_levels(connection)
    collected = collected_fields(station)
    now = {role: sight_of(role, chosen, as_before=as_before).levels for role in SEERS}
    shipped = {role: sight_of(role, _NONE).levels for role in SEERS}
    return [
        SightLine(
            one,
            tuple(f.label for f in one.fields if f.key != "person" and (one.kind != "person" or f.key in collected)),
            {role: now[role][one.key] for role in SEERS},
            {role: shipped[role][one.key] for role in SEERS},
        )
        for one in GROUPS
    ]


def is_as_before(station: Station) -> bool:
    """Return True for a register older than the table, whose clerks see everything unless it is said otherwise."""
    with station.vault.reading(READ_HOUSE) as connection:
        return house_settings.load_levels(connection)[1]


def set_level(station: Station, *, group: str, role: str, level: str) -> Changes:
    """Choose how much a role sees of a group; raises NotAllowedError, InvalidValueError.

    `group` is a group of the dictionary or the name of a kind of record; role and level by key or in Chinese.
    """
    role = _key_of(role, SEERS)
    level = _key_of(level, LEVELS)
    if group not in BY_KEY:
        raise InvalidValueError("group", f"没有“{group}”这个分组", "可以写：" + "、".join(BY_KEY))
    if role not in SEERS or level not in LEVELS:
        raise InvalidValueError(
            "level", "角色或显示方式不对", f"角色：{'、'.join(SEERS.values())}；方式：{'、'.join(LEVELS.values())}"
        )
    with station.vault.unit("sight.edit", why=f"{group}：{SEERS[role]}{LEVELS[level]}") as unit:
        known = {
            (one.values.get("field_group"), one.values.get("role")): one.id
            for one in people.records_of(unit.connection, "sight_level")
        }
        values: dict[str, Value] = {"field_group": group, "role": role, "level": level}
        unit.put("sight_level", known.get((group, role)) or new_id(station.ids), values)
        return unit.commit()


def restore_levels(station: Station) -> Changes:
    """Go back to the levels the program ships, those of the dictionary's privacy levels; raises NotAllowedError."""
    with station.vault.unit("sight.edit", why="恢复出厂的可见范围") as unit:
        for one in people.records_of(unit.connection, "sight_level"):
            unit.delete("sight_level", one.id)
        house_settings.forget_before(unit.connection)
        unit.touch("sight_level")
        return unit.commit()


def _key_of(text: str, known: Mapping[str, str]) -> str:
    """Return a key for itself or for its Chinese name (or how that begins), the text as it is for neither."""
    wanted = text.strip()
    return next((key for key, label in known.items() if wanted and (wanted == key or label.startswith(wanted))), wanted)
