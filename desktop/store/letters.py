"""Latin letters as spellings of a name: which syllables and initials a clerk may have meant.

A name is indexed by the readings of each of its first characters and by every beginning of those
readings, so `zhangweimin`, `zhangwm`, `zwm` and a half-typed `zhangwe` are all conjunctions of
tokens, and no combination of readings has to be spelled out in advance.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

SLOTS = 6  # characters of a name that are indexed by sound
_PIECES = 4  # pieces of what was typed that are looked up; the rest is checked against the name
_MOST = 12  # ways to cut one text that are looked up
_MIXED = 4  # of those that need initials
_LATER = 4  # a spelling may begin at a later character in a name no longer than this
_SPELLED = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bong bu ca cai can cang cao ce cei
cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou
cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die din ding diu dong dou du duan dui dun duo
e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan
guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian
jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang
kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou lu luan lue lun luo
lv lve lyu lyue ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne
nei nen neng ni nia nian niang niao nie nin ning niu nong nou nu nuan nue nun nuo nv nve nyu nyue o ou pa pai pan
pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun
ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao
she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang
tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wong wu xi xia xian
xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan
zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui
zhun zhuo zi zong zou zu zuan zui zun zuo"""
_SYLLABLES = frozenset(_SPELLED.split())
_BEGINNINGS = frozenset(syllable[:end] for syllable in _SYLLABLES for end in range(1, len(syllable) + 1))
_LONGEST = max(map(len, _SYLLABLES))
_INTERJECTIONS = frozenset({"m", "n", "ng", "hm", "hng"})  # readings that nobody's name has
_DOUBLE = frozenset({"zh", "ch", "sh"})

Cut = tuple[str, ...]


@lru_cache(maxsize=20000)
def spellings_of(reading: str) -> tuple[str, ...]:
    """Return how a reading is typed: `lv` also as `lu` and `lyu`; nothing for what is not typed in letters."""
    plain = reading.replace("ê", "e")
    if not (plain.isascii() and plain.isalpha()) or plain in _INTERJECTIONS:
        return ()
    return (plain, plain.replace("v", "u"), plain.replace("v", "yu")) if plain[1:2] == "v" else (plain,)


def letter_tokens(places: Sequence[Iterable[str]]) -> list[str]:
    """Return the tokens of a name's readings: each beginning of each reading, behind its place."""
    found: list[str] = []
    slot = 0
    for readings in places:
        typed = _typed(tuple(readings))
        if typed:
            found += [f"{slot}{beginning}" for beginning in typed]
            slot += 1
            if slot == SLOTS:
                break
    return found


@lru_cache(maxsize=20000)
def _typed(readings: tuple[str, ...]) -> tuple[str, ...]:
    """Return every beginning of the ways to type a character."""
    whole = [spelling for reading in readings for spelling in spellings_of(reading)]
    return tuple(dict.fromkeys(one[:end] for one in whole for end in range(1, len(one) + 1)))


@lru_cache(maxsize=500)
def cuts_of(letters: str) -> tuple[Cut, ...]:
    """Return the likeliest ways to cut letters into syllables and initials, the last piece perhaps unfinished.

    If whole syllables will do, initials in between are not thought of, but initials alone are.
    A cut of more than four pieces is given by its first four.
    """
    ways: dict[int, dict[Cut, int]] = {0: {(): 0}}  # what the cuts up to a place cost in initials
    done: dict[Cut, int] = {}
    for start in range(len(letters)):
        for cut, cost in sorted(ways.get(start, {}).items(), key=_likeliest)[:_MOST]:
            for end, extra in _pieces(letters, start):
                longer = (*cut, letters[start:end])
                ends = end == len(letters) or len(longer) == _PIECES
                kept = done if ends else ways.setdefault(end, {})
                kept[longer] = min(kept.get(longer, cost + extra), cost + extra)
    ranked = sorted(done.items(), key=_likeliest)[:_MOST]
    most = ranked[0][1] + (1 if ranked[0][1] else 0)
    cuts = [cut for cut, cost in ranked if cost <= most][: _MIXED if most else _MOST]
    if most or len(letters) <= _PIECES:
        cuts.append(tuple(letters[:_PIECES]))
    return tuple(dict.fromkeys([*cuts, *_surname_and_initials(letters)]))


def _surname_and_initials(letters: str) -> Iterable[Cut]:
    """Yield `wan g j` for `wangj`: a surname in full and at most three initials, even if syllables will do."""
    for end in range(max(len(letters) - _PIECES + 1, 1), len(letters)):
        if letters[:end] in _SYLLABLES:
            yield letters[:end], *letters[end:]


def _likeliest(item: tuple[Cut, int]) -> tuple[int, int, Cut]:
    return item[1], len(item[0]), item[0]


def _pieces(letters: str, start: int) -> Iterable[tuple[int, int]]:
    """Yield the end of each piece that may stand at `start`, and 1 if it is an initial."""
    for end in range(start + 1, min(start + _LONGEST, len(letters)) + 1):
        piece = letters[start:end]
        if piece in _SYLLABLES or (end == len(letters) and piece in _BEGINNINGS):
            yield end, 0
        elif end == start + 1 or piece in _DOUBLE:
            yield end, 1


def is_cut_short(letters: str) -> bool:
    """True if looking letters up finds too many: what is found must be checked by `is_spelled`."""
    return any(len("".join(cut)) < len(letters) for cut in cuts_of(letters))


def letters_query(letters: str, *, first_only: bool = False) -> str:
    """Return the expression that finds names spelled so, from their first or from a later character on."""
    ways: list[str] = []
    for cut in cuts_of(letters):
        last = 0 if first_only else max(_LATER - len(cut), 0)
        for start in range(last + 1):
            ways.append(_all_of(f"{start + place}{piece}" for place, piece in enumerate(cut)))
    return "(" + " OR ".join(dict.fromkeys(ways)) + ")"


def _all_of(tokens: Iterable[str]) -> str:
    return "(" + " AND ".join(f'"{token}"' for token in tokens) + ")"


def is_spelled(letters: str, places: Sequence[Iterable[str]], *, from_first: bool = False) -> bool:
    """True if letters spell a name, from its first or (unless `from_first`) from a later character on."""
    heard = _heard(places)
    return any(_spells(letters, heard[start:]) for start in range(1 if from_first else len(heard)))


def is_whole(letters: str, places: Sequence[Iterable[str]]) -> bool:
    """True if letters are whole syllables of a name, the last one perhaps unfinished, and not its initials."""
    heard = _heard(places)
    return any(_spells(letters, heard[start:], initials=False) for start in range(len(heard)))


def _heard(places: Sequence[Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the ways each character of a name is typed, without those that have none."""
    heard = (tuple(s for reading in place for s in spellings_of(reading)) for place in places)
    return [one for one in heard if one]


def _spells(letters: str, heard: Sequence[tuple[str, ...]], *, initials: bool = True) -> bool:
    """Follow letters through the characters: a reading, its initial, or at the end a beginning of it."""
    rests = {letters}
    for place, spellings in enumerate(heard):
        after: set[str] = set()
        for rest in rests:
            for one in spellings:
                if one.startswith(rest) and (initials or place or len(rest) > 1 or one == rest):
                    return True
                pieces = {one, one[:1], one[:2] if one[:2] in _DOUBLE else one} if initials else {one}
                after.update(rest[len(piece) :] for piece in pieces if rest.startswith(piece))
        rests = after
    return "" in rests
