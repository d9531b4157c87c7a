"""The real PDF on screen, as it will be printed."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QWidget


class PdfView(QPdfView):
    """Shows a PDF that is in memory, every page below the other."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        # Not children of the view: it must be gone before its document, and the document before its bytes.
        self.document_shown = QPdfDocument(parent)
        self._buffer = QBuffer(parent)
        self.setDocument(self.document_shown)
        self.setPageMode(QPdfView.PageMode.MultiPage)
        self.setZoomMode(QPdfView.ZoomMode.FitToWidth)

    def show_pdf(self, pdf: bytes) -> None:
        """Show a PDF from its first page."""
        self.document_shown.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document_shown.load(self._buffer)
        self.pageNavigator().jump(0, self.pageNavigator().currentLocation())
