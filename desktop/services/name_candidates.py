"""What a name with a missing character may be: from the register, from the parts described, from the reading."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from desktop.domain.rare_names import REASONS, Gap, GappedName, by_parts, gaps_of, usual_characters
from desktop.roster.matching import Known, RegisterIndex
from desktop.roster.rowread import ASK, RowDraft
from desktop.store.readings import readings_of

_FIRST, _LAST = 0x4E00, 0x9FFF
_MOST = 40  # candidates shown; one may still be typed
_CORE = 15


def offer_candidates(draft: RowDraft, index: RegisterIndex) -> None:
    """Give the question about a name with a missing character its candidates; the first one is proposed."""
    for place, one in enumerate(draft.problems):
        if one.field == "name" and one.outcome == ASK and one.reason in REASONS:
            found = candidates(draft, index)
            if found:
                draft.problems[place] = replace(one, suggestion=found[0], choices=tuple(found))


def candidates(draft: RowDraft, index: RegisterIndex) -> list[str]:
    """Return whole names the written one may be, the likeliest first."""
    name = gaps_of(str(draft.values.get("name") or ""))
    if name is None:
        return []
    found = [str(one.values.get("name") or "") for one in _people(draft, index) if name.fits(str(one.values["name"]))]
    if len(name.gaps) == 1:
        found += [name.filled(character) for character in _characters(name)]
    return list(dict.fromkeys(found))[:_MOST]


def _people(draft: RowDraft, index: RegisterIndex) -> Iterable[Known]:
    """Yield the people of the register with the same id, or with the same core of an old one."""
    id_no = str(draft.values.get("id_no") or "")
    if id_no in index.by_id:
        yield index.by_id[id_no]
    core = id_no[:6] + id_no[8:17] if len(id_no) > _CORE else id_no
    yield from index.by_core.get(core, ()) if core else ()


def _characters(name: GappedName) -> list[str]:
    (gap,) = name.gaps
    return by_parts(gap.parts) if gap.parts else list(_read(gap)) if gap.reading else []


@lru_cache(maxsize=256)
def _read(gap: Gap) -> tuple[str, ...]:
    """Return the characters with a reading: those usual in names first, then those everybody can type."""
    usual = usual_characters()
    return tuple(
        sorted(_by_reading().get(gap.reading, ()), key=lambda one: (usual.get(one, len(usual)), _level(one), one))
    )


@lru_cache(maxsize=1)
def _by_reading() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in range(_FIRST, _LAST + 1):
        for reading in readings_of(chr(code)):
            found.setdefault(reading, []).append(chr(code))
    return found


def _level(character: str) -> int:
    """Return 0 for the common characters of GB 2312, 1 for its others, 2 for the rest."""
    try:
        return int(character.encode("gb2312")[0] > 0xD7)  # noqa: PLR2004 - its last row of common ones
    except UnicodeEncodeError:
        return 2
