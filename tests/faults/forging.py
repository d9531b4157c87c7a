"""A colleague with their own password, so with the data key and the device's seed, who knows the format by heart.

Everything they could do to the logs is here: rewrite, reseal every chain, sign with their own key and the device's,
change the key file and seal it again, and take away every witness outside the store. What they have not got is
another user's password.
"""

import random
import shutil
from pathlib import Path
from typing import Any

from desktop.security import key_file
from desktop.security.signing import SigningKey
from desktop.security.slot_text import text_of
from desktop.security.user_keys import Pin, signed_pin
from desktop.store.audit_chain import seal_of, trust_digest
from desktop.store.change_log import COLUMNS, GENESIS, seal
from desktop.store.engine import raw_connection
from desktop.store.signatures import Seal, message_of, naming

BATCH = "n, id, action, why, user, at, source, undoes"


class Forger:
    """One who forges: `victim` is whose deeds they mean to change."""

    def __init__(self, folder: Path, *, user: str, password: str, victim: str) -> None:
        slot = key_file.open_key_file(folder, password=password, user=user)
        self.folder, self.user, self.victim = folder, user, victim
        self.data_key, self.own = slot.data_key, SigningKey(slot.seed)
        self.db = raw_connection(folder / "store.db", key=slot.data_key)
        (seed,) = self.run("SELECT value FROM secret WHERE name='sign_seed'")[0]
        self.device, self.store_id = SigningKey(bytes(seed)), slot.store_id

    def run(self, statement: str, *bound: Any) -> list[Any]:
        return list(self.db.execute(statement, bound).fetchall())

    def exec_driver_sql(self, statement: str) -> Any:
        """Stand in for a connection where the program's own digest is computed."""
        return self.db.execute(statement)

    def units_of(self, user: str) -> list[int]:
        return [int(row[0]) for row in self.run("SELECT n FROM batch WHERE user=? ORDER BY n", user)]

    def signed_of(self, user: str) -> list[int]:
        """Return the block ends of a user."""
        sql = "SELECT n FROM batch JOIN signature ON signature.batch=n WHERE user=? ORDER BY n"
        return [int(row[0]) for row in self.run(sql, user)]

    def cut(self, after: int) -> None:
        """Take every unit after one out, with its changes, seals and signatures."""
        self.run("DELETE FROM change WHERE batch>?", after)
        for table, column in (("batch", "n"), ("seal", "batch"), ("signature", "batch")):
            self.run(f"DELETE FROM {table} WHERE {column}>?", after)

    def reseal(self) -> None:
        """Seal both chains anew from the first row on, and sign again what one can sign: one's own and the device's."""
        head = GENESIS
        for row in self.run(f"SELECT {', '.join(COLUMNS)} FROM change ORDER BY n"):
            head = seal(head, tuple(row[:-1]))
            self.run("UPDATE change SET hash=? WHERE n=?", head, row[0])
        previous = b"\x00" * 32
        for row in self.run(f"SELECT {BATCH}, seal.trust FROM batch LEFT JOIN seal ON seal.batch=n ORDER BY n"):
            end = self.run("SELECT n, hash FROM change WHERE batch<=? ORDER BY n DESC LIMIT 1", row[0])
            entry, digest = (end[0][0], bytes(end[0][1])) if end else (0, GENESIS)
            is_last = row[0] == self.last()
            trust = trust_digest(self) if is_last or row[8] is None else bytes(row[8])  # type: ignore[arg-type]
            previous = seal_of(previous, tuple(row[:8]), entry, digest, trust)
            self.run("INSERT OR REPLACE INTO seal VALUES (?,?,?,?,?)", row[0], entry, digest, trust, previous)
        for number, key in self.run('SELECT batch, "key" FROM signature'):
            mine = next((one for one in (self.own, self.device) if one.public == bytes(key)), None)
            if mine is not None:
                self.sign(number, mine)

    def last(self) -> int:
        return int(self.run("SELECT max(n) FROM batch")[0][0])

    def sign(self, number: int, key: SigningKey) -> None:
        """Sign a unit with a key one has."""
        user, sealed = self.run("SELECT user, hash FROM batch JOIN seal ON batch=n WHERE n=?", number)[0]
        value = key.sign(message_of(self.store_id, Seal(number, user, bytes(sealed))))
        self.run("INSERT OR REPLACE INTO signature VALUES (?,?,?)", number, key.public, value)

    def unsign(self, number: int) -> None:
        self.run("DELETE FROM signature WHERE batch=?", number)

    def append(self, user: str, action: str = "access.note", source: str = "") -> int:
        """Put a unit at the end in somebody's name."""
        self.run(
            "INSERT INTO batch (id, action, why, user, at, source) VALUES (?,?,'',?,'2026-11-24T02:00:00Z',?)",
            f"f{self.last()}", action, user, source,
        )  # fmt: skip
        return self.last()

    def change_slots(self, change: Any) -> None:
        """Change the slots of the key file by `change(slot)` and seal them again."""
        body = key_file._read(self.folder)
        slots = [change(dict(slot)) for slot in body["slots"]]
        key_file._replace(self.folder, body, slots, self.data_key)

    def pin(self, user: str, key: SigningKey) -> dict[str, Any]:
        """Return a pin of the chain as it ends now, signed with a key one has."""
        (epoch,) = self.run("SELECT value FROM meta WHERE key='epoch'")[0]
        entry = self.run("SELECT n, hash FROM change ORDER BY n DESC LIMIT 1")[0]
        sealed = self.run("SELECT batch, hash FROM seal ORDER BY batch DESC LIMIT 1")[0]
        found = Pin(int(epoch), entry[0], bytes(entry[1]), sealed[0], bytes(sealed[1]))
        return signed_pin(found, key=key, store_id=self.store_id, user=user)

    def finish(self) -> None:
        """Put one's own pin right, close, and take away whatever outside the store remembers."""
        pin = self.pin(self.user, self.own)
        self.change_slots(lambda slot: {**slot, "pin": pin} if slot["user"] == self.user else slot)
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()
        (self.folder / "store.head").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "backups", ignore_errors=True)


def nothing(forger: Forger, chance: random.Random) -> None:
    """Seal everything again as it is."""
    forger.reseal()


def an_entry(forger: Forger, chance: random.Random) -> None:
    """Change a value in an entry of the victim's and every hash after it."""
    units = forger.units_of(forger.victim)
    marks = ",".join("?" * len(units))
    number = chance.choice(
        forger.run(f"SELECT n FROM change WHERE batch IN ({marks}) AND fields LIKE '%号楼%'", *units)
    )
    forger.run("UPDATE change SET fields=replace(fields, '号楼', '号院') WHERE n=?", number[0])
    forger.run("UPDATE person SET live_addr=replace(live_addr, '号楼', '号院') WHERE id=(SELECT record FROM change "
               "WHERE n=? AND n=(SELECT max(n) FROM change c WHERE c.record=change.record))", number[0])  # fmt: skip
    forger.reseal()


def a_unit(forger: Forger, chance: random.Random) -> None:
    """Change when, why or by whom a unit of the victim's was done."""
    number = chance.choice(forger.units_of(forger.victim)[1:])
    column, value = chance.choice([("at", "2020-01-01T00:00:00Z"), ("why", "别的原因"), ("action", "access.note")])
    forger.run(f"UPDATE batch SET {column}=? WHERE n=?", value, number)
    forger.reseal()


def ones_own_deed(forger: Forger, chance: random.Random) -> None:
    """Say the victim did what one did oneself."""
    number = chance.choice(forger.units_of(forger.user))
    forger.run("UPDATE batch SET user=? WHERE n=?", forger.victim, number)
    forger.reseal()


def the_victims_deed(forger: Forger, chance: random.Random) -> None:
    """Say somebody without a key did what the victim did, and let the device sign for them."""
    name = chance.choice(["恢复码", "无名氏", forger.user])
    for number in forger.units_of(forger.victim)[1:]:
        forger.run("UPDATE batch SET user=? WHERE n=?", name, number)
        forger.unsign(number)
    forger.reseal()
    for number in forger.units_of(name):
        forger.sign(number, forger.own if name == forger.user else forger.device)


def two_swapped(forger: Forger, chance: random.Random) -> None:
    """Put a unit of the victim's where another is."""
    one, other = sorted(chance.sample(forger.units_of(forger.victim), 2))
    for before, after in ((one, -1), (other, one), (-1, other)):
        forger.run("UPDATE batch SET n=? WHERE n=?", after, before)
        forger.run("UPDATE change SET batch=? WHERE batch=?", after, before)
    forger.reseal()


def the_end_of_a_session(forger: Forger, chance: random.Random) -> None:
    """Cut off the last units of the victim's last session and all after; sign what is left as well as one can."""
    forger.cut(chance.choice(forger.units_of(forger.victim)[-4:-1]))
    forger.reseal()
    key = chance.choice([None, forger.own, forger.device])
    if key is not None:
        forger.sign(forger.last(), key)


def a_whole_session(forger: Forger, chance: random.Random) -> None:
    """Cut off the victim's last session and all after it, so that the chain ends with somebody's signature."""
    ends = forger.signed_of(forger.user)
    forger.cut(max(number for number in ends if number < forger.signed_of(forger.victim)[-1]))
    forger.reseal()


def a_unit_in_their_name(forger: Forger, chance: random.Random) -> None:
    """Add a unit in the victim's name, signed with what one has, or not at all."""
    number = forger.append(forger.victim)
    forger.reseal()
    key = chance.choice([None, forger.own, forger.device])
    if key is not None:
        forger.sign(number, key)


def a_signature_moved(forger: Forger, chance: random.Random) -> None:
    """Put a signature of the victim's under another unit of theirs."""
    number = chance.choice(forger.signed_of(forger.victim))
    other = chance.choice([one for one in forger.units_of(forger.victim) if one != number])
    forger.unsign(other)
    forger.run("UPDATE signature SET batch=? WHERE batch=?", other, number)


def a_signature_taken(forger: Forger, chance: random.Random) -> None:
    """Take a signature of the victim's away, or sign in its place oneself."""
    number = chance.choice(forger.signed_of(forger.victim))
    forger.unsign(number)
    key = chance.choice([None, forger.own, forger.device])
    if key is not None:
        forger.sign(number, key)


def their_key(forger: Forger, chance: random.Random) -> None:
    """Name a key one made oneself as the victim's: chain and signatures fit it, perhaps the key file and the pin too."""
    fake = SigningKey(chance.randbytes(32))
    named = forger.run("SELECT n FROM batch WHERE user=? AND action='store.create'", forger.victim)[0][0]
    ends = forger.signed_of(forger.victim)
    forger.run("UPDATE batch SET source=? WHERE n=?", naming(forger.victim, "supervisor", fake.public), named)
    column = chance.choice(["an entry", "only the key"])
    if column == "an entry":
        forger.run("UPDATE batch SET why='别的原因' WHERE n=?", chance.choice(forger.units_of(forger.victim)))
    forger.reseal()
    for number in ends:
        forger.sign(number, fake)
    if chance.random() < 0.5:
        return
    pin = forger.pin(forger.victim, fake)
    verify = text_of(fake.public)
    forger.change_slots(lambda slot: {**slot, "verify": verify, "pin": pin} if slot["user"] == forger.victim else slot)


def a_second_key(forger: Forger, chance: random.Random) -> None:
    """Name a second key for the victim at the end, as if a recovery code had let them in anew, and act with it."""
    fake = SigningKey(chance.randbytes(32))
    by, key = chance.choice([("恢复码", forger.device), (forger.user, forger.own)])
    number = forger.append(by, "user.add", naming(forger.victim, "supervisor", fake.public))
    other = forger.append(forger.victim)
    forger.reseal()
    forger.sign(number, key)
    forger.sign(other, fake)


def no_keys_at_all(forger: Forger, chance: random.Random) -> None:
    """Make it look like a register of before there were signatures."""
    forger.run("UPDATE batch SET source='' WHERE source LIKE '{\"signer\"%'")
    forger.run("UPDATE batch SET why='别的原因' WHERE n=?", chance.choice(forger.units_of(forger.victim)))
    forger.run("DELETE FROM signature")
    forger.reseal()
    forger.change_slots(_without_key if chance.random() < 0.5 else _without_pin)


def another_chain(forger: Forger, chance: random.Random) -> None:
    """Replace everything after the victim let one in by a history of one's own."""
    first = min(forger.units_of(forger.user))
    forger.cut(first - 1)
    for _ in range(chance.randrange(1, 30)):
        forger.append(forger.user)
    forger.reseal()
    forger.sign(forger.last(), forger.own)


def _without_key(slot: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slot.items() if name not in {"sign", "sign_nonce", "verify", "pin"}}


def _without_pin(slot: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slot.items() if name != "pin"}


def no_pin(forger: Forger, chance: random.Random) -> None:
    """Replace the chain, and take away where the victim left it."""
    another_chain(forger, chance)
    forger.change_slots(lambda slot: _without_pin(slot) if slot["user"] == forger.victim else slot)


def another_epoch(forger: Forger, chance: random.Random) -> None:
    """Replace the chain and begin an epoch in it, as a restored register does: pins of the old one count no more."""
    forger.cut(min(forger.units_of(forger.user)) - 1)
    forger.run("UPDATE meta SET value=value+1 WHERE key='epoch'")
    forger.run(
        "INSERT INTO writer (name, org) SELECT i.value || ':' || e.value, o.value FROM meta i, meta e, meta o "
        "WHERE i.key='install' AND e.key='epoch' AND o.key='org'"
    )
    forger.append(forger.user, "epoch.start")
    for _ in range(chance.randrange(1, 30)):
        forger.append(forger.user)
    forger.reseal()
    forger.sign(forger.last(), forger.own)


FORGERIES = (
    an_entry, a_unit, ones_own_deed, the_victims_deed, two_swapped, the_end_of_a_session, a_whole_session,
    a_unit_in_their_name, a_signature_moved, a_signature_taken, their_key, a_second_key, no_keys_at_all,
    another_chain, another_epoch, no_pin,
)  # fmt: skip
