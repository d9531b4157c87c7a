"""The printed recovery code tried out, and the street opening a community's register with its own key."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.errors import KnownError
from desktop.services import users
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label
from desktop.views.password_fields import PasswordFields

_WIDTH = 620


class _RecoveryDialog(QDialog):
    """A sentence, a form, what came of it, and the buttons."""

    def __init__(self, context: AppContext, *, title: str, said: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.form = PlainForm()
        self.form.setSpacing(10)
        self.error = label(name="bad")
        self.do = button(yes, primary=True)
        self.do.setDefault(True)
        self.do.clicked.connect(self.try_it)
        self.no = button(self.tr("取消"))
        self.no.setAutoDefault(False)
        self.no.clicked.connect(self.reject)
        self.row = QHBoxLayout()
        self.row.addStretch(1)
        self.row.addWidget(self.no)
        self.row.addWidget(self.do)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(24, 20, 24, 20)
        self.box.setSpacing(12)
        self.box.addWidget(label(said))
        self.box.addLayout(self.form)
        self.box.addWidget(self.error)
        self.box.addLayout(self.row)

    def try_it(self) -> None:
        """Do what the dialog is for with what was typed."""
        raise NotImplementedError

    def failed(self, error: BaseException) -> None:
        """Say a known error in the dialog, any other where such are said."""
        self.do.setEnabled(True)
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)


class DrillDialog(_RecoveryDialog):
    """The code from the safe, typed: does it still open the register? Nothing is changed but the note of the drill."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(
            context, title="恢复码演练",
            said="从保险柜取出恢复码那张纸，照着输入。只核对能不能打开，什么也不改。大小写、空格、横线都不要紧。",
            yes="核对", parent=parent,
        )  # fmt: skip
        self.code = QLineEdit()
        self.code.setPlaceholderText(self.tr("逐组输入，连最后两个检查字符"))
        self.form.add_row(self.tr("恢复码"), self.code)
        self.passed = label()
        self.passed.hide()
        self.box.insertWidget(3, self.passed)
        self.code.setFocus()

    def try_it(self) -> None:
        typed = self.code.text()
        self.error.setText("")

        def job(station: Station) -> None:
            users.drill_recovery_code(station, typed=typed)

        def done(_nothing: None) -> None:
            self.code.clear()
            self.code.setEnabled(False)
            self.do.hide()
            self.no.setText(self.tr("关闭"))
            day = self._context.station.today().isoformat()
            self.passed.setText(
                self.tr("演练成功：这个恢复码能打开登记库（{0}）。请在纸上写下演练日期，重新封好，锁回保险柜。").format(
                    day
                )
            )
            self.passed.show()
            self.resize(self.width(), self.box.totalHeightForWidth(self.width()))
            self._context.messages.inform(self.tr("恢复码演练成功"))

        self.do.setEnabled(False)
        self._context.runner.run(
            lambda _report: job(self._context.station), context=self, done=done, failed=self.failed
        )


class RescueDialog(_RecoveryDialog):
    """A community that lost every password, its folder at hand: this street's key lets a new supervisor in."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(
            context, title="用本街道的钥匙打开社区的登记库",
            said="社区的密码和恢复码都丢了、又给本街道留过恢复钥匙时用。请带上社区登记库的文件夹，给一位新主管设密码。",
            yes="打开并设密码", parent=parent,
        )  # fmt: skip
        self.folder, self.name = QLineEdit(), QLineEdit()
        self.name.setPlaceholderText(self.tr("不能与已有的使用人重名"))
        self.password = PasswordFields(self, give_to=self.tr("社区的新主管"))
        browse = button(self.tr("选择…"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        self.form.add_row(self.tr("社区登记库文件夹"), where)
        self.form.add_row(self.tr("新主管姓名"), self.name)
        self.password.add_to(self.form)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("社区登记库文件夹"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def try_it(self) -> None:
        folder, name = Path(self.folder.text().strip()), self.name.text().strip()
        said = self.password.complaint() if self.folder.text().strip() else self.tr("请先选择社区登记库的文件夹。")
        self.error.setText(said)
        if said:
            return
        password = self.password.password.text()

        def job(station: Station) -> None:
            users.recover_as_street(station, folder=folder, name=name, password=password)

        def done(_nothing: None) -> None:
            self._context.messages.inform(self.tr("已给社区的主管 {0} 设好密码，请把文件夹和密码交还社区").format(name))
            self.accept()

        self.do.setEnabled(False)
        self._context.runner.run(
            lambda _report: job(self._context.station), context=self, done=done, failed=self.failed
        )
