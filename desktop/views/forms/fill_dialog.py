"""Somebody else's form: dropped in, its cells matched with the register once, filled for the people chosen."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.progress import Report
from desktop.services import any_forms, giving
from desktop.services.any_forms import FormMapping, OpenForm
from desktop.services.form_sources import DATE_STYLES, MASKED, FormSource, form_sources
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.forms.form_grid import FormGrid, named
from desktop.views.forms.source_picker import SourcePicker
from desktop.views.page import button, label

_KINDS = (".xlsx", ".docx")
People = Callable[[Station], Sequence[str]]


class FillFormDialog(QDialog):
    """Reads a form, shows what goes where, and fills it; `people` says for whom when it is filled."""

    def __init__(self, context: AppContext, *, people: People, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._people = context, people
        self.form: OpenForm | None = None
        self.places: dict[str, str] = {}
        self.columns: dict[str, str] = {}
        self._sources: dict[str, FormSource] = {}
        self._spot = ""
        self.setWindowTitle(self.tr("填别人的表格"))
        self.resize(1240, 640)
        self.setAcceptDrops(True)
        self.choose = button(self.tr("选择表格…"))
        self.choose.clicked.connect(lambda _on=False: self._ask_form())
        self.said = label(self.tr("把别人发来的空表（xlsx 或 docx）拖进来，或点“选择表格”。"))
        self.blocks, self.blank, self.style_box = QComboBox(), QComboBox(), QComboBox()
        self.blocks.activated.connect(lambda place: self.show_block(place + 1))
        self.blank.activated.connect(lambda _place: self._show_spot())
        self.style_box.activated.connect(lambda _place: self._restyle())
        self.grid, self.picker = FormGrid(), SourcePicker()
        self.grid.spot_chosen.connect(self._on_spot)
        self.grid.typed.connect(self._search)
        self.grid.emptied.connect(lambda: self.assign(""))
        self.grid.accepted.connect(self.picker.search.setFocus)
        self.picker.taken.connect(self.take)
        self.where = label(name="quiet")
        self.empty = button(self.tr("这一格不填"))
        self.empty.clicked.connect(lambda _on=False: self.assign(""))
        self.forget = button(self.tr("忘掉这个填法"))
        self.forget.clicked.connect(lambda _on=False: self.forget_mapping())
        self.together = QComboBox()
        self.go = button(self.tr("填表…"), primary=True)
        self.go.setEnabled(False)
        self.go.clicked.connect(lambda _on=False: self._ask_where())
        self._lay_out()
        context.read(form_sources, context=self, done=self._know_sources)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.choose)
        top.addWidget(self.said, 1)
        top.addWidget(self.blocks)
        right = QVBoxLayout()
        right.addWidget(self.where)
        right.addWidget(self.blank)
        right.addWidget(self.picker, 1)
        line = QHBoxLayout()
        line.addWidget(self.style_box, 1)
        line.addWidget(self.empty)
        right.addLayout(line)
        middle = QHBoxLayout()
        middle.addWidget(self.grid, 5)
        middle.addLayout(right, 2)
        foot = QHBoxLayout()
        foot.addWidget(label(self.tr("方向键选格子，打字找项目，回车填上并到下一格，Delete 清空。"), name="quiet"), 1)
        foot.addWidget(self.forget)
        foot.addWidget(self.together)
        foot.addWidget(self.go)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.addLayout(top)
        box.addLayout(middle, 1)
        box.addLayout(foot)
        for one in (self.blocks, self.blank, self.style_box, self.together, self.forget):
            one.hide()
        for push in (self.choose, self.empty, self.forget, self.go):
            push.setAutoDefault(False)  # Enter takes a source; it must not press a button as well

    def _know_sources(self, found: list[FormSource]) -> None:
        self._sources = {one.key: one for one in found}
        self.picker.show_sources(found)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_form(Path(_dropped(event)))

    def _ask_form(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.windowTitle(), "", self.tr("表格 (*.xlsx *.docx)"))
        if name:
            self.open_form(Path(name))

    def open_form(self, path: Path) -> None:
        """Read a form and show what goes where."""
        self._context.read(lambda station: any_forms.open_form(station, path=path), context=self, done=self.show_form)

    def show_form(self, form: OpenForm) -> None:
        """Show a form that was read, with its mapping remembered or proposed."""
        self.form = form
        self.places, self.columns = dict(form.mapping.places), dict(form.mapping.columns)
        known = self.tr("用上次记住的填法“{0}”").format(form.remembered)
        guessed = self.tr("已自动认出 {0} 处").format(len(self.places) + len(self.columns))
        kind = self.tr("每人一行的名单") if form.is_list else self.tr("每人一份的表")
        notes = "；".join(("", *form.shape.notes))
        text = self.tr("{0}：{1}，{2}，请核对{3}。黄色是可填的，绿色是要填的。")
        self.said.setText(text.format(form.path.name, kind, known if form.remembered else guessed, notes))
        self.forget.setVisible(bool(form.remembered))
        self.blocks.clear()
        used = [number for number, one in enumerate(form.shape.blocks, 1) if any(map(any, one.rows))]
        for number in used:
            self.blocks.addItem(form.shape.blocks[number - 1].name, number)
        self.blocks.setVisible(len(used) > 1)
        self.together.clear()
        if not form.is_list:
            self.together.addItem(self.tr("每人一个文件"), False)
            self.together.addItem(self.tr("全部填进一个文件"), True)
        self.together.setVisible(not form.is_list)
        self.show_block(form.shape.rows.block if form.shape.rows else self._fullest(used))
        self.grid.setFocus()

    def forget_mapping(self) -> None:
        """Forget how this form was filled, and read it again as if it were new."""
        form = self.form
        if form is not None:
            self._context.write(
                lambda station, _report: any_forms.forget(station, record=any_forms.record_of(form)),
                context=self,
                done=lambda _changes: self.open_form(form.path),
            )

    def _fullest(self, used: Sequence[int]) -> int:
        """Return the block with the most places."""
        found = [one.id.partition("!")[0] for one in self.form.shape.places] if self.form else []
        return max(used, key=lambda number: found.count(str(number)), default=1)

    def show_block(self, block: int) -> None:
        """Show a sheet, a table or the running text."""
        if self.form is None:
            return
        place = self.blocks.findData(block)
        self.blocks.setCurrentIndex(max(place, 0))
        self.grid.show_block(self.form, block)
        self._paint()
        order = [one for one in self._order() if one.startswith(f"{block}!")]
        if order:
            self.grid.go_to(order[0])

    def _paint(self) -> None:
        if self.form is not None:
            self.grid.show_mapping(self.form, self.mapping, self._sources)
        self.go.setEnabled(bool(self.places or self.columns))

    @property
    def mapping(self) -> FormMapping:
        """What goes where now."""
        return FormMapping(dict(self.places), dict(self.columns))

    def _order(self) -> list[str]:
        """Return the places the cursor goes through: those of the form, then the list's columns."""
        if self.form is None:
            return []
        listed = self.form.shape.rows
        columns = [f"{listed.block}!{letter}{listed.first}" for letter, _ in listed.columns] if listed else []
        return [*(one.id for one in self.form.shape.places), *columns]

    def _on_spot(self, spot: str) -> None:
        """Show what is filled into the cell chosen; one text may have several blanks."""
        self._spot = spot
        blanks = [one for one in self.form.shape.places if one.id.startswith(f"{spot}#")] if self.form else []
        self.blank.clear()
        for number, one in enumerate(blanks, start=1):
            self.blank.addItem(self.tr("第 {0} 个空：{1}").format(number, one.label), one.id)
        self.blank.setVisible(len(blanks) > 1)
        self._show_spot()

    def current_place(self) -> str:
        """Return the place the cursor is on, '' on one that cannot be filled: the form's own words."""
        if self.blank.count():
            return str(self.blank.currentData())
        mapped = self._spot in self.places or self._column() in self.columns
        return self._spot if not self.grid.text_here() or mapped or self._spot in self._order() else ""

    def _column(self) -> str:
        """Return the letter of the list's column the cursor is in, '' elsewhere."""
        listed = self.form.shape.rows if self.form else None
        block, _, name = self._spot.partition("!")
        letter = name.rstrip("0123456789")
        if listed is None or block != str(listed.block) or letter not in dict(listed.columns):
            return ""
        row = int(name.removeprefix(letter))
        return letter if listed.first <= row <= max(listed.last, listed.first) else ""

    def source_here(self) -> str:
        """Return what is filled in where the cursor is."""
        column = self._column()
        return self.columns.get(column, "") if column else self.places.get(self.current_place(), "")

    def _show_spot(self) -> None:
        place, source = self.current_place(), self.source_here()
        words = self.form.label_of(place) if self.form and place else ""
        shown = named(source, self._sources) or self.tr("不填")
        fixed = self.tr("这是表上的字，不能填。")
        self.where.setText(self.tr("{0}　{1}　{2}").format(place.partition("!")[2], words, shown) if place else fixed)
        self.picker.setEnabled(bool(place))
        self.picker.point_at(source)
        self._offer_styles(source)

    def _offer_styles(self, source: str) -> None:
        key, _, style = source.partition("|")
        one = self._sources.get(key)
        styles = ["", *DATE_STYLES] if one is not None and one.dated else ["", MASKED]
        self.style_box.clear()
        for name in styles if style in styles else [*styles, style]:
            self.style_box.addItem(self.tr("写法：{0}").format(name or self.tr("照登记")), name)
        self.style_box.setCurrentIndex(max(self.style_box.findData(style), 0))
        self.style_box.setVisible(bool(source))

    def _restyle(self) -> None:
        key, style = self.source_here().partition("|")[0], self.style_box.currentData()
        self.assign(f"{key}|{style}" if style else key)

    def _search(self, text: str) -> None:
        self.picker.search.setFocus()
        self.picker.search.setText(text)

    def take(self, key: str) -> None:
        """Fill the place the cursor is on with a source, and go on to the next place."""
        place = self.current_place()
        self.assign(key)
        order = self._order()
        if place in order and order.index(place) + 1 < len(order):
            following = order[order.index(place) + 1]
            if "#" in following and following.partition("#")[0] == self._spot:
                self.blank.setCurrentIndex(self.blank.findData(following))
                self._show_spot()
            elif following.partition("!")[0] == place.partition("!")[0]:
                self.grid.go_to(following)
        self.grid.setFocus()

    def assign(self, source: str) -> None:
        """Fill the place the cursor is on with a source, '' for nothing."""
        column, place = self._column(), self.current_place()
        where, key = (self.columns, column) if column else (self.places, place)
        if not key:
            return
        if source:
            where[key] = source
        else:
            where.pop(key, None)
        self._paint()
        self._show_spot()

    def _ask_where(self) -> None:
        if self.form is None:
            return
        kind, stem = self.form.shape.kind, self.form.path.stem
        if self.form.is_list or self.together.currentData():
            name, _ = QFileDialog.getSaveFileName(self, self.go.text(), f"{stem}-已填.{kind}", f"*.{kind}")
        else:
            name = QFileDialog.getExistingDirectory(self, self.tr("存到哪个文件夹"))
        if name:
            self.fill_to(Path(name))

    def fill_to(self, path: Path) -> None:
        """Remember the mapping and fill the form into a file, or into a folder, a file each."""
        form, together = self.form, bool(self.together.currentData())
        if form is None:
            return
        filled = any_forms.with_mapping(form, self.mapping)

        def job(report: Report) -> tuple[int, str]:
            station = self._context.station
            if filled.mapping != form.mapping or not form.remembered:
                any_forms.remember(station, form=filled, mapping=filled.mapping)
            ids = self._people(station)
            made = any_forms.fill(station, form=filled, ids=ids, together=together, report=report)
            files = [(path / one.name if path.is_dir() else path, one.content) for one in made]
            giving.give_filled(station, what=self.tr("填外来表格"), people=len(ids), files=files)
            return len(ids), path.name

        self._context.runner.run(job, context=self, done=self._filled, failed=self._context.messages.show_error)

    def _filled(self, answer: tuple[int, str]) -> None:
        people, name = answer
        self.said.setText(
            self.tr("已填 {0} 人，存到“{1}”。这张表的填法已记住，下次拖进来直接能填。").format(people, name)
        )


def _dropped(event: QDropEvent) -> str:
    """Return the path of a form that is dropped, '' for anything else."""
    paths = [url.toLocalFile() for url in event.mimeData().urls()]
    return next((path for path in paths if path.lower().endswith(_KINDS)), "")
