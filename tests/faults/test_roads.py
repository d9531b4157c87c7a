"""Every writing action and every place that writes a file is walked by a job that is killed, or says why not.

A new action or a new function that writes files fails here until it is put beside the job whose road it takes, or
gets a job of its own in `jobs.py` or `jobs_vault.py`.
"""

import ast
from pathlib import Path

from desktop.domain.dictionary import PERSON_RECORDS
from desktop.domain.permissions import PERMITS
from tests.faults.zygote import ALL

DESKTOP = Path(__file__).resolve().parents[2] / "desktop"

READS = {
    "check", *(action for action in PERMITS if action.startswith("read.")),
    # asked for before something is shown or printed; what they write is a note, `access.note` or `export.note`
    "reveal", "export.plain", "print.people", "print.many",
}  # fmt: skip
# One `vault.unit` over records, and nothing beside it: the transaction of `edit` (one record), `bulk` (many).
ONE_UNIT = {
    "person.state", "person.remove", "people.edit", "people.receive", "photo.remove", "visit.add", "visit.edit",
    "undo.one", "verify.person", "verify.unreached", "verify.decide", "card.revoke", "card.receive", "card.lose",
    "card.return", "card_design.edit", "pair.decide", "review.accept", "review.dismiss", "list.save", "list.drop",
    "conflict.resolve", "conflicts.resolve", "numbers.freeze", "org.edit", "org.rename", "org.close", "org.load",
    "org.split", "org.merge", "org_alias.edit", "org_alias.remove", "code.edit", "code.stop", "code.resume",
    "code.order", "code_list.confirm", "age_band.edit", "age_band.remove", "field.switch", "staff.add", "staff.edit",
    "staff.remove", "practice.fill", "access.note", "form.map", "form.forget", "package.alarm", "package.hold",
    "directory.read", "key.revoke", "peer.enroll", "profile.edit", "transfer.offer", "transfer.route",
    "transfer.accept", "transfer.reject", "transfer.cancel", "transfer.confirm", "transfer.close", "person.arrive",
    "quarantine.take", "quarantine.drop", "user.key", "sight.edit", "watch.edit", "user.scope", "proposal.accept", "proposal.reject", "rhythm.set", "recovery.drill",
    "export.note", "basis.edit", "rights.close", "erasure.add", "erasure.edit", "erasure.remove", "archive_lock.add",
    "archive_lock.edit", "archive_lock.remove", "rights_request.remove",
}  # fmt: skip
SAME_ROAD = {
    "card.reissue": ("card", "cards.prepare and record_print with renew"),
    "epoch.new": ("epoch", "Vault.begin_epoch with another reason"),
    "recovery.untrust": ("users", "goes with a change of the data key, as user.remove"),
    "user.renew": ("users", "comes with a change of the data key, as user.remove goes with it"),
    "recovery.street": ("users", "a slot written inside the unit that notes it, as recovery.make"),
    "directory.publish": ("pack", "kept in the vault first, then peers.write_safely"),
    "person.leave": ("pack", "peers.write_safely with `noted`"),
}
CHILDREN = {f"{kind.key}.{verb}" for kind in PERSON_RECORDS for verb in ("add", "edit", "remove")}
NO_ACTION = {"migration"}  # asks nobody: it happens when an older store is opened

# Functions that write, name or remove files, and what walks them.
FILES = {
    "services.practice._clear": "invented people; test_practice.py",
    "app.report_bug": "a report without personal data; its loss loses nothing",
    "config.lockout._write": "renamed whole; a lost count is as a deleted one (threat-model.md, 2)",
    "config.paths.write_state": "where windows were; a damaged one is as none",
    "config.station_notes.keep_notes": "stick",
    "domain.durable.write_durably": "rotate",
    "domain.durable.write_synced": "pack", "domain.durable.replace_together": "pack", "store.backup._unpack": "restore",
    "services.peers.read_file": "reads only", "security.key_copies.read_and_mend": "users",
    "services.key_rescue._opened_by": "test_unfinished.py: the folder it may leave", "services.backup_watch._copy_off": "stick",
    "services.backup_watch.drill_restore": "test_unfinished.py: the folder it may leave",
    "services.backups.restore_backup": "restore", "services.backups.save_diagnosis": "a file of the user's, whole",
    "services.erasure.erase_person": "erase", "services.merges._write": "merge", "services.users._rotate": "rotate",
    "services.packing.pack_for": "pack", "services.packing._sweep_unsent": "pack", "services.peers.write_safely": "pack",
    "store.backup.write_backup": "backup", "store.backup._copy_store": "backup", "store.backup._assemble": "backup",
    "store.opening._keep_copy": "migrate", "store.places.take": "add",
    "store.rotation.rotate": "backup", "store.rotation.sweep_parts": "stick", "store.swapping.note_unfinished": "create",
    "store.swapping.sweep_unfinished": "create", "store.swapping.note_made": "create",
    "store.swapping.stage_of": "restore", "store.swapping.drop_stage": "restore", "store.swapping.exchange": "restore",
    "store.swapping.settle_exchange": "restore", "store.swapping._put_aside": "restore", "store.swapping.sweep": "backup",
    "store.vault.scrub_if_asked": "erase", "store.vault.scrub": "erase", "store.vault.change_key": "rotate", "store.slots.change": "rotate",
    "store.head_note.write_head": "add",
    "store.epochs.settle": "epoch", "services.backups._count_anew": "restore", "services.streams.begin_anew": "epoch",
}  # fmt: skip
_WRITES = {
    "write_durably", "write_beside", "write_synced", "write_safely", "unlink", "rmtree", "copyfile", "copytree",
    "write_bytes", "write_text", "rename", "TemporaryDirectory", "change_key", "scrub", "begin_epoch", "os.fdopen", "os.replace",
}  # fmt: skip


def test_every_writing_action_is_walked_by_a_job() -> None:
    walked = {action for job in ALL.values() for action in job.actions}
    told = walked | READS | ONE_UNIT | set(SAME_ROAD) | CHILDREN
    assert not set(PERMITS) - told, f"which job walks the road of these? {sorted(set(PERMITS) - told)}"
    assert not told - set(PERMITS) - NO_ACTION, f"no such action any more: {sorted(told - set(PERMITS) - NO_ACTION)}"
    assert {job for job, _ in SAME_ROAD.values()} <= set(ALL)


def test_the_actions_said_to_be_one_unit_do_nothing_beside_it() -> None:
    """Inside the `with` of such a unit no file is written and no key changed."""
    wrong = []
    for path in sorted((DESKTOP / "services").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.With) and _actions(node) & ONE_UNIT:
                beside = {one for inner in node.body for one in _writes(inner)} | _key_changes(node)
                wrong += [f"{path.name}:{node.lineno}: {sorted(beside)}"] if beside else []
    assert not wrong, wrong


def test_every_function_that_writes_files_is_walked_by_a_job() -> None:
    """All but files of the user's own, written whole by `peers.write_safely` (job `pack`): the store minds none."""
    found = {}
    for path in sorted(DESKTOP.rglob("*.py")):
        module = ".".join(path.relative_to(DESKTOP).with_suffix("").parts)
        if {"printing", "roster", "migrations"} & set(path.parts):  # bytes in, bytes out; one transaction
            continue
        text = path.read_text(encoding="utf-8")
        if not any(word.removeprefix("os.") in text for word in _WRITES):
            continue
        for node in ast.walk(ast.parse(text)):
            whole = set() if module == "services.packing" else {"write_safely"}
            if isinstance(node, ast.FunctionDef) and _writes(node) - whole:
                found[f"{module}.{node.name}"] = sorted(_writes(node))
    new = {name: writes for name, writes in found.items() if name not in FILES}
    assert not new, f"which job walks these? Say so in FILES: {new}"
    assert not set(FILES) - set(found), f"these write no files any more: {sorted(set(FILES) - set(found))}"


def _actions(node: ast.With) -> set[str]:
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    units = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "unit"]
    return {
        one.value for call in units for one in ast.walk(call) if isinstance(one, ast.Constant) and one.value in PERMITS
    }


def _writes(node: ast.AST) -> set[str]:
    return {_called(one) for one in ast.walk(node) if isinstance(one, ast.Call)} & _WRITES


def _key_changes(node: ast.With) -> set[str]:
    return {
        one.func.attr for one in ast.walk(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and isinstance(one.func.value, ast.Name)
        and one.func.value.id == "key_file" and one.func.attr not in {"slot_marks", "users_of"}
    }  # fmt: skip


def _called(call: ast.Call) -> str:
    if not isinstance(call.func, ast.Attribute):
        return getattr(call.func, "id", "")
    is_os = isinstance(call.func.value, ast.Name) and call.func.value.id == "os"
    return f"os.{call.func.attr}" if is_os else call.func.attr
