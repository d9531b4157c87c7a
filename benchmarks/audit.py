"""What proving the audit chain costs: hashes and signatures of many units, done by several users in turn.

`python benchmarks/audit.py [UNITS] [UNITS IN A BLOCK]` (100,000 and 40 if not said). Times are of the processor, in
seconds; the ratio is to reading the same rows and hashing each with SHA-256 in the same run. Goal: 2 s (G16).
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.security.key_file import KdfCost  # noqa: E402
from desktop.security.signing import SigningKey  # noqa: E402
from desktop.services import access  # noqa: E402
from desktop.services.access import NewStore  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store.audit_chain import chain_problems, seal_of, trust_digest  # noqa: E402
from desktop.store.signatures import Seal, message_of, naming  # noqa: E402

_PASSWORD = "practice-2026"  # noqa: S105 - of a store that is thrown away
_USERS = 5


def timed(work: Callable[[], object]) -> float:
    """Return the processor time of `work`, in seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def filled(folder: Path, units: int, block: int) -> Station:
    """Return a register whose chain has so many units, by five users in turn, each block signed at its end."""
    draft = NewStore("community", "610100001001", "青杨社区", "王敏")
    cost = KdfCost(64, 1, 1)
    station = access.create_store(folder, draft=draft, password=_PASSWORD, clock=SystemClock(), cost=cost)
    keys = {f"使用人{number}": SigningKey(bytes([number + 1]) * 32) for number in range(_USERS)}
    for name, key in keys.items():
        with station.vault.unit("user.add", source=naming(name, "clerk", key.public)) as unit:
            unit.commit()
    with station.vault.unit("practice.fill") as unit:
        connection = unit.connection
        entry, digest = connection.exec_driver_sql("SELECT n, hash FROM change ORDER BY n DESC LIMIT 1").one()
        number, previous = connection.exec_driver_sql("SELECT batch, hash FROM seal ORDER BY batch DESC LIMIT 1").one()
        connection.exec_driver_sql("UPDATE batch SET n=? WHERE n=?", (units + 1000, number + 1))
        unit.log.batch = units + 1000
        trust = trust_digest(connection)
        batches, seals, signed = [], list[Any](), list[Any]()
        for n in range(number + 1, units + 1000):
            user = f"使用人{n // block % _USERS}"
            row = (n, f"{n:032x}", "access.note", "", user, "2026-11-24T01:02:03Z", "", None)
            previous = seal_of(bytes(previous), row, entry, bytes(digest), trust)
            batches.append(row)
            seals.append((n, entry, digest, trust, previous))
            if n % block == block - 1 or n == units + 999:
                key = keys[user]
                value = key.sign(message_of(station.vault.identity.store_id, Seal(n, user, previous)))
                signed.append((n, key.public, value))
        columns = "n, id, action, why, user, at, source, undoes"
        connection.exec_driver_sql(f"INSERT INTO batch ({columns}) VALUES (?,?,?,?,?,?,?,?)", batches)  # noqa: S608
        connection.exec_driver_sql("INSERT INTO seal VALUES (?,?,?,?,?)", seals)
        connection.exec_driver_sql("INSERT INTO signature VALUES (?,?,?)", signed)
        station.vault.session.unsure()  # the chain grew beside the session
        unit.commit()
    station.vault.checkpoint()
    return station


def plain_read(station: Station) -> None:
    """Read every unit with its seal, and hash each."""
    with station.vault.reading("read.sealed") as connection:
        for row in connection.exec_driver_sql("SELECT * FROM batch JOIN seal ON batch=n ORDER BY n"):
            hashlib.sha256(repr(tuple(row)).encode("utf-8")).digest()


def prove(station: Station) -> None:
    """Prove the chain with its signatures."""
    with station.vault.reading("read.sealed") as connection:
        found = chain_problems(connection)
        assert not found, found[:3]


def main() -> None:
    """Measure and print."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    block = int(sys.argv[2]) if len(sys.argv) > 2 else 40  # noqa: PLR2004 - the second argument
    access.end_with_the_job()
    with tempfile.TemporaryDirectory() as place:
        station = filled(Path(place) / "store", units, block)
        base = timed(lambda: plain_read(station))
        took = timed(lambda: prove(station))
        with station.vault.reading("read.sealed") as connection:
            ends = connection.exec_driver_sql("SELECT count(*) FROM signature").scalar_one()
        print(
            f"{units:,} units, {ends:,} signatures: {took:.2f} s of the processor (goal 2), {took / base:.2f} x reading"
        )
        station.close()


if __name__ == "__main__":
    main()
