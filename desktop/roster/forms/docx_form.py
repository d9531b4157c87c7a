"""Forms in Word's format, through python-docx: tables, `{{marks}}` and blanks filled, every run's look kept."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from desktop.roster.forms.blanks import Edit, edits_of
from desktop.roster.forms.layout import MOST_COLUMNS, MOST_ROWS, Box, FormGrid, list_in, places_in
from desktop.roster.forms.shape import DOCX, Filling, FormBlock, FormList, FormShape, letter_of
from desktop.roster.precheck import RefusedFile

_OUTSIDE = re.compile(rb'TargetMode="External"')
_LINK = re.compile(rb"/relationships/hyperlink\"")
_FIELD = re.compile(rb"\bDDE(AUTO)?\b|INCLUDE(TEXT|PICTURE)")
_PADDING = re.compile(r"^_+|_+$")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Spot = tuple[int, int]


@dataclass(slots=True)
class _Block:
    """The running text or one table: its grid, and the paragraphs of each cell by its row and column."""

    name: str
    grid: FormGrid = field(default_factory=FormGrid)
    cells: dict[Spot, list[Any]] = field(default_factory=dict)  # w:p elements
    lines: list[Any] = field(default_factory=list)  # w:tr elements of a table


def check_docx(raw: bytes) -> None:
    """Refuse a document that would fetch something or run something when opened; raises RefusedFile."""
    with ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            if name.lower().endswith(("vbaproject.bin", ".exe", ".dll")):
                raise RefusedFile("文件里有宏或程序，可能不安全")
            if name.endswith(".rels"):
                for one in archive.read(name).split(b"<Relationship ")[1:]:
                    if _OUTSIDE.search(one) and not _LINK.search(one):
                        raise RefusedFile("文件打开时会到别处取内容，可能不安全")
            elif name.startswith("word/") and name.endswith(".xml") and _FIELD.search(archive.read(name)):
                raise RefusedFile("文件里有会调用别的程序的域，可能不安全")


def read_docx(raw: bytes) -> FormShape:
    """Return what a document's text and tables hold; raises RefusedFile."""
    check_docx(raw)
    blocks = _blocks(Document(io.BytesIO(raw)))
    rows = next((found for number, one in enumerate(blocks, 1) if one.lines and (found := list_in(number, one.grid))),
                None)  # fmt: skip
    places = [place for number, one in enumerate(blocks, 1) for place in places_in(number, one.grid, rows)]
    made = tuple(FormBlock(one.name, one.grid.texts(), one.grid.merged()) for one in blocks)
    return FormShape(DOCX, made, tuple(places), rows)


def _blocks(document: WordDocument) -> list[_Block]:
    """Return the running text first, then headers and footers, then each table in the order of the document."""
    text = _Block("正文")
    outer = [one for one in document.element.body.iter(qn("w:p")) if not _inside(one, "w:tbl", "mc:Fallback")]
    _take_paragraphs(text, outer)
    edge = _Block("页眉页脚")
    parts = [
        part for section in document.sections for part in (section.header, section.footer)
        if not part.is_linked_to_previous
    ]  # fmt: skip
    _take_paragraphs(edge, [one for part in parts for one in part._element.iter(qn("w:p"))])  # noqa: SLF001
    tables = [one for one in document.element.body.iter(qn("w:tbl")) if not _inside(one, "mc:Fallback")]
    return [text, edge, *[_table(table, number) for number, table in enumerate(tables, start=1)]]


def _inside(element: Any, *names: str) -> bool:
    known = {"mc:Fallback": "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
    tags = {known.get(name) or qn(name) for name in names}
    return any(one.tag in tags for one in element.iterancestors())


def _take_paragraphs(block: _Block, paragraphs: Sequence[Any]) -> None:
    for row, element in enumerate(paragraphs[:MOST_ROWS]):
        block.grid.add(Box(row, 0, row, 0, _text([element])))
        block.cells[row, 0] = [element]


def _table(element: Any, number: int) -> _Block:
    """Return a table's cells; a cell that goes on from the one above belongs to it."""
    block = _Block(f"表格{number}")
    block.lines = list(element.iterchildren(qn("w:tr")))[:MOST_ROWS]
    for row, line in enumerate(block.lines):
        column = int(getattr(line, "grid_before", 0) or 0)
        for cell in line.tc_lst:
            span = min(int(cell.grid_span), MOST_COLUMNS)
            _take_cell(block, cell, (row, column), span)
            column += span
    return block


def _take_cell(block: _Block, cell: Any, spot: Spot, span: int) -> None:
    row, column = spot
    above = block.grid.boxes.get((row - 1, column))
    if cell.vMerge == "continue" and above is not None:
        block.grid.add(Box(above.top, above.left, row, above.right, above.text))
        return
    paragraphs = list(cell.iterchildren(qn("w:p")))
    block.cells[spot] = paragraphs
    block.grid.add(Box(row, column, row, column + span - 1, _text(paragraphs)))


def _runs(element: Any) -> list[Run]:
    return Paragraph(element, None).runs  # type: ignore[arg-type]


def _run_text(run: Run) -> str:
    """Return a run's text; spaces that are underlined are a line to write on, and read as one."""
    text = run.text.replace("\n", " ")
    if run.underline and not text.strip():
        return "_" * len(text)
    return text


def _text(paragraphs: Sequence[Any]) -> str:
    return "\n".join("".join(_run_text(run) for run in _runs(one)) for one in paragraphs).rstrip("\n")


def fill_docx(raw: bytes, shape: FormShape, fillings: Sequence[Filling], *, together: bool) -> Iterator[bytes]:
    """Yield a document for each filling, or one with a page for each filling."""
    check_docx(raw)
    whole: WordDocument | None = None
    for one in fillings:
        document = Document(io.BytesIO(raw))
        blocks = _blocks(document)
        _fill(blocks, one.values)
        if shape.rows is not None and one.rows:
            _fill_rows(blocks[shape.rows.block - 1], shape.rows, one.rows)
        if not together:
            yield _saved(document)
        elif whole is None:
            whole = document
        else:
            _append(whole, document)
    if whole is not None:
        yield _saved(whole)


def _append(whole: WordDocument, document: WordDocument) -> None:
    """Put a document's body behind another's made from the same form, on a page of its own."""
    whole.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    body = whole.element.body
    end = body.sectPr
    for element in list(document.element.body):
        if element.tag != qn("w:sectPr"):
            end.addprevious(element) if end is not None else body.append(element)


def _fill(blocks: Sequence[_Block], values: Mapping[str, str | Sequence[str]]) -> None:
    by_spot: dict[tuple[int, Spot], dict[int | None, str | Sequence[str]]] = {}
    for place, value in values.items():
        number, _, rest = place.partition("!")
        name, _, span = rest.partition("#")
        spot = (int(number) - 1, _spot(name))
        by_spot.setdefault(spot, {})[int(span) - 1 if span else None] = value
    for (block, where), found in by_spot.items():
        paragraphs = blocks[block].cells.get(where) if block < len(blocks) else None
        if paragraphs:
            _fill_cell(paragraphs, found)


def _spot(name: str) -> Spot:
    digits = "".join(c for c in name if c.isdigit())
    column = 0
    for letter in name.removesuffix(digits):
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _fill_cell(paragraphs: Sequence[Any], found: Mapping[int | None, str | Sequence[str]]) -> None:
    whole = found.get(None)
    if whole is not None:
        _write(paragraphs[0], whole if isinstance(whole, str) else "、".join(whole))
        return
    spans = {number: value for number, value in found.items() if number is not None}
    for edit in edits_of(_text(paragraphs), spans):
        _edit(paragraphs, edit)


def _write(paragraph: Any, text: str) -> None:
    """Write a text into an empty paragraph, looking as the form meant what is typed there to look."""
    said = _ILLEGAL.sub("", text)
    holder = Paragraph(paragraph, None)  # type: ignore[arg-type]
    if holder.runs:
        holder.runs[0].text = said
        return
    run = holder.add_run(said)
    marks = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    if marks is not None:
        run._element.insert(0, deepcopy(marks))  # noqa: SLF001 - python-docx has no word for it


def _edit(paragraphs: Sequence[Any], edit: Edit) -> None:
    """Make one change in a cell's text: the run where it begins takes the new words, the others lose the old."""
    start, end, said = edit
    at, written = 0, False
    for element in paragraphs:
        runs = _runs(element)
        for number, run in enumerate(runs):
            text = run.text.replace("\n", " ")
            first, last = max(start - at, 0), min(end - at, len(text))
            begins = start - at < len(text) or (start == end and start - at == len(text) and number == len(runs) - 1)
            if not written and begins and start >= at:
                run.text = text[:first] + _ILLEGAL.sub("", _as_run(run, said)) + text[max(last, first) :]
                written = True
            elif first < last:
                run.text = text[:first] + text[last:]
            at += len(text)
        at += 1  # the line break between paragraphs


def _as_run(run: Run, said: str) -> str:
    """Return the words for a run: an underlined one is padded with spaces, which its line goes under."""
    if not run.underline or run.text.strip():
        return said
    return _PADDING.sub(lambda found: " " * len(found.group()), said)


def _fill_rows(block: _Block, found: FormList, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a row for each person; rows that are missing are made like the last blank one."""
    lines = block.lines[found.first - 1 : found.last] if found.last >= found.first else []
    model = lines[-1] if lines else _emptied(deepcopy(block.lines[found.first - 2]))
    after = lines[-1] if lines else block.lines[found.first - 2]
    blank = deepcopy(model)
    while len(lines) < len(rows):
        made = deepcopy(blank)
        after.addnext(made)
        after = made
        lines.append(made)
    for line, row in zip(lines, rows, strict=False):
        _fill_line(line, row)


def _emptied(line: Any) -> Any:
    for text in line.iter(qn("w:t")):
        text.text = ""
    return line


def _fill_line(line: Any, row: Mapping[str, str]) -> None:
    column = int(getattr(line, "grid_before", 0) or 0)
    for cell in line.tc_lst:
        letter = letter_of(column)
        if letter in row:
            paragraphs = list(cell.iterchildren(qn("w:p")))
            for run in (run for one in paragraphs for run in _runs(one)):
                run.text = ""
            _write(paragraphs[0], row[letter])
        column += int(cell.grid_span)


def _saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
