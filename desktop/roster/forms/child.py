"""The limited child process that reads and fills somebody else's form.

`python -m desktop.roster.forms.child read FILE` writes the form's shape as one line of JSON.
`python -m desktop.roster.forms.child fill FILE` reads `{"together", "fillings"}` on standard input and
writes each document as a line with its length and then its bytes. Both end with a line `end`. Exit 3 with a
Chinese clause on standard error: the form is refused. No file can be written, so nothing filled in is left behind.
"""

import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop.roster.forms.shape import DOCX, XLSX, Filling, FormShape, shape_json
from desktop.roster.limits import limit_self
from desktop.roster.precheck import RefusedFile, checked_zip, kind_of_bytes, unpacked_part

MOST_FORM, MOST_UNPACKED = 20 << 20, 100 << 20
REFUSED = 3


def main(arguments: list[str]) -> int:
    """Do one job on the file named; return the exit code."""
    job, path = arguments[0], Path(arguments[1])
    limit_self()
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # it would start threads, now refused
    warnings.simplefilter("ignore")  # openpyxl warns of every part it does not know
    try:
        for part in _done(job, path):
            sys.stdout.buffer.write(part)
    except RefusedFile as refused:
        sys.stderr.write(str(refused))
        return REFUSED
    except MemoryError:
        sys.stderr.write("文件太大或结构异常，内存不够")
        return REFUSED
    sys.stdout.buffer.write(b"end\n")
    return 0


def _done(job: str, path: Path) -> Iterator[bytes]:
    raw, kind = _checked(path)
    shape = _read(raw, kind)
    if job == "read":
        yield (shape_json(shape) + "\n").encode()
        return
    asked = json.loads(sys.stdin.buffer.read())
    fillings = [Filling(**one) for one in asked["fillings"]]
    for made in _filled(raw, kind, shape, fillings, together=asked["together"]):
        yield f"{len(made)}\n".encode()
        yield made


def _filled(raw: bytes, kind: str, shape: FormShape, fillings: Sequence[Filling], *, together: bool) -> Iterator[bytes]:
    """Yield the filled documents; only the library this form needs is loaded."""
    if kind == XLSX:
        from desktop.roster.forms.xlsx_form import fill_xlsx

        return fill_xlsx(raw, shape, fillings, together=together)
    from desktop.roster.forms.docx_form import fill_docx

    return fill_docx(raw, shape, fillings, together=together)


def _checked(path: Path) -> tuple[bytes, str]:
    """Return a form's bytes and kind after looking at its container; raises RefusedFile."""
    with path.open("rb") as file:
        raw = file.read(MOST_FORM + 1)
    if len(raw) > MOST_FORM:
        raise RefusedFile("空表不会这么大")
    if kind_of_bytes(raw) != "zip":
        raise RefusedFile("只能用 xlsx 或 docx 的表，请先另存为 xlsx 或 docx")
    archive = checked_zip(raw)
    if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
        raise RefusedFile("空表不会这么大")
    for entry in archive.infolist():
        _check_part(entry.filename, b"".join(unpacked_part(raw, entry)))
    names = set(archive.namelist())
    if "word/document.xml" in names:
        return raw, DOCX
    if "xl/workbook.xml" in names:
        return raw, XLSX
    raise RefusedFile("只能用 xlsx 或 docx 的表，请先另存为 xlsx 或 docx")


def _check_part(name: str, body: bytes) -> None:
    """Refuse markup that defines its own entities, and markup in an encoding that would hide them."""
    if name.endswith((".xml", ".rels", ".vml")) and any(mark in body for mark in (b"<!DOCTYPE", b"<!ENTITY", b"\x00")):
        raise RefusedFile("文件里有外部定义，可能不安全")


def _read(raw: bytes, kind: str) -> FormShape:
    """Return a form's shape; whatever its reader stumbles over makes it a refused file."""
    try:
        if kind == XLSX:
            from desktop.roster.forms.xlsx_form import read_xlsx

            return read_xlsx(raw)
        from desktop.roster.forms.docx_form import read_docx

        return read_docx(raw)
    except (RefusedFile, MemoryError):
        raise
    except Exception as error:
        raise RefusedFile("文件不是能读的表，或存它的软件写法特别，请在 WPS 或 Excel 里另存一次") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
