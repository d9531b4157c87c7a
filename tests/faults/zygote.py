"""A process that has the program loaded and forks a worker for every job, so that hundreds of kills cost little.

One JSON line in: {"job", "store", "acks", "start"}; one line out: the worker's process id. The worker
appends `n` to the file `acks` after the n-th commit returned, and goes on until it is killed or done.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.domain.id_numbers import check_digit
from desktop.domain.ids import RandomIds
from desktop.services import access, backup_watch, register, rosters
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import PASSWORD

Ack = Callable[[int], None]
MANY = 400


def add(station: Station, start: int, ack: Ack) -> None:
    """Register one person after the other."""
    for number in range(start, start + MANY):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        ack(number + 1)


def edit(station: Station, start: int, ack: Ack) -> None:
    """Register people and change each at once: two units an ack."""
    for number in range(start, start + MANY):
        made = register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        register.amend_person(station, person=made.person, values={"remark": str(number)}, why="试")
        ack(number + 1)


def roster(station: Station, start: int, ack: Ack) -> None:
    """Import rosters of thirty people: one unit an ack, with its automatic backup."""
    for number in range(start, start + MANY):
        folder = station.vault.folder.parent / "rosters"
        folder.mkdir(exist_ok=True)
        path = folder / f"{number}.csv"
        lines = ["姓名,身份证号", *(f"{_name(number, row)},{_id_no(number * 30 + row)}" for row in range(30))]
        path.write_text("\n".join(lines), encoding="utf-8")
        rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))
        ack(number + 1)


def _name(number: int, row: int) -> str:
    return "赵钱孙李周"[row % 5] + "金木水火土甲"[row // 5] + chr(0x5000 + number)


def _id_no(number: int) -> str:
    day = date(1930, 1, 1) + timedelta(days=number)  # a day each: same name and birth would ask
    front = f"610100{day:%Y%m%d}001"
    return front + check_digit(front)


def backup(station: Station, start: int, ack: Ack) -> None:
    """Register somebody and back up, again and again."""
    for number in range(start, start + MANY):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        ack(number + 1)
        backup_watch.automatic_backup(station, before="试")


JOBS: dict[str, Callable[[Station, int, Ack], None]] = {"add": add, "edit": edit, "roster": roster, "backup": backup}


def work(order: dict[str, str | int]) -> None:
    """Do one job in this forked process until it is killed."""
    acks = os.open(str(order["acks"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def ack(number: int) -> None:
        os.write(acks, f"{number}\n".encode("ascii"))

    station = access.open_store(Path(str(order["store"])), password=PASSWORD, clock=SystemClock(), ids=RandomIds())
    os.write(acks, b"open\n")
    JOBS[str(order["job"])](station, int(order["start"]), ack)
    station.close()


def main() -> None:
    """Fork a worker for every line on standard input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    access.end_with_the_job()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                work(order)
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
