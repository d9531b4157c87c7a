"""The unattended front end: one job without a window, for scripts and for street IT.

Exit 0 done, 1 a known error (one Chinese sentence on standard error), 2 wrong usage.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from desktop.cli_jobs import audit as audit_jobs
from desktop.cli_jobs import cards as card_jobs
from desktop.cli_jobs import desk as desk_jobs
from desktop.cli_jobs import duplicates as duplicate_jobs
from desktop.cli_jobs import fields_and_rules, past
from desktop.cli_jobs import forms as forms_jobs
from desktop.cli_jobs import lists as list_jobs
from desktop.cli_jobs import numbers as numbers_jobs
from desktop.cli_jobs import papers as papers_jobs
from desktop.cli_jobs import privacy as privacy_jobs
from desktop.cli_jobs import rosters as roster_jobs
from desktop.cli_jobs import sending as sending_jobs
from desktop.cli_jobs import states as states_jobs
from desktop.cli_jobs import streams as streams_jobs
from desktop.cli_jobs import trust as trust_jobs
from desktop.cli_jobs import users as users_jobs
from desktop.cli_jobs import verification as verification_jobs
from desktop.cli_jobs.opening import (
    USER,
    Answer,
    Job,
    JobAdder,
    password_of,
    second_of,
    station_at,
    take_terms,
)
from desktop.domain.clock import SystemClock
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Kind
from desktop.domain.errors import Cancelled, DamagedStoreError, InvalidValueError, KnownError
from desktop.services import access, backups, carrying, catalogue, exchange, key_letters, peers, practice, register
from desktop.services.access import NewStore
from desktop.services.station import Station


def main(arguments: list[str]) -> int:
    """Do what the arguments say and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    os.umask(0o077)
    access.end_with_the_job()
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "as_user", ""):
        os.environ[USER] = options.as_user
    take_terms(options)
    try:
        answer = options.job(options)
    except KnownError as error:
        print(str(error), file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):
        print("已取消，没有改动。", file=sys.stderr)
        return 1
    _say(answer, as_json=getattr(options, "json", False))
    return 0


def _say(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: one JSON object, or its Chinese text."""
    text = answer.pop("text", "")
    if as_json or not text:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="yince", description="银册：国有企业退休人员社会化管理登记")
    jobs = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def job(name: str, run: Job, text: str, *, store: bool = True, as_json: bool = True) -> argparse.ArgumentParser:
        one = jobs.add_parser(name, help=text, description=text)
        if store:
            one.add_argument("store", type=Path, metavar="STORE", help="登记库文件夹")
        if store and name != "init":
            one.add_argument("--user", dest="as_user", default="", help=f"使用人姓名，也可用 {USER}")
        if as_json:
            one.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
        one.set_defaults(job=run)
        return one

    one = job("demo", demo, "建立练习用的街道和两个社区", store=False, as_json=False)
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("--people", type=int, default=200)
    one.add_argument("--seed", type=int, default=1)
    one = job("init", init, "新建登记库")
    one.add_argument("--kind", choices=("community", "street", "district"), required=True)
    for name in ("--code", "--name", "--user"):
        one.add_argument(name, required=True)
    one = job("find", find, "查找人员")
    one.add_argument("text", metavar="TEXT")
    one.add_argument("--limit", type=int, default=50)
    job("show", show, "显示一个人的全部登记").add_argument("person", metavar="PERSON")
    _add_exchange(job)
    for area in (
        card_jobs,
        duplicate_jobs,
        fields_and_rules,
        forms_jobs,
        list_jobs,
        numbers_jobs,
        papers_jobs,
        past,
        roster_jobs,
        states_jobs,
        audit_jobs,
        privacy_jobs,
        users_jobs,
        verification_jobs,
        sending_jobs,
        streams_jobs,
        trust_jobs,
        desk_jobs,
    ):
        area.add(job)
    return parser


def _add_exchange(job: JobAdder) -> None:
    """Add the commands of exchange, backup and checking."""
    one = job("key-card", key_card, "导出本单位密钥卡")
    one.add_argument("out", type=Path, metavar="OUT.yck")
    one.add_argument("--letter", type=Path, metavar="OUT.pdf", help="再写一封核对信：60 位数字和二维码，打印后送对方")
    one = job("pack", pack, "生成数据包")
    one.add_argument("--to", required=True, metavar="ORG")
    one.add_argument("out", type=Path, metavar="OUT.ycp")
    one.add_argument("--snapshot", action="store_true", help="带上对方可以看的全部内容，补齐没有收到的包")
    one = job("merge", merge, "合并数据包")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE.ycp")
    one.add_argument("--preview", action="store_true", help="只看结果，不写入")
    one.add_argument("--accept-epoch", action="store_true", help="已核实对方恢复过备份或换了电脑")
    one.add_argument("--confirm", type=int, metavar="N", help="改动异常多时，核实后写上提示里的数字")
    job("conflicts", conflicts, "列出冲突")
    one = job("resolve", resolve, "裁定一条冲突")
    one.add_argument("conflict", metavar="CONFLICT")
    one.add_argument("--keep", required=True, metavar="mine|theirs|VALUE")
    job("backup", backup, "备份登记库").add_argument("folder", type=Path, metavar="DIR")
    one = job("restore", restore, "从备份恢复（有第二位主管时须其同意）", store=False)
    one.add_argument("--user", dest="as_user", default="", help=f"使用人姓名，也可用 {USER}")
    one.add_argument("backup", type=Path, metavar="BACKUP")
    one.add_argument("store", type=Path, metavar="STORE")
    job("check", check, "检查登记库")


def demo(options: argparse.Namespace) -> Answer:
    """Make the practice street; the answer is always JSON."""
    if options.people < 0:
        raise InvalidValueError("people", "人数不能小于零", "请改正")
    return practice.make_practice(options.folder, people=options.people, seed=options.seed, clock=SystemClock())


def init(options: argparse.Namespace) -> Answer:
    """Make a store."""
    draft = NewStore(options.kind, options.code, options.name, options.user)
    station = access.create_store(options.store, draft=draft, password=password_of("新密码："), clock=SystemClock())
    station.close()
    return {
        "store": str(options.store),
        "org": options.code,
        "name": options.name,
        "text": f"已建立 {options.name} 的登记库",
    }


def find(options: argparse.Namespace) -> Answer:
    """Find people."""
    with station_at(options.store) as station:
        found = register.find(station, text=options.text, limit=max(options.limit, 1), all_counted=True)
        names = register.org_names(station)
    people = [
        {
            "id": one.id, "person_no": one.row.text("person_no"), "name": one.row.text("name"),
            "sex": code_list("sex").label_of(one.row.text("sex")), "birth": one.row.text("birth_id"),
            "community": names.get(one.row.text("home_org"), one.row.text("home_org")), "matched": one.matched,
        }
        for one in found.people
    ]  # fmt: skip
    lines = [
        f"{one['person_no']}  {one['name']}  {one['sex']}  {one['birth']}  {one['community']}  〔{one['matched']}〕"
        for one in people
    ]
    return {"people": people, "total": found.total, "text": "\n".join([*lines, f"共 {found.total} 人"])}


def show(options: argparse.Namespace) -> Answer:
    """Show one person whole."""
    with station_at(options.store) as station:
        page = register.person_details(station, person=register.person_by_any(station, text=options.person))
        values = catalogue.shown_values(station, page.values)
    labels = {field.key: field for field in PERSON.fields}
    lines = []
    for key, field in labels.items():
        if key in values:
            shown = str(values[key])
            lines.append(
                f"{field.label}：{code_list(field.codes).label_of(shown) if field.kind is Kind.CODE else shown}"
            )
    children = {kind: [dict(row.values) for row in rows] for kind, rows in page.children.items()}
    return {"id": page.id, **values, **children, "text": "\n".join(lines)}


def key_card(options: argparse.Namespace) -> Answer:
    """Export this station's key card."""
    with station_at(options.store) as station:
        card = peers.export_key_card(station, path=options.out)
        if options.letter:
            peers.write_safely(options.letter, key_letters.own_letter(station))
    text = f"{card.name} 的密钥卡已导出，核对码：\n{card.fingerprint}"
    return {"org": card.org, "name": card.name, "fingerprint": card.fingerprint, "text": text}


def pack(options: argparse.Namespace) -> Answer:
    """Write a package."""
    with station_at(options.store) as station:
        done = exchange.pack_for(station, to_org=options.to, path=options.out, snapshot=options.snapshot)
    total = sum(done.counts.values())
    return {
        "package": done.id, "stream": done.stream, "seq": done.seq, "counts": dict(done.counts), "kind": done.kind,
        "conflicts": 0, "held": 0, "rejected": 0, "text": f"第 {done.seq} 个数据包已写好，共 {total} 条改动",
    }  # fmt: skip


def merge(options: argparse.Namespace) -> Answer:
    """Merge packages one after the other, or say what merging would do."""
    results: list[Answer] = []
    with station_at(options.store) as station:
        carrying.take_up(station)  # what waited for this program
        carrying.retry_newer(station)
        for path in options.files:
            results.append(_merge_one(station, path, options))
    text = "\n".join(one.pop("text") for one in results)
    return {**results[-1], "packages": results, "text": text} if len(results) > 1 else {**results[0], "text": text}


def _merge_one(station: Station, path: Path, options: argparse.Namespace) -> Answer:
    preview_only = options.preview
    preview = exchange.preview_merge(station, path=path)
    counts = dict(preview.plan.counts)
    state, message = "preview", f"第 {preview.manifest.seq} 个数据包，来自 {preview.peer.name}"
    more: Answer = {}
    if not preview_only:
        done = exchange.apply_merge(
            station, preview=preview, accept_epoch=options.accept_epoch, confirmed=options.confirm
        )
        lines = [f"{message}：{done.message}", *done.notices]
        lines += [f"第 {one.seq} 个等待的数据包：{one.message}" for one in done.taken_up]
        state, message, counts = done.state, "\n".join(lines), dict(done.counts)
        more = {"taken_up": [one.seq for one in done.taken_up], "notices": list(done.notices)}
    return {
        "package": preview.manifest_hash[:32], "stream": preview.manifest.stream, "seq": preview.manifest.seq,
        "from": preview.peer.org, "state": "already" if preview.already else state, "counts": counts,
        "conflicts": counts.get("conflicts", 0), "held": int(bool(preview.held)),
        "rejected": counts.get("rejected", 0), "text": message, **more,
    }  # fmt: skip


def conflicts(options: argparse.Namespace) -> Answer:
    """List the conflicts that wait."""
    with station_at(options.store) as station:
        found = exchange.list_conflicts(station)
    listed = [
        {"id": one.id, "kind": one.kind, "record": one.record, "person": one.person, "field": one.field,
         "mine": one.ours, "theirs": one.theirs}
        for one in found
    ]  # fmt: skip
    lines = [f"{one['id']}  {one['field']}：本库“{one['mine']}”，对方“{one['theirs']}”" for one in listed]
    return {"conflicts": listed, "total": len(listed), "text": "\n".join([*lines, f"共 {len(listed)} 条冲突"])}


def resolve(options: argparse.Namespace) -> Answer:
    """Decide one conflict."""
    with station_at(options.store) as station:
        exchange.resolve_conflict(station, conflict=options.conflict, keep=options.keep)
    return {"conflict": options.conflict, "keep": options.keep, "text": "冲突已裁定"}


def backup(options: argparse.Namespace) -> Answer:
    """Write a verified backup."""
    with station_at(options.store) as station:
        done = backups.back_up(station, target=options.folder)
    text = f"已备份 {done.people} 人到 {done.path}"
    return {"backup": str(done.path), "people": done.people, "log_entries": done.log_entries, "text": text}


def restore(options: argparse.Namespace) -> Answer:
    """Restore a backup into a folder."""
    done = backups.restore_backup(
        options.backup, folder=options.store, password=password_of(), clock=SystemClock(),
        user=os.environ.get(USER, ""), second=second_of(),
    )  # fmt: skip
    aside = str(done.aside) if done.aside else ""
    return {"people": done.people, "created": done.created, "aside": aside, "text": f"已恢复 {done.people} 人"}


def check(options: argparse.Namespace) -> Answer:
    """Check the whole store; a damaged one is a known error that says where."""
    with station_at(options.store, to_check=True) as station:
        found = backups.check_store(station)
    if not found.is_sound:
        raise DamagedStoreError("检查发现问题：" + "；".join(found.problems), "请从备份恢复", tuple(found.problems))
    text = f"登记库完好：{found.counts['person']} 人，变更记录 {found.log_entries} 条"
    return {"sound": True, "counts": found.counts, "log_entries": found.log_entries, "head": found.head, "text": text}
