"""How exchange stands with each unit: numbers, what waits, what is missing on either side, alarms."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.domain.changes import Changes
from desktop.domain.clock import local_text
from desktop.services import media, streams, withholding
from desktop.services.media import MediaPacked
from desktop.services.station import Station
from desktop.services.streams import Standing
from desktop.services.withholding import Profile
from desktop.views.context import AppContext
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_ALARMS = {"fork": "编号分叉", "diverged": "内容不一致"}


def numbers_text(numbers: Sequence[int]) -> str:
    """Return package numbers in a few words: the first five, and how many more."""
    text = "、".join(str(number) for number in numbers[:5])
    return f"{text} 等 {len(numbers)} 个" if len(numbers) > 5 else text


class StreamsDialog(ListDialog[Standing]):
    """One line a unit."""

    topics = ("package", "peer")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("往来状态"))
        self.said.setText(
            self.tr(
                "缺的包不用重新要：你的下一个包会告诉对方，对方的下一个包会补上。编号分叉是两台电脑用了同一份登记库，先打电话查清。"
            )
        )
        self.pictures_button = self.add_button(self.tr("写照片包…"), self.pictures)
        self.scope_button = self.add_button(self.tr("发送范围…"), self.scope)
        self.anew_button = self.add_button(self.tr("重新开始编号…"), self.begin_anew)

    def columns(self) -> list[Column[Standing]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("单位"), lambda one: one.name, 14),
            Column(self.tr("收到第几个"), lambda one: str(one.received or ""), 9),
            Column(self.tr("等待中"), lambda one: numbers_text(one.waiting), 12),
            Column(self.tr("还缺"), lambda one: numbers_text(one.missing), 12),
            Column(self.tr("发出第几个"), lambda one: str(one.sent or ""), 9),
            Column(self.tr("对方已收到"), lambda one: str(one.arrived or ""), 9),
            Column(self.tr("对方还缺"), lambda one: numbers_text(one.lost), 12),
            Column(self.tr("最近回执"), lambda one: local_text(one.heard_at), 14),
            Column(self.tr("下一个包"), lambda one: "全部内容" if one.next_kind == "snapshot" else "新的改动", 8),
            Column(self.tr("警报"), lambda one: _ALARMS.get(one.alarm, ""), 10),
        ]

    def rows(self, station: Station) -> Sequence[Standing]:
        """Return how exchange stands."""
        return streams.standings(station)

    def show_rows(self, rows: Sequence[Standing]) -> None:
        """Show the lines; an alarm is said in words too."""
        super().show_rows(rows)
        forked = [one.name for one in rows if one.alarm == "fork"]
        told = self.tr("与 {0} 的编号分叉：可能有两台电脑在用同一份登记库").format("、".join(forked)) if forked else ""
        self.error.setText(told if rows else self.tr("还没有登记对方的密钥卡"))

    def pictures(self) -> None:
        """Ask for a folder and write the pictures the chosen unit does not have yet."""
        line = self.chosen()
        if line is not None:
            chosen = QFileDialog.getExistingDirectory(self, self.tr("照片包放在哪里"))
            if chosen:
                self.write_pictures(line.org, Path(chosen))

    def write_pictures(self, org: str, folder: Path) -> None:
        """Write the picture packages for a unit."""

        def done(made: MediaPacked) -> None:
            text = self.tr("已写好 {0} 个照片包，共 {1} 张照片").format(len(made.paths), made.pictures)
            self.context.messages.inform(text if made.pictures else self.tr("没有对方还缺的照片"))

        self.context.write(
            lambda station, report: media.pack_media(station, to_org=org, folder=folder, report=report),
            context=self,
            done=done,
            failed=lambda error: self.error.setText(self.context.messages.words_for(error)),
        )

    def scope(self) -> None:
        """Read what the chosen unit is not given, then ask what it shall not be given."""
        line = self.chosen()
        if line is not None:
            self.context.read(
                lambda station: withholding.profile_at(station, line.org),
                context=self,
                done=lambda profile: self.ask_scope(line, profile),
            )

    def ask_scope(self, line: Standing, profile: Profile) -> None:
        """Ask what a unit shall not be given."""

        def act(station: Station, answers: Answers) -> Changes:
            chosen = Profile(int(answers["level"]), tuple(answers["fields"].split()))
            withholding.set_profile(station, org=line.org, profile=chosen)
            return Changes(topics=frozenset({"peer"}))

        levels = {"0": self.tr("全部都发"), "4": self.tr("敏感项不发"), "3": self.tr("遮盖项和敏感项都不发")}
        self.ask(
            Action(
                self.tr("发给 {0} 的范围").format(line.name), self.tr("保存"),
                [
                    Ask("level", self.tr("按密级"), str(profile.level), choices=levels),
                    Ask("fields", self.tr("另外不发的项目"), " ".join(profile.fields), hint="person.id_no visit.note"),
                ],
                act, note=self.tr("不发的项目在对方那里保持原样，不会变成空白；以后改为要发，下一个包会补齐。"),
            )
        )  # fmt: skip

    def begin_anew(self) -> ActionDialog:
        """Ask why this station shall count anew."""

        def act(station: Station, answers: Answers) -> Changes:
            streams.begin_anew(station, why=answers["why"])
            return Changes(topics=frozenset({"package"}))

        return self.ask(
            Action(
                self.tr("重新开始编号"), self.tr("重新开始"),
                [Ask("why", self.tr("原因"), hint=self.tr("例如 查清了，只留这台电脑"))], act,
                note=self.tr("只在留下来的那台电脑上做。发给每个单位的下一个包会带上全部内容，对方合并前会打电话来核实。"),
            )
        )  # fmt: skip
