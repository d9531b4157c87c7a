"""The ways into what data people may edit: organisations, code lists, fields, old-age bands."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from desktop.views.context import AppContext
from desktop.views.page import button
from desktop.views.settings.bands_dialog import BandsDialog
from desktop.views.settings.codes_dialog import CodesDialog
from desktop.views.settings.fields_dialog import FieldsDialog
from desktop.views.settings.orgs_dialog import OrgsDialog


class RulesBox(QWidget):
    """A row of buttons, each opening one list."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.buttons = {}
        for text, dialog in (
            (self.tr("机构与网格…"), OrgsDialog), (self.tr("代码表…"), CodesDialog),
            (self.tr("字段目录…"), FieldsDialog), (self.tr("高龄档次…"), BandsDialog),
        ):  # fmt: skip
            one = button(text)
            one.clicked.connect(lambda _checked=False, dialog=dialog: self.open_one(dialog(context, parent=self)))
            self.buttons[dialog.__name__] = one
            row.addWidget(one)
        row.addStretch(1)
        self.opened: QDialog | None = None

    def open_one(self, dialog: OrgsDialog | CodesDialog | FieldsDialog | BandsDialog) -> None:
        """Show a list and read its rows."""
        self.opened = dialog
        dialog.open()
        dialog.refresh()
