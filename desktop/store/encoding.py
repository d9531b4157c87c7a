"""How values, vectors and dots are written inside the vault: compact JSON with writer numbers."""

import json
from collections.abc import Mapping
from typing import Any

Numbers = dict[int, int]  # writer number -> counter
FieldDots = dict[str, tuple[int, int]]  # field key -> (writer number, counter)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: Any) -> str:
    """Return compact JSON text."""
    return _encode(value)


def from_json(text: str | None) -> Any:
    """Return what `text` holds; None and '' are None."""
    return json.loads(text) if text else None


def vector_text(vector: Numbers) -> str:
    """Return a version vector as text, one form for one vector: `1:5 2:7`."""
    if len(vector) == 1:
        ((writer, counter),) = vector.items()
        return f"{writer}:{counter}"
    return " ".join(f"{writer}:{vector[writer]}" for writer in sorted(vector))


def read_vector(text: str) -> Numbers:
    """Return the version vector written by `vector_text`."""
    vector: Numbers = {}
    for part in text.split():
        writer, _, counter = part.partition(":")
        vector[int(writer)] = int(counter)
    return vector


def dots_text(dots: Mapping[str, tuple[int, int]]) -> str:
    """Return the dots of a record's fields as text: `*=1:5 phone=2:7`."""
    return " ".join(f"{key}={writer}:{counter}" for key, (writer, counter) in sorted(dots.items()))


def read_dots(text: str) -> FieldDots:
    """Return the dots written by `dots_text`."""
    dots: FieldDots = {}
    for part in text.split():
        key, _, dot = part.partition("=")
        writer, _, counter = dot.partition(":")
        dots[key] = (int(writer), int(counter))
    return dots
