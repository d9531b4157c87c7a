"""What free remarks propose: deaths, moves, people nobody can reach, categories (`domain.md` section 5, case 46)."""

import re

from desktop.domain.codes import code_list
from desktop.domain.dates import read_date, show_date
from desktop.roster.draft import ASK, DEATH, RowDraft

_NOT_DEAD = re.compile(
    r"(配偶|丈夫|妻子|老伴|爱人|父亲|母亲|父|母|夫|妻|子女|儿子|女儿|之子|之女)[^，,；;。]{0,6}(已故|去世|死亡|病故|亡故|逝世)"
)
_LOST = re.compile(r"失联|联系不上|无法联系|下落不明|找不到人")
_ELSEWHERE = re.compile(
    r"(?:随|跟)(?:子女|儿子|女儿|孩子)|(?:长期)?(?:居|住)(?:在)?外地|异地居住"
    r"|(?<!居)住(?:在)?(?=北京|上海|深圳|广州|外省|国外)"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[.年/-]\d{1,2}(?:[.月/-]\d{1,2}日?)?月?|年)?")
_TAG_WORDS = (
    "劳动模范", "劳模", "精神残疾", "精神一级", "精神二级", "精神三级", "精神病", "痴呆", "重病", "大病", "孤寡",
    "特困", "低保", "卧床", "瘫痪", "行动不便", "工伤", "军转干部", "军转", "参战", "退伍军人", "残疾", "失能",
    "独居", "空巢", "失独", "优抚", "特殊工种",
)  # fmt: skip
_LONGEST = 2000  # letters looked at
_MEANT = {"精神残疾": "精神", "精神一级": "精神", "精神三级": "精神"}


def take_remark(draft: RowDraft, column: int, text: str) -> None:
    """Say what a remark proposes; the remark itself is kept as it is written."""
    text = text[:_LONGEST]
    dead = DEATH.search(text) is not None and not _NOT_DEAD.search(text)
    if dead:
        draft.proposal = "death"
        day = _DATE.search(text)
        when = show_date(read_date(day.group()).value) if day else ""
        draft.say(column, "remark", ASK, "备注写明已去世", f"登记死亡（{when}）" if when else "登记死亡")
    if _LOST.search(text):
        draft.say(column, "remark", ASK, "备注写明联系不上", "登记失联")
    if _ELSEWHERE.search(text):
        draft.say(column, "remark", ASK, "备注写明不住在本地", "登记异地居住")
    if not dead:
        _propose_tags(draft, column, text)


def _propose_tags(draft: RowDraft, column: int, text: str) -> None:
    rest = text
    for word in _TAG_WORDS:
        if word not in rest or re.search(f"(?:非|不是|无|未){word}", rest):
            continue
        rest = rest.replace(word, " ")
        code = code_list("care_tag").code_of(_MEANT.get(word, word))
        if code and code not in {one["code"] for one in draft.tags}:
            draft.tags.append({"code": code, "detail": word})
            label = code_list("care_tag").label_of(code)
            draft.say(column, "remark", ASK, f"备注提到“{word}”", f"加人员类别：{label}")
