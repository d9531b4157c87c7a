"""The editor of the cards' look: words, logo, colours, which blocks show; beside it the card as it would print."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.changes import Changes
from desktop.domain.errors import KnownError
from desktop.services import card_designs, cards, peers
from desktop.services.card_designs import BLOCKS, KINDS, CardDesign
from desktop.views.cards.pdf_view import PdfView
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label, resize_within_screen, scrolled

_PAUSE_MS = 400  # after the last key, before the card is drawn again
_BESIDE = 220
_MOST_PICTURE = 60 << 20


class DesignDialog(QDialog):
    """One kind of card at a time; a community sees what the street chose and changes nothing."""

    def __init__(self, context: AppContext, *, kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.setWindowTitle(self.tr("联系卡的式样"))
        resize_within_screen(self, 1080, 640)
        self.setAcceptDrops(True)
        self._design = CardDesign()
        self._changed = QTimer(self)
        self._changed.setSingleShot(True)
        self._changed.setInterval(_PAUSE_MS)
        self._changed.timeout.connect(self.draw)
        self.kind = QComboBox()
        for key, text in KINDS.items():
            self.kind.addItem(text, key)
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.kind.activated.connect(lambda _place: self.read())
        self.heading, self.back_title, self.note = QLineEdit(), QLineEdit(), QLineEdit()
        self.services, self.hotlines = QPlainTextEdit(), QPlainTextEdit()
        self.accent, self.ink = self._colour("accent"), self._colour("ink")
        self.logo = button(self.tr("选图片…"))
        self.logo.clicked.connect(lambda _on=False: self._ask_logo())
        self.no_logo = button(self.tr("不要标志"))
        self.no_logo.clicked.connect(lambda _on=False: self._set_logo(b""))
        self.blocks = {key: QCheckBox(text) for key, text in BLOCKS.items()}
        self.view = PdfView(self)
        self.error = label(name="bad")
        self.save = button(self.tr("保存式样"), primary=True)
        self.save.clicked.connect(lambda _on=False: self.keep())
        self._lay_out()
        self._listen()
        self.read()

    def _colour(self, what: str) -> QPushButton:
        made = button("")
        made.clicked.connect(lambda _on=False: self._ask_colour(what))
        return made

    def _lay_out(self) -> None:
        form = QWidget()
        rows = PlainForm(form)
        rows.add_row(self.tr("标题"), self.heading)
        rows.add_row(self.tr("背面标题"), self.back_title)
        rows.add_row(self.tr("服务内容\n（一行一项）"), self.services)
        rows.add_row(self.tr("服务热线\n（一行一个）"), self.hotlines)
        rows.add_row(self.tr("提示"), self.note)
        for box, lines in ((self.services, 8), (self.hotlines, 3)):
            box.setFixedHeight(box.fontMetrics().lineSpacing() * lines + 18)
        colours, logo = QHBoxLayout(), QHBoxLayout()
        for name, one in ((self.tr("标题底色"), self.accent), (self.tr("文字"), self.ink)):
            colours.addWidget(label(name))
            colours.addWidget(one)
        logo.addWidget(self.logo)
        logo.addWidget(self.no_logo)
        rows.add_row(self.tr("颜色"), colours)
        rows.add_row(self.tr("标志"), logo)
        grid = QGridLayout()
        for place, check in enumerate(self.blocks.values()):
            grid.addWidget(check, place // 2, place % 2)
        rows.add_row(self.tr("印哪些"), grid)
        left = QVBoxLayout()
        left.addWidget(self.kind)
        left.addWidget(scrolled(form, beside=_BESIDE), 1)
        left.addWidget(self.error)
        left.addWidget(self.save)
        self.whose = label(self.tr("式样由街道统一定，会随数据包发给各社区。"), name="quiet")
        left.addWidget(self.whose)
        whole = QHBoxLayout(self)
        whole.addLayout(left, 1)
        whole.addWidget(self.view, 1)
        self.save.setVisible(self.context.station.is_street)
        form.setEnabled(self.context.station.is_street)

    def _listen(self) -> None:
        for line in (self.heading, self.back_title, self.note):
            line.textChanged.connect(lambda _text: self._changed.start())
        for box in (self.services, self.hotlines):
            box.textChanged.connect(self._changed.start)
        for check in self.blocks.values():
            check.toggled.connect(lambda _on: self._changed.start())

    def read(self) -> None:
        """Show the design of the kind chosen."""
        kind = str(self.kind.currentData())
        self.context.read(
            lambda station: card_designs.design_of(station, kind=kind), context=self, done=self.show_design
        )

    def show_design(self, design: CardDesign) -> None:
        """Fill the form with a design and draw it."""
        self._design = design
        self.heading.setText(design.title)
        self.back_title.setText(design.back_title)
        self.services.setPlainText("\n".join(design.services))
        self.hotlines.setPlainText("\n".join(f"{name} {phone}" for name, phone in design.hotlines))
        self.note.setText(design.note)
        for key, check in self.blocks.items():
            check.setChecked(key in design.blocks)
        self._show_colours()
        self.draw()

    def _show_colours(self) -> None:
        for one, colour in ((self.accent, self._design.accent), (self.ink, self._design.ink)):
            one.setText(colour)
            patch = QPixmap(20, 20)
            patch.fill(QColor(colour))
            one.setIcon(QIcon(patch))

    def design(self) -> CardDesign:
        """Return the design as the form says now."""
        return replace(
            self._design,
            title=self.heading.text().strip(),
            back_title=self.back_title.text().strip(),
            services=card_designs.lines_of(self.services.toPlainText()),
            hotlines=card_designs.pairs_of(self.hotlines.toPlainText()),
            note=self.note.text().strip(),
            blocks=frozenset(key for key, check in self.blocks.items() if check.isChecked()),
        )

    def draw(self) -> None:
        """Draw the card as it would be printed; what does not fit is said and the last picture stays."""
        self._changed.stop()
        design, kind = self.design(), str(self.kind.currentData())
        self.context.runner.run(
            lambda _report: cards.sample_cards(self.context.station, kind=kind, design=design),
            context=self,
            done=self._drawn,
            failed=self._refused,
        )

    def _drawn(self, pdf: bytes) -> None:
        self.error.clear()
        self.view.show_pdf(pdf)

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self.context.messages.show_error(error)

    def _ask_colour(self, what: str) -> None:
        chosen = QColorDialog.getColor(QColor(getattr(self._design, what)), self)
        if chosen.isValid():
            self.set_colour(what, chosen.name().upper())

    def set_colour(self, what: str, colour: str) -> None:
        """Take a colour (`accent` or `ink`) and draw the card with it."""
        was = self._design
        self._design = replace(was, accent=colour) if what == "accent" else replace(was, ink=colour)
        self._show_colours()
        self.draw()

    def _ask_logo(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("标志"), "", self.tr("图片 (*.png *.jpg *.jpeg *.bmp *.tif *.tiff *.webp)")
        )
        if name:
            self.take_logo(Path(name))

    def take_logo(self, path: Path) -> None:
        """Read any picture, make it small, and keep nothing of the file but its dots."""
        self.context.runner.run(
            lambda _report: card_designs.logo_of(peers.read_file(path, most=_MOST_PICTURE)),
            context=self,
            done=self._set_logo,
            failed=self._refused,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.context.station.is_street and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if event.mimeData().hasUrls():
            self.take_logo(Path(event.mimeData().urls()[0].toLocalFile()))

    def _set_logo(self, logo: bytes) -> None:
        self._design = replace(self._design, logo=logo)
        self.draw()

    def keep(self) -> None:
        """Save the design of this kind of card."""
        design, kind = self.design(), str(self.kind.currentData())

        def done(_changes: Changes) -> None:
            self.context.messages.inform(self.tr("式样已保存，下次给社区的数据包会带上"))
            self.accept()

        self.context.write(
            lambda station, _report: card_designs.put_design(station, kind=kind, design=design),
            context=self,
            done=done,
            failed=self._refused,
        )
