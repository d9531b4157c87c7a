"""Every dialog of the window, made on people with hostile names: a new class of dialog without a line here fails a test."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QDialog, QWidget

from desktop.domain.changes import Changes
from desktop.domain.clock import SystemClock
from desktop.domain.errors import SecondPersonError, TermsNeededError
from desktop.domain.id_numbers import check_digit
from desktop.security.passphrases import made_code
from desktop.services import (
    cards,
    codelists,
    drafts,
    exchange,
    key_lines,
    lists,
    orgs,
    peers,
    register,
    rosters,
    staff,
    states,
    transfers,
    visits,
)
from desktop.services.audit_log import Entry, Line
from desktop.services.register import PersonDraft
from desktop.services.states import StateChange
from desktop.services.station import Station
from desktop.services.users import User
from desktop.store.people import PeopleFilter
from desktop.store.privacy import Deed
from desktop.sync.brakes import Brakes
from desktop.views import consent
from desktop.views.audit.entry_dialog import EntryDialog
from desktop.views.cards import calibrate_dialog, design_dialog, print_dialog
from desktop.views.exchange import keys_dialog, preview_dialog, streams_dialog
from desktop.views.forms import fill_dialog
from desktop.views.ledger import recent_dialog
from desktop.views.main_window import MainWindow
from desktop.views.paper import paper_dialog
from desktop.views.people import (
    bulk_dialog,
    child_dialog,
    filter_dialog,
    offer_dialog,
    past_dialog,
    person_form,
    reason_dialog,
    state_dialog,
    values_dialog,
)
from desktop.views.recover_dialog import RecoverDialog
from desktop.views.settings import (
    action_dialog,
    bands_dialog,
    code_dialog,
    codes_dialog,
    fields_dialog,
    levels_dialog,
    orgs_dialog,
    privacy_dialog,
    receiving_dialog,
    recovery_dialogs,
    staff_box,
    user_dialogs,
    watch_dialog,
)
from desktop.views.unlock_dialog import UnlockDialog
from desktop.views.visits import visit_dialog
from tests.exchange_steps import send
from tests.roster import form_samples

IMG, BOLD, ENTITY, RTL = "<img src=x>张三", "<b>李</b>四", "王&amp;五&lt;b&gt;", "赵\u202e六</b>"
NAMES = (IMG, BOLD, ENTITY, RTL)
PHONE = "13991234567"


def id_no(number: int) -> str:
    """Return a made-up id number of a marked person."""
    front = f"610100194{number % 10}0706{number:03d}"
    return front + check_digit(front)


@dataclass(frozen=True, slots=True)
class World:
    """What the dialogs are opened on."""

    window: MainWindow
    street: Station
    folder: Path
    people: list[str]

    @property
    def station(self) -> Station:
        """The window's own station."""
        return self.window.context.station


def fill(station: Station, street: Station, folder: Path) -> list[str]:
    """Put hostile texts wherever people can put a text; return the people's ids."""
    orgs.load_towns(street)
    for number, text in enumerate(NAMES):
        codelists.put_code(street, key="care_tag", code=f"x{number}", label=text)
    send(street, station, folder)
    for text in NAMES:
        lists.save_list(station, name=text, expression="性别=男")
    people = []
    for number, name in enumerate((*NAMES, *NAMES)):
        values = {"name": name, "id_no": id_no(number), "live_addr": f"<a href='x'>路</a>{number}号", "ent_name": name,
                  "remark": name, "sex": "1", "grid": name}  # fmt: skip
        made = register.register_person(station, draft=PersonDraft(values, phones=({"number": PHONE},))).person
        people.append(made)
        visits.record_visit(
            station,
            person=made,
            values={"visited_on": "2026-11-20", "visitors": name, "condition": name, "method": "1"},
        )
        for kind, child in (
            ("contact", {"name": name, "phone": PHONE}),
            ("tag", {"code": f"x{number % 4}", "detail": name}),
        ):
            register.put_child(station, kind=kind, person=made, values=dict(child))
        register.amend_person(station, person=made, values={"remark": f"{name}改"}, why=name)
        drafts.keep_draft(station, key=f"edit/{made}", title=name, payload={"name": name})
    staff.put_staff(station, values={"name": IMG, "post": BOLD})
    cards.issue_cards(station, ids=people[:6])
    states.change_state(station, person=people[6], change=StateChange("3", "2026-11-01", IMG, "王敏", evidence=IMG))
    roster = folder / "花名册<b>.csv"
    rows = [f"{name},{id_no(50 + at)[:-1]}X,{PHONE},{name}" for at, name in enumerate(NAMES)]
    roster.write_text("\n".join(["姓名,身份证号,联系电话,备注", *rows]), encoding="utf-8")
    rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[roster]))
    _exchange(station, street, folder, people)
    return people


def _exchange(station: Station, street: Station, folder: Path, people: list[str]) -> None:
    """Send both ways, let both write one field, and offer one person elsewhere."""
    send(station, street, folder)
    for at, one in enumerate((station, street)):
        register.amend_person(one, person=people[0], values={"live_addr": f"<u>{at}</u>"})
    send(station, street, folder)
    send(street, station, folder)
    transfers.offer_transfer(station, person=people[1], wanted="", reason=IMG)


Maker = Callable[[World], QDialog]


def _preview(world: World) -> QDialog:
    register.amend_person(world.street, person=world.people[0], values={"remark": BOLD})
    path = world.folder / "再来.ycp"
    exchange.pack_for(world.street, to_org=world.station.org, path=path)
    looked = preview_dialog.look(world.station, exchange.preview_merge(world.station, path=path))
    many = preview_dialog.Looked(looked.preview, looked.items, Brakes(99, IMG))
    return preview_dialog.PreviewDialog(world.window.context, many, parent=world.window)


def _print(world: World) -> QDialog:
    pdf = cards.preview_cards(world.station, ids=world.people[:3])
    return print_dialog.PrintDialog(world.window.context, pdf=pdf, pages=[[IMG], [BOLD]], parent=world.window)


def _own_code(world: World) -> QDialog:
    card = peers.own_card(world.station)
    return keys_dialog.OwnCodeDialog(card, key_lines.squares_of(card), parent=world.window)


def _child(world: World) -> QDialog:
    page = register.person_details(world.station, person=world.people[0])
    row = page.children["contact"][0]
    return child_dialog.ChildDialog(
        world.window.context, kind="contact", person=world.people[0], row=row, parent=world.window
    )


def _action(world: World) -> QDialog:
    asks = [action_dialog.Ask("a", IMG, BOLD, IMG), action_dialog.Ask("b", BOLD, choices={"1": IMG, "2": BOLD})]
    action = action_dialog.Action(IMG, BOLD, asks, lambda _station, _answers: Changes(), note=IMG)
    return action_dialog.ActionDialog(world.window.context, action, parent=world.window)


def _fill(world: World) -> QDialog:
    dialog = fill_dialog.FillFormDialog(
        world.window.context, people=lambda _station: list(world.people), parent=world.window
    )
    dialog.open_form(form_samples.person_xlsx(world.folder / "登记表.xlsx"))
    return dialog


def _filter(world: World) -> QDialog:
    return filter_dialog.FilterDialog(
        world.window.context, expression=f"原单位~{IMG}", orgs={"1": IMG, "2": BOLD}, chosen=lambda _text: None,
        parent=world.window,
    )  # fmt: skip


def _paper(world: World) -> QDialog:
    shown = paper_dialog.ListAsShown(lambda _station: PeopleFilter(), "name", False, ["name"])
    return paper_dialog.PaperDialog(world.window.context, key="book", shown=shown, parent=world.window)


def _unlock(world: World) -> QDialog:
    context = world.window.context
    return UnlockDialog(
        runner=context.runner, messages=context.messages, clock=SystemClock(), folder=str(world.folder / "<b>无</b>")
    )


def _recover(world: World) -> QDialog:
    context = world.window.context
    return RecoverDialog(
        world.station.vault.folder, runner=context.runner, messages=context.messages, clock=SystemClock(),
        parent=world.window,
    )  # fmt: skip


def _listed(kind: type[QDialog]) -> Maker:
    """Return the maker of a dialog that lists rows and reads them itself."""

    def make(world: World) -> QDialog:
        made = kind(world.window.context, parent=world.window)  # type: ignore[call-arg]
        made.refresh()  # type: ignore[attr-defined]
        return made

    return make


def _shown_items(world: World) -> QDialog:
    made = codes_dialog.ItemsDialog(world.window.context, key="care_tag", title=IMG, parent=world.window)
    made.refresh()
    return made


def _past(world: World) -> QDialog:
    made = past_dialog.PastRegisterDialog(world.window.context, parent=world.window)
    made.read()
    return made


def _plain(kind: Callable[..., QDialog], /, **more: object) -> Maker:
    return lambda world: kind(world.window.context, parent=world.window, **more)


def _of_person(kind: Callable[..., QDialog], /, **more: object) -> Maker:
    return lambda world: kind(world.window.context, parent=world.window, person=world.people[0], **more)


MAKERS: dict[type[QDialog], Maker] = {
    action_dialog.ActionDialog: _action,
    bands_dialog.BandDialog: _plain(bands_dialog.BandDialog, row=None),
    bands_dialog.BandsDialog: _listed(bands_dialog.BandsDialog),
    bulk_dialog.BulkDialog: lambda world: bulk_dialog.BulkDialog(
        world.window.context, ids=world.people, parent=world.window
    ),
    calibrate_dialog.CalibrateDialog: _plain(calibrate_dialog.CalibrateDialog, printer=IMG),
    child_dialog.ChildDialog: _child,
    codes_dialog.CodesDialog: _listed(codes_dialog.CodesDialog),
    codes_dialog.ItemsDialog: _shown_items,
    consent.SecondDialog: lambda world: consent.SecondDialog(
        world.station, error=SecondPersonError(IMG, IMG, BOLD), parent=world.window
    ),
    consent.TermsDialog: lambda world: consent.TermsDialog(
        world.station, error=TermsNeededError(IMG, BOLD), parent=world.window
    ),
    design_dialog.DesignDialog: _plain(design_dialog.DesignDialog, kind="small"),
    fields_dialog.FieldsDialog: _listed(fields_dialog.FieldsDialog),
    levels_dialog.LevelsDialog: _listed(levels_dialog.LevelsDialog),
    watch_dialog.WatchDialog: _listed(watch_dialog.WatchDialog),
    fill_dialog.FillFormDialog: _fill,
    filter_dialog.FilterDialog: _filter,
    keys_dialog.KeysDialog: _listed(keys_dialog.KeysDialog),
    keys_dialog.OwnCodeDialog: _own_code,
    offer_dialog.OfferDialog: _of_person(offer_dialog.OfferDialog, name=IMG),
    orgs_dialog.OrgsDialog: _listed(orgs_dialog.OrgsDialog),
    paper_dialog.PaperDialog: _paper,
    past_dialog.PastPersonDialog: _of_person(past_dialog.PastPersonDialog),
    past_dialog.PastRegisterDialog: _past,
    person_form.NewPersonDialog: _plain(person_form.NewPersonDialog),
    preview_dialog.PreviewDialog: _preview,
    print_dialog.PrintDialog: _print,
    privacy_dialog.PrivacyDialog: _plain(privacy_dialog.PrivacyDialog),
    reason_dialog.ReasonDialog: lambda world: reason_dialog.ReasonDialog(
        IMG, yes=BOLD, given=lambda _text: None, parent=world.window
    ),
    receiving_dialog.ReceivingDialog: _listed(receiving_dialog.ReceivingDialog),
    recent_dialog.RecentDialog: _plain(recent_dialog.RecentDialog),
    RecoverDialog: _recover,
    staff_box.StaffDialog: _plain(staff_box.StaffDialog, row=None),
    state_dialog.StateDialog: _of_person(state_dialog.StateDialog, name=IMG, state="1"),
    streams_dialog.StreamsDialog: _listed(streams_dialog.StreamsDialog),
    UnlockDialog: _unlock,
    code_dialog.CodeDialog: _plain(code_dialog.CodeDialog, code=made_code()),
    EntryDialog: _plain(
        EntryDialog,
        entry=Entry(
            Deed(1, "2026-11-24T01:02:03Z", IMG, "clerk", IMG, IMG, 1, BOLD, IMG), (Line(IMG, "", BOLD, IMG),), False
        ),
    ),
    recovery_dialogs.DrillDialog: _plain(recovery_dialogs.DrillDialog),
    recovery_dialogs.RescueDialog: _plain(recovery_dialogs.RescueDialog),
    user_dialogs.LimitDialog: _plain(
        user_dialogs.LimitDialog, user=User(IMG, "clerk", ("1",)), orgs=[("1", IMG), ("2", BOLD)]
    ),
    user_dialogs.RenewDialog: _plain(user_dialogs.RenewDialog, user=User(IMG, "clerk")),
    user_dialogs.UserDialog: _plain(user_dialogs.UserDialog),
    values_dialog.ValuesDialog: _of_person(values_dialog.ValuesDialog, key="remark"),
    visit_dialog.VisitDialog: _of_person(visit_dialog.VisitDialog, name=IMG),
}
# Shapes that are never opened themselves, and the camera, which needs one.
NOT_OPENED = {"_AskDialog", "_RecoveryDialog", "_SlotDialog", "_DayDialog", "FormDialog", "ListDialog", "CameraDialog"}


def shown_widgets(root: QWidget) -> list[QWidget]:
    """Return a window and everything in it."""
    return [root, *(one for one in root.findChildren(QWidget) if isinstance(one, QWidget))]
