"""One field of many people at once: choose, see what it does, write it with a reason, take it back."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.dictionary import KINDS, Kind
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Field
from desktop.services import batches, bulk_edit, register
from desktop.services.batches import Undone
from desktop.services.bulk_edit import BulkChange, BulkDone, BulkPreview, BulkRow
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.people.editors import editor_for, typed_value
from desktop.views.people.latin_editors import SearchCombo
from desktop.views.table import Column, SnapshotTable, table_view

_SHOWN = 2000
_TAG = "tag"


class BulkDialog(QDialog):
    """Works on the people given; nothing is written before the preview is confirmed."""

    def __init__(self, context: AppContext, *, ids: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._ids = context, list(ids)
        self._preview: BulkPreview | None = None
        self._batch = ""
        self._orgs: dict[str, str] = {}
        self.setWindowTitle(self.tr("批量修改 {0} 人").format(len(ids)))
        self.resize(980, 600)
        self._fields = {one.key: one for one in bulk_edit.bulk_fields()}
        self.field = SearchCombo()
        for one in self._fields.values():
            self.field.addItem(one.label, one.key)
        self.field.addItem(self.tr("关爱类别（添加标签）"), _TAG)
        self.mode = QComboBox()
        self._value_box = QHBoxLayout()
        self.value: QWidget = QLineEdit()
        self.look = button(self.tr("预览"), primary=True)
        self.look.clicked.connect(self.preview)
        self.summary = label(self.tr("选项目、填新的值，点“预览”看每个人会怎样改。现在还没有改动。"))
        self.error = label(name="bad")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("原因（必填），例如：2026 年楼栋普查"))
        self.confirm = button(self.tr("确定修改"))
        self.confirm.setEnabled(False)
        self.confirm.clicked.connect(self.apply)
        self.undo = button(self.tr("撤销这次修改"))
        self.undo.hide()
        self.undo.clicked.connect(self.take_back)
        self.model: SnapshotTable[BulkRow] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda row: row.name, 9),
                Column(self.tr("人员编号"), lambda row: row.person_no, 12),
                Column(self.tr("原来"), lambda row: row.old, 20),
                Column(self.tr("改为"), lambda row: row.new or self.tr("（清空）"), 20),
                Column(self.tr("结果"), self._outcome, 20),
            ]
        )
        self._lay_out()
        self.field.currentIndexChanged.connect(lambda _place: self._choose())
        self._choose()
        context.read(register.org_names, context=self, done=self._know_orgs)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.field)
        line.addWidget(self.mode)
        line.addLayout(self._value_box, 1)
        line.addWidget(self.look)
        last = QHBoxLayout()
        last.addWidget(self.reason, 1)
        last.addWidget(self.undo)
        last.addWidget(self.confirm)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.addLayout(line)
        box.addWidget(self.summary)
        box.addWidget(self.error)
        box.addWidget(table_view(self.model), 1)
        box.addLayout(last)

    def _know_orgs(self, orgs: dict[str, str]) -> None:
        self._orgs = orgs
        self._choose()

    def _chosen(self) -> Field:
        key = self.field.currentData()
        return KINDS["tag"].field("code") if key == _TAG else self._fields[key]

    def _choose(self) -> None:
        """Offer what can be done to the field chosen, and an editor of its kind."""
        one, key = self._chosen(), self.field.currentData()
        self.mode.clear()
        if key == _TAG:
            self.mode.addItem(self.tr("添加"), bulk_edit.TAG)
        else:
            self.mode.addItem(self.tr("改为"), bulk_edit.SET)
            self.mode.addItem(self.tr("清空"), bulk_edit.CLEAR)
            if one.kind in {Kind.TEXT, Kind.NOTE}:
                self.mode.addItem(self.tr("追加一行"), bulk_edit.APPEND)
        self._value_box.removeWidget(self.value)
        self.value.deleteLater()
        self.value = self._editor(one)
        self._value_box.addWidget(self.value)
        self.confirm.setEnabled(False)

    def _editor(self, one: Field) -> QWidget:
        if one.kind is not Kind.ORG:
            return editor_for(one)
        box = SearchCombo()
        for code, name in self._orgs.items():
            box.addItem(name, code)
        return box

    def change(self) -> BulkChange:
        """Return what is chosen."""
        return BulkChange(self.mode.currentData(), self._chosen().key, typed_value(self.value, self._chosen()))

    def preview(self) -> None:
        """Read what the change would do to everyone."""
        change, ids, station = self.change(), self._ids, self._context.station
        self.error.setText("")
        self._context.runner.run(
            lambda report: bulk_edit.preview_bulk(station, ids=ids, change=change, report=report),
            context=self,
            done=self._show,
            failed=self._failed,
        )

    def _show(self, preview: BulkPreview) -> None:
        self._preview = preview
        will, same = preview.count(bulk_edit.WILL), preview.count(bulk_edit.SAME)
        refused = preview.count(bulk_edit.REFUSED)
        order = {bulk_edit.REFUSED: 0, bulk_edit.WILL: 1, bulk_edit.SAME: 2}
        self.model.show_rows(sorted(preview.rows, key=lambda row: order[row.outcome])[:_SHOWN])
        self.summary.setText(
            self.tr("{0}：{1} 人会修改，{2} 人无变化，{3} 人不能改").format(preview.label, will, same, refused)
        )
        self.confirm.setText(self.tr("确定修改 {0} 人").format(will))
        self.confirm.setEnabled(will > 0)

    def _outcome(self, row: BulkRow) -> str:
        words = {bulk_edit.WILL: self.tr("会修改"), bulk_edit.SAME: self.tr("无变化")}
        return words.get(row.outcome, self.tr("不能改：{0}").format(row.reason))

    def apply(self) -> None:
        """Write the change to everyone it was previewed for."""
        preview, why = self._preview, self.reason.text()
        if preview is None or preview.change != self.change():
            self.error.setText(self.tr("选的内容改过了，请先再点“预览”"))
            return

        def done(written: BulkDone) -> None:
            self._batch = written.changes.batch
            left = self.tr("，{0} 人刚被别处改过，没有动").format(written.left) if written.left else ""
            self.summary.setText(self.tr("已修改 {0} 人{1}").format(written.changed, left))
            self.confirm.setEnabled(False)
            self.undo.show()

        self._context.write(
            lambda station, report: bulk_edit.apply_bulk(station, preview=preview, why=why, report=report),
            context=self,
            done=done,
            failed=self._failed,
        )

    def take_back(self) -> None:
        """Undo what was just written."""
        batch = self._batch

        def done(undone: Undone) -> None:
            self.undo.hide()
            self.summary.setText(self.tr("已撤销，{0} 人恢复原样").format(undone.restored))

        self._context.write(
            lambda station, _report: batches.undo_batch(station, batch=batch),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, InvalidValueError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)
