"""The look: one style sheet, two palettes, two text sizes, the bundled font."""

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from desktop.domain.resources import resource_path

BASE_PX, LARGE_PX = 14, 18
LIGHT = {
    "page": "#FAF8F4", "panel": "#FFFFFF", "ink": "#1F2B2D", "quiet": "#5B6B6E", "line": "#D9D5CC",
    "primary": "#0F6B6B", "primary_ink": "#FFFFFF", "soft": "#E3F0EF", "bad": "#B3261E", "bad_soft": "#FBE9E7",
    "good_soft": "#E4F1E4", "focus": "#C77700", "nav": "#173F42", "nav_ink": "#E7F0EF", "nav_on": "#0F6B6B",
}  # fmt: skip
CONTRAST = {
    "page": "#FFFFFF", "panel": "#FFFFFF", "ink": "#000000", "quiet": "#1A1A1A", "line": "#000000",
    "primary": "#00308F", "primary_ink": "#FFFFFF", "soft": "#DCE6FF", "bad": "#A00000", "bad_soft": "#FFE3E3",
    "good_soft": "#DFF5DF", "focus": "#B35900", "nav": "#000000", "nav_ink": "#FFFFFF", "nav_on": "#00308F",
}  # fmt: skip


def style_sheet(*, contrast: bool = False, large: bool = False) -> str:
    """Return the style sheet with a palette and a text size filled in."""
    size = LARGE_PX if large else BASE_PX
    sizes = {
        "text": size,
        "small": size - 1,
        "title": size + 8,
        "row": size + 24,
        "control": size + 22,
        "control_in": size + 8,
    }
    text = resource_path("style", "yince.qss").read_text(encoding="utf-8")
    text = text.replace("{icons}", resource_path("style").as_posix())
    for key, value in {**(CONTRAST if contrast else LIGHT), **sizes}.items():
        text = text.replace("{" + key + "}", str(value))
    return text


def dress(app: QApplication, *, contrast: bool = False, large: bool = False) -> None:
    """Give the application its font and style."""
    for path in sorted(resource_path("fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    wanted = ("Noto Sans SC", "Microsoft YaHei", "Noto Sans CJK SC")
    families = [str(name) for name in wanted if name in QFontDatabase.families()]
    font = QFont(families or [app.font().family()])
    font.setPixelSize(LARGE_PX if large else BASE_PX)
    app.setFont(font)
    app.setStyleSheet(style_sheet(contrast=contrast, large=large))
