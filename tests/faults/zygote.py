"""A process that has the program loaded and forks a worker for every job, so that hundreds of kills cost little.

One JSON line in: {"job", "root", "acks", "start"}; one line out: the worker's process id. The worker
appends `n` to the file `acks` after the n-th deed returned, and goes on until it is killed or done.
"""

import json
import os
import signal
import sys
from pathlib import Path

from desktop.services import access
from tests.faults.jobs import JOBS
from tests.faults.jobs_vault import VAULT_JOBS
from tests.faults.keys_job import KEYS

JUDGED = {**JOBS, **VAULT_JOBS}  # each has its own judge
ALL = {**JUDGED, "keys": KEYS}


def work(order: dict[str, str | int]) -> None:
    """Do one job in this forked process until it is killed."""
    acks = os.open(str(order["acks"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def ack(number: int) -> None:
        os.write(acks, f"{number}\n".encode("ascii"))

    os.write(acks, b"begun\n")
    ALL[str(order["job"])].work(Path(str(order["root"])), int(order["start"]), ack)


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
