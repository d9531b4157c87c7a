"""可见范围: how much of each group the clerk and the supervisor see, and what each choice means."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.sight import LEVELS, MEANING, SEERS
from desktop.services import sight
from desktop.services.sight import SightLine
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import label, resize_within_screen
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_SIZE = (1240, 680)
_SOME = 8  # fields named in a line


class LevelsDialog(ListDialog[SightLine]):
    """The table, worked by arrows and Enter; the sentences under it say what each choice means."""

    topics = ("sight_level", "field_switch")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("可见范围"))
        resize_within_screen(self, *_SIZE)
        self.said.setText(self.tr("每一组内容，录入员和主管各看到多少。选一行按回车修改，马上生效，改动记入变更历史。"))
        self.meaning = label("\n".join(f"{LEVELS[key]}：{text}" for key, text in MEANING.items()), name="quiet")
        self.before = label(name="bad")
        self.body.insertWidget(1, self.before)
        self.body.insertWidget(3, self.meaning)
        may = context.station.may("sight.edit")
        self.restore_button = self.add_button(self.tr("恢复出厂设置…"), self.ask_restore)
        self.change_button = self.add_button(self.tr("修改…（回车）"), self.edit, primary=True)
        self.restore_button.setEnabled(may)
        self.change_button.setEnabled(may)
        self.view.doubleClicked.connect(lambda _index: self.edit())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.view, self.edit)
        self.view.setFocus()

    def columns(self) -> list[Column[SightLine]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("分组"), lambda one: one.group.key, 14),
            Column(self.tr("敏感"), lambda one: self.tr("敏感") if one.group.is_sensitive else "", 6),
            *[Column(name, partial(_level, role=role), 20) for role, name in SEERS.items()],
            Column(self.tr("包括"), _fields, 52),
        ]  # fmt: skip

    def rows(self, station: Station) -> Sequence[SightLine]:
        """Return the groups that are collected here, in the order of the dictionary."""
        return [one for one in sight.sight_table(station) if one.labels]

    def show_rows(self, rows: Sequence[SightLine]) -> None:
        """Show the table; an older register is told that its clerks go on seeing everything."""
        super().show_rows(rows)
        told = self.tr(
            "本登记库在有这张表以前建立，录入员仍和以前一样全部看得到。要按出厂设置遮挡，请点“恢复出厂设置”。"
        )
        self.before.setText(told)
        self.before.setVisible(False)
        self.context.read(sight.is_as_before, context=self, done=self.before.setVisible)

    def edit(self) -> ActionDialog | None:
        """Ask how much each role sees of the group chosen."""
        line = self.chosen()
        if line is None or not self.change_button.isEnabled():
            return None

        def act(station: Station, answers: Answers) -> Changes:
            changes = Changes()
            for role, level in answers.items():
                if level != line.levels[role]:
                    changes |= sight.set_level(station, group=line.group.key, role=role, level=level)
            return changes

        asks = [Ask(role, name, value=line.levels[role], choices=LEVELS) for role, name in SEERS.items()]
        note = self.tr("包括：{0}。").format("、".join(line.labels))
        if line.group.guarded:
            covered = "、".join(one.label for one in line.group.guarded if one.label in line.labels)
            note += self.tr("\n遮挡的是：{0}。").format(covered)
        else:
            note += self.tr("\n这一组没有重要或敏感的内容，“遮挡”不遮任何项目。")
        return self.ask(
            Action(self.tr("{0}：各看到多少").format(line.group.key), self.tr("保存"), asks, act, note=note)
        )

    def ask_restore(self) -> ActionDialog:
        """Ask whether the shipped levels hold again."""
        note = self.tr("录入员：重要和敏感的内容遮挡，其余完整显示；主管：全部完整显示。本单位改过的都不再算数。")
        act = lambda station, _answers: sight.restore_levels(station)  # noqa: E731 - what the dialog does
        return self.ask(Action(self.tr("恢复出厂的可见范围"), self.tr("恢复"), [], act, note=note))


def _level(line: SightLine, *, role: str) -> str:
    return LEVELS[line.levels[role]] + ("" if line.levels[role] == line.shipped[role] else "（改过）")


def _fields(line: SightLine) -> str:
    return "、".join(line.labels[:_SOME]) + ("等" if len(line.labels) > _SOME else "")
