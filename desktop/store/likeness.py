"""Who may be the same person: pairs by shared keys, weighed by what they have in common (`domain.md` F19).

Nobody is compared with everybody: two people meet only if they share a key, and each family of
keys is held and dropped in turn, so that time grows with the number of people and of true pairs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from sqlalchemy import Connection

from desktop.domain import id_numbers
from desktop.domain.progress import Report, silent
from desktop.store.profiles import Profile, profiles

ALMOST_SURE, LIKELY, POSSIBLE = 90, 50, 35
_NEAR, _SAME_DAY, _SAME_DOOR, _OWN_PHONE = 15, 25, 20, 40  # points
_NEAR_SOUND = 80
_FULL_ID, _CORE, _DAY, _MONTH = 18, 15, 10, 7
_MOST_AT_A_PHONE = 6  # a number that more people give is an office's, not a person's
_MOST_AT_A_DOOR = 40  # an address that more people give is a street's or a compound's
_CHUNK = 2000
_NAME_LENGTH = 3  # one wrong character in a shorter name makes another name

Key = tuple[str, ...]
Keys = Callable[[Profile], Iterable[tuple[Key, bool]]]  # a key, and whether it is loose


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two people (ids in order) with how much speaks for one person, and why, in Chinese."""

    first: str
    second: str
    points: int
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """How sure it is, in words."""
        return "几乎肯定" if self.points >= ALMOST_SURE else "很可能" if self.points >= LIKELY else "可能"


def compare(one: Profile, other: Profile) -> Likeness:
    """Weigh two people against each other; which is named first makes no difference."""
    first, second = sorted((one, other), key=lambda each: each.id)
    ids, names, births = _ids(first, second), _names(first, second), _births(first, second)
    phones, places = _phones(first, second), _places(first, second)
    if names[0] == _NEAR and births[0] < _SAME_DAY and places[0] < _SAME_DOOR:
        names = 0, ""  # a name that is only near says nothing without the day or the door
    if not ids[0] and not names[0] and phones[0] < _OWN_PHONE:
        return Likeness(first.id, second.id, 0, ())  # workmates born on one day are not one person
    found = [part for part in (ids, names, births, phones, places, *_against(first, second)) if part[0]]
    return Likeness(first.id, second.id, sum(part[0] for part in found), tuple(part[1] for part in found))


def _ids(one: Profile, other: Profile) -> tuple[int, str]:
    shared = set(one.ids) & set(other.ids)
    if shared:
        current = one.number == other.number
        return (100, "证号相同") if current else (95, "一人的曾用证号与另一人的证号相同")
    if _cores(one) & _cores(other):
        return 90, "一个是老15位证号，升位后相同"
    if _heads(one, short=True) & _heads(other) or _heads(other, short=True) & _heads(one):
        return 40, "证号前15位相同，其中一个像是被截断的"
    if set(one.names) & set(other.names) and any(_near_ids(a, b) for a in one.ids for b in other.ids):
        return 30, "证号只差一两个字符"
    return 0, ""


def _near_ids(a: str, b: str) -> bool:
    both = len(a) == len(b) == _FULL_ID
    return both and sum(x != y for x, y in zip(a, b, strict=True)) <= 2  # noqa: PLR2004 - two wrong characters


def _cores(one: Profile) -> set[str]:
    """Return the old 15-digit form of each number that is sound or is in the old form itself."""
    return {core for number in one.ids if (core := _core(number))}


def _core(number: str) -> str:
    if len(number) == _FULL_ID:
        return number[:6] + number[8:17] if id_numbers.is_sound(number) else ""
    if len(number) == _CORE and number.isdigit():
        return number if id_numbers.is_sound(id_numbers.upgrade_15(number)) else ""
    return ""


def _heads(one: Profile, *, short: bool = False) -> set[str]:
    """Return the first 15 digits of each number; `short`: only of those a spreadsheet cut off."""
    return {number[:_CORE] for number in one.ids if len(number) >= _CORE and (not short or _is_cut(number))}


def _is_cut(number: str) -> bool:
    return _CORE <= len(number) < _FULL_ID or (len(number) == _FULL_ID and number.endswith("000"))


def _names(one: Profile, other: Profile) -> tuple[int, str]:
    if not one.names or not other.names:
        return 0, ""
    if one.names[0] == other.names[0]:
        return 25, "姓名相同" if one.name == other.name else "姓名是异体字"
    if set(one.names) & set(other.names):
        return 25, "一人的曾用名与另一人的姓名相同"
    if one.sounds & other.sounds:
        return 20, "姓名同音"
    return (_NEAR, "姓名相近") if names_near(one, other) else (0, "")


def names_near(one: Profile, other: Profile) -> bool:
    """True for names one character or one sound apart."""
    a, b = one.names[0], other.names[0]
    if min(len(a), len(b)) >= _NAME_LENGTH and Levenshtein.distance(a, b) == 1:
        return True
    alike = any(fuzz.ratio(x, y) >= _NEAR_SOUND for x in one.sounds for y in other.sounds)
    return alike and (a[0] == b[0] or a[-1] == b[-1])


def _births(one: Profile, other: Profile) -> tuple[int, str]:
    best = 0
    for a in one.births:
        for b in other.births:
            known = min(len(a), len(b))
            if a[:known] == b[:known]:
                best = max(best, known)
    if best >= _DAY:
        return _SAME_DAY, "出生日期相同"
    return (18, "出生年月相同") if best >= _MONTH else (10, "出生年份相同") if best else (0, "")


def _phones(one: Profile, other: Profile) -> tuple[int, str]:
    if one.own_phones & other.own_phones:
        return _OWN_PHONE, "本人电话相同"
    shared = (one.own_phones | one.home_phones) & (other.own_phones | other.home_phones)
    return (15, "家里电话相同") if shared else (0, "")


def _places(one: Profile, other: Profile) -> tuple[int, str]:
    if one.address and one.address == other.address:
        return _SAME_DOOR, "住址相同"
    return (15, "原单位相同") if one.employer and one.employer == other.employer else (0, "")


def _against(one: Profile, other: Profile) -> Iterator[tuple[int, str]]:
    """Yield what speaks for two people."""
    if one.sex and other.sex and one.sex != other.sex:
        yield -20, "但性别不同"
    if one.births and other.births and not _births(one, other)[0]:
        yield -20, "但出生日期不同"
    sound = [each.number for each in (one, other) if id_numbers.is_sound(each.number)]
    if len(sound) > 1 and not _ids(one, other)[0]:
        yield -15, "但两个证号都有效且差得多"


def _by_number(one: Profile) -> Iterator[tuple[Key, bool]]:
    for number in one.ids:
        yield ("id", number), True
    for core in _cores(one):
        yield ("core", core), True
    cut = _heads(one, short=True)
    for head in _heads(one):
        yield ("head", head), head in cut


def _by_name(one: Profile) -> Iterator[tuple[Key, bool]]:
    for name in one.names:
        for birth in one.births:
            if len(birth) >= _MONTH:
                yield ("month", name, birth[:_MONTH]), True
            yield ("year", name, birth[:4]), len(birth) < _MONTH
        if one.employer:
            yield ("unit", name, one.employer), True
        for number in one.ids:
            if len(number) == _FULL_ID:  # two wrong characters leave one of three parts as it was
                for place, part in enumerate((number[:10], number[10:14], number[14:])):
                    yield ("part", name, str(place), part), True


def _by_sound(one: Profile) -> Iterator[tuple[Key, bool]]:
    days = [birth for birth in one.births if len(birth) == _DAY]
    for sound in one.sounds:
        for birth in one.births:
            if len(birth) >= _MONTH:
                yield (birth[:_MONTH], sound), True
        if one.employer:
            yield (one.employer, sound), True
    for birth in days:  # near names share their first or their last character
        for name in one.names:
            yield (birth, "first", name[0]), True
            yield (birth, "last", name[-1]), True


def _by_phone(one: Profile) -> Iterator[tuple[Key, bool]]:
    for number in one.own_phones | one.home_phones:
        yield (number,), True


def _by_door(one: Profile) -> Iterator[tuple[Key, bool]]:
    if one.address:
        yield (one.address,), True


_FAMILIES: tuple[tuple[str, Keys, int], ...] = (
    ("比对证号", _by_number, 0),
    ("比对姓名和出生", _by_name, 0),
    ("比对同音和相近的姓名", _by_sound, 0),
    ("比对电话", _by_phone, _MOST_AT_A_PHONE),
    ("比对住址", _by_door, _MOST_AT_A_DOOR),
)


def alike(everyone: Sequence[Profile], *, report: Report = silent) -> list[Likeness]:
    """Return every pair that may be one person, the surest first; `report` may raise Cancelled."""
    seen: set[tuple[int, int]] = set()
    found: list[Likeness] = []
    for step, (what, keys, most) in enumerate(_FAMILIES):
        report(step, len(_FAMILIES), what)
        for count, pair in enumerate(_pairs(everyone, keys, most)):
            if count % _CHUNK == 0:
                report(step, len(_FAMILIES), what)
            if pair not in seen:
                seen.add(pair)
                likeness = compare(everyone[pair[0]], everyone[pair[1]])
                if likeness.points >= POSSIBLE:
                    found.append(likeness)
    return sorted(found, key=lambda one: (-one.points, one.first, one.second))


def _pairs(everyone: Sequence[Profile], keys: Keys, most: int) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share a key of one family, at least one of them loosely."""
    blocks: dict[Key, list[int]] = {}
    loose: dict[Key, set[int]] = {}
    for place, one in enumerate(everyone):
        for key, is_loose in dict(keys(one)).items():
            blocks.setdefault(key, []).append(place)
            if is_loose:
                loose.setdefault(key, set()).add(place)
    for key, places in blocks.items():
        free = loose.get(key, ())
        if len(places) < 2 or not free or (most and len(places) > most):  # noqa: PLR2004 - a pair
            continue
        if len(free) == len(places):
            yield from combinations(places, 2)
        else:
            yield from {(min(a, b), max(a, b)) for a in free for b in places if a != b}


def find_alike(connection: Connection, *, report: Report = silent) -> list[Likeness]:
    """Return every pair of the register that may be one person, the surest first."""
    report(0, 0, "读取登记")
    return alike(profiles(connection), report=report)


def alike_to(connection: Connection, draft: Profile) -> list[Likeness]:
    """Return who may be the person being typed, the surest first."""
    name, number = draft.name, draft.ids[0] if draft.ids else ""
    birth = draft.births[0] if draft.births else ""
    people: dict[str, None] = {}
    for sql, bound in (
        ("SELECT id FROM person WHERE id_no<>'' AND id_no=? LIMIT 50", (number,)),
        ("SELECT person FROM old_id WHERE deleted=0 AND number=? LIMIT 50", (number,)),
        ("SELECT id FROM person WHERE name=? LIMIT 300", (name,)),
        ("SELECT person FROM former_name WHERE deleted=0 AND name=? LIMIT 50", (name,)),
        ("SELECT id FROM person WHERE ?<>'' AND birth_id=? LIMIT 300", (birth, birth)),
    ):
        people.update(dict.fromkeys(str(row[0]) for row in connection.exec_driver_sql(sql, bound)))
    weighed = [compare(draft, one) for one in profiles(connection, list(people)[:900])] if people else []
    return sorted((one for one in weighed if one.points >= POSSIBLE), key=lambda one: -one.points)
