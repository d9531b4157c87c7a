"""What is wrong with the data of a person, as one table of rules with weights (`domain.md` F20, §8 item 33).

The weights add up to 100. A community's score is 100 less, for every rule, its weight times the
share of people it finds.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from desktop.domain import dates, id_numbers
from desktop.domain.ages import CertState, cert_state
from desktop.domain.codes import code_list
from desktop.domain.fields import Kind, Value
from desktop.domain.names import read_name
from desktop.domain.numbers import months_before
from desktop.domain.person_fields import PERSON_FIELDS

_CITIZEN = frozenset({"", "01"})
_IN_CARE, _ALIVE = frozenset({"", "1"}), "1"
_OLD = 80
_CERT_LATE = frozenset({CertState.NEVER, CertState.OVERDUE})
_BUILDING = re.compile(r"\d\s*(号楼|栋|幢|座|号院|-\d)|[东西南北甲乙丙丁A-Za-z]\s*(楼|栋|座)")
_CODED = tuple((field.key, field.codes) for field in PERSON_FIELDS if field.kind is Kind.CODE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: a person's fields and counts of what hangs on the person."""

    values: Mapping[str, Value]
    today: date
    phones: int = 0
    contacts: int = 0
    conflicts: int = 0
    twins: int = 0  # other people with the same number, or the same name and birth, not decided yet

    def text(self, key: str) -> str:
        """Return a field's text, '' if empty."""
        value = self.values.get(key)
        return "" if value is None else str(value)

    @property
    def year_ago(self) -> str:
        """The day twelve months ago."""
        return months_before(self.today, 12)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong: what to do about it, how it is judged, and what it weighs."""

    key: str
    label: str
    fix: str
    how: str
    weight: int
    found: Callable[[Facts], bool]


def _suspect_id(facts: Facts) -> bool:
    number = facts.text("id_no")
    return bool(number) and facts.text("id_type") in _CITIZEN and id_numbers.check_id(number).problem is not None


def _disagrees(facts: Facts) -> bool:
    number, sex, birth = facts.text("id_no"), facts.text("sex"), facts.text("birth_id")
    if not id_numbers.is_sound(number):
        return False
    other_sex = sex in {"1", "2"} and sex != id_numbers.sex_of(number)
    return other_sex or (bool(birth) and not id_numbers.birth_of(number).startswith(birth))


def _no_building(facts: Facts) -> bool:
    return not facts.text("live_building") and not _BUILDING.search(facts.text("live_addr"))


def _alone_and_old(facts: Facts) -> bool:
    birth = facts.text("birth_id") or facts.text("birth_file")
    return not facts.contacts and (dates.age_on(birth, facts.today) or 0) >= _OLD


def _contradicts(facts: Facts) -> bool:
    dead = bool(facts.text("death_date")) or facts.text("alive_state") not in {"", _ALIVE, "9"}
    return (bool(facts.text("death_date")) and facts.text("alive_state") == _ALIVE) or (
        dead and bool(facts.text("death_date")) and facts.text("manage_state") in _IN_CARE
    )


def _unknown_code(facts: Facts) -> bool:
    return any((text := facts.text(key)) and text not in code_list(codes).labels for key, codes in _CODED)


RULES: tuple[Rule, ...] = (
    Rule("no_phone", "没有电话", "打听并补上电话", "没有登记任何电话", 14, lambda facts: not facts.phones),
    Rule("no_id", "没有证号", "对照证件补录", "证号一栏空着", 12, lambda facts: not facts.text("id_no")),
    Rule("suspect_id", "证号可疑", "对照证件改正", "位数、校验位、日期不对，或末三位是000", 12, _suspect_id),
    Rule(
        "twins", "疑似重复", "到“查重”判定", "与另一人证号相同，或姓名和出生日期都相同，还没有判定", 10,
        lambda facts: facts.twins > 0,
    ),
    Rule("contradicts", "生死状态矛盾", "核实后改状态", "有死亡日期，却仍是在管或健在", 8, _contradicts),
    Rule("no_building", "没有住址楼栋", "补上楼栋", "住址里没有楼栋，楼栋一栏也空着", 8, _no_building),
    Rule(
        "stale", "一年未核对", "安排信息核对", "没有核对过，或最近一次核对已超过12个月", 8,
        lambda facts: facts.text("verified_on") < facts.year_ago,
    ),
    Rule("alone_old", "高龄无联系人", "登记家庭联系人", "满80岁，没有家庭联系人", 8, _alone_and_old),
    Rule("disagrees", "证号与性别、出生不一致", "对照证件核对", "证号有效，但性别或出生日期与它不同", 6, _disagrees),
    Rule(
        "uncertified", "资格认证到期", "提醒认证", "没有认证日期，或已过“上次认证＋12个月－1天”", 4,
        lambda facts: cert_state(facts.text("cert_last"), facts.today) in _CERT_LATE,
    ),
    Rule("no_employer", "没有原单位", "补上原单位", "原单位一栏空着", 4, lambda facts: not facts.text("ent_name")),
    Rule(
        "conflict", "冲突未处理", "到“数据交换”处理", "与上级或社区的数据有冲突，等人裁定", 2,
        lambda facts: facts.conflicts > 0,
    ),
    Rule(
        "lost_name", "姓名缺字", "对照证件补字", "姓名里有 □、? 或打不出来的字", 2,
        lambda facts: bool(read_name(facts.text("name")).problem),
    ),
    Rule("unknown_code", "选项不在代码表", "从列表中重选", "有一项的代码不在代码表里", 1, _unknown_code),
)  # fmt: skip
REVIEWS = Rule("reviews", "名册待核实", "到“名册导入”处理", "导入名册时留下、还没有核实的行", 1, lambda _facts: False)
HOW = "满分100分。每项扣分 = 该项分值 × 有问题的人数 ÷ 在管人数（死亡、转出等不在管的不算，已并入的只算一份）。"
IN_CARE = _IN_CARE


def score_of(people: int, counts: Mapping[str, int]) -> int:
    """Return the score of `people` of whom each rule found so many."""
    if people == 0:
        return 100
    lost = sum(rule.weight * min(counts.get(rule.key, 0), people) / people for rule in (*RULES, REVIEWS))
    return max(0, round(100 - lost))
