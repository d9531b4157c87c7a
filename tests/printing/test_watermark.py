"""A marked PDF is read without complaint by an independent program, and still says what it said."""

import subprocess
from pathlib import Path

from desktop.printing.table import TableSheet, table_pdf
from desktop.printing.watermark import marked_pdf


def test_poppler_reads_a_marked_page_without_complaint(tmp_path: Path) -> None:
    from desktop.printing.fonts import register_fonts

    register_fonts()
    path = tmp_path / "marked.pdf"
    path.write_bytes(
        marked_pdf(table_pdf(TableSheet("名单", [("姓名", 60)], [["张三"]], "页脚")), "青杨社区 王敏 导出")
    )
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "张三" in done.stdout and "王敏" in done.stdout
    drawn = subprocess.run(
        ["pdftoppm", "-r", "40", "-png", str(path), str(tmp_path / "page")], capture_output=True, text=True
    )
    assert (drawn.returncode, drawn.stderr) == (0, "")
