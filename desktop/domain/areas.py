"""Where the first six digits of an id number come from: codes that are no longer used have a story.

They are told, never checked: counties were renumbered again and again (`domain.md` 0.4).
"""

import json
from functools import cache

from desktop.domain.resources import resource_path


@cache
def _stories() -> dict[str, str]:
    raw = json.loads(resource_path("areas", "former.json").read_text(encoding="utf-8"))
    return {one["prefix"]: one["story"] for one in raw["items"]}


def story_of(id_no: str) -> str:
    """Return what an old area code stood for, '' if it is not one of those known here; the longest prefix wins."""
    for length in (6, 4):
        story = _stories().get(id_no[:length]) if len(id_no) >= length else None
        if story:
            return f"{id_no[:length]} = {story}"
    return ""


def former_prefixes() -> tuple[str, ...]:
    """Return the old codes with a story."""
    return tuple(_stories())
