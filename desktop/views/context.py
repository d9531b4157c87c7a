"""What every page is given: the station, the runner, the mouth, and news of changes."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.domain.changes import Changes
from desktop.domain.progress import Report
from desktop.services.station import Station
from desktop.views.messages import Messages
from desktop.views.runner import Runner

T = TypeVar("T")


class AppContext(QObject):
    """The open register as pages see it. `changed` carries `Changes`; `person_wanted` a person's id."""

    changed = Signal(object)
    person_wanted = Signal(str)
    people_wanted = Signal(str, list)  # a title and the ids of the people to list
    page_wanted = Signal(str)
    lock_wanted = Signal()
    switch_wanted = Signal()  # lock, and let somebody else open
    visit_wanted = Signal(str, str)  # person, name

    def __init__(self, station: Station, *, runner: Runner, messages: Messages) -> None:
        super().__init__()
        self.station = station
        self.runner = runner
        self.messages = messages

    def read(self, job: Callable[[Station], T], *, context: QObject, done: Callable[[T], None]) -> None:
        """Run a read off the GUI thread and hand its answer to `done`."""
        self.runner.run(lambda _report: job(self.station), context=context, done=done, failed=self.messages.show_error)

    def write(
        self,
        job: Callable[[Station, Report], T],
        *,
        context: QObject,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run a write off the GUI thread; `Changes` in its answer are told to every page."""

        def finished(answer: T) -> None:
            changes = answer if isinstance(answer, Changes) else getattr(answer, "changes", None)
            if done is not None:
                done(answer)
            if isinstance(changes, Changes):
                self.changed.emit(changes)

        self.runner.run(
            lambda report: job(self.station, report),
            context=context,
            done=finished,
            failed=failed or self.messages.show_error,
        )
