"""Every region of a package flipped, cut, spliced, parts swapped between valid packages: refused, store untouched.

The inside is changed too and sealed again: whoever knows the recipient's public key can do that.
"""

import hashlib
import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.errors import PackageError
from desktop.models.tables import METADATA
from desktop.security import sealing
from desktop.services import exchange, media, photos
from desktop.services.station import Station
from desktop.sync import package
from tests.conftest import COMMUNITY, STREET, Maker
from tests.exchange_steps import pack, person, trust

FEW, MANY = 150, 10_000
MAGIC = len(b"YCP1\n") + 4
Mutant = tuple[str, bytes]


class Originals:
    """Three valid packages to the street, one of them with two pictures of one length, sealed and bare."""

    def __init__(self, community: Station, street: Station, folder: Path) -> None:
        first = person(community, "甲")
        second = person(community, "乙")
        for number, one in enumerate((first, second)):
            photos.set_photo(community, person=one, jpeg=b"\xff\xd8\xff" + bytes([number]) * 2000)
        paths = [pack(community, street, folder), pack(community, street, folder)]
        paths += media.pack_media(community, to_org=street.org, folder=folder).paths
        self.sealed = [path.read_bytes() for path in paths]
        identity = street.vault.secret("age_identity").decode()
        self.recipient = sealing.recipient_of(identity)
        self.plain = [sealing.unseal(one, identity=identity) for one in self.sealed]

    def seal(self, plain: bytes) -> bytes:
        """Seal a changed inside to the street again."""
        return sealing.seal(plain, recipients=[self.recipient])


@pytest.fixture
def made(make_station: Maker, tmp_path: Path) -> tuple[Station, Originals]:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    folder = tmp_path / "mail"
    folder.mkdir()
    return street, Originals(community, street, folder)


def regions(plain: bytes) -> dict[str, tuple[int, int]]:
    """Return the stretches of a package's inside: magic, length, envelope, manifest, signature, parts."""
    (length,) = struct.unpack(">I", plain[5:9])
    end = MAGIC + length
    manifest = plain.index(b'{"', MAGIC)
    return {
        "magic": (0, 5), "length": (5, 9), "envelope": (MAGIC, manifest), "manifest": (manifest, end - 66),
        "signature": (end - 66, end), "parts": (end, len(plain)),
    }  # fmt: skip


def mutants(made: Originals, chance: random.Random, count: int) -> Iterator[Mutant]:
    """Yield changed packages of every sort, in turn."""
    while count > 0:
        for which, sealed in enumerate(made.sealed):
            plain = made.plain[which]
            other = made.plain[(which + 1) % len(made.plain)]
            for name, (start, end) in regions(plain).items():
                place = chance.randrange(start, end)
                yield f"{which} {name} flipped at {place}", made.seal(_flipped(plain, place, chance))
                cut = chance.randrange(1, end - start + 1)
                yield f"{which} {name} cut", made.seal(plain[:start] + plain[start + cut :])
                yield f"{which} {name} doubled", made.seal(plain[:end] + plain[start:end] + plain[end:])
                count -= 3
            yield f"{which} sealed flipped", _flipped(sealed, chance.randrange(len(sealed)), chance)
            yield f"{which} sealed cut", sealed[: chance.randrange(len(sealed))]
            at = chance.randrange(1, len(sealed) - 1)
            rest = made.sealed[(which + 1) % len(made.sealed)]
            yield f"{which} sealed spliced", sealed[:at] + rest[min(at, len(rest) - 1) :]
            yield f"{which} parts of another", made.seal(plain[: regions(plain)["parts"][0]] + _parts(other))
            yield f"{which} manifest of another", made.seal(other[: regions(other)["parts"][0]] + _parts(plain))
            yield f"{which} signature of another", made.seal(_signed_as(plain, other))
            count -= 6
        pictures = made.plain[2]
        first, second = pictures[-4006:-2003], pictures[-2003:]
        yield "pictures swapped", made.seal(pictures[:-4006] + second + first)
        yield "a picture twice", made.seal(pictures[:-2003] + first)
        count -= 2


def _flipped(raw: bytes, place: int, chance: random.Random) -> bytes:
    bad = bytearray(raw)
    bad[place] ^= 1 << chance.randrange(8)
    return bytes(bad)


def _parts(plain: bytes) -> bytes:
    return plain[regions(plain)["parts"][0] :]


def _signed_as(plain: bytes, other: bytes) -> bytes:
    """Return a package with the 64 bytes of another one's signature."""
    end, theirs = regions(plain)["signature"][1], regions(other)["signature"][1]
    return plain[: end - 64] + other[theirs - 64 : theirs] + plain[end:]


def digest_of(station: Station) -> str:
    """Return a hash over every row of every table."""
    digest = hashlib.sha256()
    with station.vault.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY rowid"):  # noqa: S608
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def refuse_all(street: Station, made: Originals, folder: Path, *, seed: int, count: int) -> int:
    """Try mutants; fail at the first that is not refused, or that changed a byte of the store."""
    before = digest_of(street)
    path = folder / "mutant.ycp"
    tried = 0
    for name, content in mutants(made, random.Random(seed), count):
        if content in made.sealed:
            continue
        path.write_bytes(content)
        with pytest.raises(PackageError):
            exchange.preview_merge(street, path=path)
            pytest.fail(f"not refused: {name}")
        tried += 1
        if tried % 200 == 0:
            assert digest_of(street) == before, name
    assert digest_of(street) == before
    return tried


def test_a_changed_package_is_refused_and_nothing_is_written(made: tuple[Station, Originals], tmp_path: Path) -> None:
    assert refuse_all(*made, tmp_path, seed=5, count=FEW) >= FEW


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_changed_packages_are_refused(made: tuple[Station, Originals], tmp_path: Path) -> None:
    assert refuse_all(*made, tmp_path, seed=random.randrange(1 << 30), count=MANY) >= MANY


def test_the_unchanged_ones_come_in(made: tuple[Station, Originals], tmp_path: Path) -> None:
    """Else every refusal above would prove nothing."""
    street, originals = made
    for number, content in enumerate(originals.sealed):
        path = tmp_path / f"{number}.ycp"
        path.write_bytes(content)
        assert exchange.apply_merge(street, preview=exchange.preview_merge(street, path=path)).state == "imported"
    again = package.MAGIC + originals.plain[0][5:]
    assert again == originals.plain[0]
