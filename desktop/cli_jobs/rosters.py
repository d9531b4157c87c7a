"""The commands of rosters: import, what waits to be verified, deciding it."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.dictionary import PERSON
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services import reviews, rosters
from desktop.services.reviews import ACCEPT, EDIT, LEAVE, Decision, ReviewItem


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job("import", import_roster, "导入花名册")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="只看结果，不写入")
    one.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把原表连同问题写成工作簿，退回企业更正")
    one.add_argument("--ours", nargs="+", default=[], metavar="FIELD", help="这些项目以登记库为准，例如 长期居住地")
    job("reviews", list_reviews, "列出待核实的项目")
    one = job("review", decide, "处理待核实的项目")
    one.add_argument("item", metavar="ITEM", help="reviews 列出的编号，例如 3f2a…:0")
    how = one.add_mutually_exclusive_group(required=True)
    how.add_argument("--accept", action="store_true", help="按建议采用")
    how.add_argument("--edit", metavar="VALUE", help="更正为")
    how.add_argument("--leave", action="store_true", help="不采用")
    one.add_argument("--alike", action="store_true", help="同样的问题一起处理")


def import_roster(options: argparse.Namespace) -> Answer:
    """Import rosters, or say what importing would do."""
    with station_at(options.store) as station:
        if options.dry_run:
            preview, batch = rosters.preview_roster(station, paths=options.files), ""
        else:
            choice = rosters.Choice(frozenset(_field_keys(options.ours)))
            result = rosters.import_rosters(station, paths=options.files, choice=choice)
            preview, batch = result.preview, result.changes.batch
        if options.errors:
            rosters.write_errors(preview, path=options.errors)
    answer: Answer = {**preview.counts, "problems": rosters.problems_of(preview)}
    if batch:
        answer["batch"] = batch
    notes = [f"{table.file}：{note}" for table in preview.tables for note in table.notes]
    notes += [f"{table.file} 在 {table.seen_at} 导入过" for table in preview.tables if table.seen_at]
    answer["skipped"] = list(preview.skipped)
    answer["notes"] = list(dict.fromkeys(notes))
    counts = "共 {rows} 行：新增 {added}，更新 {updated}，无变化 {unchanged}，待核实 {needs_review}，退回 {rejected}"
    answer["text"] = "\n".join([counts.format(**preview.counts), *answer["skipped"], *answer["notes"]])
    return answer


def _field_keys(words: Sequence[str]) -> list[str]:
    """Return the field keys of labels or keys; InvalidValueError for a word that names no field."""
    known = {word: one.key for one in PERSON.fields for word in (one.key, one.label, *one.synonyms)}
    known |= {"电话": "phone", "phone": "phone"}
    strange = [word for word in words if word not in known]
    if strange:
        raise InvalidValueError("ours", f"没有“{strange[0]}”这一项", "请用字段名称，例如 长期居住地、电话")
    return [known[word] for word in words]


def list_reviews(options: argparse.Namespace) -> Answer:
    """List what waits to be verified."""
    with station_at(options.store) as station:
        items = reviews.review_items(station)
        rows = reviews.count_waiting(station)
    listed = [
        {
            "item": f"{one.review}:{one.number}", "name": one.name, "id_no": one.id_no, "file": one.file,
            "sheet": one.sheet, "row": one.row, "field": one.field, "written": one.written,
            "proposed": one.proposed, "reason": one.reason, "person": one.person,
        }
        for one in items
    ]  # fmt: skip
    lines = [
        f"{one['item']}  {one['name']}  {one['file']} 第 {one['row']} 行  {one['reason']}"
        + (f"，建议 {one['proposed']}" if one["proposed"] else "")
        for one in listed
    ]
    return {"items": listed, "rows": rows, "text": "\n".join([*lines, f"共 {rows} 行待核实"])}


def decide(options: argparse.Namespace) -> Answer:
    """Decide one item that waits, or all of its kind."""
    with station_at(options.store) as station:
        items = reviews.review_items(station)
        chosen = next((one for one in items if f"{one.review}:{one.number}" == options.item), None)
        if chosen is None:
            raise NotFoundError("没有这一项待核实", "请用 reviews 查看编号")
        alike = [one for one in items if one.topic == chosen.topic] if options.alike else [chosen]
        done = reviews.decide(station, decisions=[_decision(one, options) for one in alike])
    text = f"处理完 {done.settled} 行，还有 {done.waiting} 行等其余项目"
    return {
        "settled": done.settled, "waiting": done.waiting, "failed": list(done.failed),
        "text": "\n".join([text, *done.failed]),
    }  # fmt: skip


def _decision(item: ReviewItem, options: argparse.Namespace) -> Decision:
    verdict = ACCEPT if options.accept else LEAVE if options.leave else EDIT
    return Decision(item.review, item.number, verdict, options.edit or "")
