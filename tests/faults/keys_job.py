"""A random sequence of changes to users and keys, told by a seed, so that every moment of it can be recognised."""

import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from desktop.domain.durable import write_durably
from desktop.security import key_copies
from desktop.services import access, users
from tests.conftest import CHEAP
from tests.faults import jobs
from tests.faults.jobs import Ack, Job, new_store, open_at

STEPS = ("add", "remove", "renew", "rotate", "password", "code")


@dataclass(frozen=True, slots=True)
class State:
    """Who opens the store after so many changes and with what, who did before, and which recovery code is in force."""

    passwords: dict[str, str] = field(default_factory=lambda: {"王敏": "practice-2026"})
    past: tuple[tuple[str, str], ...] = ()  # users and passwords that open nothing any more
    code: int = 0
    step: str = ""
    whom: str = ""


@cache
def state_after(seed: int, changes: int) -> State:
    """Return the state after so many changes of the sequence of a seed."""
    if not changes:
        return State()
    before, chance = state_after(seed, changes - 1), random.Random(f"{seed}/{changes}")
    others = sorted(set(before.passwords) - {"王敏"})
    step = chance.choice([one for one in STEPS if others or one not in {"remove", "renew"}])
    passwords, past, code, whom = dict(before.passwords), before.past, before.code, ""
    if step == "add":
        whom = f"甲{changes}"
        passwords[whom] = f"secret-of-{changes}"
    elif step == "remove":
        whom = chance.choice(others)
        past += ((whom, passwords.pop(whom)),)
    elif step == "renew":
        whom = chance.choice(others)
        past += ((whom, passwords[whom]),)
        passwords[whom] = f"renewed-{changes}"
    elif step == "password":
        passwords["王敏"] = f"practice-{2026 + changes}"
    elif step == "code":
        code = changes
    return State(passwords, past, code, step, whom)


def keys(root: Path, start: int, ack: Ack) -> None:
    """Do the sequence from a change on; the key file is kept aside after each."""
    told = root / "in" / "seed"
    seed = int(told.read_text(encoding="ascii")) if told.exists() else 0
    station = open_at(root, state_after(seed, start).passwords["王敏"])
    for number in range(start, start + jobs.MANY):
        old, new = state_after(seed, number), state_after(seed, number + 1)
        if new.step == "add":
            users.add_user(station, name=new.whom, role="clerk", password=new.passwords[new.whom], cost=CHEAP)
        elif new.step == "remove":
            users.remove_user(station, name=new.whom)
        elif new.step == "renew":
            users.renew_user(station, name=new.whom, password=new.passwords[new.whom], cost=CHEAP)
        elif new.step == "rotate":
            users.rotate_key(station, why="试")
        elif new.step == "password":
            access.change_own_password(station, old=old.passwords["王敏"], new=new.passwords["王敏"])
        else:
            code = users.make_recovery_code(station)
            write_durably(root / "in" / f"code-{number + 1}", code.encode("ascii"))
            users.confirm_recovery_code(station, code=code, typed=code)
        ack(number + 1)
        write_durably(root / "in" / f"keys-{number + 1}", key_copies.sound_bytes(root / "store"))


KEYS = Job(frozenset(), keys, lambda _station, _root: 0, new_store, window=0.7)
