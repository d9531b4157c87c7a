"""Code lists: each with its source and day; opening one edits its codes."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.codes import CodeList
from desktop.services import codelists
from desktop.services.codelists import CodeItem
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column


class CodesDialog(ListDialog[CodeList]):
    """Every list, those still to be confirmed first."""

    topics = ("code", "code_list")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("代码表"))
        self.view.activated.connect(lambda _index: self.open_list())
        self.add_button(self.tr("标为已核对…"), self.confirm)
        self.add_button(self.tr("打开（回车）"), self.open_list, primary=True)
        self.items: ItemsDialog | None = None

    def columns(self) -> list[Column[CodeList]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("代码表"), lambda one: one.label, 16),
            Column(self.tr("状态"), lambda one: "已核对" if one.confirmed else "待确认", 8),
            Column(self.tr("项数"), lambda one: str(len(one.labels)), 6),
            Column(self.tr("核对日期"), lambda one: one.as_of, 11),
            Column(self.tr("来源"), lambda one: one.source, 50),
        ]

    def rows(self, station: Station) -> Sequence[CodeList]:
        """Return every list."""
        del station  # the lists in force are those of the open register
        return codelists.all_lists()

    def show_rows(self, rows: Sequence[CodeList]) -> None:
        unsure = sum(not one.confirmed for one in rows)
        self.said.setText(self.tr("共 {0} 张代码表，{1} 张待确认。").format(len(rows), unsure))
        super().show_rows(rows)

    def open_list(self) -> None:
        """Open the codes of the list chosen."""
        one = self.chosen()
        if one is not None:
            self.items = ItemsDialog(self.context, key=one.key, title=one.label, parent=self)
            self.items.open()
            self.items.refresh()

    def confirm(self) -> ActionDialog | None:
        """Ask what the list chosen was checked against."""
        one = self.chosen()
        if one is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return codelists.confirm_list(station, key=one.key, source=answers["source"], as_of=answers["as_of"])

        asks = [
            Ask("source", self.tr("与哪份文件核对"), hint=self.tr("文件名称或文号")),
            Ask("as_of", self.tr("核对日期"), self.context.station.today().isoformat()),
        ]
        title = self.tr("把“{0}”标为已核对").format(one.label)
        return self.ask(Action(title, self.tr("标为已核对"), asks, act))


class ItemsDialog(ListDialog[CodeItem]):
    """The codes of one list."""

    topics = ("code", "code_list")

    def __init__(self, context: AppContext, *, key: str, title: str, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(title)
        self._key = key
        self.said.setText(self.tr("停用的代码不再供选择，旧资料里的照常显示。改名后，导入时原名称仍能认出。"))
        self.view.activated.connect(lambda _index: self.amend())
        self.add_button(self.tr("上移"), lambda: self.move_by(-1))
        self.add_button(self.tr("下移"), lambda: self.move_by(1))
        self.add_button(self.tr("停用或恢复"), self.stop)
        self.add_button(self.tr("修改（回车）"), self.amend)
        self.add_button(self.tr("添加代码"), self.add, primary=True)

    def columns(self) -> list[Column[CodeItem]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("代码"), lambda one: one.code, 8),
            Column(self.tr("名称"), lambda one: one.label, 22),
            Column(self.tr("状态"), lambda one: "已停用" if one.stopped else "本库添加" if one.added else "", 9),
            Column(self.tr("其他写法"), lambda one: "、".join(one.also), 40),
        ]

    def rows(self, station: Station) -> Sequence[CodeItem]:
        """Return the codes in order."""
        del station
        return codelists.items_of(self._key)

    def add(self) -> ActionDialog:
        """Ask for a new code."""
        asks = [Ask("code", self.tr("代码"), hint="T18"), *self._asks("", "")]
        return self.ask(Action(self.tr("添加代码"), self.tr("添加"), asks, self._put))

    def amend(self) -> ActionDialog | None:
        """Ask for the label and other words of the code chosen."""
        one = self.chosen()
        if one is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return self._put(station, {"code": one.code, **answers})

        title = self.tr("修改代码 {0}").format(one.code)
        return self.ask(Action(title, self.tr("保存"), self._asks(one.label, "、".join(one.also)), act))

    def stop(self) -> None:
        """Stop the code chosen, or take it up again."""
        one, key = self.chosen(), self._key
        if one is not None:
            self.write(lambda station: codelists.stop_code(station, key=key, code=one.code, stopped=not one.stopped))

    def move_by(self, by: int) -> None:
        """Move the code chosen up or down; it stays chosen."""
        one, key = self.chosen(), self._key
        if one is not None:
            self.view.selectRow(max(0, min(self.view.currentIndex().row() + by, len(self.model.rows) - 1)))
            self.write(lambda station: codelists.move_code(station, key=key, code=one.code, by=by))

    def _put(self, station: Station, answers: Answers) -> Changes:
        return codelists.put_code(
            station, key=self._key, code=answers["code"], label=answers["label"], also=answers["also"]
        )

    def _asks(self, label: str, also: str) -> list[Ask]:
        return [
            Ask("label", self.tr("名称"), label),
            Ask("also", self.tr("其他写法"), also, hint=self.tr("名册里的别的叫法，用、隔开")),
        ]
