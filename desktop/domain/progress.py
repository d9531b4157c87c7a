"""How long jobs report and are cancelled, without knowing who listens."""

from collections.abc import Callable

# report(done, total, what): total 0 means unknown. It may raise Cancelled.
Report = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """Report to nobody."""
    del done, total, what
