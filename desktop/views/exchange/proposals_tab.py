"""提议: what other units think of our people, side by side with what stands; accepted, or not with the reason."""

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.services import proposals
from desktop.services.proposals import Proposal, ProposedField
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.table import Column, SnapshotTable, table_view


@dataclass(frozen=True, slots=True)
class _Row:
    """One field of a proposal, a line of the table."""

    proposal: Proposal
    field: ProposedField


class ProposalsTab(QWidget):
    """A line a field: base, ours, proposed, by whom; two buttons for the whole proposal."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.dialog: ActionDialog | None = None
        self.lines: SnapshotTable[_Row] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.proposal.name, 8),
                Column(self.tr("项目"), lambda one: f"{one.proposal.kind}　{one.field.label}", 14),
                Column(self.tr("原来"), lambda one: one.field.base, 14),
                Column(self.tr("本库的值"), lambda one: one.field.ours, 15),
                Column(self.tr("提议的值"), lambda one: one.field.proposed, 15),
                Column(self.tr("谁、何时"), lambda one: _who(one.proposal), 20),
                Column(self.tr("答复"), lambda one: _state(one.proposal), 16),
            ]
        )
        self.view = table_view(self.lines)
        self.empty = label(
            self.tr("没有提议。别的单位改了归本单位管理的人，会列在这里，由您决定采纳还是不采纳。"), name="quiet"
        )
        self.accept = button(self.tr("采纳"), primary=True)
        self.accept.clicked.connect(self.accept_current)
        self.reject = button(self.tr("不采纳…"))
        self.reject.clicked.connect(self.reject_current)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.reject)
        row.addWidget(self.accept)
        box = QVBoxLayout(self)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addLayout(row)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._set_state())
        self._set_state()

    def refresh(self) -> None:
        """Read the list again."""
        self.context.read(proposals.list_proposals, context=self, done=self._show)

    def _show(self, found: list[Proposal]) -> None:
        self.lines.show_rows([_Row(one, field) for one in found for field in one.fields])
        self.empty.setVisible(not found)
        if found:
            self.view.selectRow(0)
        self._set_state()

    def _current(self) -> Proposal | None:
        index = self.view.currentIndex()
        return self.lines.rows[index.row()].proposal if index.isValid() else None

    def _set_state(self) -> None:
        one = self._current()
        may = one is not None and one.may_answer
        self.accept.setEnabled(may)
        self.reject.setEnabled(may)

    def accept_current(self) -> None:
        """Make the chosen proposal our own write."""
        one = self._current()
        if one is None or not one.may_answer:
            return

        def done(_changes: Changes) -> None:
            self.context.messages.inform(self.tr("已采纳。答复随下一个数据包发给提议的单位。"))
            self.refresh()

        self.context.write(
            lambda station, _report: proposals.accept_proposal(station, proposal=one.id), context=self, done=done
        )

    def reject_current(self) -> ActionDialog | None:
        """Ask why the chosen proposal is not taken."""
        one = self._current()
        if one is None or not one.may_answer:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return proposals.reject_proposal(station, proposal=one.id, why=answers["why"])

        self.dialog = ActionDialog(
            self.context,
            Action(
                self.tr("不采纳 {0} 对 {1} 的提议").format(one.org, one.name), self.tr("不采纳"),
                [Ask("why", self.tr("原因"), hint=self.tr("例如 已上门核实，现住址没有变"))], act,
                note=self.tr("本库的内容不变；原因随下一个数据包告诉对方。"),
            ),
            parent=self,
        )  # fmt: skip
        self.dialog.accepted.connect(self.refresh)
        self.dialog.open()
        return self.dialog


def _who(one: Proposal) -> str:
    return f"{one.org} {one.user}　{one.at}"


def _state(one: Proposal) -> str:
    return f"{one.state}：{one.why}" if one.why else one.state
