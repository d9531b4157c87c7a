"""The organisation tree: read with its people, edited, split, joined, and who the rule would receive where."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.org_tree import GRID
from desktop.services import org_moves, orgs
from desktop.services.orgs import OrgLine, OrgPicture
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.settings.receiving_dialog import ReceivingDialog
from desktop.views.table import Column

_INDENT = "　　"


class OrgsDialog(ListDialog[OrgLine]):
    """新区→新城→街道→社区→网格, with counts of people."""

    topics = ("org", "org_alias", "person")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("机构与网格"))
        self.add_button(self.tr("载入西咸新区镇街"), self.load)
        self.add_button(self.tr("判定接收社区…"), self.receive)
        for text, act in (
            (self.tr("加别名…"), self.add_alias), (self.tr("改名…"), self.rename), (self.tr("撤并…"), self.close_unit),
            (self.tr("并入其他…"), self.merge), (self.tr("拆分…"), self.split),
        ):  # fmt: skip
            self.add_button(text, act)
        self.add_button(self.tr("添加下级…"), self.add_below, primary=True)
        self.receiving: ReceivingDialog | None = None

    def columns(self) -> list[Column[OrgLine]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("机构"), lambda one: _INDENT * one.depth + one.unit.name, 30),
            Column(self.tr("层级"), lambda one: code_list("org_level").label_of(str(one.unit.level)), 10),
            Column(self.tr("编码"), lambda one: one.unit.code, 15),
            Column(self.tr("人数"), lambda one: str(one.people_below), 7),
            Column(self.tr("状态"), _state, 16),
            Column(self.tr("又名"), lambda one: "、".join(alias.name for alias in one.unit.aliases), 24),
        ]

    def rows(self, station: Station) -> Sequence[OrgLine]:
        """Return the tree, parents before children."""
        return orgs.org_picture(station).lines

    def refresh(self) -> None:
        """Read the tree again."""

        def show(picture: OrgPicture) -> None:
            far = self.tr("　另有 {0} 人所写机构不在树里").format(picture.unplaced) if picture.unplaced else ""
            self.said.setText(self.tr("共 {0} 个机构。选一行后再点下面的按钮。").format(len(picture.lines)) + far)
            self.show_rows(picture.lines)

        self.context.read(orgs.org_picture, context=self, done=show)

    def load(self) -> None:
        """Load the shipped towns, after a question."""
        text = self.tr("载入随程序提供的西咸新区镇街？这份名单还没有核对，载入后可以修改；已有的机构不会变。")
        if self.context.messages.ask(self, text, yes=self.tr("载入"), no=self.tr("不载入")):
            self.write(lambda station: orgs.load_towns(station)[1])

    def add_below(self) -> ActionDialog | None:
        """Ask for a new unit below the one chosen."""
        line = self.chosen()
        if line is None:
            return None
        above = line.unit

        def act(station: Station, answers: Answers) -> Changes:
            values = {key: answers[key] for key in ("code", "name", "level")}
            return orgs.put_org(station, values={**values, "parent": above.code}, why=answers["why"])

        levels = {str(n): code_list("org_level").label_of(str(n)) for n in range(above.level + 1, GRID + 1)}
        if not levels:
            self.error.setText(self.tr("网格和楼栋下面不能再设机构"))
            return None
        asks = [
            Ask("name", self.tr("名称")), Ask("code", self.tr("机构编码"), hint=self.tr("字母和数字，不可重复")),
            Ask("level", self.tr("层级"), choices=levels), self._why(),
        ]  # fmt: skip
        return self.ask(Action(self.tr("在“{0}”下添加机构").format(above.name), self.tr("添加"), asks, act))

    def rename(self) -> ActionDialog | None:
        """Ask for the new name of the unit chosen."""
        line = self.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return orgs.rename_org(station, code=line.unit.code, **answers)

        asks = [Ask("name", self.tr("新名称")), self._day("on", self.tr("更名日期")), self._why()]
        note = self.tr("原名称记为别名，导入旧名册时仍能认出。")
        return self.ask(Action(self.tr("“{0}”改名").format(line.unit.name), self.tr("改名"), asks, act, note=note))

    def add_alias(self) -> ActionDialog | None:
        """Ask for another name of the unit chosen."""
        line = self.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return orgs.put_alias(station, code=line.unit.code, values=dict(answers))

        asks = [
            Ask("name", self.tr("别名"), hint=self.tr("小区名、家属院名、原名称都可以")),
            Ask("since", self.tr("启用日期"), hint=self.tr("可不填")),
            Ask("until", self.tr("停用日期"), hint=self.tr("可不填")), Ask("note", self.tr("说明")),
        ]  # fmt: skip
        return self.ask(Action(self.tr("给“{0}”加别名").format(line.unit.name), self.tr("添加"), asks, act))

    def close_unit(self) -> ActionDialog | None:
        """Ask for the day on which the unit chosen ends; one with people must be joined to another."""
        line = self.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return orgs.close_org(station, code=line.unit.code, **answers)

        asks = [self._day("until", self.tr("撤并日期")), self._why()]
        note = self.tr("有人员的机构请用“并入其他”，人员会一起转过去。")
        return self.ask(Action(self.tr("撤并“{0}”").format(line.unit.name), self.tr("撤并"), asks, act, note=note))

    def split(self) -> ActionDialog | None:
        """Ask which people of the unit chosen go to a new one."""
        line = self.chosen()
        if line is None:
            return None
        source = line.unit

        def act(station: Station, answers: Answers) -> Changes:
            new = {key: answers[key] for key in ("code", "name", "level")}
            return org_moves.split_org(
                station, source=source.code, new=new, chosen=answers["chosen"], on=answers["on"], why=answers["why"]
            )[1]

        def preview(station: Station, answers: Answers) -> str:
            return _told(org_moves.preview_split(station, source=source.code, chosen=answers["chosen"]))

        levels = {str(n): code_list("org_level").label_of(str(n)) for n in dict.fromkeys((source.level, GRID))}
        asks = [
            Ask("chosen", self.tr("哪些人转过去"), hint=self.tr("例如 楼栋=3|5 或 网格=二网格 或 小区=轴承厂家属院")),
            Ask("name", self.tr("新机构名称")), Ask("code", self.tr("新机构编码")),
            Ask("level", self.tr("新机构层级"), choices=levels), self._day("on", self.tr("成立日期")), self._why(),
        ]  # fmt: skip
        return self.ask(Action(self.tr("拆分“{0}”").format(source.name), self.tr("拆分"), asks, act, preview))

    def merge(self) -> ActionDialog | None:
        """Ask into which unit the one chosen goes."""
        line = self.chosen()
        if line is None:
            return None
        source = line.unit
        others = {
            one.unit.code: one.unit.name
            for one in self.model.rows
            if one.unit.level == source.level and one.unit.code != source.code and one.is_open
        }
        if not others:
            self.error.setText(self.tr("没有同一级的其他机构可以并入"))
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return org_moves.merge_orgs(station, sources=[source.code], **answers)[1]

        def preview(station: Station, answers: Answers) -> str:
            return _told(org_moves.preview_union(station, sources=[source.code], into=answers["into"]))

        asks = [Ask("into", self.tr("并入"), choices=others), self._day("on", self.tr("合并日期")), self._why()]
        return self.ask(Action(self.tr("把“{0}”并入其他机构").format(source.name), self.tr("并入"), asks, act, preview))

    def receive(self) -> ReceivingDialog:
        """Open what the receiving rule proposes."""
        self.receiving = ReceivingDialog(self.context, parent=self)
        self.receiving.open()
        self.receiving.refresh()
        return self.receiving

    def _why(self) -> Ask:
        return Ask("why", self.tr("依据"), hint=self.tr("文件号或原因，记入变更历史"))

    def _day(self, key: str, label: str) -> Ask:
        return Ask(key, label, self.context.station.today().isoformat())


def _state(line: OrgLine) -> str:
    return "" if line.is_open else f"已撤并 {line.unit.until}"


def _told(found: org_moves.MovePreview) -> str:
    names = "、".join(row.text("name") for row in found.sample)
    below = f"；下级机构也转过去：{'、'.join(found.conflicts)}" if found.conflicts else ""
    return f"将转移 {found.total} 人{f'（{names}…）' if names else ''}{below}"
