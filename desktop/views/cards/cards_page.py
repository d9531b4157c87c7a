"""Contact cards: choose people, see the sheet, print or save it, check a card."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
)

from desktop.domain.progress import Report
from desktop.services import cards, peers, register
from desktop.services.cards import CardPaper, CardVerdict, IssuedCards
from desktop.services.station import Station
from desktop.store.people import PeopleFilter, PersonRow
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.paper_printer import PaperPrinter
from desktop.views.table import Column, SnapshotTable, table_view

_PREVIEW_WIDTH = 470
_MOST_PREVIEWED = 10


class CardsPage(Page):
    """Issues the cards of the people chosen."""

    topics = ("card", "person")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("联系卡"))
        self.preview_button = button(self.tr("预览"))
        self.preview_button.clicked.connect(self.preview)
        self.print_button = button(self.tr("发卡并打印…"))
        self.print_button.clicked.connect(self._print)
        self.save_button = button(self.tr("发卡并保存 PDF…"), primary=True)
        self.save_button.clicked.connect(self._save)
        self.layout_box = QComboBox()
        for key, text in (
            ("a4-10", self.tr("A4 每页十张")),
            ("cr80", self.tr("制卡机单张")),
            ("large", self.tr("大字卡")),
        ):
            self.layout_box.addItem(text, key)
        self.backs = QCheckBox(self.tr("印背面"))
        self.head.addWidget(self.layout_box)
        self.head.addWidget(self.backs)
        for one in (self.preview_button, self.print_button, self.save_button):
            self.head.addWidget(one)
        self.code = QLineEdit()
        self.code.setPlaceholderText(self.tr("扫描或输入卡号，回车核验"))
        self.code.returnPressed.connect(self.check)
        self.verdict = label()
        row = QHBoxLayout()
        row.addWidget(self.code, 1)
        row.addWidget(self.verdict, 1)
        self.body.addLayout(row)
        self.hint = label(self.tr("在左边选人：按住 Ctrl 点选几个，Ctrl+A 选全部。先预览，再发卡。"), name="quiet")
        self.body.addWidget(self.hint)
        self.model: SnapshotTable[PersonRow] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.text("name"), 9),
                Column(self.tr("人员编号"), lambda one: one.text("person_no"), 12),
                Column(self.tr("原单位"), lambda one: one.text("ent_name"), 18),
            ]
        )
        self.view = table_view(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.page = label()
        self.page.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        area = QScrollArea()
        area.setWidget(self.page)
        area.setWidgetResizable(True)
        area.setFixedWidth(_PREVIEW_WIDTH + 30)
        split = QHBoxLayout()
        left = QVBoxLayout()
        left.addWidget(self.view)
        split.addLayout(left, 1)
        split.addWidget(area)
        self.body.addLayout(split, 1)
        self.printer = PaperPrinter(self)
        self._document = QPdfDocument(self)
        self._buffer = QBuffer(self)

    def refresh(self) -> None:
        """Read the people in care."""

        def read(station: Station) -> list[PersonRow]:
            ids = register.people_ids(station, wanted=PeopleFilter(equals={"manage_state": ["1"]}))
            return register.people_rows(station, ids=ids)

        self.context.read(read, context=self, done=self.model.show_rows)

    def chosen(self) -> list[str]:
        """Return the ids of the people chosen, in the order of the list."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self.model.rows[row].id for row in rows]

    def paper(self) -> CardPaper:
        """Return the paper chosen."""
        return CardPaper(str(self.layout_box.currentData()), self.backs.isChecked())

    def preview(self) -> None:
        """Show the first sheet as it will be printed."""
        ids, paper = self.chosen()[:_MOST_PREVIEWED], self.paper()
        self.context.runner.run(
            lambda report: cards.preview_cards(self.context.station, ids=ids, paper=paper, report=report),
            context=self,
            done=self._show_pdf,
            failed=self.context.messages.show_error,
        )

    def _load(self, pdf: bytes) -> None:
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)

    def _show_pdf(self, pdf: bytes) -> None:
        self._load(pdf)
        size = self._document.pagePointSize(0)
        height = round(_PREVIEW_WIDTH * size.height() / size.width())
        image = self._document.render(0, QSize(_PREVIEW_WIDTH * 2, height * 2))
        paper = QPixmap(image.size())
        paper.fill(Qt.GlobalColor.white)
        painter = QPainter(paper)
        painter.drawImage(0, 0, image)
        painter.end()
        self.page.setPixmap(paper.scaledToWidth(_PREVIEW_WIDTH, Qt.TransformationMode.SmoothTransformation))

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
            self._show_pdf(issued.pdf)
            self.context.messages.inform(self.tr("已发 {0} 张联系卡，保存在 {1}").format(len(issued.cards), path.name))

        self.context.write(job, context=self, done=done)

    def _print(self) -> None:
        ids, paper = self.chosen(), self.paper()

        def done(issued: IssuedCards) -> None:
            self._show_pdf(issued.pdf)
            self.printer.print_pdf(issued.pdf)

        self.context.write(
            lambda station, report: cards.issue_cards(station, ids=ids, paper=paper, report=report),
            context=self,
            done=done,
        )

    def check(self) -> None:
        """Say what the scanned or typed card is."""
        token = self.code.text().strip()

        def done(found: CardVerdict) -> None:
            self.verdict.setText(found.advice)
            self.code.selectAll()
            if found.person and found.state == "valid":
                self.context.person_wanted.emit(found.person)

        self.context.read(lambda station: cards.verify_card(station, token=token), context=self, done=done)
