"""Issuing cards: choose people and paper, see the sheet, print or save it."""

from pathlib import Path

from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.progress import Report
from desktop.services import card_life, cards, peers, printers, register
from desktop.services.cards import CardPaper, IssuedCards
from desktop.services.station import Station
from desktop.services.unfinished_prints import UnfinishedPrint
from desktop.store.people import PeopleFilter, PersonRow
from desktop.views.cards.calibrate_dialog import CalibrateDialog
from desktop.views.cards.pdf_view import PdfView
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import Sides
from desktop.views.table import Column, SnapshotTable, table_view

_MOST_PREVIEWED = 10
_VIEW_WIDTH, _VIEW_LEAST = 430, 180
_RESOLUTIONS = (203, 300, 600)


class IssueTab(QWidget):
    """Whom to give a card, on which paper."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.who = QComboBox()
        for key, text in (
            ("", self.tr("在管人员")),
            ("without", self.tr("还没有卡的人")),
            ("reprint", self.tr("卡上内容已变、要重印的人")),
        ):
            self.who.addItem(text, key)
        self.who.activated.connect(lambda _place: self.refresh())
        self.model: SnapshotTable[PersonRow] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.text("name"), 8),
                Column(self.tr("人员编号"), lambda one: one.text("person_no"), 13),
                Column(self.tr("原单位"), lambda one: one.text("ent_name"), 14),
            ]
        )
        self.view = table_view(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.hint = label(self.tr("按住 Ctrl 点选几个人，Ctrl+A 选全部。先预览，再发卡。"), name="quiet")
        self.pdf = PdfView(self)
        self.pdf.setMinimumWidth(_VIEW_LEAST)
        self.pdf.setMaximumWidth(_VIEW_WIDTH)
        self.preview_button = button(self.tr("预览"))
        self.preview_button.clicked.connect(lambda _on=False: self.preview())
        self.save_button = button(self.tr("发卡并保存 PDF…"))
        self.save_button.clicked.connect(lambda _on=False: self._save())
        self.print_button = button(self.tr("发卡并打印…"), primary=True)
        self.print_button.clicked.connect(lambda _on=False: self.issue_and_print())
        self._build_paper()
        self._lay_out()

    def _build_paper(self) -> None:
        self.layout_box = QComboBox()
        for choice in cards.paper_choices():
            self.layout_box.addItem(choice.label, choice.key)
        self.layout_box.currentIndexChanged.connect(lambda _place: self._fit())
        self.backs = QCheckBox(self.tr("印背面"))
        self.backs.toggled.connect(lambda _on: self._fit())
        self.flip = QComboBox()
        for key, text in (
            ("", self.tr("翻转：按纸张")),
            ("long", self.tr("沿长边翻转")),
            ("short", self.tr("沿短边翻转")),
        ):
            self.flip.addItem(text, key)
        self.start, self.copies = QSpinBox(), QSpinBox()
        self.copies.setRange(1, 50)
        self.start.setPrefix(self.tr("从第 "))
        self.start.setSuffix(self.tr(" 张起"))
        self.copies.setPrefix(self.tr("每人 "))
        self.copies.setSuffix(self.tr(" 份"))
        self.printer_box, self.dpi_box = QComboBox(), QComboBox()
        self.printer_box.addItem(self.tr("系统默认打印机"), "")
        self._asked_printers = False
        for dpi in _RESOLUTIONS:
            self.dpi_box.addItem(self.tr("{0} 点/英寸").format(dpi), dpi)
        self.printer_box.activated.connect(lambda _place: self._recall())
        self.dpi_box.activated.connect(lambda _place: self._remember())
        self.calibrate = button(self.tr("校准…"))
        self.calibrate.clicked.connect(lambda _on=False: self.open_calibration())
        self._recall()
        self._fit()

    def _lay_out(self) -> None:
        rows = QVBoxLayout()
        rows.setSpacing(6)
        for widgets in (
            (self.who, self.preview_button),
            (self.save_button, self.print_button),
            (self.layout_box, self.backs, self.flip),
            (self.start, self.copies, self.calibrate),
            (self.printer_box, self.dpi_box),
        ):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget, 1 if isinstance(widget, QComboBox) else 0)
            if not any(isinstance(widget, QComboBox) for widget in widgets):
                row.addStretch(1)
            rows.addLayout(row)
        self.empty = label(self.tr("这里没有人。换一个条件；登记库是空的请先导入名册。"))
        rows.addWidget(self.hint)
        rows.addWidget(self.empty)
        rows.addWidget(self.view, 1)
        whole = QHBoxLayout(self)
        whole.addLayout(rows, 3)
        whole.addWidget(self.pdf, 2)

    def ask_printers(self) -> None:
        """List the printers, once, when the page is first shown: the system may take seconds to find those away."""
        if self._asked_printers:
            return
        self._asked_printers = True
        names = QPrinterInfo.availablePrinterNames()
        if names:
            self.printer_box.clear()
        for name in names:
            self.printer_box.addItem(name, name)
        self.printer_box.setCurrentIndex(max(self.printer_box.findData(printers.last_printer()), 0))
        self._recall()

    def refresh(self) -> None:
        """Read whom to give cards."""
        self.ask_printers()
        which = str(self.who.currentData())

        def read(station: Station) -> list[PersonRow]:
            if which == "without":
                ids = card_life.without_card(station)
            elif which == "reprint":
                ids = list(dict.fromkeys(one.person for one in card_life.cards_to_reprint(station)))
            else:
                ids = register.people_ids(station, wanted=PeopleFilter(equals={"manage_state": ["1"]}))
            return register.people_rows(station, ids=ids)

        self.context.read(read, context=self, done=self._show)

    def _show(self, rows: list[PersonRow]) -> None:
        self.model.show_rows(rows)
        self.empty.setVisible(not rows)

    def chosen(self) -> list[str]:
        """Return the ids of the people chosen, in the order of the list."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self.model.rows[row].id for row in rows]

    def paper(self) -> CardPaper:
        """Return the paper chosen, with what the printer is like."""
        return CardPaper(
            str(self.layout_box.currentData()), self.backs.isChecked(), str(self.flip.currentData()),
            self.start.value(), self.copies.value(), int(self.dpi_box.currentData()),
            printers.setup_of(str(self.printer_box.currentData())).drift,
        )  # fmt: skip

    def _fit(self) -> None:
        """Offer only what the sheet has."""
        choice = next(one for one in cards.paper_choices() if one.key == self.layout_box.currentData())
        self.start.setRange(1, choice.per_page)
        self.start.setVisible(choice.per_page > 1)
        self.backs.setVisible(choice.has_back)
        self.flip.setVisible(choice.has_back and self.backs.isChecked())

    def _recall(self) -> None:
        setup = printers.setup_of(str(self.printer_box.currentData()))
        self.dpi_box.setCurrentIndex(self.dpi_box.findData(setup.dpi))

    def _remember(self) -> None:
        name = str(self.printer_box.currentData())
        setup = printers.setup_of(name)
        printers.keep_setup(name, printers.PrinterSetup(int(self.dpi_box.currentData()), setup.drift))

    def preview(self) -> None:
        """Show the first sheet as it will be printed."""
        ids, paper = self.chosen()[:_MOST_PREVIEWED], self.paper()
        self.context.runner.run(
            lambda report: cards.preview_cards(self.context.station, ids=ids, paper=paper, report=report),
            context=self,
            done=self.pdf.show_pdf,
            failed=self.context.messages.show_error,
        )

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("保存联系卡"), self.tr("联系卡.pdf"), "*.pdf")
        if name:
            self.issue_to(Path(name))

    def issue_to(self, path: Path) -> None:
        """Issue the chosen people's cards and save the sheets."""
        ids, paper = self.chosen(), self.paper()

        def job(station: Station, report: Report) -> IssuedCards:
            issued = cards.issue_cards(station, ids=ids, paper=paper, report=report)
            peers.write_safely(path, issued.pdf)
            return issued

        def done(issued: IssuedCards) -> None:
            self.pdf.show_pdf(issued.pdf)
            self.context.messages.inform(self.tr("已发 {0} 张联系卡，保存在 {1}").format(len(issued.cards), path.name))

        self.context.write(job, context=self, done=done)

    def issue_and_print(self) -> None:
        """Issue the chosen people's cards and show the sheets with a printer ready."""
        ids, paper = self.chosen(), self.paper()
        self.context.write(
            lambda station, report: cards.issue_cards(station, ids=ids, paper=paper, report=report),
            context=self,
            done=lambda issued: self._ready(issued, paper),
        )

    def _ready(self, issued: IssuedCards, paper: CardPaper) -> None:
        self.show_print(issued, paper)

    def show_print(self, issued: IssuedCards, paper: CardPaper) -> PrintDialog:
        """Open the print dialog on what was issued."""
        self.pdf.show_pdf(issued.pdf)
        name = str(self.printer_box.currentData())
        sides = Sides(duplex=paper.backs, long_edge=paper.flip != "short")
        dialog = PrintDialog(
            self.context,
            pdf=issued.pdf,
            pages=issued.pages,
            printer=name,
            dpi=paper.dpi,
            sides=sides,
            parent=self,
            kept=UnfinishedPrint(tuple(one for one, _ in issued.cards), paper),
        )
        printers.keep_last_printer(name)
        printers.keep_last_layout(paper.layout)
        dialog.open()
        return dialog

    def open_calibration(self) -> CalibrateDialog:
        """Open the wizard that measures a printer."""
        dialog = CalibrateDialog(self.context, printer=str(self.printer_box.currentData()), parent=self)
        dialog.open()
        return dialog
