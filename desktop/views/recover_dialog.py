"""Every password forgotten: the recovery code from the safe opens the register and makes one supervisor."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.clock import Clock
from desktop.domain.errors import KnownError
from desktop.security.passphrases import clean_code
from desktop.services import users
from desktop.views.messages import Messages
from desktop.views.page import PlainForm, button, label
from desktop.views.password_fields import PasswordFields
from desktop.views.runner import Runner


class RecoverDialog(QDialog):
    """The code, a name, a new password twice. `recovered` carries the name and the password that now open it."""

    recovered = Signal(str, str)

    def __init__(self, folder: Path, *, runner: Runner, messages: Messages, clock: Clock, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder, self._runner, self._messages, self._clock = folder, runner, messages, clock
        self.setWindowTitle(self.tr("用恢复码打开"))
        self.setMinimumWidth(560)
        self.code, self.name = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText(self.tr("照恢复码那张纸逐组输入，连最后两个检查字符"))
        self.name.setPlaceholderText(self.tr("不能与已有的使用人重名，例如 王敏二"))
        self.passwords = PasswordFields(self)
        self.password, self.again = self.passwords.password, self.passwords.again
        form = PlainForm()
        form.setSpacing(10)
        for text, field in (
            (self.tr("恢复码"), self.code), (self.tr("您的姓名"), self.name),
        ):  # fmt: skip
            form.add_row(text, field)
        self.passwords.add_to(form)
        self.error = label(name="bad")
        self.do = button(self.tr("设新密码并打开"), primary=True)
        self.do.setDefault(True)
        self.do.clicked.connect(self.recover)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.do)
        said = self.tr(
            "忘了密码时，从保险柜取出恢复码。您会成为这个库的一位主管，用下面的新密码打开；恢复码以后仍然有效。"
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        box.addWidget(label(said))
        box.addLayout(form)
        box.addWidget(self.error)
        box.addLayout(row)
        self.code.setFocus()

    def recover(self) -> None:
        """Check what was typed, let the new supervisor in and hand on how to open."""
        code, name, password = self.code.text(), self.name.text().strip(), self.password.text()
        try:
            clean_code(code)
        except KnownError as error:
            self.error.setText(str(error))
            return
        if said := self.passwords.complaint():
            self.error.setText(said)
            return
        self.error.setText(self.tr("正在打开，请稍候…"))
        self.do.setEnabled(False)

        def done(_nothing: None) -> None:
            self.accept()
            self.recovered.emit(name, password)

        folder, clock = self._folder, self._clock
        self._runner.run(
            lambda _report: users.recover_with_code(folder, code=code, name=name, password=password, clock=clock),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.do.setEnabled(True)
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._messages.report_bug(error)
            self.error.setText(self.tr("程序内部出错，没有打开，请联系技术员。"))
