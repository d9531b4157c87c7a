"""What a deed may still need from people: a second supervisor's password, or the terms of an export.

The service says so by its error; the dialog asks, and the same deed is done again. So no page has to know
which of its deeds need two people, and a new page cannot forget.
"""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import SecondPersonError, TermsNeededError
from desktop.services import second_person
from desktop.services.giving import BASES
from desktop.services.station import Second, Station, Terms
from desktop.views.page import PlainForm, button, label

Again = Callable[[], None]


class _AskDialog(QDialog):
    """A sentence, a few fields, and two buttons; `again` is called after `take` took what was typed."""

    def __init__(self, station: Station, *, title: str, said: str, yes: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.station = station
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        self.setModal(True)
        self.form = PlainForm()
        self.form.setSpacing(10)
        self.error = label(name="bad")
        self.yes = button(yes, primary=True)
        self.yes.setDefault(True)
        self.yes.clicked.connect(self._try)
        self.no = button(self.tr("取消"))
        self.no.setAutoDefault(False)
        self.no.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        box.addWidget(label(said))
        box.addLayout(self.form)
        box.addWidget(self.error)
        box.addLayout(row)

    def complaint(self) -> str:
        """Return what is missing, '' if nothing is."""
        raise NotImplementedError

    def take(self) -> None:
        """Give what was typed to the station, for the deed that asked."""
        raise NotImplementedError

    def _try(self) -> None:
        said = self.complaint()
        self.error.setText(said)
        if not said:
            self.take()
            self.accept()


class SecondDialog(_AskDialog):
    """Another supervisor types their own password."""

    def __init__(self, station: Station, *, error: SecondPersonError, parent: QWidget | None) -> None:
        super().__init__(
            station, title="请第二位主管同意", said=str(error), yes="同意", parent=parent
        )  # fmt: skip
        self.who = QComboBox()
        self.who.addItems(second_person.eligible(station.vault.folder, user=station.user))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.add_row(self.tr("第二位主管"), self.who)
        self.form.add_row(self.tr("他的密码"), self.password)
        self.password.setFocus()

    def complaint(self) -> str:
        return "" if self.password.text() else self.tr("请另一位主管输入密码。")

    def take(self) -> None:
        self.station.second = Second(self.who.currentText(), self.password.text())
        self.password.clear()


class TermsDialog(_AskDialog):
    """To whom, what for, on what ground."""

    def __init__(self, station: Station, *, error: TermsNeededError, parent: QWidget | None) -> None:
        super().__init__(station, title="导出登记", said=str(error), yes="导出", parent=parent)
        self.recipient, self.purpose = QLineEdit(), QLineEdit()
        self.basis = QComboBox()
        self.basis.setEditable(True)
        self.basis.addItems(BASES)
        self.form.add_row(self.tr("提供给谁"), self.recipient)
        self.form.add_row(self.tr("用途"), self.purpose)
        self.form.add_row(self.tr("依据"), self.basis)
        note = label(self.tr("每页页脚会印上导出人、时间、提供给谁；导出会记入登记簿。"), name="quiet")
        self.form.add_row("", note)
        self.recipient.setFocus()

    def complaint(self) -> str:
        for field, name in ((self.recipient, self.tr("提供给谁")), (self.purpose, self.tr("用途"))):
            if not field.text().strip():
                field.setFocus()
                return self.tr("“{0}”还没有填。").format(name)
        return "" if self.basis.currentText().strip() else self.tr("“依据”还没有填。")

    def take(self) -> None:
        self.station.terms = Terms(self.recipient.text(), self.purpose.text(), self.basis.currentText())


class Consent:
    """Asks for what a failed deed still needs. `opened` is the dialog that waits, for tests."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.opened: SecondDialog | TermsDialog | None = None

    def handle(self, error: BaseException, again: Again, give_up: Again) -> bool:
        """Open the dialog that `error` asks for, and return True; False if it asks for nothing."""
        parent = QApplication.activeModalWidget() or QApplication.activeWindow()
        if isinstance(error, SecondPersonError):
            self.opened = SecondDialog(self.station, error=error, parent=parent)
        elif isinstance(error, TermsNeededError):
            self.opened = TermsDialog(self.station, error=error, parent=parent)
        else:
            return False
        self.opened.accepted.connect(again)
        self.opened.rejected.connect(give_up)
        self.opened.open()
        return True
