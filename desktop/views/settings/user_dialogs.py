"""A new user, and a known one who gets another password or role."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import KnownError
from desktop.domain.permissions import CLERK, ROLES
from desktop.services import users
from desktop.services.station import Station
from desktop.services.users import User
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label, resize_within_screen
from desktop.views.password_fields import PasswordFields

_WIDTH = 600


def role_box(chosen: str) -> QComboBox:
    """Return a box of the four roles, each with what it may do."""
    made = QComboBox()
    for key, text in ROLES.items():
        made.addItem(f"{text}　{_MAY[key]}", key)
    made.setCurrentIndex(made.findData(chosen))
    return made


_MAY = {
    "clerk": "登记、走访、核对、导入、发卡",
    "supervisor": "全部工作，管使用人和备份",
    "auditor": "只看审计和统计，不看个人",
    "technician": "只做备份、恢复、检查",
}


class _SlotDialog(QDialog):
    """What the two dialogs share: a form, the password, a sentence when something is wrong, two buttons."""

    def __init__(self, context: AppContext, *, title: str, said: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.form = PlainForm()
        self.form.setSpacing(10)
        self.password = PasswordFields(self, give_to=self.tr("本人"))
        self.error = label(name="bad")
        self.save = button(yes, primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(self.try_it)
        self.no = button(self.tr("取消"))
        self.no.setAutoDefault(False)
        self.no.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        box.addWidget(label(said))
        box.addLayout(self.form)
        box.addWidget(self.error)
        box.addLayout(row)

    def try_it(self) -> None:
        """Do it if the password is good enough; on an error what was typed stays."""
        said = self.password.complaint()
        self.error.setText(said)
        if not said:
            self.save.setEnabled(False)
            self.do(self.password.password.text())

    def do(self, password: str) -> None:
        """Do what the dialog is for."""
        raise NotImplementedError

    def failed(self, error: BaseException) -> None:
        """Say a known error in the dialog, any other where such are said."""
        self.save.setEnabled(True)
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)


class UserDialog(_SlotDialog):
    """A new user: name, role, password."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(
            context, title="添加使用人", said="每个人用自己的名字和密码打开登记库，谁做了什么都记在他名下。",
            yes="添加", parent=parent,
        )  # fmt: skip
        self.name = QLineEdit()
        self.role = role_box(CLERK)
        self.form.add_row(self.tr("姓名"), self.name)
        self.form.add_row(self.tr("角色"), self.role)
        self.password.add_to(self.form)
        self.name.setFocus()

    def do(self, password: str) -> None:
        name, role = self.name.text(), str(self.role.currentData())

        def job(station: Station) -> None:
            users.add_user(station, name=name, role=role, password=password)

        def done(_nothing: None) -> None:
            self._context.messages.inform(self.tr("已添加使用人 {0}").format(name.strip()))
            self.accept()

        self._context.runner.run(
            lambda _report: job(self._context.station), context=self, done=done, failed=self.failed
        )


class RenewDialog(_SlotDialog):
    """Another password for somebody, and another role if wanted: the role is sealed together with the password."""

    def __init__(self, context: AppContext, *, user: User, parent: QWidget) -> None:
        super().__init__(
            context, title="重设密码或角色",
            said="给本人一个新密码，他原来的密码马上作废；登记库会换一把新的数据密钥。改角色也要同时换密码。",
            yes="重设", parent=parent,
        )  # fmt: skip
        self.user = user
        self.role = role_box(user.role)
        self.form.add_row(self.tr("使用人"), label(user.name))
        self.form.add_row(self.tr("角色"), self.role)
        self.password.add_to(self.form)
        self.password.password.setFocus()

    def do(self, password: str) -> None:
        name, role = self.user.name, str(self.role.currentData())

        def job(station: Station) -> list[str]:
            return users.renew_user(station, name=name, password=password, role=role)

        def done(lost: list[str]) -> None:
            rest = self.tr("。请重新添加：{0}").format("、".join(lost)) if lost else ""
            self._context.messages.inform(self.tr("已给 {0} 重设密码，原来的作废").format(name) + rest)
            self.accept()

        self._context.runner.run(
            lambda _report: job(self._context.station), context=self, done=done, failed=self.failed
        )


class LimitDialog(QDialog):
    """The communities a clerk of a street or a new town sees and changes; none ticked means all."""

    def __init__(self, context: AppContext, *, user: User, orgs: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self.user = context, user
        self.setWindowTitle(self.tr("负责的社区"))
        resize_within_screen(self, 480, 520)
        self.list = QListWidget()
        for code, name in orgs:
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, code)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if code in user.scope else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.save = button(self.tr("保存"), primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(self.keep)
        said = self.tr("{0}只看得到、改得了勾选的社区的人；一个都不勾就是不限。下次打开登记库时生效。")
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        box.addWidget(label(said.format(user.name)))
        box.addWidget(self.list, 1)
        box.addWidget(self.save)

    def chosen(self) -> list[str]:
        """Return the codes that are ticked."""
        items = [self.list.item(place) for place in range(self.list.count())]
        return [str(one.data(Qt.ItemDataRole.UserRole)) for one in items if one.checkState() is Qt.CheckState.Checked]

    def keep(self) -> None:
        """Limit the user to what is ticked."""
        name, orgs = self.user.name, self.chosen()

        def done(_nothing: None) -> None:
            text = self.tr("{0} 只负责 {1} 个社区") if orgs else self.tr("{0} 不限社区")
            self._context.messages.inform(text.format(name, len(orgs)))
            self.accept()

        self._context.read(lambda station: users.limit_user(station, name=name, orgs=orgs), context=self, done=done)
