"""Statistics: choose a question, see its numbers with their rule, open the names behind any of them."""

from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.numbers import Figure, Part
from desktop.domain.progress import Report
from desktop.services import numbers, peers
from desktop.services.numbers import FreezeResult, Numbers
from desktop.views.asking import ask_text
from desktop.views.context import AppContext
from desktop.views.numbers.bars import BarDelegate
from desktop.views.numbers.frozen_tab import FrozenTab
from desktop.views.page import Page, button, label
from desktop.views.table import Column, SnapshotTable, table_view
from desktop.views.theme import LIGHT

_LIST_WIDTH = 190
_BAR_COLUMN = 3
Line = tuple[Figure, Part]


class NumbersPage(Page):
    """Figures with their rules; Enter or a double click opens the list behind a number."""

    topics = ("person", "tag", "state", "verify", "frozen", "org")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("统计"))
        self._numbers: Numbers | None = None
        self.freeze_button = button(self.tr("定格今天的数字…"))
        self.freeze_button.clicked.connect(self._ask_name)
        self.save_button = button(self.tr("打印与导出…"))
        self.save_button.clicked.connect(self._ask_where)
        self.open_button = button(self.tr("打开名单（回车）"), primary=True)
        self.open_button.clicked.connect(lambda _checked=False: self.open_list())
        for one in (self.freeze_button, self.save_button, self.open_button):
            self.head.addWidget(one)
        self.questions = QListWidget()
        self.questions.setFixedWidth(_LIST_WIDTH)
        self.questions.currentRowChanged.connect(self._show_figure)
        self.rule = label(name="quiet")
        self.model: SnapshotTable[Line] = SnapshotTable(
            [
                Column(self.tr("项目"), lambda line: line[1].label, 24),
                Column(self.tr("人数"), lambda line: str(line[1].count), 9),
                Column(self.tr("占比"), lambda line: f"{line[0].share(line[1]):.1%}", 9),
                Column(self.tr("图"), lambda line: f"{line[0].share(line[1]):.4f}", 30),
            ]
        )
        self.view = table_view(self.model)
        self._bars = BarDelegate(self.view, colour=LIGHT["primary"])
        self.view.setItemDelegateForColumn(_BAR_COLUMN, self._bars)
        self.view.activated.connect(lambda _index: self.open_list())
        self.questions.itemActivated.connect(lambda _item: self.view.setFocus())
        right = QVBoxLayout()
        right.addWidget(self.rule)
        right.addWidget(self.view, 1)
        now = QWidget()
        row = QHBoxLayout(now)
        row.setContentsMargins(0, 8, 0, 0)
        row.addWidget(self.questions)
        row.addLayout(right, 1)
        self.frozen = FrozenTab(context)
        self.tabs = QTabWidget()
        self.tabs.addTab(now, self.tr("现在的数字"))
        self.tabs.addTab(self.frozen, self.tr("定格数据与比较"))
        self.empty = label(self.tr("登记库里还没有人。导入花名册后，这里会有各项统计。"))
        self.empty.hide()
        self.body.addWidget(self.empty)
        self.body.addWidget(self.tabs, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Print), self, self._ask_where)

    def refresh(self) -> None:
        """Count again; the question chosen stays."""
        self.frozen.refresh()
        self.context.read(numbers.numbers_at, context=self, done=self._show)

    def _show(self, found: Numbers) -> None:
        self._numbers = found
        chosen = max(self.questions.currentRow(), 0)
        self.questions.blockSignals(True)
        self.questions.clear()
        self.questions.addItems([one.title for one in found.figures])
        self.questions.blockSignals(False)
        self.questions.setCurrentRow(min(chosen, len(found.figures) - 1))
        nobody = not any(part.count for one in found.figures for part in one.parts)
        self.empty.setVisible(nobody)

    def _show_figure(self, place: int) -> None:
        if self._numbers is None or place < 0:
            return
        figure = self._numbers.figures[place]
        self.rule.setText(self.tr("怎么算的：{0}").format(figure.rule))
        self.model.show_rows([(figure, part) for part in figure.parts])
        if self.model.rows:
            self.view.selectRow(0)

    def open_list(self) -> None:
        """Open the people behind the number chosen."""
        place = self.view.currentIndex().row()
        if not 0 <= place < len(self.model.rows):
            self.context.messages.said.emit(self.tr("请先选一个数字"), True)
            return
        figure, part = self.model.rows[place]
        self.context.people_wanted.emit(f"{figure.title}：{part.label}", list(part.people))

    def _ask_name(self) -> None:
        suggested = self.tr("{0}年末人数").format(self.context.station.today().year)
        said = self.tr("名称（定格后不能修改，只能与以后的数字比较）")
        text = ask_text(self, self.tr("定格数据"), said, text=suggested)
        if text is not None:
            self.freeze(text)

    def freeze(self, name: str) -> None:
        """Freeze today's numbers under a name."""

        def done(made: FreezeResult) -> None:
            self.tabs.setCurrentWidget(self.frozen)
            text = self.tr("已定格“{0}”：在管 {1} 人，已签名").format(made.frozen.name, made.frozen.people)
            self.context.messages.inform(text)

        self.context.write(lambda station, _report: numbers.freeze(station, name=name), context=self, done=done)

    def _ask_where(self) -> None:
        kinds = self.tr("统计表（*.pdf）;;工作簿（*.xlsx）")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("统计表"), self.tr("统计表.pdf"), kinds)
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the numbers shown to a PDF or a workbook."""
        shown = self._numbers
        if shown is None:
            return

        def job(_report: Report) -> str:
            station = self.context.station
            is_pdf = path.suffix.lower() == ".pdf"
            peers.write_safely(
                path, numbers.numbers_pdf(station, shown=shown) if is_pdf else numbers.numbers_workbook(shown)
            )
            return path.name

        self.context.runner.run(
            job,
            context=self,
            done=lambda name: self.context.messages.inform(self.tr("已写入 {0}").format(name)),
            failed=self.context.messages.show_error,
        )
