"""What somebody must see to, in rows under the search box; each is gone once it was read or seen to."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.services.greeting import Notice
from desktop.views.context import AppContext
from desktop.views.page import button, label

_MOST = 3  # rows: a low screen has other things to show


class NoticeBar(QWidget):
    """Hidden while there is nothing to see to."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(24, 6, 24, 0)
        self._rows.setSpacing(4)
        self._waiting: list[Notice] = []
        self.shown: list[Notice] = []
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show the first of these, the others as room is made."""
        self._waiting = list(notices)
        while self._waiting and len(self.shown) < _MOST:
            self._add(self._waiting.pop(0))
        self.setVisible(bool(self.shown))

    def _add(self, notice: Notice) -> None:
        self.shown.append(notice)
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(notice.text, name="bad"), 1)
        if notice.page:
            go = button(self.tr("去办"))
            go.clicked.connect(lambda: self._go(notice, held))
            row.addWidget(go)
        read = button(self.tr("知道了"))
        read.clicked.connect(lambda: self._drop(notice, held))
        row.addWidget(read)
        self._rows.addWidget(held)

    def _go(self, notice: Notice, held: QWidget) -> None:
        self._drop(notice, held)
        self._context.page_wanted.emit(notice.page)

    def _drop(self, notice: Notice, held: QWidget) -> None:
        self.shown.remove(notice)
        self._rows.removeWidget(held)
        held.hide()
        held.deleteLater()
        self.show_notices(self._waiting)
