"""What the law gives the people in the register: notice, consent and its withdrawal, requests, retention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, grouped
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_HOUSE
from desktop.domain.person_fields import PURPOSES
from desktop.printing.notice import NoticeSheet, notice_pdf
from desktop.services.catalogue import collected_fields
from desktop.services.looking import allow_print
from desktop.services.register import add_child, own_org, person_details, put_child
from desktop.services.station import Station
from desktop.store import people, privacy
from desktop.store.privacy import DuePerson, OpenRequest
from desktop.store.records import load_records

DUE_DAYS = 15  # within which a request is answered; proposed, the law says 及时
KEEP_YEARS = 5  # after death or transfer, unless a group says otherwise (`domain.md` section 6.1)
_MOST_YEARS = 100
DUTY = "履行法定职责和国有企业退休人员社会化管理职责所必需（个人信息保护法第十三条第三项、第三十四条）"
_SENSITIVE = 4


@dataclass(frozen=True, slots=True)
class GroupBasis:
    """On what ground, for what and how long a group of fields is kept; whether it holds sensitive ones.

    `is_shipped`: nobody here has changed the wording the program came with.
    """

    group: str
    fields: tuple[str, ...]
    basis: str
    purpose: str
    keep_years: int
    is_sensitive: bool
    is_shipped: bool = True


def group_bases(station: Station) -> list[GroupBasis]:
    """Return the legal basis of every group of fields, as shipped or as this unit changed it."""
    with station.vault.reading(READ_HOUSE) as connection:
        own = {str(one.values["field_group"]): one.values for one in people.records_of(connection, "legal_basis")}
    collected = collected_fields(station)
    found = []
    for group, fields in grouped(PERSON.fields).items():
        kept = [one for one in fields if one.key in collected]
        if not kept:
            continue
        values = own.get(group, {})
        found.append(
            GroupBasis(
                group, tuple(one.label for one in kept), str(values.get("basis") or DUTY),
                str(values.get("purpose") or PURPOSES.get(group, "")), int(str(values.get("keep_years") or KEEP_YEARS)),
                any(one.privacy >= _SENSITIVE for one in kept), not values,
            )
        )  # fmt: skip
    return found


def longest_kept(station: Station) -> int:
    """Return the years after death or transfer when the last group of fields is over: the longest of the table.

    A person's record is one whole: what would be over earlier stays with it until then.
    """
    return max((one.keep_years for one in group_bases(station)), default=KEEP_YEARS)


def set_basis(station: Station, *, group: str, basis: str, purpose: str = "", keep_years: int = KEEP_YEARS) -> Changes:
    """Write on what ground a group of fields is kept, and how many years; raises InvalidValueError.

    An empty purpose means the one the program came with.
    """
    if group not in grouped(PERSON.fields) or not basis.strip():
        raise InvalidValueError("field_group", "没有这个字段分组，或没有写依据", "请从字段目录中选择分组并写明依据")
    if not 1 <= keep_years <= _MOST_YEARS:
        raise InvalidValueError("keep_years", f"保存年限要在 1 到 {_MOST_YEARS} 年之间", "请改正后再保存")
    with station.vault.unit("basis.edit") as unit:
        known = {str(one.values["field_group"]): one.id for one in people.records_of(unit.connection, "legal_basis")}
        values: dict[str, Value] = {
            "field_group": group, "basis": basis.strip(), "purpose": purpose.strip() or None, "keep_years": keep_years,
        }  # fmt: skip
        unit.put("legal_basis", known.get(group) or new_id(station.ids), values)
        return unit.commit()


def reset_basis(station: Station, *, group: str) -> Changes:
    """Give a group the wording and years again that the program came with."""
    with station.vault.unit("basis.edit", why="恢复出厂说法") as unit:
        for one in people.records_of(unit.connection, "legal_basis"):
            if one.values["field_group"] == group:
                unit.delete("legal_basis", one.id)
        return unit.commit()


def notice_for(station: Station, *, person: str = "") -> bytes:
    """Return the 个人信息告知书 to sign, for one person or blank; raises NotFoundError, PrintError."""
    allow_print(station, 1)
    name = str(person_details(station, person=person).values.get("name") or "") if person else ""
    own = own_org(station)
    bases = group_bases(station)
    kinds = [
        f"{one.group}：{'、'.join(one.fields[:12])}{'等' if len(one.fields) > 12 else ''}。"
        f"用途：{one.purpose or '社会化管理'}。依据：{one.basis}。保存：在管期间及死亡或转出后 {one.keep_years} 年。"
        for one in bases
    ]
    sensitive = "、".join(one.group for one in bases if one.is_sensitive) or "无"
    sections: list[tuple[str, Sequence[str]]] = [
        ("一、谁在处理您的信息", [
            f"{station.org_name}，电话 {own.get('phone') or '＿＿＿＿'}，地址 {own.get('address') or '＿＿＿＿'}。"
        ]),
        ("二、处理哪些信息、为什么、依据什么、保存多久", kinds),
        ("三、敏感个人信息", [
            (f"其中 {sensitive} 含有敏感个人信息（如健康状况、困难情况）。只为安排走访和关爱服务使用，加密保存，"
            "查看留有记录；不提供可能影响我们为您安排相应服务，不影响其他服务。")
        ]),
        ("四、怎样保存和提供", [
            ("信息加密保存在本单位的计算机上，不联网；定期以加密数据包报送街道（镇）。除法律规定外，不向他人提供；"
            "需要提供时写明接收人、用途和依据并登记。")
        ]),
        ("五、您的权利", [
            (f"您可以查阅、复制、更正、补充、删除本人信息，要求解释，撤回同意。请向上述单位提出，{DUE_DAYS} 日内答复。"
            "您去世后，近亲属可以为自身合法正当利益行使这些权利。")
        ]),
    ]  # fmt: skip
    to_sign = [
        f"本人（{name or '＿＿＿＿＿＿'}）已阅读并知晓以上内容。", "□ 同意处理敏感个人信息　　□ 不同意",
        "签名：＿＿＿＿＿＿＿＿＿＿　　与本人关系：＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日",
    ]  # fmt: skip
    return notice_pdf(
        NoticeSheet("个人信息告知书", sections, to_sign, f"{station.org_name}　{station.today().isoformat()}")
    )


def record_consent(station: Station, *, person: str, values: dict[str, Value]) -> Changes:
    """Keep a signed notice or consent: purpose, scope, day, signer, where the paper lies. InvalidValueError."""
    return put_child(station, kind="consent", person=person, values=values)


def withdraw_consent(station: Station, *, consent: str, on: date) -> Changes:
    """Note that a consent was withdrawn on a day; raises NotFoundError."""
    with station.vault.unit("consent.edit", why="撤回同意") as unit:
        stored = load_records(unit.connection, "consent", [consent]).get(consent)
        if stored is None or stored.deleted:
            raise NotFoundError("没有找到这条同意记录", "请刷新后再看")
        unit.put("consent", consent, {"withdrawn_on": on.isoformat()})
        return unit.commit()


def open_request(
    station: Station, *, person: str, kind: str, what: str, asked_by: str = "", relation: str = "本人"
) -> tuple[str, Changes]:
    """Register what somebody asks for, with the day it is due; raises InvalidValueError, NotFoundError.

    `kind` is a code of the list `rights_kind`: copy, correct, erase, explain, withdraw.
    """
    person_details(station, person=person)
    if code_list("rights_kind").label_of(kind) == kind:
        raise InvalidValueError("kind", "没有这种权利请求", "请从列表中选择")
    today = station.today()
    values: dict[str, Value] = {
        "kind": kind, "asked_on": today.isoformat(), "due_on": (today + timedelta(days=DUE_DAYS)).isoformat(),
        "asked_by": asked_by, "relation": relation, "what": what,
    }  # fmt: skip
    with station.vault.unit("rights_request.add") as unit:
        record = add_child(station, unit, kind="rights_request", person=person, values=values)
        return record, unit.commit()


def close_request(station: Station, *, request: str, outcome: str) -> Changes:
    """Answer a request; only a supervisor may. Raises NotFoundError, InvalidValueError."""
    if not outcome.strip():
        raise InvalidValueError("outcome", "没有写办理结果", "请写明怎样答复的")
    with station.vault.unit("rights.close") as unit:
        stored = load_records(unit.connection, "rights_request", [request]).get(request)
        if stored is None or stored.deleted or stored.values.get("done_on"):
            raise NotFoundError("没有找到这个请求，或已经办结", "请刷新后再看")
        unit.put("rights_request", request, {
            "done_on": station.today().isoformat(), "outcome": outcome.strip(), "done_by": station.user})  # fmt: skip
        return unit.commit()


def open_requests(station: Station) -> list[OpenRequest]:
    """Return the requests that wait, the most urgent first."""
    with station.vault.reading() as connection:
        return privacy.open_requests(connection)


def retention_due(station: Station, *, years: int | None = None) -> list[DuePerson]:
    """Return who died or left longer than `years` ago: to be archived under lock or erased.

    Without a number it is the longest of the groups' (`longest_kept`).
    """
    today, years = station.today(), longest_kept(station) if years is None else years
    before = today.replace(year=today.year - years, day=min(today.day, 28)).isoformat()
    with station.vault.reading() as connection:
        return privacy.retention_due(connection, before=before)


def lock_person(station: Station, *, person: str, why: str, keep_years: int | None = None) -> Changes:
    """Put a person's data into the locked archive: kept, not processed any more. Raises InvalidValueError.

    For `keep_years` more; without a number the longest of the groups'.
    """
    if not why.strip():
        raise InvalidValueError("why", "封存必须写明原因", "例如 保存期限已满、本人要求停止处理")
    today = station.today()
    keep_years = longest_kept(station) if keep_years is None else keep_years
    values: dict[str, Value] = {
        "since": today.isoformat(), "why": why.strip(), "done_by": station.user,
        "keep_until": today.replace(year=today.year + keep_years, day=min(today.day, 28)).isoformat(),
    }  # fmt: skip
    with station.vault.unit("archive_lock.add", why=why) as unit:
        if person in privacy.locked_people(unit.connection):
            raise InvalidValueError("person", "这个人的资料已经封存", "不用再封存")
        add_child(station, unit, kind="archive_lock", person=person, values=values)
        return unit.commit()


def unlock_person(station: Station, *, person: str, why: str) -> Changes:
    """Take a person's data out of the locked archive; raises NotFoundError."""
    with station.vault.unit("archive_lock.edit", why=why) as unit:
        record = privacy.lock_of(unit.connection, person)
        if not record:
            raise NotFoundError("这个人的资料没有封存", "请刷新后再看")
        unit.put("archive_lock", record, {"until": station.today().isoformat()})
        return unit.commit()
