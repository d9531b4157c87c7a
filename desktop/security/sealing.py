"""Sealing bytes to recipients with age, and opening them only after the header was looked at."""

import pyrage

from desktop.domain.errors import PackageError

_VERSION = b"age-encryption.org/v1\n"
_STANZA = b"-> X25519 "
_MAC = b"--- "
_MOST_HEADER = 16 * 1024
_MOST_STANZAS = 32


def new_identity() -> str:
    """Return a new secret age identity, `AGE-SECRET-KEY-1...`."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Return the public recipient of an identity, `age1...`."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def is_recipient(text: str) -> bool:
    """Return True if `text` is a sound age X25519 recipient: canonical, and no point of low order.

    X25519 with a low-order point gives zero whatever the secret; age refuses that only when it seals.
    """
    try:
        if str(pyrage.x25519.Recipient.from_str(text)) != text:
            return False
        pyrage.encrypt(b"", [pyrage.x25519.Recipient.from_str(text)])
    except pyrage.RecipientError:
        return False
    except BaseException as error:  # Rust panics derive from BaseException
        if type(error).__name__ != "PanicException":
            raise
        return False
    return True


def seal(plain: bytes, *, recipients: list[str]) -> bytes:
    """Return `plain` sealed to every recipient, as a binary age v1 file."""
    return bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(one) for one in recipients]))


def unseal(sealed: bytes, *, identity: str) -> bytes:
    """Return what was sealed to `identity`.

    Only binary files with X25519 stanzas are accepted: scrypt work factors and armor never reach
    the library. Nothing is released unless the whole file verified. Raises PackageError with
    reason `not-age`, `wrong-recipient` or `damaged`.
    """
    _screen_header(sealed)
    key = pyrage.x25519.Identity.from_str(identity)
    try:
        return bytes(pyrage.decrypt(sealed, [key]))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise PackageError("wrong-recipient", "这个数据包不是发给本单位的", "请确认拿对了文件") from error
        raise PackageError("damaged", "数据包已损坏或被改动过", "请让对方重新拷贝一份") from error


def _screen_header(sealed: bytes) -> None:
    """Refuse anything but a short header of X25519 stanzas."""
    if not sealed.startswith(_VERSION):
        raise PackageError("not-age", "这不是银册的数据包", "请选择以 .ycp 结尾的文件")
    end = sealed.find(b"\n" + _MAC, 0, _MOST_HEADER)
    if end < 0:
        raise PackageError("damaged", "数据包开头已损坏", "请让对方重新拷贝一份")
    lines = sealed[len(_VERSION) : end].split(b"\n")
    stanzas = [line for line in lines if line.startswith(b"-> ")]
    if not 0 < len(stanzas) <= _MOST_STANZAS or not all(_is_allowed(line) for line in stanzas):
        raise PackageError("damaged", "数据包的加密方式不是本程序所用", "请让对方用银册重新生成")


def _is_allowed(stanza: bytes) -> bool:
    """Return True for X25519 stanzas and for the random `-grease` ones age tools add to stay extensible."""
    return stanza.startswith(_STANZA) or stanza.split(b" ")[1].endswith(b"-grease")
