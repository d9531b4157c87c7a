"""The draft of a person that a row makes, with everything that is doubtful said."""

import re
from dataclasses import dataclass, field

from desktop.domain.fields import Value

ASK, REJECT, FIX = "ask", "reject", "fix"
DEATH = re.compile(r"(已故|去世|死亡|病故|亡故|逝世)")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with one cell: `outcome` is fix, ask or reject; Chinese for people."""

    column: int  # 0-based place in the row
    field: str
    outcome: str
    reason: str
    suggestion: str = ""
    choices: tuple[str, ...] = ()  # what it may be, the likeliest first


@dataclass(slots=True)
class RowDraft:
    """What a row says, as the register would hold it."""

    row: int  # 1-based row in the sheet
    cells: list[str]
    values: dict[str, Value] = field(default_factory=dict)
    phones: list[dict[str, Value]] = field(default_factory=list)
    contact: dict[str, Value] = field(default_factory=dict)
    tags: list[dict[str, Value]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    proposal: str = ""
    unsure_birth: int | None = None  # the column of a birth such as the number 1953.1: January or October

    @property
    def outcome(self) -> str:
        """`reject`, `ask` or '' for a row that may go in."""
        found = {problem.outcome for problem in self.problems}
        return REJECT if REJECT in found else ASK if ASK in found else ""

    def say(self, column: int, key: str, outcome: str, reason: str, suggestion: str = "") -> None:
        """Note a problem."""
        self.problems.append(CellProblem(column, key, outcome, reason, suggestion))
