"""Frozen numbers: what was frozen, whether it is still as it was signed, and who differs since."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.progress import Report
from desktop.services import numbers, peers
from desktop.services.numbers import Comparison, Difference, Frozen
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

_HEIGHT = 170


class FrozenTab(QWidget):
    """The frozen sets above, the comparison of one of them below."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.sets: SnapshotTable[Frozen] = SnapshotTable(
            [
                Column(self.tr("名称"), lambda one: one.name, 22),
                Column(self.tr("数据日期"), lambda one: one.as_on, 11),
                Column(self.tr("在管人数"), lambda one: str(one.people), 9),
                Column(self.tr("定格人"), lambda one: one.by, 9),
                Column(self.tr("签名"), lambda one: self.tr("有效") if one.sound else self.tr("被改动过，不可用"), 14),
            ]
        )
        self.view = table_view(self.sets)
        self.view.setMaximumHeight(_HEIGHT)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._forget())
        self.other = QComboBox()
        self.compare_button = button(self.tr("逐人比较"), primary=True)
        self.compare_button.clicked.connect(self.compare)
        self.print_button = button(self.tr("打印定格表…"))
        self.print_button.clicked.connect(self._ask_where)
        line = QHBoxLayout()
        line.addWidget(label(self.tr("与下面一份比较：")))
        line.addWidget(self.other, 1)
        line.addWidget(self.compare_button)
        line.addWidget(self.print_button)
        self.said = label(name="quiet")
        self.differences: SnapshotTable[Difference] = SnapshotTable(
            [
                Column(self.tr("变化"), lambda one: one.what, 7),
                Column(self.tr("人员编号"), lambda one: one.person_no, 13),
                Column(self.tr("姓名"), lambda one: one.name, 10),
                Column(self.tr("说明"), lambda one: one.detail, 40),
            ]
        )
        self.below = table_view(self.differences)
        self.below.activated.connect(
            lambda index: context.person_wanted.emit(self.differences.rows[index.row()].person)
        )
        self.empty = label(
            self.tr("还没有定格过数字。年底请点上面的“定格今天的数字”，签名后的人数可作预算依据，以后可逐人比较。")
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        for widget in (self.empty, self.view):
            box.addWidget(widget)
        box.addLayout(line)
        box.addWidget(self.said)
        box.addWidget(self.below, 1)

    def refresh(self) -> None:
        """Read the frozen sets again."""
        self._context.read(numbers.frozen_sets, context=self, done=self._show)

    def _show(self, found: list[Frozen]) -> None:
        self.sets.show_rows(found)
        self.empty.setVisible(not found)
        self.view.setVisible(bool(found))
        self.compare_button.setEnabled(bool(found))
        self.print_button.setEnabled(bool(found))
        self.other.clear()
        self.other.addItem(self.tr("现在的登记库"), "")
        for one in found:
            self.other.addItem(self.tr("{0}（{1}）").format(one.name, one.as_on), one.id)
        if found:
            self.view.selectRow(0)

    def _forget(self) -> None:
        self.differences.show_rows([])
        self.said.setText("")

    def _current(self) -> Frozen | None:
        place = self.view.currentIndex().row()
        return self.sets.rows[place] if 0 <= place < len(self.sets.rows) else None

    def compare(self) -> None:
        """Compare the set chosen with the other one, name by name."""
        one, other = self._current(), str(self.other.currentData() or "")
        if one is None:
            self._context.messages.said.emit(self.tr("请先选一份定格数据"), True)
            return

        def done(found: Comparison) -> None:
            self.differences.show_rows(found.differences)
            self.said.setText(
                self.tr("{0}：{1} 人 → {2}：{3} 人，相差 {4} 人，下面逐人列出（共 {5} 处）").format(
                    found.older, found.before, found.newer, found.after, found.after - found.before,
                    len(found.differences),
                )
            )  # fmt: skip

        self._context.read(lambda station: numbers.compare(station, older=one.id, newer=other), context=self, done=done)

    def _ask_where(self) -> None:
        one = self._current()
        if one is None:
            return
        name, _ = QFileDialog.getSaveFileName(self, self.tr("定格表"), f"{one.name}.pdf", "*.pdf")
        if name:
            self.print_to(Path(name))

    def print_to(self, path: Path) -> None:
        """Write the certificate of the set chosen."""
        one = self._current()
        if one is None:
            return

        def job(_report: Report) -> str:
            peers.write_safely(path, numbers.frozen_pdf(self._context.station, frozen=one.id))
            return path.name

        self._context.runner.run(
            job,
            context=self,
            done=lambda name: self._context.messages.inform(self.tr("已写入 {0}").format(name)),
            failed=self._context.messages.show_error,
        )
