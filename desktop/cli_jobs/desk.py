"""The commands of the desk: transfers, many packages at once, the board, return packages, what was put aside."""

import argparse
from dataclasses import asdict
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError
from desktop.domain.file_names import shown_name
from desktop.services import (
    board,
    conflicts,
    desk,
    leaving,
    peers,
    proposals,
    quarantine,
    register,
    returns,
    slips,
    transfers,
)
from desktop.services.slips import counts_text
from desktop.services.station import Station

_TRANSFER = "转移：list 列出，offer 提出，route 转交，accept、reject 答复，cancel 撤回，confirm、close 办结"
_STEPS = ("list", "offer", "route", "accept", "reject", "cancel", "confirm", "close", "paper")


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job(
        "transfer",
        transfer,
        "转移：list 列出，offer 提出，route 转交，accept、reject 答复，cancel 撤回，confirm、close 办结",
    )
    one.add_argument("step", choices=_STEPS)
    one.add_argument("what", nargs="?", default="", metavar="PERSON|TRANSFER")
    one.add_argument("--to", default="", metavar="ORG", help="转入单位")
    one.add_argument("--why", default="", metavar="TEXT", help="原因")
    one.add_argument("--out", type=Path, metavar="OUT.pdf", help="paper：转移单写到哪里")
    one = job("desk", lay_out, "看一批数据包各是什么，--merge 合并可以直接合并的")
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="数据包、文件夹或整个 U 盘")
    one.add_argument("--merge", action="store_true")
    one = job("board", show_board, "各单位报送情况；--org 与 --days 设定报送周期")
    one.add_argument("--org", default="")
    one.add_argument("--days", type=int, default=0)
    job("returns", write_returns, "给所有单位写回程包和回执").add_argument("folder", type=Path, metavar="DIR")
    one = job("aside", put_aside, "列出搁置的改动；--take 收进，--drop 划掉")
    act = one.add_mutually_exclusive_group()
    act.add_argument("--take", nargs="+", default=[], metavar="ID")
    act.add_argument("--drop", nargs="+", default=[], metavar="ID")
    one.add_argument("--why", default="经办人划掉", metavar="TEXT")
    one = job("proposals", show_proposals, "列出别的单位的提议；--accept 采纳，--reject 不采纳")
    act = one.add_mutually_exclusive_group()
    act.add_argument("--accept", default="", metavar="ID")
    act.add_argument("--reject", default="", metavar="ID")
    one.add_argument("--why", default="", metavar="TEXT", help="不采纳的原因")
    one = job("resolve-alike", resolve_alike, "成批裁定同一项目、同一单位的冲突")
    one.add_argument("conflict", metavar="CONFLICT", help="其中一条")
    one.add_argument("--keep", required=True, choices=("mine", "theirs"))
    one = job("person-out", person_out, "给转出本地区的人写转出文件；--receipt 登记对方的回执码")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--to", type=Path, metavar="CARD.yck", help="对方的密钥卡")
    one.add_argument("--fingerprint", default="", metavar="DIGITS")
    one.add_argument("--out", type=Path, metavar="OUT.ycm")
    one.add_argument("--receipt", default="", metavar="CODE")
    one.add_argument("--why", default="转出本地区", metavar="TEXT")
    one = job("person-in", person_in, "接收外地转来的人")
    one.add_argument("file", type=Path, metavar="FILE.ycm")
    one.add_argument("--fingerprint", required=True, metavar="DIGITS", help="转移单上的 60 位核对码")
    job("soft", soft, "列出近 30 天自动合并的改动")


def transfer(options: argparse.Namespace) -> Answer:
    """Take one step of a transfer, or list them."""
    with station_at(options.store) as station:
        if options.step == "list":
            found = transfers.list_transfers(station)
            lines = [_line(one) for one in found]
            return {"transfers": [_entry(one) for one in found], "total": len(found), "text": "\n".join(lines)}
        number = _step(station, options)
        one = transfers.transfer_by(station, text=number)
        return {**_entry(one), "text": f"转移单 {one.text('number')}：{one.state.value}"}


def _step(station: Station, options: argparse.Namespace) -> str:
    """Take the step and return the transfer's id."""
    if not options.what:
        raise InvalidValueError("what", "没有写明是哪个人或哪张转移单", "请写人员编号或转移单号")
    if options.step == "offer":
        person = register.person_by_any(station, text=options.what)
        made, _ = transfers.offer_transfer(station, person=person, wanted=options.to, reason=options.why)
        return made.id
    one = transfers.transfer_by(station, text=options.what)
    if options.step == "paper":
        if options.out is None:
            raise InvalidValueError("out", "没有写明转移单写到哪里", "请加 --out OUT.pdf")
        peers.write_safely(options.out, slips.transfer_paper(station, transfer=one.id))
        return one.id
    _act(station, options, one.id)
    return one.id


def _act(station: Station, options: argparse.Namespace, one: str) -> Changes:
    if options.step == "route":
        return transfers.route_transfer(station, transfer=one, target=options.to)
    if options.step == "accept":
        return transfers.accept_transfer(station, transfer=one)
    if options.step == "reject":
        return transfers.reject_transfer(station, transfer=one, why=options.why)
    if options.step == "cancel":
        return transfers.cancel_transfer(station, transfer=one, why=options.why)
    if options.step == "confirm":
        return transfers.confirm_transfer(station, transfer=one)
    return transfers.close_transfer(station, transfer=one, why=options.why)


def _line(one: transfers.Transfer) -> str:
    return f"{one.text('number')}  {one.text('name')}  {one.source_name} → {one.target_name}  {one.state.value}"


def _entry(one: transfers.Transfer) -> Answer:
    return {
        "id": one.id, "number": one.text("number"), "person": one.text("subject"), "name": one.text("name"),
        "source": one.text("source"), "target": one.text("target"), "wanted": one.text("wanted"),
        "state": one.state.name.lower(), "steps": sorted(step.value for step in one.steps),
    }  # fmt: skip


def lay_out(options: argparse.Namespace) -> Answer:
    """Say what packages are, and merge the clean ones if asked."""
    with station_at(options.store) as station:
        lines = desk.lay_out(station, paths=desk.packages_in(options.paths))
        merged = 0
        if options.merge:
            result = desk.merge_clean(station, lines=lines)
            lines, merged = list(result.lines), result.merged
    entries = [
        {"file": str(one.path), "org": one.org, "seq": one.seq, "size": one.size, "state": one.state.name.lower(),
         "advice": one.advice, "counts": one.counts}
        for one in lines
    ]  # fmt: skip
    text = "\n".join(
        "  ".join(
            [
                one.sender or "不明",
                f"第 {one.seq} 个",
                one.state.value,
                counts_text(one.counts),
                one.advice,
                shown_name(one.path),
            ]
        )
        for one in lines
    )
    return {"packages": entries, "merged": merged, "text": f"{text}\n合并了 {merged} 个" if options.merge else text}


def show_board(options: argparse.Namespace) -> Answer:
    """Say who has reported, and set the expected rhythm if asked."""
    with station_at(options.store) as station:
        if options.org:
            board.set_rhythm(station, org=options.org, days=options.days)
        lines = board.board_lines(station)
    units = [
        {"org": one.org, "name": one.name, "people": one.people, "last_seq": one.last_seq, "days": one.days,
         "rhythm": one.rhythm, "overdue": one.is_overdue, "conflicts": one.conflicts, "set_aside": one.set_aside,
         "sent_seq": one.sent_seq, "acked_seq": one.acked_seq}
        for one in lines
    ]  # fmt: skip
    text = "\n".join(
        f"{one.name}  {one.people} 人  最近第 {one.last_seq} 个  "
        f"{'逾期' if one.is_overdue else '按时'}  冲突 {one.conflicts}"
        for one in lines
    )
    return {"units": units, "text": text or "还没有登记下级单位的密钥卡"}


def write_returns(options: argparse.Namespace) -> Answer:
    """Write a package for every unit and the receipts."""
    with station_at(options.store) as station:
        made = returns.write_returns(station, folder=options.folder)
    entries = [
        {
            "org": one.org,
            "path": str(one.path or ""),
            "seq": one.seq,
            "problem": one.problem,
            "pictures": [str(path) for path in one.pictures],
        }
        for one in made.lines
    ]
    text = "\n".join([f"写好 {made.written} 个", *[f"{one.name}：{one.problem}" for one in made.lines if one.problem]])
    return {"returns": entries, "written": made.written, "receipts": str(made.receipts or ""), "text": text}


def put_aside(options: argparse.Namespace) -> Answer:
    """List what was put aside, take it in or drop it."""
    with station_at(options.store) as station:
        if options.take:
            done = quarantine.take_in(station, ids=options.take)
            return {"taken": done.taken, "refused": done.refused, "text": f"收进 {done.taken} 项"}
        if options.drop:
            quarantine.drop(station, ids=options.drop, why=options.why)
            return {"dropped": len(options.drop), "text": f"划掉 {len(options.drop)} 项"}
        lines = quarantine.put_aside_lines(station)
    entries = [
        {
            "id": one.id,
            "org": one.org,
            "name": one.name,
            "what": one.what,
            "reason": one.reason,
            "may_take": one.may_take,
        }
        for one in lines
    ]
    text = "\n".join(f"{one.id}  {one.org}  {one.name}  {one.what}  {one.reason}" for one in lines)
    return {"aside": entries, "total": len(lines), "text": text or "没有搁置的改动"}


def show_proposals(options: argparse.Namespace) -> Answer:
    """List what other units propose, accept one or say no."""
    with station_at(options.store) as station:
        if options.accept:
            proposals.accept_proposal(station, proposal=options.accept)
            return {"accepted": options.accept, "text": "已采纳"}
        if options.reject:
            proposals.reject_proposal(station, proposal=options.reject, why=options.why)
            return {"rejected": options.reject, "text": "未采纳，原因随下一个数据包告诉对方"}
        found = proposals.list_proposals(station)
    lines = [
        f"{one.id}  {one.name}  {one.kind}·{part.label}  原来“{part.base}”  本库“{part.ours}”  提议“{part.proposed}”  "
        f"{one.org} {one.user} {one.at}  {one.state}"
        for one in found
        for part in one.fields
    ]
    return {"proposals": [asdict(one) for one in found], "total": len(found), "text": "\n".join(lines) or "没有提议"}


def resolve_alike(options: argparse.Namespace) -> Answer:
    """Decide all conflicts like one."""
    with station_at(options.store) as station:
        details = conflicts.conflict_details(station)
        first = next((one for one in details if one.id == options.conflict), None)
        ids = [one.id for one in conflicts.alike(details, first)] if first else []
        count, changes = conflicts.resolve_alike(station, conflicts_of=ids, keep=options.keep)
    return {"resolved": count, "batch": changes.batch, "text": f"裁定了 {count} 条冲突"}


def soft(options: argparse.Namespace) -> Answer:
    """List what was merged by itself."""
    with station_at(options.store) as station:
        found = conflicts.soft_conflicts(station)
    entries = [
        {"kind": one.kind, "record": one.record, "name": one.name, "ours": list(one.ours), "theirs": list(one.theirs),
         "org": one.org, "user": one.user, "at": one.at}
        for one in found
    ]  # fmt: skip
    return {"soft": entries, "total": len(found), "text": f"近 30 天自动合并 {len(found)} 条"}


def person_out(options: argparse.Namespace) -> Answer:
    """Write a person's file, or note the receiver's receipt."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        if options.receipt:
            leaving.note_receipt(station, person=person, code=options.receipt, why=options.why)
            return {"person": person, "text": "回执码正确，已登记转出"}
        if options.to is None or options.out is None:
            raise InvalidValueError("to", "没有写明对方的密钥卡或文件写到哪里", "请加 --to CARD.yck --out OUT.ycm")
        digits = leaving.write_person_file(
            station, person=person, card=options.to, fingerprint=options.fingerprint, path=options.out
        )
        paper = options.out.with_suffix(".pdf")
        peers.write_safely(paper, slips.leaving_paper(station, person=person))
    text = f"转出文件和转移单（{paper.name}，两联加回执）已写好，单上有 60 位核对码：\n{digits}"
    return {"person": person, "out": str(options.out), "paper": str(paper), "fingerprint": digits, "text": text}


def person_in(options: argparse.Namespace) -> Answer:
    """Take a person in from a file."""
    with station_at(options.store) as station:
        file = leaving.open_person_file(station, path=options.file, fingerprint=options.fingerprint)
        code, _ = leaving.take_in(station, file=file)
    text = f"已接收 {file.name}，请把回执码告诉{file.sender.name}：{code}"
    return {"person": file.person, "name": file.name, "from": file.sender.org, "receipt": code, "text": text}
