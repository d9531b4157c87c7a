"""The list of the community's own staff, with the form for one of them."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.dictionary import STAFF
from desktop.domain.fields import Field
from desktop.services import staff
from desktop.store.people import ChildRow
from desktop.views.context import AppContext
from desktop.views.field_text import field_text
from desktop.views.page import button
from desktop.views.people.form_dialog import FormDialog, Write
from desktop.views.table import Column, SnapshotTable, table_view

_FIELDS = [field for field in STAFF.fields if field.key != "org"]
_HEIGHT = 170


class StaffDialog(FormDialog):
    """One member of staff."""

    def __init__(self, context: AppContext, *, row: ChildRow | None, parent: QWidget) -> None:
        super().__init__(context, kind=STAFF, fields=_FIELDS, title=STAFF.label, parent=parent)
        self._record = row.id if row else ""
        self.form.show_values(row.values if row else {"on_card": 1})

    def prepared(self) -> Write:
        """Return the write of this member of staff."""
        values, record = self.form.values(), self._record
        return lambda station: staff.put_staff(station, values=values, record=record)


class StaffBox(QWidget):
    """Who works here; those marked so are printed on contact cards."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.model: SnapshotTable[ChildRow] = SnapshotTable([_column(field) for field in _FIELDS])
        self.view = table_view(self.model)
        self.view.setMinimumHeight(_HEIGHT)
        self.view.activated.connect(lambda index: self.edit(self.model.rows[index.row()]))
        self.new = button(self.tr("添加工作人员"))
        self.new.clicked.connect(lambda: self.edit(None))
        self.delete = button(self.tr("删除"))
        self.delete.clicked.connect(self.remove)
        column = QVBoxLayout()
        column.addWidget(self.new)
        column.addWidget(self.delete)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.view, 1)
        row.addLayout(column)

    def refresh(self) -> None:
        """Read the staff again."""
        self._context.read(staff.own_staff, context=self, done=self.model.show_rows)

    def edit(self, row: ChildRow | None) -> StaffDialog:
        """Open the form of one, or of a new one."""
        dialog = StaffDialog(self._context, row=row, parent=self)
        dialog.open()
        return dialog

    def remove(self) -> None:
        """Delete the one chosen, after a question."""
        index = self.view.currentIndex()
        if not index.isValid():
            self._context.messages.said.emit(self.tr("请先选一位工作人员"), True)
            return
        row = self.model.rows[index.row()]
        question = self.tr("删除工作人员“{0}”？新打印的联系卡将不再印他的电话。").format(row.values.get("name"))
        if self._context.messages.ask(self, question, yes=self.tr("删除"), no=self.tr("保留")):
            self._context.write(lambda station, _report: staff.remove_staff(station, record=row.id), context=self)


def _column(field: Field) -> Column[ChildRow]:
    return Column(field.label, lambda row: field_text(field, row.values.get(field.key)), 14)
