"""Whatever is done to the files or, with the right key, to the rows: the check reports it (G3, G16).

`./check --long` does it 500 times and more at random; `./check` each kind a few times.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.errors import DamagedStoreError, KnownError
from desktop.security import key_file
from desktop.services import access, backups, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.change_log import COLUMNS, GENESIS, seal
from desktop.store.engine import raw_connection
from tests.conftest import PASSWORD
from tests.faults import counting
from tests.faults.conftest import new_store, open_again

PAGE = 4096


@dataclass(frozen=True, slots=True)
class Past:
    """A closed store, the same store some steps earlier, and the same with its log not yet folded in."""

    now: Path
    earlier: Path
    hot: Path


def write_some(station: Station, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        made = register.register_person(station, draft=PersonDraft({"name": f"人{number:04d}", "live_addr": "1号楼"}))
        register.amend_person(station, person=made.person, values={"live_addr": f"{number}号楼"}, why="核对")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """One store in three states."""
    place = tmp_path_factory.mktemp("past")
    store = new_store(place / "now")
    station = open_again(store)
    write_some(station, 25)
    backups.back_up_before(station, what="试")
    station.close()
    shutil.copytree(store, place / "earlier")
    station = open_again(store)
    write_some(station, 10, first=25)
    shutil.copytree(store, place / "hot")
    station.close()
    return Past(store, place / "earlier", place / "hot")


def what_is_said(folder: Path) -> list[str]:
    """Return what the whole check says of a store, as `yince check` does; [] when it finds nothing."""
    try:
        station = access.open_to_check(folder, password=PASSWORD, clock=SystemClock())
    except KnownError as error:
        return [str(error)]
    try:
        return backups.check_store(station).problems
    finally:
        station.close()


Harm = Callable[[Path, Past, random.Random], None]


def flip_store(folder: Path, past: Past, chance: random.Random) -> None:
    _flip(folder / "store.db", chance)


def cut_store(folder: Path, past: Past, chance: random.Random) -> None:
    """Cut whole pages off the end: SQLCipher's own check calls that clean."""
    size = (folder / "store.db").stat().st_size
    with (folder / "store.db").open("r+b") as file:
        file.truncate(size - PAGE * chance.randrange(1, size // PAGE))


def replay_page(folder: Path, past: Past, chance: random.Random) -> None:
    """Put a page back as it was earlier; SQLCipher proves each page and not its age."""
    old, new = (past.earlier / "store.db").read_bytes(), bytearray((folder / "store.db").read_bytes())
    changed = [at for at in range(0, len(old), PAGE) if old[at : at + PAGE] != new[at : at + PAGE]]
    at = chance.choice(changed)
    new[at : at + PAGE] = old[at : at + PAGE]
    (folder / "store.db").write_bytes(new)


def replay_file(folder: Path, past: Past, chance: random.Random) -> None:
    shutil.copyfile(past.earlier / "store.db", folder / "store.db")


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


FILES: list[Harm] = [flip_store, cut_store, replay_page, replay_file]


def harmed(past: Past, target: Path, harm: Harm, chance: random.Random) -> Path:
    shutil.copytree(past.now, target)
    harm(target, past, chance)
    return target


@pytest.mark.parametrize("harm", FILES, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_harm_to_the_store_file_is_reported(past: Past, tmp_path: Path, harm: Harm, seed: int) -> None:
    assert what_is_said(harmed(past, tmp_path / "s", harm, random.Random(seed)))
    counting.add("store files harmed, all reported", harm.__name__)


def test_a_flip_in_any_page_is_a_finding(past: Past, tmp_path: Path) -> None:
    """Where the page of the device's keys was hit, the check ended in a report of a bug."""
    shutil.copytree(past.now, tmp_path / "s")
    good = (tmp_path / "s" / "store.db").read_bytes()
    for place in range(100, len(good), 4 * PAGE):
        (tmp_path / "s" / "store.db").write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert what_is_said(tmp_path / "s"), place


def test_an_old_page_of_the_counter_is_reported(past: Past, tmp_path: Path) -> None:
    """Numbers would be given twice; nothing else seals it."""
    shutil.copytree(past.now, tmp_path / "s")
    by_sql(tmp_path / "s", "UPDATE meta SET value='50' WHERE key='counter'")
    assert any("计数器" in said for said in what_is_said(tmp_path / "s"))


def test_the_untouched_store_is_sound(past: Past, tmp_path: Path) -> None:
    shutil.copytree(past.now, tmp_path / "s")
    assert what_is_said(tmp_path / "s") == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_harm_to_the_store_file_is_reported(past: Past, tmp_path: Path) -> None:
    """1,000 flips, 200 cuts, 100 pages put back: all reported by the check, at least 99 % at an ordinary start."""
    chance, unseen = random.Random(11), 0
    missed: list[tuple[str, int]] = []
    index_only: list[tuple[str, int]] = []  # an old page of the search index changes nobody's record
    for harm, times in ((flip_store, 1000), (cut_store, 200), (replay_page, 100)):
        for number in range(times):
            folder = harmed(past, tmp_path / "s", harm, chance)
            if not what_is_said(folder):
                (index_only if same_but_the_index(past.now, folder) else missed).append((harm.__name__, number))
            unseen += _starts(folder) and (harm.__name__, number) not in index_only
            shutil.rmtree(folder)
    assert not missed
    assert unseen <= 13
    for harm, times in ((flip_store, 1000), (cut_store, 200), (replay_page, 100)):
        counting.add("store files harmed, all reported", harm.__name__, times=times)
    counting.add(
        "store files harmed, all reported",
        "",
        times=0,
        note=f"{unseen} not seen at an ordinary start, {len(index_only)} of the search index only and not reported",
    )


def same_but_the_index(one: Path, other: Path) -> bool:
    """Return True if two stores hold the same rows in all tables but those of the search index and jotted settings."""
    key = key_file.open_key_file(one, password=PASSWORD).data_key
    connections = [raw_connection(folder / "store.db", key=key) for folder in (one, other)]
    try:
        tables = [str(row[0]) for row in connections[0].execute("SELECT name FROM sqlite_master WHERE type='table'")]
        kept = [name for name in tables if not name.startswith("find") and name != "setting"]
        rows = [[c.execute(f"SELECT * FROM {name}").fetchall() for name in kept] for c in connections]
        return rows[0] == rows[1]
    finally:
        for connection in connections:
            connection.close()


def _starts(folder: Path) -> bool:
    """Return True if an ordinary start finds nothing and goes on as if nothing had happened."""
    try:
        station = open_again(folder)
    except KnownError:
        return False
    try:
        return not station.vault.behind
    finally:
        station.close()


def test_a_damaged_page_is_named_at_the_start_whichever_it_is(past: Past, tmp_path: Path) -> None:
    """Opening itself reads some pages; it must not stumble over them before they are named."""
    shutil.copytree(past.now, tmp_path / "s")
    store = tmp_path / "s" / "store.db"
    open_again(tmp_path / "s").close()  # a copied register has begun its epoch
    good = store.read_bytes()
    pages, unnamed = list(range(1, len(good) // PAGE)), 0
    for page in [*pages[-12:], *pages[:: len(pages) // 12]]:
        bad = bytearray(good)
        bad[page * PAGE + 2000] ^= 4
        store.write_bytes(bad)
        with pytest.raises(DamagedStoreError) as stopped:
            open_again(tmp_path / "s")
        is_named = any("页损坏" in one for one in stopped.value.places)
        assert is_named or "打不开" in str(stopped.value), (page, stopped.value)  # where the schema itself lies
        unnamed += not is_named
        assert store.read_bytes() == bytes(bad), "a damaged store is not written to"
    assert unnamed <= 3


@pytest.mark.parametrize("where", [0.0, 0.3, 0.7])
def test_a_write_ahead_log_that_lost_its_end_is_reported(past: Past, tmp_path: Path, where: float) -> None:
    """Any flipped bit there makes SQLite drop what follows without a word (150 of 150 in `security.md`)."""
    shutil.copytree(past.hot, tmp_path / "s")
    wal = tmp_path / "s" / "store.db-wal"
    content = bytearray(wal.read_bytes())
    assert len(content) > 10 * PAGE
    content[32 + int(where * (len(content) - 32))] ^= 1
    wal.write_bytes(content)
    assert any("进度" in said for said in what_is_said(tmp_path / "s"))
    station = open_again(tmp_path / "s")
    assert station.vault.behind > 0 and station.vault.identity.epoch > 1
    station.close()


def test_a_lost_write_ahead_log_is_reported(past: Past, tmp_path: Path) -> None:
    shutil.copytree(past.hot, tmp_path / "s")
    (tmp_path / "s" / "store.db-wal").unlink()
    assert any("进度" in said for said in what_is_said(tmp_path / "s"))


# With the right key and raw SQL: statements a colleague who knows SQL could run.
BY_SQL = {
    "a name": "UPDATE person SET name='改了' WHERE row=(SELECT row FROM person ORDER BY random() LIMIT 1)",
    "a person taken out": "DELETE FROM person WHERE row=(SELECT row FROM person ORDER BY random() LIMIT 1)",
    "a person put in": "INSERT INTO person (id, name, vector, dots) VALUES ('x', '假', '1:9', '*=1:9')",
    "an entry changed": "UPDATE change SET fields='{}' WHERE n=(SELECT n FROM change ORDER BY random() LIMIT 1)",
    "an entry taken out": "DELETE FROM change WHERE n=(SELECT n FROM change ORDER BY random() LIMIT 1)",
    "the last entries taken out": "DELETE FROM change WHERE n>(SELECT max(n)-3 FROM change)",
    "two entries swapped": "UPDATE change SET n=CASE n WHEN 5 THEN -5 WHEN 6 THEN 5 ELSE n END WHERE n IN (5,6)",
    "who did it": "UPDATE batch SET user='别人' WHERE n=(SELECT n FROM batch ORDER BY random() LIMIT 1)",
    "when it was done": "UPDATE batch SET at='2020-01-01T00:00:00Z' WHERE n=7",
    "why it was done": "UPDATE batch SET why='' WHERE why<>''",
    "a unit taken out": "DELETE FROM batch WHERE n=(SELECT n FROM batch ORDER BY random() LIMIT 1)",
    "the last unit taken out": "DELETE FROM batch WHERE n=(SELECT max(n) FROM batch)",
    "a unit put in": "INSERT INTO batch (id, action, why, user, at, source) VALUES ('y', 'export.plain', '', '甲', '', '')",
    "a seal taken out": "DELETE FROM seal WHERE batch=(SELECT batch FROM seal ORDER BY random() LIMIT 1)",
    "the device key": "UPDATE secret SET value=zeroblob(32) WHERE name='sign_seed'",
    "a peer put in": "INSERT INTO peer (org, name, kind, install, sign_key, recipient, fingerprint, state, enrolled_at, "
    "enrolled_by, card) VALUES ('o', '假', 'street', 'i', zeroblob(32), 'age1', '', 'trusted', '', '', x'00')",
    "whose store it is": "UPDATE meta SET value='610100001009' WHERE key='org'",
}  # fmt: skip


def by_sql(folder: Path, statement: str) -> None:
    key = key_file.open_key_file(folder, password=PASSWORD).data_key
    connection = raw_connection(folder / "store.db", key=key)
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("what", BY_SQL)
def test_an_edit_with_the_right_key_is_reported(past: Past, tmp_path: Path, what: str) -> None:
    shutil.copytree(past.now, tmp_path / "s")
    by_sql(tmp_path / "s", BY_SQL[what])
    assert what_is_said(tmp_path / "s")


def test_a_log_rewritten_with_all_its_hashes_is_known_by_its_backups(past: Past, tmp_path: Path) -> None:
    """Who holds the key can seal a false log anew, and the note beside it; its backups remember."""
    folder = tmp_path / "s"
    shutil.copytree(past.now, folder)
    key = key_file.open_key_file(folder, password=PASSWORD).data_key
    connection = raw_connection(folder / "store.db", key=key)
    _forge(connection)
    connection.close()
    (folder / "store.head").unlink()
    assert any("备份" in said and "替换过" in said for said in what_is_said(folder))


def _forge(connection: object) -> None:
    """Take a person's change out of the log's middle and seal everything after it again."""
    run = connection.execute  # type: ignore[attr-defined]
    rows = run(f"SELECT {', '.join(COLUMNS)} FROM change ORDER BY n").fetchall()
    previous = GENESIS
    for row in rows:
        body = list(row[:-1])
        if row[0] == 6:
            body[9] = body[9].replace("号楼", "栋")
        previous = seal(previous, tuple(body))
        run("UPDATE change SET fields=?, hash=? WHERE n=?", (body[9], previous, row[0]))
    from desktop.store.audit_chain import seal_of

    audit = b"\x00" * 32
    for row in run(
        "SELECT n, id, action, why, user, at, source, undoes, seal.entry, seal.trust FROM batch JOIN seal ON batch=n ORDER BY n"
    ).fetchall():
        entry = run("SELECT hash FROM change WHERE n=?", (row[8],)).fetchone()
        digest = bytes(entry[0]) if entry else GENESIS
        audit = seal_of(audit, tuple(row[:8]), row[8], digest, bytes(row[9]))
        run("UPDATE seal SET entry_hash=?, hash=? WHERE batch=?", (digest, audit, row[0]))
