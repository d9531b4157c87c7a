"""Commands about statistics: show, freeze, compare."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.errors import NotFoundError
from desktop.services import numbers
from desktop.services.peers import write_safely
from desktop.services.station import Station


def add(job: JobAdder) -> None:
    """Add `numbers`, `freeze` and `compare`."""
    one = job("numbers", show, "统计数字：每个数字附口径")
    one.add_argument("--out", type=Path, metavar="OUT", help="写成 .pdf 或 .xlsx")
    one = job("freeze", freeze, "把今天的数字定格并签名")
    one.add_argument("--name", required=True, help="例如 2026年末人数")
    one = job("compare", compare, "与定格数据逐人比较")
    one.add_argument("older", metavar="NAME")
    one.add_argument("newer", nargs="?", default="", metavar="NAME", help="不写则与现在比较")


def show(options: argparse.Namespace) -> Answer:
    """Say the figures, and write them to a file if asked."""
    with station_at(options.store) as station:
        shown = numbers.numbers_at(station)
        if options.out:
            is_pdf = options.out.suffix.lower() == ".pdf"
            made = numbers.numbers_pdf(station, shown=shown) if is_pdf else numbers.numbers_workbook(shown)
            write_safely(options.out, made)
    found = [
        {"key": one.key, "title": one.title, "rule": one.rule, "parts": {part.label: part.count for part in one.parts}}
        for one in shown.figures
    ]
    text = "\n".join(
        f"{one.title}：" + "　".join(f"{part.label} {part.count}" for part in one.parts) for one in shown.figures
    )
    return {"day": shown.day.isoformat(), "figures": found, "text": text}


def freeze(options: argparse.Namespace) -> Answer:
    """Freeze today's numbers."""
    with station_at(options.store) as station:
        made = numbers.freeze(station, name=options.name).frozen
    return {
        "frozen": made.id, "name": made.name, "as_on": made.as_on, "people": made.people, "digest": made.digest,
        "text": f"已定格“{made.name}”：在管 {made.people} 人，名单校验值 {made.digest}",
    }  # fmt: skip


def compare(options: argparse.Namespace) -> Answer:
    """Compare a frozen set with a later one, or with now."""
    with station_at(options.store) as station:
        newer = _named(station, options.newer) if options.newer else ""
        found = numbers.compare(station, older=_named(station, options.older), newer=newer)
    lines = [f"{found.older} {found.before} 人 → {found.newer} {found.after} 人"]
    lines += [f"{one.what}　{one.person_no}　{one.name}　{one.detail}" for one in found.differences]
    differences = [
        {"person": one.person, "person_no": one.person_no, "name": one.name, "what": one.what, "detail": one.detail}
        for one in found.differences
    ]
    return {"before": found.before, "after": found.after, "differences": differences, "text": "\n".join(lines)}


def _named(station: Station, name: str) -> str:
    """Return the id of a frozen set by its name or id; raises NotFoundError."""
    for one in numbers.frozen_sets(station):
        if name in (one.name, one.id):
            return one.id
    raise NotFoundError(f"没有叫“{name}”的定格数据", "请用 freeze 时起的名称")
