"""The register, or one person, as it stood on a day: to read, print and hand out, never to change."""

from datetime import date
from pathlib import Path

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.dictionary import KINDS, PERSON, Kind
from desktop.domain.progress import Report
from desktop.services import as_on, giving, register
from desktop.services.as_on import RegisterOn
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store.people import PersonPage
from desktop.store.people import PersonRow as Row
from desktop.views.context import AppContext
from desktop.views.field_text import without_numbers
from desktop.views.page import button, label
from desktop.views.people.child_dialog import child_text
from desktop.views.people.latin_editors import without_ime
from desktop.views.people.people_columns import listed_text
from desktop.views.table import Column, SnapshotTable, table_view


def day_editor(day: date) -> QDateEdit:
    """Return an editor of a day with a calendar, the input method off."""
    made = QDateEdit(QDate(day.year, day.month, day.day))
    made.setDisplayFormat("yyyy-MM-dd")
    made.setCalendarPopup(True)
    without_ime(made)
    for child in made.children():
        if isinstance(child, QLineEdit):
            without_ime(child)
    return made


def day_of(editor: QDateEdit) -> date:
    """Return the day an editor holds."""
    chosen = editor.date()
    return date(chosen.year(), chosen.month(), chosen.day())


class _DayDialog(QDialog):
    """A day, a button, a banner that says this is the past."""

    def __init__(self, context: AppContext, *, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.setWindowTitle(title)
        self.resize(1120, 620)
        self.day = day_editor(context.station.today())
        self.day.setMaximumDate(self.day.date())
        self.look = button(self.tr("查看"), primary=True)
        self.look.clicked.connect(self.read)
        self.banner = label(name="bad")
        self.counts = label(name="quiet")
        self.top = QHBoxLayout()
        self.top.addWidget(label(self.tr("日期")))
        self.top.addWidget(self.day)
        self.top.addWidget(self.look)
        self.top.addStretch(1)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(20, 16, 20, 16)
        self.box.addLayout(self.top)
        self.box.addWidget(self.banner)
        self.box.addWidget(self.counts)

    def read(self) -> None:
        """Read the day chosen."""
        raise NotImplementedError

    def say(self, day: date) -> None:
        """Say which day is shown."""
        self.banner.setText(self.tr("这是 {0} 终了时的登记，只能查看。{1}").format(day.isoformat(), as_on.NOTE))


class PastRegisterDialog(_DayDialog):
    """Everyone in the register on a day, with counts and files."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, title=self.tr("某日的登记"), parent=parent)
        self.found: RegisterOn | None = None
        self._orgs: dict[str, str] = {}
        self.model: SnapshotTable[Row] = SnapshotTable([self._column(key) for key in as_on.COLUMNS])
        self.exports = [button(self.tr("打印（PDF）…")), button(self.tr("导出（xlsx）…"))]
        for one, ending in zip(self.exports, ("pdf", "xlsx"), strict=True):
            one.setEnabled(False)
            one.clicked.connect(lambda _checked=False, ending=ending: self._ask_where(ending))
            self.top.addWidget(one)
        self.banner.setText(self.tr("选一个日期，点“查看”。"))
        self.box.addWidget(table_view(self.model), 1)

    def _column(self, key: str) -> Column[Row]:
        field = PERSON.field(key)
        return Column(field.label, lambda row: listed_text(field, row, self._orgs), field.width)

    def read(self) -> None:
        """Play the log back to the day chosen."""
        day = day_of(self.day)
        self.context.runner.run(
            lambda report: as_on.register_on(self.context.station, day=day, report=report),
            context=self,
            done=self._show,
            failed=self.context.messages.show_error,
        )

    def _show(self, found: RegisterOn) -> None:
        self.found, self._orgs = found, found.orgs
        self.say(found.day)
        parts = [f"{name} {count}" for name, count in (*found.by_community.items(), *found.by_state.items())]
        self.counts.setText(self.tr("共 {0} 人　{1}").format(len(found.people), "　".join(parts)))
        self.model.show_rows(found.people)
        for one in self.exports:
            one.setEnabled(True)

    def _ask_where(self, ending: str) -> None:
        if self.found is None:
            return
        name = self.tr("{0}登记情况.{1}").format(self.found.day.isoformat(), ending)
        path, _ = QFileDialog.getSaveFileName(self, self.windowTitle(), name, f"*.{ending}")
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write the day shown to a file."""
        found = self.found

        def job(_report: Report) -> str:
            if found is not None:
                content = as_on.register_on_file(self.context.station, found=found, ending=path.suffix.lstrip("."))
                leaving = giving.Leaving(self.tr("某日登记情况"), len(found.people), content)
                giving.give_out(self.context.station, leaving=leaving, path=path)
            return path.name

        self.context.runner.run(
            job,
            context=self,
            done=lambda name: self.context.messages.inform(self.tr("已导出：{0}").format(name)),
            failed=self.context.messages.show_error,
        )


class PastPersonDialog(_DayDialog):
    """One person as kept on a day."""

    def __init__(self, context: AppContext, *, person: str, parent: QWidget) -> None:
        super().__init__(context, title=self.tr("某日的登记"), parent=parent)
        self._person = person
        self.model: SnapshotTable[tuple[str, str]] = SnapshotTable(
            [
                Column(self.tr("项目"), lambda row: row[0], 20),
                Column(self.tr("当日的值"), lambda row: without_numbers(row[1]), 60),
            ]
        )
        self.box.addWidget(table_view(self.model), 1)
        self.read()

    def read(self) -> None:
        """Play the person's log back to the day chosen."""
        person, day = self._person, day_of(self.day)

        def job(station: Station) -> tuple[PersonPage, dict[str, str]]:
            return as_on.person_on(station, person=person, day=day), register.org_names(station)

        def shown(answer: tuple[PersonPage, dict[str, str]]) -> None:
            page, orgs = answer
            self.say(day)
            self.model.show_rows(_lines(page, orgs))

        def failed(error: BaseException) -> None:
            self.banner.setText(self.context.messages.words_for(error))
            self.model.show_rows([])

        self.context.runner.run(lambda _report: job(self.context.station), context=self, done=shown, failed=failed)


def _lines(page: PersonPage, orgs: dict[str, str]) -> list[tuple[str, str]]:
    lines = [
        (field.label, text_of(field, page.values[field.key], orgs=orgs))
        for field in PERSON.fields
        if field.key in page.values and field.kind is not Kind.RECORD
    ]
    return lines + [(KINDS[row.kind].label, child_text(row)) for rows in page.children.values() for row in rows]
