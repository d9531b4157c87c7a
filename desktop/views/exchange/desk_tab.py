"""收发台: sticks dropped on the window, what each package is, merging all clean ones, and the board."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.domain.progress import Report
from desktop.services import board, desk, returns
from desktop.services.board import BoardLine, Outgoing
from desktop.services.desk import CLEAN, DeskLine, DeskResult
from desktop.services.returns import Returns
from desktop.services.slips import counts_text
from desktop.services.station import Station
from desktop.views.asking import ask_number
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view


class DeskTab(QWidget):
    """The table of packages on top, the board of units below."""

    package_wanted = Signal(object)  # Path: look at this package whole

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setAcceptDrops(True)
        self._paths: list[Path] = []
        self.hint = label(self.tr("把收到的数据包、文件夹或整个 U 盘拖到这里，或点右边的按钮。"), name="quiet")
        self.choose = button(self.tr("选择数据包…"))
        self.choose.clicked.connect(self._choose)
        self.choose_folder = button(self.tr("选择 U 盘或文件夹…"))
        self.choose_folder.clicked.connect(self._choose_folder)
        self.merge = button(self.tr("合并可合并的"), primary=True)
        self.merge.clicked.connect(self.merge_clean)
        self.lines: SnapshotTable[DeskLine] = SnapshotTable(
            [
                Column(self.tr("单位"), lambda one: one.sender or self.tr("不明"), 14),
                Column(self.tr("编号"), lambda one: str(one.seq or ""), 6),
                Column(self.tr("大小"), lambda one: size_text(one.size), 9),
                Column(self.tr("状态"), lambda one: one.state.value, 9),
                Column(self.tr("内容"), lambda one: counts_text(one.counts) if one.counts else "", 19),
                Column(self.tr("怎么办"), lambda one: one.advice, 33),
                Column(self.tr("文件"), lambda one: one.path.name, 14),
            ]
        )
        self.lines_view = table_view(self.lines)
        self.lines_view.doubleClicked.connect(lambda index: self.look_at(index.row()))
        self.lines_view.activated.connect(lambda index: self.look_at(index.row()))
        self.units: SnapshotTable[BoardLine] = SnapshotTable(self._unit_columns())
        self.units_view = table_view(self.units)
        self.going = label(name="quiet")
        self.rhythm = button(self.tr("报送周期…"))
        self.rhythm.clicked.connect(self._ask_rhythm)
        self.write_back = button(self.tr("给所有单位写回程包…"))
        self.write_back.clicked.connect(self._ask_folder)
        self._lay_out()
        self._show_lines([])

    def _unit_columns(self) -> list[Column[BoardLine]]:
        return [
            Column(self.tr("单位"), lambda one: one.name, 14),
            Column(self.tr("人数"), lambda one: str(one.people), 7),
            Column(self.tr("最近收到"), _last_text, 18),
            Column(self.tr("报送情况"), _overdue_text, 18),
            Column(self.tr("周期"), lambda one: self.tr("{0} 天").format(one.rhythm), 7),
            Column(self.tr("冲突"), lambda one: str(one.conflicts or ""), 6),
            Column(self.tr("搁置"), lambda one: str(one.set_aside or ""), 6),
            Column(self.tr("最近发出"), _sent_text, 22),
        ]

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.hint, 1)
        for one in (self.choose_folder, self.choose, self.merge):
            top.addWidget(one)
        upper, lower = QWidget(), QWidget()
        above, below = QVBoxLayout(upper), QVBoxLayout(lower)
        above.setContentsMargins(0, 0, 0, 0)
        below.setContentsMargins(0, 0, 0, 0)
        above.addLayout(top)
        above.addWidget(self.lines_view, 1)
        row = QHBoxLayout()
        row.addWidget(self.going, 1)
        row.addWidget(self.rhythm)
        row.addWidget(self.write_back)
        below.addLayout(row)
        below.addWidget(self.units_view, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(upper)
        parts.addWidget(lower)
        parts.setChildrenCollapsible(False)
        QVBoxLayout(self).addWidget(parts)

    def refresh(self) -> None:
        """Read the board again."""
        self.context.read(_read_board, context=self, done=self._show_board)

    def _show_board(self, answer: tuple[list[BoardLine], list[Outgoing]]) -> None:
        units, going = answer
        self.units.show_rows(units)
        overdue = sum(one.is_overdue for one in units)
        is_above = self.context.station.is_street
        self.write_back.setVisible(is_above)
        self.rhythm.setVisible(is_above)
        said = [_going_text(one) for one in going]
        if is_above and units:
            said.insert(0, self.tr("{0} 个单位，{1} 个逾期未报").format(len(units), overdue))
        text = "　".join(said)
        self.going.setText(text or self.tr("还没有登记对方的密钥卡，请先到“密钥”页。"))

    def lay_out_files(self, paths: Sequence[Path]) -> None:
        """Look at files and folders and list the packages in them."""
        chosen = list(paths)

        def job(station: Station, report: Report) -> list[DeskLine]:
            return desk.lay_out(station, paths=desk.packages_in(chosen), report=report)

        def done(lines: list[DeskLine]) -> None:
            self._show_lines(lines)
            if not lines:
                self.context.messages.said.emit(self.tr("这里没有数据包（.ycp 文件），请换一个位置。"), True)

        self.context.write(job, context=self, done=done)

    def _show_lines(self, lines: Sequence[DeskLine]) -> None:
        self.lines.show_rows(lines)
        ready = sum(one.state in CLEAN for one in lines)
        self.merge.setEnabled(bool(ready))
        self.merge.setText(self.tr("合并可合并的（{0}）").format(ready) if ready else self.tr("合并可合并的"))
        if lines:
            self.lines_view.selectRow(0)

    def merge_clean(self) -> None:
        """Merge all that need nobody's look."""
        lines = list(self.lines.rows)

        def done(result: DeskResult) -> None:
            self._show_lines(result.lines)
            rest = sum(one.state.name in {"CONFLICTS", "LOOK", "EPOCH"} for one in result.lines)
            text = self.tr("合并了 {0} 个数据包").format(result.merged)
            if result.stopped:
                text = self.tr("已取消：{0}，其余没有动").format(text)
            elif rest:
                text = self.tr("{0}，还有 {1} 个要逐个查看，请双击").format(text, rest)
            self.context.messages.inform(text)
            self.refresh()

        self.context.write(
            lambda station, report: desk.merge_clean(station, lines=lines, report=report), context=self, done=done
        )

    def look_at(self, row: int) -> None:
        """Ask the page for a whole look at one package."""
        if 0 <= row < len(self.lines.rows):
            self.package_wanted.emit(self.lines.rows[row].path)

    def lay_out_again(self) -> None:
        """Look at the same files again, after one was merged by itself."""
        if self.lines.rows:
            self.lay_out_files([one.path for one in self.lines.rows])

    def write_returns(self, folder: Path) -> None:
        """Write return packages and receipts into a folder."""

        def done(made: Returns) -> None:
            failed = [one for one in made.lines if one.problem]
            text = self.tr("写好 {0} 个回程包和回执").format(made.written)
            if made.pictures:
                text = self.tr("{0}，另有 {1} 个图片包，请一起带走").format(text, made.pictures)
            if failed:
                text = self.tr("写好 {0} 个，{1} 个没有写成：{2}").format(made.written, len(failed), failed[0].problem)
            self.context.messages.said.emit(text, bool(failed))
            self.refresh()

        self.context.write(
            lambda station, report: returns.write_returns(station, folder=folder, report=report),
            context=self,
            done=done,
        )

    def set_rhythm(self, org: str, days: int) -> None:
        """Set how many days may pass between two packages of a unit."""
        self.context.write(
            lambda station, _report: board.set_rhythm(station, org=org, days=days),
            context=self,
            done=lambda _changes: self.refresh(),
        )

    def _ask_rhythm(self) -> None:
        index = self.units_view.currentIndex()
        if not index.isValid():
            self.context.messages.said.emit(self.tr("请先在下面选一个单位。"), True)
            return
        one = self.units.rows[index.row()]
        said = self.tr("{0} 多少天报一次？").format(one.name)
        days = ask_number(self, self.tr("报送周期"), said, number=one.rhythm, low=1, high=400)
        if days is not None:
            self.set_rhythm(one.org, days)

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("回程包写到哪里"))
        if chosen:
            self.write_returns(Path(chosen))

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("选择数据包"), "", self.tr("数据包 (*.ycp)"))
        if names:
            self.lay_out_files([Path(name) for name in names])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("选择 U 盘或文件夹"))
        if chosen:
            self.lay_out_files([Path(chosen)])


def size_text(size: int) -> str:
    """Return a file's size as people read it."""
    return f"{size / 1024:.0f} KB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MB"


def _read_board(station: Station) -> tuple[list[BoardLine], list[Outgoing]]:
    return board.board_lines(station), board.outgoing(station, only_up=station.is_street)


def _last_text(one: BoardLine) -> str:
    return f"第 {one.last_seq} 个，{one.last_on}" if one.last_on else "还没有收到"


def _overdue_text(one: BoardLine) -> str:
    if one.days is None:
        return "从未报送"
    return f"逾期 {one.overdue_days} 天" if one.is_overdue else f"{one.days} 天前报过"


def _sent_text(one: BoardLine) -> str:
    if not one.sent_on:
        return "还没有发过"
    return f"第 {one.sent_seq} 个，" + ("对方已收到" if one.acked_seq >= one.sent_seq else "等对方回执")


def _going_text(one: Outgoing) -> str:
    parts = f"待发给 {one.peer.name}：{one.total} 条改动" if one.total else f"{one.peer.name}：没有新的改动要发"
    sent = _sent_text(one.line)
    return f"{parts}；上次发出{sent}"
