"""What was typed and never saved, offered again when the window opens."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.permissions import READ_PEOPLE
from desktop.services import drafts, printers, register, unfinished_prints
from desktop.services.cards import IssuedCards
from desktop.services.unfinished_prints import UnfinishedPrint
from desktop.store.drafts import Draft
from desktop.store.people import PersonPage as PersonRecord
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import Sides
from desktop.views.people.child_dialog import ChildDialog
from desktop.views.people.form_dialog import FormDialog
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.people.person_page import PersonPage
from desktop.views.visits.visit_dialog import VisitDialog


class DraftsBar(QWidget):
    """One line a draft: go on with it, or throw it away. Hidden when there is none."""

    wanted = Signal(object)

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(24, 6, 24, 0)
        self.rows: dict[str, QWidget] = {}
        self.hide()
        if context.station.may(READ_PEOPLE):
            context.read(drafts.kept_drafts, context=self, done=self._show)

    def _show(self, kept: list[Draft]) -> None:
        for draft in kept:
            self._add(draft)
        self.setVisible(bool(self.rows))

    def _add(self, draft: Draft) -> None:
        held = QWidget()
        line = QHBoxLayout(held)
        line.setContentsMargins(0, 0, 0, 0)
        is_print = draft.key == unfinished_prints.KEY
        text = self.tr("上次没有打完：{0}（{1}）") if is_print else self.tr("上次没有保存的录入：{0}（{1}）")
        text = text.format(draft.title, local_text(draft.at))
        line.addWidget(label(text), 1)
        go_on, drop = button(self.tr("继续")), button(self.tr("放弃"))
        go_on.clicked.connect(lambda: self.go_on(draft))
        drop.clicked.connect(lambda: self.drop(draft))
        line.addWidget(go_on)
        line.addWidget(drop)
        self.rows[draft.key] = held
        self._lines.addWidget(held)

    def _take_out(self, draft: Draft) -> None:
        self.rows.pop(draft.key).deleteLater()
        self.setVisible(bool(self.rows))

    def go_on(self, draft: Draft) -> None:
        """Open the form the draft was typed in."""
        self._take_out(draft)
        self.wanted.emit(draft)

    def drop(self, draft: Draft) -> None:
        """Throw a draft away, after a question."""
        if not self._context.messages.ask(
            self, self.tr("放弃“{0}”？没有保存的内容将无法找回。").format(draft.title), yes=self.tr("放弃"),
            no=self.tr("留着"),
        ):  # fmt: skip
            return
        self._take_out(draft)
        self._context.runner.run(
            lambda _report: drafts.drop_draft(self._context.station, key=draft.key),
            context=self,
            failed=self._context.messages.show_error,
        )


def resume(context: AppContext, draft: Draft, *, page: PersonPage, parent: QWidget) -> None:
    """Open the form of a draft with what was typed: `new/..`, `edit/<person>`, `child/..`, `visit/<person>/..`."""
    what, _, rest = draft.key.partition("/")
    if draft.key == unfinished_prints.KEY:
        resume_print(context, draft, parent=parent)
    elif what == "new":
        dialog = NewPersonDialog(context, parent=parent)
        dialog.resume(draft)
        dialog.open()
    elif what == "edit":
        page.restore(rest, draft.payload)
        context.person_wanted.emit(rest)
    else:
        parts = rest.split("/")
        person = parts[0]

        def opened(record: PersonRecord) -> None:
            form = _form(context, what, parts, record, parent)
            form.resume(draft)
            form.open()

        context.read(lambda station: register.person_details(station, person=person), context=parent, done=opened)


def resume_print(context: AppContext, draft: Draft, *, parent: QWidget) -> None:
    """Draw the cards of a printing that was not finished, and show them where it stopped."""

    def show(found: tuple[UnfinishedPrint, IssuedCards]) -> None:
        job, issued = found
        sides = Sides(duplex=job.paper.backs, long_edge=job.paper.flip != "short")
        PrintDialog(
            context, pdf=issued.pdf, pages=issued.pages, printer=printers.last_printer(), dpi=job.paper.dpi,
            sides=sides, parent=parent, kept=job,
        ).open()  # fmt: skip

    context.write(
        lambda station, report: unfinished_prints.take_up(station, payload=draft.payload, report=report),
        context=parent,
        done=show,
    )


def _form(context: AppContext, what: str, parts: list[str], record: PersonRecord, parent: QWidget) -> FormDialog:
    if what == "visit":
        return VisitDialog(context, person=record.id, name=str(record.values.get("name") or ""), parent=parent)
    kind, wanted = parts[1], parts[2]
    row = next((row for row in record.children.get(kind, ()) if row.id == wanted), None)
    return ChildDialog(context, kind=kind, person=record.id, row=row, parent=parent)
