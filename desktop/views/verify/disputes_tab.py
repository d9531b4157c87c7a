"""Disputed items that wait: taken or left, one after the other; and how far verifying has come."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.services import verification
from desktop.services.verification import KEEP_GIVEN, STATE_NAMES, TAKE_ANSWER
from desktop.store.verification import OpenItem
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

Row = tuple[str, dict[str, int]]


class DisputesTab(QWidget):
    """Everything to be settled, oldest first."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.model: SnapshotTable[OpenItem] = SnapshotTable(
            [
                Column(self.tr("日期"), lambda one: one.done_on, 11),
                Column(self.tr("姓名"), lambda one: one.name, 9),
                Column(self.tr("项目"), lambda one: verification.item_label(one.field), 12),
                Column(self.tr("企业所报"), lambda one: one.given, 18),
                Column(self.tr("本人答复"), lambda one: one.answer, 18),
                Column(self.tr("依据"), lambda one: one.evidence, 14),
            ]
        )
        self.view = table_view(self.model)
        self.view.activated.connect(lambda index: context.person_wanted.emit(self.model.rows[index.row()].person))
        self.take = button(self.tr("采用本人答复"), primary=True)
        self.take.clicked.connect(lambda _on=False: self.decide(TAKE_ANSWER))
        self.keep = button(self.tr("维持企业所报"))
        self.keep.clicked.connect(lambda _on=False: self.decide(KEEP_GIVEN))
        self.empty = label(self.tr("没有待处理的异议。核对时选“待查证”的项目会出现在这里。"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.keep)
        row.addWidget(self.take)
        box = QVBoxLayout(self)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addLayout(row)

    def refresh(self) -> None:
        """Read what is open."""
        self._context.read(verification.disputes, context=self, done=self._show)

    def _show(self, found: list[OpenItem]) -> None:
        self.model.show_rows(found)
        self.empty.setVisible(not found)
        if found:
            self.view.selectRow(0)

    def decide(self, decision: str) -> None:
        """Decide the item chosen."""
        place = self.view.currentIndex().row()
        if not 0 <= place < len(self.model.rows):
            self._context.messages.said.emit(self.tr("请先选一项异议"), True)
            return
        item = self.model.rows[place].id
        self._context.write(
            lambda station, _report: verification.decide_item(station, item=item, decision=decision),
            context=self,
            done=lambda _changes: self._context.messages.inform(self.tr("已处理")),
        )


class ProgressTab(QWidget):
    """Counts by community, enterprise, building or roster."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.by = QComboBox()
        for key, text in (
            ("community", self.tr("按社区")), ("enterprise", self.tr("按原单位")), ("building", self.tr("按楼栋")),
            ("batch", self.tr("按导入的名册")),
        ):  # fmt: skip
            self.by.addItem(text, key)
        self.by.currentIndexChanged.connect(lambda _place: self.refresh())
        columns: list[Column[Row]] = [Column(self.tr("名称"), lambda row: row[0], 22)]
        columns += [self._count(key, text) for key, text in STATE_NAMES.items()]
        columns.append(Column(self.tr("完成"), lambda row: f"{row[1]['done'] / (sum(row[1].values()) or 1):.0%}", 8))
        self.model: SnapshotTable[Row] = SnapshotTable(columns)
        box = QVBoxLayout(self)
        box.addWidget(self.by)
        box.addWidget(table_view(self.model), 1)

    def _count(self, key: str, text: str) -> Column[Row]:
        return Column(text, lambda row: str(row[1][key]), 10)

    def refresh(self) -> None:
        """Count again."""
        by = str(self.by.currentData())
        self._context.read(
            lambda station: verification.progress(station, by=by),
            context=self,
            done=lambda found: self.model.show_rows(list(found.items())),
        )
