"""How safe the register is, and what to do about it: back up, rehearse a restore."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.services import backup_watch
from desktop.services.backup_watch import Drill, Safety
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import button, label, plain_tip


class BackupBox(QWidget):
    """Says when the register last left this machine, and rehearses restoring it at one click."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.said = label()
        self.newest = label(name="quiet")
        self.drilled = label(name="quiet")
        self.drill = button(self.tr("演练恢复"))
        self.drill.setToolTip(plain_tip(self.tr("把最近的备份恢复到一个临时文件夹里核对一遍，不动现在的登记库")))
        self.drill.clicked.connect(lambda _checked: self.rehearse())
        self.other = button(self.tr("演练另一份备份…"))
        self.other.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.drill)
        row.addWidget(self.other)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        for one in (self.said, self.newest, self.drilled):
            box.addWidget(one)
        box.addLayout(row)

    def refresh(self) -> None:
        """Read again how safe the register is."""
        self.context.read(backup_watch.safety_of, context=self, done=self._show)

    def _show(self, safety: Safety) -> None:
        self.said.setText(safety.said)
        self.said.setObjectName("" if safety.level == backup_watch.FINE else "bad")
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)
        if safety.newest is None:
            self.newest.setText(self.tr("本机还没有自动备份；有改动时每半小时、退出时会自动备份。"))
        else:
            text = self.tr("本机最近的自动备份：{0}，{1} 人。有改动时每半小时、退出时自动备份。")
            self.newest.setText(text.format(local_text(safety.newest.created), safety.newest.people))
        due = self.tr("（该演练了：每 90 天一次）") if safety.is_drill_due else ""
        when = safety.drilled_on or self.tr("从未")
        self.drilled.setText(self.tr("上次演练恢复：{0}{1}").format(when, due))

    def rehearse(self, path: Path | None = None) -> None:
        """Rehearse restoring a backup, the newest off this machine unless one is named."""

        def job(station: Station) -> Drill:
            return backup_watch.drill_restore(station, path=path)

        self.context.read(job, context=self, done=self._drilled)

    def _drilled(self, drill: Drill) -> None:
        text = self.tr("演练成功：{0} 人，变更记录 {1} 条，用时 {2:.0f} 秒（{3}）")
        said = text.format(f"{drill.people:,}", f"{drill.log_entries:,}", drill.seconds, drill.path.name)
        if not drill.is_off_machine:
            said += self.tr("。这份备份在本机上，请也备份到移动存储盘")
        self.context.messages.inform(said)
        self.refresh()

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("选择备份"), "", self.tr("银册备份 (*.ybk)"))
        if chosen:
            self.rehearse(Path(chosen))
