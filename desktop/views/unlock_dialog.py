"""The first thing a clerk sees: unlock a register, or make one."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.config import own_files, paths
from desktop.domain.clock import Clock
from desktop.domain.errors import DamagedStoreError, KnownError, SecondPersonError
from desktop.domain.levels import COMMUNITY, DISTRICT, STREET
from desktop.services import access, backups, key_rescue, practice, users
from desktop.services.access import NewStore
from desktop.services.backups import Restored
from desktop.services.station import Station
from desktop.views.damaged_box import DamagedBox
from desktop.views.messages import Messages
from desktop.views.page import PlainForm, button, label
from desktop.views.password_fields import PasswordFields
from desktop.views.recover_dialog import RecoverDialog
from desktop.views.runner import Runner


class UnlockDialog(QDialog):
    """Opens or makes a register off the GUI thread; `opened` carries the station."""

    opened = Signal(object)

    def __init__(self, *, runner: Runner, messages: Messages, clock: Clock, folder: str) -> None:
        super().__init__()
        self._runner = runner
        self._messages = messages
        self._clock = clock
        self.setWindowTitle(self.tr("银册"))
        self.setMinimumWidth(560)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._unlock_tab(folder), self.tr("打开登记库"))
        self.tabs.addTab(self._new_tab(), self.tr("新建登记库"))
        self.error = label(name="bad")
        box = QVBoxLayout(self)
        box.setContentsMargins(28, 24, 28, 24)
        box.setSpacing(14)
        box.addWidget(label(self.tr("银册　退休人员社会化管理登记"), name="title"))
        self.tampered = label(name="bad")
        self.tampered.hide()
        box.addWidget(self.tampered)
        self._runner.run(lambda _report: own_files.changed_files(), context=self, done=self._say_changed)
        box.addWidget(self.tabs)
        box.addWidget(self.error)
        self._restored: Restored | None = None
        self._rescued = False  # the key file alone was put back from a backup
        self.damaged = DamagedBox(clock=clock)
        self.damaged.restore_wanted.connect(self.restore_from)
        self.damaged.look_wanted.connect(self.look)
        box.addWidget(self.damaged)
        self.tabs.setCurrentIndex(0 if folder and access.is_store(Path(folder)) else 1)
        (self.password if self.tabs.currentIndex() == 0 else self.new_folder).setFocus()

    def _say_changed(self, changed: list[str]) -> None:
        """Say that the program's own files are not as delivered (`security.md`, threat 28)."""
        if changed:
            text = self.tr("程序文件与发布时的不一致（{0} 等 {1} 个），请联系街道技术员重新安装后再使用。")
            self.tampered.setText(text.format(changed[0], len(changed)))
            self.tampered.show()

    def _unlock_tab(self, folder: str) -> QWidget:
        self.folder = QLineEdit(folder)
        self.who = QComboBox()
        self.folder.textChanged.connect(lambda _text: self.offer_users())
        self.offer_users()
        self.password = _secret()
        self.open_button = button(self.tr("打开"), primary=True)
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self._open)
        self.password.returnPressed.connect(self._open)
        form = _form()
        form.add_row(self.tr("登记库文件夹"), self._with_browse(self.folder))
        form.add_row(self.tr("使用人"), self.who)
        form.add_row(self.tr("密码"), self.password)
        form.add_row("", self.open_button)
        self.forgotten = button(self.tr("忘记密码？用恢复码打开…"))
        self.forgotten.setAutoDefault(False)
        self.forgotten.clicked.connect(self.open_with_code)
        form.add_row("", self.forgotten)
        self.practice = button(self.tr("第一次用？打开练习库（虚构的人，可以随便试）"))
        self.practice.setAutoDefault(False)
        self.practice.clicked.connect(self.open_practice)
        form.add_row("", self.practice)
        return _held(form)

    def offer_users(self) -> None:
        """List who may open the register named, the one of last time first."""
        self.who.clear()
        folder = Path(self.folder.text().strip())
        if not self.folder.text().strip() or not access.is_store(folder):
            return
        try:
            found = users.users_of(folder)
        except KnownError:  # said when it is opened
            return
        for one in found:
            self.who.addItem(self.tr("{0}（{1}）").format(one.name, one.role_text), one.name)
        last = self.who.findData(paths.read_state().get("user", ""))
        self.who.setCurrentIndex(max(last, 0))

    def choose_user(self) -> None:
        """Ask who opens the register next."""
        self.error.setText(self.tr("请选择使用人，输入他自己的密码。"))
        self.who.setFocus()

    def _new_tab(self) -> QWidget:
        self.new_folder, self.code, self.name, self.user = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.passwords = PasswordFields(self)
        self.new_password, self.again = self.passwords.password, self.passwords.again
        self.community, self.street = QRadioButton(self.tr("社区")), QRadioButton(self.tr("街道或镇"))
        self.district = QRadioButton(self.tr("新城"))
        self.community.setChecked(True)
        self._kinds = {COMMUNITY: self.community, STREET: self.street, DISTRICT: self.district}
        kinds = QButtonGroup(self)
        row = QHBoxLayout()
        for one in (self.community, self.street, self.district):
            kinds.addButton(one)
            row.addWidget(one)
        row.addStretch(1)
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.code.setPlaceholderText(self.tr("例如 610100001001"))
        self.name.setPlaceholderText(self.tr("例如 青杨社区"))
        self.make_button = button(self.tr("建立登记库"), primary=True)
        self.make_button.clicked.connect(self._make)
        form = _form()
        form.add_row(self.tr("放在哪个文件夹"), self._with_browse(self.new_folder))
        form.add_row(self.tr("类型"), row)
        for text, field in (
            (self.tr("机构编码"), self.code),
            (self.tr("机构名称"), self.name),
            (self.tr("使用人"), self.user),
        ):
            form.add_row(text, field)
        self.passwords.add_to(form)
        form.add_row(
            "",
            label(
                self.tr(
                    "密码至少 12 个字符。忘记密码又没有恢复码，任何人都打不开登记库：请在设置里打印恢复码，封存好。"
                ),
                name="quiet",
            ),
        )
        form.add_row("", self.make_button)
        return _held(form)

    def _with_browse(self, field: QLineEdit) -> QHBoxLayout:
        browse = button(self.tr("选择…"))
        browse.setAutoDefault(False)
        browse.clicked.connect(lambda: self._browse(field))
        row = QHBoxLayout()
        row.addWidget(field, 1)
        row.addWidget(browse)
        return row

    def _browse(self, field: QLineEdit) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("选择文件夹"), field.text())
        if chosen:
            field.setText(chosen)

    def _open(self) -> None:
        folder, password, clock = Path(self.folder.text().strip()), self.password.text(), self._clock
        user = str(self.who.currentData() or "")
        self._start(lambda: access.open_store(folder, password=password, clock=clock, user=user))

    def open_with_code(self) -> RecoverDialog | None:
        """Ask for the recovery code of the register named, and open it with the password set then."""
        folder, clock = Path(self.folder.text().strip()), self._clock
        if not self.folder.text().strip() or not access.is_store(folder):
            self.error.setText(self.tr("请先选择登记库文件夹。"))
            return None
        asked = RecoverDialog(folder, runner=self._runner, messages=self._messages, clock=clock, parent=self)
        asked.recovered.connect(
            lambda name, password: self._start(
                lambda: access.open_store(folder, password=password, clock=clock, user=name)
            )
        )
        asked.open()
        return asked

    def open_practice(self) -> None:
        """Open the practice register of this workstation, making it the first time."""
        folder, clock = paths.practice_folder(), self._clock

        def job() -> Station:
            store = folder / "community-1"
            if not access.is_store(store):
                practice.make_practice(folder, people=200, seed=1, clock=clock)
            return access.open_store(store, password=practice.PASSWORD, clock=clock)

        self._start(job)

    def _make(self) -> None:
        if said := self.passwords.complaint():
            self.error.setText(said)
            self.new_password.setFocus()
            return
        kind = next(kind for kind, one in self._kinds.items() if one.isChecked())
        draft = NewStore(kind, self.code.text(), self.name.text(), self.user.text())
        folder, password, clock = Path(self.new_folder.text().strip()), self.new_password.text(), self._clock
        if not self.new_folder.text().strip():
            self.error.setText(self.tr("还没有选择文件夹，请先选择登记库放在哪里。"))
            return
        self._start(lambda: access.create_store(folder, draft=draft, password=password, clock=clock))

    def _start(self, job: "access.Opening") -> None:
        self.error.setText(self.tr("正在打开，请稍候…"))
        self.setEnabled(False)
        self._runner.run(lambda _report: job(), context=self, done=self._done, failed=self._failed)

    def _done(self, station: Station) -> None:
        paths.write_state({**paths.read_state(), "user": station.user})
        self.opened.emit(station)
        if self._rescued:
            self._messages.inform(self.tr("密钥文件已用备份修好，登记的内容没有丢失；备份之后添加的使用人要重新添加。"))
        if self._restored is not None:
            text = self.tr("已从备份恢复 {0} 人；备份之后的 {1} 步改动需要重新登记，原来的文件放在：{2}")
            done = self._restored
            self._messages.inform(text.format(done.people, done.lost, done.aside or self.tr("（没有）")))
        self.accept()

    def look(self) -> None:
        """Open a damaged register without writing to it."""
        folder, password, clock = Path(self.folder.text().strip()), self.password.text(), self._clock
        user = str(self.who.currentData() or "")
        self._start(lambda: access.open_store(folder, password=password, clock=clock, user=user, read_only=True))

    def restore_from(self, path: Path) -> None:
        """Restore a backup where the damaged register lies, and open it."""
        folder, password, clock = Path(self.folder.text().strip()), self.password.text(), self._clock
        user, second = str(self.who.currentData() or ""), self.damaged.take_second()

        def job() -> Station:
            if key_rescue.rescue_keys(path, folder=folder, password=password, clock=clock, user=user):
                self._rescued = True
                return access.open_store(folder, password=password, clock=clock, user=user)
            self._restored = backups.restore_backup(
                path, folder=folder, password=password, clock=clock, user=user, second=second
            )
            return access.open_store(folder, password=password, clock=clock, user=user)

        self._start(job)

    def _make_room(self) -> None:
        """Take the tab of a new register away: with what to do about a damaged one both would be too tall."""
        if self.tabs.count() > 1:
            self.tabs.removeTab(1)
        self.adjustSize()

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        if isinstance(error, DamagedStoreError) and access.is_store(Path(self.folder.text().strip())):
            self.damaged.show_damage(Path(self.folder.text().strip()), error.places or (str(error),))
            self._make_room()
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._messages.report_bug(error)
            self.error.setText(self.tr("程序内部出错，登记库没有打开，请联系技术员。"))
        if isinstance(error, SecondPersonError):
            self.damaged.ask_second(str(self.who.currentData() or ""))
            self.adjustSize()
            return
        self.password.selectAll()
        self.password.setFocus()


def _secret() -> QLineEdit:
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def _form() -> PlainForm:
    form = PlainForm()
    form.setSpacing(12)
    form.setContentsMargins(16, 16, 16, 16)
    return form


def _held(form: PlainForm) -> QWidget:
    held = QWidget()
    held.setLayout(form)
    return held
