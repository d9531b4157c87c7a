"""A new password typed twice, or made: what is wrong with it is said while it is typed."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from desktop.domain.errors import KnownError
from desktop.security.passphrases import LONG_ENOUGH, check_passphrase, made_passphrase, strength_of
from desktop.views.page import PlainForm, button, label, plain_tip


class PasswordFields(QObject):
    """Two fields, a button that makes a passphrase, and one sentence about what stands there: rows of a form."""

    def __init__(self, parent: QObject, *, give_to: str = "") -> None:
        super().__init__(parent)
        self._give_to = give_to
        self.password, self.again = QLineEdit(), QLineEdit()
        for field in (self.password, self.again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self.make = button(self.tr("生成一个好记的"))
        self.make.setToolTip(plain_tip(self.tr("六个拼音词，不用输入法就能打")))
        self.make.setAutoDefault(False)
        self.make.clicked.connect(self.make_one)
        self.said = label(name="quiet")
        self.password.textEdited.connect(lambda _text: self._judge())

    def add_to(self, form: PlainForm) -> None:
        """Add the rows to a form, whose labels they then line up with."""
        row = QHBoxLayout()
        row.addWidget(self.password, 1)
        row.addWidget(self.make)
        form.add_row(self.tr("新密码"), row)
        form.add_row(self.tr("再输一次"), self.again)
        form.add_row("", self.said)

    def make_one(self) -> None:
        """Make a passphrase, put it into both fields and show it to be written down."""
        made = made_passphrase()
        self.password.setText(made)
        self.again.setText(made)
        to = self.tr("请现在抄下来交给{0}：{1}").format(self._give_to, made) if self._give_to else ""
        self.said.setText(to or self.tr("请现在抄下来收好：{0}").format(made))

    def _judge(self) -> None:
        self.said.setText(strength_of(self.password.text()))

    def complaint(self) -> str:
        """Return what must be changed before this password can be taken, '' if nothing."""
        try:
            check_passphrase(self.password.text(), least=LONG_ENOUGH)
        except KnownError as error:
            return str(error)
        if self.password.text() != self.again.text():
            return self.tr("两次输入的密码不一样，请重新输入。")
        return ""

    def take(self) -> str:
        """Return the password and forget it here."""
        given = self.password.text()
        self.clear()
        return given

    def clear(self) -> None:
        """Forget what was typed and said."""
        for field in (self.password, self.again):
            field.clear()
        self.said.setText("")
