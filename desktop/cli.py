"""The unattended front end: one job without a window, for scripts and for street IT.

Exit 0 done, 1 a known error (one Chinese sentence on standard error), 2 wrong usage.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from desktop.cli_jobs.opening import USER, Answer, Job, take_terms
from desktop.domain.errors import Cancelled, KnownError, as_known
from desktop.services.access import end_with_the_job

AREAS: Mapping[str, tuple[str, ...]] = {
    "registers": ("demo", "init", "find", "show", "backup", "restore", "rescue-keys", "check"),
    "exchanging": ("key-card", "pack", "merge", "conflicts", "resolve"),
    "cards": ("cards", "verify-card", "card-mark", "card-book", "card-coverage", "cards-due"),
    "duplicates": ("duplicates", "join", "unjoin", "health"),
    "fields_and_rules": ("orgs", "codes", "fields"),
    "forms": ("fill",),
    "lists": ("list",),
    "numbers": ("numbers", "freeze", "compare"),
    "papers": ("export", "access-sheet"),
    "past": ("history", "as-on", "ledger", "undo", "bulk-edit"),
    "rosters": ("import", "reviews", "review"),
    "states": ("state",),
    "audit": ("audit", "unusual", "exports", "erase"),
    "privacy": ("notice", "consent", "request", "requests", "answer", "retention", "archive", "bases", "levels"),
    "users": ("users", "rotate"),
    "verification": ("verify", "check-form", "progress"),
    "sending": ("pack-media", "withhold"),
    "streams": ("streams", "new-epoch"),
    "trust": ("enroll", "directory", "revoke", "rotate-key"),
    "desk": (
        "desk",
        "board",
        "returns",
        "aside",
        "resolve-alike",
        "person-out",
        "person-in",
        "soft",
        "transfer",
        "proposals",
    ),
}


def main(arguments: list[str]) -> int:
    """Do what the arguments say and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    os.umask(0o077)
    end_with_the_job()
    parser = _parser(arguments[0] if arguments else "")
    options = parser.parse_args(arguments)
    if getattr(options, "as_user", ""):
        os.environ[USER] = options.as_user
    take_terms(options)
    try:
        answer = options.job(options)
    except KnownError as error:
        print(str(error), file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):
        print("已取消，没有改动。", file=sys.stderr)
        return 1
    except Exception as error:
        known = as_known(error)
        if known is None:
            raise
        print(str(known), file=sys.stderr)
        return 1
    return _say_all(answer, as_json=getattr(options, "json", False))


def _say_all(answer: Answer, *, as_json: bool) -> int:
    """Print an answer and return the exit code: 1 without a word if nobody reads it to its end (`| head`)."""
    try:
        _say(answer, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more as it ends, and would say the same on standard error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _say(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: one JSON object, or its Chinese text."""
    text = answer.pop("text", "")
    if as_json or not text:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(text)


def _parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, or of all of them."""
    parser = argparse.ArgumentParser(prog="yince", description="银册：国有企业退休人员社会化管理登记")
    jobs = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def job(name: str, run: Job, text: str, *, store: bool = True, as_json: bool = True) -> argparse.ArgumentParser:
        one = jobs.add_parser(name, help=text, description=text)
        if store:
            one.add_argument("store", type=Path, metavar="STORE", help="登记库文件夹")
        if store and name != "init":
            one.add_argument("--user", dest="as_user", default="", help=f"使用人姓名，也可用 {USER}")
        if as_json:
            one.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
        one.set_defaults(job=run)
        return one

    for area in _areas(command):
        import_module(f"desktop.cli_jobs.{area}").add(job)
    return parser


def _areas(command: str) -> Sequence[str]:
    """Return the module that knows a command, every one if none does: a job loads only the libraries it needs."""
    return [area for area, commands in AREAS.items() if command in commands] or list(AREAS)
