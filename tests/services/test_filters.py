"""Filters in the users' words: every sign on every kind of field, 并且 and 或者, and nobody left out or let in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.conditions import FilterRow, line_of, narrowed, read_rows
from desktop.domain.dates import age_on
from desktop.domain.errors import InvalidValueError
from desktop.services import filters, lists, register, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station

PEOPLE = {
    "张三": {"sex": "1", "birth_id": "1946-11-24", "ent_name": "秦川轴承厂", "political": "01", "dibao": 1,
           "verified_on": "2025-11-24", "pension_amt": 310050, "remark": "住二楼;有狗"},
    "李四": {"sex": "2", "birth_id": "1946-11-25", "ent_name": "秦川机床厂", "verified_on": "2025-11-23"},
    "王五": {"sex": "1", "birth_file": "1946-11", "ent_name": "西北轴承", "dibao": 0, "verified_on": "2026-03"},
    "赵六": {"sex": "2", "birth_id": "1930-02-28", "live_addr": "100%_院"},
    "空白": {},
}  # fmt: skip


@pytest.fixture
def filled(station: Station) -> Station:
    """Five people of whom much is known of one and nothing of another."""
    for name, values in PEOPLE.items():
        draft = PersonDraft(
            {"name": name, **values},
            phones=[{"number": "13991234567"}] if name == "张三" else [],
            tags=[{"code": code, **rest} for code, rest in TAGS.get(name, ())],
        )
        register.register_person(station, draft=draft)
    return station


TAGS = {
    "张三": [("T03", {}), ("T13", {})], "李四": [("T13", {"until": "2026-11-23"})],
    "王五": [("T13", {"until": "2026-11-24"})],
}  # fmt: skip


def named(station: Station, expression: str) -> str:
    ids = register.people_ids(station, wanted=filters.parse_filter(expression, station=station))
    names = [row.text("name") for row in register.people_rows(station, ids=ids)]
    return " ".join(sorted(names, key=list(PEOPLE).index))


CASES = {
    "": "张三 李四 王五 赵六 空白",
    "性别=男": "张三 王五",
    "性别!=男": "李四 赵六 空白",
    "性别=空": "空白",
    "性别!=空": "张三 李四 王五 赵六",
    "原单位~轴承": "张三 王五",
    "原单位!~轴承": "李四 赵六 空白",
    "原单位^=秦川": "张三 李四",
    "原单位=秦川机床厂|西北轴承": "李四 王五",
    "现住址~%_": "赵六",
    "年龄>=80": "张三 赵六",
    "年龄<80": "李四 王五",
    "年龄=79": "李四 王五",
    "年龄!=79": "张三 赵六 空白",
    "年龄 大于 80": "赵六",
    "年龄<=80": "张三 李四 王五",
    "年龄=空": "空白",
    "年龄>=80岁;性别=女": "赵六",
    "年龄 不小于 80 并且 性别 是 女": "赵六",
    "年龄>=80 或者 原单位~机床": "张三 李四 赵六",
    "原单位~机床 或者 性别=男;年龄>=80": "张三 李四",
    "出生日期=1946": "张三 李四",
    "出生日期=1946-11-24": "张三",
    "出生日期>=1946-11-25": "李四",
    "出生日期<=1946-11": "张三 李四 赵六",
    "出生日期 早于 1940": "赵六",
    "核对日期<12个月前": "李四",
    "核对日期<=12个月前": "张三 李四",
    "核对日期>=2026": "王五",
    "核对日期=空": "赵六 空白",
    "标签=孤寡": "张三",
    "标签 含 独居空巢": "张三 王五",
    "标签=孤寡|独居空巢": "张三 王五",
    "标签!=独居空巢": "李四 赵六 空白",
    "标签=空": "李四 赵六 空白",
    "电话=空": "李四 王五 赵六 空白",
    "电话~9123": "张三",
    "电话!~9123": "李四 王五 赵六 空白",
    "电话 不为空": "张三",
    "享受低保=是": "张三",
    "享受低保=否": "李四 王五 赵六 空白",
    "轴承 王五": "王五",
    "ls": "李四",
    "ls 或者 zs": "张三 李四",
    '备注~"住二楼;有狗"': "张三",
    '姓名="空"': "",
}


def test_each_filter_finds_just_those_it_says(filled: Station) -> None:
    labels = {field.key: field.label for field in register.PERSON.fields}
    for expression, wanted in CASES.items():
        said = (
            expression.replace("出生日期", labels["birth_id"]).replace("核对日期", labels["verified_on"])
            .replace("享受低保", labels["dibao"]).replace("现住址", labels["live_addr"])
        )  # fmt: skip
        assert named(filled, said) == wanted, expression


def test_an_age_by_sql_is_the_age_by_rule(filled: Station) -> None:
    today = filled.today()
    for age in range(76, 100):
        born = {name: str(v.get("birth_id") or v.get("birth_file") or "") for name, v in PEOPLE.items()}
        wanted = [name for name, birth in born.items() if (known := age_on(birth, today)) is not None and known >= age]
        assert named(filled, f"年龄>={age}").split() == wanted


def test_a_unit_stands_for_all_below_it(filled: Station) -> None:
    town = filled.org[:9]
    assert named(filled, f"社区={filled.org_name}") == named(filled, "")
    known = register.org_words(filled)
    if town in known:
        assert named(filled, f"社区={town}") == named(filled, "")


def test_the_last_visit_is_asked_like_a_day(filled: Station) -> None:
    person = register.find(filled, text="张三").people[0].id
    visits.record_visit(
        filled, person=person, values={"visited_on": "2026-10-01", "method": "1", "visitors": "王敏、赵静"}
    )
    assert named(filled, "最近走访>=2个月前") == "张三"
    assert named(filled, "最近走访=空") == "李四 王五 赵六 空白"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("身高>=180", "没有“身高”这一项"), ("性别=先生", "没有“先生”这一种"), ("年龄>=八十", "要写数字"),
        ("性别>=男", "不能用"), ("年龄>=", "没有写要找什么"), ("最近走访<前天早上", "看不懂"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_one_sentence(station: Station, expression: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=said):
        filters.parse_filter(expression, station=station)


def test_every_list_that_comes_with_the_program_can_be_said_in_words(station: Station) -> None:
    for one in lists.shipped_lists():
        filters.parse_filter(one.expression, station=station)
        assert filters.filter_words(one.expression) != one.expression
    assert filters.filter_words("年龄>=80 或者 核对日期<12个月前;zs") != ""


def test_what_is_chosen_beside_a_line_holds_for_each_of_its_alternatives() -> None:
    beside = [FilterRow("性别", "=", "男")]
    assert narrowed(beside, "年龄>=80 或者 标签=孤寡;zs") == "性别=男;年龄>=80 或者 性别=男;标签=孤寡;zs"
    assert narrowed(beside, "") == "性别=男"
    assert narrowed([], "  zs  ") == "zs"


rows = st.builds(
    FilterRow,
    st.sampled_from(["年龄", "原单位", "性别"]),
    st.sampled_from(["=", "!=", "~", "!~", "^=", ">=", "<="]),
    st.text(alphabet='轴承;；或者并且 |空x%"=', min_size=1, max_size=12).map(str.strip).filter(lambda t: t.strip('" ')),
    st.booleans(),
)


@given(st.lists(rows, max_size=5))
def test_rows_written_as_a_line_are_read_back(drawn: list[FilterRow]) -> None:
    read = read_rows(line_of(drawn))
    assert [(one.field, one.sign) for one in read] == [(one.field, one.sign) for one in drawn]
    assert [one.either for one in read[1:]] == [one.either for one in drawn[1:]]
    for one, before in zip(read, drawn, strict=True):
        assert one.value.strip('"') == before.value.replace('"', "")


def test_a_day_before_today_is_a_day_that_exists() -> None:
    assert filters._before(date(2026, 3, 31), 1, "个月") == date(2026, 2, 28)
    assert filters._before(date(2028, 2, 29), 1, "年") == date(2027, 2, 28)
    assert filters._before(date(2026, 1, 1), 1, "天") == date(2025, 12, 31)
