"""What hangs on a person: every kind of record that has an owner (`domain.md` sections 1.4 to 1.11)."""

from desktop.domain.fields import Field, Kind, Policy, RecordKind
from desktop.domain.privacy_records import PERSON_PRIVACY

_OWNER = Field("person", "人员", "关联", Kind.RECORD, privacy=1, maintainer="X", max_length=32, required=True)
_SOURCE = Field("source", "来源", "登记", privacy=1, max_length=100)
_NOTED = Field("noted_on", "登记日期", "登记", Kind.DATE, privacy=1)

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
        _SOURCE,
        _NOTED,
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
        _SOURCE,
        _NOTED,
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
            ("特殊人员", "特殊人员类别", "人员类别", "特殊情况", "困难类型", "特殊人群", "特殊群体"),
            "care_tag",
            privacy=4,
            required=True,
        ),
        Field("detail", "等级或说明", "标签", privacy=4, max_length=100),
        Field("since", "起始日期", "标签", Kind.DATE, privacy=4),
        Field("until", "截止日期", "标签", Kind.DATE, privacy=4),
        Field("evidence", "依据", "标签", privacy=4),
        _SOURCE,
        _NOTED,
        Field("reviewer", "审核人", "标签", privacy=1, max_length=50),
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
        Field("received_on", "领取日期", "联系卡", Kind.DATE, privacy=1),
        Field("issued_by", "发卡人", "联系卡", privacy=1, max_length=50),
        Field("printed_on", "最近印卡日期", "联系卡", Kind.DATE, privacy=1),
        Field("printed_for", "印上的内容", "联系卡", privacy=1, maintainer="X", max_length=64),
    ),
    append_only=True,
)

FORMER_NAME = RecordKind(
    "former_name",
    "曾用名",
    (
        _OWNER,
        Field("name", "曾用名或别的写法", "曾用名", max_length=50, required=True),
        Field("kind", "种类", "曾用名", Kind.CODE, (), "former_kind"),
        Field("system", "用在哪里", "曾用名", max_length=50, purpose="社保、银行等系统里的写法"),
        _SOURCE,
        _NOTED,
    ),
)

OLD_ID = RecordKind(
    "old_id",
    "曾用证号",
    (
        _OWNER,
        Field("number", "曾用证号", "曾用证号", privacy=3, max_length=30, required=True),
        Field("until", "用到何时", "曾用证号", Kind.DATE),
        _SOURCE,
        _NOTED,
    ),
)

INSURANCE = RecordKind(
    "insurance",
    "社保医保记录",
    (
        _OWNER,
        Field("kind", "险种", "社保医保", Kind.CODE, (), "insurance_kind", required=True),
        Field("agency", "经办机构或参保地", "社保医保", max_length=100),
        Field("number", "个人编号", "社保医保", privacy=3, max_length=30),
        Field("event", "事项", "社保医保", Kind.CODE, (), "insurance_event"),
        Field("since", "起始日期", "社保医保", Kind.DATE),
        Field("until", "截止日期", "社保医保", Kind.DATE),
        Field("detail", "说明", "社保医保", max_length=200, privacy=3),
        _SOURCE,
        _NOTED,
    ),
)

PARTY = RecordKind(
    "party",
    "党组织关系记录",
    (
        _OWNER,
        Field("event", "事项", "党组织关系", Kind.CODE, (), "party_event", privacy=3, required=True),
        Field("done_on", "日期", "党组织关系", Kind.DATE, privacy=3, required=True),
        Field("branch_from", "转出党组织", "党组织关系", privacy=3, max_length=100),
        Field("branch_to", "转入党组织", "党组织关系", privacy=3, max_length=100),
        Field("letter_no", "介绍信号", "党组织关系", privacy=3, max_length=40),
        Field("letter_valid", "介绍信有效期至", "党组织关系", Kind.DATE, privacy=3),
        Field("receipt_on", "回执日期", "党组织关系", Kind.DATE, privacy=3),
        Field("fee_paid_to", "党费交至年月", "党组织关系", Kind.DATE, privacy=3),
        Field("detail", "说明", "党组织关系", privacy=3, max_length=200),
        _SOURCE,
        _NOTED,
    ),
)

FILE_LOAN = RecordKind(
    "file_loan",
    "档案查阅借阅",
    (
        _OWNER,
        Field("kind", "方式", "档案查阅", Kind.CODE, (), "loan_kind", privacy=3, required=True),
        Field("done_on", "日期", "档案查阅", Kind.DATE, privacy=3, required=True),
        Field("borrower", "查阅人或单位", "档案查阅", privacy=3, max_length=100, required=True),
        Field("reason", "事由", "档案查阅", privacy=3, max_length=200),
        Field("letter_no", "介绍信号", "档案查阅", privacy=3, max_length=40),
        Field("approver", "审批人", "档案查阅", privacy=1, max_length=50),
        Field("due_on", "应还日期", "档案查阅", Kind.DATE, privacy=1),
        Field("returned_on", "归还日期", "档案查阅", Kind.DATE, privacy=1),
    ),
)

CONSENT = RecordKind(
    "consent",
    "告知与同意",
    (
        _OWNER,
        Field("purpose", "目的", "告知同意", max_length=200, required=True),
        Field("scope", "范围", "告知同意", max_length=200),
        Field("done_on", "签署日期", "告知同意", Kind.DATE, privacy=1, required=True),
        Field("signer", "签署人", "告知同意", max_length=50),
        Field("paper", "纸质件存放", "告知同意", privacy=1, max_length=100),
        Field("withdrawn_on", "撤回日期", "告知同意", Kind.DATE, privacy=1),
    ),
)

STATE = RecordKind(
    "state",
    "状态变动",
    (
        _OWNER,
        Field("old_state", "原状态", "状态", Kind.CODE, (), "manage_state", privacy=1, required=True),
        Field("new_state", "新状态", "状态", Kind.CODE, (), "manage_state", privacy=1, required=True),
        Field("done_on", "发生日期", "状态", Kind.DATE, privacy=1, required=True),
        Field("why", "原因", "状态", privacy=2, max_length=200, required=True),
        Field("where_to", "去向", "状态", privacy=2, max_length=100, purpose="转出时写明去往何处"),
        Field("evidence", "依据材料", "状态", privacy=2, max_length=200),
        Field("done_by", "经办人", "状态", privacy=1, max_length=50, required=True),
        Field("approver", "审核人", "状态", privacy=1, max_length=50),
    ),
    append_only=True,
)

VERIFY = RecordKind(
    "verify",
    "信息核对",
    (
        _OWNER,
        Field("round", "核对批次", "核对", privacy=1, max_length=60),
        Field("done_on", "核对日期", "核对", Kind.DATE, privacy=1, required=True),
        Field("method", "核对方式", "核对", Kind.CODE, (), "visit_method", privacy=1, required=True),
        Field("done_by", "核对人", "核对", privacy=1, max_length=50, required=True),
        Field("result", "核对结果", "核对", Kind.CODE, (), "verify_result", privacy=1, required=True),
        Field("told_by", "答复人", "核对", privacy=2, max_length=50, purpose="本人、委托人或家属"),
        Field("signed", "已签字", "核对", Kind.BOOL, privacy=1),
        Field("note", "说明", "核对", Kind.NOTE, privacy=2, max_length=1000),
    ),
    append_only=True,
)

VERIFY_ITEM = RecordKind(
    "verify_item",
    "核对项目",
    (
        _OWNER,
        Field("verify", "所属核对", "核对", Kind.RECORD, privacy=1, max_length=32, required=True),
        Field("field", "项目", "核对", privacy=1, max_length=40, required=True),
        Field("given", "企业所报", "核对", privacy=3, max_length=2000),
        Field("answer", "本人答复", "核对", privacy=3, max_length=2000),
        Field("result", "结果", "核对", Kind.CODE, (), "verify_result", privacy=1, required=True),
        Field("evidence", "依据", "核对", privacy=3, max_length=200),
        Field("decision", "处理", "核对", Kind.CODE, (), "verify_decision", privacy=1),
        Field("decided_on", "处理日期", "核对", Kind.DATE, privacy=1),
        Field("decided_by", "处理人", "核对", privacy=1, max_length=50),
    ),
    append_only=True,
)

PAIR = RecordKind(
    "pair",
    "重复判定",
    (
        _OWNER,
        Field("other", "另一人", "重复", Kind.RECORD, privacy=1, max_length=32, required=True),
        Field("verdict", "判定", "重复", Kind.CODE, (), "pair_verdict", privacy=1, required=True),
        Field("main", "保留", "重复", Kind.RECORD, privacy=1, max_length=32),
        Field("why", "理由", "重复", privacy=2, max_length=200, policy=Policy.AUTHORITY),
        Field("done_on", "判定日期", "重复", Kind.DATE, privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("done_by", "判定人", "重复", privacy=1, max_length=50, required=True, policy=Policy.AUTHORITY),
        Field("basis", "判定所依据", "重复", privacy=1, maintainer="X", max_length=64, policy=Policy.AUTHORITY),
    ),
)

# What hangs on a person, in the order a person's page shows it.
PERSON_RECORDS: tuple[RecordKind, ...] = (
    PHONE,
    CONTACT,
    TAG,
    VISIT,
    CARD,
    FORMER_NAME,
    OLD_ID,
    INSURANCE,
    PARTY,
    FILE_LOAN,
    CONSENT,
    STATE,
    VERIFY,
    VERIFY_ITEM,
    PAIR,
    *PERSON_PRIVACY,
)
