"""This workstation and its register: text size, contrast, backup, check, password."""

from pathlib import Path

from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from desktop.config import paths
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_PEOPLE
from desktop.services import access, backups, register
from desktop.store.backup import BackupInfo
from desktop.store.integrity import CheckReport
from desktop.views.context import AppContext
from desktop.views.page import Page, PlainForm, button, label
from desktop.views.password_fields import PasswordFields
from desktop.views.settings.backup_box import BackupBox
from desktop.views.settings.levels_dialog import LevelsDialog
from desktop.views.settings.privacy_dialog import PrivacyDialog
from desktop.views.settings.rules_box import RulesBox
from desktop.views.settings.staff_box import StaffBox
from desktop.views.settings.users_box import UsersBox
from desktop.views.settings.watch_dialog import WatchDialog
from desktop.views.theme import dress


class SettingsPage(Page):
    """Settings, each with what it does beside it."""

    topics = ("org", "staff")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("设置与备份"))
        self.back_up = button(self.tr("立即备份…"), primary=True)
        self.back_up.clicked.connect(self._back_up)
        self.check = button(self.tr("检查登记库"))
        self.check.clicked.connect(self.check_store)
        self.head.addWidget(self.check)
        self.head.addWidget(self.back_up)
        state = paths.read_state()
        self.large = QCheckBox(self.tr("大字"))
        self.contrast = QCheckBox(self.tr("高对比度"))
        self.large.setChecked(state.get("large") == "1")
        self.contrast.setChecked(state.get("contrast") == "1")
        for one in (self.large, self.contrast):
            one.toggled.connect(lambda _on: self._dress())
        self.phone, self.address = QLineEdit(), QLineEdit()
        self.keep = button(self.tr("保存电话和地址"))
        self.keep.setMaximumWidth(320)
        self.keep.clicked.connect(self.keep_org)
        self.staff, self.users = StaffBox(context), UsersBox(context)
        self.backups, self.rules = BackupBox(context), RulesBox(context)
        self.tabs = QTabWidget()
        for title, rows in self._sections():
            self.tabs.addTab(_section(rows), title)
        self._limit_to_role()
        self.body.addWidget(self.tabs, 1)

    def _sections(self) -> list[tuple[str, list[tuple[str, QWidget]]]]:
        """Return the tabs, each with its rows: what is done daily first, what is set once last."""
        where = label(str(self.context.station.vault.folder))
        return [
            (self.tr("备份与安全"), [(self.tr("备份"), self.backups), (self.tr("登记库位置"), where)]),
            (self.tr("使用人与密码"), [
                (self.tr("使用人"), self.users), (self.tr("自己的密码"), self._password_box()),
            ]),
            (self.tr("个人信息保护"), [(self.tr("个人信息"), self._privacy_buttons())]),
            (self.tr("本单位与工作人员"), [
                (self.tr("值班电话"), self.phone), (self.tr("地址"), self.address), ("", self.keep),
                (self.tr("工作人员"), self.staff),
            ]),
            (self.tr("字段与规则"), [(self.tr("可以修改的"), self.rules)]),
            (self.tr("显示"), [(self.tr("文字和颜色"), self.large), ("", self.contrast)]),
        ]  # fmt: skip

    def _password_box(self) -> QWidget:
        """Return the fields in which a user changes their own password."""
        self.old = QLineEdit()
        self.old.setEchoMode(QLineEdit.EchoMode.Password)
        self.passwords = PasswordFields(self)
        self.change = button(self.tr("更换密码"))
        self.change.clicked.connect(self.change_password)
        held = QWidget()
        held.setMaximumWidth(620)
        form = PlainForm(held)
        form.setContentsMargins(0, 0, 0, 0)
        form.add_row(self.tr("原密码"), self.old)
        self.passwords.add_to(form)
        form.add_row("", self.change)
        return held

    def _privacy_buttons(self) -> QWidget:
        self.privacy = button(self.tr("个人信息保护…"))
        self.privacy.clicked.connect(self.open_privacy)
        self.opened: PrivacyDialog | None = None
        self.levels = button(self.tr("可见范围…"))
        self.levels.clicked.connect(self.open_levels)
        self.watch = button(self.tr("异常访问的界线…"))
        self.watch.clicked.connect(self.open_watch)
        self.opened_levels: LevelsDialog | None = None
        self.opened_watch: WatchDialog | None = None
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.privacy)
        row.addWidget(self.levels)
        row.addWidget(self.watch)
        row.addStretch(1)
        return held

    def open_levels(self) -> None:
        """Show how much each role sees."""
        self.opened_levels = LevelsDialog(self.context, parent=self)
        self.opened_levels.open()
        self.opened_levels.refresh()

    def open_watch(self) -> None:
        """Show from where on use is called unusual."""
        self.opened_watch = WatchDialog(self.context, parent=self)
        self.opened_watch.open()
        self.opened_watch.refresh()

    def _limit_to_role(self) -> None:
        """Offer only what the role may do; the services refuse the rest."""
        station = self.context.station
        self.back_up.setEnabled(station.may("backup"))
        self.rules.setEnabled(station.may("org.edit"))
        self.staff.setEnabled(station.may("staff.edit"))
        self.keep.setEnabled(station.may("org.edit"))
        self.privacy.setEnabled(station.may(READ_PEOPLE))
        self.levels.setEnabled(station.may("sight.edit"))
        self.watch.setEnabled(station.may("watch.edit"))

    def refresh(self) -> None:
        """Read what is printed on cards."""
        self.staff.refresh()
        self.users.refresh()
        self.backups.refresh()

        def show(own: dict[str, Value]) -> None:
            self.phone.setText(str(own.get("phone") or ""))
            self.address.setText(str(own.get("address") or ""))

        self.context.read(register.own_org, context=self, done=show)

    def open_privacy(self) -> None:
        """Show notice, consents, requests and what is due."""
        self.opened = PrivacyDialog(self.context, parent=self)
        self.opened.open()
        self.opened.refresh()

    def keep_org(self) -> None:
        """Write the phone and address printed on cards."""
        phone, address = self.phone.text().strip(), self.address.text().strip()
        self.context.write(
            lambda station, _report: register.amend_own_org(station, phone=phone, address=address),
            context=self,
            done=lambda _changes: self.context.messages.inform(self.tr("已保存，新发的联系卡会印上")),
        )

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            dress(app, contrast=self.contrast.isChecked(), large=self.large.isChecked())
        shown = {"large": str(int(self.large.isChecked())), "contrast": str(int(self.contrast.isChecked()))}
        paths.write_state({**paths.read_state(), **shown})

    def _back_up(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("备份到哪个文件夹（最好是移动存储盘）"))
        if chosen:
            self.back_up_to(Path(chosen))

    def back_up_to(self, folder: Path) -> None:
        """Write a verified backup into a folder."""

        def done(info: BackupInfo) -> None:
            self.context.messages.inform(self.tr("已备份 {0} 人并读回核对：{1}").format(info.people, info.path.name))
            self.backups.refresh()

        self.context.read(lambda station: backups.back_up(station, target=folder), context=self, done=done)

    def check_store(self) -> None:
        """Check the whole register."""

        def done(found: CheckReport) -> None:
            if found.is_sound:
                text = self.tr("登记库完好：{0} 人，变更记录 {1} 条").format(found.counts["person"], found.log_entries)
                self.context.messages.inform(text)
            else:
                self.context.messages.said.emit("；".join(found.problems), True)

        self.context.runner.run(
            lambda report: backups.check_store(self.context.station, report=report),
            context=self,
            done=done,
            failed=self.context.messages.show_error,
        )

    def change_password(self) -> None:
        """Replace the user's own password."""
        said = self.passwords.complaint()
        if said:
            self.context.messages.said.emit(said, True)
            return
        old, new = self.old.text(), self.passwords.password.text()

        def done(_nothing: None) -> None:
            self.old.clear()
            self.passwords.clear()
            self.context.messages.inform(self.tr("密码已更换"))

        self.context.read(
            lambda station: access.change_own_password(station, old=old, new=new), context=self, done=done
        )


def _section(rows: list[tuple[str, QWidget]]) -> QScrollArea:
    """Return the rows of one tab as a form that scrolls where the screen is low."""
    form = PlainForm()
    form.setContentsMargins(16, 16, 16, 16)
    form.setSpacing(12)
    for title, field in rows:
        form.add_row(title, field)
    held = QWidget()
    held.setLayout(form)
    area = QScrollArea()
    area.setWidget(held)
    area.setWidgetResizable(True)
    return area
