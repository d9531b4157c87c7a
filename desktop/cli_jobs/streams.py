"""Commands about the order of packages: how exchange stands, and counting anew after a fork."""

import argparse
from typing import Any

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import carrying, streams
from desktop.services.streams import Standing


def add(job: JobAdder) -> None:
    """Add `streams` and `new-epoch`."""
    one = job("streams", standings, "列出与各单位往来的编号、等待和缺少的包、分叉警报")
    one.add_argument("--take-up", action="store_true", help="升级之后：导入等待升级的数据包和内容")
    one = job("new-epoch", new_epoch, "重新开始编号：两台电脑用过同一份登记库时，只在留下的那台上做")
    one.add_argument("--why", required=True)


def standings(options: argparse.Namespace) -> Answer:
    """Say how exchange with each peer stands."""
    with station_at(options.store) as station:
        if options.take_up:
            carrying.take_up(station)
            carrying.retry_newer(station)
        found = streams.standings(station)
        held = streams.held_packages(station)
    lines = [_line(one) for one in found]
    waiting = [{"org": one.org, "seq": one.seq, "why": one.why, "file": one.file} for one in held]
    return {"streams": [_entry(one) for one in found], "held": waiting, "text": "\n".join(lines) or "还没有登记对方"}


def _entry(one: Standing) -> dict[str, Any]:
    return {
        "org": one.org, "name": one.name, "received": one.received, "waiting": list(one.waiting),
        "missing": list(one.missing), "sent": one.sent, "arrived": one.arrived, "lost": list(one.lost),
        "alarm": one.alarm, "next": one.next_kind,
    }  # fmt: skip


def _line(one: Standing) -> str:
    parts = [f"{one.name}：收到第 {one.received} 个，发出第 {one.sent} 个，对方已收到第 {one.arrived} 个"]
    if one.missing:
        parts.append("缺第 " + "、".join(str(number) for number in one.missing) + " 个")
    if one.lost:
        parts.append("对方缺第 " + "、".join(str(number) for number in one.lost) + " 个")
    if one.alarm:
        parts.append("警报：编号分叉，可能有两台电脑在用同一份登记库")
    return "，".join(parts)


def new_epoch(options: argparse.Namespace) -> Answer:
    """Begin to count anew; the peers must confirm it."""
    with station_at(options.store) as station:
        epoch = streams.begin_anew(station, why=options.why)
    return {"epoch": epoch, "text": "已重新开始编号，下一个数据包会带上全部内容，请打电话告诉对方"}
