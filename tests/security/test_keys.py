"""Key slots open with their password only; public keys and seals are screened."""

import json
from pathlib import Path

import pytest

from desktop.domain.errors import DamagedStoreError, InvalidValueError, KeyCardError, PackageError, WrongPasswordError
from desktop.security import key_file, key_rotation, sealing, signing
from desktop.security.key_file import KdfCost

CHEAP = KdfCost(64, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    key_file.create_key_file(tmp_path, password="first-secret", user="甲", role="supervisor", store_id="s", cost=CHEAP)
    return tmp_path


def test_only_the_password_opens(folder: Path) -> None:
    assert len(key_file.open_key_file(folder, password="first-secret").data_key) == 32
    with pytest.raises(WrongPasswordError):
        key_file.open_key_file(folder, password="first-secreT")


def test_a_full_width_password_is_the_same_password(folder: Path) -> None:
    key_file.change_password(folder, user="甲", old="first-secret", new="ｓｅｃｏｎｄ-secret")
    assert key_file.open_key_file(folder, password="second-secret").user == "甲"
    with pytest.raises(WrongPasswordError):
        key_file.open_key_file(folder, password="first-secret")


def test_slots_come_and_go_but_never_the_last(folder: Path) -> None:
    opened = key_file.open_key_file(folder, password="first-secret")
    key_file.add_slot(folder, opened=opened, password="other-secret", user="乙", role="supervisor", cost=CHEAP)
    assert key_file.open_key_file(folder, password="other-secret").data_key == opened.data_key
    new, lost = key_rotation.begin_rotation(folder, opened=opened, change=key_rotation.Change(leaving="甲"))
    assert lost == []
    assert key_file.open_key_file(folder, password="first-secret").data_key == opened.data_key  # not changed yet
    assert key_rotation.end_rotation(folder, current=new, is_new=True).gone == ("甲",)
    with pytest.raises(WrongPasswordError):
        key_file.open_key_file(folder, password="first-secret")
    left = key_file.open_key_file(folder, password="other-secret")
    assert left.data_key == new
    with pytest.raises(InvalidValueError, match="最后一个"):
        key_rotation.begin_rotation(folder, opened=left, change=key_rotation.Change(leaving="乙"))


@pytest.mark.parametrize("name", [key_file.NAME, key_file.COPY])
def test_one_damaged_copy_is_mended(folder: Path, name: str) -> None:
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(good[:-5])
    key_file.open_key_file(folder, password="first-secret")
    assert (folder / name).read_bytes() == good


def test_two_damaged_copies_are_refused(folder: Path) -> None:
    for name in (key_file.NAME, key_file.COPY):
        (folder / name).write_bytes(b"x")
    with pytest.raises(DamagedStoreError):
        key_file.open_key_file(folder, password="first-secret")


def test_a_slot_cannot_be_given_another_role(folder: Path) -> None:
    import hashlib

    for name in (key_file.NAME, key_file.COPY):
        body = json.loads((folder / name).read_bytes().partition(b"\n")[2])
        body["slots"][0]["role"] = "auditor"
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        (folder / name).write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    with pytest.raises(WrongPasswordError):
        key_file.open_key_file(folder, password="first-secret")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa"])
def test_poor_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidValueError):
        key_file.check_passphrase(password)


@pytest.mark.parametrize(
    "bad", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32, (2**255 - 19).to_bytes(32, "little"), b"x"]
)
def test_low_order_and_non_canonical_keys_are_refused(bad: bytes) -> None:
    with pytest.raises(KeyCardError):
        signing.screen_public_key(bad)


def test_a_good_key_passes_and_signs() -> None:
    key = signing.SigningKey(b"\x07" * 32)
    signing.screen_public_key(key.public)
    assert signing.is_signed(key.public, b"m", key.sign(b"m"))
    assert not signing.is_signed(key.public, b"n", key.sign(b"m"))


def test_seals_open_for_their_recipient_only() -> None:
    mine, other = sealing.new_identity(), sealing.new_identity()
    sealed = sealing.seal(b"content", recipients=[sealing.recipient_of(mine)])
    assert sealing.unseal(sealed, identity=mine) == b"content"
    with pytest.raises(PackageError) as refused:
        sealing.unseal(sealed, identity=other)
    assert refused.value.reason == "wrong-recipient"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        b"age-encryption.org/v1\n-> scrypt c2FsdA 23\nAAAA\n--- mac\n",
        b"age-encryption.org/v1\n-> ssh-ed25519 a b\nAAAA\n--- mac\n",
        b"age-encryption.org/v1\n-> X25519 AAAA\n",
    ],
)
def test_other_kinds_of_age_file_never_reach_the_library(raw: bytes) -> None:
    with pytest.raises(PackageError):
        sealing.unseal(raw, identity=sealing.new_identity())
