"""Changing a person's state: only what may follow is offered, and exactly what it needs is asked."""

from PySide6.QtWidgets import QComboBox, QWidget

from desktop.domain.dictionary import KINDS, PERSON
from desktop.domain.states import StateChange, needs, next_states
from desktop.services import states
from desktop.views.context import AppContext
from desktop.views.people.editors import show_value
from desktop.views.people.form_dialog import FormDialog, Write

_STATE = KINDS["state"]
_ALWAYS = ("new_state", "done_on", "why")
_FIELDS = [
    *[_STATE.field(key) for key in (*_ALWAYS, "where_to")], PERSON.field("death_source"),
    *[_STATE.field(key) for key in ("evidence", "approver")],
]  # fmt: skip


class StateDialog(FormDialog):
    """One change of one person's state."""

    def __init__(self, context: AppContext, *, person: str, name: str, state: str, parent: QWidget) -> None:
        title = context.tr("变更“{0}”的管理状态").format(name)
        super().__init__(context, kind=_STATE, fields=_FIELDS, title=title, parent=parent)
        self._person, self._state = person, state
        chosen = self.form.editors["new_state"]
        assert isinstance(chosen, QComboBox)  # noqa: S101 - the editor of a code
        self.choice = chosen
        self.form.show_values({"done_on": context.station.today().isoformat()})
        for place in reversed(range(1, chosen.count())):  # after the form filled it with every state
            if chosen.itemData(place) not in next_states(state):
                chosen.removeItem(place)
        chosen.currentIndexChanged.connect(lambda _place: self._ask_for_what_it_needs())
        self._ask_for_what_it_needs()
        context.read(lambda station: states.lost_after(station, person=person), context=self, done=self._show_tries)

    def _show_tries(self, tried: str) -> None:
        if tried:
            show_value(self.form.editors["evidence"], _STATE.field("evidence"), tried)

    def _ask_for_what_it_needs(self) -> None:
        wanted = {*_ALWAYS, *needs(self._state, str(self.choice.currentData() or ""))}
        self.form.show_only(wanted)

    def prepared(self) -> Write:
        """Return the change of state as typed."""
        said = {key: str(value or "") for key, value in self.form.values().items()}
        change = StateChange(
            to=said["new_state"], done_on=said["done_on"], why=said["why"], done_by=self.context.station.user,
            where_to=said["where_to"], evidence=said["evidence"], approver=said["approver"],
            death_source=said["death_source"],
        )  # fmt: skip
        return lambda station: states.change_state(station, person=self._person, change=change)
