"""The one mouth: every word said to the user outside a page goes through here."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.domain.errors import as_known

_BUG = "程序内部出错，这一步没有完成，已保存的内容不受影响。请重新打开程序；若再次出现，请联系技术员。"


class Messages(QObject):
    """Says things in the window's message bar, and asks questions. Tests answer through `answer_next`."""

    said = Signal(str, bool)  # text, is an error

    def __init__(self) -> None:
        super().__init__()
        self._answers: list[bool] = []
        self.report_bug: Callable[[BaseException], None] = lambda _error: None

    def inform(self, text: str) -> None:
        """Show a good outcome in the message bar."""
        self.said.emit(text, False)

    def show_error(self, error: BaseException) -> None:
        """Show one sentence for a known error; for any other, say it is ours and report it."""
        self.said.emit(self.words_for(error), True)

    def words_for(self, error: BaseException) -> str:
        """Return what a dialog says of an error itself: its own sentence, or ours for a bug, which is reported."""
        known = as_known(error)
        if known is not None:
            return str(known)
        self.report_bug(error)
        return _BUG

    def answer_next(self, *answers: bool) -> None:
        """Answer the next questions without showing them."""
        self._answers += answers

    def ask(self, parent: QWidget, text: str, *, yes: str, no: str) -> bool:
        """Ask a question with two named buttons; return True for the first."""
        if self._answers:
            return self._answers.pop(0)
        box = QMessageBox(parent)
        box.setWindowTitle("银册")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is accept
