"""Bringing rosters in: choose files, look at what was found, import, send back what is wrong, undo."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QScrollArea, QTabWidget, QWidget

from desktop.domain.changes import Changes
from desktop.services import batches, rosters
from desktop.services.rosters import RosterPreview, RosterResult, target_names
from desktop.store.rosters import Review
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.table import Column, SnapshotTable, table_view

_SAMPLES = 3
_FILTER = "表格 (*.xlsx *.xls *.xlsb *.ods *.et *.csv *.txt *.tsv);;全部文件 (*)"
_OUTCOMES = {"needs_review": "待核实", "rejected": "退回", "added": "新增", "updated": "更新", "unchanged": "无变化"}


class RosterPage(Page):
    """One page from file to register."""

    topics = ("review", "person")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("名册导入"))
        self.setAcceptDrops(True)
        self._paths: list[Path] = []
        self._chosen: dict[str, str] = {}
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
            self.tr("把企业的花名册拖到这里，或点“选择花名册”。表格、文本和旧版文件都可以，先看结果，再决定导入。")
        )
        self.body.addWidget(self.summary)
        self.mapping = QScrollArea()
        self.mapping.setWidgetResizable(True)
        self.mapping.setFixedHeight(200)
        self.body.addWidget(self.mapping)
        self.problems: SnapshotTable[Mapping[str, Any]] = SnapshotTable(
            [
                Column(self.tr("结果"), lambda row: _OUTCOMES.get(str(row["outcome"]), ""), 7),
                Column(self.tr("表"), lambda row: str(row["sheet"]), 10),
                Column(self.tr("行"), lambda row: str(row["row"]), 5),
                Column(self.tr("列"), lambda row: str(row["column"]), 12),
                Column(self.tr("原因"), lambda row: str(row["reason"]), 50),
            ]
        )
        self.reviews: SnapshotTable[Review] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: str(one.payload["values"].get("name", "")), 9),
                Column(self.tr("证号"), lambda one: str(one.payload["values"].get("id_no", "")), 16),
                Column(self.tr("来自"), lambda one: f"{one.payload['file']} 第 {one.payload['row']} 行", 22),
                Column(self.tr("为什么要核实"), lambda one: "；".join(p[1] for p in one.payload["problems"]), 40),
            ]
        )
        self.tabs = QTabWidget()
        self.tabs.addTab(table_view(self.problems), self.tr("本次发现的问题"))
        self.review_view = table_view(self.reviews)
        self.tabs.addTab(self.review_view, self.tr("待核实"))
        self.body.addWidget(self.tabs, 1)
        row = QHBoxLayout()
        self.accept = button(self.tr("核实无误，收入登记库"))
        self.accept.clicked.connect(self._accept)
        self.dismiss = button(self.tr("不收，划掉"))
        self.dismiss.clicked.connect(self._dismiss)
        row.addStretch(1)
        row.addWidget(self.dismiss)
        row.addWidget(self.accept)
        self.body.addLayout(row)
        self._set_state()

    def refresh(self) -> None:
        """Read the rows that wait."""
        self.context.read(rosters.reviews_waiting, context=self, done=self._show_reviews)

    def _show_reviews(self, waiting: list[Review]) -> None:
        self.reviews.show_rows(waiting)
        self.tabs.setTabText(1, self.tr("待核实（{0}）").format(len(waiting)))
        if waiting:
            self.review_view.selectRow(0)
        self._set_state()

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("选择花名册"), "", _FILTER)
        if names:
            self.read_files([Path(name) for name in names])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.read_files([Path(url.toLocalFile()) for url in event.mimeData().urls()])

    def read_files(self, paths: Sequence[Path]) -> None:
        """Read files and show what importing them would do."""
        self._paths, self._chosen, self._batch = list(paths), {}, ""
        self._read()

    def _read(self) -> None:
        paths, chosen = self._paths, dict(self._chosen)
        self.context.runner.run(
            lambda report: rosters.preview_roster(
                self.context.station, paths=paths, mapping=chosen or None, report=report
            ),
            context=self,
            done=self._show_preview,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self._preview = None
        self._set_state()
        self.context.messages.show_error(error)

    def _show_preview(self, preview: RosterPreview) -> None:
        self._preview = preview
        self.summary.setText("　".join([self._counts_text(preview.counts), *preview.skipped]))
        self.problems.show_rows(rosters.problems_of(preview))
        self.mapping.setWidget(self._mapping_grid(preview))
        self.tabs.setCurrentIndex(0)
        self._set_state()

    def _counts_text(self, counts: Mapping[str, int]) -> str:
        text = self.tr(
            "共 {rows} 行：新增 {added}，更新 {updated}，无变化 {unchanged}，待核实 {needs_review}，退回 {rejected}。"
        )
        seen = [table for table in (self._preview.tables if self._preview else ()) if table.seen_at]
        notes = [f"“{one.file}”在 {one.seen_at} 导入过。" for one in seen]
        notes += [note for table in (self._preview.tables if self._preview else ()) for note in table.notes]
        return "　".join([text.format(**counts), *notes])

    def _mapping_grid(self, preview: RosterPreview) -> QWidget:
        """Return the columns of the first table with where they go, over its first rows."""
        table = preview.tables[0]
        held = QWidget()
        grid = QGridLayout(held)
        for place, column in enumerate(table.mapping):
            grid.addWidget(label(column.header, name="quiet"), 0, place)
            box = QComboBox()
            for target, text in target_names(self.context.station):
                box.addItem(text, target)
            box.setCurrentIndex(max(box.findData(column.target), 0))
            box.activated.connect(
                lambda _place, box=box, header=column.header: self._map(header, str(box.currentData()))
            )
            grid.addWidget(box, 1, place)
            for line, (_, cells) in enumerate(table.table.rows[:_SAMPLES]):
                cell = label(cells[place].lstrip("\x01") if place < len(cells) else "", name="quiet")
                cell.setWordWrap(False)
                grid.addWidget(cell, 2 + line, place)
        return held

    def _map(self, header: str, target: str) -> None:
        current = self._preview.tables[0].mapping if self._preview else ()
        self._chosen = {**{one.header: one.target for one in current}, **self._chosen, header: target}
        self._read()

    def import_shown(self) -> None:
        """Import what is shown."""
        preview = self._preview
        if preview is None:
            return
        self.bring_in.setEnabled(False)

        def done(result: RosterResult) -> None:
            self._batch = result.changes.batch
            self.summary.setText(self.tr("导入完成。") + self._counts_text(result.counts))
            self.context.messages.inform(self.tr("导入完成，可以撤销"))
            self._set_state(imported=True)
            self.refresh()

        self.context.write(
            lambda station, report: rosters.apply_roster(station, preview=preview, report=report),
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
            done=lambda count: self.context.messages.inform(self.tr("错误工作簿已保存，共 {0} 行").format(count)),
        )

    def _chosen_review(self) -> str:
        index: QModelIndex = self.review_view.currentIndex()
        return self.reviews.rows[index.row()].id if index.isValid() else ""

    def _accept(self) -> None:
        review = self._chosen_review()
        if review:
            self.context.write(
                lambda station, _report: rosters.accept_review(station, review=review), context=self, done=self._decided
            )

    def _dismiss(self) -> None:
        review = self._chosen_review()
        if review:
            self.context.write(
                lambda station, _report: rosters.dismiss_review(station, review=review, why="核实后不收"),
                context=self,
                done=self._decided,
            )

    def _decided(self, changes: Changes) -> None:
        del changes
        self.refresh()

    def _set_state(self, *, imported: bool = False) -> None:
        has = self._preview is not None
        self.bring_in.setVisible(has and not imported)
        self.errors.setVisible(has)
        self.mapping.setVisible(has and not imported)
        self.undo.setVisible(bool(self._batch))
        self.choose.setObjectName("" if has and not imported else "primary")
        self.choose.style().unpolish(self.choose)
        self.choose.style().polish(self.choose)
        for one in (self.accept, self.dismiss):
            one.setEnabled(bool(self.reviews.rows))
