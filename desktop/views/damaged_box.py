"""What to do with a register that did not pass its check: restore, look at it, or save a diagnosis."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.clock import Clock, local_text
from desktop.domain.errors import KnownError
from desktop.services import backups, key_rescue
from desktop.services.station import Second
from desktop.views.page import PlainForm, button, label


class DamagedBox(QWidget):
    """Hidden until something is damaged; `restore_wanted` carries the backup, `look_wanted` nothing."""

    restore_wanted = Signal(object)
    look_wanted = Signal()

    def __init__(self, *, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._folder = Path()
        self._places: tuple[str, ...] = ()
        self._wanted: Path | None = None
        self.found = label(name="bad")
        self.restore = button("", primary=True)
        self.other = button(self.tr("选择别的备份…"))
        self.look = button(self.tr("只读打开查看"))
        self.save = button(self.tr("保存诊断…"))
        self.other.clicked.connect(self._choose)
        self.look.clicked.connect(self.look_wanted)
        self.save.clicked.connect(self._save)
        self.restore.clicked.connect(self._restore)
        row = QHBoxLayout()
        for one in (self.other, self.look, self.save):
            row.addWidget(one)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.found)
        box.addWidget(self._second_row())
        box.addWidget(self.restore)
        box.addLayout(row)
        self.hide()

    def _second_row(self) -> QWidget:
        """Return the row in which another supervisor consents; hidden until restoring asks for it."""
        self.who, self.password = QComboBox(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self._restore_again)
        form = PlainForm()
        form.setContentsMargins(0, 0, 0, 0)
        form.add_row(self.tr("第二位主管"), self.who)
        form.add_row(self.tr("他的密码"), self.password)
        self.second_row = QWidget()
        self.second_row.setLayout(form)
        self.second_row.hide()
        return self.second_row

    def ask_second(self, user: str) -> None:
        """Let another supervisor than `user` type a password; the same restore is then tried again."""
        self.who.clear()
        self.who.addItems(key_rescue.second_people(self._wanted, user=user) if self._wanted else [])
        self.second_row.show()
        self.password.setFocus()

    def take_second(self) -> Second | None:
        """Return who consents, None while nobody was asked; the password is forgotten here."""
        if not self.second_row.isVisibleTo(self) or not self.password.text():
            return None
        given = Second(self.who.currentText(), self.password.text())
        self.password.clear()
        return given

    def show_damage(self, folder: Path, places: Sequence[str]) -> None:
        """Say where the register is damaged and offer the newest backup."""
        self._folder, self._places = folder, tuple(places)
        self._newest = backups.newest_backup(folder)
        kept = self.tr("恢复时损坏的文件会移到一边，不会删除。")
        self.found.setText("；".join(places[:3]) + "。" + kept)
        self.restore.setEnabled(self._newest is not None)
        if self._newest is None:
            self.restore.setText(self.tr("旁边没有备份，请选择存储盘上的备份"))
        else:
            text = self.tr("从 {0} 的备份恢复（{1} 人）")
            if key_rescue.keys_are_lost(folder):
                text = self.tr("用 {0} 的备份修好密钥文件")
            self.restore.setText(text.format(local_text(self._newest.created), self._newest.people))
        self.show()

    def _restore(self) -> None:
        if self._newest is not None:
            self._want(self._newest.path)

    def _restore_again(self) -> None:
        if self._wanted is not None:
            self._want(self._wanted)

    def _want(self, path: Path) -> None:
        self._wanted = path
        self.restore_wanted.emit(path)

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("选择备份"), "", self.tr("银册备份 (*.ybk)"))
        if chosen:
            self._want(Path(chosen))

    def _save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("保存诊断"), self.tr("银册诊断.txt"))
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, path: Path) -> None:
        """Write the diagnosis, or say why not."""
        try:
            backups.save_diagnosis(path, places=self._places, folder=self._folder, clock=self._clock)
            self.found.setText(self.tr("诊断已保存，里面没有个人信息，可以交给街道技术员。"))
        except KnownError as error:
            self.found.setText(str(error))
