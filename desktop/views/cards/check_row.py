"""Checking a card: scan it anywhere, type its number, open a picture of it, or hold it before the camera."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from desktop.services import card_checks, peers
from desktop.services.cards import CardVerdict
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import button, label

_MOST_PICTURE = 40 << 20


def open_camera(context: AppContext, parent: QWidget) -> QWidget | None:
    """Open the camera, or say there is none; machines without sound libraries cannot load QtMultimedia."""
    try:
        from desktop.views.cards import camera_dialog
    except ImportError:
        _say_no_camera(context, parent)
        return None
    if not camera_dialog.has_camera():
        _say_no_camera(context, parent)
        return None
    dialog = camera_dialog.CameraDialog(context, parent=parent)
    dialog.found.connect(lambda verdict: tell_verdict(context, verdict))
    dialog.open()
    return dialog


def _say_no_camera(context: AppContext, parent: QWidget) -> None:
    context.messages.said.emit(parent.tr("这台电脑没有可用的摄像头，请用扫码枪、卡号或图片核验"), True)


def tell_verdict(context: AppContext, found: CardVerdict) -> None:
    """Say what a card is, and open its holder's page if it is one of ours that is good."""
    if found.person and found.state in {"valid", "expired", "replaced"}:
        context.person_wanted.emit(found.person)
    context.messages.said.emit(found.advice, found.state != "valid")


class CheckRow(QWidget):
    """The line on top of the card page."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.code = QLineEdit()
        self.code.setPlaceholderText(self.tr("核验：扫码，或输入卡号后回车"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhLatinOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.code.returnPressed.connect(self.check)
        self.verdict = label()
        self.picture = button(self.tr("图片…"))
        self.picture.clicked.connect(lambda _on=False: self._ask_picture())
        self.camera = button(self.tr("摄像头…"))
        self.camera.clicked.connect(lambda _on=False: open_camera(context, self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.code, 2)
        row.addWidget(self.picture)
        row.addWidget(self.camera)
        row.addWidget(self.verdict, 2)

    def check(self) -> None:
        """Say what the scanned or typed card is."""
        token = self.code.text().strip()
        if token:
            self._context.read(
                lambda station: card_checks.verify_card(station, token=token), context=self, done=self._show
            )

    def check_picture(self, path: Path) -> None:
        """Say what the card in a picture is."""

        def read(station: Station) -> CardVerdict:
            return card_checks.verify_picture(station, picture=peers.read_file(path, most=_MOST_PICTURE))

        self._context.read(read, context=self, done=self._show)

    def _ask_picture(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("卡的照片或扫描件"), "", self.tr("图片 (*.png *.jpg *.jpeg *.bmp *.tif *.webp)")
        )
        if name:
            self.check_picture(Path(name))

    def _show(self, found: CardVerdict) -> None:
        self.verdict.setText(found.advice)
        self.code.selectAll()
        if found.person and found.state == "valid":
            self._context.person_wanted.emit(found.person)
