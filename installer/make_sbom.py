"""Print the program's list of parts (SBOM, CycloneDX 1.5): every pinned library with its hashes.

`python installer/make_sbom.py [LOCK]`; the lock file of what ships is `requirements/run.lock`.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PART = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def parts_of(lock: Path) -> list[dict[str, object]]:
    """Return the libraries of a lock file: name, version, where they are wanted, hashes of every pinned file."""
    parts: list[dict[str, object]] = []
    hashes: list[dict[str, str]] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        found = _PART.match(line)
        if found:
            hashes = []
            name, version, wanted = found.groups()
            parts.append({
                "type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name.lower()}@{version}",
                "bom-ref": f"{name.lower()}@{version}", "hashes": hashes,
                "properties": [{"name": "marker", "value": wanted}] if wanted else [],
            })  # fmt: skip
        hashes += [{"alg": "SHA-256", "content": digest} for digest in _HASH.findall(line)]
    return parts


def bill(lock: Path) -> dict[str, object]:
    """Return the whole list of parts."""
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {"type": "application", "name": "yince", "bom-ref": "yince"}},
        "components": parts_of(lock),
    }  # fmt: skip


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements" / "run.lock"
    sys.stdout.write(json.dumps(bill(chosen), ensure_ascii=False, indent=1) + "\n")
