"""Phones, contacts, tags and visits of one person: the list, and the form for one of them."""

from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.domain.dictionary import KINDS, Kind
from desktop.services import card_life, register, visits
from desktop.store.people import ChildRow
from desktop.views.context import AppContext
from desktop.views.field_text import field_text
from desktop.views.page import button
from desktop.views.people.form_dialog import FormDialog, Write
from desktop.views.table import Column, SnapshotTable, table_view

_ADDED = ("phone", "contact", "tag")
_MORE = ("former_name", "old_id", "insurance", "party", "file_loan", "consent")
_AMENDED = (*_ADDED, *_MORE, "visit")
_REFUSED = {
    "card": "联系卡不能修改，可以作废后重新发卡",
    "state": "状态变动不能修改，请再登记一次状态变动",
    "verify": "核对记录不能修改，请重新核对",
    "verify_item": "核对记录不能修改，请重新核对",
    "pair": "重复判定请到“查重”里改",
}


class ChildDialog(FormDialog):
    """One record that hangs on a person, new or to be corrected."""

    def __init__(
        self, context: AppContext, *, kind: str, person: str, row: ChildRow | None = None, parent: QWidget
    ) -> None:
        record = KINDS[kind]
        fields = [field for field in record.fields if field.kind is not Kind.RECORD]
        draft = f"child/{person}/{kind}/{row.id if row else ''}"
        super().__init__(context, kind=record, fields=fields, title=record.label, parent=parent, draft=draft)
        self._kind, self._person, self._row = kind, person, row
        if row:
            self.form.show_values(row.values)

    def prepared(self) -> Write:
        """Return the write of this record."""
        typed, row, kind, person = self.form.values(), self._row, self._kind, self._person
        if row is None:
            filled = {key: value for key, value in typed.items() if value is not None}
            return lambda station: register.put_child(station, kind=kind, person=person, values=filled)
        if kind == "visit":
            return lambda station: visits.amend_visit(station, visit=row.id, values=typed)
        return lambda station: register.put_child(station, kind=kind, person=person, values=typed, record=row.id)


class ChildrenTab(QWidget):
    """What hangs on a person, with what can be done to it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.person = ""
        self.model: SnapshotTable[ChildRow] = SnapshotTable(
            [
                Column(self.tr("类别"), lambda row: KINDS[row.kind].label, 10),
                Column(self.tr("内容"), child_text, 60),
            ]
        )
        self.view = table_view(self.model)
        self.view.activated.connect(lambda index: self.amend(self.model.rows[index.row()]))
        line = QHBoxLayout()
        for kind in _ADDED:
            one = button(self.tr("添加{0}").format(KINDS[kind].label))
            one.clicked.connect(lambda _checked=False, kind=kind: self.add(kind))
            line.addWidget(one)
        self.more = button(self.tr("添加其他"))
        menu = QMenu(self.more)
        for kind in _MORE:
            menu.addAction(KINDS[kind].label).triggered.connect(lambda _checked=False, kind=kind: self.add(kind))
        self.more.setMenu(menu)
        line.addWidget(self.more)
        line.addStretch(1)
        self.change = button(self.tr("修改（回车）"))
        self.change.clicked.connect(lambda: self._with_current(self.amend))
        self.delete = button(self.tr("删除或作废"))
        self.delete.clicked.connect(lambda: self._with_current(self._ask_to_remove))
        line.addWidget(self.change)
        line.addWidget(self.delete)
        box = QVBoxLayout(self)
        box.addLayout(line)
        box.addWidget(self.view, 1)

    def _with_current(self, act: object) -> None:
        index = self.view.currentIndex()
        if index.isValid() and callable(act):
            act(self.model.rows[index.row()])
        else:
            self._context.messages.said.emit(self.tr("请先在下面选一条记录"), True)

    def add(self, kind: str) -> ChildDialog:
        """Open the form of a new record."""
        return self._open(ChildDialog(self._context, kind=kind, person=self.person, parent=self))

    def amend(self, row: ChildRow) -> ChildDialog | None:
        """Open the form of a record that may be corrected by hand."""
        if row.kind not in _AMENDED:
            self._context.messages.said.emit(self.tr(_REFUSED[row.kind]), True)
            return None
        return self._open(ChildDialog(self._context, kind=row.kind, person=self.person, row=row, parent=self))

    def _open(self, dialog: ChildDialog) -> ChildDialog:
        dialog.open()
        return dialog

    def _ask_to_remove(self, row: ChildRow) -> None:
        if row.kind in _REFUSED and row.kind != "card":
            self._context.messages.said.emit(self.tr(_REFUSED[row.kind]), True)
            return
        if row.kind == "card":
            number = str(row.values.get("card_no"))
            question = self.tr("作废联系卡 {0}？扫这张卡会显示已作废；重新发卡会得到新卡号。").format(number)
            if self._context.messages.ask(self, question, yes=self.tr("作废"), no=self.tr("不作废")):
                self.revoke(number)
            return
        text = self.tr("删除这条{0}？删除后仍可在变更历史中查到。").format(KINDS[row.kind].label)
        if self._context.messages.ask(self, text, yes=self.tr("删除"), no=self.tr("保留")):
            self.remove(row)

    def revoke(self, number: str) -> None:
        """Make a contact card void."""
        why = self.tr("遗失、收回或作废")
        self._context.write(
            lambda station, _report: card_life.revoke_card(station, card_no=number, why=why),
            context=self,
            done=lambda _changes: self._context.messages.inform(self.tr("联系卡 {0} 已作废").format(number)),
        )

    def remove(self, row: ChildRow) -> None:
        """Delete a record."""
        self._context.write(
            lambda station, _report: register.remove_child(station, kind=row.kind, record=row.id),
            context=self,
            done=lambda _changes: self._context.messages.inform(self.tr("已删除")),
        )


def child_text(row: ChildRow) -> str:
    """Return a record in one line: labels and what they hold."""
    return "　".join(
        f"{field.label}：{field_text(field, row.values[field.key])}"
        for field in KINDS[row.kind].fields
        if field.key in row.values and field.kind is not Kind.RECORD
    )
