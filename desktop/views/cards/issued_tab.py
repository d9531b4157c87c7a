"""The cards that were issued: who took them, what became of them, the serial book and how many people have one."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.progress import Report
from desktop.services import card_life, peers
from desktop.services.card_life import Coverage
from desktop.services.cards import IssuedCards
from desktop.services.station import Station
from desktop.store.cards import CardLine
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.table import Column, SnapshotTable, table_view

_Act = Callable[[Station, str, Answers], Changes | IssuedCards]


class IssuedTab(QWidget):
    """Every card, newest first, with what can be done to the one chosen."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._all: list[CardLine] = []
        self.narrow = QLineEdit()
        self.narrow.setPlaceholderText(self.tr("姓名、卡号或日期"))
        self.narrow.textChanged.connect(lambda _text: self._show())
        self.state = QComboBox()
        self.state.addItem(self.tr("全部状态"), "")
        for code, text in code_list("card_state").offered.items():
            self.state.addItem(text, code)
        self.state.activated.connect(lambda _place: self._show())
        self.model: SnapshotTable[CardLine] = SnapshotTable(
            [
                Column(self.tr("序号"), lambda one: str(one.serial), 5),
                Column(self.tr("发卡日期"), lambda one: one.issued_on, 10),
                Column(self.tr("卡号"), lambda one: one.card_no, 12),
                Column(self.tr("姓名"), lambda one: one.name, 9),
                Column(self.tr("状态"), lambda one: code_list("card_state").label_of(one.state), 7),
                Column(self.tr("领取人"), lambda one: f"{one.received_by} {one.received_on}".strip(), 16),
                Column(self.tr("失效"), lambda one: f"{one.ended_on} {one.ended_why}".strip(), 18),
            ]
        )
        self.view = table_view(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.activated.connect(lambda index: context.person_wanted.emit(self.model.rows[index.row()].person))
        self.told = label(name="quiet")
        self._build_actions()
        rows = QVBoxLayout(self)
        top, low = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.narrow, 1)
        for one in (self.state, self.receipts, self.book):
            top.addWidget(one)
        for one in (self.take, self.lose, self.give_back, self.void, self.renew):
            low.addWidget(one)
        low.addStretch(1)
        rows.addLayout(top)
        rows.addWidget(self.view, 1)
        rows.addLayout(low)
        rows.addWidget(self.told)

    def _build_actions(self) -> None:
        self.take = button(self.tr("登记领取…"))
        self.lose = button(self.tr("挂失…"))
        self.give_back = button(self.tr("收回…"))
        self.void = button(self.tr("作废…"))
        self.renew = button(self.tr("换发新卡…"))
        self.receipts = button(self.tr("打印领取单…"))
        self.book = button(self.tr("发放登记…"))
        self.take.clicked.connect(lambda _on=False: self.receive())
        for one, what, why, act in (
            (self.lose, self.tr("挂失"), self.tr("持卡人报失"), card_life.lose_card),
            (self.give_back, self.tr("收回"), self.tr("交回社区"), card_life.return_card),
            (self.void, self.tr("作废"), self.tr("印坏"), card_life.revoke_card),
        ):
            one.clicked.connect(
                lambda _on=False, what=what, why=why, act=act: self._ask(
                    what, [Ask("why", self.tr("原因"), why)],
                    lambda station, number, said: act(station, card_no=number, why=said["why"] or why),
                )
            )  # fmt: skip
        self.renew.clicked.connect(lambda _on=False: self.reissue())
        self.receipts.clicked.connect(lambda _on=False: self.print_receipts())
        self.book.clicked.connect(lambda _on=False: self._ask_book())

    def refresh(self) -> None:
        """Read the cards again."""

        def read(station: Station) -> tuple[list[CardLine], list[Coverage]]:
            return card_life.all_cards(station), card_life.coverage(station)

        self.context.read(read, context=self, done=self._take)

    def _take(self, found: tuple[list[CardLine], list[Coverage]]) -> None:
        self._all = list(reversed(found[0]))
        said = [
            self.tr("{0} {1}/{2}（{3}%）").format(one.name, one.with_card, one.people, one.percent) for one in found[1]
        ]
        self.told.setText(self.tr("持有效卡的在管人员：") + "；".join(said) if said else self.tr("还没有在管人员。"))
        self._show()

    def _show(self) -> None:
        text, state = self.narrow.text().strip().upper(), str(self.state.currentData() or "")
        self.model.show_rows(
            [
                one
                for one in self._all
                if (not state or one.state == state)
                and (not text or any(text in part.upper() for part in (one.name, one.card_no, one.issued_on)))
            ]
        )

    def chosen(self) -> list[CardLine]:
        """Return the cards chosen, in the order of the list."""
        return [
            self.model.rows[row] for row in sorted({one.row() for one in self.view.selectionModel().selectedRows()})
        ]

    def receive(self) -> ActionDialog | None:
        """Ask who took the card."""
        lines = self.chosen()
        asks = [
            Ask("who", self.tr("领取人"), lines[0].name if lines else ""),
            Ask("day", self.tr("领取日期"), self.context.station.today().isoformat()),
        ]
        return self._ask(
            self.tr("登记领取"), asks,
            lambda station, number, said: card_life.receive_card(
                station, card_no=number, received_by=said["who"], received_on=said["day"]
            ),
        )  # fmt: skip

    def reissue(self) -> None:
        """Exchange the chosen card for a new one and show it ready to print."""
        lines = self.chosen()
        if len(lines) != 1:
            self.context.messages.said.emit(self.tr("请先在列表里选一张卡"), True)
            return
        number = lines[0].card_no
        question = self.tr("给{0}换发新卡？旧卡 {1} 随即失效。").format(lines[0].name, number)
        if self.context.messages.ask(self, question, yes=self.tr("换发"), no=self.tr("不换")):
            self.context.write(
                lambda station, report: card_life.reissue_card(station, card_no=number, why="换发", report=report),
                context=self,
                done=self._print,
            )

    def _print(self, issued: IssuedCards) -> None:
        PrintDialog(self.context, pdf=issued.pdf, pages=issued.pages, parent=self).open()

    def _ask(self, what: str, asks: list[Ask], act: _Act) -> ActionDialog | None:
        lines = self.chosen()
        if len(lines) != 1:
            self.context.messages.said.emit(self.tr("请先在列表里选一张卡"), True)
            return None
        number = lines[0].card_no

        def do(station: Station, said: Answers) -> Changes:
            done = act(station, number, said)
            return done if isinstance(done, Changes) else done.changes

        title = self.tr("{0}：{1}　{2}").format(what, lines[0].name, number)
        dialog = ActionDialog(self.context, Action(title, what, asks, do), parent=self)
        dialog.open()
        return dialog

    def print_receipts(self) -> None:
        """Make slips to sign for the cards chosen and show them ready to print."""
        numbers, names = [one.card_no for one in self.chosen()], [one.name for one in self.chosen()]
        pages = [names[at : at + 3] for at in range(0, len(names), 3)]
        self.context.runner.run(
            lambda report: card_life.receipts(self.context.station, card_nos=numbers, report=report),
            context=self,
            done=lambda pdf: PrintDialog(self.context, pdf=pdf, pages=pages, parent=self).open(),
            failed=self.context.messages.show_error,
        )

    def _ask_book(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("发放登记"), self.tr("联系卡发放登记.pdf"), "*.pdf")
        if name:
            self.save_book(Path(name))

    def save_book(self, path: Path) -> None:
        """Write the serial book."""

        def job(_report: Report) -> None:
            peers.write_safely(path, card_life.serial_book(self.context.station))

        self.context.runner.run(
            job,
            context=self,
            done=lambda _none: self.context.messages.inform(self.tr("发放登记已保存到 {0}").format(path.name)),
            failed=self.context.messages.show_error,
        )
