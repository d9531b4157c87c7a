"""Every error the program raises on purpose.

YinceError
 ├─ KnownError               the world's fault: shown as one Chinese sentence and what to do
 │   ├─ AccessError           password, roles, locked or busy store
 │   │   ├─ WrongPasswordError
 │   │   ├─ WaitError         too many wrong passwords
 │   │   ├─ NotAllowedError   the role may not do this; SecondPersonError wants another's consent
 │   │   ├─ TermsNeededError  an export was not told to whom, what for, on what ground
 │   │   ├─ StoreInUseError
 │   │   └─ StorePlaceError   network share, missing folder, folder not empty
 │   ├─ StoreError            the store itself
 │   │   ├─ NewerStoreError
 │   │   ├─ OlderStoreError
 │   │   ├─ DamagedStoreError
 │   │   ├─ ReadOnlyStoreError
 │   │   └─ DiskFullError
 │   ├─ InvalidValueError     a value breaks a rule of the dictionary (names the field)
 │   ├─ NotFoundError         no such person, card, package, conflict ...
 │   ├─ RosterError           a spreadsheet cannot be used
 │   ├─ PackageError          a package is refused (carries a reason code)
 │   ├─ KeyCardError          a key card is refused
 │   └─ PrintError            a character no font has, a code that cannot be read back
 ├─ Cancelled                the user stopped a long job: nothing is shown
 └─ BugError                 our fault: reported, the vault closed safely
"""

import errno


class YinceError(Exception):
    """Root of the tree."""


class KnownError(YinceError):
    """Something in the world went wrong; `str(error)` is the Chinese sentence for the user.

    `message` says what happened, `advice` what to do about it. Neither holds personal data
    beyond what the user just typed or chose.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return one sentence: what happened, then what to do."""
        if not self.advice:
            return self.message + "。"
        return f"{self.message}，{self.advice}。"


class AccessError(KnownError):
    """The store may not be opened or used this way."""


class WrongPasswordError(AccessError):
    """No slot of the key file opens with this password."""


class WaitError(AccessError):
    """Too many wrong passwords; `seconds` are left to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"密码连续输错多次，还要等 {seconds} 秒", "到时再试；忘记密码请用恢复码")
        self.seconds = seconds


class NotAllowedError(AccessError):
    """The user's role may not do this (`desktop/domain/permissions.py`)."""


class SecondPersonError(NotAllowedError):
    """This needs the consent of a second supervisor; `purpose` is what they consent to."""

    def __init__(self, purpose: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.purpose = purpose


class TermsNeededError(AccessError):
    """An export needs to be told to whom, what for and on what ground it is given."""


class StoreInUseError(AccessError):
    """Another program holds the store."""


class StorePlaceError(AccessError):
    """The folder cannot hold a store: network share, not a store, not empty."""


class StoreError(KnownError):
    """The store cannot do what was asked."""


class NewerStoreError(StoreError):
    """The store was written by a newer version of the program."""


class OlderStoreError(StoreError):
    """The store is of an older version, and was opened so that it may not be brought up to date."""


class DamagedStoreError(StoreError):
    """A check of the store failed; `places` says where."""

    def __init__(self, message: str, advice: str = "", places: tuple[str, ...] = ()) -> None:
        super().__init__(message, advice)
        self.places = places


class ReadOnlyStoreError(StoreError):
    """The store was opened only to be looked at."""


class PlaceError(KnownError):
    """A file may not be written there, or not under that name."""


class DiskFullError(StoreError):
    """The disk is full; the transaction was rolled back."""


class InvalidValueError(KnownError):
    """A value breaks a rule of the dictionary; `field` is the key of the field."""

    def __init__(self, field: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.field = field


class NotFoundError(KnownError):
    """The thing named does not exist in this store."""


class RosterError(KnownError):
    """A spreadsheet cannot be read or used."""


class PackageError(KnownError):
    """A package is refused; `reason` is a stable code such as `wrong-recipient`."""

    def __init__(self, reason: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.reason = reason


class KeyCardError(KnownError):
    """A key card is refused; `reason` is a stable code."""

    def __init__(self, reason: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.reason = reason


class PrintError(KnownError):
    """A page cannot be printed right."""


_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_MEDIUM = frozenset({errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO})
_SQLITE_FULL, _SQLITE_IO = 13, 10  # low byte of an error code


def as_known(error: BaseException) -> KnownError | None:
    """Return the error of the world an error is, None for one of ours: a full or broken disk may show anywhere.

    Looked for in the error, in what it was raised from, and in what SQLAlchemy wrapped.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KnownError):
            return seen
        inner = getattr(seen, "orig", seen)
        number = inner.errno if isinstance(inner, OSError) else None
        code = int(getattr(inner, "sqlite_errorcode", 0) or 0) & 0xFF
        if number in _NO_SPACE or code == _SQLITE_FULL:
            return DiskFullError("磁盘已满，这一步没有做完，已保存的内容不受影响", "请腾出空间后再试")
        if number in _NO_MEDIUM or code == _SQLITE_IO:
            return StoreError("磁盘读写出错，这一步没有做完", "请检查硬盘或存储盘后再试")
        seen = seen.__cause__
    return None


class Cancelled(YinceError):  # noqa: N818 - not a failure: the user asked for it
    """The user stopped a long job; the store is as it was."""


class BugError(YinceError):
    """An assumption of the program does not hold."""
