"""冲突: base, ours and theirs with who and when; decided one by one or many alike; what merged by itself."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import kind_of
from desktop.services import conflicts
from desktop.services.merge_items import shown
from desktop.services.station import Station
from desktop.store.conflicts import ConflictDetail, Side, SoftLine
from desktop.views.asking import ask_item, ask_text
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

Answer = tuple[list[ConflictDetail], list[SoftLine]]


class ConflictsTab(QWidget):
    """What waits for a decision, and what was merged by itself in the last thirty days."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.waiting: SnapshotTable[ConflictDetail] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.name, 8),
                Column(self.tr("项目"), label_of, 11),
                Column(self.tr("原来"), lambda one: _value(one, one.base), 15),
                Column(self.tr("本库的值"), lambda one: _value(one, one.ours.value), 17),
                Column(self.tr("谁、何时"), lambda one: _who(one.ours), 18),
                Column(self.tr("对方的值"), lambda one: _value(one, one.theirs.value), 17),
                Column(self.tr("谁、何时"), lambda one: _who(one.theirs), 18),
            ]
        )
        self.view = table_view(self.waiting)
        self.view.doubleClicked.connect(lambda index: self._open_person(index.row()))
        self.soft: SnapshotTable[SoftLine] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.name, 10),
                Column(self.tr("本库改的"), lambda one: _labels(one.kind, one.ours), 26),
                Column(self.tr("对方改的"), lambda one: _labels(one.kind, one.theirs), 26),
                Column(self.tr("对方"), lambda one: f"{one.org} {one.user}", 20),
                Column(self.tr("合并时间"), lambda one: local_text(one.at), 14),
            ]
        )
        self.empty = label(
            self.tr("没有冲突要裁定。两边改了同一项时，两个值都会留在这里，由您决定用哪个。"), name="quiet"
        )
        self.all_alike = button(self.tr("同类全部…"))
        self.all_alike.clicked.connect(self._ask_alike)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._waiting_tab(), self.tr("要裁定的"))
        self.tabs.addTab(table_view(self.soft), self.tr("已自动合并"))
        QVBoxLayout(self).addWidget(self.tabs)

    def _waiting_tab(self) -> QWidget:
        held = QWidget()
        box = QVBoxLayout(held)
        row = QHBoxLayout()
        row.addWidget(self.all_alike)
        row.addStretch(1)
        for text, keys, keep in (
            (self.tr("用本库的（1）"), "1", "mine"),
            (self.tr("用对方的（2）"), "2", "theirs"),
        ):
            one = button(text)
            one.clicked.connect(lambda _checked=False, keep=keep: self.decide(keep))
            QShortcut(QKeySequence(keys), self.view, lambda keep=keep: self.decide(keep))
            row.addWidget(one)
        third = button(self.tr("另填一个值（3）…"))
        third.clicked.connect(self._third)
        QShortcut(QKeySequence("3"), self.view, self._third)
        row.addWidget(third)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addLayout(row)
        return held

    def refresh(self) -> None:
        """Read the conflicts again."""
        self.context.read(_read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        waiting, soft = answer
        row = max(self.view.currentIndex().row(), 0)
        self.waiting.show_rows(waiting)
        self.soft.show_rows(soft)
        self.empty.setVisible(not waiting)
        self.tabs.setTabText(1, self.tr("已自动合并（{0}）").format(len(soft)))
        if waiting:
            self.view.selectRow(min(row, len(waiting) - 1))

    def _current(self) -> ConflictDetail | None:
        index = self.view.currentIndex()
        return self.waiting.rows[index.row()] if index.isValid() else None

    def decide(self, keep: str) -> None:
        """Decide the chosen conflict."""
        one = self._current()
        if one is None:
            return
        self.context.write(
            lambda station, _report: conflicts.resolve_conflict(station, conflict=one.id, keep=keep),
            context=self,
            done=lambda _changes: self._told(self.tr("冲突已裁定，会随下一个数据包告诉对方")),
        )

    def decide_alike(self, keep: str) -> None:
        """Decide all conflicts like the chosen one: the same field from the same unit."""
        one = self._current()
        if one is None:
            return
        ids = [other.id for other in conflicts.alike(self.waiting.rows, one)]
        self.context.write(
            lambda station, _report: conflicts.resolve_alike(station, conflicts_of=ids, keep=keep)[1],
            context=self,
            done=lambda _changes: self._told(self.tr("{0} 条冲突已裁定").format(len(ids))),
        )

    def _ask_alike(self) -> None:
        one = self._current()
        if one is None:
            return
        count = len(conflicts.alike(self.waiting.rows, one))
        choices = [self.tr("都用对方的"), self.tr("都用本库的")]
        text = self.tr("“{0}”这一项共有 {1} 条同类冲突：").format(label_of(one), count)
        chosen = ask_item(self, self.tr("同类全部"), text, choices)
        if chosen is not None:
            self.decide_alike("theirs" if chosen == choices[0] else "mine")

    def _third(self) -> None:
        one = self._current()
        if one is None or not one.field:
            return
        said = self.tr("{0}的{1}，正确的值：").format(one.name, label_of(one))
        value = ask_text(self, self.tr("另填一个值"), said) or ""
        if value.strip():
            self.decide(value.strip())

    def _open_person(self, row: int) -> None:
        person = self.waiting.rows[row].person
        if person:
            self.context.person_wanted.emit(person)

    def _told(self, text: str) -> None:
        self.context.messages.inform(text)
        self.refresh()


def _read(station: Station) -> Answer:
    return conflicts.conflict_details(station), conflicts.soft_conflicts(station)


def label_of(one: ConflictDetail) -> str:
    """Return the field a conflict is about, in Chinese."""
    return kind_of(one.kind).field(one.field).label if one.field else "删除与修改"


def _value(one: ConflictDetail, value: object) -> str:
    if not one.field:
        return str(value or "")
    return shown(kind_of(one.kind).field(one.field), value if isinstance(value, str | int) else None) or "（空）"


def _who(side: Side) -> str:
    return f"{side.user} {local_text(side.at)}".strip()


def _labels(kind: str, keys: tuple[str, ...]) -> str:
    known = kind_of(kind)
    return "、".join(known.field(key).label for key in keys if key in known.keys)
