"""待核实: one line a question; accept, correct or leave, singly or all alike at once, by keyboard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.services import reviews
from desktop.services.reviews import ACCEPT, EDIT, LEAVE, Decided, Decision, ReviewItem
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

_ONES_OWN = frozenset({"name", "id_no"})  # never corrected to one value for several people


class ReviewPanel(QWidget):
    """1 accepts, 2 goes to the correction, 3 leaves, Space takes all alike along; the next line is chosen by itself."""

    counted = Signal(int)  # rows that wait

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.model: SnapshotTable[ReviewItem] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.name, 8),
                Column(self.tr("项目"), lambda one: one.label, 10),
                Column(self.tr("名册写的"), lambda one: one.written, 18),
                Column(self.tr("建议"), lambda one: one.proposed or self.tr("照名册"), 17),
                Column(self.tr("为什么要核实"), lambda one: one.reason, 30),
                Column(self.tr("来自"), lambda one: self.tr("{0} 第 {1} 行").format(one.file, one.row), 18),
            ]
        )
        self.view = table_view(self.model)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_current())
        self.said = label()
        self.value = QLineEdit()
        self.value.setPlaceholderText(self.tr("更正为（回车保存）"))
        self.value.returnPressed.connect(lambda: self.decide(EDIT))
        self.meaning = QComboBox()
        self.meaning.activated.connect(lambda _at: self.decide(EDIT))
        self.alike = QCheckBox()
        self.alike.toggled.connect(lambda _on: self._show_current())
        self.accept = button(self.tr("采用建议（1）"), primary=True)
        self.edit = button(self.tr("更正（2）"))
        self.leave = button(self.tr("不采用（3）"))
        self.person = button(self.tr("看登记的人"))
        self.accept.clicked.connect(lambda: self.decide(ACCEPT))
        self.edit.clicked.connect(self._edit)
        self.leave.clicked.connect(lambda: self.decide(LEAVE))
        self.person.clicked.connect(lambda: self.context.person_wanted.emit(self._current_person()))
        for key, one in (("1", self.accept), ("Return", self.accept), ("2", self.edit), ("3", self.leave)):
            QShortcut(QKeySequence(key), self.view, one.click, context=Qt.ShortcutContext.WidgetShortcut)
        QShortcut(QKeySequence("Space"), self.view, self.alike.toggle, context=Qt.ShortcutContext.WidgetShortcut)
        self._lay_out()
        self._show_current()

    def _lay_out(self) -> None:
        self.empty = label(self.tr("没有待核实的行。名册里拿不准的地方会留在这里，关掉程序也不会丢。"))
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.said, 1)
        first.addWidget(self.alike)
        second.addWidget(self.person)
        second.addStretch(1)
        second.addWidget(self.value, 2)
        second.addWidget(self.meaning, 1)
        for one in (self.edit, self.leave, self.accept):
            second.addWidget(one)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addLayout(first)
        box.addLayout(second)

    def refresh(self) -> None:
        """Read what waits."""
        self.context.read(reviews.review_items, context=self, done=self._show)

    def _show(self, items: list[ReviewItem]) -> None:
        at = max(self.view.currentIndex().row(), 0)
        self.model.show_rows(items)
        self.empty.setVisible(not items)
        self.view.setVisible(bool(items))
        if items:
            self.view.selectRow(min(at, len(items) - 1))
        self._show_current()
        self.counted.emit(len({one.review for one in items}))

    def _current(self) -> ReviewItem | None:
        at = self.view.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _current_person(self) -> str:
        one = self._current()
        return one.person if one else ""

    def _show_current(self) -> None:
        one = self._current()
        for widget in (self.said, self.value, self.meaning, self.alike, self.accept, self.edit, self.leave):
            widget.setVisible(one is not None)
        self.person.setVisible(bool(one and one.person))
        if one is None:
            return
        alike = sum(other.topic == one.topic for other in self.model.rows)
        self.alike.setText(self.tr("同样的 {0} 项一起处理（空格）").format(alike))
        self.alike.setVisible(alike > 1)
        if one.is_together or not self.alike.isEnabled():
            self.alike.setChecked(one.is_together and alike > 1)
        self.alike.setEnabled(not one.is_together)
        is_name = one.is_together and not one.choices
        self.leave.setText(self.tr("照名册写的（3）") if is_name else self.tr("不采用（3）"))
        self.value.clear()
        self.value.setVisible(not one.choices)
        self.meaning.setVisible(bool(one.choices))
        self.meaning.clear()
        self.meaning.setEditable(_is_a_name(one))  # none of them: type it
        self.meaning.addItems(list(one.choices))
        self.accept.setText(self.tr("采用建议（1）") if one.proposed else self.tr("照名册收下（1）"))
        proposal = self.tr("建议：{0}").format(one.proposed) if one.proposed else self.tr("采用就是照名册写的收下")
        self.said.setText(self.tr("{0}：{1}。{2}").format(one.name, one.reason, proposal))

    def _edit(self) -> None:
        """Take what was typed or chosen; with nothing typed, go where it is typed."""
        if self.meaning.isVisible():
            self.meaning.setFocus()
            self.meaning.showPopup()
        elif self.value.text().strip():
            self.decide(EDIT)
        else:
            self.value.setFocus()

    def decide(self, verdict: str) -> None:
        """Decide the chosen question, or all alike with it."""
        one = self._current()
        if one is None:
            return
        one_by_one = verdict == EDIT and one.field in _ONES_OWN and (not one.choices or _is_a_name(one))
        together = self.alike.isChecked() and self.alike.isVisible() and not one_by_one
        chosen = [other for other in self.model.rows if other.topic == one.topic] if together else [one]
        typed = self.meaning.currentText() if one.choices else self.value.text().strip()
        value = typed if verdict == EDIT else ""
        decisions = [Decision(other.review, other.number, verdict, value) for other in chosen]
        self.context.write(
            lambda station, report: reviews.decide(station, decisions=decisions, report=report),
            context=self,
            done=self._decided,
        )
        self.view.setFocus()

    def _decided(self, done: Decided) -> None:
        self.alike.setChecked(False)
        self.refresh()
        if done.failed:
            self.context.messages.inform(self.tr("{0} 行还不能收：{1}").format(len(done.failed), done.failed[0]))


def _is_a_name(one: ReviewItem) -> bool:
    """Return True if the answers are candidates for one person's name, which is nobody else's."""
    return one.field == "name" and one.proposed in one.choices
