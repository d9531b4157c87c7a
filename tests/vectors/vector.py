"""What one vector is: a file, what is wrong or right with it, and what reading it must give."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of `index.json`; `content` None: the file is another vector's, or was made once and kept."""

    file: str
    what: str
    expect: Mapping[str, Any]
    content: bytes | None = None
    after: tuple[str, ...] = ()  # packages merged before, in order
    typed: str = ""  # key cards: the digits the person typed, if not the card's own

    def entry(self) -> dict[str, Any]:
        """Return the entry for the index, without what is empty."""
        whole = {
            "file": self.file, "what": self.what, "after": list(self.after), "typed": self.typed,
            "expect": dict(self.expect),
        }  # fmt: skip
        return {key: value for key, value in whole.items() if value}


def refused(kind: str, reason: str) -> dict[str, str]:
    """Return the expectation of an error: its class and its stable reason."""
    return {"error": kind, "reason": reason}


def filed(found: Iterable[Vector], *, folder: str, ending: str) -> Iterator[Vector]:
    """Yield vectors with their bare names made paths below the folder of the vectors."""
    for one in found:
        after = tuple(f"{folder}/{name}{ending}" for name in one.after)
        yield replace(one, file=f"{folder}/{one.file}{ending}", after=after)
