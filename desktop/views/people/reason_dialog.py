"""Asks for the reason of something that must have one."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.views.page import button, label


class ReasonDialog(QDialog):
    """A sentence, a line for the reason, one button; empty reasons are refused in place."""

    def __init__(self, text: str, *, yes: str, given: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("原因"))
        self.setMinimumWidth(520)
        self._given = given
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("请写明原因"))
        self.error = label(name="bad")
        self.confirm = button(yes, primary=True)
        self.confirm.setDefault(True)
        self.confirm.clicked.connect(self._confirm)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.confirm)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addWidget(label(text))
        box.addWidget(self.reason)
        box.addWidget(self.error)
        box.addLayout(row)

    def _confirm(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.error.setText(self.tr("请先写明原因"))
            self.reason.setFocus()
            return
        self.accept()
        self._given(reason)
