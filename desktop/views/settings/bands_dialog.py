"""The table of old-age bands."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop.domain.dictionary import KINDS, Field
from desktop.services import age_bands
from desktop.services.station import Station
from desktop.store.people import ChildRow
from desktop.views.context import AppContext
from desktop.views.field_text import field_text
from desktop.views.people.form_dialog import FormDialog, Write
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_KIND = KINDS["age_band"]


class BandDialog(FormDialog):
    """One band."""

    def __init__(self, context: AppContext, *, row: ChildRow | None, parent: QWidget) -> None:
        super().__init__(context, kind=_KIND, fields=_KIND.fields, title=_KIND.label, parent=parent)
        self._record = row.id if row else ""
        self.form.show_values(row.values if row else {})

    def prepared(self) -> Write:
        """Return the write of this band."""
        values, record = self.form.values(), self._record
        return lambda station: age_bands.put_band(station, values=values, record=record)


class BandsDialog(ListDialog[ChildRow]):
    """Bands with ages, amount and dates of effect; a new amount is a new line from its date on."""

    topics = ("age_band",)

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(_KIND.label)
        self.said.setText(
            self.tr("金额空着表示街道还没有填写。标准变动时，给旧档次填停止日期，再添加新档次并填执行日期。")
        )
        self.view.activated.connect(lambda _index: self.amend())
        self.add_button(self.tr("删除"), self.remove)
        self.add_button(self.tr("修改（回车）"), self.amend)
        self.add_button(self.tr("添加档次"), lambda: self.edit(None), primary=True)

    def columns(self) -> list[Column[ChildRow]]:
        """Return the columns of the table."""
        return [
            Column(
                field.label,
                _reader(field),
                max(field.width, 10),
            )
            for field in _KIND.fields
        ]

    def rows(self, station: Station) -> Sequence[ChildRow]:
        """Return the bands, the youngest first."""
        return age_bands.band_rows(station)

    def edit(self, row: ChildRow | None) -> BandDialog:
        """Open the form of a band, or of a new one."""
        dialog = BandDialog(self.context, row=row, parent=self)
        dialog.open()
        return dialog

    def amend(self) -> None:
        """Open the form of the band chosen."""
        row = self.chosen()
        if row is not None:
            self.edit(row)

    def remove(self) -> None:
        """Delete the band chosen, after a question."""
        row = self.chosen()
        if row is None:
            return
        text = self.tr("删除高龄档次“{0}”？标准停用时填停止日期更好，旧数据还能对上。").format(row.values.get("name"))
        if self.context.messages.ask(self, text, yes=self.tr("删除"), no=self.tr("保留")):
            self.write(lambda station: age_bands.remove_band(station, record=row.id))


def _reader(field: Field) -> Callable[[ChildRow], str]:
    return lambda row: field_text(field, row.values.get(field.key))
