"""Who opens this register: the list, adding and removing, the recovery code, the street's key, the idle time."""

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import KnownError
from desktop.domain.permissions import CLERK, ROLES
from desktop.security.passphrases import LONG_ENOUGH, check_passphrase, made_passphrase
from desktop.services import users
from desktop.services.peers import write_safely
from desktop.services.users import User, WaysIn
from desktop.views.context import AppContext
from desktop.views.guard.sentry import LONGEST_IDLE, SHORTEST_IDLE, idle_minutes, keep_idle_minutes
from desktop.views.page import PlainForm, button, label
from desktop.views.paper_printer import PaperPrinter
from desktop.views.table import Column, SnapshotTable, table_view

_HEIGHT = 170
_CODE_WIDTH = 760  # the code in one line


class UserDialog(QDialog):
    """A new user: name, role, a password typed twice or made."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(self.tr("添加使用人"))
        self.setMinimumWidth(520)
        self.name, self.password, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.role = QComboBox()
        for key, text in ROLES.items():
            self.role.addItem(text, key)
        self.role.setCurrentIndex(self.role.findData(CLERK))
        for field in (self.password, self.again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self.make = button(self.tr("生成一个好记的密码"))
        self.make.setAutoDefault(False)
        self.make.clicked.connect(self.make_one)
        self.made = label()
        self.error = label(name="bad")
        self.save = button(self.tr("添加"), primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(self.add)
        form = PlainForm()
        form.setSpacing(10)
        form.add_row(self.tr("姓名"), self.name)
        form.add_row(self.tr("角色"), self.role)
        form.add_row(self.tr("密码"), self.password)
        form.add_row(self.tr("再输一次"), self.again)
        form.add_row("", self.make)
        form.add_row("", self.made)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addLayout(form)
        box.addWidget(self.error)
        box.addWidget(self.save)

    def make_one(self) -> None:
        """Make a passphrase and show it to be written down."""
        made = made_passphrase()
        self.password.setText(made)
        self.again.setText(made)
        self.made.setText(self.tr("请现在抄下来交给本人：{0}").format(made))

    def add(self) -> None:
        """Add the user; on an error what was typed stays."""
        name, role, password = self.name.text(), str(self.role.currentData()), self.password.text()
        if password != self.again.text():
            self.error.setText(self.tr("两次输入的密码不一样，请重新输入。"))
            return
        try:
            check_passphrase(password, least=LONG_ENOUGH)
        except KnownError as error:
            self.error.setText(str(error))
            return

        def done(_nothing: None) -> None:
            self._context.messages.inform(self.tr("已添加使用人"))
            self.accept()

        self._context.runner.run(
            lambda _report: users.add_user(self._context.station, name=name, role=role, password=password),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)


class CodeDialog(QDialog):
    """A recovery code: shown once, copied on paper, typed back; only then it counts."""

    def __init__(self, context: AppContext, *, code: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._code = context, code
        self.setWindowTitle(self.tr("恢复码"))
        self.setMinimumWidth(_CODE_WIDTH)
        said = self.tr(
            "请打印（或工整地抄在纸上），再照纸上的输入一遍。密码都忘了时，只有它能打开登记库；关掉这个窗口就再也看不到了。"
        )
        self.shown = label(code, name="title")
        self.shown.setWordWrap(False)
        self.typed = QLineEdit()
        self.error = label(name="bad")
        self.save = button(self.tr("照纸上的输入一遍，生效"), primary=True)
        self.save.clicked.connect(self.confirm)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        self.printer = PaperPrinter(self)
        self.print = button(self.tr("打印…"))
        self.keep = button(self.tr("存为文件…"))
        self.print.clicked.connect(self.print_sheet)
        self.keep.clicked.connect(self._ask_where)
        papers = QHBoxLayout()
        for paper in (self.print, self.keep):
            paper.setAutoDefault(False)
            papers.addWidget(paper)
        papers.addStretch(1)
        box.addWidget(label(said))
        box.addWidget(self.shown)
        box.addLayout(papers)
        for one in (label(self.tr("照纸上的输入：")), self.typed, self.error, self.save):
            box.addWidget(one)
        self.typed.textEdited.connect(lambda _text: self.shown.setVisible(False))  # from the paper, not the screen
        self.typed.setFocus()

    def print_sheet(self) -> None:
        """Print the page with the code; nothing of it is written to disk here."""

        def print_it(pdf: bytes) -> None:
            self.printer.print_pdf(pdf)

        code = self._code
        self._context.read(lambda station: users.recovery_sheet(station, code=code), context=self, done=print_it)

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("恢复码"), self.tr("登记库恢复码.pdf"), "*.pdf")
        if name:
            self.keep_in(Path(name))

    def keep_in(self, path: Path) -> None:
        """Write the page to the file that was chosen, for its owner only."""
        code = self._code

        def done(_nothing: None) -> None:
            told = self.tr("已写到 {0}。打印后请删除这个文件，不要和登记库放在一起。").format(path.name)
            self._context.messages.inform(told)

        self._context.read(
            lambda station: write_safely(path, users.recovery_sheet(station, code=code)), context=self, done=done
        )

    def confirm(self) -> None:
        """Put the code in force if it was copied right."""
        typed, code = self.typed.text(), self._code

        def done(_nothing: None) -> None:
            self._context.messages.inform(self.tr("恢复码已生效，以前的作废。请封存，每 180 天演练一次。"))
            self.accept()

        self._context.runner.run(
            lambda _report: users.confirm_recovery_code(self._context.station, code=code, typed=typed),
            context=self,
            done=done,
            failed=lambda error: self.error.setText(str(error)),
        )


class UsersBox(QWidget):
    """The list of who opens the register, and what may be done about it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.model: SnapshotTable[User] = SnapshotTable([
            Column(self.tr("姓名"), lambda one: one.name, 14), Column(self.tr("角色"), lambda one: one.role_text, 12),
        ])  # fmt: skip
        self.view = table_view(self.model)
        self.view.setMinimumHeight(_HEIGHT)
        self.said = label(name="quiet")
        self.add = button(self.tr("添加使用人…"))
        self.remove = button(self.tr("删除使用人"))
        self.code = button(self.tr("制作恢复码…"))
        self.add.clicked.connect(self.open_new)
        self.remove.clicked.connect(self.remove_one)
        self.code.clicked.connect(self.make_code)
        self.idle = QSpinBox()
        self.idle.setRange(SHORTEST_IDLE, LONGEST_IDLE)
        self.idle.setValue(idle_minutes())
        self.idle.setSuffix(self.tr(" 分钟不动就锁定"))
        self.idle.valueChanged.connect(keep_idle_minutes)
        column = QVBoxLayout()
        for one in (self.add, self.remove, self.code, self.idle):
            column.addWidget(one)
        for one in (self.add, self.remove, self.code):
            one.setEnabled(context.station.may("users"))
        column.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.view, 1)
        row.addLayout(column)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(row)
        box.addWidget(self.said)
        self.opened: UserDialog | CodeDialog | None = None

    def refresh(self) -> None:
        """Read again who opens the register."""
        self._context.read(users.ways_in, context=self, done=self._show)

    def _show(self, found: WaysIn) -> None:
        self.model.show_rows(found.users)
        code = self.tr("有恢复码") if found.has_code else self.tr("还没有恢复码，请主管制作")
        due = self.tr("，该演练了") if found.drill_due else ""
        streets = self.tr("；街道恢复钥匙：{0}").format("、".join(found.streets)) if found.streets else ""
        self.said.setText(code + due + streets)

    def open_new(self) -> UserDialog:
        """Open the form of a new user."""
        dialog = UserDialog(self._context, parent=self)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        self.opened = dialog
        return dialog

    def remove_one(self) -> None:
        """Remove the user chosen, after a question, and change the data key."""
        index = self.view.currentIndex()
        if not index.isValid():
            self._context.messages.said.emit(self.tr("请先选一位使用人"), True)
            return
        name = self.model.rows[index.row()].name
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

    def make_code(self) -> None:
        """Make a recovery code and show it once."""

        def done(code: str) -> None:
            self.opened = CodeDialog(self._context, code=code, parent=self)
            self.opened.accepted.connect(self.refresh)
            self.opened.open()

        self._context.read(users.make_recovery_code, context=self, done=done)
