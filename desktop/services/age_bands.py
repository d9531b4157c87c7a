"""Old-age bands as a table with dates of effect, and who reaches one next month."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.ages import AgeBand, bands_of, month_after, reached_in, shipped_bands
from desktop.domain.changes import Changes
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import org_id
from desktop.domain.permissions import READ_HOUSE
from desktop.services.register import IN_CARE, people_ids, people_rows, refuse_wrong
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PeopleFilter, PersonRow
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who begins to belong to a band in a month."""

    person: PersonRow
    band: AgeBand


def band_rows(station: Station) -> list[ChildRow]:
    """Return the table of bands: this register's own records, or those shipped while there are none."""
    with station.vault.reading(READ_HOUSE) as connection:
        rows = list(people.records_of(connection, "age_band"))
    found = rows or [ChildRow("age_band", _shipped_id(number), one) for number, one in enumerate(shipped_bands())]
    return sorted(found, key=lambda row: (int(row.values.get("from_age") or 0), str(row.values.get("since") or "")))


def bands(station: Station) -> list[AgeBand]:
    """Return the bands, the highest first."""
    return bands_of(row.values for row in band_rows(station))


def put_band(station: Station, *, values: Mapping[str, Value], record: str = "", why: str = "高龄档次") -> Changes:
    """Add or change a band; raises InvalidValueError, NotFoundError, AccessError.

    The shipped bands become records of this register with its first change.
    """
    _may_edit(station)
    known = {row.id: row.values for row in band_rows(station)}
    if record and record not in known:
        raise NotFoundError("没有找到这个档次", "请刷新后再看")
    whole = {**known.get(record, {}), **values}
    refuse_wrong("age_band", whole, station)
    _refuse_crossing(whole, [row for key, row in known.items() if key != record])
    key = record or org_id(f"age_band {whole['name']} {whole['from_age']} {whole.get('since') or ''}")
    with station.vault.unit("age_band.edit", why=why) as unit:
        _make_own(unit)
        unit.put("age_band", key, whole)
        return unit.commit()


def remove_band(station: Station, *, record: str, why: str = "高龄档次") -> Changes:
    """Take a band off the table; raises NotFoundError, InvalidValueError, AccessError."""
    _may_edit(station)
    if len(band_rows(station)) == 1:
        raise InvalidValueError("name", "这是最后一个档次", "请先添加新的档次再删除")
    with station.vault.unit("age_band.remove", why=why) as unit:
        _make_own(unit)
        if not unit.delete("age_band", record):
            raise NotFoundError("没有找到这个档次", "请刷新后再看")
        return unit.commit()


def reaching(station: Station, *, month: str = "") -> list[Reached]:
    """Return who begins to belong to a band in a month (`2026-12`; next month if none is given)."""
    month = month or month_after(station.today())
    table = bands(station)
    year = int(month[:4])
    found: dict[str, Reached] = {}
    for born in sorted({year - back - band.from_age for band in table for back in (0, 1)}):
        wanted = PeopleFilter(equals={"manage_state": [IN_CARE]}, born_from=str(born), born_to=f"{born}-12-31")
        for row in people_rows(station, ids=people_ids(station, wanted=wanted)):
            band = reached_in(row.text("birth_id") or row.text("birth_file"), table, month)
            if band is not None:
                found[row.id] = Reached(row, band)
    return list(found.values())


def _make_own(unit: UnitOfWork) -> None:
    """Write the shipped bands as records, if this register has none of its own yet."""
    if not people.records_of(unit.connection, "age_band"):
        for number, one in enumerate(shipped_bands()):
            unit.put("age_band", _shipped_id(number), one)


def _shipped_id(number: int) -> str:
    return org_id(f"age_band shipped {number}")


def _refuse_crossing(one: Mapping[str, Value], others: list[Mapping[str, Value]]) -> None:
    """Raise InvalidValueError if a band is upside down, or overlaps another in age and time."""
    start, end = _ages(one)
    if start >= end:
        raise InvalidValueError("to_age", "“不满多少周岁”要大于“满多少周岁”", "请改正")
    for other in others:
        low, high = _ages(other)
        if start < high and low < end and _times_meet(one, other):
            name = other.get("name")
            raise InvalidValueError("from_age", f"与“{name}”的年龄重叠", "请改年龄，或给旧档次填上停止日期")


def _ages(one: Mapping[str, Value]) -> tuple[int, int]:
    end = one.get("to_age")
    return int(one.get("from_age") or 0), 1000 if end is None else int(end)


def _times_meet(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    first, second = (str(row.get("until") or "9999") for row in (one, other))
    return str(one.get("since") or "") < second and str(other.get("since") or "") < first


def _may_edit(station: Station) -> None:
    if not station.is_street:
        raise AccessError("高龄档次由街道按当地文件维护", "请联系街道修改后发来数据包")
