"""审计: who did what when, narrowed by person, day and action; the proof to sign; what looks unusual."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QTabWidget

from desktop.domain.clock import local_text
from desktop.domain.permissions import READ_AUDIT
from desktop.services import audit, giving
from desktop.services.audit import AuditFilter, Unusual
from desktop.services.peers import write_safely
from desktop.services.station import Station
from desktop.store.privacy import Deed, GivenLine
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.people.past_dialog import day_editor, day_of
from desktop.views.table import Column, SnapshotTable, table_view

_WEEK = timedelta(days=7)
Answer = tuple[list[Deed], list[Unusual], list[GivenLine], list[str], str]


class AuditPage(Page):
    """Three lists: deeds, unusual access, what was given away."""

    topics = ("access_note", "export_note")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("审计"))
        self.proof = button(self.tr("打印审计证明…"), primary=True)
        self.proof.clicked.connect(self._ask_where)
        self.head.addWidget(self.proof)
        today = context.station.today()
        self.since, self.until = day_editor(today - _WEEK), day_editor(today)
        self.user, self.action = QComboBox(), QComboBox()
        self.user.addItem(self.tr("所有人"), "")
        self.action.addItem(self.tr("所有操作"), "")
        self.counts, self.signed = label(name="quiet"), label(name="quiet")
        self.deeds: SnapshotTable[Deed] = SnapshotTable([
            Column(self.tr("时间"), lambda one: local_text(one.at), 16),
            Column(self.tr("使用人"), lambda one: one.user, 10),
            Column(self.tr("操作"), lambda one: audit.action_name(one.action), 18),
            Column(self.tr("人员编号"), lambda one: one.about, 18),
            Column(self.tr("数量"), lambda one: str(one.count), 6),
            Column(self.tr("第二人"), lambda one: one.second, 10),
            Column(self.tr("说明"), lambda one: one.detail, 30),
        ])  # fmt: skip
        self.unusual: SnapshotTable[Unusual] = SnapshotTable([
            Column(self.tr("日期"), lambda one: one.day, 12),
            Column(self.tr("使用人"), lambda one: one.user, 10),
            Column(self.tr("情况"), lambda one: one.what, 20),
            Column(self.tr("次数"), lambda one: str(one.count), 6),
            Column(self.tr("说明"), lambda one: one.detail, 40),
        ])  # fmt: skip
        self.given: SnapshotTable[GivenLine] = SnapshotTable([
            Column(self.tr("时间"), lambda one: local_text(one.at), 16),
            Column(self.tr("经办人"), lambda one: one.user, 10),
            Column(self.tr("内容"), lambda one: one.what, 16),
            Column(self.tr("人数"), lambda one: str(one.people), 6),
            Column(self.tr("提供给谁"), lambda one: one.recipient, 18),
            Column(self.tr("用途"), lambda one: one.purpose, 20),
            Column(self.tr("依据"), lambda one: one.basis, 24),
            Column(self.tr("第二人"), lambda one: one.second, 10),
        ])  # fmt: skip
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for one in (self.since, label(self.tr("至")), self.until, self.user, self.action):
            line.addWidget(one)
        line.addStretch(1)
        self.body.addLayout(line)
        self.body.addWidget(self.counts)
        self.body.addWidget(self.signed)
        self.tabs = QTabWidget()
        self.tabs.addTab(table_view(self.deeds), self.tr("操作记录"))
        self.tabs.addTab(table_view(self.unusual), self.tr("异常访问"))
        self.tabs.addTab(table_view(self.given), self.tr("对外提供"))
        self.body.addWidget(self.tabs, 1)
        for box in (self.user, self.action):
            box.activated.connect(lambda _place: self.refresh())
        for editor in (self.since, self.until):
            editor.dateChanged.connect(lambda _day: self.refresh())

    def refresh(self) -> None:
        """Read the lists again as narrowed."""
        if not self.context.station.may(READ_AUDIT):
            return
        wanted = AuditFilter(
            str(self.user.currentData() or ""), day_of(self.since), day_of(self.until),
            str(self.action.currentData() or ""),
        )  # fmt: skip

        def read(station: Station) -> Answer:
            return (
                audit.deeds(station, wanted=wanted), audit.unusual(station), giving.given_out(station),
                audit.doers(station), audit.signed_text(station, audit.signed(station)),
            )  # fmt: skip

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        deeds, unusual, given, doers, signed = answer
        self.signed.setText(signed)
        self.deeds.show_rows(deeds)
        self.unusual.show_rows(unusual)
        self.given.show_rows(given)
        for name in doers:
            if self.user.findData(name) < 0:
                self.user.addItem(name, name)
        for one in deeds:
            if self.action.findData(one.action) < 0:
                self.action.addItem(audit.action_name(one.action), one.action)
        self.counts.setText(
            self.tr("操作 {0} 条，近 30 天异常 {1} 条，对外提供 {2} 次").format(len(deeds), len(unusual), len(given))
        )

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("审计证明"), self.tr("审计证明.pdf"), "*.pdf")
        if name:
            self.print_proof(Path(name))

    def print_proof(self, path: Path) -> None:
        """Write the proof to a file."""
        self.context.runner.run(
            lambda report: write_safely(path, audit.proof_pdf(self.context.station, report=report)),
            context=self,
            done=lambda _nothing: self.context.messages.inform(self.tr("审计证明已写好：{0}").format(path.name)),
            failed=self.context.messages.show_error,
        )
