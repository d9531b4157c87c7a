"""The ways into what data people may edit: organisations, code lists, fields, old-age bands."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.services import codelists
from desktop.views.context import AppContext
from desktop.views.page import button, label
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
        self.unsure = label(name="quiet")
        row.addWidget(self.unsure, 1)
        self.opened: QDialog | None = None
        context.changed.connect(self._on_changed)
        self._count()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touches("code_list"):
            self._count()

    def _count(self) -> None:
        """Say how many code lists were written from memory or old copies and wait to be confirmed."""
        unsure = sum(not one.confirmed for one in codelists.all_lists())
        self.unsure.setText(self.tr("{0} 张代码表待确认").format(unsure) if unsure else "")

    def open_one(self, dialog: OrgsDialog | CodesDialog | FieldsDialog | BandsDialog) -> None:
        """Show a list and read its rows."""
        self.opened = dialog
        dialog.open()
        dialog.refresh()
