"""What of the list goes on paper and how: whole or changed pages, which columns, ids hidden; to a printer or a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.progress import Report
from desktop.services import books, register
from desktop.services.bound_book import BookNews, book_news
from desktop.services.station import Station
from desktop.services.table_cells import PaperWish
from desktop.store.people import PeopleFilter
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import PaperPrinter

_SHOWN_PAGES = 12
_LISTS = frozenset({"table", "roster"})


@dataclass(frozen=True, slots=True)
class ListAsShown:
    """The list as it stands: who, in which order, under which columns."""

    wanted: Callable[[Station], PeopleFilter]
    sort: str
    descending: bool
    columns: Sequence[str]


class PaperDialog(QDialog):
    """Asks for one of the exports of `books.EXPORTS`, then prints it or writes it to a file."""

    def __init__(self, context: AppContext, *, key: str, shown: ListAsShown, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._key, self._shown = context, key, shown
        self.export = books.EXPORTS[key]
        self.printer = PaperPrinter(self)
        self.setWindowTitle(self.export.label)
        self.setMinimumWidth(520)
        self.said = label(name="quiet")
        self.said.setMinimumHeight(self.said.fontMetrics().lineSpacing() * (3 if key == "book" else 0))
        self._group = QButtonGroup(self)
        first, second = self._choices()
        self.first, self.second = QRadioButton(first), QRadioButton(second)
        self.first.setChecked(True)
        for one in (self.first, self.second):
            self._group.addButton(one)
            one.setVisible(bool(first))
        self.hide_ids = QCheckBox(self.tr("证号和电话遮住中间几位"))
        self.hide_ids.setVisible(key in {*_LISTS, "book"})
        self.to_printer, self.to_file = button(self.tr("打印…")), button(self.tr("存成文件…"), primary=True)
        self.to_printer.setVisible(self.export.ending == "pdf")
        self.to_printer.clicked.connect(lambda _on=False: self.print_it())
        self.to_file.clicked.connect(lambda _on=False: self._ask_where())
        self._lay_out()
        if key == "book":
            self.said.setText(self.tr("正在看上次印册以后有哪些变动…"))
            context.read(
                lambda station: book_news(station, wanted=shown.wanted(station)), context=self, done=self._know
            )

    def _choices(self) -> tuple[str, str]:
        """Return the two ways to make it, the usual one first; '' where there is but one."""
        return {
            "book": (self.tr("整册"), self.tr("只印有变动的页")),
            "cards": (self.tr("A5 一张一人，正反两面"), self.tr("A4 一张两人，正反两面（沿长边翻转，从中间裁开）")),
            "table": (self.tr("列和次序照现在的列表"), self.tr("用常用的列")),
            "roster": (self.tr("列和次序照现在的列表"), self.tr("用常用的列")),
        }.get(self._key, ("", ""))

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        for one in (self.first, self.second, self.hide_ids, self.said):
            box.addWidget(one)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.to_printer)
        line.addWidget(self.to_file)
        box.addLayout(line)

    def _know(self, news: BookNews) -> None:
        """Say what has changed since the book was printed; offer its changed pages if there are any."""
        self.second.setEnabled(bool(news.changed))
        if not news.printed:
            self.said.setText(self.tr("这些人的册子还没有印过，共 {0} 页。").format(news.pages))
            return
        numbers = "、".join(news.changed[:_SHOWN_PAGES]) + ("…" if len(news.changed) > _SHOWN_PAGES else "")
        changed = self.tr("之后有 {0} 页变动：第 {1} 页。印出来替换册子里同页码的页。").format(
            len(news.changed), numbers
        )
        same = self.tr("之后没有变动，不用重印。")
        self.said.setText(self.tr("上次印册：{0}。").format(news.printed) + (changed if news.changed else same))
        self.second.setChecked(bool(news.changed))

    def wish(self) -> PaperWish:
        """Return how the clerk wants it."""
        listed = PaperWish(sort=self._shown.sort, descending=self._shown.descending, masked=self.hide_ids.isChecked())
        if self._key in _LISTS:
            return replace(listed, columns=tuple(self._shown.columns)) if self.first.isChecked() else replace(
                PaperWish(), masked=listed.masked)  # fmt: skip
        second = self.second.isChecked() and self.second.isEnabled()
        return replace(listed, changed=self._key == "book" and second, two_up=self._key == "cards" and second)

    def _make(self, report: Report) -> tuple[bytes, int]:
        station, wish = self._context.station, self.wish()
        wanted = self._shown.wanted(station)
        content = self.export.make(station, wanted, report, wish)
        return content, len(register.people_ids(station, wanted=wanted))

    def print_it(self) -> None:
        """Make it and print it."""

        def done(answer: tuple[bytes, int]) -> None:
            if self.printer.print_pdf(answer[0]):
                self._context.messages.inform(self.tr("已送去打印 {0} 人").format(answer[1]))
                self.accept()

        self._context.runner.run(self._make, context=self, done=done, failed=self._context.messages.show_error)

    def _ask_where(self) -> None:
        ending = self.export.ending
        name, _ = QFileDialog.getSaveFileName(self, self.export.label, f"{self.export.label}.{ending}", f"*.{ending}")
        if name:
            self.write_to(Path(name))

    def write_to(self, path: Path) -> None:
        """Make it and write it to a file."""

        def job(report: Report) -> int:
            content, people = self._make(report)
            books.give(self._context.station, books.Made(self._key, content, people), path=path)
            return people

        def done(people: int) -> None:
            self._context.messages.inform(self.tr("已导出 {0} 人：{1}").format(people, path.name))
            self.accept()

        self._context.runner.run(job, context=self, done=done, failed=self._context.messages.show_error)
