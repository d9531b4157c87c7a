"""Bringing rosters in: choose files, look at what was found, import, send back what is wrong, verify, undo."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.permissions import READ_PEOPLE
from desktop.services import batches, reviews, rosters
from desktop.services.rosters import RosterPreview, RosterResult, RosterTable, target_names
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.rosters.change_table import ChangeTable
from desktop.views.rosters.mapping_table import MappingTable, corrected
from desktop.views.rosters.question_rows import QuestionRows, with_answer
from desktop.views.rosters.review_panel import ReviewPanel
from desktop.views.table import Column, SnapshotTable, table_view

_FILTER = "表格 (*.xlsx *.xls *.xlsb *.ods *.et *.csv *.txt *.tsv);;全部文件 (*)"
_OUTCOMES = {"needs_review": "待核实", "rejected": "退回", "added": "新增", "updated": "更新", "unchanged": "无变化"}


class RosterPage(Page):
    """One page from file to register."""

    topics = ("review", "person")
    waiting_changed = Signal(int)

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("名册导入"))
        self.setAcceptDrops(True)
        self._paths: list[Path] = []
        self._chosen: dict[str, str] = {}
        self._meanings: dict[str, dict[str, str]] = {}
        self._preview: RosterPreview | None = None
        self._batch = ""
        self.choose = button(self.tr("选择花名册…"), primary=True)
        self.choose.clicked.connect(self._choose)
        self.bring_in = button(self.tr("导入登记库"), primary=True)
        self.bring_in.clicked.connect(self.import_shown)
        self.errors = button(self.tr("保存错误工作簿…"))
        self.errors.clicked.connect(self._save_errors)
        self.undo = button(self.tr("撤销本次导入"))
        self.undo.clicked.connect(self.undo_import)
        for one in (self.undo, self.errors, self.bring_in, self.choose):
            self.head.addWidget(one)
        self.summary = label(
            self.tr(
                "把企业的花名册拖到这里（可以一次几份），或点“选择花名册”。"
                "表格、文本和旧版文件都可以，先看结果，再决定导入。"
            )
        )
        self.body.addWidget(self.summary)
        self.questions = QuestionRows()
        self.questions.answered.connect(self._answer)
        self.body.addWidget(self.questions)
        self._build_tabs()
        context.changed.connect(self._count_if_touched)
        self._count()
        self._set_state()

    def _build_tabs(self) -> None:
        self.table_choice = QComboBox()
        self.table_choice.activated.connect(lambda _at: self._show_mapping())
        self.mapping = MappingTable(target_names(self.context.station))
        self.mapping.chosen.connect(self._map)
        self.columns = QWidget()
        box = QVBoxLayout(self.columns)
        box.setContentsMargins(0, 8, 0, 0)
        box.addWidget(self.table_choice)
        box.addWidget(self.mapping, 1)
        self.problems: SnapshotTable[Mapping[str, Any]] = SnapshotTable(
            [
                Column(self.tr("结果"), lambda row: _OUTCOMES.get(str(row["outcome"]), ""), 7),
                Column(self.tr("文件"), lambda row: str(row["file"]), 16),
                Column(self.tr("表"), lambda row: str(row["sheet"]), 10),
                Column(self.tr("行"), lambda row: str(row["row"]), 5),
                Column(self.tr("列"), lambda row: str(row["column"]), 12),
                Column(self.tr("原因"), lambda row: str(row["reason"]), 50),
            ]
        )
        self.changes = ChangeTable()
        self.review = ReviewPanel(self.context)
        self.review.counted.connect(self._show_count)
        self.reviews = self.review.model
        self.tabs = QTabWidget()
        self.tabs.addTab(self.columns, self.tr("对应列"))
        self.tabs.addTab(table_view(self.problems), self.tr("本次发现的问题"))
        self.tabs.addTab(self.changes, self.tr("将要更改"))
        self.tabs.addTab(self.review, self.tr("待核实"))
        self.body.addWidget(self.tabs, 1)

    def refresh(self) -> None:
        """Read the rows that wait."""
        self.review.refresh()

    def show_reviews(self) -> None:
        """Open what waits to be verified."""
        self.tabs.setCurrentWidget(self.review)
        self.review.view.setFocus()

    def _count(self) -> None:
        if self.context.station.may(READ_PEOPLE):  # it is asked when the window opens, whoever opened it
            self.context.read(reviews.count_waiting, context=self, done=self._show_count)

    def _count_if_touched(self, changes: Changes) -> None:
        if changes.touches("review") and not self.isVisible():
            self._count()

    def _show_count(self, waiting: int) -> None:
        self.tabs.setTabText(self.tabs.indexOf(self.review), self.tr("待核实（{0}）").format(waiting))
        if waiting and self._preview is None:
            self.tabs.setCurrentWidget(self.review)
        self.waiting_changed.emit(waiting)

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("选择花名册"), "", _FILTER)
        if names:
            self.read_files([Path(name) for name in names])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.read_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def read_files(self, paths: Sequence[Path]) -> None:
        """Read files and show what importing them would do."""
        self._paths, self._chosen, self._meanings, self._batch = list(paths), {}, {}, ""
        self._read(keep=False)

    def _read(self, *, keep: bool) -> None:
        paths, chosen, meanings = self._paths, dict(self._chosen), self._meanings
        self.context.runner.run(
            lambda report: rosters.preview_roster(
                self.context.station, paths=paths, mapping=chosen or None, meanings=meanings, report=report
            ),
            context=self,
            done=lambda preview: self._show_preview(preview, keep=keep),
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self._preview = None
        self._set_state()
        self.context.messages.show_error(error)

    def _show_preview(self, preview: RosterPreview, *, keep: bool) -> None:
        self._preview = preview
        self.summary.setText("　".join([self._counts_text(preview), *preview.skipped]))
        self.problems.show_rows(rosters.problems_of(preview))
        self.questions.show_preview(preview)
        self.changes.show_preview(preview, keep=keep)
        at = max(self.table_choice.currentIndex(), 0) if keep else 0
        self.table_choice.clear()
        self.table_choice.addItems([f"{one.file} · {one.table.sheet}" for one in preview.tables])
        self.table_choice.setCurrentIndex(at)
        self.table_choice.setVisible(len(preview.tables) > 1)
        self._show_mapping()
        for widget, text, count in (
            (self.tabs.widget(1), self.tr("本次发现的问题（{0}）"), self.problems.rowCount()),
            (self.changes, self.tr("将要更改（{0}）"), self.changes.model.rowCount()),
        ):
            self.tabs.setTabText(self.tabs.indexOf(widget), text.format(count))
        if not keep:
            self.tabs.setCurrentWidget(self.columns)
        self._set_state()

    def _table(self) -> RosterTable | None:
        at = self.table_choice.currentIndex()
        tables = self._preview.tables if self._preview else ()
        return tables[at] if 0 <= at < len(tables) else None

    def _show_mapping(self) -> None:
        table = self._table()
        if table is not None:
            self.mapping.show_table(table)

    def _counts_text(self, preview: RosterPreview) -> str:
        text = self.tr(
            "共 {rows} 行：新增 {added}，更新 {updated}，无变化 {unchanged}，待核实 {needs_review}，退回 {rejected}。"
        )
        seen = {one.file: one.seen_at for one in preview.tables if one.seen_at}
        notes = [self.tr("“{0}”在 {1} 导入过。").format(file, at) for file, at in seen.items()]
        notes += dict.fromkeys(note for table in preview.tables for note in table.notes)
        return "　".join([text.format(**preview.counts), *notes])

    def _map(self, key: str, target: str) -> None:
        table = self._table()
        if table is not None:
            self._chosen = {**corrected(table, self._chosen), key: target}
            self._read(keep=True)

    def _answer(self, file: str, mark: str, meaning: str) -> None:
        self._meanings = with_answer(self._meanings, file, mark, meaning)
        self._read(keep=True)

    def import_shown(self) -> None:
        """Import what is shown."""
        preview, choice = self._preview, self.changes.choice
        if preview is None:
            return
        self.bring_in.setEnabled(False)

        def done(result: RosterResult) -> None:
            self._batch = result.changes.batch
            self._preview = result.preview
            self.summary.setText(self.tr("导入完成。") + self._counts_text(result.preview))
            self.context.messages.inform(self.tr("导入完成，可以撤销"))
            self._set_state(imported=True)
            if result.counts["needs_review"]:
                self.show_reviews()
            self.refresh()

        self.context.write(
            lambda station, report: rosters.apply_roster(station, preview=preview, choice=choice, report=report),
            context=self,
            done=done,
            failed=self._failed,
        )

    def undo_import(self) -> None:
        """Take the last import back."""
        batch = self._batch

        def done(undone: batches.Undone) -> None:
            kept = self.tr("，{0} 人在导入后改过，没有动").format(len(undone.kept)) if undone.kept else ""
            self.context.messages.inform(self.tr("本次导入已撤销{0}").format(kept))
            self._batch = ""
            self._set_state()
            self.refresh()

        self.context.write(
            lambda station, _report: batches.undo_batch(station, batch=batch, why="撤销导入"), context=self, done=done
        )

    def _save_errors(self) -> None:
        preview = self._preview
        name, _ = QFileDialog.getSaveFileName(self, self.tr("保存错误工作簿"), self.tr("退回企业更正.xlsx"), "*.xlsx")
        if preview is None or not name:
            return
        self.context.read(
            lambda _station: rosters.write_errors(preview, path=Path(name)),
            context=self,
            done=lambda count: self.context.messages.inform(
                self.tr("错误工作簿已保存，标出 {0} 行。企业改好后直接导入，只动这些行").format(count)
            ),
        )

    def _set_state(self, *, imported: bool = False) -> None:
        has = self._preview is not None
        shown = has and not imported
        self.bring_in.setVisible(shown)
        self.bring_in.setEnabled(shown)
        self.errors.setVisible(has)
        self.questions.setVisible(shown and bool(self.questions.boxes))
        for widget in (self.columns, self.tabs.widget(1), self.changes):
            self.tabs.setTabVisible(self.tabs.indexOf(widget), shown or (has and widget is self.tabs.widget(1)))
        self.undo.setVisible(bool(self._batch))
        self.choose.setObjectName("" if shown else "primary")
        self.choose.style().unpolish(self.choose)
        self.choose.style().polish(self.choose)
