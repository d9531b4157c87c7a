"""Commands for the rights of the people in the register: notice, requests, retention, archive."""

import argparse
from datetime import date
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError
from desktop.domain.sight import LEVELS, SEERS
from desktop.services import register, rights, sight
from desktop.services.peers import write_safely


def add(job: JobAdder) -> None:
    """Add the commands."""
    _add_levels(job)
    one = job("notice", notice, "个人信息告知书（PDF），不写人员则为空白")
    one.add_argument("out", type=Path, metavar="OUT.pdf")
    one.add_argument("--person", default="", metavar="PERSON")
    one = job("consent", consent, "登记告知与同意，或撤回")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--purpose", default="", metavar="目的")
    one.add_argument("--scope", default="", metavar="范围")
    one.add_argument("--signer", default="", metavar="签署人")
    one.add_argument("--withdraw", action="store_true", help="撤回此人尚有效的同意")
    one = job("request", request, "登记权利请求：1 查阅复制 2 更正补充 3 删除 4 解释说明 5 撤回同意")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--kind", required=True, choices=("1", "2", "3", "4", "5"))
    one.add_argument("--what", required=True, metavar="内容")
    one.add_argument("--by", default="", metavar="提出人")
    one.add_argument("--relation", default="本人")
    job("requests", requests, "列出待答复的权利请求")
    one = job("answer", answer, "答复权利请求")
    one.add_argument("request", metavar="REQUEST")
    one.add_argument("--outcome", required=True, metavar="结果")
    one = job("retention", retention, "保存期限已满的人员")
    one.add_argument("--years", type=int, default=None, metavar="N", help="不写按处理依据表里最长的保存年限")
    one = job("archive", archive, "封存一个人的资料，或解除封存")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--why", required=True, metavar="原因")
    one.add_argument("--lift", action="store_true", help="解除封存")
    one = job("bases", bases, "各字段分组的处理依据、目的和保存年限；可修改")
    one.add_argument("--set", nargs=2, default=None, metavar=("GROUP", "依据"), help="改一组的依据")
    one.add_argument("--purpose", default="", metavar="目的", help="与 --set 同用，不写用原来的说法")
    one.add_argument("--years", type=int, default=rights.KEEP_YEARS, metavar="N", help="与 --set 同用，保存年限")
    one.add_argument("--reset", default="", metavar="GROUP", help="恢复一组出厂时的说法")


def _add_levels(job: JobAdder) -> None:
    one = job("levels", levels, "可见范围：每组内容录入员和主管各看到多少；可修改")
    one.add_argument(
        "--set", nargs=3, action="append", default=[], metavar=("GROUP", "ROLE", "LEVEL"),
        help="改一组：ROLE 写 录入员 或 主管，LEVEL 写 完整显示、遮挡 或 不显示",
    )  # fmt: skip
    one.add_argument("--restore", action="store_true", help="恢复出厂设置：录入员遮挡重要和敏感的内容，主管完整显示")


def levels(options: argparse.Namespace) -> Answer:
    """Change how much roles see if asked to, and list the table."""
    with station_at(options.store) as station:
        if options.restore:
            sight.restore_levels(station)
        for group, role, level in options.set:
            sight.set_level(station, group=group, role=role, level=level)
        found = sight.sight_table(station)
    listed = [
        {"group": one.group.key, "sensitive": one.group.is_sensitive, "levels": dict(one.levels),
         "shipped": dict(one.shipped), "fields": list(one.labels)}
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.group.key}：" + "，".join(f"{name} {LEVELS[one.levels[role]]}" for role, name in SEERS.items())
        for one in found
    ]
    return {"groups": listed, "text": "\n".join(lines)}


def notice(options: argparse.Namespace) -> Answer:
    """Write the notice."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person) if options.person else ""
        content = rights.notice_for(station, person=person)
    write_safely(options.out, content)
    return {"out": str(options.out), "text": f"告知书已写到 {options.out}"}


def consent(options: argparse.Namespace) -> Answer:
    """Keep a consent, or note that it was withdrawn."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        if options.withdraw:
            rows = register.person_details(station, person=person).children["consent"]
            valid = [row.id for row in rows if not row.values.get("withdrawn_on")]
            for record in valid:
                rights.withdraw_consent(station, consent=record, on=station.today())
            return {"withdrawn": len(valid), "text": f"已撤回 {len(valid)} 条同意"}
        if not options.purpose:
            raise InvalidValueError("purpose", "没有写同意的目的", "请用 --purpose 写明")
        rights.record_consent(station, person=person, values={
            "purpose": options.purpose, "scope": options.scope, "signer": options.signer,
            "done_on": station.today().isoformat()})  # fmt: skip
    return {"person": person, "text": "同意已登记"}


def request(options: argparse.Namespace) -> Answer:
    """Register a request."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        record, _ = rights.open_request(
            station, person=person, kind=options.kind, what=options.what, asked_by=options.by, relation=options.relation
        )
        due = next(one.due_on for one in rights.open_requests(station) if one.id == record)
    return {"request": record, "due_on": due, "text": f"已登记，请在 {due} 前答复"}


def requests(options: argparse.Namespace) -> Answer:
    """List the requests that wait."""
    with station_at(options.store) as station:
        found = rights.open_requests(station)
        today = station.today()
    kinds = code_list("rights_kind")
    listed = [
        {"id": one.id, "person_no": one.person_no, "kind": one.kind, "asked_on": one.asked_on, "due_on": one.due_on,
         "overdue": date.fromisoformat(one.due_on) < today}
        for one in found
    ]  # fmt: skip
    lines = [f"{one.due_on}  {one.person_no}  {kinds.label_of(one.kind)}  {one.what}  {one.id}" for one in found]
    return {"requests": listed, "total": len(listed), "text": "\n".join(lines) or "没有待答复的请求"}


def answer(options: argparse.Namespace) -> Answer:
    """Answer a request."""
    with station_at(options.store) as station:
        rights.close_request(station, request=options.request, outcome=options.outcome)
    return {"request": options.request, "text": "请求已办结"}


def retention(options: argparse.Namespace) -> Answer:
    """List whose data have been kept as long as needed."""
    with station_at(options.store) as station:
        found = rights.retention_due(station, years=None if options.years is None else max(options.years, 1))
    states = code_list("manage_state")
    listed = [{"person_no": one.person_no, "since": one.since, "state": one.state} for one in found]
    lines = [f"{one.since}  {one.person_no}  {states.label_of(one.state)}" for one in found]
    return {"people": listed, "total": len(listed), "text": "\n".join(lines) or "没有保存期满的人员"}


def archive(options: argparse.Namespace) -> Answer:
    """Lock a person's data away, or unlock them."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        if options.lift:
            rights.unlock_person(station, person=person, why=options.why)
        else:
            rights.lock_person(station, person=person, why=options.why)
    return {"person": person, "locked": not options.lift, "text": "已解除封存" if options.lift else "已封存，不能再改"}


def bases(options: argparse.Namespace) -> Answer:
    """Change the legal basis of a group if asked to, and list them."""
    with station_at(options.store) as station:
        if options.set:
            group, basis = options.set
            rights.set_basis(station, group=group, basis=basis, purpose=options.purpose, keep_years=options.years)
        if options.reset:
            rights.reset_basis(station, group=options.reset)
        found = rights.group_bases(station)
    listed = [
        {"group": one.group, "basis": one.basis, "purpose": one.purpose, "keep_years": one.keep_years,
         "sensitive": one.is_sensitive, "shipped": one.is_shipped}
        for one in found
    ]  # fmt: skip
    lines = [f"{one.group}：{one.basis}；{one.purpose}；保存 {one.keep_years} 年" for one in found]
    return {"groups": listed, "text": "\n".join(lines)}
