"""A filter put together row by row: 并且 or 或者, what is asked about, how, and the value."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.conditions import EMPTY, FilterRow, line_of, read_rows, sign_word
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Kind
from desktop.services import filters, register
from desktop.services.catalogue import seen_fields
from desktop.services.filters import Asked
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import button, label

_PAUSE_MS = 300
_WORDS = Asked("", "任意文字", "常用", Kind.TEXT)


class FilterRowWidget(QWidget):
    """One row: how it is joined, the field, the sign, the value."""

    changed = Signal()
    dropped = Signal()

    def __init__(self, asked: list[Asked], *, orgs: dict[str, str]) -> None:
        super().__init__()
        self._asked, self._orgs = [_WORDS, *asked], orgs
        self.joint, self.field, self.sign, self.value = (QComboBox() for _ in range(4))
        self.joint.addItem(self.tr("并且"), False)
        self.joint.addItem(self.tr("或者"), True)
        for one in self._asked:
            self.field.addItem(one.label, one.key)
        _let_type(self.field)
        self.value.setEditable(True)
        self.value.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.value.setMinimumWidth(240)
        self.drop = button(self.tr("去掉"))
        self.drop.clicked.connect(self.dropped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget, share in ((self.joint, 0), (self.field, 2), (self.sign, 0), (self.value, 3), (self.drop, 0)):
            row.addWidget(widget, share)
        for box, name in ((self.joint, self.tr("连接")), (self.field, self.tr("项目")), (self.sign, self.tr("条件")),
                          (self.value, self.tr("内容"))):  # fmt: skip
            box.setAccessibleName(name)
        self.field.currentIndexChanged.connect(self._field_changed)
        self.sign.currentIndexChanged.connect(self._sign_changed)
        self.joint.currentIndexChanged.connect(lambda _place: self.changed.emit())
        self.value.editTextChanged.connect(lambda _text: self.changed.emit())
        self._field_changed()

    @property
    def asked(self) -> Asked:
        """What the row asks about."""
        return self._asked[max(self.field.currentIndex(), 0)]

    def show_row(self, row: FilterRow) -> None:
        """Show a row as it was written; raises InvalidValueError for a field there is none of."""
        key = filters.asked_named(row.field).key if row.field else ""
        self.joint.setCurrentIndex(int(row.either))
        self.field.setCurrentIndex(max(self.field.findData(key), 0))
        self.sign.setCurrentIndex(max(self.sign.findData(row.sign), 0))
        self.value.setEditText(row.value)

    def row(self) -> FilterRow:
        """Return what the row says."""
        either, value = bool(self.joint.currentData()), self.value.currentText().strip()
        if not self.asked.key:
            return FilterRow("", "", value, either)
        sign = str(self.sign.currentData())
        return FilterRow(self.asked.label, sign, "" if sign.endswith(EMPTY) else value, either)

    @property
    def is_said(self) -> bool:
        """True if the row says enough to be asked."""
        row = self.row()
        return bool(row.value) or row.sign.endswith(EMPTY)

    def _field_changed(self) -> None:
        asked, typed = self.asked, self.value.currentText()
        choices = filters.choices_of(asked, self._orgs)
        self.sign.clear()
        for sign in asked.signs if asked.key else ():
            self.sign.addItem(sign_word(sign, asked.kind), sign)
        self.sign.setVisible(bool(asked.key))
        self.value.clear()
        self.value.addItems(choices)
        self.value.setEditText(typed if not choices else choices[0])
        edit = self.value.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(self._hint(asked))
            digits = Qt.InputMethodHint.ImhFormattedNumbersOnly if asked.kind in {Kind.INT, Kind.MONEY} else None
            edit.setInputMethodHints(digits or Qt.InputMethodHint.ImhNone)
        self.changed.emit()

    def _hint(self, asked: Asked) -> str:
        if asked.kind is Kind.DATE:
            return self.tr("2025-11-24、2025-11 或 12个月前")
        if asked.kind is Kind.MONEY:
            return self.tr("元")
        return self.tr("几个内容用 | 隔开")

    def _sign_changed(self) -> None:
        self.value.setEnabled(not str(self.sign.currentData() or "").endswith(EMPTY))
        self.changed.emit()


def _let_type(box: QComboBox) -> None:
    """Let a long list be narrowed by typing a part of a name."""
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = box.completer()
    if completer is None:
        return
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)


class FilterDialog(QDialog):
    """Rows of conditions with the number of people who pass; Enter lists them."""

    def __init__(
        self, context: AppContext, *, expression: str, orgs: dict[str, str], chosen: Callable[[str], None],
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(self.tr("筛选条件"))
        self.setMinimumWidth(860)
        self._context, self._chosen, self._orgs = context, chosen, orgs
        self._asked = filters.askable_by(context.station, seen_fields(context.station))
        self.rows: list[FilterRowWidget] = []
        self._number = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._count)
        self._lines = QVBoxLayout()
        self.count = label(name="quiet")
        self._lay_out()
        self._show(expression)

    def _lay_out(self) -> None:
        held = QWidget()
        inner = QVBoxLayout(held)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._lines)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidget(held)
        area.setWidgetResizable(True)
        area.setMinimumHeight(240)
        self.more = button(self.tr("加一个条件（Ctrl+N）"))
        self.more.setShortcut("Ctrl+N")
        self.more.clicked.connect(lambda _on=False: self.add_row())
        self.use = button(self.tr("列出这些人"), primary=True)
        self.use.setDefault(True)
        self.use.clicked.connect(self._use)
        cancel = button(self.tr("取消"))
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.more)
        foot.addWidget(self.count, 1)
        foot.addWidget(cancel)
        foot.addWidget(self.use)
        whole = QVBoxLayout(self)
        said: QLabel = label(
            self.tr("每行一个条件。“或者”另起一组：同一组里的条件要都符合，符合其中一组就列出。"), name="quiet"
        )
        whole.addWidget(said)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    def _show(self, expression: str) -> None:
        for row in read_rows(expression):
            try:
                self.add_row().show_row(row)
            except InvalidValueError:
                self.rows[-1].show_row(FilterRow("", "", row.field + row.sign + row.value, row.either))
        if not self.rows:
            self.add_row()
        self._changed()

    def add_row(self) -> FilterRowWidget:
        """Add a row under the others and put the keyboard there."""
        one = FilterRowWidget(self._asked, orgs=self._orgs)
        one.field.setCurrentIndex(1)
        one.changed.connect(self._changed)
        one.dropped.connect(lambda: self._drop(one))
        self.rows.append(one)
        self._lines.addWidget(one)
        self._first_has_no_joint()
        one.field.setFocus()
        return one

    def _drop(self, one: FilterRowWidget) -> None:
        self.rows.remove(one)
        one.deleteLater()
        if not self.rows:
            self.add_row()
        self._first_has_no_joint()
        self._changed()

    def _first_has_no_joint(self) -> None:
        for place, one in enumerate(self.rows):
            policy = one.joint.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            one.joint.setSizePolicy(policy)
            one.joint.setVisible(place > 0)

    @property
    def expression(self) -> str:
        """The rows as one line; rows that say nothing yet are left out."""
        return line_of([one.row() for one in self.rows if one.is_said])

    def _changed(self) -> None:
        self._number += 1
        self._pause.start()

    def _count(self) -> None:
        expression, number = self.expression, self._number

        def read(station: Station) -> int | str:
            try:
                wanted = filters.parse_filter(expression, station=station)
            except InvalidValueError as error:
                return str(error)
            return register.people_count(station, wanted=wanted, stop=lambda: number != self._number)

        self._context.read(read, context=self, done=lambda found: self._show_count(number, found))

    def _show_count(self, number: int, found: int | str) -> None:
        if number == self._number:
            self.count.setText(found if isinstance(found, str) else self.tr("符合的有 {0} 人").format(found))

    def _use(self) -> None:
        """List the people who pass; a row that cannot be read keeps the dialog open and says why."""
        expression = self.expression

        def done(problem: str) -> None:
            self.count.setText(problem)
            if not problem:
                self.accept()
                self._chosen(expression)

        self._context.read(lambda station: _problem_of(expression, station), context=self, done=done)


def _problem_of(expression: str, station: Station) -> str:
    """Return why an expression cannot be used, '' if it can."""
    try:
        filters.parse_filter(expression, station=station)
    except InvalidValueError as error:
        return str(error)
    return ""
