"""The statement of a new signing key: signed by the new one, carried in a manifest the old one signs.

CBOR map {1: org, 2: installation (16 bytes), 3: kid of the old key, 4: new Ed25519 public key, 5: created}.
"""

from dataclasses import dataclass

from desktop.domain.errors import PackageError
from desktop.sync import cose
from desktop.sync.cose import IsSigned, NotCoseError, Sign
from desktop.sync.key_card import kid_of

CONTENT_TYPE = "application/vnd.yince.key-rotate; v=1"


@dataclass(frozen=True, slots=True)
class Rotation:
    """A unit's announcement of its next signing key."""

    org: str
    install: str
    old_kid: bytes
    new_key: bytes
    created: str


def build_rotation(one: Rotation, *, sign: Sign) -> bytes:
    """Return the statement, signed by the new key: whoever announces it has it."""
    payload = cose.canonical(
        {1: one.org, 2: bytes.fromhex(one.install), 3: one.old_kid, 4: one.new_key, 5: one.created}
    )
    return cose.encode(payload, content_type=CONTENT_TYPE, kid=kid_of(one.new_key), sign=sign)


def read_rotation(raw: bytes, *, is_signed: IsSigned) -> Rotation:
    """Return the statement in a verified manifest; raises PackageError unless the new key signed it."""
    try:
        signed = cose.decode(raw)
        value = cose.load(signed.payload)
        if signed.content_type != CONTENT_TYPE or not cose.is_numbered(value, {1, 2, 3, 4, 5}):
            raise NotCoseError("not a rotation")
        sound = all(isinstance(value[key], bytes) for key in (2, 3, 4)) and len(value[2]) == 16
        if not sound or not all(isinstance(value[key], str) for key in (1, 5)):
            raise NotCoseError("bad part")
    except NotCoseError as error:
        raise _bad() from error
    if signed.kid != kid_of(value[4]) or not signed.is_by(value[4], is_signed=is_signed):
        raise _bad()
    return Rotation(value[1], value[2].hex(), value[3], value[4], value[5])


def _bad() -> PackageError:
    return PackageError("bad-rotation", "对方更换密钥的声明不对", "请让对方重新生成数据包")
