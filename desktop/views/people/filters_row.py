"""The row of filters over the list of people."""

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from desktop.domain.codes import code_list
from desktop.domain.conditions import FilterRow, narrowed
from desktop.views.page import button

_PAUSE_MS = 250
_AGES = ("60", "70", "80", "90", "100")


class FiltersRow(QWidget):
    """Community, state, sex, age, care tag and a text; `expression` says them as the command line does."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.community, self.state, self.sex, self.age, self.tag = (QComboBox() for _ in range(5))
        self.community.addItem(self.tr("全部社区"), "")
        _fill(self.state, self.tr("全部状态"), code_list("manage_state").offered)
        _fill(self.sex, self.tr("男女"), {code: code_list("sex").label_of(code) for code in ("1", "2")})
        _fill(self.age, self.tr("各年龄"), {age: self.tr("{0} 岁以上").format(age) for age in _AGES})
        _fill(self.tag, self.tr("全部关爱类别"), code_list("care_tag").offered)
        self.text = QLineEdit()
        self.text.setClearButtonEnabled(True)
        self.text.setPlaceholderText(self.tr("含有文字，或 原单位~轴承;年龄<=85 或者 标签=孤寡"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.text.textChanged.connect(lambda _text: self._pause.start())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for box in (self.community, self.state, self.sex, self.age, self.tag):
            box.currentIndexChanged.connect(lambda _place: self.changed.emit())
            row.addWidget(box)
        self.more = button(self.tr("更多条件…（Ctrl+F）"))
        self.more.setShortcut("Ctrl+F")
        row.addWidget(self.more)
        row.addStretch(1)

    def show_communities(self, names: Mapping[str, str]) -> None:
        """Offer the communities there are; the one chosen stays."""
        if self.community.count() == len(names) + 1:
            return
        chosen = self.community.currentData()
        self.community.blockSignals(True)
        self.community.clear()
        _fill(self.community, self.tr("全部社区"), names)
        self.community.setCurrentIndex(max(self.community.findData(chosen), 0))
        self.community.blockSignals(False)

    def clear(self) -> None:
        """Ask for everyone again, without saying so."""
        self.blockSignals(True)
        for box in (self.community, self.state, self.sex, self.age, self.tag):
            box.setCurrentIndex(0)
        self.text.clear()
        self._pause.stop()
        self.blockSignals(False)

    def show_expression(self, expression: str) -> None:
        """Put a whole expression into the text, everything else asking for everyone."""
        self.clear()
        self.blockSignals(True)
        self.text.setText(expression)
        self._pause.stop()
        self.blockSignals(False)

    @property
    def expression(self) -> str:
        """What is chosen, in the words `filters.parse_filter` reads; '' for everyone."""
        rows = [
            FilterRow(key, sign, str(box.currentData()))
            for key, sign, box in (
                ("home_org", "=", self.community), ("manage_state", "=", self.state), ("sex", "=", self.sex),
                ("年龄", ">=", self.age), ("标签", "=", self.tag),
            )
            if box.currentData()
        ]  # fmt: skip
        return narrowed(rows, self.text.text())


def _fill(box: QComboBox, everyone: str, items: Mapping[str, str]) -> None:
    box.addItem(everyone, "")
    for code, text in items.items():
        box.addItem(text, code)
