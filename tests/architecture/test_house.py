"""The house rules that no linter knows: sizes, names, and layers that load without Qt."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "desktop").rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "core", "manager", "managers"}
# Frozen data tables may be long; nothing else may.
LONG = {"person_fields.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.name in LONG or len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name


def test_names_say_something() -> None:
    assert not [path for path in SOURCES if path.stem in BANNED or path.parent.name in BANNED]


def test_everything_below_views_loads_without_qt() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in SOURCES
        if "views" not in path.parts and path.name not in {"app.py", "__main__.py", "__init__.py"}
    ]
    script = "import sys\nsys.modules['PySide6'] = None\nimport importlib\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
