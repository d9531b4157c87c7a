"""The commands of exchange: key cards, packages, conflicts."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import carrying, exchange, key_letters, peers
from desktop.services.conflicts import field_name
from desktop.services.station import Station


def add(job: JobAdder) -> None:
    """Add the commands."""
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
    lines = [f"{one.id}  {field_name(one)}：本库“{one.ours}”，对方“{one.theirs}”" for one in found]
    return {"conflicts": listed, "total": len(listed), "text": "\n".join([*lines, f"共 {len(listed)} 条冲突"])}


def resolve(options: argparse.Namespace) -> Answer:
    """Decide one conflict."""
    with station_at(options.store) as station:
        exchange.resolve_conflict(station, conflict=options.conflict, keep=options.keep)
    return {"conflict": options.conflict, "keep": options.keep, "text": "冲突已裁定"}
