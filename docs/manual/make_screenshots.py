"""Makes the pictures of the manual: `python docs/manual/make_screenshots.py`, no screen needed.

A practice register of invented people is made in a temporary folder, every page of the real window
is opened at 1366 x 768 and grabbed to docs/manual/images/.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QItemSelectionModel  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.security.key_file import KdfCost  # noqa: E402
from desktop.security.passphrases import made_code  # noqa: E402
from desktop.services import access, cards, register, rosters, visits  # noqa: E402
from desktop.services.access import NewStore  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store.people import PeopleFilter  # noqa: E402
from desktop.views.cards.cards_page import CardsPage  # noqa: E402
from desktop.views.context import AppContext  # noqa: E402
from desktop.views.main_window import MainWindow  # noqa: E402
from desktop.views.messages import Messages  # noqa: E402
from desktop.views.people.people_page import PeoplePage  # noqa: E402
from desktop.views.people.person_form import NewPersonDialog  # noqa: E402
from desktop.views.rosters.roster_page import RosterPage  # noqa: E402
from desktop.views.runner import Runner  # noqa: E402
from desktop.views.theme import dress  # noqa: E402
from desktop.views.unlock_dialog import UnlockDialog  # noqa: E402
from desktop.views.visits.visit_dialog import VisitDialog  # noqa: E402

IMAGES = Path(os.environ.get("YINCE_IMAGES", Path(__file__).parent / "images"))
ROSTERS = ROOT / "tests" / "data" / "rosters"
_WAIT_MS = 20_000
_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


def fill(folder: Path) -> Station:
    """Return a register with the sample rosters in it and a few visits."""
    draft = NewStore("community", "610100001001", "青杨社区", "王敏", practice=True)
    station = access.create_store(folder, draft=draft, password="practice-2026", clock=SystemClock())
    for name in ("移交花名册.xlsx", "难读的花名册.xlsx"):
        preview = rosters.preview_roster(station, paths=[ROSTERS / name])
        rosters.apply_roster(station, preview=preview)
    for person in register.people_ids(station, wanted=PeopleFilter())[:12]:
        values = {"visited_on": "2026-11-20", "visitors": "王敏、李强", "method": "1", "condition": "精神好，血压偏高",
                  "needs": "想办异地就医备案", "gift": "米面油", "next_on": "2026-12-20"}  # fmt: skip
        visits.record_visit(station, person=person, values=values)
    return station


def main() -> int:
    """Grab every page."""
    IMAGES.mkdir(exist_ok=True)
    app = QApplication(sys.argv[:1])
    dress(app, contrast="--contrast" in sys.argv, large="--large" in sys.argv)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["YINCE_HOME"] = folder
        station = fill(Path(folder) / "store")
        messages = Messages()
        runner = Runner(on_bug=messages.show_error)
        unlock = UnlockDialog(runner=runner, messages=messages, clock=SystemClock(), folder=str(Path(folder) / "store"))
        unlock.show()
        unlock.grab().save(str(IMAGES / "unlock.png"))
        window = MainWindow(AppContext(station, runner=runner, messages=messages))
        scale = float(os.environ.get("QT_SCALE_FACTOR", "1"))
        window.setFixedSize(round(1366 / scale), round(728 / scale))
        window.show()
        grab_pages(window, lambda: settled(runner))
        window.close()
    return 0


def settled(runner: Runner) -> None:
    """Wait until every job has answered."""
    for _ in range(_WAIT_MS // 10):
        if runner.is_idle:
            return
        QTest.qWait(10)


def grab_pages(window: MainWindow, settle: Callable[[], object]) -> None:
    """Grab each page, the person page, the forms and the search list."""

    def keep(widget: QWidget, name: str) -> None:
        settle()
        QTest.qWait(50)
        widget.grab().save(str(IMAGES / f"{name}.png"))

    for key in ("people", "verify", "visits", "ledger", "duplicates", "numbers", "exchange", "settings"):
        window.show_page(key)
        keep(window, key)
    grab_cards(window, settle, keep)
    window.show_page("rosters")
    page = window.pages["rosters"]
    assert isinstance(page, RosterPage)
    page.show_reviews()
    settle()
    keep(window, "reviews")
    page.read_files([ROSTERS / "难读的花名册.xlsx"])
    keep(window, "rosters")
    station = window.context.station
    person = register.people_ids(station, wanted=PeopleFilter())[0]
    window.context.person_wanted.emit(person)
    keep(window, "person")
    window.person_page.tabs.setCurrentIndex(window.person_page.tabs.count() - 2)
    keep(window, "belongings")
    window.person_page.tabs.setCurrentIndex(window.person_page.tabs.count() - 1)
    keep(window, "history")
    dialog = NewPersonDialog(window.context, parent=window)
    dialog.show()
    keep(dialog, "new-person")
    dialog.close()
    visit = VisitDialog(window.context, person=person, name="曹春", parent=window)
    visit.show()
    keep(visit, "visit")
    visit.close()
    grab_paper(window, keep)
    grab_vault(window, keep)
    window.search.setText("c 1946")
    window.search.textEdited.emit("c 1946")
    QTest.qWait(300)
    keep(window.search.results, "search")
    window.search.results.hide()
    window.show_page("people")
    window.people_page.show_expression("年龄>=80;标签=空 或者 原单位~轴承;信息核对日期<12个月前")
    builder = window.people_page.build_filter()
    QTest.qWait(800)
    keep(builder, "filter")
    builder.reject()


def grab_cards(window: MainWindow, settle: Callable[[], object], keep: Callable[[QWidget, str], None]) -> None:
    """Grab the card page, the cards issued and the editor of their look."""
    window.show_page("cards")
    settle()
    cards_page = window.pages["cards"]
    assert isinstance(cards_page, CardsPage)
    for row in range(10):
        cards_page.view.selectionModel().select(cards_page.model.index(row, 0), _ROWS)
    cards_page.preview()
    settle()
    QTest.qWait(300)  # the preview draws its pages when it has time
    keep(window, "cards")
    cards.issue_cards(window.context.station, ids=cards_page.issue.chosen())
    cards_page.tabs.setCurrentIndex(1)
    cards_page.refresh()
    keep(window, "cards-issued")
    cards_page.tabs.setCurrentIndex(0)
    design = cards_page.open_design()
    settle()
    QTest.qWait(800)
    keep(design, "card-design")
    design.close()


def grab_users(window: MainWindow, keep: Callable[[QWidget, str], None]) -> None:
    """Grab what is done about a user, and the drill of the recovery code."""
    from desktop.views.settings.recovery_dialogs import DrillDialog
    from desktop.views.settings.settings_page import SettingsPage

    settings = window.pages["settings"]
    assert isinstance(settings, SettingsPage)
    settings.users.view.selectRow(1)
    renew = settings.users.open_renew()
    assert renew is not None
    renew.password.make.click()
    keep(renew, "user-renew")
    renew.close()
    drill = DrillDialog(window.context, parent=window)
    drill.show()
    keep(drill, "recovery-drill")
    drill.close()


def grab_vault(window: MainWindow, keep: Callable[[QWidget, str], None]) -> None:
    """Grab who opens the register, the recovery code, 个人信息保护, the audit page and the veil."""
    from desktop.services import rights, users
    from desktop.views.audit.audit_page import AuditPage
    from desktop.views.guard.veil import Veil
    from desktop.views.settings.code_dialog import CodeDialog
    from desktop.views.settings.settings_page import SettingsPage

    station, settings = window.context.station, window.pages["settings"]
    assert isinstance(settings, SettingsPage)
    for name, role in (("李静", "clerk"), ("陈立", "supervisor"), ("赵新", "auditor")):
        users.add_user(station, name=name, role=role, password="practice-2026", cost=KdfCost(64, 1, 1))
    people = register.people_ids(station, wanted=PeopleFilter())
    rights.open_request(station, person=people[0], kind="1", what="要一份自己的登记表")
    rights.open_request(station, person=people[1], kind="2", what="住址写错了", asked_by="曹丽", relation="女儿")
    rights.record_consent(station, person=people[2], values={"purpose": "走访关爱", "done_on": "2026-11-20"})
    window.show_page("settings")
    settings.open_privacy()
    assert settings.opened is not None
    settings.opened.resize(1240, 640)
    keep(settings.opened, "privacy")
    settings.opened.tabs.setCurrentWidget(settings.opened.bases)
    keep(settings.opened, "bases")
    settings.opened.close()
    settings.open_levels()
    assert settings.opened_levels is not None
    settings.opened_levels.resize(1240, 680)
    keep(settings.opened_levels, "levels")
    settings.opened_levels.close()
    grab_masked(window, keep, people[0])
    settings.users.refresh()
    keep(settings.users, "users")
    code = CodeDialog(window.context, code=made_code(), parent=window)
    code.show()
    keep(code, "recovery-code")
    code.close()
    grab_users(window, keep)
    window.show_page("audit")
    audit = window.pages["audit"]
    assert isinstance(audit, AuditPage)
    settled(window.context.runner)
    audit.log.view.selectRow(6)
    keep(window, "audit")
    veil = Veil()
    veil.drop()
    keep(window, "veil")
    veil.lift()


def grab_masked(window: MainWindow, keep: Callable[[QWidget, str], None], person: str) -> None:
    """Grab a person as a clerk sees them."""
    station = window.context.station
    station.role = station.vault.role = "clerk"
    window.context.person_wanted.emit(person)
    window.person_page.tabs.setCurrentIndex(1)
    keep(window, "masked")
    station.role = station.vault.role = "supervisor"


def grab_paper(window: MainWindow, keep: Callable[[QWidget, str], None]) -> None:
    """Grab the dialogs of paper: the book printed again, and somebody else's form."""
    from desktop.services import bound_book
    from tests.roster import form_samples

    station, people = window.context.station, window.pages["people"]
    assert isinstance(people, PeoplePage)
    bound_book.export_book(station, wanted=PeopleFilter())
    for person in register.people_ids(station, wanted=PeopleFilter())[3:5]:
        register.amend_person(station, person=person, values={"grid": "一网格", "political": "02"})
    book = people.open_paper("book")
    book.show()
    keep(book, "paper-book")
    book.close()
    form = people.fill_form()
    with tempfile.TemporaryDirectory() as folder:
        form.open_form(form_samples.person_xlsx(Path(folder) / "登记表.xlsx"))
        form.show()
        keep(form, "paper-fill")
    form.close()


if __name__ == "__main__":
    sys.exit(main())
