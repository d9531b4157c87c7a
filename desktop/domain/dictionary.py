"""The data dictionary: every kind of record and every field, defined once.

Forms, tables, roster mapping, 册/表/卡, masks, sync and conflict screens all read it.
Adding a field is one entry here and one migration.
"""

from desktop.domain.fields import Field, Kind, Policy, RecordKind, Value, grouped
from desktop.domain.person_fields import PERSON_FIELDS

__all__ = [
    "CARD",
    "CONTACT",
    "KINDS",
    "ORG",
    "PERSON",
    "PHONE",
    "STAFF",
    "TAG",
    "VISIT",
    "Field",
    "Kind",
    "Policy",
    "RecordKind",
    "Value",
    "grouped",
    "kind_of",
    "masked",
    "person_field",
]

PERSON = RecordKind("person", "人员", PERSON_FIELDS)

_OWNER = Field("person", "人员", "关联", Kind.RECORD, privacy=1, maintainer="X", max_length=32, required=True)

PHONE = RecordKind(
    "phone",
    "电话",
    (
        _OWNER,
        Field(
            "number",
            "电话号码",
            "电话",
            Kind.PHONE,
            (
                "电话",
                "联系电话",
                "手机",
                "手机号",
                "手机号码",
                "本人电话",
                "联系方式",
                "移动电话",
                "固话",
                "宅电",
                "固定电话",
                "家庭电话",
            ),
            privacy=3,
            max_length=40,
            required=True,
            width=13,
        ),
        Field("owner", "号码归属", "电话", privacy=3, max_length=20, purpose="本人、儿子、邻居等"),
        Field("state", "号码状态", "电话", Kind.CODE, (), "phone_state"),
        Field("source", "来源", "电话", privacy=1),
        Field("noted_on", "登记日期", "电话", Kind.DATE, privacy=1),
    ),
)

CONTACT = RecordKind(
    "contact",
    "家庭联系人",
    (
        _OWNER,
        Field(
            "name",
            "联系人姓名",
            "联系人",
            synonyms=("家庭联系人", "紧急联系人", "联系人", "子女姓名", "家庭联系人姓名", "紧急联系人姓名"),
            privacy=3,
            max_length=50,
            required=True,
        ),
        Field("relation", "与本人关系", "联系人", Kind.CODE, ("关系", "家庭联系人关系"), "relation", privacy=3),
        Field(
            "phone",
            "联系人电话",
            "联系人",
            Kind.PHONE,
            ("家庭联系人电话", "紧急联系人电话", "子女电话"),
            privacy=3,
            max_length=40,
        ),
        Field("work_unit", "联系人单位", "联系人", synonyms=("家庭联系人工作单位",), privacy=3),
        Field("address", "联系人地址", "联系人", synonyms=("家庭联系人地址",), privacy=3),
        Field("rank", "联系顺序", "联系人", Kind.INT, privacy=1),
    ),
)

TAG = RecordKind(
    "tag",
    "关爱标签",
    (
        _OWNER,
        Field(
            "code",
            "关爱类别",
            "标签",
            Kind.CODE,
            ("特殊人员", "人员类别", "特殊情况", "困难类型", "特殊人群"),
            "care_tag",
            privacy=4,
            required=True,
        ),
        Field("detail", "等级或说明", "标签", privacy=4, max_length=100),
        Field("since", "起始日期", "标签", Kind.DATE, privacy=4),
        Field("until", "截止日期", "标签", Kind.DATE, privacy=4),
        Field("evidence", "依据", "标签", privacy=4),
        Field("source", "来源", "标签", privacy=1),
    ),
)

VISIT = RecordKind(
    "visit",
    "走访",
    (
        _OWNER,
        Field("visited_on", "走访日期", "走访", Kind.DATE, privacy=1, required=True, in_table=True, width=10),
        Field("visitors", "走访人", "走访", privacy=1, required=True, in_table=True, width=14),
        Field(
            "method",
            "走访方式",
            "走访",
            Kind.CODE,
            (),
            "visit_method",
            privacy=1,
            required=True,
            in_table=True,
            width=6,
        ),
        Field("condition", "身体状况", "走访", Kind.NOTE, privacy=4, max_length=1000, in_table=True, width=20),
        Field("living", "生活与安全", "走访", Kind.NOTE, privacy=4, max_length=1000),
        Field("needs", "诉求与承诺", "走访", Kind.NOTE, privacy=4, max_length=1000, in_table=True, width=20),
        Field("gift", "慰问品", "走访", privacy=2, in_table=True, width=10),
        Field("gift_money", "慰问金", "走访", Kind.MONEY, privacy=2, in_table=True, width=8),
        Field("gift_source", "慰问来源", "走访", privacy=1),
        Field("receipt", "签收情况", "走访", privacy=2, max_length=100),
        Field("next_on", "下次走访", "走访", Kind.DATE, privacy=1, in_table=True, width=10),
    ),
    append_only=True,
)

CARD = RecordKind(
    "card",
    "联系卡",
    (
        _OWNER,
        Field("card_no", "卡号", "联系卡", privacy=1, max_length=20, required=True),
        Field("org", "发卡社区", "联系卡", Kind.ORG, privacy=1, required=True),
        Field("issued_on", "发卡日期", "联系卡", Kind.DATE, privacy=1, required=True),
        Field("expires_on", "有效期至", "联系卡", Kind.DATE, privacy=1),
        Field("state", "卡状态", "联系卡", Kind.CODE, (), "card_state", privacy=1, required=True),
        Field("replaced_by", "换发新卡", "联系卡", Kind.RECORD, privacy=1),
        Field("ended_on", "失效日期", "联系卡", Kind.DATE, privacy=1),
        Field("ended_why", "失效原因", "联系卡", privacy=1, max_length=100),
        Field("received_by", "领取人", "联系卡", privacy=2, max_length=50),
    ),
    append_only=True,
)

ORG = RecordKind(
    "org",
    "机构",
    (
        Field("code", "机构编码", "机构", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("name", "机构名称", "机构", privacy=1, max_length=60, required=True, policy=Policy.AUTHORITY),
        Field("level", "层级", "机构", Kind.CODE, (), "org_level", privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("parent", "上级机构", "机构", Kind.ORG, privacy=1, policy=Policy.AUTHORITY),
        Field("aliases", "别名", "机构", privacy=1, max_length=400, policy=Policy.AUTHORITY),
        Field("phone", "值班电话", "机构", privacy=1, max_length=40),
        Field("address", "地址", "机构", privacy=1),
    ),
)

STAFF = RecordKind(
    "staff",
    "工作人员",
    (
        Field("org", "所在机构", "工作人员", Kind.ORG, privacy=1, required=True),
        Field("name", "姓名", "工作人员", privacy=1, max_length=50, required=True),
        Field("post", "岗位", "工作人员", privacy=1, max_length=40),
        Field("phone", "联系电话", "工作人员", privacy=1, max_length=40),
        Field("on_card", "印在联系卡上", "工作人员", Kind.BOOL, privacy=1),
    ),
)

KINDS: dict[str, RecordKind] = {kind.key: kind for kind in (PERSON, PHONE, CONTACT, TAG, VISIT, CARD, ORG, STAFF)}


def kind_of(key: str) -> RecordKind:
    """Return the record kind named `key`; KeyError if there is none."""
    return KINDS[key]


def person_field(key: str) -> Field:
    """Return the person field named `key`; KeyError if there is none."""
    return PERSON.field(key)


def masked(field: Field, text: str) -> str:
    """Return `text` as a list on screen may show it: fields of privacy 3 and up lose their middle.

    An 18-digit id keeps 6 leading and 4 trailing characters; a phone 3 and 4; other text its
    first two characters (`security.md` threat 3).
    """
    if field.privacy < 3 or not text:
        return text
    if field.kind is Kind.ID_NUMBER or (len(text) >= 15 and text[:14].isdigit()):
        return text[:6] + "*" * max(len(text) - 10, 4) + text[-4:]
    if field.kind is Kind.PHONE and len(text) >= 7:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    if field.kind in {Kind.CODE, Kind.BOOL, Kind.DATE}:
        return text
    return text[:2] + "***" if len(text) > 2 else text
