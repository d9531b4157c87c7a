"""审计: who did what when, narrowed by person, day and action; the proof to sign; what looks unusual."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QTabWidget

from desktop.domain.clock import local_text
from desktop.domain.permissions import READ_AUDIT
from desktop.domain.progress import Report
from desktop.services import audit, audit_log, backups, giving
from desktop.services.audit import Unusual
from desktop.services.peers import write_safely
from desktop.services.station import Station
from desktop.store.integrity import CheckReport
from desktop.store.privacy import GivenLine
from desktop.views.audit.log_tab import LogTab
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.table import Column, SnapshotTable, table_view

Answer = tuple[list[Unusual], list[GivenLine], str]


class AuditPage(Page):
    """Three lists: deeds, unusual access, what was given away."""

    topics = ("access_note", "export_note")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("审计"))
        self.proof = button(self.tr("打印审计证明…"), primary=True)
        self.proof.clicked.connect(lambda: self._ask_where(self.tr("审计证明.pdf"), self.print_proof))
        self.head.addWidget(self.proof)
        self.check = button(self.tr("检查有没有被改动"))
        self.paper = button(self.tr("打印这份清单…"))
        self.check.clicked.connect(self.check_chain)
        self.paper.clicked.connect(lambda: self._ask_where(self.tr("审计记录.pdf"), self.print_log))
        self.head.insertWidget(self.head.count() - 1, self.check)
        self.head.insertWidget(self.head.count() - 1, self.paper)
        self.log = LogTab(context)
        self.signed = label(name="quiet")
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
        self.tabs = QTabWidget()
        self.tabs.addTab(self.log, self.tr("操作记录"))
        self.tabs.addTab(table_view(self.unusual), self.tr("异常访问"))
        self.tabs.addTab(table_view(self.given), self.tr("对外提供"))
        self.body.addWidget(self.tabs, 1)
        self.body.addWidget(self.signed)

    def refresh(self) -> None:
        """Read the lists again as narrowed."""
        if not self.context.station.may(READ_AUDIT):
            return
        self.log.refresh()

        def read(station: Station) -> Answer:
            return audit.unusual(station), giving.given_out(station), audit.signed_text(station, audit.signed(station))

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        unusual, given, signed = answer
        self.signed.setText(signed)
        self.unusual.show_rows(unusual)
        self.given.show_rows(given)
        self.tabs.setTabText(1, self.tr("异常访问（近 30 天 {0}）").format(len(unusual)))
        self.tabs.setTabText(2, self.tr("对外提供（{0}）").format(len(given)))

    def _ask_where(self, name: str, write: Callable[[Path], None]) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("打印到文件"), name, "*.pdf")
        if chosen:
            write(Path(chosen))

    def print_proof(self, path: Path) -> None:
        """Write the page to sign to a file."""
        self._write(path, lambda station, report: audit_log.proof(station, report=report))

    def print_log(self, path: Path) -> None:
        """Write the entries that pass the filters, with the page to sign behind them."""
        query = self.log.query()
        self._write(path, lambda station, report: audit_log.log_pdf(station, query=query, report=report))

    def _write(self, path: Path, make: Callable[[Station, Report], bytes]) -> None:
        self.context.runner.run(
            lambda report: write_safely(path, make(self.context.station, report)),
            context=self,
            done=lambda _nothing: self.context.messages.inform(
                self.tr("已写好：{0}。请打印、签字、存档。").format(path.name)
            ),
            failed=self.context.messages.show_error,
        )

    def check_chain(self) -> None:
        """Follow both logs from their beginning; it can be stopped beside its progress."""

        def done(found: CheckReport) -> None:
            if found.is_sound:
                text = self.tr("没有发现改动：变更记录 {0} 条，从头到尾连得上")
                self.context.messages.inform(text.format(f"{found.log_entries:,}"))
            else:
                first = "；".join(found.problems[:3])
                more = self.tr("等 {0} 处").format(len(found.problems)) if len(found.problems) > 3 else ""
                self.context.messages.said.emit(
                    self.tr("发现问题：{0}{1}。请保存审计证明并报告街道。").format(first, more), True
                )

        self.context.runner.run(
            lambda report: backups.check_store(self.context.station, report=report),
            context=self,
            done=done,
            failed=self.context.messages.show_error,
        )
