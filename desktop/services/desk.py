"""The desk of a street: many packages at once, what to do with each, and merging all that are clean.

Each package is its own transaction: whatever happens to one, the others are as they were or in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.errors import Cancelled, KnownError
from desktop.domain.file_names import is_folder, shown_name
from desktop.domain.progress import Report, silent
from desktop.services import exchange, merges
from desktop.services.backups import back_up_before
from desktop.services.exchange import MergePreview, MergeResult
from desktop.services.station import Station

SUFFIX = ".ycp"
_DEEPEST = 4  # folders below the one dropped: a stick is looked through, a whole disk is not
_MOST_FILES = 2000


class DeskState(Enum):
    """What a file on the desk is."""

    READY = "可合并"
    NEXT = "排队"  # waits for another file of the same sender on this desk
    ALREADY = "已导入"
    GAP = "等待缺号"
    CONFLICTS = "有冲突"
    LOOK = "需核对"  # refused items, or more than a brake lets through
    EPOCH = "需核实"
    REFUSED = "被拒"
    MERGED = "已合并"


_ADVICE = {
    DeskState.READY: "可以直接合并",
    DeskState.CONFLICTS: "双击查看，合并后逐条裁定",
    DeskState.LOOK: "有不收的条目，双击查看后再合并",
    DeskState.EPOCH: "对方恢复过备份或换了电脑，请先打电话核实，再双击合并",
    DeskState.MERGED: "已写入登记库",
}
CLEAN = frozenset({DeskState.READY, DeskState.NEXT})


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One file on the desk: whose, which number, how large, what it is and what to do."""

    path: Path
    state: DeskState
    advice: str
    size: int = 0  # bytes
    org: str = ""
    sender: str = ""
    seq: int = 0
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskResult:
    """The desk after merging: every line as it is now, how many went in, and what changed."""

    lines: tuple[DeskLine, ...]
    merged: int
    stopped: bool = False  # the user cancelled: what is merged stays merged
    changes: Changes = field(default_factory=Changes)


def packages_in(paths: Iterable[Path]) -> list[Path]:
    """Return the package files among files and in folders, in order of name; a whole stick may be given."""
    found: dict[Path, None] = {}
    for path in paths:
        for one in _below(path, _DEEPEST) if is_folder(path) else [path]:
            if one.suffix.lower() == SUFFIX and len(found) < _MOST_FILES:
                found.setdefault(one)
    return sorted(found)


def _below(folder: Path, depth: int) -> Iterable[Path]:
    """Yield the files of a folder and its folders, hidden ones left out; what cannot be read is skipped."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for one in entries:
        if one.name.startswith(("$", ".")) or one.is_symlink():
            continue
        if one.is_dir():
            if depth:
                yield from _below(one, depth - 1)
        else:
            yield one


def lay_out(station: Station, *, paths: Sequence[Path], report: Report = silent) -> list[DeskLine]:
    """Return what each file is, those of one sender by number; writes nothing. May be Cancelled."""
    lines = []
    for number, path in enumerate(paths):
        report(number, len(paths), f"查看 {shown_name(path)}")
        lines.append(_look(station, path))
    return _queue(_once(lines))


def _look(station: Station, path: Path) -> DeskLine:
    size = _size(path)
    try:
        preview = exchange.preview_merge(station, path=path)
    except KnownError as error:
        return DeskLine(path, DeskState.REFUSED, str(error), size)
    return _line(station, preview, size=size)


def _line(station: Station, preview: MergePreview, *, size: int) -> DeskLine:
    state, advice = _state(station, preview)
    return DeskLine(
        preview.path, state, advice, size, preview.peer.org, preview.peer.name, preview.manifest.seq,
        dict(preview.plan.counts),
    )  # fmt: skip


def _state(station: Station, preview: MergePreview) -> tuple[DeskState, str]:
    if preview.already:
        return DeskState.ALREADY, preview.already
    if preview.held:
        return DeskState.GAP, preview.held
    if preview.is_new_epoch:
        return DeskState.EPOCH, _ADVICE[DeskState.EPOCH]
    brakes = merges.brakes_of(station, preview)
    if brakes is not None:
        return DeskState.LOOK, f"改动异常多（{brakes.text}），双击查看并核实"
    if merges.asks_a_person(station, preview):
        return DeskState.LOOK, "删除的人多，需要第二位主管同意，双击查看并核实"
    if preview.plan.counts.get("conflicts"):
        return DeskState.CONFLICTS, _ADVICE[DeskState.CONFLICTS]
    if preview.plan.counts.get("rejected"):
        return DeskState.LOOK, _ADVICE[DeskState.LOOK]
    return DeskState.READY, _ADVICE[DeskState.READY]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _once(lines: Sequence[DeskLine]) -> list[DeskLine]:
    """Mark the second copy of a package on the desk: it will be there once the first is in."""
    seen: dict[tuple[str, int], DeskLine] = {}
    found = []
    for one in lines:
        first = seen.setdefault((one.org, one.seq), one)
        if one.org and first is not one and one.state in CLEAN | {DeskState.GAP}:
            found.append(replace(one, state=DeskState.ALREADY, advice=f"与“{shown_name(first.path)}”是同一个包"))
        else:
            found.append(one)
    return found


def _queue(lines: Sequence[DeskLine]) -> list[DeskLine]:
    """Put those of one sender in order; a gap that another file here closes is only a queue."""
    ordered = sorted(lines, key=_place)
    done: list[DeskLine] = []
    for one in ordered:
        before = done[-1] if done else None
        follows = before is not None and before.org == one.org and before.seq == one.seq - 1
        if one.state is DeskState.GAP and follows and before is not None and before.state is not DeskState.GAP:
            done.append(replace(one, state=DeskState.NEXT, advice=f"排在第 {before.seq} 个之后"))
        else:
            done.append(one)
    return done


def _place(line: DeskLine) -> tuple[bool, str, int, bool, str]:
    """Order lines by sender and number, a copy behind what it is a copy of, what is nobody's last."""
    return (not line.org, line.sender, line.seq, line.state is DeskState.ALREADY, line.path.name)


def merge_clean(station: Station, *, lines: Sequence[DeskLine], report: Report = silent) -> DeskResult:
    """Merge all that need nobody's look, each in its own transaction, in the order of their numbers.

    One backup is made before the first. A package that fails or turns out to need a look stays as it
    is and the rest go on; cancelling keeps what is already merged.
    """
    if any(one.state in CLEAN for one in lines):
        back_up_before(station, what="合并")
    after: list[DeskLine] = []
    changes, merged = Changes(), 0
    todo = sum(one.state in CLEAN for one in lines)
    for place, one in enumerate(lines):
        if one.state not in CLEAN:
            after.append(one)
            continue
        try:
            report(merged, todo, f"合并 {one.sender} 第 {one.seq} 个")
            line, result = _merge_one(station, one)
        except Cancelled:
            return DeskResult((*after, *lines[place:]), merged, stopped=True, changes=changes)
        after.append(line)
        if result is not None:
            merged, changes = merged + 1, changes | result.changes
    return DeskResult(tuple(_queue(after)), merged, changes=changes)


def _merge_one(station: Station, line: DeskLine) -> tuple[DeskLine, MergeResult | None]:
    """Look at a package again, as the one before it may have changed what it is, and merge it if it is clean."""
    try:
        preview = exchange.preview_merge(station, path=line.path)
        now = _line(station, preview, size=line.size)
        if now.state is not DeskState.READY:
            return now, None
        result = exchange.apply_merge(station, preview=preview, is_backed_up=True)
    except KnownError as error:
        return replace(line, state=DeskState.REFUSED, advice=str(error)), None
    return replace(now, state=DeskState.MERGED, advice=_ADVICE[DeskState.MERGED]), result
