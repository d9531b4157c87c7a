"""A working day in the real window, in a process of its own: every feature that handles people, on marked people."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit

from desktop.app import Application, report_bug, started
from desktop.config.own_process import leave_no_core
from desktop.services import cards, packing, register
from desktop.services.station import Station, Terms
from desktop.store.people import PeopleFilter
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.exchange.exchange_page import ExchangePage
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.rosters.roster_page import RosterPage
from desktop.views.visits.visit_dialog import VisitDialog
from tests.faults.day import NAME, befriend, live_at_home, make, marked, roster_file
from tests.roster import form_samples

TERMS = Terms("区人社局", "测试", "履行法定职责")


class Day:
    """The window and the folders the day goes through."""

    def __init__(self, application: Application, station: Station, places: dict[str, Path]) -> None:
        self.application, self.station, self.places = application, station, places
        application.show_station(station)
        self.settle()

    @property
    def window(self) -> MainWindow:
        """The main window."""
        assert self.application.window is not None
        return self.application.window

    def settle(self) -> None:
        """Wait until everything asked for has answered."""
        for _ in range(6000):
            if self.application.runner.is_idle:
                return
            QTest.qWait(5)
        raise TimeoutError

    def import_rosters(self) -> None:
        """Bring in a roster and the list of files, look at what is asked, send the errors back."""
        page = self.window.pages["rosters"]
        assert isinstance(page, RosterPage)
        self.window.show_page("rosters")
        roster = roster_file(self.places["inbox"], broken=True)
        archive = self.places["inbox"] / "案卷目录.csv"
        lines = [f"{at + 1},{marked(at)[0]},{marked(at)[1]},1{at:03d}" for at in range(9)]
        archive.write_text("\n".join(["序号,姓名,身份证号,档案号", *lines]), encoding="utf-8")
        for path in (roster, archive):
            page.read_files([path])
            self.settle()
            page.import_shown()
            self.settle()
        page.show_reviews()
        self.settle()
        page.read_files([roster])
        self.settle()

    def type_people(self) -> None:
        """Fill in forms, give a photo, look through a person, copy, leave a draft behind."""
        form = NewPersonDialog(self.window.context, parent=self.window)
        form.open()
        form.form.show_values({"name": marked(40)[0], "id_no": marked(40)[1], "live_addr": f"{NAME}路"})
        form.save.click()
        self.settle()
        person = register.people_ids(self.station, wanted=PeopleFilter())[0]
        self.window.context.person_wanted.emit(person)
        self.settle()
        picture = self.places["inbox"] / "照片.png"
        image = QImage(300, 400, QImage.Format.Format_RGB32)
        image.fill(QColor("gray"))
        image.setText("name", NAME)
        image.save(str(picture))
        self.window.person_page.photo.take(picture)
        for at in range(self.window.person_page.tabs.count()):
            self.window.person_page.tabs.setCurrentIndex(at)
            self.settle()
        visit = VisitDialog(self.window.context, person=person, name=marked(0)[0], parent=self.window)
        visit.open()
        visit.form.show_values({"condition": f"{NAME}精神好", "visited_on": "2026-11-20"})
        visit.form.edited.emit()
        QTest.qWait(50)
        assert self.application.sentry is not None
        self.application.sentry.clipboard.copy(marked(0)[1])
        self.window.search.setText(NAME[:2])
        self.window.search.textEdited.emit(NAME[:2])
        QTest.qWait(300)
        self.settle()
        self.window.search.results.hide()

    def print_papers(self) -> None:
        """Show cards on the screen, write exports where the user said, fill somebody's forms."""
        people = register.people_ids(self.station, wanted=PeopleFilter())
        page = self.window.pages["people"]
        assert isinstance(page, PeoplePage)
        issued = cards.issue_cards(self.station, ids=people[:4])
        preview = PrintDialog(self.window.context, pdf=issued.pdf, pages=issued.pages, parent=self.window)
        preview.open()
        QTest.qWait(100)
        preview.close()
        for key, ending in (("table", "pdf"), ("roster", "xlsx"), ("book", "pdf")):
            dialog = page.open_paper(key)
            self.station.terms = TERMS
            dialog.write_to(self.places["out"] / f"{key}.{ending}")
            self.settle()
            dialog.close()
        for sample in (form_samples.person_xlsx, form_samples.list_xlsx):
            filling = page.fill_form()
            filling.open_form(sample(self.places["inbox"] / f"{sample.__name__}.xlsx"))
            self.settle()
            self.station.terms = TERMS
            filling.together.setCurrentIndex(1)
            filling.fill_to(self.places["out"] / f"{sample.__name__}.xlsx")
            self.settle()
            filling.close()

    def exchange(self, street: Station) -> None:
        """Lay what the street sent on the desk and merge it, and write what it gets."""
        befriend(self.station, street, self.places["stick"])
        register.register_person(street, draft=register.PersonDraft({"name": marked(41)[0]}))
        packing.pack_for(street, to_org=self.station.org, path=self.places["stick"] / "down.ycp")
        packing.pack_for(self.station, to_org=street.org, path=self.places["stick"] / "up.ycp")
        self.window.open_packages([self.places["stick"] / "down.ycp"])
        self.settle()
        page = self.window.pages["exchange"]
        assert isinstance(page, ExchangePage)
        if isinstance(page.dialog, QDialog):
            page.dialog.close()
        page.desk.lay_out_files([self.places["stick"]])
        self.settle()
        page.desk.merge_clean()
        self.settle()

    def look_everywhere(self) -> None:
        """Show every page; choose a file in a folder that is called like somebody."""
        for key in self.window.pages:
            self.window.show_page(key)
            self.settle()
        folder = self.places["out"] / NAME
        folder.mkdir()
        (folder / f"{NAME}.pdf").write_bytes(b"")

        def accept() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, QFileDialog)
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            assert isinstance(line, QLineEdit)
            line.setText(f"{NAME}.pdf")
            dialog.accept()

        QTimer.singleShot(200, accept)
        chosen, _ = QFileDialog.getOpenFileName(self.window, "选择", str(folder))
        assert chosen.endswith(f"{NAME}.pdf")


def main(places: dict[str, Path]) -> None:
    """Live the day, lock, and end as `DAY_ENDS` says."""
    leave_no_core()
    live_at_home()
    application = Application(started("yince"))
    application.messages.report_bug = stop_with
    station = make(places["stores"] / "community", "community", "610100001001", "青杨社区")
    street = make(places["stores"] / "street", "street", "610100001", "上林街道")
    day = Day(application, station, places)
    steps: list[Callable[[], None]] = [
        day.import_rosters, day.type_people, day.print_papers, lambda: day.exchange(street), day.look_everywhere,
    ]  # fmt: skip
    for step in steps:
        step()
    if os.environ.get("DAY_ENDS") == "badly":
        os.abort()
    application.lock(str(station.vault.folder))
    QTest.qWait(500)
    street.close()
    application.runner.close()


def stop_with(error: BaseException) -> None:
    """Write the report a user's window writes, and end: a fault of ours is a failed test."""
    report_bug(error)
    print(type(error).__name__, file=sys.stderr)
    os._exit(3)


if __name__ == "__main__":
    main({name: Path(folder) for name, folder in zip(("inbox", "stores", "stick", "out"), sys.argv[1:5], strict=True)})
