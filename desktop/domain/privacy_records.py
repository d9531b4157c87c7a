"""What the vault remembers about its own use: who looked, what was given away, what people asked for.

No values of people in them: ids, counts and names of fields only (`security.md` section 4).
"""

from desktop.domain.fields import Field, Kind, Policy, RecordKind

CONSENT_GIVEN = "second.given"  # the action of a note that a second supervisor consented

ACCESS_NOTE = RecordKind(
    "access_note",
    "访问记录",
    (
        Field("at", "时间", "访问", privacy=1, max_length=20, required=True),
        Field("user", "使用人", "访问", privacy=1, max_length=50, required=True),
        Field("role", "角色", "访问", privacy=1, max_length=20, required=True),
        Field("action", "操作", "访问", privacy=1, max_length=40, required=True),
        Field("about", "对象", "访问", Kind.RECORD, privacy=1, max_length=64),
        Field("fields", "项目", "访问", privacy=1, max_length=400),
        Field("count", "数量", "访问", Kind.INT, privacy=1),
        Field("second", "第二人", "访问", privacy=1, max_length=50),
        Field("detail", "说明", "访问", privacy=1, max_length=200),
    ),
    append_only=True,
    local=True,
)

EXPORT_NOTE = RecordKind(
    "export_note",
    "对外提供登记",
    (
        Field("at", "时间", "提供", privacy=1, max_length=20, required=True),
        Field("user", "经办人", "提供", privacy=1, max_length=50, required=True),
        Field("what", "内容", "提供", privacy=1, max_length=60, required=True),
        Field("people", "人数", "提供", Kind.INT, privacy=1, required=True),
        Field("recipient", "提供给谁", "提供", privacy=1, max_length=100, required=True),
        Field("purpose", "用途", "提供", privacy=1, max_length=200, required=True),
        Field("basis", "依据", "提供", privacy=1, max_length=200, required=True),
        Field("second", "第二人", "提供", privacy=1, max_length=50),
        Field("digest", "文件校验值", "提供", privacy=1, max_length=64),
    ),
    append_only=True,
    local=True,
)

LEGAL_BASIS = RecordKind(
    "legal_basis",
    "处理依据",
    (
        Field("field_group", "字段分组", "依据", privacy=1, max_length=40, required=True),
        Field("basis", "依据", "依据", privacy=1, max_length=200, required=True),
        Field("purpose", "目的", "依据", privacy=1, max_length=200),
        Field("keep_years", "保存年限", "依据", Kind.INT, privacy=1),
        Field("note", "说明", "依据", privacy=1, max_length=400),
    ),
    local=True,
)

# How much of a group of fields a role sees (`domain/sight.py`); a group without a record is as shipped.
SIGHT_LEVEL = RecordKind(
    "sight_level",
    "可见范围",
    (
        Field("field_group", "分组", "可见", privacy=1, max_length=40, required=True),
        Field("role", "角色", "可见", privacy=1, max_length=20, required=True),
        Field("level", "怎样显示", "可见", privacy=1, max_length=20, required=True),
    ),
    local=True,
)

# From where on use is unusual (`domain/watch.py`); what has no record is as shipped.
WATCH_LIMIT = RecordKind(
    "watch_limit",
    "异常访问的界线",
    (
        Field("what", "界线", "界线", privacy=1, max_length=40, required=True),
        Field("value", "数", "界线", Kind.INT, privacy=1, required=True),
    ),
    local=True,
)

_OWNER = Field("person", "人员", "人员", Kind.RECORD, privacy=1, max_length=32, required=True)

RIGHTS_REQUEST = RecordKind(
    "rights_request",
    "权利请求",
    (
        _OWNER,
        Field("kind", "请求", "权利请求", Kind.CODE, (), "rights_kind", privacy=1, required=True),
        Field("asked_on", "提出日期", "权利请求", Kind.DATE, privacy=1, required=True),
        Field("due_on", "答复期限", "权利请求", Kind.DATE, privacy=1, required=True),
        Field("asked_by", "提出人", "权利请求", privacy=2, max_length=50),
        Field("relation", "与本人关系", "权利请求", privacy=2, max_length=40),
        Field("what", "请求内容", "权利请求", Kind.NOTE, privacy=2, max_length=1000),
        Field("done_on", "办结日期", "权利请求", Kind.DATE, privacy=1),
        Field("outcome", "办理结果", "权利请求", Kind.NOTE, privacy=2, max_length=1000),
        Field("done_by", "办理人", "权利请求", privacy=1, max_length=50),
    ),
    local=True,
)

ARCHIVE_LOCK = RecordKind(
    "archive_lock",
    "封存",
    (
        _OWNER,
        Field("since", "封存日期", "封存", Kind.DATE, privacy=1, required=True),
        Field("keep_until", "保存至", "封存", Kind.DATE, privacy=1, required=True),
        Field("why", "原因", "封存", privacy=1, max_length=200, required=True),
        Field("done_by", "经办人", "封存", privacy=1, max_length=50, required=True),
        Field("until", "解除日期", "封存", Kind.DATE, privacy=1, policy=Policy.AUTHORITY),
    ),
    local=True,
)

# Travels in packages: whoever merges it erases the person as well. Says nothing about who it was.
ERASURE = RecordKind(
    "erasure",
    "彻底清除",
    (
        _OWNER,
        Field("done_on", "清除日期", "清除", Kind.DATE, privacy=1, required=True),
        Field("done_by", "经办人", "清除", privacy=1, max_length=50, required=True),
        Field("why", "依据", "清除", privacy=1, max_length=200, required=True),
    ),
    append_only=True,
)

ERASURE_PROOF = RecordKind(
    "erasure_proof",
    "清除凭证",
    (
        Field("about", "对象", "清除", Kind.RECORD, privacy=1, max_length=32, required=True),
        Field("entries", "变更记录", "清除", Kind.NOTE, privacy=1, max_length=200000, required=True),
        Field("digest", "校验值", "清除", privacy=1, max_length=64, required=True),
    ),
    append_only=True,
    local=True,
)

PRIVACY_RECORDS: tuple[RecordKind, ...] = (
    ACCESS_NOTE,
    EXPORT_NOTE,
    LEGAL_BASIS,
    ERASURE_PROOF,
    SIGHT_LEVEL,
    WATCH_LIMIT,
)
PERSON_PRIVACY: tuple[RecordKind, ...] = (RIGHTS_REQUEST, ARCHIVE_LOCK, ERASURE)
