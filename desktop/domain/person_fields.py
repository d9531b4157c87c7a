"""The fields of a person (`domain.md` sections 1.1 to 1.11), in the order forms show them."""

from desktop.domain.fields import Field, Kind, Policy

IDENTITY = "身份"
RESIDENCE = "居住"
WORK = "就业与退休"
INSURANCE = "养老与医疗"
PARTY = "党组织关系"
ARCHIVE = "人事档案"
FAMILY = "家庭"
CARE = "健康与关爱"
HOBBY = "特长爱好"
OUTSIDE = "统筹外费用"
STATE = "移交与在管"

# Why each group is kept (PIPL art. 5 and 6: lawful, necessary, minimum), shown beside every field.
PURPOSES: dict[str, str] = {
    IDENTITY: "确认本人身份，防止重登、错登",
    RESIDENCE: "确定接收社区，上门服务和走访",
    WORK: "核对移交企业和退休情况",
    INSURANCE: "协助资格认证和待遇咨询（参考，不代替社保记录）",
    PARTY: "接转和管理党员组织关系",
    ARCHIVE: "交接和查询人事档案",
    FAMILY: "紧急联系和代办",
    CARE: "安排走访和关爱服务",
    HOBBY: "组织活动和志愿服务",
    OUTSIDE: "答复本人关于统筹外费用的询问",
    STATE: "掌握移交进度和在管状态",
}

_IDENTITY = (
    Field(
        "person_no",
        "人员编号",
        IDENTITY,
        synonyms=("档案卡号", "册内编号"),
        privacy=1,
        maintainer="X",
        max_length=20,
        policy=Policy.AUTHORITY,
        in_table=True,
        width=12,
    ),
    Field(
        "name",
        "姓名",
        IDENTITY,
        synonyms=("退休人员姓名", "名字", "人员姓名"),
        maintainer="E",
        max_length=50,
        required=True,
        in_table=True,
        width=10,
    ),
    Field("name_former", "曾用名", IDENTITY, synonyms=("别名", "又名", "同音字"), max_length=100, retired=True),
    Field(
        "name_external",
        "外部系统用字",
        IDENTITY,
        synonyms=("社保姓名", "银行户名"),
        max_length=100,
        purpose="生僻字在外部系统中的写法",
        retired=True,
    ),
    Field("sex", "性别", IDENTITY, Kind.CODE, ("男女",), "sex", maintainer="E", in_table=True, width=4),
    Field("id_type", "证件类型", IDENTITY, Kind.CODE, ("证件种类",), "id_type", maintainer="E"),
    Field(
        "id_no",
        "公民身份号码",
        IDENTITY,
        Kind.ID_NUMBER,
        (
            "身份证号",
            "身份证号码",
            "身份证",
            "证件号码",
            "社会保障号",
            "社会保障号码",
            "公民身份证号",
            "居民身份证号码",
            "身份证件号码",
            "证件号",
        ),
        privacy=3,
        maintainer="E",
        max_length=30,
        in_table=True,
        width=18,
    ),
    Field(
        "id_no_old",
        "曾用证号",
        IDENTITY,
        synonyms=("老身份证号", "旧证号", "原身份证号", "原15位证号"),
        privacy=3,
        max_length=100,
        retired=True,
    ),
    Field("id_valid_to", "证件有效期", IDENTITY, Kind.TEXT, ("有效期至", "身份证有效期"), max_length=20),
    Field(
        "birth_id",
        "出生日期（证件）",
        IDENTITY,
        Kind.DATE,
        ("出生日期", "出生年月", "出生年月日", "生日", "出生时间"),
        maintainer="E",
        in_table=True,
        width=10,
    ),
    Field(
        "birth_file",
        "档案出生年月",
        IDENTITY,
        Kind.DATE,
        ("档案记载出生", "档案出生日期", "档案出生时间"),
        maintainer="E",
    ),
    Field("birthday_lunar", "习惯过的生日（农历）", IDENTITY, synonyms=("农历生日",), max_length=20),
    Field("ethnic", "民族", IDENTITY, Kind.CODE, (), "ethnic", maintainer="E", width=6),
    Field("native_place", "籍贯", IDENTITY, synonyms=("出生地",), maintainer="E", max_length=60),
    Field("marital", "婚姻状况", IDENTITY, Kind.CODE, ("婚否", "婚姻"), "marital", width=6),
    Field("education", "文化程度", IDENTITY, Kind.CODE, ("学历", "最高学历"), "education", maintainer="E", width=8),
    Field("photo", "照片", IDENTITY, Kind.IMAGE, privacy=3, max_length=64),
)

_RESIDENCE = (
    Field(
        "home_org",
        "所属社区",
        RESIDENCE,
        Kind.ORG,
        ("社区", "管辖社区", "所在社区", "接收社区", "归属社区"),
        privacy=1,
        maintainer="S",
        policy=Policy.AUTHORITY,
        in_table=True,
        width=12,
    ),
    Field("roster_org", "名册所写社区", RESIDENCE, privacy=1, maintainer="E", max_length=100),
    Field("assign_basis", "接收依据", RESIDENCE, Kind.CODE, (), "assign_basis", privacy=1, maintainer="S"),
    Field(
        "live_addr",
        "长期居住地",
        RESIDENCE,
        synonyms=(
            "现住址",
            "居住地址",
            "家庭住址",
            "常住地",
            "常住地址",
            "住址",
            "现居住地",
            "家庭地址",
            "详细住址",
            "居住地",
            "现住地址",
            "通讯地址",
        ),
        privacy=3,
        in_table=False,
        width=28,
    ),
    Field("live_estate", "小区", RESIDENCE, synonyms=("小区名称", "家属院", "院落"), max_length=60),
    Field("live_building", "楼栋", RESIDENCE, synonyms=("楼", "楼号", "幢", "栋"), max_length=20, width=6),
    Field("live_unit", "单元", RESIDENCE, synonyms=("单元号",), max_length=20, width=6),
    Field("live_room", "室号", RESIDENCE, synonyms=("房号", "门牌", "室", "门牌号"), max_length=20, width=6),
    Field("grid", "网格", RESIDENCE, synonyms=("片区", "网格号", "所属网格"), privacy=1, max_length=40),
    Field("hukou_area", "户籍所在地", RESIDENCE, synonyms=("户口所在地", "户籍地"), privacy=2, maintainer="E"),
    Field("hukou_addr", "户籍地址", RESIDENCE, synonyms=("户口地址", "户籍详细地址"), privacy=3, maintainer="E"),
    Field("hukou_kind", "户口性质", RESIDENCE, Kind.CODE, ("户籍性质",), "hukou_kind", maintainer="E"),
    Field("live_class", "居住地类别", RESIDENCE, Kind.CODE, ("居住类型",), "live_class"),
    Field("remote_addr", "异地居住地", RESIDENCE, synonyms=("异地安置", "异地居住地址"), privacy=3),
    Field("living_state", "居住方式", RESIDENCE, Kind.CODE, ("居住状况",), "living_state", privacy=4),
    Field("access_note", "上门须知", RESIDENCE, synonyms=("楼层电梯",), max_length=200),
)

_WORK = (
    Field(
        "ent_name",
        "原单位",
        WORK,
        synonyms=(
            "移交企业",
            "原工作单位",
            "所属单位",
            "单位名称",
            "工作单位",
            "退休单位",
            "企业名称",
            "单位",
            "原企业",
        ),
        maintainer="E",
        in_table=True,
        width=18,
    ),
    Field("ent_sub", "二级单位", WORK, synonyms=("分厂", "下属单位", "车间", "部门"), maintainer="E"),
    Field(
        "ent_uscc",
        "统一社会信用代码",
        WORK,
        synonyms=("信用代码", "组织机构代码"),
        privacy=1,
        maintainer="E",
        max_length=18,
    ),
    Field(
        "ent_level",
        "企业隶属",
        WORK,
        Kind.CODE,
        ("央企/省企/市企/区企", "隶属关系"),
        "ent_level",
        privacy=1,
        maintainer="E",
    ),
    Field("ent_group", "集团公司", WORK, synonyms=("主管集团", "所属集团"), privacy=1, maintainer="E"),
    Field("post", "原任职务", WORK, synonyms=("原职务", "职务", "职级"), maintainer="E", max_length=60),
    Field("title", "职称或技术等级", WORK, synonyms=("职称", "技术等级"), maintainer="E", max_length=60),
    Field("skill_level", "职业技能等级", WORK, Kind.CODE, ("技能等级",), "skill_level", maintainer="E"),
    Field("worker_kind", "干部工人身份", WORK, Kind.CODE, ("身份", "人员身份"), "worker_kind", maintainer="E"),
    Field("work_start", "参加工作时间", WORK, Kind.DATE, ("参工时间", "工作时间", "参加工作日期"), maintainer="E"),
    Field(
        "retire_date",
        "退休时间",
        WORK,
        Kind.DATE,
        ("退休年月", "离退休日期", "退休手续办理时间", "办理退休时间", "退休日期", "离退休时间"),
        maintainer="E",
        in_table=True,
        width=10,
    ),
    Field(
        "retire_kind",
        "退休类别",
        WORK,
        Kind.CODE,
        ("离退休类别", "退休类型", "退休性质"),
        "retire_kind",
        maintainer="E",
    ),
    Field("pay_months", "缴费月数（含视同）", WORK, Kind.INT, ("缴费月数",), maintainer="I"),
    Field("special_job", "特殊工种", WORK, Kind.CODE, (), "special_job", maintainer="E"),
    Field("inst_of_soe", "企业管理的事业单位退休人员", WORK, Kind.BOOL, privacy=1, maintainer="E"),
    Field("leader_flag", "上级管理的退休领导人员", WORK, Kind.BOOL, maintainer="E"),
)

_INSURANCE = (
    Field(
        "si_person_no",
        "社保个人编号",
        INSURANCE,
        synonyms=("个人编号", "社保编号", "个人保险编号", "保险号", "社保号"),
        privacy=3,
        maintainer="I",
        max_length=30,
    ),
    Field(
        "si_agency",
        "养老保险经办机构",
        INSURANCE,
        synonyms=("社保关系所在地（养老）", "养老关系所在地"),
        privacy=1,
        maintainer="I",
    ),
    Field("mi_agency", "医保参保地", INSURANCE, synonyms=("社保关系所在地（医疗）", "医保关系所在地"), maintainer="I"),
    Field(
        "manage_mode", "社会化管理形式", INSURANCE, Kind.CODE, ("管理形式",), "manage_mode", privacy=1, maintainer="S"
    ),
    Field("pay_state", "待遇发放状态", INSURANCE, Kind.CODE, ("发放状态",), "pay_state", privacy=3, maintainer="I"),
    Field(
        "pension_amt",
        "养老金月额",
        INSURANCE,
        Kind.MONEY,
        ("退休金", "养老金", "月养老金"),
        privacy=4,
        maintainer="I",
        off=True,
        purpose="仅在核定党费基数或救助时需要",
    ),
    Field("bank", "发放银行", INSURANCE, synonyms=("开户行", "银行名称"), privacy=4, maintainer="I", off=True),
    Field(
        "bank_acct",
        "银行账号",
        INSURANCE,
        synonyms=("银行卡号", "存折号", "账号"),
        privacy=4,
        maintainer="I",
        off=True,
        max_length=30,
    ),
    Field("cert_last", "最近认证日", INSURANCE, Kind.DATE, ("认证日期", "资格认证", "年检日期", "最近认证时间")),
    Field("cert_way", "认证方式", INSURANCE, Kind.CODE, (), "cert_way"),
    Field("chronic", "门诊慢特病认定", INSURANCE, synonyms=("慢性病", "慢特病"), privacy=4),
    Field("remote_mi", "异地就医备案", INSURANCE, synonyms=("异地就医",), privacy=3),
    Field("chronic_on", "慢特病认定日期", INSURANCE, Kind.DATE, privacy=4),
    Field("remote_mi_on", "异地就医备案日期", INSURANCE, Kind.DATE, privacy=3),
    Field("annuity", "企业年金", INSURANCE, Kind.BOOL, ("是否有企业年金",), maintainer="E"),
)

_PARTY = (
    Field(
        "political",
        "政治面貌",
        PARTY,
        Kind.CODE,
        ("党派", "是否党员", "党员", "面貌"),
        "political",
        privacy=3,
        maintainer="E",
        width=8,
    ),
    Field("join_date", "入党时间", PARTY, Kind.DATE, ("入党日期",), privacy=3, maintainer="P"),
    Field("formal_date", "转正时间", PARTY, Kind.DATE, ("转正日期",), privacy=3, maintainer="P"),
    Field("branch_from", "原党支部", PARTY, synonyms=("所在党支部",), privacy=3, maintainer="P"),
    Field(
        "branch_to", "接收党支部", PARTY, synonyms=("党组织去向", "所属党支部", "接收党组织"), privacy=3, maintainer="P"
    ),
    Field(
        "fee_base",
        "党费缴纳基数",
        PARTY,
        Kind.MONEY,
        ("党费基数",),
        privacy=4,
        maintainer="P",
        off=True,
        purpose="接转前由企业核定，仅在核算党费时需要",
    ),
    Field("fee_paid_to", "党费交至年月", PARTY, Kind.DATE, ("党费缴至",), privacy=3, maintainer="P"),
    Field("letter_no", "组织关系介绍信号", PARTY, synonyms=("介绍信编号",), privacy=3, maintainer="P", max_length=40),
    Field("letter_date", "介绍信开具日", PARTY, Kind.DATE, privacy=3, maintainer="P"),
    Field("letter_valid", "介绍信有效期至", PARTY, Kind.DATE, privacy=3, maintainer="P"),
    Field("receipt_date", "介绍信回执日期", PARTY, Kind.DATE, privacy=3, maintainer="P"),
    Field(
        "party_state", "党员状态", PARTY, Kind.CODES, (), "party_state", privacy=3, maintainer="P", policy=Policy.UNION
    ),
)

_ARCHIVE = (
    Field(
        "file_no",
        "档案编号",
        ARCHIVE,
        synonyms=("档案局档号", "档号", "档案号"),
        privacy=3,
        maintainer="A",
        max_length=40,
    ),
    Field(
        "file_keeper",
        "档案存放地点",
        ARCHIVE,
        synonyms=("保管单位", "档案保管单位", "档案所在地"),
        privacy=3,
        maintainer="A",
    ),
    Field("file_volumes", "卷数", ARCHIVE, Kind.INT, ("档案卷数",), privacy=3, maintainer="A"),
    Field("file_pages", "页数", ARCHIVE, Kind.INT, ("档案页数",), privacy=3, maintainer="A"),
    Field("keep_period", "保管期限", ARCHIVE, privacy=3, maintainer="A", max_length=20),
    Field("file_complete", "档案是否齐全", ARCHIVE, Kind.BOOL, privacy=3, maintainer="A"),
    Field(
        "file_missing", "缺失材料", ARCHIVE, Kind.NOTE, ("缺失材料清单",), privacy=3, maintainer="A", max_length=1000
    ),
    Field("digitised", "是否数字化", ARCHIVE, Kind.BOOL, privacy=3, maintainer="A"),
    Field("digital_pages", "扫描页数", ARCHIVE, Kind.INT, privacy=3, maintainer="A"),
    Field("digital_check", "扫描件校验值", ARCHIVE, privacy=3, maintainer="A", max_length=64),
    Field("file_move", "档案移交批次", ARCHIVE, synonyms=("交接单号",), privacy=3, maintainer="A"),
    Field("file_moved_on", "档案移交日期", ARCHIVE, Kind.DATE, privacy=3, maintainer="A"),
    Field("file_receiver", "档案接收人", ARCHIVE, privacy=3, maintainer="A", max_length=50),
    Field("file_flag", "档案说明", ARCHIVE, Kind.CODE, (), "file_flag", privacy=3, maintainer="A"),
)

_FAMILY = (
    Field("spouse_name", "配偶姓名", FAMILY, synonyms=("爱人", "爱人姓名", "配偶"), privacy=3, max_length=50),
    Field("spouse_birth", "配偶出生年月", FAMILY, Kind.DATE, privacy=3),
    Field("spouse_phone", "配偶电话", FAMILY, Kind.PHONE, ("爱人电话",), privacy=3, max_length=40),
    Field("spouse_work", "配偶工作单位", FAMILY, synonyms=("爱人工作单位",), privacy=3),
    Field("agent", "委托代理人", FAMILY, synonyms=("委托人", "代理人"), privacy=3, max_length=50),
    Field("wechat_group", "微信群或自管小组", FAMILY, synonyms=("微信群", "自管小组"), max_length=60),
)

_CARE = (
    Field("health", "健康状况", CARE, Kind.CODE, ("身体状况", "健康"), "health", privacy=4, width=8),
    Field("disability", "失能等级", CARE, Kind.CODE, (), "ability", privacy=4),
    Field("illness", "重病情况", CARE, synonyms=("病情", "患病情况"), privacy=4),
    Field("dibao", "是否享受低保", CARE, Kind.BOOL, ("低保", "享受低保"), privacy=4),
    Field("visit_tier", "走访等级", CARE, Kind.CODE, (), "visit_tier", privacy=4),
)

_HOBBY = (
    Field("skills", "特长技能", HOBBY, synonyms=("特长", "技能")),
    Field("hobbies", "兴趣爱好", HOBBY, Kind.CODES, ("爱好", "兴趣"), "hobby", policy=Policy.UNION),
    Field("public_good", "从事公益活动情况", HOBBY, synonyms=("公益活动", "志愿服务")),
    Field("volunteer_no", "志愿者编号", HOBBY, max_length=40),
    Field("volunteer_hours", "志愿服务时长（小时）", HOBBY, Kind.INT),
    Field("can_teach", "可授课内容", HOBBY),
)

_OUTSIDE = (
    Field("outside_item", "统筹外项目", OUTSIDE, synonyms=("统筹外费用项目",), privacy=4, maintainer="E", off=True),
    Field("outside_amt", "统筹外月标准", OUTSIDE, Kind.MONEY, privacy=4, maintainer="E", off=True),
    Field("outside_year", "统筹外年标准", OUTSIDE, Kind.MONEY, privacy=4, maintainer="E", off=True),
    Field("outside_payer", "统筹外发放主体", OUTSIDE, privacy=4, maintainer="E", off=True, max_length=100),
    Field("outside_on", "统筹外计提日期", OUTSIDE, Kind.DATE, privacy=4, maintainer="E", off=True),
    Field("outside_deed", "统筹外协议号", OUTSIDE, privacy=4, maintainer="E", off=True, max_length=60),
    Field("outside_way", "统筹外处理方式", OUTSIDE, Kind.CODE, (), "outside_way", privacy=4, maintainer="E", off=True),
)

_STATE = (
    Field(
        "manage_state", "管理状态", STATE, Kind.CODE, ("在管状态",), "manage_state", privacy=1, in_table=True, width=6
    ),
    Field("alive_state", "生存状态", STATE, Kind.CODE, ("生存情况",), "alive_state", maintainer="E"),
    Field("handover_state", "移交进度", STATE, Kind.CODE, (), "handover_state", privacy=1, maintainer="S"),
    Field("verified_on", "信息核对日期", STATE, Kind.DATE, privacy=1),
    Field("death_date", "死亡日期", STATE, Kind.DATE, ("去世日期", "死亡时间"), privacy=3),
    Field("death_source", "死亡信息来源", STATE, Kind.CODE, (), "death_source", privacy=3),
    Field("death_cert_no", "死亡证明编号", STATE, privacy=3, max_length=40),
    Field("cremation_no", "火化证编号", STATE, privacy=3, max_length=40),
    Field("joined_to", "并入人员", STATE, Kind.RECORD, privacy=1, maintainer="X", max_length=32),
    Field("owner_epoch", "归属次数", STATE, Kind.INT, privacy=1, maintainer="X", policy=Policy.AUTHORITY, hidden=True),
    Field("change_reason", "增减变动原因", STATE, Kind.CODE, ("变动原因",), "change_reason", privacy=3),
    Field(
        "remark", "备注", STATE, Kind.NOTE, ("说明", "其他", "附注"), max_length=2000, policy=Policy.APPEND, width=20
    ),
)

PERSON_FIELDS: tuple[Field, ...] = (
    *_IDENTITY,
    *_RESIDENCE,
    *_WORK,
    *_INSURANCE,
    *_PARTY,
    *_ARCHIVE,
    *_FAMILY,
    *_CARE,
    *_HOBBY,
    *_OUTSIDE,
    *_STATE,
)
