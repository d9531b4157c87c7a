"""What a peer is not given: by level of privacy or field by field (`sync.md` section 3.13, `security.md`).

A field that is withheld is absent from what is sent, never blank: the receiver keeps what it has.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from desktop.domain.dictionary import KINDS
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Field, Kind, RecordKind
from desktop.domain.operations import Operation
from desktop.services.peers import peers_of
from desktop.services.station import Station
from desktop.store import exchange
from desktop.store.engine import Reading
from desktop.store.exchange import EVERYTHING

LEVELS = (3, 4)  # masked on screen; sensitive
_ALWAYS = frozenset({"person", "name", "person_no", "home_org", "owner_epoch", "joined_to"})  # who it is and whose


@dataclass(frozen=True, slots=True)
class Profile:
    """What one peer is not given: fields of this level of privacy and up (0: none), and fields by name."""

    level: int = 0
    fields: tuple[str, ...] = ()  # `person.id_no`, `visit.note` ...

    @property
    def withheld(self) -> frozenset[str]:
        """Every field that is withheld, as `kind.field`; a whole kind as `kind.*`."""
        found: set[str] = set()
        for kind in KINDS.values():
            if kind.local:
                continue
            chosen = {one.key for one in kind.fields if self._withholds(kind, one)}
            needed = {one.key for one in kind.fields if one.required}
            found |= {f"{kind.key}.*"} if chosen & needed else {f"{kind.key}.{key}" for key in chosen}
        return frozenset(found)

    def _withholds(self, kind: RecordKind, field: Field) -> bool:
        if field.kind is Kind.RECORD or (field.key in _ALWAYS and (kind.key == "person" or field.key == "person")):
            return False
        return bool(self.level and field.privacy >= self.level) or f"{kind.key}.{field.key}" in self.fields


def profile_of(connection: Reading, org: str) -> Profile:
    """Return what a peer is not given; nothing unless somebody said so."""
    kept = exchange.setting(connection, _key(org))
    return Profile(int(kept["level"]), tuple(kept["fields"])) if kept else Profile()


def profile_at(station: Station, org: str) -> Profile:
    """Return what a peer is not given, for those who only look."""
    with station.vault.reading() as connection:
        return profile_of(connection, org)


def set_profile(station: Station, *, org: str, profile: Profile) -> Profile:
    """Say what a peer is not given from now on; what it is given again comes with the next package, a whole one.

    Raises NotFoundError for a unit that is not enrolled, InvalidValueError for a level or field there is not.
    """
    if org not in {one.org for one in peers_of(station)}:
        raise NotFoundError(f"没有登记“{org}”的密钥卡", "请检查编码")
    if profile.level not in (0, *LEVELS):
        raise InvalidValueError("level", "密级只能是 3（遮盖项）或 4（敏感项）", "不写表示不按密级")
    for name in profile.fields:
        _refuse_unknown(name)
    with station.vault.unit("profile.edit", why=f"修改发给{org}的范围") as unit:
        before = profile_of(unit.connection, org).withheld
        text = json.dumps({"level": profile.level, "fields": sorted(profile.fields)})
        unit.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?,?)", (_key(org), text))
        if before - profile.withheld:
            out = exchange.stream(unit.connection, direction="out", org=org)
            exchange.keep_stream(unit, replace(out, rebase=EVERYTHING))
        unit.commit()
    return profile


def _refuse_unknown(name: str) -> None:
    kind, _, key = name.partition(".")
    known = kind in KINDS and key in KINDS[kind].keys and not KINDS[kind].local
    if not known or (key in _ALWAYS and kind == "person") or key == "person":
        raise InvalidValueError("fields", f"“{name}”不是可以不发的项目", "写成 person.id_no 这样的名称")


def _key(org: str) -> str:
    return f"withhold:{org}"


def without_withheld(operations: Sequence[Operation], withheld: Collection[str]) -> list[Operation]:
    """Return operations without what is withheld; those with nothing left are left out."""
    if not withheld:
        return list(operations)
    found = []
    for one in operations:
        if f"{one.kind}.*" in withheld:
            continue
        fields = {key: value for key, value in one.fields.items() if f"{one.kind}.{key}" not in withheld}
        if fields or not one.fields:
            found.append(one if len(fields) == len(one.fields) else replace(one, fields=fields))
    return found
