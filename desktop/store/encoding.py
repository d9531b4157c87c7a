"""How values, vectors and dots are written inside the vault: compact JSON with writer numbers."""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from desktop.domain.fields import Value

Numbers = dict[int, int]  # writer number -> counter
FieldDots = dict[str, tuple[int, int]]  # field key -> (writer number, counter)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: Any) -> str:
    """Return compact JSON text."""
    return _encode(value)


def new_fields_text(values: Mapping[str, Value]) -> str:
    """Return the logged fields of a new record, `{key: [null, value]}`, as `to_json` would write them."""
    return "{" + ",".join([
        f'"{key}":[null,{encode_basestring(value) if isinstance(value, str) else _scalar(value)}]'
        for key, value in values.items()
    ]) + "}"  # fmt: skip


def _scalar(value: int | None) -> str:
    return "null" if value is None else str(int(value))


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
    if len(dots) == 1:
        ((key, (writer, counter)),) = dots.items()
        return f"{key}={writer}:{counter}"
    return " ".join(f"{key}={writer}:{counter}" for key, (writer, counter) in sorted(dots.items()))


def read_dots(text: str) -> FieldDots:
    """Return the dots written by `dots_text`."""
    dots: FieldDots = {}
    for part in text.split():
        key, _, dot = part.partition("=")
        writer, _, counter = dot.partition(":")
        dots[key] = (int(writer), int(counter))
    return dots


def joined(parts: Sequence[Any]) -> bytes:
    """Return parts as bytes no other parts share: each after its length."""
    coded = [
        part if isinstance(part, bytes) else ("" if part is None else str(part)).encode("utf-8", "surrogatepass")
        for part in parts
    ]
    return b"".join(str(len(part)).encode("ascii") + b":" + part for part in coded)
