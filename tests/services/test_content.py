"""What travels: pictures, what a newer program wrote, and what is withheld (`sync.md` sections 3.9 and 3.13)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.domain import dictionary
from desktop.domain.errors import PackageError
from desktop.domain.fields import Field, RecordKind
from desktop.security import sealing, signing
from desktop.services import backups, carrying, catalogue, exchange, media, photos, register, streams, withholding
from desktop.services.station import Station
from desktop.services.withholding import Profile
from desktop.store import attachments
from desktop.sync import cose, key_card, manifest
from desktop.sync.lines import write_lines
from tests.conftest import COMMUNITY, STREET, Maker
from tests.exchange_steps import merge, pack, person, send, trust, value_of
from tests.vectors.manifests import CONTENT_TYPE, Draft, operation, plain_of

Pair = tuple[Station, Station]
JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> Pair:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    return community, street


def test_pictures_travel_beside_the_data_once(pair: Pair, mail: Path) -> None:
    community, street = pair
    people = [person(community, name) for name in ("甲", "乙", "丙")]
    for number, one in enumerate(people):
        photos.set_photo(community, person=one, jpeg=JPEG + bytes([number]) * 300_000)
    small = media.pack_media(community, to_org=street.org, folder=mail, most=(1 << 20) + 700_000)
    assert (small.pictures, len(small.paths)) == (3, 2)
    assert merge(street, small.paths[1]).state == "imported"  # before the data, and out of order
    assert send(community, street, mail).state == "imported"
    assert photos.photo_of(street, person=people[0]) is None or photos.photo_of(street, person=people[2]) is None
    result = merge(street, small.paths[0])
    assert result.counts == {"media": 2}
    assert [photos.photo_of(street, person=one) for one in people] == [
        JPEG + bytes([number]) * 300_000 for number in range(3)
    ]
    assert merge(street, small.paths[0]).state == "already"
    assert media.pack_media(community, to_org=street.org, folder=mail).pictures == 3  # nobody said they came
    send(street, community, mail)
    assert media.pack_media(community, to_org=street.org, folder=mail).pictures == 0
    assert backups.check_store(street).is_sound


def test_what_is_no_picture_is_refused(pair: Pair, mail: Path) -> None:
    community, street = pair
    one = person(community, "甲")
    with community.vault.unit("photo.set") as unit:
        digest = attachments.keep(unit.connection, b"MZ not a picture", media="image/jpeg", at=unit.header.at)
        unit.put("person", one, {"photo": digest})
        unit.commit()
    (path,) = media.pack_media(community, to_org=street.org, folder=mail).paths
    with pytest.raises(PackageError) as refused:
        merge(street, path)
    assert refused.value.reason == "bad-content"


def test_what_is_withheld_is_absent_never_blank_and_comes_when_it_may(pair: Pair, mail: Path) -> None:
    community, street = pair
    one = person(community, "张三", id_no="610100195307063017", live_addr="一号楼")
    withholding.set_profile(community, org=street.org, profile=Profile(3, ("person.ent_name",)))
    register.amend_person(community, person=one, values={"ent_name": "秦川轴承厂"})
    preview = exchange.preview_merge(street, path=pack(community, street, mail))
    assert "person.id_no" in preview.manifest.redacted
    sent = {key for each in preview.operations for key in each.fields}
    assert {"id_no", "live_addr", "ent_name"}.isdisjoint(sent)
    exchange.apply_merge(street, preview=preview)
    register.amend_person(street, person=one, values={"live_addr": "街道知道的地址"})
    assert value_of(street, one, "id_no") is None
    withholding.set_profile(community, org=street.org, profile=Profile())
    assert streams.standings(community)[0].next_kind == "snapshot"
    assert send(community, street, mail).state == "imported"
    assert value_of(street, one, "id_no") == "610100195307063017"
    assert value_of(street, one, "ent_name") == "秦川轴承厂"
    assert value_of(street, one, "live_addr") == "街道知道的地址"
    assert backups.check_store(street).is_sound


NEWER: dict[str, Any] = {
    "op": "person.put", "zz": {"said": ["a newer program", 1]},
    "f": {"home_org": COMMUNITY.code, "name": "张三", "person_no": "1-1", "blood_type": "O", "steps": 9000},
}  # fmt: skip


def test_what_a_newer_program_wrote_survives_word_for_word(pair: Pair, mail: Path) -> None:
    """A newer community, this street, and the community's new computer: nothing it wrote is lost on the way."""
    community, street = pair
    writer = community.vault.identity.writer
    person_id = "0123456789abcdef" * 2
    lines = [
        operation(**NEWER, dot=[writer, 900]),
        operation(op="gadget.put", rec="1" * 32, dot=[writer, 901], f={"person": person_id, "model": "X"}),
        operation(op="person.bless", dot=[writer, 902], base={writer: 900}, f={"how": "twice"}),
    ]
    path = newer_package(community, street, lines, mail)
    result = merge(street, path)
    assert result.counts == {"person.new": 1, "carried": 3}
    assert value_of(street, person_id, "name") == "张三"
    assert backups.check_store(street).is_sound
    assert register.history_of(street, person=person_id)
    preview = exchange.preview_merge(community, path=pack(street, community, mail, snapshot=True))
    back = {(one.kind, one.action): one for one in preview.operations if one.dot.counter >= 900}
    assert write_lines(back.values()) == b"".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in lines
    )


def newer_package(
    sender: Station, receiver: Station, lines: list[dict[str, Any]], folder: Path, **members: Any
) -> Path:
    """Write the first package of a station as a newer program would, with our own keys."""
    raw = b"".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in lines
    )
    me, to = sender.vault.identity, receiver.vault.identity
    key = signing.SigningKey(sender.vault.secret("sign_seed"))
    kid = key_card.kid_of(key.public)
    draft = Draft(
        raw=raw,
        manifest={"stream": f"{me.org}>{to.org}", "format": "1.9", "caps": {"max_reader": "1.9"}, **members},
        sender={"org": me.org, "install": me.install, "kid": kid.hex()},
        to={"org": to.org, "install": to.install},
    )
    signed = cose.encode(draft.manifest_bytes(), content_type=CONTENT_TYPE, kid=kid, sign=key.sign)
    recipient = sealing.recipient_of(receiver.vault.secret("age_identity").decode())
    path = folder / "newer.ycp"
    path.write_bytes(sealing.seal(plain_of(signed, draft.stored()), recipients=[recipient]))
    return path


def test_an_updated_program_takes_up_what_it_had_carried(
    pair: Pair, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    community, street = pair
    writer = community.vault.identity.writer
    record = "0123456789abcdef" * 2
    merge(street, newer_package(community, street, [operation(**NEWER, dot=[writer, 900])], mail))
    assert carrying.take_up(street) == 0
    known = dictionary.KINDS["person"]
    newer = RecordKind(
        "person",
        known.label,
        (*known.fields, Field("blood_type", "血型", "身份"), Field("steps", "步数", "身份", dictionary.Kind.INT)),
    )
    monkeypatch.setitem(dictionary.KINDS, "person", newer)
    with street.vault.unit("epoch.start") as unit:
        for column in ("blood_type TEXT", "steps INTEGER"):
            unit.connection.exec_driver_sql(f"ALTER TABLE person ADD COLUMN {column}")
        unit.commit()
    assert carrying.take_up(street) == 1
    with street.vault.reading() as connection:
        row = connection.exec_driver_sql("SELECT blood_type, steps FROM person WHERE id=?", (record,)).one()
    assert tuple(row) == ("O", 9000)
    assert backups.check_store(street).is_sound
    assert carrying.take_up(street) == 0


def test_the_hash_of_a_picture_is_its_name(pair: Pair) -> None:
    with pytest.raises(PackageError):
        media.pictures_in({"0" * 64: JPEG})
    good = JPEG + b"x"
    assert media.pictures_in({hashlib.sha256(good).hexdigest(): good})


def test_the_streets_switch_of_a_field_reaches_its_communities(pair: Pair, mail: Path) -> None:
    community, street = pair
    field = next(one.key for one in dictionary.PERSON.fields if one.off)
    catalogue.switch_field(community, field=field, collected=False, why="社区原先不采集")
    catalogue.switch_field(street, field=field, collected=True, why="区里文件要求")
    assert send(community, street, mail).state == "imported"
    assert send(street, community, mail).state == "imported"
    assert field in community.vault.switched_on
    assert exchange.list_conflicts(community) == []


def test_a_package_of_a_newer_program_waits_for_the_update(
    pair: Pair, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    community, street = pair
    writer = community.vault.identity.writer
    path = newer_package(community, street, [operation(dot=[writer, 900])], mail, critical=["ops/1", "ops/9"])
    for _ in range(2):
        with pytest.raises(PackageError) as refused:
            exchange.preview_merge(street, path=path)
        assert refused.value.reason == "too-new"
    assert [one.why for one in streams.held_packages(street)] == ["newer"]
    assert carrying.retry_newer(street) == []
    monkeypatch.setattr(manifest, "CRITICAL", manifest.CRITICAL | {"ops/9"})
    assert [one.state for one in carrying.retry_newer(street)] == ["imported"]
    assert streams.held_packages(street) == []
    assert value_of(street, "0123456789abcdef" * 2, "name") == "张三"
