"""信息核对: choose whom to ask, go through the items by keyboard, save, and print the contact card in the same step."""

from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.codes import code_list
from desktop.domain.progress import Report
from desktop.services import cards, check_forms, giving, register, verification
from desktop.services.cards import IssuedCards
from desktop.services.station import Station
from desktop.services.verification import STATE_NAMES, Asked, CheckSheet, ToAsk, Verified
from desktop.store.verification import Standing
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.paper_printer import PaperPrinter
from desktop.views.table import Column, SnapshotTable, table_view
from desktop.views.verify.disputes_tab import DisputesTab, ProgressTab
from desktop.views.verify.item_table import ItemTable

_LIST_WIDTH = 330
_SAMPLE = 20
_TELLING = 8  # characters at the end of an address that tell buildings of one street apart
Line = tuple[Standing, str]
Found = tuple[list[Line], dict[str, str]]


class VerifyPage(Page):
    """Whom to ask on the left, what is asked on the right."""

    topics = ("person", "verify", "verify_item", "phone", "contact", "state")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("信息核对"))
        self._sheet: CheckSheet | None = None
        self._only: frozenset[str] | None = None
        self.printer = PaperPrinter(self)
        self.forms = button(self.tr("打印核对表…"))
        self.forms.clicked.connect(lambda _on=False: self._ask_where())
        self.unreached = button(self.tr("联系不上"))
        self.unreached.clicked.connect(lambda _on=False: self.note_unreached())
        self.save = button(self.tr("保存核对（Ctrl+S）"))
        self.save.clicked.connect(lambda _on=False: self.keep())
        self.agree = button(self.tr("全部一致并打印联系卡（F8）"), primary=True)
        self.agree.clicked.connect(lambda _on=False: self.agree_and_print())
        for one in (self.forms, self.unreached, self.save, self.agree):
            self.head.addWidget(one)
        self.tabs = QTabWidget()
        self.disputes, self.progress = DisputesTab(context), ProgressTab(context)
        self.tabs.addTab(self._asking_tab(), self.tr("逐人核对"))
        self.tabs.addTab(self.disputes, self.tr("待处理的异议"))
        self.tabs.addTab(self.progress, self.tr("进度"))
        self.body.addWidget(self.tabs, 1)
        QShortcut(QKeySequence("F8"), self, self.agree_and_print)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.keep)

    def _asking_tab(self) -> QWidget:
        self.model: SnapshotTable[Line] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda line: line[0].name, 9),
                Column(self.tr("楼栋"), lambda line: _tail(verification.building_name(line[0])), 12),
                Column(self.tr("状态"), lambda line: STATE_NAMES[line[1]], 9),
            ]
        )
        self.view = table_view(self.model)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._choose())
        self.items = ItemTable()
        self.who = label(name="title")
        self.method = QComboBox()
        for code, text in code_list("visit_method").offered.items():
            self.method.addItem(text, code)
        self.told_by = QLineEdit(self.tr("本人"))
        self.told_by.setMaximumWidth(140)
        head = QHBoxLayout()
        head.addWidget(self.who, 1)
        head.addWidget(label(self.tr("方式")))
        head.addWidget(self.method)
        head.addWidget(label(self.tr("答复人")))
        head.addWidget(self.told_by)
        self.hint = label(
            self.tr("↑↓ 选项目，1 一致，2 有异议并写答复，回车下一项。没动过的项目按一致登记。"), name="quiet"
        )
        right = QVBoxLayout()
        right.addLayout(head)
        right.addWidget(self.hint)
        right.addWidget(self.items, 1)
        self.empty = label(self.tr("这里没有要核对的人。请换一个条件；登记库是空的请先导入名册。"))
        left = QWidget()
        left.setFixedWidth(_LIST_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._filters())
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        tab = QWidget()
        row = QHBoxLayout(tab)
        row.addWidget(left)
        row.addLayout(right, 1)
        return tab

    def _filters(self) -> QVBoxLayout:
        self.state, self.community = QComboBox(), QComboBox()
        self.state.addItem(self.tr("全部状态"), "")
        for key, text in STATE_NAMES.items():
            self.state.addItem(text, key)
        self.community.addItem(self.tr("全部社区"), "")
        self.building, self.enterprise = QLineEdit(), QLineEdit()
        self.building.setPlaceholderText(self.tr("楼栋"))
        self.enterprise.setPlaceholderText(self.tr("原单位"))
        self.sample = button(self.tr("抽查 {0} 人").format(_SAMPLE))
        self.sample.setCheckable(True)
        self.sample.toggled.connect(self._on_sample)
        for box in (self.state, self.community):
            box.activated.connect(lambda _place: self.refresh())
        for line in (self.building, self.enterprise):
            line.editingFinished.connect(self.refresh)
        rows = QVBoxLayout()
        for pair in ((self.state, self.community), (self.building, self.enterprise, self.sample)):
            row = QHBoxLayout()
            for widget in pair:
                row.addWidget(widget, 1)
            rows.addLayout(row)
        return rows

    def refresh(self) -> None:
        """Read whom to ask; the person shown stays."""
        wanted = ToAsk(
            str(self.community.currentData() or ""), self.building.text().strip(), self.enterprise.text().strip(),
            str(self.state.currentData() or ""),
        )  # fmt: skip

        def read(station: Station) -> Found:
            return verification.people_to_ask(station, wanted=wanted), register.org_names(station)

        self.context.read(read, context=self, done=self._show)
        self.disputes.refresh()
        self.progress.refresh()

    def _show(self, found: Found) -> None:
        lines, orgs = found
        if self.community.count() == 1:
            for code, name in orgs.items():
                self.community.addItem(name, code)
        if self._only is not None:
            lines = [line for line in lines if line[0].id in self._only]
        shown = self._sheet.person if self._sheet else ""
        self.model.show_rows(lines)
        self.empty.setVisible(not lines)
        places = [place for place, line in enumerate(lines) if line[0].id == shown]
        if lines:
            self.view.selectRow(places[0] if places else 0)
        else:
            self._show_sheet(None)

    def _on_sample(self, on: bool) -> None:
        if not on:
            self._only = None
            self.refresh()
            return

        def done(ids: list[str]) -> None:
            self._only = frozenset(ids)
            self.refresh()

        self.context.read(lambda station: verification.sample(station, count=_SAMPLE), context=self, done=done)

    def _choose(self) -> None:
        place = self.view.currentIndex().row()
        if 0 <= place < len(self.model.rows):
            person = self.model.rows[place][0].id
            self.context.read(
                lambda station: verification.check_sheet(station, person=person), context=self, done=self._show_sheet
            )

    def _show_sheet(self, sheet: CheckSheet | None) -> None:
        self._sheet = sheet
        self.who.setText(f"{sheet.name}　{sheet.person_no}" if sheet else "")
        self.items.show_sheet(sheet)

    def asked(self) -> Asked:
        """Return how the person was asked."""
        return Asked(method=str(self.method.currentData()), told_by=self.told_by.text().strip())

    def keep(self) -> None:
        """Save what was answered, and go on to the next person."""
        sheet, answers, asked = self._sheet, self.items.answers(), self.asked()
        if sheet is None:
            return
        self.context.write(
            lambda station, _report: verification.verify_person(
                station, person=sheet.person, asked=asked, answers=answers
            ),
            context=self,
            done=lambda done: self._saved(sheet, done),
        )

    def note_unreached(self) -> None:
        """Note an attempt that reached nobody."""
        sheet, asked = self._sheet, self.asked()
        if sheet is not None:
            self.context.write(
                lambda station, _report: verification.note_unreached(station, person=sheet.person, asked=asked),
                context=self,
                done=lambda done: self._saved(sheet, done),
            )

    def _saved(self, sheet: CheckSheet, done: Verified) -> None:
        result = code_list("verify_result").label_of(done.result)
        self.context.messages.inform(self.tr("{0}：{1}，已登记").format(sheet.name, result))
        place = self.view.currentIndex().row() + 1
        if place < len(self.model.rows):
            self._sheet = None
            self.view.selectRow(place)

    def agree_and_print(self) -> None:
        """Everything agrees: save it, issue the contact card and print it."""
        sheet, asked = self._sheet, self.asked()
        if sheet is None:
            return

        def job(station: Station, report: Report) -> IssuedCards:
            verification.verify_person(station, person=sheet.person, asked=asked)
            paper = cards.paper_on_the_spot()
            return cards.issue_cards(station, ids=[sheet.person], paper=paper, report=report)

        def done(issued: IssuedCards) -> None:
            printed = self.printer.print_pdf(issued.pdf)
            text = self.tr("{0}：一致，联系卡已打印") if printed else self.tr("{0}：一致，联系卡已发未打印")
            self.context.messages.inform(text.format(sheet.name))

        self.context.write(job, context=self, done=done)

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("核对表"), self.tr("信息核对表.pdf"), "*.pdf")
        if name:
            self.save_forms(Path(name))

    def save_forms(self, path: Path) -> None:
        """Write the check forms of everyone listed, in walking order."""
        ids = [line[0].id for line in self.model.rows]

        def job(report: Report) -> int:
            station = self.context.station
            content = check_forms.check_forms(station, ids=ids, report=report)
            giving.keep_paper(station, what=self.tr("信息核对表"), people=len(ids), content=content, path=path)
            return len(ids)

        self.context.runner.run(
            job,
            context=self,
            done=lambda count: self.context.messages.inform(self.tr("已写入 {0} 人的核对表").format(count)),
            failed=self.context.messages.show_error,
        )


def _tail(text: str) -> str:
    """Return the end of a building's address, which is what tells it from its neighbours."""
    return text if len(text) <= _TELLING else "…" + text[-_TELLING:]
