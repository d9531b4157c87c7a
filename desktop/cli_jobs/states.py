"""The command that changes a person's state."""

import argparse

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError
from desktop.domain.states import StateChange
from desktop.services import register, states


def add(job: JobAdder) -> None:
    """Add `state`."""
    one = job("state", change, "变更一个人的管理状态")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--to", required=True, metavar="STATE", help="例如 死亡、转出、失联")
    one.add_argument("--on", default="", metavar="DATE", help="发生日期，不写为今天")
    one.add_argument("--why", required=True)
    for name in ("--where-to", "--evidence", "--approver", "--death-source"):
        one.add_argument(name, default="")


def change(options: argparse.Namespace) -> Answer:
    """Change a person's state; the words are those of the code lists."""
    names = code_list("manage_state")
    to = names.code_of(options.to)
    if to is None:
        raise InvalidValueError("new_state", f"没有“{options.to}”这种状态", "、".join(names.labels.values()))
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        source = code_list("death_source").code_of(options.death_source) or options.death_source
        made = StateChange(
            to=to, done_on=options.on or station.today().isoformat(), why=options.why, done_by=station.user,
            where_to=options.where_to, evidence=options.evidence, approver=options.approver, death_source=source,
        )  # fmt: skip
        changes = states.change_state(station, person=person, change=made)
    return {"person": person, "state": to, "batch": changes.batch, "text": f"已变更为“{names.label_of(to)}”"}
