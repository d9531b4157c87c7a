"""From where on the audit page calls use unusual: a short list of limits, changed by a supervisor."""

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.watch import LIMITS, Limit, limit_text
from desktop.services import unusual
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import resize_within_screen
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_SIZE = (820, 600)
Line = tuple[Limit, int]


class WatchDialog(ListDialog[Line]):
    """The limits of the report of unusual access."""

    topics = ("watch_limit",)

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("异常访问的界线"))
        resize_within_screen(self, *_SIZE)
        self.said.setText(
            self.tr(
                "超过这些界线的，“审计”页的“异常访问”会列出来，供负责人问一问。数字是程序建议的，请按本单位的情况改。"
            )
        )
        self.change_button = self.add_button(self.tr("修改…（回车）"), self.edit, primary=True)
        self.change_button.setEnabled(context.station.may("watch.edit"))
        self.view.doubleClicked.connect(lambda _index: self.edit())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.view, self.edit)
        self.view.setFocus()

    def columns(self) -> list[Column[Line]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("什么算异常"), lambda one: one[0].label, 24),
            Column(self.tr("界线"), lambda one: limit_text(one[0].key, one[1]), 14),
            Column(self.tr("程序建议"), lambda one: limit_text(one[0].key, one[0].shipped), 14),
        ]

    def rows(self, station: Station) -> Sequence[Line]:
        """Return the limits, the hours first."""
        chosen = unusual.limits(station)
        return [(one, chosen[key]) for key, one in LIMITS.items()]

    def edit(self) -> ActionDialog | None:
        """Ask for the limit chosen."""
        line = self.chosen()
        if line is None or not self.change_button.isEnabled():
            return None
        limit, value = line

        def act(station: Station, answers: Answers) -> Changes:
            return unusual.set_limit(station, what=limit.key, text=answers["value"])

        asks = [
            Ask("value", limit.label, value=limit_text(limit.key, value), hint=limit_text(limit.key, limit.shipped))
        ]
        return self.ask(Action(limit.label, self.tr("保存"), asks, act))
