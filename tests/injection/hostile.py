"""Hostile texts, made here: what breaks SQL, FTS, PDF, spreadsheets, Qt rich text, QR readers, paths and terminals."""

import itertools
import random

_SQL = (
    "'",
    '"',
    "';--",
    "' OR '1'='1",
    "1; DROP TABLE person",
    "%",
    "_",
    "\\",
    "')",
    "UNION SELECT",
    "x'41'",
    "/*",
    "--",
)
_FTS = ("AND", "OR", "NOT", "NEAR(a b)", "a*", "^a", "col:a", "(", ")", '"', '""', "a AND", "-a", "{a b}", "NEAR")
_FORMULA = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\")",
            "=1+1", "@SUM(1)", "+1+1", "-2+3", "=DDE(\"a\";\"b\")", "|", ";=1")  # fmt: skip
_MARKUP = ("<b>", "<img src=x onerror=1>", "<img src='file:///etc/passwd'>", "<a href='http://x'>y</a>", "&lt;", "&amp;",
           "<script>alert(1)</script>", "<onDraw name=x/>", "<para>", "</para>", "<font color=red>", "<!--", "]]>",
           "<img src='\\\\server\\share\\x.png'>", "<br/>", "<seq id=1/>", "<svg onload=1>")  # fmt: skip
_PDF = ("(", ")", "\\)", "<<", ">>", "endobj", "%PDF-1.7", "/JS", "/Launch", "/URI (http://x)", "stream", "%%EOF")
_QR = ("http://evil.example/", "BEGIN:VCARD\nFN:x\nEND:VCARD", "WIFI:S:x;;", "tel:110", "javascript:1", "MECARD:N:x;;")
_PATH = (
    "../../etc/passwd",
    "..\\..\\x",
    "/dev/null",
    "C:\\x",
    "CON",
    "NUL",
    "a/b",
    "~root",
    "$HOME",
    "`id`",
    "$(id)",
    "|sh",
)
_ODD = (
    "\u202eabc", "\u200b", "\ufeff", "\u0000", "\u001b[31m", "\u0007", "\x7f", "é" * 3, "e\u0301", "𠮷", "🧓🏽", "\u202e", "ß", "İ",
    "ﷺ", "\u2028", "\u2029", "NULL", "None", "undefined", "NaN", "1e309", "0x0", "-0", "9" * 40,
    "true", "{{7*7}}", "${7*7}",
    "%s%n%x", "%(x)s", "{0.__class__}", "\\x00", "\\u0000",
)  # fmt: skip


def hostile_texts(count: int = 520) -> list[str]:
    """Return at least `count` different hostile texts, the same each time."""
    seeds = [*_SQL, *_FTS, *_FORMULA, *_MARKUP, *_PDF, *_QR, *_PATH, *_ODD]
    chance = random.Random(20261125)
    made = dict.fromkeys(seeds)
    for first, second in itertools.product(seeds, seeds):
        if len(made) >= count:
            break
        if chance.random() < 0.08:
            made[f"{first}{second}"] = None
    return list(made)[: max(count, len(seeds))]


def storable(text: str) -> str:
    """Return what of a text a form field can hold: one line without control characters."""
    return "".join(c for c in text if c.isprintable()).strip()[:40]
