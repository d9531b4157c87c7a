"""The one bridge between threads: jobs run one after the other, answers come back on the GUI thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.domain.errors import Cancelled
from desktop.domain.progress import Report

T = TypeVar("T")
Failed = Callable[[BaseException], None]
# Told of a failed job; returns True if it asks people for what was missing and does the job again.
Asks = Callable[[BaseException, Callable[[], None], Callable[[], None]], bool]


class Runner(QObject):
    """Runs jobs on one worker thread, so that the vault is only ever used by one of them.

    Made once by `app`. A callback whose `context` is gone is dropped.
    """

    busy_changed = Signal(bool)
    progressed = Signal(int, int, str)
    _answered = Signal(object)

    def __init__(self, *, on_bug: Failed) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault")
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._on_bug = on_bug
        self.asks: Asks | None = None
        self._cancel = Event()
        self._waiting = 0
        self._closed = False

    def run(
        self,
        job: Callable[[Report], T],
        *,
        context: QObject,
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run `job(report)` on the worker; then call `done` or `failed` here, on the GUI thread."""
        if self._closed:
            return
        self._waiting += 1
        self._begun(job, context=context, done=done, failed=failed)

    def _begun(
        self, job: Callable[[Report], T], *, context: QObject, done: Callable[[T], None] | None, failed: Failed | None
    ) -> None:
        if self._waiting == 1:
            self._cancel.clear()
            self.busy_changed.emit(True)
        future = self._pool.submit(job, self._report)

        def refused(error: BaseException) -> None:
            told = failed or self._on_bug
            again = lambda: self.run(job, context=context, done=done, failed=failed)  # noqa: E731
            if self.asks is None or not self.asks(error, again, lambda: told(error)):
                told(error)

        def answer(finished: "Future[T]") -> None:
            self._answered.emit(lambda: self._finish(finished, context, done, refused))

        future.add_done_callback(answer)

    def cancel(self) -> None:
        """Ask the running job to stop at its next report."""
        self._cancel.set()

    def close(self) -> None:
        """Refuse new jobs and wait for the running one."""
        self._closed = True
        self._pool.shutdown(wait=True)

    @property
    def is_idle(self) -> bool:
        """True when nothing runs or waits."""
        return self._waiting == 0

    def _report(self, done: int, total: int, what: str) -> None:
        if self._cancel.is_set():
            raise Cancelled
        self.progressed.emit(done, total, what)

    @Slot(object)
    def _deliver(self, answer: Callable[[], None]) -> None:
        answer()

    def _finish(
        self, finished: "Future[Any]", context: QObject, done: Callable[[Any], None] | None, failed: Failed
    ) -> None:
        self._waiting -= 1
        if self._waiting == 0:
            self.busy_changed.emit(False)
        if not shiboken6.isValid(context):
            return
        error = finished.exception()
        if error is None:
            if done is not None:
                done(finished.result())
        elif not isinstance(error, Cancelled):
            failed(error)
