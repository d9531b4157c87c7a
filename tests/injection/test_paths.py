"""Paths are texts of the user or of a stick: no file of the register is overwritten, none is written elsewhere, none leaks.

Every command that takes a path is given hostile ones: names that break lines, shells, Windows or UTF-8, links, pipes,
the register's own files. Each answers with its work done or with one sentence.
"""

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from desktop import cli
from desktop.config.out_path import checked_target
from desktop.domain.clock import SystemClock
from desktop.domain.errors import PlaceError
from desktop.domain.file_names import shown_name
from desktop.domain.id_numbers import check_digit
from desktop.services import access, exchange, peers, register, transfers
from desktop.services.register import PersonDraft
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, STREET
from tests.exchange_steps import trust
from tests.roster import form_samples

Run = Callable[..., tuple[int, str]]
FRONT = "61010019410706003"
ID = FRONT + check_digit(FRONT)


@dataclass(frozen=True, slots=True)
class World:
    """A closed register with a person, a package and a card beside it, and an empty desk to write on."""

    store: Path
    number: str
    transfer: str
    digits: str
    place: Path
    desk: Path = Path()

    @property
    def card(self) -> Path:
        """The street's key card."""
        return self.place / "street.yck"

    @property
    def package(self) -> Path:
        """A package of the street."""
        return self.place / "in.ycp"

    @property
    def roster(self) -> Path:
        """A roster of one."""
        return self.place / "花名册.csv"

    @property
    def form(self) -> Path:
        """Somebody's form."""
        return self.place / "登记表.xlsx"

    def state(self) -> tuple[str, str]:
        """Return what tells that both files are those of the register still: users of one, salt of the other."""
        users = json.loads((self.store / "store.keys").read_bytes().partition(b"\n")[2])["slots"]
        return str([one["user"] for one in users]), (self.store / "store.db").read_bytes()[:16].hex()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The register, made once for all tests here."""
    place = tmp_path_factory.mktemp("paths")
    station, street = (
        access.create_store(place / one.code, draft=one, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
        for one in (COMMUNITY, STREET)
    )
    trust(station, street, place)
    person = register.register_person(station, draft=PersonDraft({"name": "张三", "id_no": ID})).person
    number = str(register.person_details(station, person=person).values["person_no"])
    moved = transfers.offer_transfer(station, person=person, wanted="", reason="搬家")[0].text("number")
    digits = peers.export_key_card(street, path=place / "street.yck").fingerprint
    exchange.pack_for(street, to_org=station.org, path=place / "in.ycp")
    form_samples.person_xlsx(place / "登记表.xlsx")
    made = World(station.vault.folder, number, moved, digits, place)
    made.roster.write_text(f"姓名,身份证号\n李四,{ID}\n", encoding="utf-8")
    station.close()
    street.close()
    return made


@pytest.fixture
def world(built: World, tmp_path: Path) -> World:
    """The register and this test's desk."""
    (tmp_path / "desk").mkdir()
    return replace(built, desk=tmp_path / "desk")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command in this process; return its code and what it said on standard error."""
    monkeypatch.setenv("YINCE_PASSWORD", PASSWORD)
    before = os.umask(0)  # an export is private whatever the umask

    def go(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        os.umask(0)
        code = cli.main([str(one) for one in arguments])
        return code, capsys.readouterr().err

    yield go
    os.umask(before)


Writes = Callable[[World, Path], list[object]]
# Every command that writes a file the user names.
WRITES: dict[str, Writes] = {
    "export": lambda w, out: ["export", w.store, "table", out],
    "cards": lambda w, out: ["cards", w.store, out, "--all"],
    "card-book": lambda w, out: ["card-book", w.store, out],
    "key-card": lambda w, out: ["key-card", w.store, out],
    "key-card --letter": lambda w, out: ["key-card", w.store, w.desk / "own.yck", "--letter", out],
    "pack": lambda w, out: ["pack", w.store, "--to", STREET.code, out],
    "as-on": lambda w, out: ["as-on", w.store, "2026-11-24", out],
    "ledger": lambda w, out: ["ledger", w.store, out, "--since", "2026-01-01", "--until", "2026-12-31"],
    "check-form": lambda w, out: ["check-form", w.store, out],
    "numbers": lambda w, out: ["numbers", w.store, "--out", out],
    "notice": lambda w, out: ["notice", w.store, out],
    "access-sheet": lambda w, out: ["access-sheet", w.store, w.number, out],
    "audit --proof": lambda w, out: ["audit", w.store, "--proof", out],
    "import --errors": lambda w, out: ["import", w.store, w.roster, "--errors", out],
    "transfer paper": lambda w, out: ["transfer", w.store, "paper", w.transfer, "--out", out],
    "fill": lambda w, out: ["fill", w.store, w.form, out],
    "directory": lambda w, out: ["directory", w.store, out],
    "person-out": lambda w, out: [
        "person-out", w.store, w.number, "--to", w.card, "--fingerprint", w.digits, "--out", out,
    ],
}  # fmt: skip
# Every command that reads a file the user names, with how many bytes of it may be read.
READS: dict[str, Writes] = {
    "import": lambda w, path: ["import", w.store, path],
    "merge": lambda w, path: ["merge", w.store, path],
    "enroll": lambda w, path: ["enroll", w.store, path, "--fingerprint", w.digits],
    "directory": lambda w, path: ["directory", w.store, path],
    "verify-card": lambda w, path: ["verify-card", w.store, path],
    "fill": lambda w, path: ["fill", w.store, path, w.desk / "已填.xlsx"],
    "restore": lambda w, path: ["restore", path, w.desk / "新库"],
    "person-in": lambda w, path: ["person-in", w.store, path, "--fingerprint", w.digits],
    "desk": lambda w, path: ["desk", w.store, path],
    "person-out": lambda w, path: [
        "person-out", w.store, w.number, "--to", path, "--fingerprint", w.digits, "--out", w.desk / "转出.ycm",
    ],
}  # fmt: skip


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return [one.name for one in folder.iterdir()]


def one_sentence(code: int, said: str) -> bool:
    """Return True for success without a word or a refusal in one line of Chinese."""
    return (code, said) == (0, "") or (code == 1 and said.count("\n") == 1 and said.strip().endswith("。"))


@pytest.mark.parametrize("command", WRITES)
def test_nothing_is_written_among_the_registers_own_files(command: str, world: World, run: Run) -> None:
    into = world.desk / "进库"
    into.symlink_to(world.store, target_is_directory=True)
    names = set(names_in(world.store))
    for out in (
        world.store / "store.db",
        world.store / "x.pdf",
        into / "store.keys",
        world.store / "backups" / "x.pdf",
    ):
        before = world.state()
        code, said = run(*WRITES[command](world, out))
        assert code == 1 and one_sentence(code, said), (out, said)
        assert world.state() == before
    assert set(names_in(world.store)) <= names | {
        "backups",
        "store.head",
        "store.lock",
        "store.db-wal",
        "store.db-shm",
    }


@pytest.mark.parametrize("command", WRITES)
def test_an_export_is_private_whole_and_follows_no_link(command: str, world: World, run: Run) -> None:
    victim, out = world.desk / "别人的文件", world.desk / "out.pdf"
    for place in (victim, world.desk / "硬链接"):
        place.write_bytes(b"theirs")
    if "as-on" in command or "fill" in command:
        out = out.with_suffix(".xlsx")
    part = out.with_name(out.name + ".part")
    out.symlink_to(victim)
    part.symlink_to(world.desk / "硬链接")
    code, said = run(*WRITES[command](world, out))
    assert one_sentence(code, said), said
    assert victim.read_bytes() == (world.desk / "硬链接").read_bytes() == b"theirs"
    if code == 0:
        assert stat.S_IMODE(out.lstat().st_mode) == 0o600 and stat.S_ISREG(out.lstat().st_mode)
        assert not part.is_symlink()


NAMES = ["a\nb.pdf", "$(touch hacked).pdf", "`id`.pdf", "-x.pdf", "'\";.pdf", "x" * 300 + ".pdf", "x" * 251 + ".pdf", "x.pdf.", "x.pdf ",
         "CON.pdf", "nul", "LPT1.xlsx", "a\\b.pdf", "\\\\server\\share\\x.pdf", "\udce4\udcf6.pdf", "\u202efdp.x.pdf", "*?.pdf",
         "张　三.pdf"]  # fmt: skip
FINE = {"$(touch hacked).pdf", "`id`.pdf", "-x.pdf", "'\";.pdf", "*?.pdf", "张　三.pdf"}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_names_are_names_or_refused(name: str, world: World, run: Run) -> None:
    out = world.desk / name
    code, said = run("numbers", world.store, "--out", out)
    assert one_sentence(code, said), said
    assert (code == 0) == (name in FINE)
    assert names_in(world.desk) == ([name] if name in FINE else [])


def test_dots_and_folders_that_are_not_there(world: World, run: Run) -> None:
    for more in ("../desk/" + "x.pdf", "nowhere/x.pdf"):
        code, said = run("numbers", world.store, "--out", world.desk / more)
        assert one_sentence(code, said) and code == int("nowhere" in more)


@pytest.mark.parametrize("command", READS)
def test_what_is_no_file_is_refused_and_never_waited_for(command: str, world: World, run: Run) -> None:
    pipe, loop, odd = world.desk / "pipe.xlsx", world.desk / "loop.xlsx", world.desk / "\udce4\udcf6\n.xlsx"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    odd.write_bytes(b"no")
    for path in (
        pipe,
        loop,
        odd,
        Path("/dev/zero"),
        world.desk / ("x" * 300),
        world.store / "store.db",
        world.desk / "没有",
    ):
        code, said = run(*READS[command](world, path))
        looked = command in {"verify-card", "desk"} and code == 0  # a token that is none, a stick without packages
        assert looked or (code == 1 and one_sentence(code, said)), (path, code, said)


def test_a_file_whose_name_is_not_utf8_is_read(world: World, run: Run) -> None:
    """A stick from an old system holds names in GBK: they are shown as they were meant."""
    path = world.desk / os.fsdecode("李家花名册.csv".encode("gb18030"))
    path.write_text(f"姓名,身份证号\n李四,{ID}\n王五,1\n", encoding="utf-8")
    assert shown_name(path) == "李家花名册.csv"
    code, said = run("import", world.store, path)
    assert (code, said) == (0, "")
    package = world.desk / os.fsdecode("回来.ycp".encode("gb18030"))
    package.write_bytes(world.package.read_bytes())
    assert run("merge", world.store, package) == (0, "")


def test_a_backup_is_not_kept_inside_the_register_it_is_of(world: World, run: Run) -> None:
    link = world.desk / "link"
    link.symlink_to(world.store, target_is_directory=True)
    for place in (world.store, world.store / "backups", link):
        code, said = run("backup", world.store, place)
        assert code == 1 and one_sentence(code, said), place
    assert run("backup", world.store, world.desk) == (0, "")


def test_hard_links_are_not_written_through(world: World) -> None:
    kept, out = world.desk / "kept", world.desk / "out.pdf"
    kept.write_bytes(b"theirs")
    os.link(kept, out)
    peers.write_safely(out, b"ours")
    assert (kept.read_bytes(), out.read_bytes()) == (b"theirs", b"ours")


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises((PlaceError, ValueError)):
        checked_target(tmp_path / name if name else Path())


def test_the_programs_own_folder_takes_no_exports(tmp_path: Path) -> None:
    own = Path(os.environ["YINCE_HOME"])
    own.mkdir(exist_ok=True)
    with pytest.raises(PlaceError, match="程序自己的文件夹"):
        checked_target(own / "state.json")


def test_a_store_opens_through_a_link_to_its_folder(world: World) -> None:
    link = world.desk / "store"
    link.symlink_to(world.store, target_is_directory=True)
    access.open_store(link, password=PASSWORD, clock=SystemClock()).close()
