"""查重与体检: pairs that may be one person side by side, what was decided, and the next best fixes of the data."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON
from desktop.domain.progress import Report
from desktop.services import duplicates
from desktop.services.duplicates import Decided, Suspect, Verdict
from desktop.services.station import Station
from desktop.store.people import PersonPage
from desktop.views.context import AppContext
from desktop.views.duplicates.health_tab import HealthTab
from desktop.views.field_text import field_text, without_numbers
from desktop.views.page import Page, button, label, plain_tip
from desktop.views.people.person_form import is_typed
from desktop.views.table import Column, SnapshotTable, table_view

SAME, DIFFERENT, UNSURE = "1", "2", "3"
_PAIRS_HEIGHT = 210
Line = tuple[str, str, str]  # field, first, second
Sides = tuple[PersonPage, PersonPage]


def lines_of(sides: Sides) -> list[Line]:
    """Return the fields either of two people has, those that differ first."""
    found: list[Line] = []
    for one in PERSON.fields:
        first, second = (field_text(one, page.values.get(one.key)) for page in sides)
        if (first or second) and is_typed(one):
            found.append((one.label, first, second))
    phones = ["、".join(str(row.values.get("number") or "") for row in page.children["phone"]) for page in sides]
    found.append(("联系电话", phones[0], phones[1]))
    return sorted(found, key=lambda line: line[1] == line[2])


class DuplicatesPage(Page):
    """Find, look at both, decide by a key."""

    topics = ("person", "pair")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("查重与体检"))
        self.look_button = button(self.tr("查找重复"), primary=True)
        self.look_button.clicked.connect(lambda _on=False: self.search())
        self.head.addWidget(self.look_button)
        self.health = HealthTab(context)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._pairs_tab(), self.tr("疑似重复"))
        self.tabs.addTab(self._decided_tab(), self.tr("已判定"))
        self.tabs.addTab(self.health, self.tr("数据体检"))
        self.body.addWidget(self.tabs, 1)

    def _pairs_tab(self) -> QWidget:
        self.model: SnapshotTable[Suspect] = SnapshotTable(
            [
                Column(self.tr("把握"), lambda one: one.likeness.words, 9),
                Column(self.tr("甲"), lambda one: _named(one.first.text("name"), one.first.text("person_no")), 20),
                Column(self.tr("乙"), lambda one: _named(one.second.text("name"), one.second.text("person_no")), 20),
                Column(self.tr("理由"), lambda one: "；".join(one.likeness.reasons), 40),
            ]
        )
        self.view = table_view(self.model)
        self.view.setMaximumHeight(_PAIRS_HEIGHT)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._look())
        self.sides: SnapshotTable[Line] = SnapshotTable(
            [
                Column("", lambda line: "" if line[1] == line[2] else "≠", 3),
                Column(self.tr("项目"), lambda line: line[0], 14),
                Column(self.tr("甲"), lambda line: without_numbers(line[1]), 30),
                Column(self.tr("乙"), lambda line: without_numbers(line[2]), 30),
            ]
        )
        self.main = QComboBox()
        self.main.addItems([self.tr("保留甲"), self.tr("保留乙")])
        self.why = QLineEdit()
        self.why.setPlaceholderText(self.tr("理由，例如 电话问过本人"))
        row = QHBoxLayout()
        row.addWidget(self.main)
        row.addWidget(self.why, 1)
        for text, key, verdict in (
            (self.tr("同一人（S）"), "S", SAME), (self.tr("不是同一人（D）"), "D", DIFFERENT),
            (self.tr("说不准（U）"), "U", UNSURE),
        ):  # fmt: skip
            one = button(text)
            one.clicked.connect(lambda _on=False, verdict=verdict: self.decide(verdict))
            row.addWidget(one)
            if verdict == SAME and not self.context.station.may("person.join"):
                one.setEnabled(False)
                one.setToolTip(plain_tip(self.tr("并成一人由主管来做")))
                continue
            QShortcut(QKeySequence(key), self.view, lambda verdict=verdict: self.decide(verdict))
        self.empty = label(self.tr("点“查找重复”，从证号、姓名、生日、电话和相近的姓名里找可能重登的人。"))
        tab = QWidget()
        box = QVBoxLayout(tab)
        box.addWidget(self.empty)
        box.addWidget(self.view)
        box.addWidget(table_view(self.sides), 1)
        box.addLayout(row)
        return tab

    def _decided_tab(self) -> QWidget:
        self.decided: SnapshotTable[Decided] = SnapshotTable(
            [
                Column(self.tr("判定"), lambda one: code_list("pair_verdict").label_of(one.verdict), 11),
                Column(self.tr("甲"), lambda one: _named(one.first.text("name"), one.first.text("person_no")), 20),
                Column(self.tr("乙"), lambda one: _named(one.second.text("name"), one.second.text("person_no")), 20),
                Column(self.tr("日期"), lambda one: one.done_on, 11),
                Column(self.tr("谁"), lambda one: one.done_by, 9),
                Column(self.tr("理由"), lambda one: one.why, 24),
            ]
        )
        self.decided_view = table_view(self.decided)
        self.back = button(self.tr("收回这个判定"))
        self.back.clicked.connect(lambda _on=False: self.take_back())
        self.back.setVisible(self.context.station.may("person.unjoin"))
        tab = QWidget()
        box = QVBoxLayout(tab)
        box.addWidget(self.decided_view, 1)
        box.addWidget(self.back)
        return tab

    def refresh(self) -> None:
        """Read what was decided; pairs are looked for only when asked."""
        self.context.read(duplicates.decided_pairs, context=self, done=self.decided.show_rows)
        self.health.refresh()

    def search(self) -> None:
        """Look for pairs; takes a while with many people and can be cancelled."""

        def job(report: Report) -> list[Suspect]:
            return duplicates.find_duplicates(self.context.station, report=report)

        self.context.runner.run(job, context=self, done=self._show, failed=self.context.messages.show_error)

    def _show(self, found: list[Suspect]) -> None:
        self.model.show_rows(found)
        self.sides.show_rows([])
        text = self.tr("找到 {0} 对。选一对看两边，≠ 是不一样的项目。").format(len(found))
        self.empty.setText(text if found else self.tr("没有找到可能重复的登记。"))
        if found:
            self.view.selectRow(0)
            self.view.setFocus()

    def _current(self) -> Suspect | None:
        place = self.view.currentIndex().row()
        return self.model.rows[place] if 0 <= place < len(self.model.rows) else None

    def _look(self) -> None:
        one = self._current()
        if one is None:
            return
        first, second = one.first.id, one.second.id

        def show(sides: Sides) -> None:
            self.sides.show_rows(lines_of(sides))
            self.main.setCurrentIndex(int(len(sides[1].values) > len(sides[0].values)))

        self.context.read(
            lambda station: duplicates.side_by_side(station, first=first, second=second), context=self, done=show
        )

    def decide(self, verdict: str) -> None:
        """Write down what the two are, and go on to the next pair."""
        one = self._current()
        if one is None:
            self.context.messages.said.emit(self.tr("请先选一对登记"), True)
            return
        main = (one.first, one.second)[self.main.currentIndex()].id if verdict == SAME else ""
        said = Verdict(verdict, main=main, why=self.why.text().strip() or code_list("pair_verdict").label_of(verdict))

        def job(station: Station, _report: Report) -> object:
            return duplicates.decide_pair(station, first=one.first.id, second=one.second.id, verdict=said)

        def done(_changes: object) -> None:
            self.why.clear()
            self._show([row for row in self.model.rows if row is not one])

        self.context.write(job, context=self, done=done)

    def take_back(self) -> None:
        """Take back the decision chosen."""
        place = self.decided_view.currentIndex().row()
        if not 0 <= place < len(self.decided.rows):
            self.context.messages.said.emit(self.tr("请先选一个判定"), True)
            return
        pair = self.decided.rows[place].id
        self.context.write(
            lambda station, _report: duplicates.unjoin(station, pair=pair),
            context=self,
            done=lambda _changes: self.context.messages.inform(self.tr("已收回，两份登记各自独立")),
        )


def _named(name: str, number: str) -> str:
    return f"{name}　{number}"
