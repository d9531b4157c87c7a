"""What belongs to the house and not to one person: organisations, code lists, settings that are logged."""

from desktop.domain.fields import Field, Kind, Policy, RecordKind
from desktop.domain.privacy_records import PRIVACY_RECORDS

ORG = RecordKind(
    "org",
    "机构",
    (
        Field("code", "机构编码", "机构", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("name", "机构名称", "机构", privacy=1, max_length=60, required=True, policy=Policy.AUTHORITY),
        Field("level", "层级", "机构", Kind.CODE, (), "org_level", privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("parent", "上级机构", "机构", Kind.ORG, privacy=1, policy=Policy.AUTHORITY),
        Field("aliases", "别名", "机构", privacy=1, max_length=400, policy=Policy.AUTHORITY),
        Field("since", "成立日期", "机构", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("until", "撤并日期", "机构", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("became", "并入机构", "机构", Kind.ORG, privacy=1, policy=Policy.AUTHORITY),
        Field("area_code", "统计用区划代码", "机构", privacy=1, max_length=12, policy=Policy.AUTHORITY),
        Field("run_by", "管理方式", "机构", Kind.CODE, (), "run_by", privacy=1, policy=Policy.AUTHORITY),
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

ORG_ALIAS = RecordKind(
    "org_alias",
    "机构别名",
    (
        Field("org", "机构", "机构", Kind.ORG, privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("name", "别名或原名", "机构", privacy=1, max_length=60, required=True, policy=Policy.AUTHORITY),
        Field("since", "启用日期", "机构", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("until", "停用日期", "机构", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("note", "说明", "机构", privacy=1, policy=Policy.AUTHORITY),
    ),
)

CODE = RecordKind(
    "code",
    "代码",
    (
        Field("list", "代码表", "代码", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("code", "代码", "代码", privacy=1, max_length=20, required=True, policy=Policy.AUTHORITY),
        Field("label", "名称", "代码", privacy=1, max_length=60, required=True, policy=Policy.AUTHORITY),
        Field("also", "其他写法", "代码", privacy=1, max_length=400, policy=Policy.AUTHORITY),
        Field("position", "次序", "代码", Kind.INT, privacy=1, policy=Policy.AUTHORITY),
        Field("stopped", "停用", "代码", Kind.BOOL, privacy=1, policy=Policy.AUTHORITY),
        Field("source", "依据", "代码", privacy=1, policy=Policy.AUTHORITY),
    ),
)

CODE_LIST = RecordKind(
    "code_list",
    "代码表",
    (
        Field("list", "代码表", "代码", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("confirmed", "已核对", "代码", Kind.BOOL, privacy=1, policy=Policy.AUTHORITY),
        Field("source", "来源", "代码", privacy=1, policy=Policy.AUTHORITY),
        Field("as_of", "核对日期", "代码", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
    ),
)

AGE_BAND = RecordKind(
    "age_band",
    "高龄档次",
    (
        Field("name", "名称", "高龄", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("from_age", "满多少周岁", "高龄", Kind.INT, privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("to_age", "不满多少周岁", "高龄", Kind.INT, privacy=1, policy=Policy.AUTHORITY),
        Field("amount", "每月补贴", "高龄", Kind.MONEY, privacy=1, policy=Policy.AUTHORITY),
        Field("since", "执行日期", "高龄", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("until", "停止日期", "高龄", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("next_month", "次月起享受", "高龄", Kind.BOOL, privacy=1, policy=Policy.AUTHORITY),
        Field("source", "依据", "高龄", privacy=1, policy=Policy.AUTHORITY),
    ),
)

FIELD_SWITCH = RecordKind(
    "field_switch",
    "字段启用",
    (
        Field("field", "字段", "设置", privacy=1, max_length=40, required=True, policy=Policy.AUTHORITY),
        Field("collected", "采集", "设置", Kind.BOOL, privacy=1, required=True, policy=Policy.AUTHORITY),
        Field("why", "理由", "设置", privacy=1, max_length=200, required=True, policy=Policy.AUTHORITY),
    ),
)

SAVED_FILTER = RecordKind(
    "saved_filter",
    "常用筛选",
    (
        Field("name", "名称", "筛选", privacy=1, max_length=40, required=True),
        Field("expression", "条件", "筛选", Kind.NOTE, privacy=1, max_length=2000, required=True),
        Field("columns", "显示的列", "筛选", Kind.NOTE, privacy=1, max_length=2000),
        Field("sort", "排序", "筛选", privacy=1, max_length=60),
        Field("position", "次序", "筛选", Kind.INT, privacy=1),
    ),
    local=True,
)

FORM_MAP = RecordKind(
    "form_map",
    "外来表格",
    (
        Field("name", "名称", "表格", privacy=1, max_length=100, required=True, policy=Policy.AUTHORITY),
        Field("fingerprint", "指纹", "表格", privacy=1, max_length=64, required=True, policy=Policy.AUTHORITY),
        Field("file_kind", "文件类型", "表格", privacy=1, max_length=8, required=True, policy=Policy.AUTHORITY),
        Field(
            "mapping",
            "对应关系",
            "表格",
            Kind.NOTE,
            privacy=1,
            max_length=60000,
            required=True,
            policy=Policy.AUTHORITY,
        ),
        Field("template", "空表", "表格", Kind.IMAGE, privacy=1, max_length=64),
    ),
)

FROZEN = RecordKind(
    "frozen",
    "定格数据",
    (
        Field("name", "名称", "定格", privacy=1, max_length=100, required=True),
        Field("as_on", "数据日期", "定格", Kind.DATE, privacy=1, required=True),
        Field("made_on", "定格日期", "定格", Kind.DATE, privacy=1, required=True),
        Field("done_by", "定格人", "定格", privacy=1, max_length=50, required=True),
        Field("rule", "统计口径", "定格", Kind.NOTE, privacy=1, max_length=2000),
        Field("numbers", "数据", "定格", Kind.NOTE, privacy=1, max_length=200000, required=True),
        Field("people", "人数", "定格", Kind.INT, privacy=1, required=True),
        Field("digest", "名单校验值", "定格", privacy=1, max_length=64, required=True),
        Field("signature", "签名", "定格", privacy=1, max_length=200, required=True),
    ),
    local=True,
)

CARD_DESIGN = RecordKind(
    "card_design",
    "联系卡式样",
    (
        Field("kind", "卡种", "式样", privacy=1, max_length=20, required=True, policy=Policy.AUTHORITY),
        Field("title", "标题", "式样", privacy=1, max_length=40, policy=Policy.AUTHORITY),
        Field("back_title", "背面标题", "式样", privacy=1, max_length=40, policy=Policy.AUTHORITY),
        Field("services", "服务内容", "式样", Kind.NOTE, privacy=1, max_length=1000, policy=Policy.AUTHORITY),
        Field("hotlines", "服务热线", "式样", Kind.NOTE, privacy=1, max_length=300, policy=Policy.AUTHORITY),
        Field("note", "提示", "式样", privacy=1, max_length=100, policy=Policy.AUTHORITY),
        Field("accent", "底色", "式样", privacy=1, max_length=7, policy=Policy.AUTHORITY),
        Field("ink", "文字颜色", "式样", privacy=1, max_length=7, policy=Policy.AUTHORITY),
        Field("hidden", "不印的内容", "式样", privacy=1, max_length=300, policy=Policy.AUTHORITY),
        # A small PNG in base64, in parts that each fit a line of a package.
        *(
            Field(
                f"logo_{part}",
                f"标志（{part}）",
                "式样",
                Kind.NOTE,
                privacy=1,
                max_length=4000,
                policy=Policy.AUTHORITY,
            )
            for part in range(1, 5)
        ),
    ),
)

# A person on the way from one unit to another (F21). Each field has one writer: the source what it offers and
# takes back, the target its answer, the unit above both the rest; so no two can write the same one at once.
_STEP = "转移"
TRANSFER = RecordKind(
    "transfer",
    "转移单",
    (
        Field("number", "转移单号", _STEP, privacy=1, max_length=20, required=True),
        Field("subject", "人员", _STEP, Kind.RECORD, privacy=1, max_length=32, required=True),
        Field("name", "姓名", _STEP, max_length=50, required=True),
        Field("summary", "转移时的登记", _STEP, Kind.NOTE, privacy=3, max_length=2000),
        Field("digest", "登记校验值", _STEP, privacy=1, maintainer="X", max_length=64),
        Field("epoch", "转移前的归属次数", _STEP, Kind.INT, privacy=1, maintainer="X"),
        Field("source", "转出单位", _STEP, Kind.ORG, privacy=1, required=True),
        Field("wanted", "拟转入单位", _STEP, Kind.ORG, privacy=1),
        Field("reason", "转移原因", _STEP, privacy=2, required=True),
        Field("offered_on", "提出日期", _STEP, Kind.DATE, privacy=1, required=True),
        Field("offered_by", "提出人", _STEP, privacy=1, max_length=50),
        Field("target", "转入单位", _STEP, Kind.ORG, privacy=1, maintainer="S"),
        Field("routed_on", "转交日期", _STEP, Kind.DATE, privacy=1, maintainer="S"),
        Field("routed_by", "转交人", _STEP, privacy=1, max_length=50, maintainer="S"),
        Field("answer", "接收意见", _STEP, Kind.CODE, (), "transfer_answer", privacy=1),
        Field("answer_why", "不接收的原因", _STEP, privacy=2),
        Field("answered_on", "答复日期", _STEP, Kind.DATE, privacy=1),
        Field("answered_by", "答复人", _STEP, privacy=1, max_length=50),
        Field("cancelled_on", "撤回日期", _STEP, Kind.DATE, privacy=1),
        Field("cancelled_by", "撤回人", _STEP, privacy=1, max_length=50),
        Field("cancel_why", "撤回原因", _STEP, privacy=2),
        Field("ended", "办结", _STEP, Kind.CODE, (), "transfer_end", privacy=1, maintainer="S"),
        Field("ended_on", "办结日期", _STEP, Kind.DATE, privacy=1, maintainer="S"),
        Field("ended_by", "办结人", _STEP, privacy=1, max_length=50, maintainer="S"),
        Field("end_why", "办结说明", _STEP, privacy=2, maintainer="S"),
        Field("new_epoch", "转移后的归属次数", _STEP, Kind.INT, privacy=1, maintainer="X"),
    ),
)

# A write of somebody who does not own the person, on its way to who does; the unit above both makes it, the owner
# answers. `settled` names the owner's write that ends it: it knows the proposed one, so it is final.
_IDEA = "提议"
PROPOSAL = RecordKind(
    "proposal",
    "提议",
    (
        Field("about_kind", "登记种类", _IDEA, privacy=1, max_length=40, required=True),
        Field("about", "登记", _IDEA, privacy=1, max_length=32, required=True),
        Field("subject", "人员", _IDEA, Kind.RECORD, privacy=1, max_length=32, required=True),
        Field("name", "姓名", _IDEA, max_length=50),
        Field("home", "管理单位", _IDEA, Kind.ORG, privacy=1, required=True),
        Field("by_org", "提议单位", _IDEA, Kind.ORG, privacy=1, required=True),
        Field("by_user", "提议人", _IDEA, privacy=1, max_length=50),
        Field("made_at", "提议时间", _IDEA, privacy=1, max_length=40),
        Field("made_why", "提议说明", _IDEA, privacy=2),
        Field("action", "提议的操作", _IDEA, privacy=1, max_length=20, required=True),
        Field("base", "原来的内容", _IDEA, Kind.NOTE, privacy=3, max_length=4000),
        Field("proposed", "提议的内容", _IDEA, Kind.NOTE, privacy=3, max_length=4000),
        Field("dot", "提议的编号", _IDEA, privacy=1, max_length=80, required=True),
        Field("answer", "答复", _IDEA, Kind.CODE, (), "proposal_answer", privacy=1, policy=Policy.AUTHORITY),
        Field("answer_why", "不采纳的原因", _IDEA, privacy=2, policy=Policy.AUTHORITY),
        Field("answered_on", "答复日期", _IDEA, Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
        Field("answered_by", "答复人", _IDEA, privacy=1, max_length=50, policy=Policy.AUTHORITY),
        Field("settled", "办结的改动", _IDEA, privacy=1, max_length=80, policy=Policy.AUTHORITY),
    ),
)

# What belongs to the house and not to one person.
HOUSE_RECORDS: tuple[RecordKind, ...] = (
    ORG,
    STAFF,
    ORG_ALIAS,
    CODE,
    CODE_LIST,
    AGE_BAND,
    FIELD_SWITCH,
    SAVED_FILTER,
    FORM_MAP,
    FROZEN,
    *PRIVACY_RECORDS,
    TRANSFER,
    PROPOSAL,
    CARD_DESIGN,
)
