"""Cards to a real printer sheet by sheet: the next is sent when the last has left, so a jam is known by its sheet."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from desktop.views.paper_printer import PrintJob

State = QPrinter.PrinterState
_EVERY_MS = 500
_QUIET_MS = 2000  # a printer idle for so long has done what it was sent, or was too quick to be seen at it
_STOPPED = {State.Error, State.Aborted}

Prepare = Callable[[], QPrinter]


class SheetJob(QObject):
    """Prints the pages of a document a sheet at a time, watching the printer between them.

    `printed` carries the number of a page that came out, `waits` that of the first page of a sheet sent, `ended`
    how many pages came out and whether that was all. The sheet a printer stops at is not counted as out.
    """

    printed = Signal(int)
    waits = Signal(int)
    ended = Signal(int, bool)

    def __init__(self, document: QPdfDocument, prepare: Prepare, *, pages: range, sides: int, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._prepare = document, prepare
        self._pages, self._sides = pages, sides
        self._at = pages.start
        self._name = ""
        self._stopped = False
        self._idle_ms = 0
        self._was_active = False
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)

    @property
    def first(self) -> int:
        """The first page to print."""
        return self._pages.start

    def stop(self) -> None:
        """Send no more sheets; the one at the printer is waited for, unless asked a second time."""
        if self._stopped and self._timer.isActive():
            self._end()
        self._stopped = True

    def start(self) -> None:
        """Send the first sheet."""
        self._send()

    def _sheet(self) -> range:
        # a sheet begins with its front, also when printing goes on from a back
        end = min(self._at + self._sides - self._at % self._sides, self._pages.stop)
        return range(self._at, end)

    def _send(self) -> None:
        if self._stopped or self._at >= self._pages.stop:
            self._end()
            return
        printer = self._prepare()
        self._name = printer.printerName()
        if self._state() in _STOPPED:
            self._end()
            return
        self.waits.emit(self._at)
        job = PrintJob(self._document, printer, pages=self._sheet(), parent=self)
        whole = job.run()
        job.deleteLater()
        if not whole:
            self._end()
            return
        self._idle_ms, self._was_active = 0, False
        self._timer.start()

    def _state(self) -> QPrinter.PrinterState:
        return QPrinterInfo.printerInfo(self._name).state()

    def _look(self) -> None:
        """See what became of the sheet that was sent."""
        state = self._state()
        if state in _STOPPED:
            self._end()
        elif state is State.Active:
            self._was_active, self._idle_ms = True, 0
        else:
            self._idle_ms += _EVERY_MS
            if self._was_active or self._idle_ms >= _QUIET_MS:
                self._out()

    def _out(self) -> None:
        self._timer.stop()
        sheet = self._sheet()
        self._at = sheet.stop
        for number in sheet:
            self.printed.emit(number)
        self._send()

    def _end(self) -> None:
        self._timer.stop()
        self.ended.emit(self._at - self._pages.start, self._at >= self._pages.stop)
