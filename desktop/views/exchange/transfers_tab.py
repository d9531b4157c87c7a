"""转移: who comes and who goes, the card of an incoming person, and the next step with one key."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.changes import Changes
from desktop.domain.transfers import Step, is_open
from desktop.services import leaving, peers, register, slips, transfers
from desktop.services.station import Station
from desktop.services.transfers import Transfer
from desktop.views.asking import ask_item, ask_text
from desktop.views.context import AppContext
from desktop.views.field_text import without_numbers
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

Answer = tuple[list[Transfer], list[tuple[str, str]]]


class TransfersTab(QWidget):
    """The list on the left, the chosen 转移单 on the right, the steps below it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._units: list[tuple[str, str]] = []
        self.lines: SnapshotTable[Transfer] = SnapshotTable(
            [
                Column(self.tr("单号"), lambda one: one.text("number"), 12),
                Column(self.tr("姓名"), lambda one: one.text("name"), 9),
                Column(self.tr("转出"), lambda one: one.source_name, 12),
                Column(self.tr("转入"), lambda one: one.target_name or self.tr("待定"), 12),
                Column(self.tr("办理情况"), lambda one: one.state.value, 18),
                Column(self.tr("提出日期"), lambda one: one.text("offered_on"), 10),
            ]
        )
        self.view = table_view(self.lines)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_current())
        self.empty = label(
            self.tr("没有转移单。要把人转到别的社区，请在他的个人页点“转出…”；别人转来的会列在这里。"), name="quiet"
        )
        self.card: QLabel = label()
        self.steps: dict[Step, QPushButton] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        self.paper = button(self.tr("打印转移单…"))
        self.paper.clicked.connect(self._ask_paper)
        arrive, told = button(self.tr("接收外地转入…")), button(self.tr("登记回执码…"))
        arrive.clicked.connect(self._ask_arrival)
        told.clicked.connect(self._ask_receipt)
        for one in (self.paper, arrive, told):
            row.addWidget(one)
        row.addStretch(1)
        for step, text, job in (
            (Step.CANCEL, self.tr("撤回…"), self._ask_cancel),
            (Step.REJECT, self.tr("不接收…"), self._ask_reject),
            (Step.ACCEPT, self.tr("同意接收"), self.accept),
            (Step.ROUTE, self.tr("转交给…"), self._ask_route),
            (Step.CLOSE, self.tr("办结（不转）"), self.close_current),
            (Step.CONFIRM, self.tr("办结转移"), self.confirm),
        ):
            one = button(text, primary=step in {Step.ACCEPT, Step.CONFIRM, Step.ROUTE})
            one.clicked.connect(lambda _checked=False, job=job: job())
            self.steps[step] = one
            row.addWidget(one)
        right = QWidget()
        box = QVBoxLayout(right)
        box.addWidget(self.card)
        box.addStretch(1)
        parts = QSplitter()
        parts.addWidget(self.view)
        parts.addWidget(right)
        parts.setStretchFactor(0, 5)
        parts.setStretchFactor(1, 2)
        whole = QVBoxLayout(self)
        whole.addWidget(self.empty)
        whole.addWidget(parts, 1)
        whole.addLayout(row)
        self._show_current()

    def refresh(self) -> None:
        """Read the transfers again."""
        self.context.read(_read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        lines, self._units = answer
        row = max(self.view.currentIndex().row(), 0)
        self.lines.show_rows(lines)
        self.empty.setVisible(not lines)
        if lines:
            self.view.selectRow(min(row, len(lines) - 1))
        self._show_current()

    def current(self) -> Transfer | None:
        """Return the chosen transfer."""
        index = self.view.currentIndex()
        return self.lines.rows[index.row()] if index.isValid() and index.row() < len(self.lines.rows) else None

    def _show_current(self) -> None:
        one = self.current()
        for step, made in self.steps.items():
            made.setVisible(one is not None and step in one.steps)
        self.paper.setEnabled(one is not None)
        self.card.setText("" if one is None else _card_text(one))

    def accept(self) -> None:
        """Say that we take the person in."""
        told = self.tr("已同意，随下一个包告诉街道")
        self._do(lambda station, one: transfers.accept_transfer(station, transfer=one), told)

    def confirm(self) -> None:
        """Give the person to the target."""
        told = self.tr("已转移，双方随下一个包收到")
        self._do(lambda station, one: transfers.confirm_transfer(station, transfer=one), told)

    def close_current(self) -> None:
        """End the transfer without a move."""
        told = self.tr("已办结，人员仍归原单位")
        self._do(lambda station, one: transfers.close_transfer(station, transfer=one), told)

    def route(self, target: str) -> None:
        """Send the offer on to a unit."""
        told = self.tr("已转交，随下一个包发出")
        self._do(lambda station, one: transfers.route_transfer(station, transfer=one, target=target), told)

    def reject(self, why: str) -> None:
        """Say that we do not take the person in."""
        told = self.tr("已答复不接收")
        self._do(lambda station, one: transfers.reject_transfer(station, transfer=one, why=why), told)

    def cancel(self, why: str) -> None:
        """Take our offer back."""
        told = self.tr("已撤回，随下一个包告诉街道")
        self._do(lambda station, one: transfers.cancel_transfer(station, transfer=one, why=why), told)

    def save_paper(self, path: Path) -> None:
        """Write the 转移单 as a PDF."""
        one = self.current()
        if one is None:
            return

        def job(station: Station) -> None:
            peers.write_safely(path, slips.transfer_paper(station, transfer=one.id))

        told = self.tr("转移单已写好：{0}").format(path.name)
        self.context.read(job, context=self, done=lambda _none: self.context.messages.inform(told))

    def _do(self, job: Callable[[Station, str], Changes], told: str) -> None:
        one = self.current()
        if one is None:
            return

        def done(_changes: Changes) -> None:
            self.context.messages.inform(told)
            self.refresh()

        self.context.write(lambda station, _report: job(station, one.id), context=self, done=done)

    def take_in(self, path: Path, digits: str) -> None:
        """Take in a person who comes from outside the area, with the sender's digits from the paper."""

        def job(station: Station, _report: object) -> tuple[str, Changes]:
            return leaving.take_in(station, file=leaving.open_person_file(station, path=path, fingerprint=digits))

        def done(answer: tuple[str, Changes]) -> None:
            self.context.messages.inform(self.tr("已接收。请打电话把回执码告诉转出单位：{0}").format(answer[0]))
            self.context.changed.emit(answer[1])

        self.context.write(job, context=self, done=done)

    def note_receipt(self, text: str, code: str) -> None:
        """Mark somebody as moved away once the receiving office told its receipt."""

        def job(station: Station, _report: object) -> Changes:
            person = register.person_by_any(station, text=text)
            return leaving.note_receipt(station, person=person, code=code, why=self.tr("转出本地区"))

        told = self.tr("回执码正确，已登记转出")
        self.context.write(job, context=self, done=lambda _changes: self.context.messages.inform(told))

    def _ask_arrival(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("外地转来的文件"), "", "*.ycm")
        if not name:
            return
        said = self.tr("请把转移单上的 60 位核对码输在这里：")
        digits = ask_text(self, self.tr("核对转移单"), said, lines=True)
        if digits is not None:
            self.take_in(Path(name), digits)

    def _ask_receipt(self) -> None:
        who = ask_text(self, self.tr("登记回执码"), self.tr("谁的（人员编号或证号）："))
        if who is None:
            return
        code = ask_text(self, self.tr("登记回执码"), self.tr("对方电话告知的 6 位回执码："))
        if code is not None:
            self.note_receipt(who, code)

    def _ask_route(self) -> None:
        one = self.current()
        if one is None:
            return
        units = [(code, name) for code, name in self._units if code != one.text("source")]
        names = [name for _, name in units]
        wanted = one.text("wanted")
        at = next((place for place, (code, _) in enumerate(units) if code == wanted), 0)
        name = ask_item(self, self.tr("转交给"), self.tr("转入单位："), names, at=at) if names else None
        if name in names:
            self.route(units[names.index(name)][0])

    def _ask_reject(self) -> None:
        why = ask_text(self, self.tr("不接收"), self.tr("为什么不接收："))
        if why is not None:
            self.reject(why)

    def _ask_cancel(self) -> None:
        why = ask_text(self, self.tr("撤回转移"), self.tr("为什么撤回："))
        if why is not None:
            self.cancel(why)

    def _ask_paper(self) -> None:
        one = self.current()
        name = self.tr("转移单-{0}.pdf").format(one.text("number")) if one else ""
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("打印转移单"), name, "*.pdf")
        if chosen:
            self.save_paper(Path(chosen))


def _read(station: Station) -> Answer:
    return transfers.list_transfers(station), transfers.targets_of(station)


def _card_text(one: Transfer) -> str:
    parts = [
        f"转移单 {one.text('number')}　{one.state.value}",
        without_numbers(one.text("summary")),
        f"原因：{one.text('reason')}",
    ]
    parts.append(f"{one.source_name} {one.text('offered_by')} 于 {one.text('offered_on')} 提出")
    for key, who, what in (("routed_on", "routed_by", "街道转交"), ("answered_on", "answered_by", "对方答复")):
        if one.text(key):
            why = f"：{one.text('answer_why')}" if key == "answered_on" and one.text("answer_why") else ""
            parts.append(f"{one.text(who)} 于 {one.text(key)} {what}{why}")
    if one.text("cancelled_on"):
        parts.append(f"{one.text('cancelled_by')} 于 {one.text('cancelled_on')} 撤回：{one.text('cancel_why')}")
    if is_open(one.values):
        parts.append("办结之前，人员仍归转出单位管理。")
    return "\n".join(parts)
