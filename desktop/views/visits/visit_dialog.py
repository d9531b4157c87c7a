"""Recording one visit."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.dictionary import VISIT
from desktop.domain.errors import InvalidValueError
from desktop.services import visits
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.people.editors import show_value
from desktop.views.people.person_form import FieldsForm


class VisitDialog(QDialog):
    """A visit to one person: today and the last visitors are filled in."""

    def __init__(self, context: AppContext, *, person: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._person = person
        self.setWindowTitle(self.tr("记走访：{0}").format(name))
        self.setMinimumWidth(620)
        fields = [field for field in VISIT.fields if field.key != "person"]
        self.form = FieldsForm(fields, station=context.station, kind=VISIT)
        show_value(self.form.editors["visited_on"], VISIT.field("visited_on"), context.station.today().isoformat())
        show_value(self.form.editors["method"], VISIT.field("method"), "1")
        self.error = label(name="bad")
        self.save = button(self.tr("保存走访"), primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addWidget(self.form)
        box.addWidget(self.error)
        box.addLayout(row)
        self.form.editors["visitors"].setFocus()
        context.read(visits.visitors_last_used, context=self, done=self._suggest_visitors)

    def _suggest_visitors(self, names: str) -> None:
        if not self.form.values()["visitors"]:
            show_value(self.form.editors["visitors"], VISIT.field("visitors"), names)

    def _save(self) -> None:
        values = {key: value for key, value in self.form.values().items() if value is not None}
        person = self._person

        def done(_changes: Changes) -> None:
            self._context.messages.inform(self.tr("走访已记下"))
            self.accept()

        self._context.write(
            lambda station, _report: visits.record_visit(station, person=person, values=values),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.error.setText(str(error) if isinstance(error, InvalidValueError) else "")
        if not isinstance(error, InvalidValueError):
            self._context.messages.show_error(error)
