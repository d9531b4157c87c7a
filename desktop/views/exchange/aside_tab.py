"""搁置: what was refused or left out; taken in later or dropped."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.services import quarantine
from desktop.services.quarantine import AsideLine, Taken
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view


class AsideTab(QWidget):
    """A list, and two things to do with a line."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.lines: SnapshotTable[AsideLine] = SnapshotTable(
            [
                Column(self.tr("时间"), lambda one: local_text(one.at), 14),
                Column(self.tr("来自"), lambda one: one.org, 14),
                Column(self.tr("姓名"), lambda one: one.name, 9),
                Column(self.tr("内容"), lambda one: one.what, 34),
                Column(self.tr("原因"), lambda one: one.reason, 34),
            ]
        )
        self.view = table_view(self.lines)
        self.empty = label(self.tr("没有搁置的条目。合并时放在一边的、按规定不收的，都列在这里。"), name="quiet")
        self.take = button(self.tr("收进登记库"))
        self.take.clicked.connect(self.take_current)
        self.drop = button(self.tr("不要了，划掉"))
        self.drop.clicked.connect(self.drop_current)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.drop)
        row.addWidget(self.take)
        box = QVBoxLayout(self)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addLayout(row)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._set_state())
        self._set_state()

    def refresh(self) -> None:
        """Read the list again."""
        self.context.read(quarantine.put_aside_lines, context=self, done=self._show)

    def _show(self, lines: list[AsideLine]) -> None:
        self.lines.show_rows(lines)
        self.empty.setVisible(not lines)
        if lines:
            self.view.selectRow(0)
        self._set_state()

    def _current(self) -> AsideLine | None:
        index = self.view.currentIndex()
        return self.lines.rows[index.row()] if index.isValid() else None

    def _set_state(self) -> None:
        one = self._current()
        self.drop.setEnabled(one is not None)
        self.take.setEnabled(one is not None and one.may_take)

    def take_current(self) -> None:
        """Take the chosen item in, with what waits behind it."""
        one = self._current()
        if one is None:
            return

        def done(taken: Taken) -> None:
            text = self.tr("收进 {0} 项").format(taken.taken)
            self.context.messages.inform(text if not taken.refused else self.tr("{0}，其余不能收").format(text))
            self.refresh()

        self.context.write(lambda station, _report: quarantine.take_in(station, ids=[one.id]), context=self, done=done)

    def drop_current(self) -> None:
        """Throw the chosen item away, after a question."""
        one = self._current()
        if one is None:
            return
        question = self.tr("划掉以后这项改动就不会收进来了。划掉吗？")
        if self.context.messages.ask(self, question, yes=self.tr("划掉"), no=self.tr("先留着")):
            self.context.write(
                lambda station, _report: quarantine.drop(station, ids=[one.id], why="经办人划掉"),
                context=self,
                done=lambda _changes: self.refresh(),
            )
