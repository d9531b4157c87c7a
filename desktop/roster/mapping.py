"""From header words to fields of the dictionary, with a confidence the user sees."""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from desktop.domain.dictionary import CONTACT, PERSON, PHONE, TAG, Kind

IGNORED = ""
SEQUENCE = "seq"  # 序号: read, never stored
STREET = "street"  # 接收街道: helps to name the community
PHONE_TARGET = "phone.number"
NOTE = "note"  # kept behind the remark, with its header
_EXTRA = {"序号": SEQUENCE, "编号": SEQUENCE, "顺序号": SEQUENCE, "接收街道": STREET, "街道": STREET, "街道镇": STREET}
_SPOUSE = {"姓名": "person.spouse_name", "电话": "person.spouse_phone", "工作单位": "person.spouse_work",
           "出生年月": "person.spouse_birth"}  # fmt: skip
_CONTACT = {"姓名": "contact.name", "关系": "contact.relation", "电话": "contact.phone",
            "工作单位": "contact.work_unit", "地址": "contact.address"}  # fmt: skip
_CONTEXTS = {
    "户口": {"地址": "person.hukou_addr", "电话": "phone.number"},
    "户籍": {"地址": "person.hukou_addr", "电话": "phone.number"},
    "居住": {"地址": "person.live_addr", "电话": "phone.number"},
    "住址": {"地址": "person.live_addr", "电话": "phone.number"},
    "异地": {"地址": "person.remote_addr", "电话": "phone.number"},
    "配偶": _SPOUSE, "爱人": _SPOUSE,
    "联系人": _CONTACT, "子女": _CONTACT, "亲属": _CONTACT,
}  # fmt: skip
_ALIKE = {"联系电话": "电话", "手机": "电话", "手机号": "电话", "手机号码": "电话", "联系方式": "电话", "住址": "地址",
          "家庭住址": "地址", "与本人关系": "关系", "单位": "工作单位"}  # fmt: skip
_SURE, _MERGED, _BESIDE, _GUESSED, LIKELY = 100, 95, 75, 55, 82
_MOST_LONGER = 4  # characters by which a header may go on behind a known word
_REACH = 3  # columns to the right over which a name lends its meaning to a bare 电话 or 关系
_SHORTEST_FUZZY = 3
_UNREADABLE = frozenset({Kind.RECORD, Kind.IMAGE})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column: its header, the field it goes to (`person.name`, `phone.number`, '' for none)."""

    header: str
    target: str
    confidence: int  # 0 to 100


@cache
def _words() -> dict[str, str]:
    """Return every header word and the target it means."""
    found = dict(_EXTRA)
    for kind in (PERSON, PHONE, CONTACT, TAG):
        for field in kind.fields:
            if field.kind in _UNREADABLE or field.label in {"来源", "登记日期", "审核人"}:
                continue
            for word in (field.label, *field.synonyms):
                found.setdefault(_normal(word), f"{kind.key}.{field.key}")
    return found


def _normal(word: str) -> str:
    """Return a header word as it is compared."""
    plain = "".join(unicodedata.normalize("NFKC", word).split())
    return "".join(c for c in plain if c not in "()（）*:：、/·")


def score_of(word: str) -> float:
    """Return how much a cell looks like a header: 1 for a known word, less for a likeness."""
    plain = _normal(word.rpartition("/")[2])
    if not plain or len(plain) > 20:
        return 0
    if plain in _words() or plain in {"地址", "关系", "电话", "姓名"}:
        return 1
    return 0.5 if _fuzzy(plain)[1] >= LIKELY else 0


def _fuzzy(plain: str) -> tuple[str, int]:
    """Return the target of the likest known word, and how like it is."""
    numbered = plain.rstrip("0123456789一二三①②③")
    if numbered != plain and numbered in _words():
        return _words()[numbered], _BESIDE
    if len(plain) < _SHORTEST_FUZZY:
        return IGNORED, 0
    match = process.extractOne(plain, _words().keys(), scorer=fuzz.ratio, score_cutoff=LIKELY)
    if match:
        return _words()[match[0]], int(match[1])
    begins = [word for word in _words() if len(word) >= _SHORTEST_FUZZY and plain.startswith(word)]
    longer = max(begins, key=len, default="")
    return (_words()[longer], _GUESSED) if longer and len(plain) - len(longer) <= _MOST_LONGER else (IGNORED, 0)


def propose(headers: Sequence[str], *, remembered: Mapping[str, str] | None = None) -> list[ColumnMapping]:
    """Return where each column goes; `remembered` (header → target) from an earlier file wins.

    Two columns for one single-valued field: the surer one keeps it, the other is left out.
    """
    found = [_one(header, headers, place, remembered or {}) for place, header in enumerate(headers)]
    best: dict[str, int] = {}
    for place, column in enumerate(found):
        if column.target.startswith("person.") and column.confidence > found[best.get(column.target, place)].confidence:
            best[column.target] = place
        else:
            best.setdefault(column.target, place)
    return [
        column
        if not column.target.startswith("person.") or best[column.target] == place
        else ColumnMapping(column.header, IGNORED, 0)
        for place, column in enumerate(found)
    ]


def _one(header: str, headers: Sequence[str], place: int, remembered: Mapping[str, str]) -> ColumnMapping:
    """Return where one column goes: by memory, by its merged parent, by its own word, by the columns beside it."""
    key = keys_of(headers)[place]
    if key in remembered:
        return ColumnMapping(header, remembered[key], _SURE)
    parent, _, word = header.rpartition("/")
    plain = _normal(word)
    short = _ALIKE.get(plain, plain)
    for name, meanings in _CONTEXTS.items():
        if name in parent and short in meanings:
            return ColumnMapping(header, meanings[short], _MERGED)
    beside = "" if parent else _beside(short, headers, place)
    if beside:
        return ColumnMapping(header, beside, _BESIDE)
    if plain in _words():
        target = _words()[plain]
        is_second = target == "phone.number" and headers[:place].count(header) > 0
        return ColumnMapping(header, target, _GUESSED if is_second else _SURE)
    target, confidence = _fuzzy(plain)
    return ColumnMapping(header, target, confidence)


def _beside(word: str, headers: Sequence[str], place: int) -> str:
    """Return what a bare 电话, 关系 or 工作单位 means right of a column that names another person, '' if none does.

    The first other person to the left lends the meaning; a column of the person himself in between ends it.
    """
    for left in range(place - 1, max(place - 1 - _REACH, -1), -1):
        before = _normal(headers[left])
        for name, meanings in (("联系人", _CONTACT), ("子女", _CONTACT), ("配偶", _SPOUSE), ("爱人", _SPOUSE)):
            if name in before:
                return meanings.get(word, "")
        if _ALIKE.get(before, before) not in {"关系", "电话", "工作单位", "出生年月"}:
            return ""
    return ""


@cache
def _keys(headers: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    found = []
    for header in headers:
        seen[header] = seen.get(header, 0) + 1
        found.append(header if seen[header] == 1 else f"{header}#{seen[header]}")
    return tuple(found)


def keys_of(headers: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each column that no other has: the second `电话` is `电话#2`."""
    return _keys(tuple(headers))


def doubts(columns: Sequence[ColumnMapping]) -> list[int]:
    """Return the places of columns whose meaning somebody should look at before the rows go in."""
    return [place for place, one in enumerate(columns) if one.target and one.confidence < LIKELY]


def alike_columns(columns: Sequence[ColumnMapping]) -> list[int]:
    """Return the places of columns that bear the name of an earlier one, with nothing to say whose phone is meant."""
    return [
        place
        for place, one in enumerate(columns)
        if one.target == PHONE_TARGET
        and one.confidence == _GUESSED
        and any(_normal(before.header) == _normal(one.header) for before in columns[:place])
    ]


def targets(switched_on: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return every target a user may choose, with its Chinese name, in dictionary order.

    `switched_on` are person fields collected although the dictionary has them off.
    """
    found = [(IGNORED, "（不导入）"), (NOTE, "（记在备注里）"), (SEQUENCE, "序号"), (STREET, "接收街道")]
    skipped = {"person", "rank", "source", "noted_on", "state", "evidence", "since", "until", "reviewer"}
    for kind in (PERSON, PHONE, CONTACT, TAG):
        found += [
            (f"{kind.key}.{field.key}", field.label)
            for field in kind.fields
            if (not field.off or field.key in switched_on)
            and field.kind not in _UNREADABLE
            and (kind is PERSON or field.key not in skipped)
        ]
    return found


def without_uncollected(
    columns: Sequence[ColumnMapping], switched_on: Collection[str]
) -> tuple[list[ColumnMapping], list[str]]:
    """Return columns with those left out whose field is not collected, and the headers of these."""
    off = {f"person.{one.key}" for one in PERSON.fields if one.off and one.key not in switched_on}
    kept = [ColumnMapping(one.header, IGNORED, 0) if one.target in off else one for one in columns]
    return kept, [one.header for one in columns if one.target in off]


def fingerprint(headers: Sequence[str]) -> str:
    """Return the text under which a mapping of these headers is remembered: 64 hex characters."""
    return hashlib.sha256("|".join(_normal(header) for header in headers).encode()).hexdigest()
