"""The note beside the store of where its logs end, so that an older store file is noticed (`security.md` finding 3)."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from desktop.domain.durable import write_beside
from desktop.store.audit_chain import AuditHead, Witness
from desktop.store.places import HEAD


def read_head(folder: Path, *, store_id: str, key: bytes) -> Witness | None:
    """Return the ends of the logs as noted outside the store, None if the note is missing or not ours."""
    try:
        note = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        sealed = str(note.pop("seal"))
        found = Witness(
            "旁边的进度文件", int(note["n"]), bytes.fromhex(note["hash"]), int(note.get("batch", 0)),
            bytes.fromhex(note.get("audit", "")),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if note.get("store_id") != store_id or not hmac.compare_digest(sealed, _seal(note, key)):
        return None
    return found


def write_head(folder: Path, *, store_id: str, key: bytes, entry: tuple[int, bytes], audit: AuditHead) -> None:
    """Note the ends of the logs outside the store."""
    body = {
        "store_id": store_id, "n": entry[0], "hash": entry[1].hex(), "batch": audit.batch, "audit": audit.seal.hex(),
    }  # fmt: skip
    note = json.dumps({**body, "seal": _seal(body, key)}, sort_keys=True)
    write_beside(folder / HEAD, note.encode("utf-8"))  # an older one after a power cut tells no lie


def _seal(body: dict[str, Any], key: bytes) -> str:
    text = json.dumps(body, sort_keys=True).encode("utf-8")
    return hmac.new(hashlib.sha256(b"yince head/v1" + key).digest(), text, hashlib.sha256).hexdigest()
