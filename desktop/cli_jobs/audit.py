"""Commands for the auditor: who did what, the printable proof, what looks unusual, what was given away."""

import argparse
from dataclasses import asdict
from datetime import date
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.clock import local_text
from desktop.domain.errors import InvalidValueError
from desktop.domain.permissions import ROLES
from desktop.domain.watch import LIMITS, limit_text
from desktop.services import audit, audit_log, erasure, giving, register, unusual
from desktop.services.peers import write_safely


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job("audit", list_deeds, "审计：谁在何时做了什么")
    one.add_argument("--by", default="", metavar="使用人")
    one.add_argument("--since", default="", metavar="DATE")
    one.add_argument("--until", default="", metavar="DATE")
    one.add_argument("--action", default="", metavar="操作", help="例如 person.edit、reveal")
    one.add_argument("--about", default="", metavar="人员编号")
    one.add_argument("--role", default="", choices=("", *ROLES), help="角色")
    one.add_argument(
        "--group", default="", metavar="类别", help="例如 查看敏感内容、使用人与密钥：" + "、".join(audit_log.GROUPS)
    )
    one.add_argument("--kind", default="", metavar="对象", help="改了哪种登记，例如 phone")
    one.add_argument("--second", default="", metavar="第二人")
    one.add_argument(
        "--batch", type=int, default=0, metavar="步号", help="只看这一步，并列出它改了哪些项目（不显示内容）"
    )
    one.add_argument("--limit", type=int, default=200)
    one.add_argument("--pdf", type=Path, metavar="OUT.pdf", help="把符合条件的打成清单，后附可签字的审计证明")
    one.add_argument("--proof", type=Path, metavar="OUT.pdf", help="写出可签字的审计证明")
    one = job("unusual", list_unusual, "异常访问报告：非工作时间、大量查看、打开、查找、打印、导出，反复查看")
    one.add_argument("--days", type=int, default=30)
    one.add_argument(
        "--set", nargs=2, action="append", default=[], metavar=("WHAT", "N"), help="改一条界线，例如 --set 一天查找 200"
    )
    one.add_argument("--limits", action="store_true", help="列出界线，不列异常")
    job("exports", list_exports, "对外提供登记簿")
    one = job("erase", erase, "彻底清除一个人（不能撤销；有第二位主管时须其同意）")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--why", required=True, metavar="依据")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValueError("day", f"“{text}”不是日期", "请写成 2026-03-31") from None


def list_deeds(options: argparse.Namespace) -> Answer:
    """List what was done, and write the proof if asked."""
    query = audit_log.LogQuery(
        since=_day(options.since), until=_day(options.until), user=options.by, role=options.role, group=options.group,
        action=options.action, kind=options.kind, person=options.about, second=options.second, batch=options.batch,
    )  # fmt: skip
    with station_at(options.store) as station:
        opened = audit_log.open_log(station, query=query)
        found = audit_log.window_of(station, numbers=opened.numbers[: max(options.limit, 1)])
        entry = audit_log.entry_of(station, number=options.batch) if options.batch and found else None
        if options.pdf:
            write_safely(options.pdf, audit_log.log_pdf(station, query=query))
        far = audit.signed(station)
        told = audit.signed_text(station, far)
        if options.proof:
            write_safely(options.proof, audit_log.proof(station))
    listed = [
        {"n": one.n, "at": one.at, "user": one.user, "role": one.role, "action": one.action, "about": one.about,
         "count": one.count, "second": one.second, "detail": one.detail}
        for one in found
    ]  # fmt: skip
    lines = [
        f"{local_text(one.at)}  {one.user}  {audit.action_name(one.action)}  {one.about}  {one.count}  {one.detail}"
        for one in found
    ]
    inside = entry.lines if entry is not None else ()
    lines += [f"    {one.what}  {one.person_no}  {one.fields}" for one in inside]
    touched = [{"what": one.what, "person_no": one.person_no, "fields": one.fields} for one in inside]
    text = "\n".join([*lines, told]) if lines else "没有符合条件的记录"
    return {"deeds": listed, "total": len(listed), "matching": len(opened.numbers), "touched": touched,
            "signed": asdict(far), "text": text}  # fmt: skip


def list_unusual(options: argparse.Namespace) -> Answer:
    """List what is worth a question."""
    with station_at(options.store) as station:
        for what, text in options.set:
            unusual.set_limit(station, what=what, text=text)
        if options.limits:
            return _limits(unusual.limits(station))
        found = unusual.unusual(station, days=max(options.days, 1))
    listed = [
        {"what": one.what, "user": one.user, "day": one.day, "count": one.count, "detail": one.detail} for one in found
    ]
    lines = [f"{one.day}  {one.user}  {one.what}  {one.count} 次  {one.detail}" for one in found]
    return {"unusual": listed, "total": len(listed), "text": "\n".join(lines) or "没有异常"}


def _limits(limits: dict[str, int]) -> Answer:
    lines = [f"{one.label}：{limit_text(key, limits[key])}" for key, one in LIMITS.items()]
    return {"limits": limits, "text": "\n".join(lines)}


def list_exports(options: argparse.Namespace) -> Answer:
    """List what was given away."""
    with station_at(options.store) as station:
        found = giving.given_out(station)
    listed = [
        {"at": one.at, "user": one.user, "what": one.what, "people": one.people, "recipient": one.recipient,
         "purpose": one.purpose, "basis": one.basis, "second": one.second, "digest": one.digest}
        for one in found
    ]  # fmt: skip
    lines = [f"{local_text(one.at)}  {one.user}  {one.what}  {one.people} 人  给 {one.recipient}" for one in found]
    return {"exports": listed, "total": len(listed), "text": "\n".join(lines) or "还没有对外提供过"}


def erase(options: argparse.Namespace) -> Answer:
    """Erase a person."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        done = erasure.erase_person(station, person=person, why=options.why)
    kept = f"；仍含此人的备份 {len(done.backups)} 份，请按期销毁" if done.backups else ""
    return {"person": person, "entries": done.entries, "backups": list(done.backups),
            "text": f"已彻底清除，涉及变更记录 {done.entries} 条{kept}"}  # fmt: skip
