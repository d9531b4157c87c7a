"""The scanner's burst is told from typing by its pauses: real key events, the recogniser's own pauses, a clock by hand.

The recogniser's timer is Qt's; here it is set off by hand when the injected time passes it, so that a busy machine
cannot stretch a burst into typing or shrink typing into a burst.
"""

import random

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.scanner import Scanner

TOKEN = "EC1:2KCFUQZ7"
SCANNER_MS, SLOW_SCANNER_MS, QUICK_TYPIST_MS = 3, 40, 60


class Hand:
    """Presses keys at given times; lets the scanner's pauses end exactly when they are over."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parent = QObject()
        self.scanner = Scanner(self.parent)
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        self.field.show()
        self.field.activateWindow()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)
        self.codes: list[str] = []
        self.scanner.scanned.connect(self.codes.append)
        self.now = 0.0
        self.due: float | None = None
        timer = self.scanner._pause
        monkeypatch.setattr(timer, "start", self._start)
        monkeypatch.setattr(timer, "stop", self._stop)

    def _start(self, milliseconds: int) -> None:
        self.due = self.now + milliseconds

    def _stop(self) -> None:
        self.due = None

    def wait(self, milliseconds: float) -> None:
        """Let time pass."""
        self.now += milliseconds
        if self.due is not None and self.now >= self.due:
            self.due = None
            self.scanner._on_pause()

    def press(self, text: str, key: Qt.Key | None = None) -> None:
        """Press one key: the scanner sees it first, as it does in a window."""
        modifier = Qt.KeyboardModifier.ShiftModifier if text == ":" else Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, key or Qt.Key(ord(text.upper())), modifier, text)
        if not self.scanner.eventFilter(self.field, event):
            self.field.event(event)

    def type(self, text: str, *, gap: float) -> None:
        """Press the keys of a text with a pause before each."""
        for one in text:
            self.wait(gap)
            self.press(one)


@pytest.fixture
def hand(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(qtbot, monkeypatch)


@pytest.mark.parametrize("gap", [SCANNER_MS, SLOW_SCANNER_MS])
@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_burst_that_ends_with_a_key_is_a_code(hand: Hand, gap: float, end: Qt.Key) -> None:
    hand.type(TOKEN, gap=gap)
    hand.wait(gap)
    hand.press("\r", end)
    assert hand.codes == [TOKEN] and hand.field.text() == ""
    hand.wait(1000)
    assert hand.codes == [TOKEN]


def test_a_burst_without_a_last_key_ends_with_silence(hand: Hand) -> None:
    hand.type(TOKEN.lower(), gap=SCANNER_MS)
    hand.wait(149)
    assert hand.codes == []
    hand.wait(2)
    assert [one.upper() for one in hand.codes] == [TOKEN] and hand.field.text() == ""


def test_a_person_typing_the_beginning_of_a_code_is_not_a_scanner(hand: Hand) -> None:
    hand.type(TOKEN, gap=QUICK_TYPIST_MS)
    hand.wait(1000)
    assert hand.codes == [] and hand.field.text() == TOKEN


def test_one_slow_key_among_the_first_four_is_a_persons(hand: Hand) -> None:
    for place in range(1, 4):
        hand.field.clear()
        hand.type("EC1:"[:place], gap=SCANNER_MS)
        hand.wait(QUICK_TYPIST_MS)
        hand.type("EC1:"[place:], gap=SCANNER_MS)
        hand.wait(1000)
        assert hand.field.text() == "EC1:" and hand.codes == [], place


def test_what_begins_like_a_code_and_is_none_reaches_its_field_in_order(hand: Hand) -> None:
    for text in ("EC2", "EEC", "E", "EC1A", "EC", "CE1:"):
        hand.field.clear()
        hand.type(text, gap=SCANNER_MS)
        hand.wait(1000)
        assert hand.field.text() == text and hand.codes == []


def test_a_pause_inside_a_code_is_borne(hand: Hand) -> None:
    """A wireless scanner may stop for a tenth of a second once it has begun."""
    hand.type(TOKEN[:6], gap=SCANNER_MS)
    hand.wait(100)
    hand.type(TOKEN[6:], gap=SCANNER_MS)
    hand.press("\r", Qt.Key.Key_Return)
    assert hand.codes == [TOKEN]


def test_two_codes_one_after_the_other_and_typing_between(hand: Hand) -> None:
    for number in range(3):
        hand.type(TOKEN, gap=SCANNER_MS)
        hand.press("\r", Qt.Key.Key_Return)
        hand.type("ab", gap=QUICK_TYPIST_MS)
        assert len(hand.codes) == number + 1
    assert hand.codes == [TOKEN] * 3 and hand.field.text() == "ababab"


def test_uneven_bursts_and_uneven_typing_are_told_apart(hand: Hand) -> None:
    chance = random.Random(3)
    for _ in range(60):
        hand.codes.clear()
        hand.field.clear()
        is_scan = chance.random() < 0.5
        for one in TOKEN:
            hand.wait(chance.uniform(0.5, 44) if is_scan else chance.uniform(QUICK_TYPIST_MS, 400))
            hand.press(one)
        hand.wait(1000)
        assert (hand.codes == [TOKEN]) is is_scan
        assert (hand.field.text() == TOKEN) is not is_scan
