"""Names as rosters write them (`domain.md` section 5, cases 51-56)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from desktop.domain import mojibake

_DOTS = "•・‧∙．.･●"
_DEATH = re.compile(r"[(（【\[]?\s*(已故|去世|已去世|死亡|已死亡|亡故|病故)[^)）】\]]*[)）】\]]?")
_FORMER = re.compile(r"[(（]\s*(?:曾用名|原名|又名|别名)[:：]?\s*([^)）]+)[)）]")
_LOST = "□?？�"
# Characters of the old GB 18030 mapping that Python still decodes to the private use area.
# (GB 18030-2005 and 2022 gave each of them a place of its own; old fonts and files still use the private one).
_PRIVATE_FROM_E815 = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾"
    "䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
_REPAIRS = {
    **{chr(0xE815 + place): character for place, character in enumerate(_PRIVATE_FROM_E815)},
    **{chr(0xE78D + place): character for place, character in enumerate("︐︒︑︓︔︕︖︗︘︙")},
    "\ue7c7": "ḿ",
}
_REPAIRED = frozenset(_REPAIRS)
_COMMON_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍"
    "韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋"
)
_VARIANTS = str.maketrans("萧傅閻阎蘭兰邱昇喆", "肖付闫闫兰兰丘升哲")
_WAYS = {
    int(key): [chr(one) for one, other in _VARIANTS.items() if int(other) == int(key)] for key in _VARIANTS.values()
}  # a character of a match key -> the others written for it
_HAS_WAYS = frozenset(map(chr, _WAYS))
_MOST_SPELLINGS = 24
_CLEAN = re.compile(r"(?!.(?:已故|去世|死亡|亡故|病故))[\u4e00-\u9fff]{2,3}")  # nothing to repair, split off or ask


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name cell says: the name, and what was written beside it."""

    name: str
    former: str = ""
    dead: bool = False
    sex: str = ""
    marked: bool = False  # a star or the like: ask what it means
    problem: str = ""
    suggestion: str = ""
    lost: bool = False  # nothing of the name can be got back


def repaired(text: str) -> str:
    """Return a text with the private-use characters of old GB 18030 files as the characters they are."""
    return text if _REPAIRED.isdisjoint(text) else "".join(_REPAIRS.get(c, c) for c in text)


def read_name(text: str) -> NameReading:
    """Return the name in a cell and what else the cell says."""
    if _CLEAN.fullmatch(text) and text[0] in _COMMON_SURNAMES:
        return NameReading(text)
    plain = repaired(text)
    plain = "".join(unicodedata.normalize("NFKC", c) if "\u2e80" <= c <= "\u2fdf" else c for c in plain)
    plain = "".join(c for c in plain if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc"})
    plain = unicodedata.normalize("NFC", plain).strip()
    former = _FORMER.search(plain)
    plain = _FORMER.sub("", plain)
    dead = _DEATH.search(plain) is not None
    plain = _DEATH.sub("", plain)
    plain = re.sub(r"^\s*\d+\s*[.、．]\s*", "", plain)
    sex = re.search(r"[\s(（]+(男|女)[)）]?$", plain)
    plain = plain[: sex.start()] if sex else plain
    marked = plain.endswith("*")
    name = _joined(plain.rstrip("* "))
    former_name = former.group(1).strip() if former else ""
    if "锟斤" in name or "烫烫" in name:
        return NameReading(name, former_name, dead, _sex(sex), marked, "姓名是乱码，无法还原", lost=True)
    decoded = decoded_again(name)
    if not decoded and name[:1] not in _COMMON_SURNAMES:
        decoded = mojibake.unscrambled(name)
    problem = f"姓名像是乱码，可能是“{decoded}”" if decoded else _problem(name)
    return NameReading(name, former_name, dead, _sex(sex), marked, problem, decoded)


def decoded_again(name: str) -> str:
    """Return the name behind text that was decoded with the wrong table, '' if it was not.

    GBK bytes read as Latin-1 give `ÕÅÈý`; UTF-8 bytes read as GBK give `寮犱笁`. The second looks like a name
    itself, so it counts only if what comes out begins with a common surname and what went in does not.
    """
    for wrong, right in (("latin-1", "gb18030"), ("cp1252", "gb18030"), ("gb18030", "utf-8")):
        try:
            found = name.encode(wrong).decode(right)
        except UnicodeError:
            continue
        if found != name and re.fullmatch(r"[\u4e00-\u9fff·]{2,}", found) and found[0] in _COMMON_SURNAMES:
            return "" if name[0] in _COMMON_SURNAMES else found
    return ""


def _sex(match: re.Match[str] | None) -> str:
    return "" if match is None else "1" if match.group(1) == "男" else "2"


def _joined(text: str) -> str:
    """Return a name without the spaces inside Han names and with one kind of dot."""
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cc"})
    if re.search(r"[\u2e80-\U0003ffff]", text):
        text = re.sub(r"\s+", "", text)
        for dot in _DOTS:
            text = text.replace(dot, "·")
    return " ".join(text.split())


def _problem(name: str) -> str:
    """Return why a name needs a look, '' if it does not."""
    if not name:
        return "没有姓名"
    if not any(c.isalpha() or c in _LOST or unicodedata.category(c) == "Co" for c in name):
        return "姓名里没有字"
    if any(c in _LOST for c in name) or any(unicodedata.category(c) == "Co" for c in name):
        return "姓名里有打不出来的字"
    if re.search(r"[\u4e00-\u9fff]", name) and re.search(r"[A-Za-z0-9(（\[【+]|左.{1,6}右.|上.{1,6}下.", name):
        return "姓名里夹着拼音、数字或说明"
    return ""


@lru_cache(maxsize=8192)  # matching asks it of one name again and again
def match_key(name: str) -> str:
    """Return the text under which variants of one name (萧/肖, 阎/闫) are alike."""
    return _joined(name).translate(_VARIANTS).replace("·", "")


def spellings(name: str) -> set[str]:
    """Return every way a name may be written that has its match key: 肖红 is 萧红 too; at most a few dozen."""
    plain = match_key(name)
    if _HAS_WAYS.isdisjoint(plain):
        return {plain, name}
    found = {""}
    for character in plain:
        ways = [character, *_WAYS.get(ord(character), ())]
        found = (
            {start + way for start in found for way in ways}
            if len(found) < _MOST_SPELLINGS
            else {start + character for start in found}
        )
    return found | {name}
