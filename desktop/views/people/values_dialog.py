"""The values one field has held: since when, by whom, why and from which file."""

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS
from desktop.services import timeline
from desktop.services.timeline import FieldValue
from desktop.views.context import AppContext
from desktop.views.page import label
from desktop.views.table import Column, SnapshotTable, table_view


class ValuesDialog(QDialog):
    """A list, newest first; Escape closes it."""

    def __init__(
        self, context: AppContext, *, person: str, key: str, parent: QWidget, kind: str = "person", record: str = ""
    ) -> None:
        super().__init__(parent)
        name = KINDS[kind].field(key).label
        self.setWindowTitle(self.tr("历次值：{0}").format(name))
        self.resize(860, 400)
        self.model: SnapshotTable[FieldValue] = SnapshotTable(
            [
                Column(self.tr("从何时起"), lambda one: local_text(one.since), 15),
                Column(self.tr("值"), lambda one: one.text or self.tr("（空）"), 24),
                Column(self.tr("说明"), self._mark, 8),
                Column(self.tr("谁"), lambda one: f"{one.user}（{one.org}）" if one.org else one.user, 12),
                Column(self.tr("原因"), lambda one: one.why, 14),
                Column(self.tr("来源"), lambda one: one.source, 16),
            ]
        )
        self.count = label(name="quiet")
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.addWidget(self.count)
        box.addWidget(table_view(self.model), 1)
        context.read(
            lambda station: timeline.values_over_time(station, person=person, key=key, kind=kind, record=record),
            context=self,
            done=self._show,
        )

    def _show(self, values: list[FieldValue]) -> None:
        self.model.show_rows(values)
        self.count.setText(
            self.tr("共 {0} 次，最新的在上面").format(len(values)) if values else self.tr("这一项还没有填过")
        )

    def _mark(self, one: FieldValue) -> str:
        if one.set_aside:
            return self.tr("未采用")
        if one.undone:
            return self.tr("已撤销")
        return self.tr("现在") if one.is_current else ""
