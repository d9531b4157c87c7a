"""On what ground each group of fields is kept, for what and how long: one table, changed by a supervisor."""

from collections.abc import Callable, Sequence

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError
from desktop.services import rights
from desktop.services.rights import GroupBasis
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import label
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.register_tab import Register
from desktop.views.table import Column


class BasesTab(Register[GroupBasis]):
    """The groups of the dictionary with their legal basis, purpose and years."""

    def __init__(self, context: AppContext, *, ask: Callable[[Action], ActionDialog]) -> None:
        super().__init__([
            Column("字段分组", lambda one: one.group, 14),
            Column("敏感", lambda one: "敏感" if one.is_sensitive else "", 6),
            Column("依据", lambda one: one.basis, 40),
            Column("目的", lambda one: one.purpose, 26),
            Column("保存年限", lambda one: f"{one.keep_years} 年", 9),
            Column("说法", lambda one: "出厂说法" if one.is_shipped else "本单位改过", 11),
        ], empty=self.tr("没有采集任何字段。"))  # fmt: skip
        self._ask = ask
        self.said = label(name="quiet")
        self.box.insertWidget(0, self.said)
        self.view.doubleClicked.connect(lambda _index: self.edit())
        may = context.station.may("basis.edit")
        self.reset = self.add(self.tr("恢复出厂说法"), self.ask_reset, may=may)
        self.change = self.add(self.tr("修改…"), self.edit, may=may)

    def show_bases(self, bases: Sequence[GroupBasis], longest: int) -> None:
        """Show the table, and what follows from its years."""
        self.show_rows(bases)
        shipped = sum(one.is_shipped for one in bases)
        kept = self.tr("一个人的资料到最长的一组（{0} 年）满了才算保存期满，列入“保存期满”。").format(longest)
        told = self.tr("有 {0} 组还是程序出厂时的说法，请负责人对照本单位的规定核对修改。").format(shipped)
        self.said.setText(kept + (told if shipped else ""))

    def edit(self) -> ActionDialog | None:
        """Ask for the basis, purpose and years of the group chosen."""
        line = self.chosen()
        if line is None or not self.change.isEnabled():
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return rights.set_basis(
                station, group=line.group, basis=answers["basis"], purpose=answers["purpose"],
                keep_years=_years(answers["years"]),
            )  # fmt: skip

        asks = [
            Ask("basis", self.tr("依据"), value=line.basis),
            Ask("purpose", self.tr("目的"), value=line.purpose),
            Ask("years", self.tr("死亡或转出后保存几年"), value=str(line.keep_years)),
        ]
        note = self.tr("包括：{0}。").format("、".join(line.fields))
        if line.is_shipped:
            note += self.tr("这一组还是程序出厂时的说法。")
        if line.is_sensitive:
            note += self.tr("含敏感个人信息：依据写“同意”的，要有本人单独同意（告知与同意里登记）。")
        return self._ask(Action(self.tr("{0}的处理依据").format(line.group), self.tr("保存"), asks, act, note=note))

    def ask_reset(self) -> ActionDialog | None:
        """Ask whether the group chosen gets the shipped wording again."""
        line = self.chosen()
        if line is None:
            return None
        if line.is_shipped:
            self.error.setText(self.tr("这一组就是出厂时的说法。"))
            return None
        return self._ask(Action(
            self.tr("恢复{0}的出厂说法").format(line.group), self.tr("恢复"), [],
            lambda station, _answers: rights.reset_basis(station, group=line.group),
            note=self.tr("依据、目的和保存年限都回到程序出厂时的说法；改动会记入变更历史。"),
        ))  # fmt: skip


def _years(text: str) -> int:
    """Return a number of years as typed; raises InvalidValueError."""
    digits = text.strip().removesuffix("年").strip()
    if not digits.isdecimal():
        raise InvalidValueError("keep_years", "保存年限要写整数，例如 5", "请改正后再保存")
    return int(digits[:4])
