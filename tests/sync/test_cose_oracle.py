"""What we sign another COSE library verifies, and what it signs we verify: the form is RFC 9052's, not ours."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm, ContentType
from pycose.keys.curves import Ed25519
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message

from desktop.security.signing import SigningKey, is_signed
from desktop.sync import card_token, cose, key_card, key_directory, package, rotation

SEEDS = st.binary(min_size=32, max_size=32)
PAYLOADS = st.binary(max_size=600)
CONTENT_TYPES = st.sampled_from([one.CONTENT_TYPE for one in (card_token, key_card, key_directory, package, rotation)])


def read_by_oracle(raw: bytes) -> Any:
    """Return a message as pycose reads it.

    Its own `decode` wants the lists and dicts of cbor2 5; ours gives tuples, so the array is
    opened here. Header, Sig_structure and signature are still pycose's work.
    """
    outer = cbor2.loads(raw)
    assert outer.tag == Sign1Message.cbor_tag
    protected, unprotected, payload, signature = outer.value
    return Sign1Message.from_cose_obj(
        [protected, dict(unprotected), payload, signature], allow_unknown_attributes=False
    )


def signed_by_oracle(payload: bytes, *, content_type: str, kid: bytes, seed: bytes) -> bytes:
    """Return a payload as pycose signs it with our three headers."""
    message = Sign1Message(phdr={Algorithm: EdDSA, ContentType: content_type, KID: kid}, uhdr={}, payload=payload)
    message.key = OKPKey(crv=Ed25519, x=SigningKey(seed).public, d=seed)
    return bytes(message.encode())


@given(SEEDS, PAYLOADS, CONTENT_TYPES)
def test_what_we_sign_the_oracle_verifies(seed: bytes, payload: bytes, content_type: str) -> None:
    key = SigningKey(seed)
    kid = key_card.kid_of(key.public)
    message = read_by_oracle(cose.encode(payload, content_type=content_type, kid=kid, sign=key.sign))
    assert message.phdr == {Algorithm: EdDSA, ContentType: content_type, KID: kid}
    assert (message.uhdr, message.payload) == ({}, payload)
    message.key = OKPKey(crv=Ed25519, x=key.public)
    assert message.verify_signature()


@given(SEEDS, PAYLOADS, CONTENT_TYPES)
def test_what_the_oracle_signs_we_verify(seed: bytes, payload: bytes, content_type: str) -> None:
    key = SigningKey(seed)
    kid = key_card.kid_of(key.public)
    raw = signed_by_oracle(payload, content_type=content_type, kid=kid, seed=seed)
    signed = cose.decode(raw)
    assert (signed.content_type, signed.kid, signed.payload) == (content_type, kid, payload)
    assert signed.is_by(key.public, is_signed=is_signed)
    assert raw == cose.encode(payload, content_type=content_type, kid=kid, sign=key.sign)


@pytest.mark.parametrize("place", ["protected", "payload", "signature"])
def test_both_refuse_the_same_changes(place: str) -> None:
    key, other = SigningKey(b"\x07" * 32), SigningKey(b"\x08" * 32)
    good = cose.encode(b"content", content_type=key_card.CONTENT_TYPE, kid=b"12345678", sign=key.sign)
    raw = {
        "protected": good.replace(b"12345678", b"12345679"),
        "payload": good.replace(b"content", b"contenu"),
        "signature": good[:-1] + bytes([good[-1] ^ 1]),
    }[place]
    assert not cose.decode(raw).is_by(key.public, is_signed=is_signed)
    assert not cose.decode(good).is_by(other.public, is_signed=is_signed)
    message = read_by_oracle(raw)
    message.key = OKPKey(crv=Ed25519, x=key.public)
    assert not message.verify_signature()
