"""One entry of the log, line by line: which records it touched and which fields, never their contents."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.permissions import READ_PEOPLE
from desktop.services import audit
from desktop.services.audit_log import Entry, Line
from desktop.views.context import AppContext
from desktop.views.page import button, label, resize_within_screen
from desktop.views.table import Column, SnapshotTable, table_view


class EntryDialog(QDialog):
    """What an entry touched; from a line to the person, for who may see people."""

    def __init__(self, context: AppContext, *, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        deed = entry.deed
        self.setWindowTitle(self.tr("第 {0} 步").format(deed.n))
        resize_within_screen(self, 1040, 520)
        self.lines: SnapshotTable[Line] = SnapshotTable([
            Column(self.tr("改了什么"), lambda one: one.what, 16),
            Column(self.tr("人员编号"), lambda one: one.person_no, 18),
            Column(self.tr("项目（不显示内容）"), lambda one: one.fields or self.tr("（整条）"), 30),
        ])  # fmt: skip
        self.lines.show_rows(entry.lines)
        self.view = table_view(self.lines)
        self.view.setWordWrap(True)
        self.view.resizeRowsToContents()
        self.to_person = button(self.tr("看这个人"))
        self.to_person.setVisible(context.station.may(READ_PEOPLE))
        self.close_button = button(self.tr("关闭"), primary=True)
        self.to_person.clicked.connect(self._go)
        self.close_button.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.to_person)
        row.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(10)
        said = "　".join((local_text(deed.at), deed.user, audit.action_name(deed.action), deed.detail))
        box.addWidget(label(said))
        more = self.tr("，只列出前面的") if entry.more else ""
        box.addWidget(label(self.tr("涉及 {0} 条登记{1}").format(len(entry.lines), more), name="quiet"))
        box.addWidget(self.view, 1)
        box.addLayout(row)
        self.view.selectRow(0)

    def _go(self) -> None:
        index = self.view.currentIndex()
        line = self.lines.rows[index.row()] if index.isValid() else None
        if line is None or not line.person:
            self._context.messages.said.emit(self.tr("这一条不是某个人的"), True)
            return
        self.accept()
        self._context.person_wanted.emit(line.person)
