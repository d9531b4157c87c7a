"""What an auditor sees: who did what when, the proof that nothing was taken out, and what looks unusual."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.domain.clock import local_text, stamp, start_of
from desktop.domain.permissions import PERMITS, READ_AUDIT, ROLES
from desktop.domain.progress import Report, silent
from desktop.printing.table import TableSheet, table_pdf
from desktop.security.signing import SigningKey
from desktop.services.backups import check_store
from desktop.services.looking import ASKED, PRINTED, SEEN
from desktop.services.station import Station
from desktop.services.unusual import ALONE, Unusual, unusual
from desktop.services.wording import action_text
from desktop.store import privacy
from desktop.store.privacy import Deed
from desktop.store.signatures import Signed, signed_of

__all__ = ["AuditFilter", "Unusual", "action_name", "deeds", "doers", "proof_pdf", "role_name", "unusual"]

MOST = 5000
_MOST_NAMED = 4  # signers named in a line
_SHORT_MARK = 19  # sixteen hex digits in four groups
_PIECE = 64  # hex digits that fit a line of the proof
_NAMES = {
    **ALONE, "reveal": "显示遮挡的内容", "second.given": "第二位主管同意", SEEN: "打开看到敏感信息",
    ASKED: "按遮挡的敏感信息筛选", PRINTED: "打印含遮挡内容的材料",
    "keys.mended": "密钥文件已修好", "keys.settled": "更换密钥收尾", "keys.found": "密钥文件与登记库对不上",
    "login": "打开登记库", "clock.back": "电脑日期倒退", "audit.proof": "打印审计证明",
    "recovery.used": "用恢复码或街道钥匙打开", "person.erase": "彻底清除", "rights.print": "打印本人信息查询单",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which deeds: by whom, from one day to another (both included), of one action, about one person number."""

    user: str = ""
    since: date | None = None
    until: date | None = None
    action: str = ""
    about: str = ""


def action_name(action: str) -> str:
    """Return an action in Chinese: as the audit names it, as the permissions do, or as history does."""
    if action in _NAMES:
        return _NAMES[action]
    return PERMITS[action].label if action in PERMITS else action_text(action)


def role_name(role: str) -> str:
    """Return a role in Chinese, '' for none."""
    return ROLES.get(role, role)


def deeds(station: Station, *, wanted: AuditFilter, limit: int = MOST) -> list[Deed]:
    """Return what was done, newest first."""
    since = start_of(wanted.since) if wanted.since else ""
    until = start_of(wanted.until + timedelta(days=1)) if wanted.until else "9"
    with station.vault.reading(READ_AUDIT) as connection:
        found = privacy.deeds(connection, since=since, until=until, user=wanted.user, limit=limit)
    return [
        one for one in found
        if wanted.action in ("", one.action) and (not wanted.about or wanted.about in one.about.split("、"))
    ]  # fmt: skip


def doers(station: Station) -> list[str]:
    """Return everyone who ever did something here."""
    with station.vault.reading(READ_AUDIT) as connection:
        return privacy.doers(connection)


def signed(station: Station) -> Signed:
    """Return how far the units of this register are signed, and by whom."""
    with station.vault.reading(READ_AUDIT) as connection:
        return signed_of(connection)


def signed_text(station: Station, found: Signed) -> str:
    """Return that in one sentence, with the name of this device's key."""
    if not found.until:
        return "最后的签名不对，请运行“检查登记库”" if found.blocks else "操作记录还没有签名"
    mark = device_mark(station)[:_SHORT_MARK]
    return f"操作记录共 {found.units} 次，已签名到第 {found.until} 次（{_names_of(found)}）；本机密钥 {mark}"


def _names_of(found: Signed) -> str:
    more = f"等 {len(found.users)} 人" if len(found.users) > _MOST_NAMED else ""
    return "、".join(found.users[:_MOST_NAMED]) + more


def device_mark(station: Station) -> str:
    """Return the fingerprint of this device's signing key: its SHA-256 in groups of four hex digits."""
    digest = hashlib.sha256(SigningKey(station.vault.secret("sign_seed")).public).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def proof_pdf(station: Station, *, report: Report = silent) -> bytes:
    """Return a page to sign: the heads of both logs, what they count, what the check found, the device's signature.

    Whoever keeps the page can show later that what it covers was not changed since. Raises PrintError.
    """
    with station.vault.reading(READ_AUDIT) as connection:
        sizes = privacy.log_sizes(connection)
    found = check_store(station, report=report)
    (number, digest), audit = station.vault.head(), station.vault.audit_head()
    at = stamp(station.clock)
    text = "|".join([
        station.vault.identity.store_id, str(number), digest.hex(), str(audit.batch), audit.seal.hex(), at,
    ])  # fmt: skip
    mark = SigningKey(station.vault.secret("sign_seed")).sign(text.encode("utf-8")).hex()
    far = f"{found.signed.blocks} 段，到第 {found.signed.until} 次：{_names_of(found.signed)}"
    rows = [
        ["登记库", station.vault.identity.store_id], ["单位", station.org_name],
        ["制作", f"{local_text(at)}　{station.user}（{role_name(station.role)}）"],
        *[[label, str(count)] for label, count in sizes.items()],
        ["变更记录末尾", f"第 {number} 条"], *_pieces("末尾校验值", digest.hex()),
        ["操作记录末尾", f"第 {audit.batch} 次"], *_pieces("末尾校验值", audit.seal.hex()),
        ["使用人签名", far], ["检查结果", "完好" if found.is_sound else f"发现 {len(found.problems)} 处问题"],
        *[["问题", one] for one in found.problems[:20]],
        *_pieces("本机密钥指纹", device_mark(station).replace(" ", "")), *_pieces("本机签名", mark),
        ["审计人签字", ""], ["主管签字", ""],
    ]  # fmt: skip
    return table_pdf(
        TableSheet("审计证明", [("项目", 14), ("内容", 60)], rows, f"{station.org_name}　{local_text(at)}")
    )


def _pieces(label: str, text: str) -> list[list[str]]:
    parts = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return [[label if place == 0 else "", part] for place, part in enumerate(parts)]
