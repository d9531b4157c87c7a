"""What a row says beside its texts: colours, struck-out lines, comments (`domain.md` section 5, cases 44, 45)."""

from collections.abc import Mapping

from desktop.roster.draft import ASK, DEATH, FIX, REJECT, RowDraft
from desktop.roster.grid import HIDDEN, MARK_NAMES, RowSaid

ASKS_MEANING = "请说明是什么意思"
PROPOSED = {"death": ("表示已去世", "登记死亡"), "moved": ("表示已迁出或不再管理", "登记迁出")}


def take_beside(draft: RowDraft, said: RowSaid, meanings: Mapping[str, str]) -> None:
    """Take in what a row's style and comments say; a mark nobody explained makes the row wait."""
    for mark in sorted(said.marks):
        _take_mark(draft, f"这一行{MARK_NAMES[mark]}", meanings.get(mark))
    for place, text in sorted(said.comments.items()):
        draft.notes.append(f"批注：{text}")
        if DEATH.search(text):
            draft.proposal = "death"
            draft.say(place, "remark", ASK, f"批注写“{text}”", "登记死亡")


def _take_mark(draft: RowDraft, looks: str, meaning: str | None) -> None:
    if meaning is None and looks.endswith(MARK_NAMES[HIDDEN]):
        draft.say(0, "name", FIX, "这一行在原表里是隐藏的，已一并读入")
    elif meaning is None:
        draft.say(0, "name", ASK, f"{looks}，{ASKS_MEANING}")
    elif meaning in PROPOSED:
        reason, proposal = PROPOSED[meaning]
        draft.proposal = "death" if meaning == "death" else draft.proposal
        draft.say(0, "name", ASK, f"{looks}，在这个文件里{reason}", proposal)
    elif meaning == "skip":
        draft.say(0, "name", REJECT, f"{looks}，按选择不导入")
    elif meaning == "party":
        draft.values.setdefault("political", "01")
