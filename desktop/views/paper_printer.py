"""Printing a PDF that a service made, on the printer the clerk chooses, at its own resolution and unscaled."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtGui import QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

Choose = Callable[[QPrinter], bool]


class PaperPrinter(QObject):
    """Prints documents; `choose` asks for the printer and may be replaced where there is no screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._document = QPdfDocument(self)
        self._buffer = QBuffer(self)
        self.choose: Choose = lambda printer: bool(QPrintDialog(printer, self._parent).exec())

    def print_pdf(self, pdf: bytes) -> int:
        """Print every page of a PDF; return how many, 0 if the clerk chose no printer."""
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageSize(QPageSize(self._document.pagePointSize(0), QPageSize.Unit.Point))
        printer.setFullPage(True)
        if not self.choose(printer):
            return 0
        painter = QPainter(printer)
        paper = printer.pageLayout().fullRectPixels(printer.resolution())
        for number in range(self._document.pageCount()):
            if number:
                printer.newPage()
            painter.drawImage(paper, self._document.render(number, paper.size()))
        painter.end()
        return self._document.pageCount()
