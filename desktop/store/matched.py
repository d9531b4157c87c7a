"""What of a person a search matched, in Chinese, as the drop-down shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from desktop.domain.names import match_key
from desktop.store.letters import is_spelled, is_whole
from desktop.store.readings import places_of
from desktop.store.search import GRAM, cleaned_number, door_of, han_run, runs_of
from desktop.store.veils import hides

_OWN_NUMBERS = (("id_no", "证号"), ("person_no", "人员编号"), ("id_no_old", "曾用证号"), ("si_person_no", "个人编号"),
                ("file_no", "档案编号"), ("spouse_phone", "配偶电话"))  # fmt: skip
_TEXTS = (("ent_name", "单位"), ("ent_sub", "单位"), ("live_addr", "住址"), ("live_estate", "住址"),
          ("hukou_addr", "户籍地址"), ("remote_addr", "异地地址"), ("roster_org", "名册所写社区"))  # fmt: skip
_RECORDS = (
    ("phone", "SELECT number FROM main.phone WHERE deleted=0 AND number IS NOT NULL AND person=?", "电话"),
    ("old_id", "SELECT number FROM main.old_id WHERE deleted=0 AND number IS NOT NULL AND person=?", "曾用证号"),
    ("contact", "SELECT phone FROM main.contact WHERE deleted=0 AND phone IS NOT NULL AND person=?", "联系人电话"),
)
MATCHED_FIELDS = (*(key for key, _ in _OWN_NUMBERS), *(key for key, _ in _TEXTS), "birth_id", "birth_file")
Row = Mapping[Any, Any]


def kind_of_match(connection: Connection, row: Row, words: Sequence[str]) -> str:
    """Return what each word matched of a person, each kind once; `row` has `names` beside the person's columns."""
    return "、".join(dict.fromkeys(_of_word(connection, row, word) for word in words))


def _of_word(connection: Connection, row: Row, word: str) -> str:
    runs = runs_of(word)
    if any(han_run(run) for run in runs):
        return _of_text(row, word)
    plain = cleaned_number(word)
    if plain.isalpha():
        return _of_letters(row, plain)
    if len(plain) >= GRAM and (found := _of_number(connection, row, plain)):
        return found
    if plain == cleaned_number(str(row["person_no"] or "")):
        return "人员编号"
    if door_of(word):
        return "楼栋房号"
    return "住址" if len(plain) < GRAM else "编号"


def _of_text(row: Row, word: str) -> str:
    """Return where a text stands; an address whose parts stand apart is an address all the same."""
    first, *former = str(row["names"]).split("|")
    if word in first or match_key(word) in match_key(first):
        return "姓名"
    if any(word in one for one in former):
        return "曾用名"
    if door_of(word):
        return "楼栋房号"
    return next((label for key, label in _TEXTS if word in "".join(str(row[key] or "").split())), "住址")


def _of_letters(row: Row, letters: str) -> str:
    first, *former = str(row["names"]).split("|")
    for name, before in ((first, ""), *((one, "曾用名") for one in former)):
        places = places_of(name)
        if is_whole(letters, places):
            return f"{before}拼音"
        if is_spelled(letters, places):
            return f"{before}拼音首字母"
    return "单位"


def _of_number(connection: Connection, row: Row, plain: str) -> str:
    """Return which number a run of digits is of; where it ends the number, its tail."""
    for key, label in _OWN_NUMBERS[:1]:
        if said := _tail(row[key], plain, label):
            return _birth(row, plain) or said
    if born := _birth(row, plain):
        return born
    for kind, sql, label in _RECORDS:
        if hides(connection, kind):
            continue
        for (number,) in connection.exec_driver_sql(sql, (row["id"],)):
            if said := _tail(number, plain, label):
                return said
    return next((said for key, label in _OWN_NUMBERS[1:] if (said := _tail(row[key], plain, label))), "")


def _tail(number: Any, plain: str, label: str) -> str:
    known = cleaned_number(str(number or ""))
    if not plain or plain not in known:
        return ""
    return label if known == plain or not known.endswith(plain) or label == "人员编号" else f"{label}尾号"


def _birth(row: Row, plain: str) -> str:
    for key in ("birth_id", "birth_file"):
        if cleaned_number(str(row[key] or "")).startswith(plain):
            return "出生"
    return ""
