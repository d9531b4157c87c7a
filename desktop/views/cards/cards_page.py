"""Contact cards: issue and print, what became of those issued, check one, how they look."""

from pathlib import Path

from PySide6.QtWidgets import QTabWidget

from desktop.views.cards.check_row import CheckRow
from desktop.views.cards.design_dialog import DesignDialog
from desktop.views.cards.issue_tab import IssueTab
from desktop.views.cards.issued_tab import IssuedTab
from desktop.views.context import AppContext
from desktop.views.page import Page, button


class CardsPage(Page):
    """Issues the cards of the people chosen, and keeps count of them."""

    topics = ("card", "person", "staff", "org", "card_design")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("联系卡"))
        self.issue, self.issued = IssueTab(context), IssuedTab(context)
        self.check_row = CheckRow(context)
        self.design = button(self.tr("卡的式样…") if context.station.is_street else self.tr("看卡的式样…"))
        self.design.clicked.connect(lambda _on=False: self.open_design())
        self.head.addWidget(self.check_row, 4)
        self.head.addWidget(self.design)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.issue, self.tr("发卡"))
        self.tabs.addTab(self.issued, self.tr("已发的卡"))
        self.body.addWidget(self.tabs, 1)
        self.view, self.model = self.issue.view, self.issue.model
        self.layout_box, self.backs = self.issue.layout_box, self.issue.backs

    def refresh(self) -> None:
        """Read people and cards again."""
        self.issue.refresh()
        self.issued.refresh()

    def preview(self) -> None:
        """Show the first sheet as it will be printed."""
        self.issue.preview()

    def issue_to(self, path: Path) -> None:
        """Issue the chosen people's cards and save the sheets."""
        self.issue.issue_to(path)

    def open_design(self) -> DesignDialog:
        """Open the editor of the cards' look."""
        kind = {"cr80": "cr80", "large": "large", "large-a6": "large"}.get(str(self.layout_box.currentData()), "small")
        dialog = DesignDialog(self.context, kind=kind, parent=self)
        dialog.open()
        return dialog
