"""The one search box: as you type, by name, pinyin, initials, numbers, address, unit or card."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from desktop.domain.codes import code_list
from desktop.services import cards, register
from desktop.services.cards import CardVerdict
from desktop.services.register import FoundPeople
from desktop.services.station import Station
from desktop.views.context import AppContext

_PAUSE_MS = 30
_SHOWN = 12
_NARROWEST = 640  # pixels in which a hit can be read
_PERSON = Qt.ItemDataRole.UserRole


class SearchBox(QLineEdit):
    """Finds people while typing; Enter opens the first, arrows choose, Escape closes."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._asked = 0  # a query asked before the newest one is broken off
        self.setPlaceholderText(self.tr("查找：姓名、拼音、首字母、证号或电话任意四位、楼栋 3-2-501、单位、卡号（F3）"))
        self.setClearButtonEnabled(True)
        self.setAccessibleName(self.tr("查找"))
        self.results = QListWidget(self)
        self.results.setWindowFlags(Qt.WindowType.ToolTip)
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.itemClicked.connect(self._open)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.textEdited.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._enter)
        self.installEventFilter(self)

    def begin(self) -> None:
        """Take the keyboard, ready for a new search."""
        self.setFocus()
        self.selectAll()

    def _find(self) -> None:
        text = self.text().strip()
        self._asked += 1
        if not text or cards.is_card_code(text):
            self.results.hide()
            return
        asked = self._asked

        def superseded() -> bool:
            return asked != self._asked

        def read(station: Station) -> tuple[str, FoundPeople]:
            return text, register.find(station, text=text, limit=_SHOWN, stop=superseded)

        self._context.read(read, context=self, done=self._show)

    def _show(self, answer: tuple[str, FoundPeople]) -> None:
        text, found = answer
        if text != self.text().strip():
            return
        self.results.clear()
        for one in found.people:
            sex = code_list("sex").label_of(one.row.text("sex"))
            parts = (
                one.row.text("name"),
                sex,
                one.row.text("birth_id"),
                one.row.text("live_addr"),
                f"〔{one.matched}〕",
            )
            line = "　".join(parts)
            item = QListWidgetItem(line)
            item.setData(_PERSON, one.id)
            self.results.addItem(item)
        if not found.people:
            self.results.addItem(self.tr("没有找到。换一个字、拼音首字母或证号后四位试试"))
        elif found.capped:
            self.results.addItem(self.tr("{0} 人以上，请再多输一点").format(found.total))
        elif found.total > len(found.people):
            self.results.addItem(self.tr("共 {0} 人，请再多输一点").format(found.total))
        self.results.setCurrentRow(0)
        self.results.resize(max(self.width(), _NARROWEST), min(self.results.count(), _SHOWN + 1) * 40 + 6)
        self.results.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        self.results.show()

    def _enter(self) -> None:
        """Open the first hit, or the person of a scanned card."""
        token = self.text().strip()
        if not cards.is_card_code(token):
            self._open_first()
            return
        self._pause.stop()
        self._context.read(lambda station: cards.verify_card(station, token=token), context=self, done=self._show_card)

    def _show_card(self, found: CardVerdict) -> None:
        self.results.hide()
        self.selectAll()
        if found.person:
            self.pick(found.person, "")
        self._context.messages.said.emit(found.advice, found.state != "valid")

    def _open_first(self) -> None:
        if self.results.isVisible() and self.results.currentItem() is not None:
            self._open(self.results.currentItem())
        else:
            self._pause.stop()
            self._find()

    def _open(self, item: QListWidgetItem) -> None:
        person = item.data(_PERSON)
        if person:
            self.results.hide()
            self.pick(person, item.text())

    def pick(self, person: str, line: str) -> None:  # noqa: ARG002 - for boxes that keep who was chosen
        """Take the hit that was chosen, `line` as it was listed: open the person's page."""
        self._context.person_wanted.emit(person)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            move = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if move and self.results.isVisible():
                row = max(0, min(self.results.currentRow() + move, self.results.count() - 1))
                self.results.setCurrentRow(row)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.results.hide()
        if watched is self and event.type() is QEvent.Type.FocusOut:
            self.results.hide()
        return super().eventFilter(watched, event)
