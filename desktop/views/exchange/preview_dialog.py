"""Looking through a package before it is merged: what is new, changed, in conflict; single items left out."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.progress import Report
from desktop.services import exchange, merge_items, merges
from desktop.services.exchange import MergePreview, MergeResult
from desktop.services.merge_items import MergeItem, What
from desktop.services.slips import counts_text
from desktop.services.station import Station
from desktop.sync.brakes import Brakes
from desktop.sync.merge import Key
from desktop.views.asking import ask_number
from desktop.views.context import AppContext
from desktop.views.page import button, label, resize_within_screen
from desktop.views.table import Column, SnapshotTable, table_view


@dataclass(frozen=True, slots=True)
class Looked:
    """A preview with its items."""

    preview: MergePreview
    items: list[MergeItem]
    brakes: Brakes | None = None  # so many changes that a number must be typed


def look(station: Station, preview: MergePreview) -> Looked:
    """Return a preview with its items."""
    return Looked(preview, merge_items.items_of(station, preview), merges.brakes_of(station, preview))


class PreviewDialog(QDialog):
    """Shows one package and merges it when the clerk says so."""

    merged = Signal(object)  # MergeResult

    def __init__(self, context: AppContext, looked: Looked, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.looked = looked
        self.left_out: set[Key] = set()
        self.setWindowTitle(self.tr("合并预览"))
        resize_within_screen(self, 1080, 620)
        self.head = label(name="title")
        self.warning = label()
        self.items: SnapshotTable[MergeItem] = SnapshotTable(
            [
                Column(self.tr("结果"), self._what_text, 9),
                Column(self.tr("姓名"), lambda one: one.name, 10),
                Column(self.tr("类别"), lambda one: one.kind, 10),
                Column(self.tr("内容"), lambda one: one.text, 70),
            ]
        )
        self.view = table_view(self.items)
        self.view.setWordWrap(True)
        self.toggle = button(self.tr("放在一边／收回（空格）"))
        self.toggle.clicked.connect(self.toggle_current)
        QShortcut(QKeySequence("Space"), self.view, self.toggle_current)
        self.cancel = button(self.tr("先不合并"))
        self.cancel.clicked.connect(self.reject)
        self.go = button(self.tr("合并"), primary=True)
        self.go.clicked.connect(self.merge)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.toggle)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.go)
        box = QVBoxLayout(self)
        box.setSpacing(10)
        box.addWidget(self.head)
        box.addWidget(self.warning)
        box.addWidget(self.view, 1)
        box.addLayout(row)

    def _show(self) -> None:
        preview = self.looked.preview
        self.head.setText(self.tr("{0}　第 {1} 个数据包").format(preview.peer.name, preview.manifest.seq))
        words = [counts_text(preview.plan.counts)]
        if preview.is_new_epoch:
            words.insert(0, self.tr("注意：对方恢复过备份或换了电脑，请先打电话核实再合并。"))
        if self.looked.brakes is not None:
            words.insert(0, self.tr("注意：改动异常多（{0}），请先核实。").format(self.looked.brakes.text))
        if preview.held or preview.already:
            words.insert(0, preview.held or preview.already)
        self.warning.setText("\n".join(words))
        self.go.setEnabled(not preview.held and not preview.already)
        self.items.show_rows(self.looked.items)
        if self.looked.items:
            self.view.selectRow(0)
        self.view.setFocus()

    def _what_text(self, one: MergeItem) -> str:
        return What.LEFT_OUT.value if one.key in self.left_out else one.what.value

    def toggle_current(self) -> None:
        """Leave the chosen item out, or take it back: it waits in quarantine and is not lost."""
        index: QModelIndex = self.view.currentIndex()
        if not index.isValid():
            return
        one = self.items.rows[index.row()]
        if one.what in {What.REJECTED, What.LEFT_OUT}:
            return
        self.left_out ^= {one.key}
        self.items.dataChanged.emit(index.siblingAtColumn(0), index.siblingAtColumn(0))
        count = len(self.left_out)
        self.go.setText(self.tr("合并，{0} 项放在一边").format(count) if count else self.tr("合并"))

    def merge(self) -> None:
        """Merge what was shown, without what was left out."""
        preview, left_out = self.looked.preview, sorted(self.left_out)
        number = self._number_typed()
        if number is None:
            return
        self.setEnabled(False)

        def job(station: Station, report: Report) -> MergeResult:
            chosen = merges.without(station, preview, left_out=left_out) if left_out else preview
            return exchange.apply_merge(
                station, preview=chosen, accept_epoch=preview.is_new_epoch, confirmed=number, report=report
            )

        def done(result: MergeResult) -> None:
            self.merged.emit(result)
            self.accept()

        self.context.write(job, context=self, done=done, failed=self._failed)

    def _number_typed(self) -> int | None:
        """Ask for the number a mass change needs; 0 if none is needed, None if the clerk went back."""
        brakes = self.looked.brakes
        if brakes is None:
            return 0
        said = self.tr("{0}\n核实后请输入数字 {1}：").format(brakes.text, brakes.number)
        return ask_number(self, self.tr("改动异常多"), said)

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        self.context.messages.show_error(error)
        self.reject()
