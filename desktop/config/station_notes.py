"""What this workstation remembers about one register, outside it: where backups go and when they went."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desktop.config import paths
from desktop.domain.durable import write_beside

_FOLDER = "stations"
_MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class StationNotes:
    """Days are ISO text in China's day, '' for never. `places` are folders off this machine."""

    places: tuple[str, ...] = ()
    off_machine_on: str = ""
    off_machine_at: str = ""  # where the newest copy off this machine lies
    drilled_on: str = ""
    drill_said: str = ""


def notes_of(store_id: str) -> StationNotes:
    """Return what is remembered about a register; nothing at first or when the note is damaged."""
    try:
        found = json.loads(_path(store_id).read_text(encoding="utf-8"))
        days = [str(found.get(key, "")) for key in ("off_machine_on", "off_machine_at", "drilled_on", "drill_said")]
        return StationNotes(tuple(str(place) for place in found.get("places", ())), *days)
    except (OSError, ValueError, AttributeError, TypeError):
        return StationNotes()


def keep_notes(store_id: str, notes: StationNotes) -> None:
    """Remember `notes`; a full or read-only disk is no reason to stop."""
    path = _path(store_id)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_beside(path, json.dumps(asdict(notes), ensure_ascii=False, sort_keys=True).encode("utf-8"))
    except OSError:
        return


def with_place(notes: StationNotes, place: Path) -> StationNotes:
    """Return notes in which `place` is the first of the folders to back up to."""
    text = str(place)
    return replace(notes, places=(text, *(one for one in notes.places if one != text))[:_MOST_PLACES])


def _path(store_id: str) -> Path:
    if not store_id.isalnum():
        raise ValueError("a store id is hexadecimal")
    return paths.home() / _FOLDER / f"{store_id}.json"
