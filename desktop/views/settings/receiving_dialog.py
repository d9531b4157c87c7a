"""接收地判定: what the rule proposes for people without a community, applied in one step."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.receiving import Verdict
from desktop.services import orgs, receiving
from desktop.services.receiving import Proposal, Proposals
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_WORDS = {Verdict.FOUND: "可判定", Verdict.OUTSIDE: "不归本辖区", Verdict.UNKNOWN: "认不出"}


class ReceivingDialog(ListDialog[Proposal]):
    """People without a community, with the proposal, its basis and why."""

    topics = ("person", "org", "org_alias")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self._names: dict[str, str] = {}
        self.setWindowTitle(self.tr("判定接收社区"))
        self._proposals = Proposals(())
        self.add_button(self.tr("人工指定…"), self.assign)
        self.apply_button = self.add_button(self.tr("按结果归到社区"), self.apply, primary=True)

    def refresh(self) -> None:
        """Read what the rule proposes again."""

        def read(station: Station) -> tuple[Proposals, dict[str, str]]:
            tree = orgs.org_tree(station)
            return receiving.propose(station), {code: unit.name for code, unit in tree.units.items()}

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: tuple[Proposals, dict[str, str]]) -> None:
        self._proposals, self._names = answer
        found, lines = self._proposals, self._proposals.lines
        self.said.setText(
            self.tr("{0} 人还没有社区：可判定 {1} 人，不归本辖区 {2} 人，认不出 {3} 人。").format(
                len(lines), len(found.changes), len(found.of(Verdict.OUTSIDE)), len(found.of(Verdict.UNKNOWN))
            )
        )
        self.apply_button.setEnabled(bool(found.changes))
        self.show_rows(lines)

    def apply(self) -> None:
        """Give everybody the community proposed, after a question."""
        moves = self._proposals.changes
        text = self.tr("把 {0} 人归到判定的社区？可在变更历史中整批撤销。").format(len(moves))
        if self.context.messages.ask(self, text, yes=self.tr("归到社区"), no=self.tr("先不归")):
            self.write(lambda station: receiving.apply_proposals(station, proposals=moves))

    def assign(self) -> ActionDialog | None:
        """Ask for the community of the person chosen, and why."""
        line = self.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return receiving.assign_by_hand(station, people=[line.person], **answers)

        asks = [Ask("org", self.tr("社区"), choices=self._names), Ask("why", self.tr("理由"))]
        return self.ask(Action(self.tr("人工指定“{0}”的社区").format(line.name), self.tr("指定"), asks, act))

    def columns(self) -> list[Column[Proposal]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("姓名"), lambda one: one.name, 9),
            Column(self.tr("结果"), lambda one: _WORDS[one.found.verdict], 11),
            Column(self.tr("归到"), lambda one: self._names.get(one.found.org, one.found.org), 16),
            Column(self.tr("接收依据"), _basis, 12),
            Column(self.tr("说明"), lambda one: one.found.why, 50),
        ]

    def rows(self, station: Station) -> Sequence[Proposal]:
        """Return what the rule proposes."""
        return receiving.propose(station).lines


def _basis(line: Proposal) -> str:
    return code_list("assign_basis").label_of(line.found.basis) if line.found.basis else ""
