"""Find as you type: `python benchmarks/search.py FOLDER 10000 100000 1000000` prints p50 and p95 by kind of query.

Stores are made once in FOLDER and kept. Each kind is asked what clerks type about people who are
there; beside them stands what one scan with LIKE over the same people takes in the same run.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crowd import crowd  # noqa: E402
from desktop.services import register  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store.readings import name_readings  # noqa: E402
from desktop.store.search import door_of  # noqa: E402

ASKED = 60
SHOWN = 12
SPECIAL = "单仇曾查解朴区盖缪覃翟种折员贠"
Person = dict[str, str]


def _initials(one: Person) -> str:
    return "".join(part[0] for part in name_readings(one["name"])[0])


def _sound(one: Person) -> str:
    return "".join(name_readings(one["name"])[0])


def _typed(of: Callable[[Person], str]) -> Callable[[Person, random.Random], str]:
    return lambda one, _chance: of(one)


KINDS: dict[str, Callable[[Person, random.Random], str]] = {
    "one character": lambda one, chance: chance.choice(one["name"]),
    "two characters": _typed(lambda one: one["name"][:2]),
    "whole name": _typed(lambda one: one["name"]),
    "one letter": _typed(lambda one: _sound(one)[0]),
    "half a syllable": _typed(lambda one: _sound(one)[:3]),
    "full pinyin": _typed(_sound),
    "pinyin, last letters missing": _typed(lambda one: _sound(one)[:-2]),
    "initials": _typed(_initials),
    "surname and initials": _typed(lambda one: name_readings(one["name"])[0][0] + _initials(one)[1:]),
    "surname readings": _typed(_initials),
    "any four digits of the id": lambda one, chance: one["id_no"][(at := chance.randrange(4, 14)) : at + 4],
    "id tail": _typed(lambda one: one["id_no"][-4:]),
    "birth day": _typed(lambda one: one["id_no"][6:14]),
    "whole id": _typed(lambda one: one["id_no"]),
    "half an id": _typed(lambda one: one["id_no"][:12]),
    "phone tail": _typed(lambda one: one["phone"][-4:]),
    "any six digits of the phone": lambda one, chance: one["phone"][(at := chance.randrange(1, 5)) : at + 6],
    "whole phone": _typed(lambda one: one["phone"]),
    "3-2-501": _typed(lambda one: "-".join(door_of(one["live_addr"]) or ())),
    "3-2": _typed(lambda one: "-".join((door_of(one["live_addr"]) or ())[:2])),
    "enterprise": _typed(lambda one: one["ent_name"][:4]),
    "address": _typed(lambda one: one["live_addr"][4:11]),
    "person number": _typed(lambda one: one["person_no"]),
    "card number": _typed(lambda one: one["card_no"]),
    "former name": _typed(lambda one: one["former"]),
    "old id": _typed(lambda one: one["old_id"]),
    "zgh 1953": _typed(lambda one: f"{_initials(one)} {one['birth_id'][:4]}"),
    "name and enterprise": _typed(lambda one: f"{one['name'][:1]} {one['ent_name'][:2]} {one['birth_id'][:4]}"),
    "surname and door": _typed(lambda one: f"{_initials(one)[0]} {'-'.join(door_of(one['live_addr']) or ())}"),
    "nobody": lambda _one, chance: f"{chance.randrange(10_000):04d}{chance.randrange(10_000):04d}",
}  # fmt: skip


def people_of(station: Station, chance: random.Random, total: int) -> list[Person]:
    """Return some people of the store with what hangs on them."""
    sql = (
        "SELECT p.name, p.id_no, p.birth_id, p.live_addr, p.ent_name, p.person_no, t.number AS phone, "
        "c.card_no, f.name AS former, o.number AS old_id FROM person p JOIN phone t ON t.person=p.id "
        "LEFT JOIN card c ON c.person=p.id LEFT JOIN former_name f ON f.person=p.id "
        "LEFT JOIN old_id o ON o.person=p.id WHERE p.row=?"
    )
    with station.vault.reading() as connection:
        rows = [
            connection.exec_driver_sql(sql, (chance.randrange(1, total // 20) * 20,)).mappings().one()
            for _ in range(ASKED * 2)
        ]
        sql = "SELECT name, id_no, birth_id, live_addr, ent_name FROM person WHERE name>=? AND name<? LIMIT 5"
        special = [
            dict(row) for c in SPECIAL for row in connection.exec_driver_sql(sql, (c, c + chr(0x9FFF))).mappings()
        ]
    return [{key: str(value) for key, value in row.items()} for row in [*rows, *special]]


def measure(station: Station, total: int) -> list[tuple[str, float, float, float]]:
    """Return kind, p50, p95, and p95 of processor time (what an idle machine would take) in milliseconds."""
    chance = random.Random(3)
    everyone = people_of(station, chance, total)
    usual, special = everyone[: ASKED * 2], everyone[ASKED * 2 :]
    found: list[tuple[str, float, float, float]] = []
    for kind, typed in KINDS.items():
        among = special if kind == "surname readings" else usual
        times: list[float] = []
        busy: list[float] = []
        for _ in range(ASKED):
            text = typed(chance.choice(among), chance)
            began, worked = time.perf_counter(), time.process_time()
            answer = register.find(station, text=text, limit=SHOWN)
            times.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - worked) * 1000)
            if not answer.people and kind != "nobody":
                raise SystemExit(f"{kind}: nobody found")
        at = int(ASKED * 0.95)
        found.append((kind, statistics.median(times), sorted(times)[at], sorted(busy)[at]))
    return found


def scan(station: Station) -> float:
    """Return the milliseconds of one LIKE over the same texts."""
    sql = (
        "SELECT count(*) FROM person WHERE deleted=0 AND (name LIKE ? OR id_no LIKE ? OR live_addr LIKE ? "
        "OR ent_name LIKE ? OR person_no LIKE ? OR id IN (SELECT person FROM phone WHERE number LIKE ?))"
    )
    with station.vault.reading() as connection:
        began = time.perf_counter()
        connection.exec_driver_sql(sql, ("%7316%",) * 6).scalar_one()
        return (time.perf_counter() - began) * 1000


def main() -> None:
    folder, sizes = Path(sys.argv[1]), [int(one) for one in sys.argv[2:]]
    worst_before = bytes_before = 0.0
    for total in sizes:
        station = crowd(folder, total)
        rows = measure(station, total)
        like = scan(station)
        size = (station.vault.folder / "store.db").stat().st_size
        station.close()
        print(f"\n{total} people, {size / 1e6:.0f} MB on disk, {size / total:.0f} bytes a person")
        for kind, middle, high, busy in rows:
            times = f"p50 {middle:7.2f}   p95 {high:7.2f}   p95 cpu {busy:7.2f} ms"
            print(f"  {kind:<30} {times}   LIKE/p95 {like / high:5.0f}")
        high, busiest = max(row[2] for row in rows), max(row[3] for row in rows)
        print(f"  worst of all kinds: p95 {high:.2f} ms, cpu {busiest:.2f} ms; one LIKE scan {like:.0f} ms")
        if bytes_before:
            print(f"  growth: p95 x{high / worst_before:.2f}, bytes a person x{size / total / bytes_before:.2f}")
        worst_before, bytes_before = high, size / total


if __name__ == "__main__":
    main()
