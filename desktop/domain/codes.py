"""Code lists: editable data in `resources/codes/`, one JSON file a list."""

import json
from dataclasses import dataclass, field
from functools import cache

from desktop.domain.resources import resource_path


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes with their labels and the other words people write for them."""

    key: str
    label: str
    source: str
    as_of: str
    confirmed: bool
    labels: dict[str, str] = field(default_factory=dict)  # code -> label, in list order
    words: dict[str, str] = field(default_factory=dict)  # label, code or other word -> code

    def label_of(self, code: str) -> str:
        """Return the label of `code`; an unknown code (of a newer version) is its own label."""
        return self.labels.get(code, code)

    def code_of(self, word: str) -> str | None:
        """Return the code meant by a label, a code or a known other word; None if unknown."""
        return self.words.get(word.strip())


@cache
def code_list(key: str) -> CodeList:
    """Return the shipped list named `key`; KeyError if there is none."""
    path = resource_path("codes", f"{key}.json")
    if not path.is_file():
        raise KeyError(key)
    raw = json.loads(path.read_text(encoding="utf-8"))
    labels: dict[str, str] = {}
    words: dict[str, str] = {}
    for item in raw["items"]:
        labels[item["code"]] = item["label"]
        for word in (item["code"], item["label"], *item.get("also", ())):
            words.setdefault(word, item["code"])
    return CodeList(raw["key"], raw["label"], raw["source"], raw["as_of"], raw["confirmed"], labels, words)


def code_list_keys() -> tuple[str, ...]:
    """Return the keys of all shipped lists, sorted."""
    return tuple(sorted(path.stem for path in resource_path("codes").glob("*.json")))
