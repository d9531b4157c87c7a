"""Printing a PDF that a service made: page by page, at the printer's own dots, each dot drawn once and none scaled."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QPoint, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from desktop.services import printers

Choose = Callable[[QPrinter], bool]
_POINTS = 72
_FINEST = 600  # dots per inch: finer printers are driven at this, which no eye tells and a 4 GB machine bears
_BAND = 512  # rows rendered at a time: a page at 600 dots would take 139 MB whole


@dataclass(frozen=True, slots=True)
class Sides:
    """How the two sides of a sheet are printed."""

    duplex: bool = False
    long_edge: bool = True


ONE_SIDED = Sides()


class PrintJob(QObject):
    """Prints the pages of a PDF one after the other, leaving the window alive between them.

    `printed` carries the number of a page (from 0) that went to the printer; `ended` how many did and whether that
    was all. A printer that stops half way ends the job: the rest can be printed by another from there.
    """

    printed = Signal(int)
    ended = Signal(int, bool)

    def __init__(self, document: QPdfDocument, printer: QPrinter, *, pages: range, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._printer = printer
        self._painter = QPainter()
        self._pages = list(pages)
        self._done = 0
        self._stopped = False

    def stop(self) -> None:
        """End the job after the page it is at."""
        self._stopped = True

    @property
    def first(self) -> int:
        """The first page to print."""
        return self._pages[0] if self._pages else 0

    def run(self) -> bool:
        """Print everything now; return True if all of it went to the printer."""
        if self._begin():
            while self._done < len(self._pages) and self._page():
                pass
        return self._end()

    def start(self) -> None:
        """Print a page each time the window has nothing else to do."""
        if self._begin():
            QTimer.singleShot(0, self._step)
        else:
            self._end()

    def _step(self) -> None:
        if self._page() and self._done < len(self._pages):
            QTimer.singleShot(0, self._step)
        else:
            self._end()

    def _begin(self) -> bool:
        return bool(self._pages) and self._painter.begin(self._printer)

    def _page(self) -> bool:
        """Print the next page; return False if the printer does not take it."""
        number = self._pages[self._done]
        if self._stopped:
            return False
        if self._done and not self._printer.newPage():
            return False
        if self._printer.printerState() in {QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted}:
            return False
        draw_page(self._painter, self._document, number, dpi=self._printer.resolution())
        self._done += 1
        self.printed.emit(number)
        return True

    def _end(self) -> bool:
        whole = self._done == len(self._pages)
        if self._painter.isActive():
            whole = self._painter.end() and whole
        if self._printer.printerState() in {QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted}:
            whole = False
        self.ended.emit(self._done, whole)
        return whole


def draw_page(painter: QPainter, document: QPdfDocument, number: int, *, dpi: int) -> None:
    """Draw a page with one dot of it on one dot of the device, a band at a time."""
    points = document.pagePointSize(number)
    size = QSize(round(points.width() * dpi / _POINTS), round(points.height() * dpi / _POINTS))
    for top in range(0, size.height(), _BAND):
        rows = min(_BAND, size.height() - top)
        options = QPdfDocumentRenderOptions()
        options.setScaledSize(size)
        options.setScaledClipRect(QRect(0, top, size.width(), rows))
        painter.drawImage(QPoint(0, top), document.render(number, QSize(size.width(), rows), options))


class PaperPrinter(QObject):
    """Prints documents; `choose` asks for the printer and may be replaced where there is no screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._document = QPdfDocument(self)
        self._buffer = QBuffer(self)
        self.choose: Choose = lambda printer: bool(QPrintDialog(printer, self._parent).exec())

    def load(self, pdf: bytes) -> QPdfDocument:
        """Take a PDF in and return it opened."""
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        return self._document

    def print_pdf(self, pdf: bytes) -> int:
        """Print every page of a PDF; return how many, 0 if the clerk chose no printer."""
        self.load(pdf)
        printer = self.prepared()
        if not self.choose(printer):
            return 0
        printers.keep_last_printer(printer.printerName())
        job = PrintJob(self._document, printer, pages=range(self._document.pageCount()), parent=self)
        job.run()
        job.deleteLater()
        return self._document.pageCount()

    def prepared(self, *, name: str = "", dpi: int = 0, sides: Sides = ONE_SIDED) -> QPrinter:
        """Return a printer set to the document's page and to `dpi`, or to the resolution remembered of it."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        wanted = name or printers.last_printer()
        if wanted and not QPrinterInfo.printerInfo(wanted).isNull():
            printer.setPrinterName(wanted)
        printer.setPageSize(QPageSize(self._document.pagePointSize(0), QPageSize.Unit.Point))
        printer.setFullPage(True)
        printer.setResolution(min(dpi or printers.setup_of(printer.printerName()).dpi, _FINEST))
        if sides.duplex:
            edge = QPrinter.DuplexMode.DuplexLongSide if sides.long_edge else QPrinter.DuplexMode.DuplexShortSide
            printer.setDuplex(edge)
        return printer
