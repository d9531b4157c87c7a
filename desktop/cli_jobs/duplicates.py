"""The commands of duplicates and data health."""

import argparse

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import duplicates, health, register
from desktop.services.duplicates import SAME, Verdict


def add(job: JobAdder) -> None:
    """Add the commands."""
    job("duplicates", find, "列出可能重复的登记")
    one = job("join", join, "把两份登记并为一份")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("other", metavar="OTHER")
    one.add_argument("--main", required=True, metavar="PERSON", help="保留哪一份")
    one.add_argument("--why", required=True, metavar="TEXT")
    one = job("unjoin", unjoin, "收回并入")
    one.add_argument("person", metavar="PERSON")
    job("health", check_health, "数据体检")


def find(options: argparse.Namespace) -> Answer:
    """List the pairs that may be one person."""
    with station_at(options.store) as station:
        found = duplicates.find_duplicates(station)
    pairs = [
        {
            "first": one.first.id, "second": one.second.id, "names": [one.first.text("name"), one.second.text("name")],
            "person_nos": [one.first.text("person_no"), one.second.text("person_no")],
            "likely": one.likeness.words, "reasons": list(one.likeness.reasons),
        }
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.likeness.words}  {one.first.text('person_no')} {one.first.text('name')}  "
        f"{one.second.text('person_no')} {one.second.text('name')}  {'、'.join(one.likeness.reasons)}"
        for one in found
    ]
    return {"pairs": pairs, "total": len(pairs), "text": "\n".join([*lines, f"共 {len(pairs)} 对"])}


def join(options: argparse.Namespace) -> Answer:
    """Join two records of one person."""
    with station_at(options.store) as station:
        first, second, main = (
            register.person_by_any(station, text=text) for text in (options.person, options.other, options.main)
        )
        verdict = Verdict(SAME, main=main, why=options.why)
        changes = duplicates.decide_pair(station, first=first, second=second, verdict=verdict)
    return {"main": main, "batch": changes.batch, "text": "已并为一份，可用 unjoin 收回"}


def unjoin(options: argparse.Namespace) -> Answer:
    """Take a join back."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        duplicates.unjoin_person(station, person=person)
    return {"person": person, "text": "已收回，两份登记各自单列"}


def check_health(options: argparse.Namespace) -> Answer:
    """Say how healthy the data of each community is."""
    with station_at(options.store) as station:
        report = health.health_report(station)
    communities = [
        {
            "org": one.org, "name": one.name, "people": one.people, "score": one.score,
            "problems": {found.rule.key: len(found.people) or found.count for found in one.problems},
            "next": [found.rule.label for found in one.next_best],
        }
        for one in report
    ]  # fmt: skip
    lines = [
        f"{one.name}  {one.people} 人  {one.score} 分  "
        + "、".join(f"{found.rule.label} {found.count} 人" for found in one.next_best)
        for one in report
    ]
    return {"communities": communities, "text": "\n".join(lines) or "登记库里还没有人"}
