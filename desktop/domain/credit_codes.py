"""Unified social credit codes (统一社会信用代码, GB 32100-2015; `domain.md` section 1.3).

A code that fails is only doubted: codes given out in the pilot years are valid and fail the rule.
"""

_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
_MODULUS = 31
_LENGTH, _OLD_LENGTH = 18, 9
_LOOKALIKES = str.maketrans("IOSZ", "1052")


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters; ValueError for a character no code has."""
    total = sum(_CHARACTERS.index(one) * pow(3, place, _MODULUS) for place, one in enumerate(body))
    return _CHARACTERS[-total % _MODULUS]


def doubt_about(text: str) -> tuple[str, str]:
    """Return what is doubtful about a code and what it may be; two empty texts if nothing is.

    The nine characters of an organisation code (组织机构代码) are left alone: older rosters have them.
    """
    code = text.strip().upper().replace("-", "")
    if len(code) == _OLD_LENGTH:
        return "", ""
    if len(code) != _LENGTH:
        return f"应为 18 位，现在是 {len(code)} 位", ""
    if any(one not in _CHARACTERS for one in code):
        meant = code.translate(_LOOKALIKES)
        sound = all(one in _CHARACTERS for one in meant) and check_character(meant[:-1]) == meant[-1]
        return "有信用代码里不用的字母（I、O、S、V、Z）", meant if sound else ""
    return ("", "") if check_character(code[:-1]) == code[-1] else ("校验位不对", "")
