"""The items of one person as they are asked: marked by a key, answered in the row beneath."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.codes import code_list
from desktop.services.verification import AGREES, DISPUTED, TAKE_ANSWER, Answer, CheckSheet, Item
from desktop.views.page import label
from desktop.views.table import Column, SnapshotTable, table_view


@dataclass(slots=True)
class Asked:
    """One item and what was answered to it so far."""

    item: Item
    answer: Answer


class ItemTable(QWidget):
    """Up and down move, 1 agrees, 2 disputes and jumps to the answer, Enter goes on to the next."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model: SnapshotTable[Asked] = SnapshotTable(
            [
                Column(self.tr("项目"), lambda one: one.item.label, 12),
                Column(self.tr("企业所报"), lambda one: one.item.given, 18),
                Column(self.tr("现在登记"), lambda one: one.item.now, 18),
                Column(self.tr("结果"), lambda one: code_list("verify_result").label_of(one.answer.result), 7),
                Column(self.tr("本人答复"), lambda one: one.answer.answer, 16),
            ]
        )
        self.view = table_view(self.model)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_current())
        self.answer, self.evidence, self.decision = QLineEdit(), QLineEdit(), QComboBox()
        self.answer.setPlaceholderText(self.tr("本人怎么说"))
        self.evidence.setPlaceholderText(self.tr("依据，例如 看过身份证"))
        for code, text in code_list("verify_decision").offered.items():
            self.decision.addItem(text, code)
        self.source = label(name="quiet")
        for line in (self.answer, self.evidence):
            line.textEdited.connect(lambda _text: self._keep())
            line.returnPressed.connect(self._go_on)
        self.decision.activated.connect(lambda _place: self._keep())
        row = QHBoxLayout()
        for widget, stretch in ((self.answer, 3), (self.evidence, 2), (self.decision, 1)):
            row.addWidget(widget, stretch)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.view, 1)
        box.addWidget(self.source)
        box.addLayout(row)
        for key, result in (("1", AGREES), ("2", DISPUTED)):
            QShortcut(QKeySequence(key), self.view, lambda result=result: self.mark(result))

    def show_sheet(self, sheet: CheckSheet | None) -> None:
        """Show another person's items; what is open from before is shown as disputed."""
        before = {one.field: one for one in sheet.disputes} if sheet else {}
        rows = []
        for item in sheet.items if sheet else ():
            old = before.get(item.key)
            answer = Answer(item.key, DISPUTED, old.answer, old.evidence, "3") if old else Answer(item.key)
            rows.append(Asked(item, answer))
        self.model.show_rows(rows)
        if rows:
            self.view.selectRow(0)
        self._show_current()

    def answers(self) -> list[Answer]:
        """Return what was answered, item by item."""
        return [one.answer for one in self.model.rows]

    def current(self) -> Asked | None:
        """Return the item the cursor is on."""
        place = self.view.currentIndex().row()
        return self.model.rows[place] if 0 <= place < len(self.model.rows) else None

    def mark(self, result: str) -> None:
        """Mark the item the cursor is on; an agreeing one moves on, a disputed one asks for the answer."""
        one = self.current()
        if one is None:
            return
        key = one.item.key
        one.answer = Answer(key) if result == AGREES else Answer(key, DISPUTED, one.answer.answer, "", TAKE_ANSWER)
        self._changed()
        if result == AGREES:
            self._go_on()
        else:
            self._show_current()
            self.answer.setFocus()

    def _show_current(self) -> None:
        one = self.current()
        disputed = one is not None and one.answer.result == DISPUTED
        for widget in (self.answer, self.evidence, self.decision):
            widget.setEnabled(disputed)
        if one is None:
            return
        self.answer.setText(one.answer.answer)
        self.evidence.setText(one.answer.evidence)
        self.decision.setCurrentIndex(max(self.decision.findData(one.answer.decision), 0))
        self.source.setText(self.tr("来自 {0}").format(one.item.source) if one.item.source else "")

    def _keep(self) -> None:
        one = self.current()
        if one is not None and one.answer.result == DISPUTED:
            one.answer = Answer(
                one.item.key, DISPUTED, self.answer.text().strip(), self.evidence.text().strip(),
                str(self.decision.currentData()),
            )  # fmt: skip
            self._changed()

    def _go_on(self) -> None:
        place = self.view.currentIndex().row() + 1
        if place < len(self.model.rows):
            self.view.selectRow(place)
        self.view.setFocus()

    def _changed(self) -> None:
        place = self.view.currentIndex().row()
        last = self.model.columnCount() - 1
        self.model.dataChanged.emit(self.model.index(place, 0), self.model.index(place, last))
        self.edited.emit()
