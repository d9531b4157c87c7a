"""Holding a card before the camera: pictures are tried until one shows a card's code. Imports QtMultimedia."""

from PySide6.QtCore import QBuffer, QIODevice, QTimer, Signal
from PySide6.QtGui import QImageWriter
from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QMediaDevices
from PySide6.QtMultimediaWidgets import QVideoWidget
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.services import cards
from desktop.services.cards import CardVerdict
from desktop.views.context import AppContext
from desktop.views.page import label

_EVERY_MS = 500


def has_camera() -> bool:
    """Return True if there is a camera to look through."""
    return bool(QMediaDevices.videoInputs())


class CameraDialog(QDialog):
    """Shows what the camera sees; `found` carries the verdict of the first card it can read."""

    found = Signal(object)

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(self.tr("摄像头核验"))
        self.resize(640, 520)
        self._view = QVideoWidget()
        self._camera = QCamera(QMediaDevices.defaultVideoInput(), self)
        self._session = QMediaCaptureSession(self)
        self._session.setCamera(self._camera)
        self._session.setVideoOutput(self._view)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._waiting = False
        box = QVBoxLayout(self)
        box.addWidget(self._view, 1)
        box.addWidget(label(self.tr("把卡上的二维码对着摄像头，放平、占画面一半，读到就自动关上。")))
        self.finished.connect(lambda _how: self._stop())
        self._camera.start()
        self._timer.start()

    def _stop(self) -> None:
        self._timer.stop()
        self._camera.stop()

    def _look(self) -> None:
        image = self._view.videoSink().videoFrame().toImage()
        if self._waiting or image.isNull():
            return
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"bmp").write(image)
        picture = bytes(buffer.data().data())
        self._waiting = True
        self._context.read(
            lambda station: cards.verify_picture(station, picture=picture), context=self, done=self._seen
        )

    def _seen(self, verdict: CardVerdict) -> None:
        self._waiting = False
        if verdict.state != "unreadable":
            self.found.emit(verdict)
            self.accept()
