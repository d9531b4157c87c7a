"""A line of a form that says who is meant: found as in the search box, chosen from the hits, then it stays."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop.views.context import AppContext
from desktop.views.people.search_box import SearchBox

_BETWEEN = "\u3000"  # what separates the parts of a hit


class PersonBox(SearchBox):
    """Finds people by name, pinyin, phone or id number; Enter takes the first, arrows choose another."""

    def __init__(self, context: AppContext, *, person: str = "", name: str = "", hint: str = "") -> None:
        super().__init__(context)
        self._person, self._line = person, name
        self.setText(name)
        self.setPlaceholderText(hint or self.tr("姓名、拼音首字母、电话或证号，再从列表中选"))
        self.setAccessibleName(self.tr("是谁"))

    def pick(self, person: str, line: str) -> None:
        """Keep who was chosen, with the name and birth in the box."""
        self._person = person
        self._line = "　".join(part for part in line.split(_BETWEEN)[:3] if part) or self.text()
        self.setText(self._line)

    def meant(self) -> str:
        """Return the id of the person chosen, or what was typed if nobody was."""
        return self._person if self._person and self.text() == self._line else self.text().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses first; only once somebody is chosen does it mean the dialog's button."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        waits = bool(self.text().strip()) and not (self._person and self.text() == self._line)
        super().keyPressEvent(event)
        if is_enter and waits:
            event.accept()
