"""The photo at the head of a person's page: chosen from a file, scaled and stripped of everything but the picture."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QWidget

from desktop.domain.errors import InvalidValueError
from desktop.services import photos
from desktop.views.context import AppContext
from desktop.views.page import button, label

LARGEST = QSize(480, 640)
_SHOWN = QSize(66, 88)
_MAX_FILE = 20_000_000
_MAX_SIDE = 12_000
_FORMATS = {b"jpeg", b"jpg", b"png"}


def read_photo(path: Path) -> bytes:
    """Return a picture file as a small JPEG without its metadata; raises InvalidValueError."""
    try:
        size = path.stat().st_size
    except OSError:
        raise InvalidValueError("photo", "照片文件打不开", "请检查存储盘后再选一次") from None
    if size > _MAX_FILE:
        raise InvalidValueError("photo", "照片文件超过 20 MB", "请换一张小一些的照片")
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    whole = reader.size()
    if bytes(reader.format().data()) not in _FORMATS:
        raise InvalidValueError("photo", "这个文件不是 jpg 或 png 照片", "请换一个文件")
    if max(whole.width(), whole.height()) > _MAX_SIDE:
        raise InvalidValueError("photo", "照片的尺寸太大", "请缩小后再选")
    image = reader.read()
    if image.isNull():
        raise InvalidValueError("photo", "照片已损坏，读不出来", "请换一个文件")
    return _as_jpeg(image)


def _as_jpeg(image: QImage) -> bytes:
    """Draw the picture onto a fresh sheet: texts and places inside the file stay behind."""
    if image.width() > LARGEST.width() or image.height() > LARGEST.height():
        image = image.scaled(LARGEST, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    sheet = QImage(image.size(), QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    painter.drawImage(0, 0, image)
    painter.end()
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"JPEG"))
    writer.setQuality(85)
    writer.write(sheet)
    return bytes(held.data())


class PhotoBox(QWidget):
    """Shows a person's photo; its menu changes or removes it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.person = ""
        self.picture = label(self.tr("无照片"))
        self.picture.setFixedSize(_SHOWN)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(self.tr("照片"))
        self.change = button(self.tr("照片"))
        menu = QMenu(self.change)
        menu.addAction(self.tr("换照片…")).triggered.connect(self._ask_which)
        menu.addAction(self.tr("删除照片")).triggered.connect(self._ask_to_remove)
        self.change.setMenu(menu)
        self.picture.hide()  # no empty frame: the form below needs the lines
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.picture)
        box.addWidget(self.change)

    def show_person(self, person: str, *, revealed: bool = False) -> None:
        """Read a person's photo; one that is masked only if it was asked for."""
        self.person = person
        read = photos.revealed_photo if revealed else photos.photo_of
        self._context.read(lambda station: (person, read(station, person=person)), context=self, done=self._show)

    def _show(self, answer: tuple[str, bytes | None]) -> None:
        person, body = answer
        if person != self.person:
            return
        pixmap = QPixmap()
        self.picture.setVisible(body is not None)
        if body is not None and pixmap.loadFromData(body):
            self.picture.setPixmap(pixmap.scaled(_SHOWN, Qt.AspectRatioMode.KeepAspectRatio,
                                                 Qt.TransformationMode.SmoothTransformation))  # fmt: skip
        else:
            self.picture.setText(self.tr("无照片"))

    def _ask_which(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("选择照片"), "", "*.jpg *.jpeg *.png")
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Give the person the picture in a file; a refused file is one sentence."""
        person = self.person
        try:
            jpeg = read_photo(path)
        except InvalidValueError as error:
            self._context.messages.show_error(error)
            return
        self._context.write(
            lambda station, _report: photos.set_photo(station, person=person, jpeg=jpeg),
            context=self,
            done=lambda _changes: self._context.messages.inform(self.tr("照片已保存")),
        )

    def _ask_to_remove(self) -> None:
        if self._context.messages.ask(self, self.tr("删除这张照片？"), yes=self.tr("删除"), no=self.tr("保留")):
            person = self.person
            self._context.write(
                lambda station, _report: photos.remove_photo(station, person=person),
                context=self,
                done=lambda _changes: self._context.messages.inform(self.tr("照片已删除")),
            )
