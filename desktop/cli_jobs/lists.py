"""The command that shows the lists one click away."""

import argparse

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import lists, register


def add(job: JobAdder) -> None:
    """Add `list`."""
    job("list", show, "名单：不写名称列出全部名单和人数").add_argument("name", nargs="?", default="", metavar="NAME")


def show(options: argparse.Namespace) -> Answer:
    """Say which lists there are, or who is on one."""
    with station_at(options.store) as station:
        if not options.name:
            found = lists.counted_lists(station)
            rows = [{"group": one.group, "name": one.name, "rule": one.expression, "people": n} for one, n in found]
            text = "\n".join(f"{one.group}　{one.name}　{n} 人　（{one.expression}）" for one, n in found)
            return {"lists": rows, "text": text}
        one = lists.list_named(station, name=options.name)
        wanted = register.parse_filter(one.expression, station=station)
        people = register.people_rows(station, ids=register.people_ids(station, wanted=wanted))
    shown = [{"person_no": row.text("person_no"), "name": row.text("name")} for row in people]
    said = f"{one.name}（{one.expression}）：{len(people)} 人"
    lines = [said, *(f"{row['person_no']}　{row['name']}" for row in shown)]
    return {"name": one.name, "rule": one.expression, "people": shown, "text": "\n".join(lines)}
