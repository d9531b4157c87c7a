"""No widget takes a text for markup: every page and every dialog, opened on people who are called like markup."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QHeaderView,
    QLabel,
    QMessageBox,  # noqa: TID251 - the walk looks into one
    QTabWidget,
    QTextEdit,
    QWidget,
)

from desktop import views
from desktop.services.station import Station
from desktop.views import asking
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.page import plain_tip
from tests.conftest import COMMUNITY, STREET, Maker
from tests.exchange_steps import trust
from tests.gui.dialogs import IMG, MAKERS, NOT_OPENED, World, fill, id_no, shown_widgets

Settle = Callable[[], None]
VIEWS = Path(__file__).resolve().parents[2] / "desktop" / "views"
_IN_FULL = "ItemTable"  # the numbers one person is asked to confirm (信息核对)
_LOOKED = 12  # rows of a list; all are made alike
_ESCAPED = re.compile(r"<qt>(?:[^<>]|<br>)*</qt>")


def texts_taken_as_markup(root: QWidget) -> Iterator[str]:
    """Yield every place below `root` where Qt would take a text for markup, whatever stands in it now."""
    for one in shown_widgets(root):
        kind = f"{type(root).__name__}/{type(one).__name__}"
        is_icon = one.objectName() == "qt_msgboxex_icon_label"
        if (
            isinstance(one, QLabel)
            and not is_icon
            and one.textFormat() != Qt.TextFormat.PlainText
            and one.pixmap().isNull()
        ):
            yield f"{kind} {one.text()[:30]!r}"
        if isinstance(one, QMessageBox) and one.textFormat() != Qt.TextFormat.PlainText:
            yield f"{kind} question"
        if isinstance(one, QTextEdit):  # a QTextBrowser is one too; a QPlainTextEdit is not
            yield f"{kind} rich text"
        for said in (one.toolTip(), one.whatsThis(), one.statusTip()):
            if _is_markup(said):
                yield f"{kind} tip {said[:40]!r}"
        if _is_list(one):
            yield from (f"{kind} tip {said[:40]!r}" for said in _cell_tips(one.model()) if _is_markup(said))


def _columns(model: QAbstractItemModel) -> int:
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())


def _is_markup(text: str) -> bool:
    return GuiQt.mightBeRichText(text) and _ESCAPED.fullmatch(text) is None


def _is_list(one: QWidget) -> TypeGuard[QAbstractItemView]:
    """Return True for a list or table on screen; its headers hang on the same model."""
    is_view = isinstance(one, QAbstractItemView) and not isinstance(one, QHeaderView)
    return is_view and one.isVisible() and one.model() is not None


def _cell_tips(model: QAbstractItemModel) -> Iterator[str]:
    for row in range(min(model.rowCount(), _LOOKED)):
        for column in range(_columns(model)):
            for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.WhatsThisRole, Qt.ItemDataRole.StatusTipRole):
                yield str(model.index(row, column).data(role) or "")


def accessible_texts(root: QWidget) -> list[str]:
    """Return what a screen reader would be told of a window and everything in it."""
    said: list[str] = []
    for one in shown_widgets(root):
        found = QAccessible.queryAccessibleInterface(one)
        if found is not None and one.isVisible():
            parts = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)
            said += [f"{type(one).__name__}: {found.text(part)}" for part in parts]
        if _is_list(one) and type(one.parent()).__name__ != _IN_FULL:
            said += [f"{type(one.parent()).__name__}: {text}" for text in _cells(one.model())]
    return said


def _cells(model: QAbstractItemModel) -> Iterator[str]:
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole)
    for row in range(min(model.rowCount(), _LOOKED)):
        for column in range(_columns(model)):
            yield from (str(model.index(row, column).data(role) or "") for role in roles)


def classes(base: type) -> set[type]:
    """Return every class of the window's modules that is a `base`."""
    found = set()
    for info in pkgutil.walk_packages(views.__path__, f"{views.__name__}."):
        if info.name.endswith("camera_dialog"):
            continue  # needs the sound libraries; its one text is a label of ours (checked by reading below)
        for _, one in inspect.getmembers(importlib.import_module(info.name), inspect.isclass):
            if issubclass(one, base) and one.__module__ == info.name:
                found.add(one)
    return found


def test_every_dialog_has_its_line_in_the_walk() -> None:
    wanted = {one for one in classes(QDialog) if one.__name__ not in NOT_OPENED}
    assert wanted - set(MAKERS) == set(), "write in tests/gui/dialogs.py how the new dialog is opened"


@pytest.fixture
def street(make_station: Maker) -> Station:
    return make_station(STREET, seed=2)


@pytest.fixture
def station(make_station: Maker, street: Station, tmp_path: Path) -> Station:
    """The window's station: a community that exchanges with its street, full of hostile texts."""
    community = make_station(COMMUNITY, seed=1)
    trust(community, street, tmp_path)
    return community


@pytest.fixture
def people(station: Station, street: Station, tmp_path: Path) -> list[str]:
    return fill(station, street, tmp_path)


def _walk_pages(window: MainWindow, settle: Settle, look: Callable[[QWidget], None]) -> None:
    """Show every page and every tab, and look at each."""
    for key in window.pages:
        window.show_page(key)
        settle()
        _walk_tabs(window, settle, look)
    look(window)


def _walk_tabs(root: QWidget, settle: Settle, look: Callable[[QWidget], None]) -> None:
    for one in (tabs for tabs in shown_widgets(root) if isinstance(tabs, QTabWidget) and tabs.isVisible()):
        for at in range(one.count()):
            one.setCurrentIndex(at)
            settle()
            look(root)


def test_hostile_names_stay_texts_on_every_page_and_in_every_dialog(
    people: list[str], window: MainWindow, settle: Settle, street: Station, tmp_path: Path
) -> None:
    wrong: set[str] = set()
    seen: set[type] = set()
    leaks: set[str] = set()
    secrets = [id_no(number) for number in range(len(people))]

    def look(root: QWidget) -> None:
        wrong.update(texts_taken_as_markup(root))
        seen.update(type(one) for one in shown_widgets(root))
        for told in accessible_texts(root):
            leaks.update(f"{type(root).__name__} {told[:60]!r}" for one in secrets if one in told)

    world = World(window, street, tmp_path, people)
    _walk_pages(window, settle, look)
    window.context.person_wanted.emit(people[0])
    settle()
    assert window.person_page.title.text() == IMG
    _walk_tabs(window, settle, look)
    window.context.messages.said.emit(IMG, True)
    look(window)
    window.search.setText("张")
    window.search.textEdited.emit("张")
    settle()
    look(window.search.results)
    for kind, make in MAKERS.items():
        dialog = make(world)
        assert type(dialog) is kind
        dialog.show()
        settle()
        look(dialog)
        _walk_tabs(dialog, settle, look)
        dialog.close()
        settle()
    for top in QApplication.topLevelWidgets():
        look(top)
    assert not wrong, sorted(wrong)
    assert not leaks, sorted(leaks)
    never = {one for one in classes(QWidget) if one not in seen and one.__name__ not in NOT_OPENED}
    assert {one.__name__ for one in never} == {"Page", "_Cover"}, sorted(one.__name__ for one in never)


def test_a_question_and_every_kind_of_small_asking_is_plain(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[str] = []
    wrong: list[str] = []

    def look(dialog: QDialog) -> int:
        met.append(type(dialog).__name__)
        wrong.extend(texts_taken_as_markup(dialog))
        return QDialog.DialogCode.Rejected

    monkeypatch.setattr(QDialog, "exec", look)
    monkeypatch.setattr(QMessageBox, "exec", look)
    assert not Messages().ask(window, IMG, yes=IMG, no=IMG)
    assert asking.ask_text(window, IMG, IMG, text=IMG) is None
    assert asking.ask_text(window, IMG, IMG, text=IMG, lines=True) is None
    assert asking.ask_item(window, IMG, IMG, [IMG]) is None
    assert asking.ask_number(window, IMG, IMG) is None
    assert met == ["QMessageBox", *["QInputDialog"] * 4]
    assert wrong == []


@pytest.mark.parametrize("text", [IMG, "a\nb", "&lt;b&gt;", "x<y", ""])
def test_a_tip_shows_what_it_was_given(text: str, qapp: QApplication) -> None:
    from PySide6.QtGui import QTextDocument

    shown = QTextDocument()
    shown.setHtml(plain_tip(text))
    assert shown.toPlainText() == text


def test_labels_forms_tips_and_questions_are_made_in_one_place() -> None:
    """What Qt makes of a text by itself is markup: only these few modules may use the widgets that do."""
    own: dict[str, set[str]] = {
        "QLabel": {"page.py"}, "QFormLayout": {"page.py"}, "QInputDialog": {"asking.py"}, "QMessageBox": {"messages.py"},
        "QTextBrowser": set(), "QTextEdit": set(), "QTextDocument": set(), "QStaticText": set(), "QErrorMessage": set(),
        "setHtml": set(), "insertHtml": set(), "RichText": set(), "AutoText": set(), "MarkdownText": set(),
        "setInformativeText": set(), "setDetailedText": set(), "setWhatsThis": set(), "setStatusTip": set(),
        "QToolTip": set(), "QWhatsThis": set(), "QSystemTrayIcon": set(), "QSplashScreen": set(), "QProgressDialog": set(),
    }  # fmt: skip
    made = []
    for path in sorted(VIEWS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = _used(node)
            if path.name not in own.get(name, {path.name}):
                made.append(f"{path.name} {name}")
            if name == "setToolTip" and isinstance(node, ast.Call) and "plain_tip" not in ast.dump(node):
                made.append(f"{path.name} setToolTip without plain_tip")
    assert made == [], "use desktop.views.page (label, PlainForm, plain_tip), asking, messages: they never take markup"


def _used(node: ast.AST) -> str:
    """Return the name a node calls or reads from something; '' for any other node."""
    found = node.func if isinstance(node, ast.Call) else node
    if isinstance(found, ast.Attribute):
        return found.attr
    return found.id if isinstance(found, ast.Name) and isinstance(node, ast.Call) else ""
