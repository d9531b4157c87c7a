"""异动台账: what changed in a period, by community and kind, on screen, paper and in a file."""

from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout

from desktop.domain.dictionary import PERSON_RECORDS
from desktop.domain.progress import Report
from desktop.services import giving, ledger, register
from desktop.services.ledger import Ledger, LedgerLine
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.ledger.recent_dialog import RecentDialog
from desktop.views.page import Page, button, label
from desktop.views.people.past_dialog import day_editor, day_of
from desktop.views.table import Column, SnapshotTable, table_view

_WIDTHS = (6, 11, 9, 13, 15, 17, 17, 15, 9)


def period(name: str, today: date) -> tuple[date, date]:
    """Return the first and last day of `month`, `last`, `quarter` or `year`, as of a day."""
    month = today.replace(day=1)
    if name == "last":
        end = month - timedelta(days=1)
        return end.replace(day=1), end
    if name == "quarter":
        return date(today.year, (today.month - 1) // 3 * 3 + 1, 1), today
    return (date(today.year, 1, 1) if name == "year" else month), today


def _column(title: str, place: int) -> Column[LedgerLine]:
    return Column(title, lambda line: line.cells[place], _WIDTHS[place])


class LedgerPage(Page):
    """The ledger of a period."""

    topics = ("person", *(kind.key for kind in PERSON_RECORDS))

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("异动台账"))
        self.found: Ledger | None = None
        self.recent = button(self.tr("最近的操作…"))
        self.recent.clicked.connect(self.show_recent)
        self.to_xlsx, self.to_pdf = button(self.tr("导出（xlsx）…")), button(self.tr("打印（PDF）…"), primary=True)
        self.to_xlsx.clicked.connect(lambda: self._ask_where("xlsx"))
        self.to_pdf.clicked.connect(lambda: self._ask_where("pdf"))
        for one in (self.recent, self.to_xlsx, self.to_pdf):
            self.head.addWidget(one)
        self.period, self.community, self.sort = QComboBox(), QComboBox(), QComboBox()
        for key, text in (
            ("month", self.tr("本月")), ("last", self.tr("上月")), ("quarter", self.tr("本季度")),
            ("year", self.tr("本年")), ("", self.tr("自定日期")),
        ):  # fmt: skip
            self.period.addItem(text, key)
        self.community.addItem(self.tr("全部社区"), "")
        self.sort.addItem(self.tr("全部异动"), "")
        for sort in ledger.SORTS:
            self.sort.addItem(sort, sort)
        first, last = period("month", context.station.today())
        self.since, self.until = day_editor(first), day_editor(last)
        self.counts = label(name="quiet")
        self.empty = label(self.tr("这段时间没有异动。换一个时间，或放宽上面的条件。"))
        titles = [title for title, _ in ledger.TITLES]
        self.model: SnapshotTable[LedgerLine] = SnapshotTable(
            [_column(title, place) for place, title in enumerate(titles)]
        )
        self.view = table_view(self.model)
        self.view.activated.connect(lambda index: context.person_wanted.emit(self.model.rows[index.row()].person))
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for one in (self.period, self.since, self.until, self.community, self.sort):
            line.addWidget(one)
        line.addStretch(1)
        self.body.addLayout(line)
        self.body.addWidget(self.counts)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.view, 1)
        self.period.currentIndexChanged.connect(lambda _place: self._choose_period())
        for box in (self.community, self.sort):
            box.currentIndexChanged.connect(lambda _place: self.refresh())
        for editor in (self.since, self.until):
            editor.dateChanged.connect(lambda _day: self._on_day())

    def _choose_period(self) -> None:
        name = self.period.currentData()
        if not name:
            return
        for editor, day in zip((self.since, self.until), period(name, self.context.station.today()), strict=True):
            editor.blockSignals(True)
            editor.setDate(QDate(day.year, day.month, day.day))
            editor.blockSignals(False)
        self.refresh()

    def _on_day(self) -> None:
        self.period.setCurrentIndex(self.period.findData(""))
        self.refresh()

    def refresh(self) -> None:
        """Read the ledger of the period chosen."""
        since, until = day_of(self.since), day_of(self.until)
        community, sort = self.community.currentData(), self.sort.currentData()

        def read(station: Station) -> tuple[Ledger, dict[str, str]]:
            sorts = [sort] if sort else []
            found = ledger.ledger_of(station, since=since, until=until, community=community, sorts=sorts)
            return found, register.org_names(station)

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: tuple[Ledger, dict[str, str]]) -> None:
        self.found, orgs = answer
        if self.community.count() != len(orgs) + 1:
            chosen = self.community.currentData()
            self.community.blockSignals(True)
            while self.community.count() > 1:
                self.community.removeItem(1)
            for code, name in orgs.items():
                self.community.addItem(name, code)
            self.community.setCurrentIndex(max(self.community.findData(chosen), 0))
            self.community.blockSignals(False)
        self.model.show_rows(self.found.lines)
        counts = "　".join(f"{sort} {count}" for sort, count in self.found.counts.items())
        self.counts.setText(self.tr("共 {0} 条　{1}").format(len(self.found.lines), counts))
        self.empty.setVisible(not self.found.lines)
        self.view.setVisible(bool(self.found.lines))

    def show_recent(self) -> RecentDialog:
        """Open the list of recent operations."""
        dialog = RecentDialog(self.context, parent=self)
        dialog.open()
        return dialog

    def _ask_where(self, ending: str) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("异动台账"), f"异动台账.{ending}", f"*.{ending}")
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write the ledger shown to a file."""
        found = self.found
        if found is None:
            return

        def job(_report: Report) -> int:
            content = ledger.ledger_file(self.context.station, found=found, ending=path.suffix.lstrip("."))
            giving.give_out(self.context.station, leaving=ledger.leaving(found, content), path=path)
            return len(found.lines)

        self.context.runner.run(
            job,
            context=self,
            done=lambda total: self.context.messages.inform(self.tr("已导出 {0} 条：{1}").format(total, path.name)),
            failed=self.context.messages.show_error,
        )
