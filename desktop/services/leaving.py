"""One person's file for somebody who leaves the area (`docs/formats/person-file.md`, decision 0061).

Sealed to the receiving office's key card, signed by ours, not part of any stream. The receiver compares
our sixty digits with the paper 转移单 and gets a six-digit receipt; once that is told back, the person is
marked as moved away here. Until then nothing changes here.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import InvalidValueError, KeyCardError, NotFoundError, PackageError
from desktop.domain.fields import Value
from desktop.domain.operations import MergePlan
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.sharing import LOCAL_KINDS, SHARED_KINDS
from desktop.domain.states import MOVED, StateChange
from desktop.security import sealing, signing
from desktop.services import peers, states
from desktop.services.authority import no_objection
from desktop.services.register import number_prefix, whole_person
from desktop.services.station import Station
from desktop.store import history, merging, people
from desktop.sync import key_card, merge, package
from desktop.sync.key_card import KeyCard

MAGIC = b"YCM1\n"
_LENGTH = struct.Struct(">I")
_RECEIPT = b"yince person receipt/v1\n"
_ACTION = "person.leave"
_NOT_TAKEN = frozenset({"home_org", "owner_epoch", "joined_to", "person_no"})


@dataclass(frozen=True, slots=True)
class PersonFile:
    """An opened person file: who sent it, whom it brings, and what it was."""

    sender: KeyCard
    person: str
    name: str
    plan: MergePlan
    digest: str  # of the signed manifest


@dataclass(frozen=True, slots=True)
class SentFile:
    """A person file that was written: for whom, what it was, and our sixty digits as they were then."""

    receiver: str
    digest: str  # of the signed manifest
    install: str  # of the receiver
    fingerprint: str
    name: str  # of the person
    at: str  # UTC stamp


def write_person_file(station: Station, *, person: str, card: Path, fingerprint: str, path: Path) -> str:
    """Write a person's file for the office whose key card is in `card`; return our sixty digits for the paper.

    The office's digits must be compared first. Raises KeyCardError, NotFoundError, DiskFullError.
    """
    receiver = peers.read_card(card)
    if not key_card.same_fingerprint(fingerprint, receiver):
        raise KeyCardError("fingerprint", "核对码不一致，没有写文件", "请与对方逐组核对 60 位数字")
    page = whole_person(station, person=person)
    with station.vault.reading(READ_WHOLE) as connection:
        log = merging.logged_of_people(connection, [person], org=station.org)
    operations = [one.operation for one in log if one.operation.kind not in LOCAL_KINDS | SHARED_KINDS]
    own, signer = peers.own_card(station), signing.SigningKey(station.vault.secret("sign_seed"))
    me = station.vault.identity
    draft = package.Draft(
        sender=package.Sender(me.org, me.install, me.epoch, own.kid.hex()),
        to=package.Recipient(receiver.org, receiver.install),
        stream=_stream(me.org, receiver.org, person), seq=1, prev="", created=stamp(station.clock),
    )  # fmt: skip
    sealed, digest = package.build_package(
        draft, operations, kid=own.kid, sign=signer.sign,
        seal=lambda plain: sealing.seal(plain, recipients=[receiver.recipient]),
    )  # fmt: skip
    shown = key_card.build_key_card(own, sign=signer.sign)
    note = json.dumps({
        "person": page.id, "digest": digest, "install": receiver.install, "name": receiver.name,
        "fingerprint": own.fingerprint,
    })  # fmt: skip

    def noted() -> None:
        with station.vault.unit(_ACTION, why=f"写给{receiver.name}的转出文件", source=note) as unit:
            unit.commit()

    peers.write_safely(path, MAGIC + _LENGTH.pack(len(shown)) + shown + sealed, noted=noted)
    return own.fingerprint


def _stream(source: str, target: str, person: str) -> str:
    """Return a name no exchange stream has, so that this never passes for an ordinary package."""
    return f"{source}>{target}/{person}"


def open_person_file(station: Station, *, path: Path, fingerprint: str) -> PersonFile:
    """Return what is in a person file once the sender's sixty digits were compared with the paper.

    Writes nothing. Raises KeyCardError, PackageError, NotFoundError.
    """
    raw = peers.read_file(path, most=package.MOST_SEALED)
    start = len(MAGIC) + _LENGTH.size
    if not raw.startswith(MAGIC) or len(raw) < start:
        raise PackageError("not-person-file", "这不是银册的转出文件", "请选择以 .ycm 结尾的文件")
    end = start + int(_LENGTH.unpack(raw[len(MAGIC) : start])[0])
    sender = key_card.read_key_card(raw[start:end], is_signed=signing.is_signed)
    signing.screen_public_key(sender.sign_key)
    if not key_card.same_fingerprint(fingerprint, sender):
        raise KeyCardError("fingerprint", "与转移单上的 60 位核对码不一致", "请核对转移单，或打电话问转出单位")
    plain = sealing.unseal(raw[end:], identity=station.vault.secret("age_identity").decode("ascii"))
    opened = package.open_package(plain, keys={sender.kid: [sender.sign_key]}, is_signed=signing.is_signed)
    return _read(station, sender, opened)


def _read(station: Station, sender: KeyCard, opened: package.OpenPackage) -> PersonFile:
    manifest, me = opened.manifest, station.vault.identity
    if (manifest.to.org, manifest.to.install) != (me.org, me.install):
        raise PackageError("wrong-recipient", "这份转出文件不是给本单位的", "请确认拿对了文件")
    plan = merge.plan_merge(opened.operations(relays=True), {}, objection=no_objection, sender_rules=True)
    found = [one for one in plan.records if one.kind == "person" and not one.deleted]
    person = found[0].record if len(found) == 1 else ""
    if not person or manifest.stream != _stream(sender.org, me.org, person):
        raise PackageError("not-person-file", "这份文件里不是一个人的登记", "请让转出单位重新写一份")
    return PersonFile(sender, person, str(found[0].take.get("name", ("",))[0] or ""), plan, opened.manifest_hash)


def take_in(station: Station, *, file: PersonFile) -> tuple[str, Changes]:
    """Register the person here with all that came along; return the six-digit receipt to tell the sender.

    Taking the same file in again gives the same receipt and changes nothing. Raises InvalidValueError.
    """
    code = receipt_of(file.digest, install=station.vault.identity.install)
    with station.vault.reading(READ_WHOLE) as connection:
        known = merging.states_of(connection, "person", [file.person])
    if known:
        return code, Changes()
    with station.vault.unit("person.arrive", why=f"{file.sender.name}转来", source=file.sender.org) as unit:
        prefix = number_prefix(station)
        number = f"{prefix}{people.next_person_no(unit.connection, prefix):05d}"
        for one in sorted(file.plan.records, key=lambda record: record.kind != "person"):
            if one.deleted or one.kind not in KINDS or one.kind == "pair":
                continue
            values: dict[str, Value] = {key: value for key, (value, _) in one.take.items() if value is not None}
            if one.kind == "person":
                kept = {key: value for key, value in values.items() if key not in _NOT_TAKEN}
                values = {**kept, "home_org": station.org, "person_no": number}
            unit.add(one.kind, one.record, values)
        return code, unit.commit()


def receipt_of(digest: str, *, install: str) -> str:
    """Return the six digits that say a person file arrived at an installation."""
    made = hashlib.sha256(_RECEIPT + digest.encode() + b"\n" + install.encode()).digest()
    return f"{int.from_bytes(made, 'big') % 1_000_000:06d}"


def note_receipt(station: Station, *, person: str, code: str, why: str) -> Changes:
    """Mark a person as moved away once the receiver told its receipt; raises InvalidValueError, NotFoundError."""
    sent = sent_file(station, person=person)
    wanted = receipt_of(sent.digest, install=sent.install)
    if "".join(c for c in code if c.isdigit()) != wanted:
        raise InvalidValueError("code", "回执码不对", "请再问对方一次，回执码是 6 位数字")
    change = StateChange(MOVED, station.today().isoformat(), why, station.user, where_to=sent.receiver)
    return states.change_state(station, person=person, change=change)


def sent_file(station: Station, *, person: str) -> SentFile:
    """Return the newest file written for a person; raises NotFoundError if there is none."""
    with station.vault.reading() as connection:
        lines = history.batches(connection, action=_ACTION)
    for line in lines:
        note: Mapping[str, object] = json.loads(line.source)
        if note.get("person") == person:
            name = str(whole_person(station, person=person).values.get("name") or "")
            own = str(note.get("fingerprint") or peers.own_card(station).fingerprint)
            return SentFile(str(note["name"]), str(note["digest"]), str(note["install"]), own, name, line.at)
    raise NotFoundError("没有给这个人写过转出文件", "请先写转出文件")
