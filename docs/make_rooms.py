"""Write docs/rooms.md: every module of the program with the sentence it opens with, package by package.

`python docs/make_rooms.py` writes it; `tests/architecture/test_rooms.py` says when it is out of date.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "rooms.md"
_HEAD = """# Every room

Each module with the sentence it opens with. `docs/architecture.md` says how the packages hang together and which
rooms one kind of work uses. Written by `python docs/make_rooms.py`.
"""


def rooms_page() -> str:
    """Return the page as it should be."""
    packages = sorted({path.parent for path in (ROOT / "desktop").rglob("*.py")})
    return "\n".join([_HEAD, *(_section(package) for package in packages)])


def _section(package: Path) -> str:
    """Return the heading of a package, what it is for, and its modules as a list."""
    about = _sentence(package / "__init__.py")
    modules = [path for path in sorted(package.glob("*.py")) if path.name != "__init__.py"]
    lines = [f"- `{path.name}`: {_sentence(path)}" for path in modules]
    return "\n".join([f"## `{package.relative_to(ROOT)}`", "", about, "", *lines, ""])


def _sentence(path: Path) -> str:
    """Return the first paragraph of a module's docstring on one line, '' if it has none."""
    if not path.exists():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


if __name__ == "__main__":
    PAGE.write_text(rooms_page(), encoding="utf-8")
