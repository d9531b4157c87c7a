"""Where columns go: synonyms, merged parents, the columns beside them, numbered and longer headers."""

import pytest

from desktop.roster.mapping import LIKELY, doubts, fingerprint, keys_of, propose


def targets(*headers: str, **remembered: str) -> list[str]:
    return [one.target for one in propose(headers, remembered=remembered or None)]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (("姓名", "配偶姓名", "电话"), ["person.name", "person.spouse_name", "person.spouse_phone"]),
        (("姓名", "爱人", "联系电话", "家庭住址"), ["person.name", "person.spouse_name", "person.spouse_phone", "person.live_addr"]),
        (("姓名", "电话", "家庭联系人", "关系", "电话"), ["person.name", "phone.number", "contact.name", "contact.relation", "contact.phone"]),
        (("家庭联系人", "与本人关系", "联系电话"), ["contact.name", "contact.relation", "contact.phone"]),
        (("户口所在地/地址", "户口所在地/电话", "长期居住地/地址", "长期居住地/电话"), ["person.hukou_addr", "phone.number", "person.live_addr", "phone.number"]),
        (("家庭联系人/姓名", "家庭联系人/关系", "家庭联系人/电话"), ["contact.name", "contact.relation", "contact.phone"]),
        (("家庭联系人", "现住址", "电话"), ["contact.name", "person.live_addr", "phone.number"]),
        (("姓名", "联系电话1", "联系电话2", "特殊人员类别"), ["person.name", "phone.number", "phone.number", "tag.code"]),
        (("姓名", "车牌号", "原因"), ["person.name", "", ""]),
    ],
)  # fmt: skip
def test_headers_and_their_neighbours_say_where_columns_go(headers: tuple[str, ...], found: list[str]) -> None:
    assert targets(*headers) == found


def test_a_guess_is_less_sure_than_a_word() -> None:
    columns = propose(["姓名", "配偶姓名", "电话", "联系电话1"])
    assert columns[0].confidence == 100
    assert all(one.confidence < LIKELY for one in columns[2:])
    assert doubts(columns) == [2, 3]


def test_two_columns_of_one_name_are_told_apart_and_remembered() -> None:
    headers = ("姓名", "电话", "电话")
    assert keys_of(headers) == ("姓名", "电话", "电话#2")
    assert targets(*headers, **{"电话#2": "person.spouse_phone"}) == [
        "person.name",
        "phone.number",
        "person.spouse_phone",
    ]
    assert len(fingerprint(headers)) == 64
    assert fingerprint(["姓 名", "电话：", "电话"]) == fingerprint(headers)
