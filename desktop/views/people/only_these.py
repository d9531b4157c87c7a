"""The banner over a list that shows certain people only: what they have in common, and the way back."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.page import button, label


class OnlyThese(QWidget):
    """Hidden while everyone is listed; `people` is then None."""

    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.people: tuple[str, ...] | None = None
        self.title = label(name="practice")
        self.back = button(self.tr("回到全部人员"))
        self.back.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.title, 1)
        row.addWidget(self.back)
        self.hide()

    def show_people(self, title: str, people: Sequence[str]) -> None:
        """Say who is listed."""
        self.people = tuple(people)
        self.title.setText(self.tr("只列出：{0}（{1} 人）").format(title, len(people)))
        self.show()

    def clear(self) -> None:
        """List everyone again."""
        self.people = None
        self.hide()
        self.cleared.emit()
