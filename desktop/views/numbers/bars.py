"""A bar painted in a table cell: the share of a number, to be seen before it is read."""

from PySide6.QtCore import QLocale, QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

_INSET = 9


class BarDelegate(QStyledItemDelegate):
    """Paints cells that hold a share (0 to 1, as text) as bars of that length."""

    def __init__(self, view: QTableView, *, colour: str) -> None:
        super().__init__(view)
        self._view = view
        self._colour = QColor(colour)

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        """Return nothing: the share is painted, and written in the column before."""
        del value, locale
        return ""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the background as every cell has it, then the bar."""
        super().paint(painter, option, index)
        place = self._view.visualRect(index)
        width = int((place.width() - 2 * _INSET) * min(float(index.data() or 0), 1.0))
        painter.fillRect(place.x() + _INSET, place.y() + _INSET, width, place.height() - 2 * _INSET, self._colour)
