"""The catalogue of messy cells (`domain.md` section 5): each case by its number has its stated outcome."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from desktop.domain.id_numbers import check_digit
from desktop.roster.ditto import copied_down
from desktop.roster.grid import NUMERIC as N
from desktop.roster.rowread import RowDraft, read_row

TARGETS = {
    "name": "person.name", "id": "person.id_no", "birth": "person.birth_id", "retire": "person.retire_date",
    "sex": "person.sex", "phone": "phone.number", "ethnic": "person.ethnic", "education": "person.education",
    "political": "person.political", "tag": "tag.code", "address": "person.live_addr", "remark": "person.remark",
    "money": "person.pension_amt", "work": "person.work_start",
}  # fmt: skip
GOOD = "610100195307063017"
X17 = next(f"61010019481109{n:03d}" for n in range(1, 999) if check_digit(f"61010019481109{n:03d}") == "X")
GOES_IN, ASKED, REJECTED = "", "ask", "reject"


def read(**cells: str) -> RowDraft:
    """Return the draft of a row that is right but for the cells given."""
    row = {"name": "张三", "id": GOOD, **cells}
    return read_row(5, list(row.values()), targets=[TARGETS[key] for key in row], headers=list(row))


@dataclass(frozen=True)
class Case:
    """One cell: what it must come to, which field then holds what, and what is proposed."""

    number: int
    cell: dict[str, str]
    outcome: str = GOES_IN
    holds: dict[str, Any] = field(default_factory=dict)
    proposed: str = ""


CASES = [
    Case(1, {"id": N + "6.10100195307063E+17"}, REJECTED),
    Case(2, {"id": "6.101E+17"}, REJECTED),
    Case(3, {"id": "610100195307063000"}, ASKED),
    Case(3, {"id": N + "6.10100195307063E+17"}, REJECTED),
    Case(4, {"id": "'" + GOOD}, holds={"id_no": GOOD}),
    Case(5, {"id": f"=“{GOOD}”"}, holds={"id_no": GOOD}),
    Case(5, {"id": f'="{GOOD}"'}, holds={"id_no": GOOD}),
    Case(6, {"id": GOOD + " \u00a0\u3000\u200b\t\n"}, holds={"id_no": GOOD}),
    Case(7, {"id": "６１０１００１９５３０７０６３０１７"}, holds={"id_no": GOOD}),
    *[Case(8, {"id": X17 + x}, holds={"id_no": X17 + "X"}) for x in "xX×хХⅩＸ"],
    *[Case(8, {"id": "61010019481109002" + x}, ASKED) for x in "x×хⅩ"],
    Case(8, {"id": "61010019481109002*"}, ASKED, proposed="610100194811090028"),
    Case(9, {"id": "610100530706301"}, ASKED, {"id_no_old": "610100530706301"}, GOOD),
    Case(10, {"id": "610100195307063"}, REJECTED),
    Case(11, {"id": "6101001953070630l7"}, ASKED, proposed=GOOD),
    Case(11, {"id": "61O100195307063017"}, ASKED, proposed=GOOD),
    Case(11, {"id": GOOD[:17]}, REJECTED),
    Case(11, {"id": GOOD + "1"}, REJECTED),
    Case(12, {"id": "610100194102291003"}, REJECTED),
    Case(13, {"id": "610100195307060317"}, ASKED, proposed=GOOD),
    Case(13, {"id": "610100195370063017"}, ASKED, proposed=GOOD),
    *[Case(14, {"id": area + "19530706301" + check_digit(area + "19530706301")}) for area in ("612401", "610121", "610125")],
    Case(15, {"sex": "女"}, ASKED, proposed="男"),
    Case(16, {"birth": "1953.01"}, holds={"birth_id": "1953-07-06", "birth_file": "1953-01"}),
    Case(20, {"id": f"{GOOD}/旧号610100530706301"}, holds={"id_no": GOOD, "id_no_old": "610100530706301"}),
    Case(21, {"id": "护照 E12345678"}, holds={"id_no": "E12345678", "id_type": "02"}),
    Case(21, {"id": "H1234567"}, holds={"id_no": "H1234567"}),
    *[Case(22, {"retire": one}, holds={"retire_date": "1993-07"}) for one in ("1993.7", "1993.07")],
    Case(23, {"retire": N + "2003.1"}, ASKED, proposed="2003-01"),
    Case(23, {"retire": "2003.10"}, holds={"retire_date": "2003-10"}),
    *[Case(24, {"retire": one}, holds={"retire_date": "1993-07"}) for one in ("199307", N + "199307")],
    *[Case(25, {"retire": one}, holds={"retire_date": "1993-07-06"}) for one in ("19930706", N + "19930706")],
    Case(26, {"work": "70.7"}, holds={"work_start": "1970-07"}),
    Case(26, {"work": "70-07"}, holds={"work_start": "1970-07"}),
    Case(26, {"retire": "930706"}, holds={"retire_date": "1993-07-06"}),
    Case(26, {"retire": "03.5"}, holds={"retire_date": "2003-05"}),
    Case(26, {"retire": "13.5"}, holds={"retire_date": "2013-05"}),
    Case(27, {"retire": N + "34156"}, holds={"retire_date": "1993-07-06"}),
    Case(28, {"retire": "1993年7月6日"}, holds={"retire_date": "1993-07-06"}),
    Case(28, {"retire": "1993年7月"}, holds={"retire_date": "1993-07"}),
    Case(28, {"retire": "一九九三年七月"}, holds={"retire_date": "1993-07"}),
    *[
        Case(29, {"retire": one}, holds={"retire_date": "1993-07-06"})
        for one in ("1993/7/6 0:00:00", "1993-07-06T00:00", "1993-07-06 00:00:00")
    ],
    *[
        Case(30, {"retire": one}, holds={"retire_date": None, "remark": f"退休时间原文：{one}"})
        for one in ("1993.13", "1993.0", "1993.2.30")
    ],
    Case(31, {"birth": "1953.7.6（农历）"}, holds={"birthday_lunar": "1953.7.6（农历）", "birth_id": "1953-07-06"}),
    Case(31, {"birth": "农历六月初三"}, holds={"birthday_lunar": "农历六月初三"}),
    Case(32, {"work": "民国24年5月"}, ASKED, proposed="1935-05"),
    *[Case(33, {"retire": one}, holds={"retire_date": "1993-07"}) for one in ("1993.7-", "1993.7.")],
    *[
        Case(33, {"retire": one}, holds={"retire_date": "1993", "remark": f"退休时间原文：{one}"})
        for one in ("约1993", "1993?")
    ],
    *[
        Case(34, {"address": one}, holds={"live_addr": None})
        for one in ("不详", "无", "/", "—", "－", "0", "N/A", "#N/A", "NULL", "空")
    ],
    *[Case(35, {"address": one}, ASKED, {"live_addr": None}) for one in ("#REF!", "#VALUE!")],
    Case(51, {"name": "ÕÅÈý"}, ASKED, proposed="张三"),
    Case(51, {"name": "寮犱笁"}, ASKED, proposed="张三"),
    Case(51, {"name": "锟斤拷"}, REJECTED),
    *[Case(52, {"name": one}, ASKED) for one in ("张□", "张?", "张(左王右仓)", "张ya", "张\ue001")],
    Case(52, {"name": "张\ue863"}, holds={"name": "张䶮"}),
    Case(53, {"name": "张⼦"}, holds={"name": "张子"}),
    Case(53, {"name": "张昇"}, holds={"name": "张昇"}),
    *[Case(54, {"name": one}, holds={"name": one}) for one in ("萧红", "肖红", "傅明", "付明", "阎三", "闫三")],
    Case(55, {"name": "张  三"}, holds={"name": "张三"}),
    Case(55, {"name": "张　三"}, holds={"name": "张三"}),
    Case(55, {"name": "欧阳 建国"}, holds={"name": "欧阳建国"}),
    *[Case(55, {"name": f"阿不都{dot}热合曼"}, holds={"name": "阿不都·热合曼"}) for dot in "•・."],
    Case(56, {"name": "张三（已故）"}, ASKED, {"name": "张三"}, "登记死亡"),
    Case(56, {"name": "张三*"}, ASKED, {"name": "张三"}),
    Case(56, {"name": "1.张三"}, holds={"name": "张三"}),
    Case(56, {"name": "张三 男"}, holds={"name": "张三", "sex": "1"}),
    Case(57, {"phone": "13991234567.0"}, holds={"phones": ["13991234567"]}),
    Case(57, {"phone": "1.39912E+10"}, holds={"phones": [], "remark": "电话原文：1.39912E+10"}),
    Case(57, {"phone": "+86 139-9123-4567"}, holds={"phones": ["13991234567"]}),
    Case(57, {"phone": "139 9123 4567"}, holds={"phones": ["13991234567"]}),
    Case(57, {"phone": "1399123456"}, holds={"phones": [], "remark": "电话原文：1399123456"}),
    Case(
        58,
        {"phone": "029-33576726/13991234567(儿子)"},
        holds={"phones": ["029-33576726", "13991234567"], "owners": [None, "儿子"]},
    ),
    *[Case(58, {"phone": one}, holds={"phones": []}) for one in ("同爱人", "无手机", "空号")],
    *[Case(57, {"phone": one}, holds={"phones": []}) for one in ("0000000000", "0910321234")],
    Case(59, {"phone": "33576726"}, holds={"phones": ["029-33576726"]}),
    Case(59, {"phone": "0910-3212345"}, ASKED),
    *[
        Case(60, {"ethnic": word}, holds={"ethnic": code})
        for word, code in (("汉", "01"), ("回", "03"), ("傈傈族", "20"), ("达翰尔", "31"), ("其它", "97"))
    ],
    *[
        Case(61, {"education": word}, holds={"education": code})
        for word, code in (
            ("大普", "20"), ("电大", "30"), ("函授本科", "20"), ("高小", "80"), ("完小", "80"), ("中技", "47"),
            ("初师", "71"),
        )
    ],
    *[
        Case(62, {"political": word}, holds={"political": code})
        for word, code in (("中共党员", "01"), ("党员", "01"), ("中共", "01"), ("是", "01"), ("√", "01"), ("预备", "02"))
    ],
    Case(63, {"tag": "80以上"}, holds={"tags": []}),
    Case(63, {"tag": "孤寡、重病"}, holds={"tags": ["T03", "T02"]}),
    Case(63, {"tag": "军转/劳模(省)"}, holds={"tags": ["T09", "T07"]}),
    Case(67, {"money": "3,256.40元"}, holds={"pension_amt": 325640}),
    Case(67, {"money": "3256.4/月"}, holds={"pension_amt": 325640}),
    Case(67, {"money": "约3200"}, ASKED, {"pension_amt": 320000}, "3200.00"),
    Case(67, {"money": "叁仟贰佰"}, holds={"pension_amt": 320000}),
    Case(67, {"money": "壹万零伍拾元整"}, holds={"pension_amt": 1005000}),
    *[Case(68, {"retire": one}, holds={"retire_date": "1993-07"}) for one in ("1993。7", "1993，7", "1993、7")],
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case-{case.number}-{'-'.join(case.cell.values())}")
def test_each_cell_has_its_stated_outcome(case: Case) -> None:
    draft = read(**case.cell)
    assert draft.outcome == case.outcome, draft.problems
    held = {
        **draft.values,
        "phones": [one["number"] for one in draft.phones],
        "owners": [one["owner"] for one in draft.phones],
        "tags": [one["code"] for one in draft.tags],
    }
    assert {key: held.get(key) for key in case.holds} == case.holds
    if case.proposed:
        assert case.proposed in [one.suggestion for one in draft.problems]


@pytest.mark.parametrize("sign", ["同上", "″", "〃", ".."])
def test_case_36_a_sign_takes_what_stands_above(sign: str) -> None:
    targets = ["person.name", "person.ent_name", "person.live_addr"]
    made, columns = copied_down(["李四", sign, "3号楼"], ["张三", "秦川轴承厂", "2号楼"], targets)
    assert (made, columns) == (["李四", "秦川轴承厂", "3号楼"], [1])


def test_case_36_nobody_is_named_by_a_sign() -> None:
    made, columns = copied_down(["同上", "同上"], ["张三", GOOD], ["person.name", "person.id_no"])
    assert (made, columns) == (["同上", "同上"], [])
