"""How many faults were tried, for the table at the end of a run: a test adds, the terminal summary prints.

Each process appends to one file of the run; `YINCE_FAULTS_TALLY` names it, set by the first (`tests/conftest.py`).
"""

import json
import os
from collections import defaultdict
from pathlib import Path

TALLY = "YINCE_FAULTS_TALLY"
LOSING = {"kill -9", "power cuts"}  # what could lose something that was acknowledged


def add(what: str, kind: str, *, times: int = 1, slowest: float = 0.0, note: str = "") -> None:
    """Count faults of a kind that were met as they must be; `slowest` is the longest start after one, in seconds."""
    path = os.environ.get(TALLY)
    if path:
        line = json.dumps({"what": what, "kind": kind, "times": times, "slowest": slowest, "note": note}) + "\n"
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line)


def table(path: Path) -> list[str]:
    """Return the lines of the table: what was tried how often, and by which kinds."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    times: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    slowest: dict[str, float] = defaultdict(float)
    notes: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        one = json.loads(line)
        times[one["what"]][one["kind"]] += one["times"]
        slowest[one["what"]] = max(slowest[one["what"]], one["slowest"])
        notes[one["what"]] |= {one["note"]} - {""}
    lines = []
    for what, kinds in sorted(times.items()):
        inside = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()) if count)
        ends = [f"slowest start after it {slowest[what]:.1f} s"] if slowest[what] else []
        ends += sorted(notes[what])
        held = "none lost" if what in LOSING else "all held"
        lines.append(f"{what}: {sum(kinds.values()):,}, {held} ({inside}{''.join('; ' + one for one in ends)})")
    return lines
