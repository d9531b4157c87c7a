"""The units of work of late, each of which can be taken back whole."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.services import batches
from desktop.services.batches import Undone
from desktop.services.wording import action_text
from desktop.store.history import BatchLine
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view


class RecentDialog(QDialog):
    """Newest first; choose a line, take it back."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(self.tr("最近的操作"))
        self.resize(900, 520)
        self.model: SnapshotTable[BatchLine] = SnapshotTable(
            [
                Column(self.tr("时间"), lambda line: local_text(line.at), 15),
                Column(self.tr("操作"), lambda line: action_text(line.action), 16),
                Column(self.tr("条数"), lambda line: str(line.changes), 6),
                Column(self.tr("谁"), lambda line: line.user, 8),
                Column(self.tr("原因"), lambda line: line.why, 22),
                Column(self.tr("状态"), lambda line: self.tr("已撤销") if line.undone_by else "", 8),
            ]
        )
        self.view = table_view(self.model)
        self.undo = button(self.tr("撤销所选的操作…"))
        self.undo.clicked.connect(self._ask)
        self.undo.setVisible(context.station.may("undo"))
        self.said = label(self.tr("选一行，可以整批撤销；之后又改过的内容保持不变。"))
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(self.undo)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.addLayout(row)
        box.addWidget(self.view, 1)
        self.refresh()

    def refresh(self) -> None:
        """Read the operations again."""

        def shown(lines: list[BatchLine]) -> None:
            self.model.show_rows([line for line in lines if line.changes])

        self._context.read(batches.recent_batches, context=self, done=shown)

    def _ask(self) -> None:
        index = self.view.currentIndex()
        if not index.isValid():
            self.said.setText(self.tr("请先在下面选一行"))
            return
        line = self.model.rows[index.row()]
        text = self.tr("撤销 {0} 的“{1}”，共 {2} 条？").format(
            local_text(line.at), action_text(line.action), line.changes
        )
        if not self._context.messages.ask(self, text, yes=self.tr("撤销"), no=self.tr("不撤销")):
            return

        def done(undone: Undone) -> None:
            kept = self.tr("，{0} 条之后又改过，保持不变").format(len(undone.kept)) if undone.kept else ""
            self.said.setText(self.tr("已撤销 {0} 条{1}").format(undone.restored, kept))
            self.refresh()

        def failed(error: BaseException) -> None:
            self.said.setText(self._context.messages.words_for(error))

        self._context.write(
            lambda station, _report: batches.undo_batch(station, batch=line.id), context=self, done=done, failed=failed
        )
