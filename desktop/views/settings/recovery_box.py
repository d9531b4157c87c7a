"""What opens the register when every password is forgotten: the code in the safe, the street's key."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.services import users
from desktop.services.users import WaysIn
from desktop.views.asking import ask_item
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.settings.code_dialog import CodeDialog
from desktop.views.settings.recovery_dialogs import DrillDialog, RescueDialog


class RecoveryBox(QWidget):
    """Says which other ways in there are and when the code was tried; all staff see it, supervisors act."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.code_said, self.street_said = label(), label(name="quiet")
        self.make = button(self.tr("制作恢复码…"))
        self.drill = button(self.tr("恢复码演练…"))
        self.give = button(self.tr("给街道留恢复钥匙…"))
        self.back = button(self.tr("收回街道的钥匙"))
        self.rescue = button(self.tr("打开社区的登记库…"))
        self.make.clicked.connect(self.make_code)
        self.drill.clicked.connect(self.open_drill)
        self.give.clicked.connect(self.give_street)
        self.back.clicked.connect(self.take_back)
        self.rescue.clicked.connect(self.open_rescue)
        row = QHBoxLayout()
        for one in (self.make, self.drill, self.give, self.back, self.rescue):
            one.setEnabled(context.station.may("recovery"))
            row.addWidget(one)
        row.addStretch(1)
        self.rescue.setVisible(context.station.is_street)
        self.back.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.code_said)
        box.addWidget(self.street_said)
        box.addLayout(row)
        self.opened: CodeDialog | DrillDialog | RescueDialog | None = None
        self._superiors: list[tuple[str, str]] = []

    def show_ways(self, found: WaysIn, superiors: list[tuple[str, str]]) -> None:
        """Show the ways in; `superiors` are the units above that could be given a key: code and name."""
        self._superiors = superiors
        self.code_said.setText(self._said_of_code(found))
        self.code_said.setObjectName("bad" if found.drill_due or not found.has_code else "")
        self.code_said.style().unpolish(self.code_said)
        self.code_said.style().polish(self.code_said)
        self.drill.setVisible(found.has_code)
        self.make.setText(self.tr("换一张恢复码…") if found.has_code else self.tr("制作恢复码…"))
        streets = "、".join(found.streets)
        self.street_said.setText(
            self.tr("{0}有本库的恢复钥匙，可以不用密码打开本库。").format(streets)
            if streets
            else self.tr("没有给街道留恢复钥匙：街道打不开本库。")
        )
        self.street_said.setVisible(bool(streets or superiors))
        self.give.setVisible(not streets and bool(superiors))
        self.back.setVisible(bool(streets))

    def _said_of_code(self, found: WaysIn) -> str:
        if not found.has_code:
            return self.tr("还没有恢复码：密码都忘了，谁也打不开登记库。请主管制作一张，封存好。")
        if found.drilled_on is None:
            return self.tr("有恢复码。")
        if found.drill_due:
            text = self.tr("有恢复码，上次演练 {0}，已超过 {1} 天：请主管取出来演练一次。")
            return text.format(found.drilled_on.isoformat(), users.DRILL_DAYS)
        return self.tr("有恢复码，上次演练 {0}。").format(found.drilled_on.isoformat())

    def refresh(self) -> None:
        """Read again which ways in there are."""
        self._context.read(
            lambda station: (users.ways_in(station), users.streets_known(station)),
            context=self,
            done=lambda found: self.show_ways(*found),
        )

    def make_code(self) -> None:
        """Make a recovery code and show it once."""

        def done(code: str) -> None:
            self.opened = CodeDialog(self._context, code=code, parent=self)
            self.opened.accepted.connect(self.refresh)
            self.opened.open()

        self._context.read(users.make_recovery_code, context=self, done=done)

    def open_drill(self) -> None:
        """Ask for the code on paper."""
        self.opened = DrillDialog(self._context, parent=self)
        self.opened.finished.connect(lambda _result: self.refresh())
        self.opened.open()

    def open_rescue(self) -> None:
        """Ask for a community's folder."""
        self.opened = RescueDialog(self._context, parent=self)
        self.opened.open()

    def give_street(self) -> None:
        """Give the unit above a key, after a question; of several, ask which."""
        names = [name for _, name in self._superiors]
        place = 0
        if len(names) > 1:
            chosen = ask_item(self, self.tr("恢复钥匙"), self.tr("留给谁"), names)
            if chosen is None:
                return
            place = names.index(chosen)
        org, name = self._superiors[place]
        question = self.tr("让{0}能用自己的密钥打开本库？密码和恢复码都丢了时可以找它；它不用密码就能看到全部资料。")
        if not self._context.messages.ask(self, question.format(name), yes=self.tr("留钥匙"), no=self.tr("不留")):
            return

        def done(given: str) -> None:
            self._context.messages.inform(self.tr("{0}有了本库的恢复钥匙，所有使用人在这里都看得到").format(given))
            self.refresh()

        self._context.read(lambda station: users.give_street_key(station, org=org), context=self, done=done)

    def take_back(self) -> None:
        """Take the street's key back, after a question, and change the data key."""
        question = self.tr("收回街道的恢复钥匙，并更换数据密钥？街道以前拷走的登记库或备份，它仍然打得开。")
        if not self._context.messages.ask(self, question, yes=self.tr("收回"), no=self.tr("保留")):
            return

        def done(lost: list[str]) -> None:
            rest = self.tr("。请重新添加：{0}").format("、".join(lost)) if lost else ""
            self._context.messages.inform(self.tr("已收回，数据密钥已更换") + rest)
            self.refresh()

        self._context.read(users.take_street_key, context=self, done=done)
