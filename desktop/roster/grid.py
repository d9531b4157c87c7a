"""A sheet as rows of text, the same from every kind of file."""

from dataclasses import dataclass, field

NUMERIC = "\x01"  # a cell that was a number in its file begins with this mark


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and rows of cell texts; `hidden_rows` and `notes` are for the user."""

    name: str
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)


def plain(cell: str) -> str:
    """Return a cell's text without the number mark."""
    return cell[1:] if cell.startswith(NUMERIC) else cell


def is_number(cell: str) -> bool:
    """Return True if the cell was a number in its file."""
    return cell.startswith(NUMERIC)
