"""No widget takes a text for markup: every label of every page and of the dialogs is plain, whatever people are called."""

import ast
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser, QTextEdit, QWidget

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow

NAME = "<b>张</b><img src=x>"
VIEWS = Path(__file__).resolve().parents[2] / "desktop" / "views"


def rich(root: QWidget) -> list[str]:
    """Return the labels and text boxes that would take markup."""
    labels: list[QLabel] = root.findChildren(QLabel)
    boxes: list[QTextEdit] = root.findChildren(QTextEdit)
    wrong = [f"{type(one).__name__} {one.text()[:20]!r}" for one in labels
             if one.textFormat() != Qt.TextFormat.PlainText and "<" in one.text()]  # fmt: skip
    wrong += [type(one).__name__ for one in boxes if one.acceptRichText() and not isinstance(one, QTextBrowser)]
    return wrong


def test_hostile_names_stay_texts_on_every_page(window: MainWindow, settle: Callable[[], None]) -> None:
    person = register.register_person(
        window.context.station, draft=PersonDraft({"name": NAME, "live_addr": "<a href='x'>路</a>1号"})
    ).person
    for key in window.pages:
        window.show_page(key)
        settle()
    window.context.person_wanted.emit(person)
    settle()
    assert window.person_page.title.text() == NAME
    for dialog in (window.person_page.change_state(), window.person_page.show_past()):
        del dialog
        settle()
    window.context.visit_wanted.emit(person, NAME)
    window.context.messages.said.emit(NAME, True)
    for top in QApplication.topLevelWidgets():
        assert rich(top) == []
    for top in QApplication.topLevelWidgets():
        if top is not window and top.isVisible():
            top.close()


def test_labels_are_made_in_one_place_and_tooltips_are_not_used() -> None:
    made = []
    for path in sorted(VIEWS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QLabel":
                text = path.read_text(encoding="utf-8")
                if path.name != "page.py" and "PlainText" not in text and "setPixmap" not in text:
                    made.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr in {"setHtml", "insertHtml", "RichText", "AutoText"}:
                made.append(f"{path.name}:{node.lineno} {node.attr}")
    assert made == [], "use desktop.views.page.label: it never takes text as markup"
