"""The button over the list of people that offers the named lists, and saves the present filter as one of them."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop.services import lists
from desktop.services.lists import SAVED, NamedList
from desktop.views.asking import ask_text
from desktop.views.context import AppContext
from desktop.views.page import button


class ListsMenu(QWidget):
    """Holds the button and its menu; `chosen` is called with the list a clerk picks."""

    def __init__(
        self, context: AppContext, *, chosen: Callable[[NamedList], None], expression: Callable[[], str]
    ) -> None:
        super().__init__()
        self._context, self._chosen, self._expression = context, chosen, expression
        self.button: QPushButton = button(self.tr("名单"))
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.fill()

    def fill(self) -> None:
        """Read the lists again."""
        self._context.read(lists.named_lists, context=self, done=self._show)

    def _show(self, found: list[NamedList]) -> None:
        self.menu.clear()
        group = ""
        for one in found:
            if one.group != group:
                group = one.group
                self.menu.addSection(group)
            self.menu.addAction(one.name).triggered.connect(lambda _on=False, one=one: self._chosen(one))
        self.menu.addSeparator()
        self.menu.addAction(self.tr("把现在的筛选存成名单…")).triggered.connect(lambda _on=False: self._ask_name())
        saved = [one for one in found if one.group == SAVED]
        if saved:
            drop = self.menu.addMenu(self.tr("删除名单"))
            for one in saved:
                drop.addAction(one.name).triggered.connect(lambda _on=False, one=one: self.drop(one))

    def _ask_name(self) -> None:
        name = ask_text(self, self.tr("存成名单"), self.tr("名称"))
        if name is not None:
            self.save(name)

    def save(self, name: str) -> None:
        """Save the present filter under a name."""
        expression = self._expression()
        self._context.write(
            lambda station, _report: lists.save_list(station, name=name, expression=expression),
            context=self,
            done=lambda _changes: self._saved(name),
        )

    def _saved(self, name: str) -> None:
        self._context.messages.inform(self.tr("已存成名单“{0}”").format(name.strip()))
        self.fill()

    def drop(self, one: NamedList) -> None:
        """Take a saved list off the menu."""
        self._context.write(
            lambda station, _report: lists.drop_list(station, record=one.record),
            context=self,
            done=lambda _changes: self.fill(),
        )
