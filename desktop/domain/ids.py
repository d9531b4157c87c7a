"""Identifiers: random record ids, and short codes a person can read out and type."""

import hashlib
import random
import secrets
from typing import Protocol

# Crockford's alphabet: no I, L, O, U, so a code survives being read out and typed.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_MODULUS = 31
SHORT_CODE_LENGTH = 8


class IdMaker(Protocol):
    """Makes unguessable bytes."""

    def random_bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...


class RandomIds:
    """Ids from the operating system's generator."""

    def random_bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        return secrets.token_bytes(count)


class SeededIds:
    """Repeatable ids, for tests and the practice register only: never for keys."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, not a secret

    def random_bytes(self, count: int) -> bytes:
        """Return the next `count` bytes of the sequence."""
        return self._random.randbytes(count)


def new_id(ids: IdMaker) -> str:
    """Return a new record id: 32 lower-case hex characters."""
    return ids.random_bytes(16).hex()


def org_id(code: str) -> str:
    """Return the record id of an organisation: the same at every station, so that they converge."""
    return hashlib.sha256(f"yince org {code}".encode()).hexdigest()[:32]


def field_switch_id(field: str) -> str:
    """Return the record id of a field's switch: the same at every station, so that the street's word replaces ours."""
    return hashlib.sha256(f"yince field {field}".encode()).hexdigest()[:32]


def pair_id(one: str, other: str) -> str:
    """Return the record id of a decision about two people: the same whoever is named first, at every station."""
    return hashlib.sha256(f"yince pair {min(one, other)} {max(one, other)}".encode()).hexdigest()[:32]


def form_map_id(fingerprint: str) -> str:
    """Return the record id of a form's mapping: a form known at two stations is one record."""
    return hashlib.sha256(f"yince form {fingerprint}".encode()).hexdigest()[:32]


def card_design_id(kind: str) -> str:
    """Return the record id of the design of a kind of card: the same at every station, so that they converge."""
    return hashlib.sha256(f"yince card design {kind}".encode()).hexdigest()[:32]


def new_short_code(ids: IdMaker) -> str:
    """Return a new short code: 8 Crockford characters and a check character, `XXXX-XXXX-C`."""
    number = int.from_bytes(ids.random_bytes(5), "big")
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return format_short_code(body + check_character(body))


def check_character(body: str) -> str:
    """Return the check character of a short code's body (ISO 7064-like, mod 31).

    The modulus is the prime 31, so every single wrong character and every swap of two
    neighbours that differ in value modulo 31 is caught, and the check character itself
    stays inside the alphabet.
    """
    total = 0
    for character in body:
        total = (total * 2 + ALPHABET.index(character)) % _CHECK_MODULUS
    return ALPHABET[(total * 2) % _CHECK_MODULUS]


def read_short_code(text: str) -> str | None:
    """Return the code as `XXXX-XXXX-C`, or None if `text` is not a sound short code.

    Lower case, spaces, missing dashes, and O, I, L for 0, 1, 1 are forgiven.
    """
    plain = text.strip().upper().replace("-", "").replace(" ", "")
    plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(plain) != SHORT_CODE_LENGTH + 1 or any(c not in ALPHABET for c in plain):
        return None
    if check_character(plain[:-1]) != plain[-1]:
        return None
    return format_short_code(plain)


def format_short_code(plain: str) -> str:
    """Return nine plain characters grouped for reading: `XXXX-XXXX-C`."""
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
