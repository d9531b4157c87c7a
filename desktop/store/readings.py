"""How names are read: pinyin of given names, and the surnames whose reading differs (`domain.md` 0.10)."""

import os
from functools import lru_cache
from itertools import islice, product

# Names are read character by character; the phrases would take 44 MB of memory and never be asked.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, lazy_pinyin, pinyin  # noqa: E402 - it reads these when imported

# The reading as a surname first; the everyday reading is kept too, for a clerk may type either.
_SURNAMES: dict[str, str] = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "查": "zha", "解": "xie", "朴": "piao", "区": "ou",
    "盖": "ge", "缪": "miao", "覃": "qin", "翟": "zhai", "种": "chong", "折": "she", "员": "yun",
    "贠": "yun", "任": "ren", "华": "hua", "纪": "ji", "宁": "ning", "洗": "xian", "冼": "xian",
    "召": "shao", "乐": "yue", "黑": "he", "秘": "bi", "繁": "po", "郗": "xi", "尉": "wei",
    "过": "guo", "逄": "pang", "牟": "mu", "佴": "nai", "乜": "nie", "阚": "kan", "晁": "chao",
    "祭": "zhai", "撒": "sa", "燕": "yan", "哈": "ha", "薄": "bo", "应": "ying", "葛": "ge",
    "曲": "qu", "那": "na", "那拉": "na la", "相": "xiang", "隗": "wei", "车": "che", "重": "chong",
    "卜": "bu", "褚": "chu", "訾": "zi", "芮": "rui", "谌": "chen", "柏": "bai", "颉": "xie",
    "祝": "zhu", "石": "shi", "尹": "yin", "俞": "yu", "参": "shen", "钭": "tou", "难": "ning",
}  # fmt: skip
_TWO = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 万俟 长孙 宇文 司徒 司空 夏侯 鲜于 闻人 "
    "赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 轩辕 钟离 闾丘 鲍俎 端木 呼延 独孤 南宫 拓跋"
)
_TWO_SURNAMES = {
    name: tuple(lazy_pinyin(name)) for name in _TWO.split()
} | {"尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"), "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun")}  # fmt: skip
_MAX_READINGS = 12


@lru_cache(maxsize=20000)
def readings_of(character: str) -> tuple[str, ...]:
    """Return every toneless reading of one character, the commonest first; itself if it has none."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")[0]
    return tuple(dict.fromkeys(reading.lower().replace("ü", "v") for reading in found))


def surname_length(name: str) -> int:
    """Return 2 for a two-character surname, else 1."""
    return 2 if name[:2] in _TWO_SURNAMES and len(name) > 2 else 1  # noqa: PLR2004 - two characters


@lru_cache(maxsize=20000)
def name_readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllable lists a name may be read as, the likeliest first, at most a dozen.

    The surname's own reading comes first; then every other reading of the surname, and of each
    character of the given name.
    """
    han = [c for c in name if not c.isspace() and c != "·"]
    if not han:
        return ()
    length = surname_length(name)
    surname = "".join(han[:length])
    if length > 1:
        heads = [_TWO_SURNAMES[surname], tuple(lazy_pinyin(surname))]
    else:
        known = _SURNAMES.get(surname)
        everyday = readings_of(surname)
        heads = [(reading,) for reading in dict.fromkeys(((known,) if known else ()) + everyday)]
    tails = [readings_of(character) for character in han[length:]]
    found: dict[tuple[str, ...], None] = {}
    usual = tuple(readings[0] for readings in tails)
    for head in heads:
        found[(*head, *usual)] = None
    # Cut off before the outer product keeps it whole: sixty characters of two readings have 2**60 of them.
    for head, rest in product(heads, islice(product(*tails), _MAX_READINGS)):
        if len(found) >= _MAX_READINGS:
            break
        found[(*head, *rest)] = None
    return tuple(found)[:_MAX_READINGS]


def sort_key(name: str) -> str:
    """Return the text names are sorted by: pinyin as read, then the characters."""
    return " ".join(readings[0] for readings in places_of(name)) + "|" + name


@lru_cache(maxsize=20000)
def places_of(name: str) -> tuple[tuple[str, ...], ...]:
    """Return, character by character, every reading a name has there, the likeliest first.

    Unlike `name_readings` this leaves no combination out, however many there are.
    """
    han = [c for c in name if not c.isspace() and c != "·"]
    length = surname_length("".join(han))
    places = [readings_of(character) for character in han]
    heads = _TWO_SURNAMES["".join(han[:2])] if length > 1 else (_SURNAMES.get(han[0]),) if han else ()
    for place, head in enumerate(heads):
        if head:
            places[place] = tuple(dict.fromkeys((head, *places[place])))
    return tuple(places)
