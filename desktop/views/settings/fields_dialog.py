"""The catalogue of fields: what is kept, why, by whom, and the switch of those that need a lead's word."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.services import catalogue
from desktop.services.catalogue import CatalogueLine
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column


class FieldsDialog(ListDialog[CatalogueLine]):
    """Every field of a person by group."""

    topics = ("field_switch", "code", "code_list")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("字段目录"))
        self.said.setText(
            self.tr(
                "金额、银行和统筹外费用默认不采集：不显示、不导入、不导出。确需采集时由负责人启用，理由会记入变更历史。"
            )
        )
        self.switch_button = self.add_button(self.tr("启用或停止采集…"), self.switch, primary=True)

    def columns(self) -> list[Column[CatalogueLine]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("分组"), lambda one: one.field.group, 11),
            Column(self.tr("字段"), lambda one: one.field.label, 17),
            Column(self.tr("采集"), lambda one: "采集" if one.collected else "不采集", 7),
            Column(self.tr("类型"), lambda one: one.kind, 11),
            Column(self.tr("代码表"), lambda one: one.codes, 11),
            Column(self.tr("保密"), lambda one: one.privacy, 16),
            Column(self.tr("由谁维护"), lambda one: one.maintainer, 10),
            Column(self.tr("用途"), lambda one: one.purpose, 24),
        ]

    def rows(self, station: Station) -> Sequence[CatalogueLine]:
        """Return every field in dictionary order."""
        return catalogue.field_catalogue(station)

    def switch(self) -> ActionDialog | None:
        """Ask for the reason to begin or stop collecting the field chosen."""
        line = self.chosen()
        if line is None:
            return None
        if not line.switchable:
            self.error.setText(self.tr("“{0}”是登记册的必要字段，不需要时可以不填").format(line.field.label))
            return None
        on = not line.collected
        title = (self.tr("启用采集“{0}”") if on else self.tr("停止采集“{0}”")).format(line.field.label)

        def act(station: Station, answers: Answers) -> Changes:
            return catalogue.switch_field(station, field=line.field.key, collected=on, why=answers["why"])

        note = "" if on else self.tr("已登记的内容仍保存在库里，但不再显示、导入和导出。")
        return self.ask(Action(title, title, [Ask("why", self.tr("理由"), line.why)], act, note=note))
