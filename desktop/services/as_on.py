"""The register as it stood at the end of any day, played back from the change log.

A change counts from the moment it was written into *this* store: what a package brought in March
was not known here in February, whenever the other station typed it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from desktop.domain.clock import LOCAL
from desktop.domain.dictionary import PERSON
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.progress import Report, silent
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services.register import org_names, person_details
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store import as_on
from desktop.store.people import PersonPage, PersonRow

_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_EVERY = 500
COLUMNS = (
    "person_no", "name", "sex", "birth_id", "id_no", "home_org", "ent_name", "live_addr", "manage_state",
)  # fmt: skip
NOTE = "按改动写入本登记库的时间计算；数据包带来的改动从合并之时算起。"


@dataclass(frozen=True, slots=True)
class RegisterOn:
    """Everyone in the register at the end of a day, sorted by person number, with counts."""

    day: date
    people: tuple[PersonRow, ...]
    by_community: dict[str, int]  # name -> people
    by_state: dict[str, int]  # label -> people
    orgs: dict[str, str]


def end_of(day: date) -> str:
    """Return the UTC stamp at which a day in China is over."""
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=LOCAL)
    return after.astimezone(timezone.utc).strftime(_STAMP)


def start_of(day: date) -> str:
    """Return the UTC stamp at which a day in China begins."""
    return end_of(day - timedelta(days=1))


def register_on(station: Station, *, day: date, report: Report = silent) -> RegisterOn:
    """Return the register at the end of `day`; raises InvalidValueError for a day to come, Cancelled."""
    _refuse_future(station, day)
    orgs = org_names(station)
    people: list[PersonRow] = []
    with station.vault.reading() as connection:
        scope = station.vault.scope
        for row in as_on.people_at(connection, batch=as_on.last_batch_before(connection, end_of(day))):
            if scope and row.values.get("home_org") not in scope:
                continue
            people.append(row)
            if len(people) % _EVERY == 0:
                report(len(people), 0, "重现当日登记")
    people = as_on.standing(people, community="" if station.is_street else station.org)
    people.sort(key=lambda row: (row.text("person_no"), row.id))
    communities = Counter(orgs.get(row.text("home_org"), row.text("home_org")) or "未分配社区" for row in people)
    field = PERSON.field("manage_state")
    states = Counter(text_of(field, row.values.get("manage_state")) or "未填" for row in people)
    return RegisterOn(day, tuple(people), dict(communities.most_common()), dict(states.most_common()), orgs)


def person_on(station: Station, *, person: str, day: date) -> PersonPage:
    """Return what was kept of a person at the end of `day`; raises NotFoundError if nothing was."""
    _refuse_future(station, day)
    if station.vault.scope:
        person_details(station, person=person)  # the log is read by person: only of those one sees
    with station.vault.reading() as connection:
        page = as_on.person_at(connection, person, batch=as_on.last_batch_before(connection, end_of(day)))
    if page is None:
        raise NotFoundError(f"{day.isoformat()} 本登记库里还没有这个人，或当时已删除", "请换一个日期")
    return page


def _refuse_future(station: Station, day: date) -> None:
    if day > station.today():
        raise InvalidValueError("day", "日期在今天之后", "请选今天或以前的日期")


def register_on_table(found: RegisterOn) -> tuple[list[tuple[str, int]], list[list[str]]]:
    """Return column titles with widths, and rows of texts."""
    fields = [PERSON.field(key) for key in COLUMNS]
    columns = [("序号", 5), *[(one.label, one.width) for one in fields], ("电话", 13)]
    rows = [
        [str(number), *[text_of(one, row.values.get(one.key), orgs=found.orgs) for one in fields], row.phone]
        for number, row in enumerate(found.people, start=1)
    ]
    return columns, rows


def register_on_file(station: Station, *, found: RegisterOn, ending: str) -> bytes:
    """Return that day's list as `xlsx` or `pdf`; raises PrintError."""
    station.allow("export.plain")
    columns, rows = register_on_table(found)
    title = f"{found.day.isoformat()} 登记情况"
    if ending == "xlsx":
        return table_workbook(columns, rows, name=title)
    # the second cell names the person in an error, as every list on paper does
    order = [0, 2, 1, *range(3, len(columns))]
    sheet = TableSheet(
        f"{station.org_name} {title}", [columns[n] for n in order], [[row[n] for n in order] for row in rows],
        f"{station.today().isoformat()} 制",
    )  # fmt: skip
    return table_pdf(sheet)
