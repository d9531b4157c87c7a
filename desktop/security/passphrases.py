"""Passphrases that are worth having, made ones, and the recovery code that is printed.

A made passphrase is six words of two syllables out of 1,296 (36 × 36): 62 bits, typed without an input
method. A recovery code is 160 bits in Crockford's base 32, eight groups of four, and two check characters.
"""

import secrets
import unicodedata

from desktop.domain.errors import InvalidValueError

SHORTEST = 8  # what scripts may still use; the window asks for LONG_ENOUGH
LONG_ENOUGH = 12
_GOOD_LENGTH = 16
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
    is_simple = len(set(plain)) < _FEWEST_CHARACTERS or (least >= LONG_ENOUGH and _is_plain_row(plain))
    if len(plain) < least or is_simple:
        raise InvalidValueError(
            "password", "密码太短或太简单", f"请至少用 {least} 个字符，不要相同或顺着键盘的，也可以让程序生成"
        )


def strength_of(password: str) -> str:
    """Return one sentence about a password as it is typed: what it still lacks, or how good it is."""
    plain = unicodedata.normalize("NFKC", password)
    if not plain:
        return ""
    if len(plain) < LONG_ENOUGH:
        return f"还差 {LONG_ENOUGH - len(plain)} 个字符。"
    if len(set(plain)) < _FEWEST_CHARACTERS:
        return "几乎全是相同的字符，请换一个。"
    if _is_plain_row(plain) or plain.isdigit():
        return "只有数字或顺着键盘打的密码容易被猜中，请加几个词，或让程序生成。"
    if len(plain) < _GOOD_LENGTH and not _is_mixed(plain):
        return "可以用；再长一些，或混用字母和数字，会更难猜。"
    return "很好，请记牢。"


def _is_mixed(plain: str) -> bool:
    kinds = (str.isdigit, str.islower, str.isupper, lambda c: not c.isalnum())
    return sum(any(kind(c) for c in plain) for kind in kinds) > 1


def _is_plain_row(plain: str) -> bool:
    """Return True for what is mostly a row of the keyboard, the alphabet or the digits, or one piece repeated."""
    low = plain.lower()
    rows = ("qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890", "1qaz2wsx3edc4rfv5tgb6yhn")
    if any(low in row * 2 or low[::-1] in row * 2 for row in rows):
        return True
    return any(low == (low[:size] * len(low))[: len(low)] for size in range(1, len(low) // 2 + 1))


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
