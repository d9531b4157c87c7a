"""`同上` and its signs: what stands above is meant (`domain.md` section 5, case 36)."""

import re
from collections.abc import Sequence

from desktop.roster.grid import CELL_END, plain

_SIGNS = frozenset({"同上", "″", "〃", "〞", '"', "''", "“", "..", "。。", "同左", "上同"})
_MAY_HAVE = re.compile("|".join(map(re.escape, sorted(_SIGNS))))  # most rows have none: they are told by one look
_LONGEST = 6  # characters of a sign with a few spaces around it
_NEVER = frozenset({"person.name", "person.id_no", "phone.number", "seq"})  # two people never share these by a sign


def copied_down(cells: list[str], above: Sequence[str], targets: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return a row with its ditto signs replaced by what stands above, and the columns that were.

    `above` is the row before as it was after its own signs were replaced; in columns that tell people apart a sign
    stays as it is, so that the row is looked at.
    """
    if not has_sign(cells):
        return cells, []
    made = list(cells)
    columns = []
    for place, cell in enumerate(cells):
        target = targets[place] if place < len(targets) else ""
        if plain(cell).strip() in _SIGNS and target not in _NEVER and place < len(above) and above[place]:
            made[place] = above[place]
            columns.append(place)
    return made, columns


def has_sign(cells: Sequence[str]) -> bool:
    """Return True for a row in which something means what stands above."""
    if _MAY_HAVE.search(CELL_END.join(cells)) is None:
        return False
    return any(plain(cell).strip() in _SIGNS for cell in cells if 0 < len(cell) <= _LONGEST)
