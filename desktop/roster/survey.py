"""What a reader's survey finds in a workbook beside the texts of its cells."""

from dataclasses import dataclass, field

MONTH, CENTS, BROKEN = "month", "cents", "broken"


@dataclass(slots=True)
class SheetFacts:
    """One sheet's facts; rows are 1-based, columns 0-based; addresses are (row, column)."""

    refused: str = ""  # why this sheet must not be given to a reader, a Chinese clause
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    marks: dict[int, dict[str, list[int]]] = field(default_factory=dict)  # row -> mark -> columns
    shown: dict[int, dict[int, str]] = field(default_factory=dict)  # row -> column -> text instead of the value
    months: dict[int, set[int]] = field(default_factory=dict)  # row -> columns whose date shows year and month only
    valued_rows: set[int] | None = None  # rows with a value, None where the survey did not look
    last_row: int = 0
    date1904: bool = False

    def mark(self, row: int, column: int, marks: tuple[str, ...]) -> None:
        """Note that a cell bears marks."""
        found = self.marks.setdefault(row, {})
        for one in marks:
            found.setdefault(one, []).append(column)

    def show(self, row: int, column: int, text: str) -> None:
        """Note what a cell shows instead of its stored value."""
        self.shown.setdefault(row, {})[column] = text


@dataclass(frozen=True, slots=True)
class StyleFacts:
    """What one cell format says: its marks, and whether its numbers are months or have two decimals."""

    marks: tuple[str, ...] = ()
    number: str = ""  # MONTH, CENTS or ''


@dataclass(slots=True)
class BookFacts:
    """What the survey found in a workbook: its sheets' facts by name, in order, and which are hidden."""

    kind: str  # xlsx, xlsb, ods, xls, other
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


def column_of(letters: str) -> int:
    """Return the 0-based column of letters such as `AB`."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def is_red(rgb: str) -> bool:
    """Return True for a colour people call red; `rgb` is six or eight hex digits."""
    red, green, blue = _parts(rgb)
    return red >= 0xB0 and green <= 0x60 and blue <= 0x60


def is_yellow(rgb: str) -> bool:
    """Return True for a colour people call yellow."""
    red, green, blue = _parts(rgb)
    return red >= 0xE0 and green >= 0xB8 and blue <= 0xA0 and red - blue >= 0x50


def _parts(rgb: str) -> tuple[int, int, int]:
    try:
        number = int(rgb[-6:], 16) if len(rgb) >= 6 else 0
    except ValueError:
        number = 0
    return number >> 16, number >> 8 & 255, number & 255


def number_fact(code: str, number_id: int = -1) -> str:
    """Return MONTH for a number format that shows year and month only, CENTS for two decimals, else ''."""
    if number_id in {17, 27, 36, 50, 52, 57}:  # the months among the formats Chinese Excel does not write out
        return MONTH
    if number_id == 2:
        return CENTS
    bare = code.split(";", maxsplit=1)[0].lower().replace("\\", "").replace('"', "")
    bare = bare[bare.index("]") + 1 :] if bare.startswith("[") and "]" in bare else bare
    if "y" in bare and "m" in bare and "d" not in bare and "h" not in bare and "s" not in bare:
        return MONTH
    return CENTS if bare.strip("_ )") in {"0.00", "#0.00"} else ""
