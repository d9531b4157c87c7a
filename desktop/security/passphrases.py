"""Passphrases that are worth having, made ones, and the recovery code that is printed.

A made passphrase is six words of two syllables out of 1,296 (36 × 36): 62 bits, typed without an input
method. A recovery code is 160 bits in Crockford's base 32, eight groups of four, and two check characters.
"""

import secrets
import unicodedata

from desktop.domain.errors import InvalidValueError

SHORTEST = 8  # what scripts may still use; the window asks for LONG_ENOUGH
LONG_ENOUGH = 12
_FEWEST_CHARACTERS = 4
_WORDS = 6
# Syllables that nobody spells in two ways: no retroflex against flat, no front against back nasal.
_SYLLABLES = (
    "ba", "bo", "bi", "bu", "pa", "pi", "pu", "ma", "mo", "mi", "mu", "fa", "fu", "da", "de", "di", "du", "ta",
    "ti", "tu", "la", "le", "li", "lu", "ga", "ge", "gu", "ka", "ke", "ku", "ha", "he", "hu", "ya", "yi", "wu",
)  # fmt: skip
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BYTES = 20
_CODE_LENGTH = 32
_CHECKS = 2
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def check_passphrase(password: str, *, least: int = SHORTEST) -> None:
    """Raise InvalidValueError unless `password` is long and varied enough to be worth having."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < least or len(set(plain)) < _FEWEST_CHARACTERS:
        raise InvalidValueError(
            "password", "密码太短或太简单", f"请至少用 {least} 个字符，不要全是相同的字符，也可以让程序生成"
        )


def made_passphrase() -> str:
    """Return six random words joined by hyphens, 62 bits."""
    words = (secrets.choice(_SYLLABLES) + secrets.choice(_SYLLABLES) for _ in range(_WORDS))
    return "-".join(words)


def made_code() -> str:
    """Return a new recovery code as it is printed: eight groups of four, then two check characters."""
    number = int.from_bytes(secrets.token_bytes(_CODE_BYTES), "big")
    plain = "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(_CODE_LENGTH)))
    groups = [plain[start : start + 4] for start in range(0, _CODE_LENGTH, 4)]
    return "-".join([*groups, _check_of(plain)])


def clean_code(typed: str) -> str:
    """Return the 32 characters of a recovery code as typed; raises InvalidValueError for a slip of the pen.

    Case, spaces and hyphens do not count; O is 0, I and L are 1.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    plain = "".join(c for c in plain if c.isalnum()).translate(_ALIKE)
    body, check = plain[:_CODE_LENGTH], plain[_CODE_LENGTH:]
    if len(plain) != _CODE_LENGTH + _CHECKS or any(c not in _CROCKFORD for c in plain):
        raise InvalidValueError("code", "恢复码应是 34 个字母和数字", "请照打印的那一页逐组输入")
    if _check_of(body) != check:
        raise InvalidValueError("code", "恢复码有输错的地方", "请照打印的那一页逐组核对")
    return body


def _check_of(plain: str) -> str:
    """Return two check characters: the code modulo 1021, which no single slip or swap of neighbours keeps."""
    number = 0
    for character in plain:
        number = (number * 32 + _CROCKFORD.index(character)) % 1021
    return _CROCKFORD[number >> 5] + _CROCKFORD[number & 31]
