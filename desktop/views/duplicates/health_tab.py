"""数据体检: each community's score, and each rule with its people one key away."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.services import health
from desktop.services.health import CommunityHealth, Problem
from desktop.views.context import AppContext
from desktop.views.page import label
from desktop.views.table import Column, SnapshotTable, table_view

_HEIGHT = 180


class HealthTab(QWidget):
    """Communities above, the poorest first; the problems of the one chosen below."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.model: SnapshotTable[CommunityHealth] = SnapshotTable(
            [
                Column(self.tr("社区"), lambda one: one.name, 16),
                Column(self.tr("人数"), lambda one: str(one.people), 8),
                Column(self.tr("得分"), lambda one: str(one.score), 8),
                Column(
                    self.tr("先做这三件"),
                    lambda one: "；".join(f"{fix.rule.label} {fix.count}" for fix in one.next_best),
                    50,
                ),
            ]
        )
        self.view = table_view(self.model)
        self.view.setMaximumHeight(_HEIGHT)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_problems())
        self.problems: SnapshotTable[Problem] = SnapshotTable(
            [
                Column(self.tr("问题"), lambda one: one.rule.label, 20),
                Column(self.tr("人数"), lambda one: str(one.count), 8),
                Column(self.tr("权重"), lambda one: str(one.rule.weight), 8),
                Column(self.tr("怎么算的"), lambda one: one.rule.how, 50),
            ]
        )
        self.below = table_view(self.problems)
        self.below.activated.connect(lambda index: self.open_list(index.row()))
        box = QVBoxLayout(self)
        box.addWidget(self.view)
        box.addWidget(label(self.tr("按回车列出这些人，逐个补正。"), name="quiet"))
        box.addWidget(self.below, 1)

    def refresh(self) -> None:
        """Judge the data again."""
        self._context.read(health.health_report, context=self, done=self._show)

    def _show(self, found: list[CommunityHealth]) -> None:
        self.model.show_rows(found)
        if found:
            self.view.selectRow(0)
        self._show_problems()

    def _show_problems(self) -> None:
        place = self.view.currentIndex().row()
        self.problems.show_rows(self.model.rows[place].problems if 0 <= place < len(self.model.rows) else [])

    def open_list(self, place: int) -> None:
        """List the people of a problem."""
        one = self.problems.rows[place]
        self._context.people_wanted.emit(one.rule.label, list(one.people))
