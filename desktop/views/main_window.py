"""The main window: navigation on the left, the search box on top, one page per job."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.permissions import READ_AUDIT, READ_HOUSE, READ_PEOPLE, READ_REPORTS
from desktop.domain.resources import resource_path
from desktop.services import cards
from desktop.services.greeting import Greeting, greet
from desktop.views.audit.audit_page import AuditPage
from desktop.views.cards.cards_page import CardsPage
from desktop.views.cards.check_row import tell_verdict
from desktop.views.consent import Consent
from desktop.views.context import AppContext
from desktop.views.drafts_bar import DraftsBar, resume
from desktop.views.duplicates.duplicates_page import DuplicatesPage
from desktop.views.exchange.exchange_page import ExchangePage
from desktop.views.ledger.ledger_page import LedgerPage
from desktop.views.notice_bar import NoticeBar
from desktop.views.numbers.numbers_page import NumbersPage
from desktop.views.page import Page, button, label, plain_tip
from desktop.views.people.draft_keeper import DraftKeeper
from desktop.views.people.people_page import PeoplePage
from desktop.views.people.person_page import PersonPage
from desktop.views.people.search_box import SearchBox
from desktop.views.rosters.roster_page import RosterPage
from desktop.views.safety_bar import SafetyBar
from desktop.views.scanner import Scanner
from desktop.views.settings.settings_page import SettingsPage
from desktop.views.verify.verify_page import VerifyPage
from desktop.views.visits.visit_dialog import VisitDialog
from desktop.views.visits.visits_page import VisitsPage

_NAV_WIDTH = 168
# What one must be allowed to do to be offered a page; pages that are not named are for those who may see people.
_NEEDS = {"numbers": READ_REPORTS, "audit": READ_AUDIT, "settings": READ_HOUSE}


def _icon(name: str) -> QIcon:
    return QIcon(str(resource_path("style", "icons", f"{name}.svg")))


def _dropped(event: QDropEvent) -> list[Path]:
    """Return the package files and folders of a drop; rosters and pictures belong to their own pages."""
    found = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [one for one in found if one.is_dir() or one.suffix.lower() == ".ycp"]


class MainWindow(QMainWindow):
    """Shows one page at a time; `pages` holds them by key. `closed` is emitted once the vault is closed."""

    closed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        station = context.station
        self.consent = Consent(station)
        context.runner.asks = self.consent.handle
        self.setWindowTitle(self.tr("银册 · {0}").format(station.org_name))
        self.resize(1280, 720)
        self.stack = QStackedWidget()
        self.person_page = PersonPage(context)
        self.people_page = PeoplePage(context)
        self.pages: dict[str, Page] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._nav = QVBoxLayout()
        self._group = QButtonGroup(self)
        self._build_pages()
        self.search = SearchBox(context)
        self.search.setEnabled(station.may(READ_PEOPLE))
        self.message = label(name="message")
        self.message.hide()
        self.drafts = DraftsBar(context)  # reads nothing for those who may not see people
        self.drafts.wanted.connect(lambda draft: resume(context, draft, page=self.person_page, parent=self))
        self.safety = SafetyBar(context)
        self.notices = NoticeBar(context)
        self._lay_out()
        context.messages.said.connect(self._say)
        context.person_wanted.connect(self._show_person)
        context.page_wanted.connect(self.show_page)
        context.people_wanted.connect(self._show_people)
        context.visit_wanted.connect(self._record_visit)
        self.scanner = Scanner(self)
        self.scanner.scanned.connect(self._check_card)
        for keys in ("Ctrl+K", "F3"):
            QShortcut(QKeySequence(keys), self, self.search.begin)
        self.setAcceptDrops(True)
        self.show_page(next(key for key in self.pages if self.may_show(key)))
        self.safety.refresh()
        self._say_how_it_opened()
        context.read(greet, context=self, done=self._greet)
        self._catch_up()

    def may_show(self, key: str) -> bool:
        """Return True if this user's role may see a page at all: the services refuse it otherwise."""
        return self.context.station.may(_NEEDS.get(key, READ_PEOPLE))

    def _catch_up(self) -> None:
        """Take up what came from a newer program before this one was updated."""
        page = self.pages["exchange"]
        if isinstance(page, ExchangePage) and self.may_show("exchange"):
            page.catch_up()

    def _say_how_it_opened(self) -> None:
        """Say what the user must know about a register that is damaged or older than it was."""
        vault = self.context.station.vault
        if vault.is_read_only:
            self._say(self.tr("登记库已损坏，现在只能查看，不能改动。请从备份恢复后再登记。"), True)
        elif vault.behind:
            text = self.tr("登记库比上次用的时候旧了 {0} 步（可能恢复过备份，或上次断电丢了数据）。请核对最近的登记。")
            self._say(text.format(vault.behind), True)
        elif vault.is_replaced:
            self._say(self.tr("您上次用过之后，登记库换成了另一份（可能恢复过备份）。请核对您最近的登记。"), True)

    def _greet(self, found: Greeting) -> None:
        """Say quietly who had the register open last, aloud how often somebody guessed, and what is due."""
        if found.at:
            self.last.setText(self.tr("上次打开：{0}\n{1}").format(found.user, found.at))
        if found.wrong:
            text = self.tr("上次打开以后有人输错过 {0} 次密码。不是您自己的话，请告诉主管。")
            self._say(text.format(found.wrong), True)
        self.notices.show_notices(found.notices)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_packages(_dropped(event))

    def open_packages(self, paths: Sequence[Path]) -> None:
        """Show packages, folders or a whole stick on the desk of the exchange page; one package at once whole."""
        page = self.pages["exchange"]
        if paths and self.may_show("exchange") and isinstance(page, ExchangePage):
            self.show_page("exchange")
            page.open_files(paths)

    def _build_pages(self) -> None:
        for key, text, page in (
            ("people", self.tr("人员"), self.people_page),
            ("verify", self.tr("信息核对"), VerifyPage(self.context)),
            ("visits", self.tr("走访"), VisitsPage(self.context)),
            ("ledger", self.tr("异动台账"), LedgerPage(self.context)),
            ("cards", self.tr("联系卡"), CardsPage(self.context)),
            ("rosters", self.tr("名册导入"), RosterPage(self.context)),
            ("duplicates", self.tr("查重与体检"), DuplicatesPage(self.context)),
            ("numbers", self.tr("统计"), NumbersPage(self.context)),
            ("exchange", self.tr("数据交换"), ExchangePage(self.context)),
            ("audit", self.tr("审计"), AuditPage(self.context)),
            ("settings", self.tr("设置与备份"), SettingsPage(self.context)),
        ):
            self.pages[key] = page
            self.stack.addWidget(page)
            one = QPushButton(text)
            one.setIcon(_icon(key))
            one.setCheckable(True)
            one.clicked.connect(lambda _checked=False, key=key: self.show_page(key))
            self._group.addButton(one)
            self._buttons[key] = one
            one.setVisible(self.may_show(key))
            one.setEnabled(self.may_show(key))
            self._nav.addWidget(one)
            if len(self.pages) <= 9:
                QShortcut(QKeySequence(f"Ctrl+{len(self.pages)}"), self, one.click)
        self.stack.addWidget(self.person_page)
        rosters = self.pages["rosters"]
        if isinstance(rosters, RosterPage):
            rosters.waiting_changed.connect(self._show_waiting)

    def _show_waiting(self, waiting: int) -> None:
        """Show beside 名册导入 how many rows wait to be verified."""
        text = self.tr("名册导入")
        self._buttons["rosters"].setText(f"{text}（{waiting}）" if waiting else text)

    def _lay_out(self) -> None:
        nav = QWidget()
        nav.setObjectName("nav")
        nav.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        nav.setFixedWidth(_NAV_WIDTH)
        self._nav.setContentsMargins(10, 14, 10, 14)
        self._nav.addStretch(1)
        self._nav.addWidget(label(self.context.station.user))
        self.last = label(name="last")
        self._nav.addWidget(self.last)
        self.lock = QPushButton(self.tr("锁定（Ctrl+L）"))
        self.lock.setIcon(_icon("lock"))
        self.lock.setToolTip(plain_tip(self.tr("离开时按一下；换人使用也从这里：锁定后由下一位选自己的名字打开")))
        self.lock.clicked.connect(self.context.lock_wanted)
        self._nav.addWidget(self.lock)
        QShortcut(QKeySequence("Ctrl+L"), self, self.lock.click)
        nav.setLayout(self._nav)
        top = QHBoxLayout()
        top.setContentsMargins(24, 12, 24, 0)
        top.addWidget(self.search, 1)
        name = label(self.context.station.org_name, name="quiet")
        name.setWordWrap(False)
        top.addSpacing(12)
        top.addWidget(name)
        if self.context.station.is_practice:
            top.addSpacing(8)
            top.addWidget(label(self.tr("练习"), name="practice"))
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(top)
        right.addWidget(self.message)
        right.addWidget(self.safety)
        right.addWidget(self.notices)
        right.addWidget(self.drafts)
        right.addLayout(self._progress_row())
        right.addWidget(self.stack, 1)
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(nav)
        whole.addLayout(right, 1)
        held = QWidget()
        held.setObjectName("page")
        held.setLayout(whole)
        self.setCentralWidget(held)

    def _progress_row(self) -> QHBoxLayout:
        """Return the strip that shows a long job and its cancel button; hidden while nothing reports."""
        self.progress = QProgressBar()
        self.stop = button(self.tr("取消"))
        self.stop.clicked.connect(self.context.runner.cancel)
        row = QHBoxLayout()
        row.setContentsMargins(24, 6, 24, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.stop)
        self._show_progress(False)
        self.context.runner.progressed.connect(self._on_progress)
        self.context.runner.busy_changed.connect(self._on_busy)  # a function of our own would outlive the window
        return row

    def _show_progress(self, shown: bool) -> None:
        self.progress.setVisible(shown)
        self.stop.setVisible(shown)

    def _on_busy(self, busy: bool) -> None:
        if not busy:
            self._show_progress(False)

    def _on_progress(self, done: int, total: int, what: str) -> None:
        self._show_progress(True)
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.progress.setFormat(f"{what}　%v / %m" if total else what)

    def show_page(self, key: str) -> None:
        """Show a page and read it again; a page the role may not see is not shown by any way."""
        if not self.may_show(key):
            return
        self.stack.setCurrentWidget(self.pages[key])
        self._buttons[key].setChecked(True)
        self.message.hide()
        self.pages[key].refresh()

    def _show_people(self, title: str, people: list[str]) -> None:
        if not self.may_show("people"):
            return
        self.show_page("people")
        self.people_page.show_people(title, people)

    def _show_person(self, person: str) -> None:
        if not self.may_show("people"):
            return
        self.person_page.show_person(person)
        self.stack.setCurrentWidget(self.person_page)
        self._buttons["people"].setChecked(True)

    def _record_visit(self, person: str, name: str) -> None:
        if not self.may_show("people"):
            return
        VisitDialog(self.context, person=person, name=name, parent=self).open()

    def _check_card(self, token: str) -> None:
        """Say what a card is that was scanned wherever the keyboard was."""
        self.context.read(
            lambda station: cards.verify_card(station, token=token),
            context=self,
            done=lambda found: tell_verdict(self.context, found),
        )

    def _say(self, text: str, bad: bool) -> None:
        self.message.setText(text)
        self.message.setProperty("bad", bad)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.message.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is half typed, finish what runs, back up what changed, then close the vault."""
        for keeper in cast(list[DraftKeeper], self.findChildren(DraftKeeper)):
            keeper.hold()
        if not self.context.station.is_practice:
            self.safety.back_up(before="退出")
        self.context.runner.close()
        self.context.station.close()
        self.closed.emit()
        event.accept()
