"""Recording one visit."""

from PySide6.QtWidgets import QWidget

from desktop.domain.dictionary import VISIT
from desktop.services import visits
from desktop.views.context import AppContext
from desktop.views.people.editors import show_value
from desktop.views.people.form_dialog import FormDialog, Write


class VisitDialog(FormDialog):
    """A visit to one person: today and the last visitors are filled in."""

    def __init__(self, context: AppContext, *, person: str, name: str, parent: QWidget) -> None:
        fields = [field for field in VISIT.fields if field.key != "person"]
        super().__init__(
            context, kind=VISIT, fields=fields, title=f"{VISIT.label}：{name}", parent=parent, draft=f"visit/{person}"
        )
        self._person = person
        show_value(self.form.editors["visited_on"], VISIT.field("visited_on"), context.station.today().isoformat())
        show_value(self.form.editors["method"], VISIT.field("method"), "1")
        self.form.editors["visitors"].setFocus()
        context.read(visits.visitors_last_used, context=self, done=self._suggest_visitors)

    def _suggest_visitors(self, names: str) -> None:
        if not self.form.values()["visitors"]:
            show_value(self.form.editors["visitors"], VISIT.field("visitors"), names)

    def prepared(self) -> Write:
        """Return the write of this visit."""
        values = {key: value for key, value in self.form.values().items() if value is not None}
        person = self._person
        return lambda station: visits.record_visit(station, person=person, values=values)
