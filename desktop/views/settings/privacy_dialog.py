"""个人信息保护: the notice to sign, consents, requests with their days, whose time is over, what was given away."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.clock import local_text
from desktop.domain.codes import code_list
from desktop.domain.permissions import READ_AUDIT
from desktop.services import erasure, privacy_desk, register, rights
from desktop.services.peers import write_safely
from desktop.services.privacy_desk import PrivacyDesk
from desktop.services.station import Station
from desktop.store.privacy import Consented, DuePerson, GivenLine, OpenRequest
from desktop.views.context import AppContext
from desktop.views.page import button, label, resize_within_screen
from desktop.views.paper_printer import PaperPrinter
from desktop.views.people.person_box import PersonBox
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.bases_tab import BasesTab
from desktop.views.settings.register_tab import Register
from desktop.views.table import Column

_SIZE = (1240, 640)
_TOPICS = ("consent", "rights_request", "archive_lock", "erasure", "export_note", "state", "person", "legal_basis")
_ERASE = "3"  # rights_kind 删除


class PrivacyDialog(QDialog):
    """The registers and the legal bases under the notice that goes to everyone."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.setWindowTitle(self.tr("个人信息保护"))
        resize_within_screen(self, *_SIZE)
        self.action: ActionDialog | None = None
        self.printer = PaperPrinter(self)
        self.person = PersonBox(context, hint=self.tr("给谁：输姓名、拼音首字母、电话或证号，再选一位；不填为空白表"))
        self.print_notice = button(self.tr("打印告知书…"), primary=True)
        self.save_notice = button(self.tr("告知书存为文件…"))
        self.print_notice.clicked.connect(self.notice_to_printer)
        self.save_notice.clicked.connect(self._ask_where)
        for one in (self.print_notice, self.save_notice):
            one.setAutoDefault(False)
        self.tabs = QTabWidget()
        self._requests(context.station)
        self._consents(context.station)
        self._retention(context.station)
        self.bases = BasesTab(context, ask=self._ask)
        self.tabs.addTab(self.bases, "")
        self._exports(context.station)
        self._lay_out()
        context.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.person, 1)
        head.addWidget(self.save_notice)
        head.addWidget(self.print_notice)
        said = self.tr(
            "先打印告知书请本人签字，签好后在“告知与同意”里登记。有人要查、要改、要删自己的信息，登记在“权利请求”里。"
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(12)
        box.addWidget(label(said, name="quiet"))
        box.addLayout(head)
        box.addWidget(self.tabs, 1)

    def _requests(self, station: Station) -> None:
        kinds, today = code_list("rights_kind"), station.today()
        self.requests: Register[OpenRequest] = Register([
            Column(self.tr("姓名"), lambda one: one.name, 10),
            Column(self.tr("人员编号"), lambda one: one.person_no, 14),
            Column(self.tr("请求"), lambda one: kinds.label_of(one.kind), 12),
            Column(self.tr("提出日期"), lambda one: one.asked_on, 12),
            Column(self.tr("答复期限"), lambda one: privacy_desk.due_text(one.due_on, today), 24),
            Column(self.tr("内容"), lambda one: one.what, 26),
        ], empty=self.tr(
            "没有待答复的请求。有人来查阅、更正或删除自己的信息时，点“登记请求”，程序会提醒答复期限。"
        ))  # fmt: skip
        self.requests.add(self.tr("登记请求…"), self.ask_request, may=station.may("rights_request.add"))
        self.requests.add(self.tr("答复…"), self.ask_answer, may=station.may("rights.close"))
        self.erase_asked = self.requests.add(
            self.tr("按请求彻底清除…"), self.ask_erasure_asked, may=station.may("person.erase")
        )
        self.tabs.addTab(self.requests, "")

    def _consents(self, station: Station) -> None:
        self.consents: Register[Consented] = Register([
            Column(self.tr("姓名"), lambda one: one.name, 10),
            Column(self.tr("人员编号"), lambda one: one.person_no, 14),
            Column(self.tr("目的"), lambda one: one.purpose, 24),
            Column(self.tr("签署日期"), lambda one: one.done_on, 12),
            Column(self.tr("签署人"), lambda one: one.signer, 10),
            Column(self.tr("纸质件存放"), lambda one: one.paper, 16),
            Column(self.tr("撤回日期"), lambda one: one.withdrawn_on, 12),
        ], empty=self.tr("还没有登记过同意。打印告知书请本人签字后，点“登记同意”。"))  # fmt: skip
        self.consents.add(self.tr("登记同意…"), self.ask_consent, may=station.may("consent.add"))
        self.consents.add(self.tr("撤回…"), self.ask_withdrawal, may=station.may("consent.edit"))
        self.tabs.addTab(self.consents, "")

    def _retention(self, station: Station) -> None:
        states = code_list("manage_state")
        self.due: Register[DuePerson] = Register([
            Column(self.tr("姓名"), lambda one: one.name, 10),
            Column(self.tr("人员编号"), lambda one: one.person_no, 14),
            Column(self.tr("状态"), lambda one: states.label_of(one.state), 12),
            Column(self.tr("自"), lambda one: one.since, 12),
        ], empty="")  # fmt: skip
        self.due.add(self.tr("封存…"), self.ask_lock, may=station.may("archive_lock.add"))
        self.due.add(self.tr("彻底清除…"), self.ask_erasure, may=station.may("person.erase"))
        self.tabs.addTab(self.due, "")

    def _exports(self, station: Station) -> None:
        self.given: Register[GivenLine] = Register([
            Column(self.tr("时间"), lambda one: local_text(one.at), 16),
            Column(self.tr("经办人"), lambda one: one.user, 10),
            Column(self.tr("内容"), lambda one: one.what, 16),
            Column(self.tr("人数"), lambda one: str(one.people), 6),
            Column(self.tr("提供给谁"), lambda one: one.recipient, 18),
            Column(self.tr("用途"), lambda one: one.purpose, 20),
            Column(self.tr("依据"), lambda one: one.basis, 24),
            Column(self.tr("第二人"), lambda one: one.second, 10),
        ], empty=self.tr("还没有对外提供过资料。每次导出都会自动登记在这里。"))  # fmt: skip
        if station.may(READ_AUDIT):
            self.tabs.addTab(self.given, "")

    def refresh(self) -> None:
        """Read the registers again."""
        self.context.read(privacy_desk.privacy_desk, context=self, done=self._show)

    def _show(self, desk: PrivacyDesk) -> None:
        self.requests.show_rows(desk.requests)
        self.consents.show_rows(desk.consents)
        self.due.empty.setText(self.tr(
            "没有保存期满的人员。去世或转出满 {0} 年的人会列在这里，由主管封存或彻底清除。"
            "年限取“处理依据”表里最长的一组。"
        ).format(desk.keep_years))  # fmt: skip
        self.due.show_rows(desk.due)
        self.bases.show_bases(desk.bases, desk.keep_years)
        self.given.show_rows(desk.given)
        late = self.tr("，{0} 件已超期").format(desk.late) if desk.late else ""
        titles = (
            self.tr("权利请求（{0}{1}）").format(len(desk.requests), late),
            self.tr("告知与同意（{0}）").format(len(desk.consents)),
            self.tr("保存期满（{0}）").format(len(desk.due)), self.tr("处理依据"),
            self.tr("对外提供（{0}）").format(len(desk.given)),
        )  # fmt: skip
        for place in range(self.tabs.count()):
            self.tabs.setTabText(place, titles[place])

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touches(*_TOPICS):
            self.refresh()

    # --- the notice ---

    def notice_to_printer(self) -> None:
        """Make the notice for the person named, or a blank one, and print it."""

        def print_it(pdf: bytes) -> None:
            self.printer.print_pdf(pdf)

        self.context.read(self._notice(), context=self, done=print_it)

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("个人信息告知书"), self.tr("个人信息告知书.pdf"), "*.pdf")
        if name:
            self.notice_to(Path(name))

    def notice_to(self, path: Path) -> None:
        """Write the notice to a file that was chosen."""
        make = self._notice()

        def done(_nothing: None) -> None:
            self.context.messages.inform(self.tr("告知书已写好：{0}").format(path.name))

        self.context.read(lambda station: write_safely(path, make(station)), context=self, done=done)

    def _notice(self) -> Callable[[Station], bytes]:
        text = self.person.meant()

        def make(station: Station) -> bytes:
            person = register.person_meant(station, text=text) if text else ""
            return rights.notice_for(station, person=person)

        return make

    # --- what is written into the registers ---

    def _ask(self, action: Action) -> ActionDialog:
        self.action = ActionDialog(self.context, action, parent=self)
        self.action.open()
        return self.action

    def _who(self) -> Ask:
        return Ask("person", self.tr("是谁"), value=self.person.meant(), name=self.person.text().strip(), person=True)

    def ask_request(self) -> ActionDialog:
        """Ask who asks for what."""
        kinds = code_list("rights_kind").offered

        def act(station: Station, answers: Answers) -> Changes:
            person = register.person_meant(station, text=answers["person"])
            return rights.open_request(
                station, person=person, kind=answers["kind"], what=answers["what"], asked_by=answers["by"],
                relation=answers["relation"] or "本人",
            )[1]  # fmt: skip

        return self._ask(Action(
            self.tr("登记权利请求"), self.tr("登记"),
            [
                self._who(), Ask("kind", self.tr("要什么"), choices=kinds),
                Ask("what", self.tr("内容"), hint=self.tr("例如 要一份自己的登记表")),
                Ask("by", self.tr("提出人"), hint=self.tr("不是本人时填写")),
                Ask("relation", self.tr("与本人关系"), hint=self.tr("本人")),
            ],
            act, note=self.tr("请在 {0} 日内答复。").format(rights.DUE_DAYS),
        ))  # fmt: skip

    def ask_answer(self) -> ActionDialog | None:
        """Ask how the chosen request was answered."""
        line = self.requests.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return rights.close_request(station, request=line.id, outcome=answers["outcome"])

        asked = [Ask("outcome", self.tr("怎样答复的"), hint=self.tr("例如 已更正住址，本人签字确认"))]
        return self._ask(Action(self.tr("答复 {0} 的请求").format(line.name), self.tr("办结"), asked, act))

    def ask_consent(self) -> ActionDialog:
        """Ask what was signed."""

        def act(station: Station, answers: Answers) -> Changes:
            person = register.person_meant(station, text=answers.pop("person"))
            return rights.record_consent(station, person=person, values={k: v for k, v in answers.items() if v})

        return self._ask(Action(
            self.tr("登记同意"), self.tr("登记"),
            [
                self._who(), Ask("purpose", self.tr("同意什么"), value=self.tr("处理敏感个人信息（走访关爱）")),
                Ask("done_on", self.tr("签署日期"), value=self.context.station.today().isoformat()),
                Ask("signer", self.tr("签署人"), hint=self.tr("本人或代签的近亲属")),
                Ask("paper", self.tr("纸质件放在哪里"), hint=self.tr("例如 2026 年第 3 盒")),
            ],
            act,
        ))  # fmt: skip

    def ask_withdrawal(self) -> ActionDialog | None:
        """Ask whether the chosen consent is taken back today."""
        line = self.consents.chosen()
        if line is None:
            return None
        if line.withdrawn_on:
            self.consents.error.setText(self.tr("这条同意已经撤回。"))
            return None
        note = self.tr("撤回以后，不再为“{0}”处理这个人的信息；以前做过的仍然有效。").format(line.purpose)
        return self._ask(Action(
            self.tr("撤回 {0} 的同意").format(line.name), self.tr("撤回"), [],
            lambda station, _answers: rights.withdraw_consent(station, consent=line.id, on=station.today()), note=note,
        ))  # fmt: skip

    def ask_lock(self) -> ActionDialog | None:
        """Ask why the chosen person's data go into the locked archive."""
        line = self.due.chosen()
        if line is None:
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return rights.lock_person(station, person=line.id, why=answers["why"])

        asked = [Ask("why", self.tr("原因"), value=self.tr("保存期限已满"))]
        note = self.tr("封存后只能看，不能再改；需要时主管可以解除。")
        return self._ask(Action(self.tr("封存 {0}").format(line.name), self.tr("封存"), asked, act, note=note))

    def ask_erasure(self) -> ActionDialog | None:
        """Ask on what ground the chosen person is erased."""
        line = self.due.chosen()
        return None if line is None else self._ask_to_erase(line.id, line.name, "")

    def ask_erasure_asked(self) -> ActionDialog | None:
        """Ask whether who asked to be deleted is erased now: by two, as every erasure."""
        line = self.requests.chosen()
        if line is None:
            return None
        if line.kind != _ERASE:
            self.requests.error.setText(self.tr("这一行不是要求删除的请求。请选一行“删除”，或点“答复”。"))
            return None
        why = self.tr("本人书面请求（{0} 提出）").format(line.asked_on)
        return self._ask_to_erase(line.person, line.name, why)

    def _ask_to_erase(self, person: str, name: str, why: str) -> ActionDialog:
        def act(station: Station, answers: Answers) -> Changes:
            return erasure.erase_person(station, person=person, why=answers["why"]).changes

        asked = [Ask("why", self.tr("依据"), value=why, hint=self.tr("例如 本人书面请求、保存期限已满"))]
        note = self.tr(
            "清除不能撤销：登记、历史、照片、请求和同意都不留，下一个数据包会让街道也清除。旧备份里仍有，请按期销毁。"
        )
        return self._ask(Action(self.tr("彻底清除 {0}").format(name), self.tr("彻底清除"), asked, act, note=note))
