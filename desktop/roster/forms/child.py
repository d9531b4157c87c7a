"""The limited child process that reads and fills somebody else's form.

`python -m desktop.roster.forms.child read FILE` writes the form's shape as one line of JSON.
`python -m desktop.roster.forms.child fill FILE` reads `{"together", "fillings"}` on standard input and
writes each document as a line with its length and then its bytes. Both end with a line `end`. Exit 3 with a
Chinese clause on standard error: the form is refused. No file can be written, so nothing filled in is left behind.
"""

import io
import json
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from desktop.roster.forms.docx_form import fill_docx, read_docx
from desktop.roster.forms.shape import DOCX, XLSX, Filling, FormShape, shape_json
from desktop.roster.forms.xlsx_form import fill_xlsx, read_xlsx
from desktop.roster.precheck import RefusedFile, check_file
from desktop.roster.read_child import REFUSED, limit_self

MOST_FORM = 20 << 20


def main(arguments: list[str]) -> int:
    """Do one job on the file named; return the exit code."""
    job, path = arguments[0], Path(arguments[1])
    limit_self()
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
    fill = fill_xlsx if kind == XLSX else fill_docx
    for made in fill(raw, shape, fillings, together=asked["together"]):
        yield f"{len(made)}\n".encode()
        yield made


def _checked(path: Path) -> tuple[bytes, str]:
    """Return a form's bytes and kind after looking at its container; raises RefusedFile."""
    if path.stat().st_size > MOST_FORM:
        raise RefusedFile("空表不会这么大")
    if check_file(path) != "zip":
        raise RefusedFile("只能用 xlsx 或 docx 的表，请先另存为 xlsx 或 docx")
    raw = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = set(archive.namelist())
    if "word/document.xml" in names:
        return raw, DOCX
    if "xl/workbook.xml" in names:
        return raw, XLSX
    raise RefusedFile("只能用 xlsx 或 docx 的表，请先另存为 xlsx 或 docx")


def _read(raw: bytes, kind: str) -> FormShape:
    """Return a form's shape; whatever its reader stumbles over makes it a refused file."""
    try:
        return read_xlsx(raw) if kind == XLSX else read_docx(raw)
    except (RefusedFile, MemoryError):
        raise
    except Exception as error:
        raise RefusedFile("文件不是能读的表，或已损坏") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
