"""Check forms to sign, filled with what the register holds."""

from collections.abc import Sequence

from desktop.domain.errors import NotFoundError
from desktop.domain.progress import Report, silent
from desktop.printing.check_form import CheckForm, check_forms_pdf
from desktop.services.second_person import allow_papers
from desktop.services.station import Station
from desktop.services.verification import printed_sheet


def check_forms(station: Station, *, ids: Sequence[str], report: Report = silent) -> bytes:
    """Return the check forms of people, in order, as a PDF; raises NotFoundError, PrintError, Cancelled."""
    if not ids:
        raise NotFoundError("没有选择人员", "请先选择要核对的人")
    allow_papers(station, len(ids))
    forms = []
    for number, person in enumerate(ids):
        report(number, len(ids), "读取登记")
        sheet = printed_sheet(station, person=person)
        items = [(one.label, one.now) for one in sheet.items if one.key != "name"]
        made = station.today().isoformat()
        forms.append(CheckForm(sheet.name, sheet.person_no, station.org_name, made, items))
    return check_forms_pdf(forms, report=report)
