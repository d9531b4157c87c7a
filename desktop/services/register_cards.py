"""What stands on a person's register card: basics, everyone to call, the log of visits, certifications, gifts."""

from collections.abc import Sequence

from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS, PERSON
from desktop.domain.permissions import READ_REVEALED
from desktop.printing.register_card import Pair, RegisterCard
from desktop.services.catalogue import shown_values
from desktop.services.register import org_names, page_of
from desktop.services.station import Station
from desktop.services.table_cells import short_label
from desktop.services.wording import text_of
from desktop.store.people import ChildRow, PersonPage

_LINES = (
    ("name", "sex"), ("birth_id", "id_no"), ("ent_name", "retire_date"), ("political", "health"), ("live_addr",),
    ("hukou_addr",),
)  # fmt: skip
_KIN = ("name", "relation", "phone")


def register_card(station: Station, *, person: str) -> RegisterCard:
    """Return one person's card; raises NotFoundError."""
    page = page_of(station, person=person, what=READ_REVEALED)
    orgs = org_names(station)
    values = shown_values(station, page.values)
    lines: list[list[Pair]] = [
        [(short_label(PERSON.field(key)), text_of(PERSON.field(key), values.get(key), orgs=orgs)) for key in line]
        for line in _LINES
    ]
    tags = "、".join(text_of(KINDS["tag"].field("code"), row.values.get("code")) for row in page.children["tag"])
    lines += [
        [("联系电话", _joined(page, "phone", ("number", "owner"))), ("人员编号", str(values.get("person_no") or ""))],
        [("家庭联系人", _joined(page, "contact", _KIN))],
        [("关爱类别", tags), ("所属社区", orgs.get(str(values.get("home_org") or ""), ""))],
    ]
    return RegisterCard(str(values.get("name") or ""), station.org_name, lines, _log(page))


def _joined(page: PersonPage, kind: str, keys: Sequence[str]) -> str:
    """Return all records of a kind, each in words, one after the other."""
    fields = [KINDS[kind].field(key) for key in keys]
    said = (" ".join(filter(None, (text_of(one, row.values.get(one.key)) for one in fields)))
            for row in page.children[kind])  # fmt: skip
    return "；".join(filter(None, said))


def _log(page: PersonPage) -> list[list[str]]:
    """Return the log newest first: visits with their gifts, certifications, other events of insurance, the card."""
    rows = [_visit(row) for row in page.children["visit"]]
    certified = str(page.values.get("cert_last") or "")
    if certified:
        way = code_list("cert_way").label_of(str(page.values.get("cert_way") or ""))
        rows.append([certified, "资格认证", way, "", ""])
    for row in page.children["insurance"]:
        event = text_of(KINDS["insurance"].field("event"), row.values.get("event"))
        detail = " ".join(str(row.values[key]) for key in ("agency", "detail") if row.values.get(key))
        rows.append([str(row.values.get("since") or ""), event, detail, "", ""])
    for row in page.children["card"]:
        received = str(row.values.get("received_by") or "")
        rows.append(
            [str(row.values.get("issued_on") or ""), "发联系卡", str(row.values.get("card_no") or ""), "", received]
        )
    return sorted(rows, key=lambda row: row[0], reverse=True)


def _visit(row: ChildRow) -> list[str]:
    text = {key: str(row.values.get(key) or "") for key in ("visited_on", "condition", "living", "needs", "visitors")}
    said = "；".join(" ".join(text[key].split()) for key in ("condition", "living", "needs") if text[key])
    money = text_of(KINDS["visit"].field("gift_money"), row.values.get("gift_money"))
    gift = " ".join(filter(None, (str(row.values.get("gift") or ""), money)))
    method = code_list("visit_method").label_of(str(row.values.get("method") or ""))
    return [text["visited_on"], method, said, gift, text["visitors"]]
