"""The history of a person: every change, narrowed by field and text, taken back one by one or by the batch."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS, Kind
from desktop.domain.fields import Value
from desktop.services import batches, timeline
from desktop.services.batches import Undone
from desktop.services.timeline import OneUndo, OneUndone
from desktop.services.wording import source_text
from desktop.store.history import HistoryLine
from desktop.views.context import AppContext
from desktop.views.field_text import field_text, without_numbers
from desktop.views.page import button
from desktop.views.people.reason_dialog import ReasonDialog
from desktop.views.people.values_dialog import ValuesDialog
from desktop.views.table import Column, SnapshotTable, table_view


def line_label(line: HistoryLine) -> str:
    """Return which field a line of history is about."""
    kind = KINDS[line.kind]
    if not line.field:
        return f"{kind.label}：删除"
    prefix = "" if line.kind == "person" else f"{kind.label}·"
    return prefix + kind.field(line.field).label


class HistoryTab(QWidget):
    """Lines of history, newest first."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.person = ""
        self._lines: list[HistoryLine] = []
        self.model: SnapshotTable[HistoryLine] = SnapshotTable(
            [
                Column(self.tr("时间"), lambda line: local_text(line.at), 13),
                Column(self.tr("项目"), line_label, 20),
                Column(self.tr("原来"), lambda line: _side(line, line.old), 16),
                Column(self.tr("改为"), self._new_side, 18),
                Column(self.tr("谁"), lambda line: line.user, 8),
                Column(self.tr("原因"), lambda line: line.why, 16),
                Column(self.tr("来源"), lambda line: source_text(line.source), 16),
            ]
        )
        self.view = table_view(self.model)
        self.view.activated.connect(lambda _index: self._show_values())
        self.field = QComboBox()
        self.field.addItem(self.tr("全部项目"), "")
        self.field.currentIndexChanged.connect(lambda _place: self._narrow())
        self.text = QLineEdit()
        self.text.setClearButtonEnabled(True)
        self.text.setPlaceholderText(self.tr("含有文字：值、原因、谁、来源"))
        self.text.textChanged.connect(lambda _text: self._narrow())
        self.values = button(self.tr("历次值"))
        self.values.clicked.connect(self._show_values)
        self.undo_one = button(self.tr("只撤销这一项"))
        self.undo_one.clicked.connect(self._ask_to_undo_one)
        self.undo = button(self.tr("撤销所选的这批改动…"))
        self.undo.clicked.connect(self._ask_to_undo)
        self.undo.setVisible(context.station.may("undo"))
        row = QHBoxLayout()
        row.addWidget(self.field)
        row.addWidget(self.text, 1)
        for one in (self.values, self.undo_one, self.undo):
            row.addWidget(one)
        box = QVBoxLayout(self)
        box.addLayout(row)
        box.addWidget(self.view, 1)

    def show_lines(self, person: str, lines: Sequence[HistoryLine]) -> None:
        """Show a person's history; the filters stay while it is the same person."""
        if person != self.person:
            self.text.clear()
            self.field.setCurrentIndex(0)
        self.person = person
        self._lines = [line for line in lines if _is_readable(line)]
        chosen = self.field.currentData()
        self.field.blockSignals(True)
        while self.field.count() > 1:
            self.field.removeItem(1)
        for text in dict.fromkeys(line_label(line) for line in self._lines):
            self.field.addItem(text, text)
        self.field.setCurrentIndex(max(self.field.findData(chosen), 0))
        self.field.blockSignals(False)
        self._narrow()

    def _narrow(self) -> None:
        chosen, text = self.field.currentData(), self.text.text().strip()
        self.model.show_rows(
            [
                line
                for line in self._lines
                if (not chosen or line_label(line) == chosen) and (not text or text in self._words(line))
            ]
        )

    def _words(self, line: HistoryLine) -> str:
        return " ".join(column.text(line) for column in self.model.columns)

    def _new_side(self, line: HistoryLine) -> str:
        marks = self.tr("（未采用）") if line.set_aside else self.tr("（已撤销）") if line.undone else ""
        return _side(line, line.new) + marks

    def _current(self) -> HistoryLine | None:
        index = self.view.currentIndex()
        if index.isValid():
            return self.model.rows[index.row()]
        self.context.messages.said.emit(self.tr("请先在下面选一行改动"), True)
        return None

    def _show_values(self) -> None:
        line = self._current()
        if line is not None and line.field:
            record = "" if line.kind == "person" else line.record
            ValuesDialog(
                self.context, person=self.person, kind=line.kind, key=line.field, record=record, parent=self
            ).open()

    def _ask_to_undo(self) -> None:
        line = self._current()
        if line is None:
            return
        question = self.tr("撤销 {0} 由{1}做的这批改动？同一批里其他人的改动也会一起撤销。").format(
            local_text(line.at), line.user
        )
        if self.context.messages.ask(self, question, yes=self.tr("撤销"), no=self.tr("不撤销")):
            self.undo_batch(line.batch)

    def undo_batch(self, batch: str) -> None:
        """Take a batch back; what was changed since stays and is counted."""

        def done(undone: Undone) -> None:
            kept = self.tr("，{0} 条之后又改过，保持不变").format(len(undone.kept)) if undone.kept else ""
            self.context.messages.inform(self.tr("已撤销 {0} 条{1}").format(undone.restored, kept))

        self.context.write(lambda station, _report: batches.undo_batch(station, batch=batch), context=self, done=done)

    def _ask_to_undo_one(self) -> None:
        line = self._current()
        if line is not None:
            self.context.read(
                lambda station: timeline.preview_undo_one(station, line=line),
                context=self,
                done=lambda found: self._confirm_one(line, found),
            )

    def _confirm_one(self, line: HistoryLine, found: OneUndo) -> None:
        old = found.old_text or self.tr("空")
        if found.is_changed_since:
            text = self.tr("“{0}”之后又改过，现在是“{1}”。仍要改回“{2}”的，请写明原因。").format(
                found.label, found.now_text or self.tr("空"), old
            )
            self.reason = ReasonDialog(
                text, yes=self.tr("仍要改回"), given=lambda why: self._undo_one(line, why, anyway=True), parent=self
            )
            self.reason.open()
            return
        text = self.tr("只把“{0}”改回“{1}”？同一批的其他改动不动。").format(found.label, old)
        if self.context.messages.ask(self, text, yes=self.tr("撤销这一项"), no=self.tr("不撤销")):
            self._undo_one(line, self.tr("撤销一项"), anyway=False)

    def _undo_one(self, line: HistoryLine, why: str, *, anyway: bool) -> None:
        def done(undone: OneUndone) -> None:
            self.context.messages.inform(self.tr("已撤销：{0}").format(undone.label))

        self.context.write(
            lambda station, _report: timeline.undo_one(station, line=line, why=why, anyway=anyway),
            context=self,
            done=done,
        )


def _is_readable(line: HistoryLine) -> bool:
    """Return False for the links between records, which say nothing to people."""
    return not line.field or KINDS[line.kind].field(line.field).kind is not Kind.RECORD


def _side(line: HistoryLine, value: Value) -> str:
    return without_numbers(field_text(KINDS[line.kind].field(line.field), value)) if line.field else ""
