"""彻底清除: nothing of a person is left in records, log, index, drafts, conflicts or lists; the chain still holds.

The log keeps the row of every wiped entry with its hash but without fields and source. So that this is
no licence to empty rows by hand, an `erasure_proof` in the same log names the rows and the digest over
their numbers and hashes; the check accepts an emptied row only if a proof covers it.
An `erasure` record of the person travels in packages: whoever merges it erases as well (`sync.md` 3.7).
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS, PERSON_RECORDS
from desktop.store.change_log import seal
from desktop.store.records import chunks
from desktop.store.unit_of_work import UnitOfWork
from desktop.store.vault import SCRUB

EMPTIED = "{}"
# Whose it was and where it belonged, and which write a proposal was: ids, so that erasure and digest find their way.
KEPT = frozenset({"person", "home_org", "about_kind", "about", "home", "by_org", "dot"})
_STAYS = "erasure"
_SHORTEST_ID = 15  # digits of an id number of the first generation; less might be anybody's


def erase(unit: UnitOfWork, person: str, *, proof: str) -> int:
    """Wipe everything about a person inside `unit`; `proof` is the id of the proof to write. Returns entries wiped.

    The caller writes the `erasure` record itself, where it is the first to erase.
    """
    numbers = _numbers_of(unit.connection, person)
    records = _records_of(unit.connection, person, numbers)
    for kind, record in records:
        unit.delete(kind, record)
    unit.flush()
    for kind, record in records:
        _wipe_record(unit.connection, kind, record)
    _wipe_beside(unit.connection, person, [record for _, record in records])
    _wipe_by_number(unit.connection, numbers)
    rows = _wipe_log(unit.connection, person, records)
    unit.add("erasure_proof", proof, {"about": person, "entries": _ranges(rows), "digest": digest_of(rows)})
    unit.touch("person")
    unit.flush()
    ask_for_scrub(unit)
    return len(rows)


def ask_for_scrub(unit: UnitOfWork) -> None:
    """See inside `unit` that `Vault.scrub` runs after it, at the next start if the program dies before that."""
    unit.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, '1')", (SCRUB,))


def erased_people(connection: Connection) -> frozenset[str]:
    """Return the ids of everyone erased here."""
    rows = connection.exec_driver_sql("SELECT person FROM erasure WHERE deleted=0")
    return frozenset(str(row[0]) for row in rows)


def wiped_entries(connection: Connection) -> frozenset[int]:
    """Return the numbers of the log entries of erased people: they are not sent any more."""
    return frozenset(excused(connection))


def digest_of(rows: Iterable[tuple[int, bytes]]) -> str:
    """Return the digest over the numbers and hashes of wiped entries."""
    made = hashlib.sha256()
    for number, sealed in rows:
        made.update(f"{number}:".encode("ascii") + sealed)
    return made.hexdigest()


def excused(connection: Connection) -> dict[int, str]:
    """Return the entries that may be empty, each with the proof that says so."""
    found: dict[int, str] = {}
    for record, entries in connection.exec_driver_sql("SELECT id, entries FROM erasure_proof WHERE deleted=0"):
        found.update(dict.fromkeys(_numbers(str(entries or "")), str(record)))
    return found


def is_sound(previous: bytes, row: Sequence[Any], excuses: Mapping[int, str], wiped: list[tuple[int, bytes]]) -> bool:
    """Return True for a log row that is as it was sealed after `previous`, or emptied by an erasure (noted in `wiped`).

    `row` has the columns of the change log, its hash last.
    """
    if row[0] in excuses and row[9] == EMPTIED:
        wiped.append((int(row[0]), bytes(row[-1])))
        return True
    return seal(previous, tuple(row[:-1])) == bytes(row[-1])


def proof_problems(connection: Connection, wiped: Sequence[tuple[int, bytes]]) -> list[str]:
    """Return what is wrong with the proofs, given the emptied entries met in the log."""
    hashes = dict(wiped)
    found = []
    for entries, digest in connection.exec_driver_sql("SELECT entries, digest FROM erasure_proof WHERE deleted=0"):
        numbers = _numbers(str(entries or ""))
        rows = [(number, hashes[number]) for number in numbers if number in hashes]
        if len(rows) != len(numbers) or digest_of(rows) != digest:
            found.append(f"清除记录：第 {numbers[0] if numbers else 0} 条起的清除凭证与变更记录不一致")
    return found


def _numbers_of(connection: Connection, person: str) -> list[str]:
    """Return the id numbers somebody has or had: they name him where nothing else does."""
    sql = "SELECT id_no FROM person WHERE id=? UNION SELECT number FROM old_id WHERE person=?"
    found = (str(row[0] or "") for row in connection.exec_driver_sql(sql, (person, person)))
    return [one for one in found if len(one) >= _SHORTEST_ID]


def _records_of(connection: Connection, person: str, numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Return every record that is a person or hangs on one, children first; a saved list that names the number too."""
    found = []
    for kind in PERSON_RECORDS:
        if kind.key != _STAYS:
            sql = f"SELECT id FROM {kind.key} WHERE person=?"  # noqa: S608 - our names
            found += [(kind.key, str(row[0])) for row in connection.exec_driver_sql(sql, (person,))]
    for kind_key, column in (
        ("pair", "other"),
        ("transfer", "subject"),
        ("proposal", "subject"),
    ):  # of two; moves; ideas
        rows = connection.exec_driver_sql(f"SELECT id FROM {kind_key} WHERE {column}=?", (person,))  # noqa: S608
        found += [(kind_key, str(row[0])) for row in rows if (kind_key, str(row[0])) not in found]
    for number in numbers:
        sql = "SELECT id FROM saved_filter WHERE instr(coalesce(name,'') || coalesce(expression,''), ?) > 0"
        rows = connection.exec_driver_sql(sql, (number,))
        found += [("saved_filter", str(row[0])) for row in rows if ("saved_filter", str(row[0])) not in found]
    return [*found, ("person", person)]


def _wipe_record(connection: Connection, kind: str, record: str) -> None:
    keys = [key for key in KINDS[kind].keys if key not in KEPT]
    settings = ", ".join(f"{key}=NULL" for key in keys) + (", sort_name=NULL" if kind == "person" else "")
    connection.exec_driver_sql(f"UPDATE {kind} SET {settings} WHERE id=?", (record,))  # noqa: S608 - our names


def _wipe_log(connection: Connection, person: str, records: list[tuple[str, str]]) -> list[tuple[int, bytes]]:
    """Empty the log entries of a person and of the records about them; return their numbers and hashes."""
    about = "SELECT n, hash FROM change WHERE kind<>'erasure' AND person=?"
    found = {int(row[0]): bytes(row[1]) for row in connection.exec_driver_sql(about, (person,))}
    for kind, record in records:
        rows = connection.exec_driver_sql("SELECT n, hash FROM change WHERE kind=? AND record=?", (kind, record))
        found.update({int(row[0]): bytes(row[1]) for row in rows})
    if found:  # nobody, if he was erased before anything of him came
        connection.exec_driver_sql(
            "UPDATE change SET fields=?, source=NULL WHERE n=?", [(EMPTIED, number) for number in found]
        )
    return sorted(found.items())


def _wipe_beside(connection: Connection, person: str, records: list[str]) -> None:
    """Take a person out of conflicts, drafts, reviews, refused lines, frozen lists and photos."""
    for part in chunks(records):
        marks = ",".join("?" * len(part))
        bound = tuple(part)
        connection.exec_driver_sql(f"DELETE FROM conflict WHERE record IN ({marks})", bound)  # noqa: S608
        connection.exec_driver_sql(f"DELETE FROM soft_conflict WHERE record IN ({marks})", bound)  # noqa: S608
        for record in part:
            connection.exec_driver_sql("DELETE FROM quarantine WHERE instr(operation, ?) > 0", (record,))
            connection.exec_driver_sql("DELETE FROM draft WHERE instr(key || payload, ?) > 0", (record,))
            connection.exec_driver_sql("DELETE FROM carried WHERE record=?", (record,))
    connection.exec_driver_sql("DELETE FROM conflict WHERE person=?", (person,))
    connection.exec_driver_sql("DELETE FROM soft_conflict WHERE person=?", (person,))
    connection.exec_driver_sql("DELETE FROM printed_book WHERE instr(body, ?) > 0", (person,))
    connection.exec_driver_sql("DELETE FROM review WHERE instr(payload, ?) > 0", (person,))
    connection.exec_driver_sql(
        "DELETE FROM attachment WHERE hash NOT IN (SELECT photo FROM person WHERE photo IS NOT NULL) "
        "AND hash NOT IN (SELECT template FROM form_map WHERE template IS NOT NULL) AND media LIKE 'image/%'"
    )
    _wipe_frozen(connection, person)


def _wipe_by_number(connection: Connection, numbers: Sequence[str]) -> None:
    """Take out what was never tied to the person: rows that wait, drafts of a form that was never saved."""
    for number in numbers:
        for table, column in (("review", "payload"), ("quarantine", "operation"), ("draft", "payload")):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE instr({column}, ?) > 0", (number,))  # noqa: S608


def _wipe_frozen(connection: Connection, person: str) -> None:
    """Take a person's line out of the lists behind frozen numbers: the numbers stay, the name goes."""
    for frozen, body in connection.exec_driver_sql("SELECT frozen, body FROM frozen_list").all():
        rows = json.loads(zlib.decompress(bytes(body)))
        left = [row for row in rows if person not in row]
        if len(left) != len(rows):
            text = json.dumps(left, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
            connection.exec_driver_sql("UPDATE frozen_list SET body=? WHERE frozen=?", (zlib.compress(text), frozen))


def _ranges(rows: Sequence[tuple[int, bytes]]) -> str:
    """Return entry numbers as `3-5,9`."""
    runs: list[list[int]] = []
    for number, _ in rows:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
