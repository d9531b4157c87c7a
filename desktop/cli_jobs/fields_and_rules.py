"""Commands about organisations, code lists and fields."""

import argparse

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import catalogue, codelists, orgs


def add(job: JobAdder) -> None:
    """Add the commands of this area."""
    one = job("orgs", list_orgs, "列出机构与人数，或载入西咸新区镇街")
    one.add_argument("--load-towns", action="store_true", help="载入随程序提供的西咸新区镇街")
    one = job("codes", list_codes, "列出代码表，或一张表的全部代码")
    one.add_argument("list", nargs="?", default="", metavar="LIST")
    job("fields", list_fields, "列出字段目录")


def list_orgs(options: argparse.Namespace) -> Answer:
    """List the organisation tree with counts of people."""
    with station_at(options.store) as station:
        added = orgs.load_towns(station)[0] if options.load_towns else 0
        picture = orgs.org_picture(station)
    listed = [
        {"code": one.unit.code, "name": one.unit.name, "level": one.unit.level, "parent": one.unit.parent,
         "people": one.people, "people_below": one.people_below, "open": one.is_open,
         "aliases": [alias.name for alias in one.unit.aliases]}
        for one in picture.lines
    ]  # fmt: skip
    lines = [f"{'  ' * one.depth}{one.unit.name}  {one.unit.code}  {one.people_below} 人" for one in picture.lines]
    text = [*([f"已载入 {added} 个机构"] if options.load_towns else []), *lines, f"未归机构 {picture.unplaced} 人"]
    return {"orgs": listed, "total": len(listed), "added": added, "unplaced": picture.unplaced, "text": "\n".join(text)}


def list_codes(options: argparse.Namespace) -> Answer:
    """List every code list, or the codes of one."""
    with station_at(options.store):  # the lists are those of this register
        if options.list:
            return _one_list(options.list)
        found = codelists.all_lists()
    listed = [
        {"list": one.key, "label": one.label, "codes": len(one.labels), "source": one.source, "as_of": one.as_of,
         "confirmed": one.confirmed}
        for one in found
    ]  # fmt: skip
    lines = [f"{one.key}  {one.label}  {len(one.labels)} 项{'' if one.confirmed else '  待确认'}" for one in found]
    return {"lists": listed, "total": len(listed), "text": "\n".join(lines)}


def _one_list(name: str) -> Answer:
    one = codelists.list_named(name)
    items = [
        {"code": item.code, "label": item.label, "also": list(item.also), "stopped": item.stopped, "added": item.added}
        for item in codelists.items_of(one.key)
    ]
    lines = [f"{item['code']}  {item['label']}{'  （已停用）' if item['stopped'] else ''}" for item in items]
    head = f"{one.label}　来源：{one.source}（{one.as_of}）{'' if one.confirmed else '　待确认'}"
    return {"list": one.key, "label": one.label, "source": one.source, "as_of": one.as_of,
            "confirmed": one.confirmed, "items": items, "text": "\n".join([head, *lines])}  # fmt: skip


def list_fields(options: argparse.Namespace) -> Answer:
    """List every field with what it is for and whether it is collected."""
    with station_at(options.store) as station:
        found = catalogue.field_catalogue(station)
    listed = [
        {"field": one.field.key, "label": one.field.label, "group": one.field.group, "kind": one.kind,
         "codes": one.field.codes, "privacy": one.privacy, "maintainer": one.maintainer, "purpose": one.purpose,
         "collected": one.collected}
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.field.group}  {one.field.label}  {one.kind}  {'采集' if one.collected else '不采集'}" for one in found
    ]
    return {"fields": listed, "total": len(listed), "text": "\n".join(lines)}
