"""Who opens this register: the list, adding, renewing and removing, and the idle time."""

from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from desktop.domain.permissions import CLERK
from desktop.services import users
from desktop.services.register import org_names
from desktop.services.users import User, WaysIn
from desktop.views.context import AppContext
from desktop.views.guard.sentry import LONGEST_IDLE, SHORTEST_IDLE, idle_minutes, keep_idle_minutes
from desktop.views.page import button, plain_tip
from desktop.views.settings.recovery_box import RecoveryBox
from desktop.views.settings.user_dialogs import LimitDialog, RenewDialog, UserDialog
from desktop.views.table import Column, SnapshotTable, table_view

_HEIGHT = 170


class UsersBox(QWidget):
    """The list of who opens the register, and what may be done about it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._names: dict[str, str] = {}
        self.model: SnapshotTable[User] = SnapshotTable([
            Column(self.tr("姓名"), lambda one: one.name, 14), Column(self.tr("角色"), lambda one: one.role_text, 12),
            *([Column(self.tr("负责的社区"), self._said_of_scope, 40)] if context.station.is_street else []),
        ])  # fmt: skip
        self.view = table_view(self.model)
        self.view.setMinimumHeight(_HEIGHT)
        self.add = button(self.tr("添加使用人…"))
        self.renew = button(self.tr("重设密码或角色…"))
        self.remove = button(self.tr("删除使用人"))
        self.limit = button(self.tr("负责的社区…"))
        self.limit.setVisible(context.station.is_street)
        self.limit.clicked.connect(self.open_limit)
        self.switch = button(self.tr("换人使用"))
        self.switch.setToolTip(plain_tip(self.tr("锁定登记库，由另一位使用人输入自己的密码打开")))
        self.add.clicked.connect(self.open_new)
        self.renew.clicked.connect(self.open_renew)
        self.remove.clicked.connect(self.remove_one)
        self.switch.clicked.connect(context.switch_wanted)
        self.idle = QSpinBox()
        self.idle.setRange(SHORTEST_IDLE, LONGEST_IDLE)
        self.idle.setValue(idle_minutes())
        self.idle.setSuffix(self.tr(" 分钟不动就锁定"))
        self.idle.valueChanged.connect(keep_idle_minutes)
        for one in (self.add, self.renew, self.limit, self.remove):
            one.setEnabled(context.station.may("users"))
        self.recovery = RecoveryBox(context)
        column = QVBoxLayout()
        buttons: tuple[QWidget, ...] = (self.add, self.renew, self.limit, self.remove, self.switch, self.idle)
        for widget in buttons:
            column.addWidget(widget)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.view, 1)
        row.addLayout(column)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(row)
        box.addWidget(self.recovery)
        self.opened: UserDialog | RenewDialog | LimitDialog | None = None

    def refresh(self) -> None:
        """Read again who opens the register."""
        self._context.read(
            lambda station: (users.ways_in(station), users.streets_known(station), org_names(station)),
            context=self,
            done=lambda found: self._show(*found),
        )

    def _said_of_scope(self, one: User) -> str:
        if one.role != CLERK:
            return ""
        return "、".join(self._names.get(code, code) for code in one.scope) or self.tr("全部")

    def _show(self, found: WaysIn, superiors: list[tuple[str, str]], names: dict[str, str]) -> None:
        self._names = names
        self.model.show_rows(found.users)
        self.recovery.show_ways(found, superiors)

    def open_new(self) -> UserDialog:
        """Open the form of a new user."""
        dialog = UserDialog(self._context, parent=self)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        self.opened = dialog
        return dialog

    def open_renew(self) -> RenewDialog | None:
        """Open the form that gives the user chosen another password or role."""
        chosen = self._chosen()
        if chosen is None:
            return None
        dialog = RenewDialog(self._context, user=chosen, parent=self)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        self.opened = dialog
        return dialog

    def open_limit(self) -> LimitDialog | None:
        """Open the list of communities for the clerk chosen."""
        chosen = self._chosen()
        if chosen is None:
            return None
        if chosen.role != CLERK:
            self._context.messages.said.emit(self.tr("只有录入员可以限定社区"), True)
            return None
        own = self._context.station.org
        orgs = sorted((code, name) for code, name in self._names.items() if code != own)
        dialog = LimitDialog(self._context, user=chosen, orgs=orgs, parent=self)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        self.opened = dialog
        return dialog

    def _chosen(self) -> User | None:
        """Return the user chosen in the list; say so if there is none."""
        index = self.view.currentIndex()
        if index.isValid():
            return self.model.rows[index.row()]
        self._context.messages.said.emit(self.tr("请先在表里选一位使用人"), True)
        return None

    def remove_one(self) -> None:
        """Remove the user chosen, after a question, and change the data key."""
        chosen = self._chosen()
        if chosen is None:
            return
        name = chosen.name
        question = self.tr("删除使用人“{0}”并更换数据密钥？他以前拷走的备份仍能用旧密码打开，请收回。").format(name)
        if not self._context.messages.ask(self, question, yes=self.tr("删除"), no=self.tr("保留")):
            return

        def done(lost: list[str]) -> None:
            rest = self.tr("。请重新添加：{0}").format("、".join(lost)) if lost else ""
            self._context.messages.inform(self.tr("已删除 {0}，数据密钥已更换").format(name) + rest)
            self.refresh()

        self._context.runner.run(
            lambda _report: users.remove_user(self._context.station, name=name),
            context=self,
            done=done,
            failed=self._context.messages.show_error,
        )
