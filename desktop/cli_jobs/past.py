"""Commands about what was: history, the register on a day, the ledger, undo and bulk edit."""

import argparse
from datetime import date
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, add_terms, station_at
from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS, PERSON, Kind
from desktop.domain.errors import InvalidValueError
from desktop.services import as_on, batches, bulk_edit, giving, ledger, register
from desktop.services.wording import text_of

_ENDINGS = ("pdf", "xlsx")


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job("history", history, "一个人或一个项目的历次值")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--field", default="", metavar="KEY", help="只看一个项目，例如 live_addr 或 长期居住地")
    one = job("as-on", register_on, "某日终了时的登记情况")
    one.add_argument("day", metavar="DATE")
    one.add_argument("out", nargs="?", type=Path, metavar="OUT.xlsx")
    add_terms(one)
    one = job("ledger", change_ledger, "异动台账（PDF 或 xlsx）")
    one.add_argument("out", type=Path, metavar="OUT.pdf|OUT.xlsx")
    one.add_argument("--since", required=True, metavar="DATE")
    one.add_argument("--until", required=True, metavar="DATE")
    one.add_argument("--community", default="", metavar="NAME")
    add_terms(one)
    job("undo", undo, "撤销一批改动").add_argument("batch", metavar="BATCH")
    one = job("bulk-edit", bulk, "按条件批量修改")
    one.add_argument("--filter", required=True, metavar="EXPR")
    one.add_argument("--set", required=True, metavar="字段=值")
    one.add_argument("--why", required=True, metavar="TEXT")
    one.add_argument("--dry-run", action="store_true", help="只看结果，不写入")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError("day", f"“{text}”不是日期", "请写成 2026-03-31") from None


def _ending(path: Path) -> str:
    ending = path.suffix.lower().lstrip(".")
    if ending not in _ENDINGS:
        raise InvalidValueError("out", f"不能写成“{path.suffix}”文件", "请用 .pdf 或 .xlsx")
    return ending


def history(options: argparse.Namespace) -> Answer:
    """List the values of one field, or every change of a person."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        lines = register.history_of(station, person=person)
        orgs = register.org_names(station)
    wanted = options.field
    keys = {one.key for one in PERSON.fields if wanted in (one.key, one.label, *one.synonyms)} or {wanted}
    found = []
    for line in lines:
        field = KINDS[line.kind].field(line.field) if line.field else None
        if (wanted and (line.kind != "person" or line.field not in keys)) or (field and field.kind is Kind.RECORD):
            continue
        old, new = (text_of(field, value, orgs=orgs) if field else "" for value in (line.old, line.new))
        found.append({
            "at": line.at, "kind": line.kind, "field": line.field, "old": old, "new": new, "user": line.user,
            "org": line.org, "why": line.why, "batch": line.batch, "source": dict(line.source or {}),
            "undone": line.undone, "set_aside": line.set_aside, "label": field.label if field else "删除",
        })  # fmt: skip
    text = "\n".join(
        f"{local_text(str(one['at']))}  {one['label']}：{one['old']} → {one['new']}  {one['user']}  {one['why']}"
        for one in found
    )
    return {"person": person, "changes": found, "total": len(found), "text": text or "没有改动"}


def register_on(options: argparse.Namespace) -> Answer:
    """Count the register of a day, and write it if a file is named."""
    day = _day(options.day)
    with station_at(options.store) as station:
        found = as_on.register_on(station, day=day)
        if options.out:
            content = as_on.register_on_file(station, found=found, ending=_ending(options.out))
            giving.give_out(
                station, leaving=giving.Leaving("某日登记情况", len(found.people), content), path=options.out
            )
    text = f"{day.isoformat()} 共 {len(found.people)} 人。{as_on.NOTE}"
    return {"day": day.isoformat(), "total": len(found.people), "by_community": found.by_community,
            "by_state": found.by_state, "note": as_on.NOTE, "text": text}  # fmt: skip


def change_ledger(options: argparse.Namespace) -> Answer:
    """Write the ledger of a period."""
    since, until, ending = _day(options.since), _day(options.until), _ending(options.out)
    with station_at(options.store) as station:
        code = register.org_code(station, name=options.community) if options.community else ""
        if code is None:
            raise InvalidValueError("community", f"没有“{options.community}”这个社区", "请用社区的名称或代码")
        found = ledger.ledger_of(station, since=since, until=until, community=code)
        content = ledger.ledger_file(station, found=found, ending=ending)
        giving.give_out(station, leaving=ledger.leaving(found, content), path=options.out)
    return {"out": str(options.out), "lines": len(found.lines), "counts": found.counts,
            "text": f"异动台账已写好，共 {len(found.lines)} 条"}  # fmt: skip


def undo(options: argparse.Namespace) -> Answer:
    """Take a batch back."""
    with station_at(options.store) as station:
        done = batches.undo_batch(station, batch=options.batch)
    text = f"已撤销 {done.restored} 条" + (f"，{len(done.kept)} 条之后又改过，保持不变" if done.kept else "")
    return {"batch": options.batch, "restored": done.restored, "kept": list(done.kept),
            "undo": done.changes.batch, "text": text}  # fmt: skip


def bulk(options: argparse.Namespace) -> Answer:
    """Change one field of everyone a filter finds, or say what that would do."""
    with station_at(options.store) as station:
        change = bulk_edit.read_change(station, text=options.set)
        wanted = register.parse_filter(options.filter, station=station)
        preview = bulk_edit.preview_bulk(station, ids=register.people_ids(station, wanted=wanted), change=change)
        done = None if options.dry_run else bulk_edit.apply_bulk(station, preview=preview, why=options.why)
    refused = [{"person_no": row.person_no, "reason": row.reason} for row in preview.rows if row.reason]
    will, same = preview.count(bulk_edit.WILL), preview.count(bulk_edit.SAME)
    verb = "将修改" if done is None else "已修改"
    return {
        "people": len(preview.rows), "changed": will if done is None else done.changed, "unchanged": same,
        "refused": refused, "batch": done.changes.batch if done else "",
        "text": f"{verb} {will if done is None else done.changed} 人，{same} 人无变化，{len(refused)} 人不能改",
    }  # fmt: skip
