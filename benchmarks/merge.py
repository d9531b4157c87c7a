"""Merging a package of many people: `python benchmarks/merge.py 10000` prints seconds, peak MB and ratios.

Beside it, in the same run: SQLite's session extension (apsw) applying a changeset of the same rows to a
plain database, and `keepassxc-cli merge` on as many entries, if it is installed. CPU seconds of the
process and its children are compared: they say the same on a busy machine.
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.domain.ids import new_id  # noqa: E402
from desktop.security.key_file import KdfCost  # noqa: E402
from desktop.services import exchange, merges, peers, register  # noqa: E402
from desktop.services.access import NewStore, create_store, end_with_the_job  # noqa: E402
from desktop.services.practice import invented_person  # noqa: E402
from desktop.services.station import Station  # noqa: E402

PASSWORD = "benchmark-2026"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)
STREET = NewStore("street", "610100001", "上林街道", "李强")
COMMUNITY = NewStore("community", "610100001001", "青杨社区", "王敏")
Rows = list[tuple[str, dict[str, object], str, dict[str, object]]]  # person id, fields, phone id, fields


def cpu() -> float:
    """Return the CPU seconds this process and its finished children have used."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_pair(folder: Path) -> tuple[Station, Station]:
    made = [
        create_store(folder / one.code, draft=one, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
        for one in (COMMUNITY, STREET)
    ]
    for one, other in (made, made[::-1]):
        path = folder / f"{one.org}.yck"
        card = peers.export_key_card(one, path=path)
        peers.enroll_peer(other, path=path, fingerprint=card.fingerprint)
    return made[0], made[1]


def fill(station: Station, count: int) -> Rows:
    chance, rows = random.Random(7), []
    with station.vault.unit("practice.fill", why="测速") as unit:
        for number in range(count):
            person, phone = new_id(station.ids), new_id(station.ids)
            values = {**register.complete_person(station, invented_person(chance)), "person_no": f"S1001-{number:06d}"}
            beside = {"person": person, "number": f"199{number:08d}", "owner": "本人"}
            unit.add("person", person, values)
            unit.add("phone", phone, beside)
            rows.append((person, values, phone, beside))
        unit.commit()
    return rows


def merge_ours(folder: Path, count: int) -> tuple[float, Rows]:
    """Print what merging takes; return CPU seconds a row and the rows."""
    community, street = make_pair(folder)
    rows = fill(community, count)
    path = folder / "p.ycp"
    began = cpu()
    exchange.pack_for(community, to_org=street.org, path=path)
    print(f"pack: {cpu() - began:.2f} s CPU, {path.stat().st_size / count:.0f} bytes a person")
    community.close()
    began, wall = cpu(), time.perf_counter()
    preview = exchange.preview_merge(street, path=path)
    looked = cpu()
    brakes = merges.brakes_of(street, preview)
    result = exchange.apply_merge(
        street, preview=preview, is_backed_up=True, confirmed=brakes.number if brakes else None
    )
    took = cpu() - began
    assert result.counts["person.new"] == count
    print(
        f"merge of {count} people ({2 * count} rows): {took:.2f} s CPU (preview {looked - began:.2f}, "
        f"write {took - looked + began:.2f}), {time.perf_counter() - wall:.2f} s by the clock, peak {peak():.0f} MB"
    )
    street.close()
    return took / (2 * count), rows


def merge_session(folder: Path, rows: Rows) -> float:
    """Let the session extension carry the same rows into a plain database; return CPU seconds a row."""
    import apsw

    tables = {
        "person": sorted({key for _, values, _, _ in rows for key in values}),
        "phone": sorted({key for _, _, _, values in rows for key in values}),
    }

    def open_plain(name: str) -> "apsw.Connection":
        made = apsw.Connection(str(folder / name))
        made.execute("PRAGMA journal_mode=WAL")
        for table, keys in tables.items():
            made.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, {', '.join(keys)})")
        return made

    source, target = open_plain("a.db"), open_plain("b.db")
    session = apsw.Session(source, "main")
    session.attach(None)
    with source:
        for person, values, phone, beside in rows:
            for table, record, fields in (("person", person, values), ("phone", phone, beside)):
                keys = tables[table]
                marks = ", ".join("?" * (len(keys) + 1))
                source.execute(f"INSERT INTO {table} VALUES ({marks})", (record, *[fields.get(key) for key in keys]))
    changes = session.changeset()
    began = cpu()
    with target:
        apsw.Changeset.apply(changes, target, conflict=lambda *_: apsw.SQLITE_CHANGESET_ABORT)
    took = cpu() - began
    assert target.execute("SELECT count(*) FROM person").fetchone()[0] == len(rows)
    print(f"session extension, unencrypted: {took:.2f} s CPU, {len(changes) / len(rows):.0f} bytes a person")
    return took / (2 * len(rows))


def merge_keepassxc(folder: Path, rows: Rows) -> float | None:
    """Let keepassxc-cli merge as many entries; return CPU seconds a row, None if it is not there."""
    if shutil.which("keepassxc-cli") is None:
        print("keepassxc-cli is not installed here: its line is left out")
        return None
    entries = "".join(
        f"<Entry><String><Key>Title</Key><Value>{escape(str(values['name']))} {person}</Value></String>"
        f"<String><Key>UserName</Key><Value>{escape(str(values['id_no']))}</Value></String></Entry>"
        for person, values, _, _ in rows
    )
    shell = "<KeePassFile><Root><Group><Name>Root</Name>{0}</Group></Root></KeePassFile>"
    for name, body in (("one", ""), ("two", entries)):
        (folder / f"{name}.xml").write_text(f'<?xml version="1.0" encoding="UTF-8"?>{shell.format(body)}')
        subprocess.run(
            ["keepassxc-cli", "import", "-q", "-p", "-t", "100", f"{name}.xml", f"{name}.kdbx"],
            cwd=folder, input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, env={**os.environ, "LANG": "C.UTF-8"},
        )  # fmt: skip
    began = cpu()
    subprocess.run(
        ["keepassxc-cli", "merge", "-q", "--same-credentials", "one.kdbx", "two.kdbx"],
        cwd=folder, input=f"{PASSWORD}\n", text=True, check=True, env={**os.environ, "LANG": "C.UTF-8"},
    )  # fmt: skip
    took = cpu() - began
    print(f"keepassxc-cli merge of {len(rows)} entries: {took:.2f} s CPU")
    return took / len(rows)


def main() -> None:
    count = int(sys.argv[1])
    end_with_the_job()  # as `yince merge` does: this process does one job and ends
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ours, rows = merge_ours(folder, count)
        plain = merge_session(folder, rows)
        print(f"a row: ours {ours * 1e6:.0f} µs, session extension {plain * 1e6:.0f} µs, ratio {ours / plain:.1f}")
        other = merge_keepassxc(folder, rows)
        if other is not None:
            print(f"a person against a KeePassXC entry: ratio {ours * 2 / other:.2f}")


if __name__ == "__main__":
    main()
