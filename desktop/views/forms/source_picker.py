"""The list of what may go into a place: searched by its words or their pinyin initials."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.services.form_sources import FormSource
from desktop.services.spelling import initials_of

_KEY = Qt.ItemDataRole.UserRole


class SourcePicker(QWidget):
    """Type to narrow, up and down to choose, Enter to take."""

    taken = Signal(str)  # a source's key

    def __init__(self) -> None:
        super().__init__()
        self._sources: list[FormSource] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("找登记项目：姓名、xm、电话…"))
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self.take)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.itemActivated.connect(lambda _item: self.take())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.search)
        box.addWidget(self.list, 1)

    def show_sources(self, sources: Sequence[FormSource]) -> None:
        """Offer these."""
        self._sources = list(sources)
        self._narrow("")

    def _narrow(self, text: str) -> None:
        wanted = text.strip().lower()
        self.list.clear()
        for one in self._sources:
            if wanted in one.label.lower() or wanted in initials_of(one.label) or wanted in one.group:
                item = QListWidgetItem(f"{one.label}　·　{one.group}")
                item.setData(_KEY, one.key)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def point_at(self, source: str) -> None:
        """Show which source a place has now."""
        self.search.clear()
        for row in range(self.list.count()):
            if self.list.item(row).data(_KEY) == source.partition("|")[0]:
                self.list.setCurrentRow(row)
                return

    def take(self) -> None:
        """Take the source chosen."""
        item = self.list.currentItem()
        if item is not None:
            self.taken.emit(item.data(_KEY))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
                return True
        return super().eventFilter(watched, event)
