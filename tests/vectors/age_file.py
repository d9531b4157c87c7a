"""Age v1 files (age-encryption.org/v1) written by hand from a fixed seed, so that they never change.

A second writer beside the library the program uses; every part can be replaced by a wrong one.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024
NONCE_LENGTH = 16
GREASE = b"-> yin-grease abc\nQUJD\n"


@dataclass(frozen=True, slots=True)
class AgeFile:
    """The three sections of an age file."""

    header: bytes  # to the end of `---`, what the MAC is over
    mac: bytes
    payload: bytes

    @property
    def raw(self) -> bytes:
        """The file."""
        return self.header + b" " + _base64(self.mac) + b"\n" + self.payload


def seal(plain: bytes, *, recipients: Sequence[bytes], before: bytes = b"", version: bytes = VERSION) -> AgeFile:
    """Return `plain` sealed to raw X25519 public keys; `before` are more stanzas, put first."""
    file_key = _derived(b"file key", plain)[:16]
    stanzas = b"".join(stanza(one, file_key, _derived(b"ephemeral", plain + one)) for one in recipients)
    header = version + before + stanzas + b"---"
    nonce = _derived(b"nonce", plain)[:NONCE_LENGTH]
    return AgeFile(header, header_mac(header, file_key), nonce + stream(plain, file_key, nonce))


def stanza(recipient: bytes, file_key: bytes, secret: bytes) -> bytes:
    """Return the X25519 stanza that gives `file_key` to a recipient."""
    ephemeral = X25519PrivateKey.from_private_bytes(secret)
    share = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    wrap = _hkdf(shared, salt=share + recipient, info=b"age-encryption.org/v1/X25519")
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    return b"-> X25519 " + _base64(share) + b"\n" + _base64(body) + b"\n"


def header_mac(header: bytes, file_key: bytes) -> bytes:
    """Return the MAC of a header."""
    return hmac.digest(_hkdf(file_key, salt=b"", info=b"header"), header, "sha256")


def stream(plain: bytes, file_key: bytes, nonce: bytes, *, ended: bool = True) -> bytes:
    """Return the payload after its nonce, in chunks of 64 KiB; the last one is marked if it is `ended`."""
    cipher = ChaCha20Poly1305(_hkdf(file_key, salt=nonce, info=b"payload"))
    starts = range(0, max(len(plain), 1), CHUNK)
    return b"".join(
        cipher.encrypt(
            number.to_bytes(11, "big") + (b"\x01" if ended and start + CHUNK >= len(plain) else b"\x00"),
            plain[start : start + CHUNK],
            None,
        )
        for number, start in enumerate(starts)
    )


def file_key_of(plain: bytes) -> bytes:
    """Return the file key `seal` derives for `plain`."""
    return _derived(b"file key", plain)[:16]


def _derived(label: bytes, plain: bytes) -> bytes:
    return hashlib.sha256(b"yince vector/" + label + b"\n" + plain).digest()


def _hkdf(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _base64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")
