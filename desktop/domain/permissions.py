"""Who may do what: one table of every action and the roles it is open to (`security.md` section 4).

Every unit of work names an action and every read names what it reads; the vault looks both up here
before it opens a transaction, so no service can forget to ask. An action that is not in the table is
refused. A new action gets a line in the block of its area below (`tests/architecture` walks the code
and names what is missing).
"""

from dataclasses import dataclass

from desktop.domain.dictionary import PERSON_RECORDS
from desktop.domain.errors import BugError, NotAllowedError

CLERK, SUPERVISOR, AUDITOR, TECHNICIAN = "clerk", "supervisor", "auditor", "technician"
ROLES = {CLERK: "录入员", SUPERVISOR: "主管", AUDITOR: "审计员", TECHNICIAN: "技术员"}

ALL = frozenset(ROLES)
STAFF = frozenset({CLERK, SUPERVISOR})
LEAD = frozenset({SUPERVISOR})
KEEPERS = frozenset({SUPERVISOR, TECHNICIAN})
READERS = frozenset({CLERK, SUPERVISOR, AUDITOR})
WATCHERS = frozenset({SUPERVISOR, AUDITOR})

# What a read is of; `Vault.reading` takes READ_PEOPLE unless told otherwise.
READ_PEOPLE = "read.people"
READ_WHOLE = "read.whole"  # what the program compares or writes for itself; shown to nobody (`store/veils.py`)
READ_REVEALED = "read.revealed"  # with what is masked, for one who asked and was noted; what is hidden stays so
READ_HOUSE = "read.house"  # organisations, code lists, settings, who may exchange
READ_REPORTS = "read.reports"  # counts without names
READ_AUDIT = "read.audit"
READ_SEALED = "read.sealed"  # checks and backups: nobody is shown anything

SMALL = 50  # people one print may hold without a supervisor, one export without a second person
FEW_DELETED = 10
# Units that only remember what was done: never undone, not shown among the changes of the register.
NOTES = frozenset({
    "access.note", "export.note", "user.add", "user.key", "user.remove", "user.password", "key.rotate", "recovery.make",
    "recovery.drill", "recovery.street", "recovery.untrust", "user.renew", "user.scope", "person.erase",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Permit:
    """One action: its Chinese name and the roles it is open to."""

    label: str
    roles: frozenset[str]


_READS = {
    READ_PEOPLE: Permit("查看人员", STAFF),
    READ_WHOLE: Permit("处理人员资料", STAFF),
    READ_REVEALED: Permit("查看遮挡的内容", STAFF),
    READ_HOUSE: Permit("查看机构和设置", ALL),
    READ_REPORTS: Permit("查看统计", READERS),
    READ_AUDIT: Permit("查看审计记录", WATCHERS),
    READ_SEALED: Permit("检查登记库", ALL),
}

# What is asked for by name (`Station.allow`), beside the units of work.
_ASKED = {
    "reveal": Permit("显示完整号码", STAFF),
    "export.plain": Permit("导出人员资料", LEAD),
    "print.people": Permit("打印个人材料", STAFF),
    "print.many": Permit(f"一次打印超过 {SMALL} 人的材料", LEAD),
    "backup": Permit("备份登记库", KEEPERS),
    "backup.auto": Permit("自动备份", ALL),
    "restore": Permit("恢复备份", KEEPERS),
    "check": Permit("检查登记库", ALL),
    "users": Permit("管理使用人", LEAD),
    "rotate": Permit("更换数据密钥", LEAD),
    "recovery": Permit("管理恢复码", LEAD),
    "draft": Permit("保存草稿", STAFF),
}

_EVERYDAY = {
    "person.register": Permit("新增人员", STAFF),
    "person.edit": Permit("修改人员", STAFF),
    "person.state": Permit("变更状态", STAFF),
    "photo.set": Permit("换照片", STAFF),
    "photo.remove": Permit("删除照片", STAFF),
    "visit.add": Permit("新增走访", STAFF),
    "visit.edit": Permit("修改走访", STAFF),
    "undo.one": Permit("撤销一项", STAFF),
    "verify.person": Permit("信息核对", STAFF),
    "verify.unreached": Permit("核对联系不上", STAFF),
    "verify.decide": Permit("处理核对异议", STAFF),
    "card.issue": Permit("发联系卡", STAFF),
    "card.revoke": Permit("作废联系卡", STAFF),
    "pair.decide": Permit("判定不是同一人", STAFF),
    "people.receive": Permit("确定接收社区", STAFF),
    "roster.import": Permit("导入花名册", STAFF),
    "review.accept": Permit("采用待核实的行", STAFF),
    "review.dismiss": Permit("不采用待核实的行", STAFF),
    "list.save": Permit("保存名单", STAFF),
    "list.drop": Permit("删除名单", STAFF),
    "conflict.resolve": Permit("裁定冲突", STAFF),
}

_APPROVED = {
    "people.edit": Permit("批量修改人员", LEAD),
    "bulk.edit": Permit("批量修改", LEAD),
    "person.remove": Permit("删除人员", LEAD),
    "person.join": Permit("合并重复人员", LEAD),
    "person.unjoin": Permit("拆开合并的人员", LEAD),
    "undo": Permit("撤销一批", LEAD),
    "package.merge": Permit("合并数据包", LEAD),
    "package.write": Permit("生成数据包", LEAD),
    "peer.enroll": Permit("登记密钥卡", LEAD),
    "numbers.freeze": Permit("定格统计", LEAD),
}

_HOUSE = {
    "org.edit": Permit("修改机构", LEAD),
    "org.rename": Permit("机构更名", LEAD),
    "org.close": Permit("机构撤并", LEAD),
    "org.load": Permit("载入机构", LEAD),
    "org.split": Permit("拆分机构", LEAD),
    "org.merge": Permit("合并机构", LEAD),
    "org_alias.edit": Permit("修改机构别名", LEAD),
    "org_alias.remove": Permit("删除机构别名", LEAD),
    "code.edit": Permit("修改代码", LEAD),
    "code.stop": Permit("停用代码", LEAD),
    "code.resume": Permit("恢复代码", LEAD),
    "code.order": Permit("调整代码次序", LEAD),
    "code_list.confirm": Permit("核对代码表", LEAD),
    "age_band.edit": Permit("修改高龄档次", LEAD),
    "age_band.remove": Permit("删除高龄档次", LEAD),
    "field.switch": Permit("启用或停用字段", LEAD),
    "staff.add": Permit("新增工作人员", LEAD),
    "staff.edit": Permit("修改工作人员", LEAD),
    "staff.remove": Permit("删除工作人员", LEAD),
}

# What the program does for whoever is there.
_BY_ITSELF = {
    "store.create": Permit("新建登记库", ALL),
    "epoch.start": Permit("恢复或换机", ALL),
    "practice.fill": Permit("填练习数据", LEAD),
    "access.note": Permit("访问记录", ALL),
}

# --- paper: forms, printing, templates ---
_PAPER: dict[str, Permit] = {
    "form.map": Permit("记住表格填法", STAFF),
    "form.forget": Permit("忘掉表格填法", STAFF),
}

# --- find: search, lists, quick actions ---
_FIND: dict[str, Permit] = {}

# --- read: rosters and archives read in ---
_READ: dict[str, Permit] = {}

# --- match: duplicates, matching ---
_MATCH: dict[str, Permit] = {}

# --- wire: packages, peers, trust ---
_WIRE = {
    "package.alarm": Permit("记下数据包分叉", ALL),
    "package.hold": Permit("收下要等的数据包", ALL),
    "epoch.new": Permit("重新开始编号", LEAD),
    "directory.publish": Permit("发布密钥名录", LEAD),
    "directory.read": Permit("读入密钥名录", LEAD),
    "key.revoke": Permit("停用密钥", LEAD),
    "key.renew": Permit("更换签名密钥", LEAD),
    "profile.edit": Permit("修改发送范围", LEAD),
}

# --- desk: activities, consulting, calendar, tasks ---
_DESK: dict[str, Permit] = {
    "transfer.offer": Permit("提出转移", STAFF),
    "transfer.route": Permit("转交转移单", STAFF),
    "transfer.accept": Permit("同意接收", STAFF),
    "transfer.reject": Permit("不接收", STAFF),
    "transfer.cancel": Permit("撤回转移", STAFF),
    "transfer.confirm": Permit("办结转移", LEAD),
    "transfer.close": Permit("终止转移", LEAD),
    "person.leave": Permit("转出本地区", LEAD),
    "person.arrive": Permit("接收外地转入", LEAD),
    "conflicts.resolve": Permit("成批裁定冲突", LEAD),
    "quarantine.take": Permit("收进搁置的改动", LEAD),
    "quarantine.drop": Permit("不要搁置的改动", LEAD),
    "proposal.accept": Permit("采纳提议", STAFF),
    "proposal.reject": Permit("不采纳提议", STAFF),
    "rhythm.set": Permit("设定报送周期", LEAD),
}

# --- cards: cards, codes, check-in ---
_CARDS = {
    "card.receive": Permit("登记领卡", STAFF),
    "card.lose": Permit("挂失联系卡", STAFF),
    "card.return": Permit("收回联系卡", STAFF),
    "card.reissue": Permit("换发联系卡", STAFF),
    "card_design.edit": Permit("修改联系卡式样", LEAD),
}

# --- vault: users, privacy, erasure, exports ---
_VAULT = {
    "user.add": Permit("添加使用人", LEAD),
    "user.remove": Permit("删除使用人", LEAD),
    "user.key": Permit("登记签名公钥", ALL),
    "user.password": Permit("更换密码", ALL),
    "user.scope": Permit("限定使用人负责的社区", LEAD),
    "user.renew": Permit("重设使用人密码或角色", LEAD),
    "key.rotate": Permit("更换数据密钥", LEAD),
    "recovery.make": Permit("制作恢复码", LEAD),
    "recovery.drill": Permit("恢复码演练", LEAD),
    "recovery.street": Permit("给街道留恢复钥匙", LEAD),
    "recovery.untrust": Permit("收回街道的恢复钥匙", LEAD),
    "export.note": Permit("登记对外提供", STAFF),
    "basis.edit": Permit("修改处理依据", LEAD),
    "sight.edit": Permit("修改可见范围", LEAD),
    "watch.edit": Permit("修改异常访问的界线", LEAD),
    "rights.close": Permit("答复权利请求", LEAD),
    "person.erase": Permit("彻底清除", LEAD),
    "erasure.add": Permit("彻底清除", LEAD),
    "erasure.edit": Permit("彻底清除", LEAD),
    "erasure.remove": Permit("彻底清除", LEAD),
    "archive_lock.add": Permit("封存人员资料", LEAD),
    "archive_lock.edit": Permit("解除封存", LEAD),
    "archive_lock.remove": Permit("删除封存记录", LEAD),
    "rights_request.remove": Permit("删除权利请求", LEAD),
}

# Everyday records of a person: whoever may edit a person may add, change and remove them.
_CHILDREN = {
    f"{kind.key}.{verb}": Permit(word + kind.label, STAFF)
    for kind in PERSON_RECORDS
    for verb, word in (("add", "新增"), ("edit", "修改"), ("remove", "删除"))
}

PERMITS: dict[str, Permit] = {
    **_CHILDREN, **_READS, **_ASKED, **_EVERYDAY, **_APPROVED, **_HOUSE, **_BY_ITSELF,
    **_PAPER, **_FIND, **_READ, **_MATCH, **_WIRE, **_DESK, **_CARDS, **_VAULT,
}  # fmt: skip


def permit_of(action: str) -> Permit:
    """Return an action's permit; BugError for one that is not in the table."""
    found = PERMITS.get(action)
    if found is None:
        raise BugError(f"the action {action!r} is not in desktop/domain/permissions.py: give it a label and roles")
    return found


def may(role: str, action: str) -> bool:
    """Return True if `role` may do `action`; BugError for an unknown action."""
    return role in permit_of(action).roles


def require(role: str, action: str) -> None:
    """Raise NotAllowedError unless `role` may do `action`; BugError for an unknown action."""
    permit = permit_of(action)
    if role not in permit.roles:
        able = "、".join(label for key, label in ROLES.items() if key in permit.roles)
        raise NotAllowedError(f"{ROLES.get(role, '您')}不能{permit.label}", f"请由{able}来做")
