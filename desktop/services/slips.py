"""The papers of exchange: 转移单 in two copies with a receipt, and receipts of packages."""

import json
from collections.abc import Mapping, Sequence

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS
from desktop.domain.permissions import READ_REVEALED
from desktop.printing.slip import Slip, slips_pdf
from desktop.services import leaving
from desktop.services.looking import allow_print
from desktop.services.station import Station
from desktop.services.transfers import Transfer, transfer_by
from desktop.store import exchange, history
from desktop.store.engine import Reading
from desktop.store.exchange import PackageLine

_LAST = 9  # packages a receipt lists
_SIGNED = "经办人：　　　　　　　　　单位（盖章）：　　　　　　　　　　　　年　　月　　日"
_HOW_TO_TAKE_IN = (
    "在银册“数据交换—转移”点“接收外地转入…”，选随单的 .ycm 文件，照单输入上面 60 位核对码。"
    "核对码对不上的文件不要接收，请打电话问转出单位。"
)
_WORDS = {"new": "新增", "changed": "修改", "deleted": "删除"}


def transfer_paper(station: Station, *, transfer: str) -> bytes:
    """Return the 转移单 in two copies and the receipt to send back, as a PDF; raises NotFoundError, PrintError."""
    allow_print(station, 1)
    one = transfer_by(station, text=transfer, what=READ_REVEALED)
    rows = _rows(one)
    number, name = one.text("number"), one.text("name")
    receipt = (
        ("姓　　名", name), ("转出单位", one.source_name), ("转入单位", one.target_name),
        ("回　　执", "上述人员及材料已收到，登记情况：□与转移单一致　□不一致（写明：　　　　　　　　　）"),
    )  # fmt: skip
    return slips_pdf(
        [
            Slip("退休人员转移单", "第一联：转出单位留存", number, rows, _SIGNED, name),
            Slip("退休人员转移单", "第二联：转入单位留存", number, rows, _SIGNED, name),
            Slip("退休人员转移单回执", "由转入单位填写后交回转出单位", number, receipt, _SIGNED, name),
        ]
    )


def leaving_paper(station: Station, *, person: str) -> bytes:
    """Return the 转移单 that goes with a person's file to an office outside the area, in two copies and a receipt.

    The sixty digits on it are what the receiver must type to open the file. Raises NotFoundError before a file
    was written for the person, PrintError.
    """
    sent = leaving.sent_file(station, person=person)
    half = len(sent.fingerprint) // 2
    rows = [
        ("姓　　名", sent.name), ("转出单位", station.org_name), ("接收单位", sent.receiver),
        ("写出时间", local_text(sent.at)), ("文件校验码", sent.digest[:16].upper()),
        ("核 对 码", sent.fingerprint[:half].strip()), ("（60 位）", sent.fingerprint[half:].strip()),
        ("怎么接收", _HOW_TO_TAKE_IN), ("接收之后", "银册给出 6 位回执码，填在回执上交回，或打电话告诉转出单位。"),
    ]  # fmt: skip
    receipt = (
        ("姓　　名", sent.name), ("转出单位", station.org_name), ("接收单位", sent.receiver),
        ("文件校验码", sent.digest[:16].upper()), ("回 执 码", "□ □ □　□ □ □（接收文件后银册给出的 6 位数字）"),
    )  # fmt: skip
    made, whose = sent.digest[:8].upper(), sent.name
    return slips_pdf(
        [
            Slip("退休人员转移单（转往外地）", "第一联：转出单位留存", made, rows, _SIGNED, whose),
            Slip("退休人员转移单（转往外地）", "第二联：接收单位留存", made, rows, _SIGNED, whose),
            Slip("退休人员转移单回执（转往外地）", "由接收单位填写后交回转出单位", made, receipt, _SIGNED, whose),
        ]
    )


def _rows(one: Transfer) -> list[tuple[str, str]]:
    rows = [("转出单位", one.source_name), ("转入单位", one.target_name or "由街道确定")]
    rows += [(label, text) for label, _, text in (line.partition("：") for line in one.text("summary").split("\n"))]
    rows += [
        ("转移原因", one.text("reason")),
        ("提　　出", f"{one.text('offered_on')}　{one.text('offered_by')}"),
        ("办理情况", one.state.value + (f"（{one.text('ended_on')}）" if one.text("ended_on") else "")),
        ("校验码", one.text("digest")[:16].upper()),
    ]
    return [(label, text) for label, text in rows if text]


def receipts_pdf(station: Station, *, orgs: Sequence[str]) -> bytes:
    """Return a receipt for each unit of the packages of theirs that came in, newest first, as a PDF."""
    with station.vault.reading() as connection:
        names = {one.org: one.name for one in exchange.peers(connection)}
        lines = {
            org: [
                (one, _plan_code(connection, one))
                for one in exchange.packages(connection, stream_name=f"{org}>{station.org}", limit=_LAST)
                if one.state == "imported"
            ]
            for org in orgs
        }
    made = station.today().isoformat()
    return slips_pdf(
        [
            Slip(
                "数据包回执", f"{station.org_name}　收到　{names.get(org, org)}", made,
                [(f"第 {one.seq} 个", line_of(one, plan)) for one, plan in found] or [("", "还没有收到数据包")],
                _SIGNED,
            )
            for org, found in lines.items()
        ]
    )  # fmt: skip


def line_of(one: PackageLine, plan: str = "") -> str:
    """Return one package on a receipt: when it came in, what it brought, its check code and that of what was shown."""
    shown = f"；预览核对码 {plan}" if plan else ""
    return f"{local_text(one.at)} 合并；{counts_text(one.counts)}；校验码 {one.manifest[:8].upper()}{shown}"


def _plan_code(connection: Reading, one: PackageLine) -> str:
    """Return the first eight characters of the hash of the plan that was shown and applied, '' if none was kept."""
    done = history.batch_line(connection, one.batch) if one.batch else None
    try:
        note = json.loads(done.source) if done and done.source else {}
    except ValueError:
        return ""
    return str(note.get("plan", ""))[:8].upper() if isinstance(note, dict) else ""


def counts_text(counts: Mapping[str, int]) -> str:
    """Return what a merge did in a few Chinese words, people first."""
    words = []
    for name, number in sorted(counts.items(), key=lambda item: (not item[0].startswith("person."), item[0])):
        kind, _, what = name.rpartition(".")
        if kind in KINDS and what in _WORDS:
            words.append(f"{KINDS[kind].label}{_WORDS[what]} {number}")
    words += [f"{word} {counts[key]}" for key, word in (("conflicts", "冲突"), ("rejected", "不收")) if counts.get(key)]
    return "，".join(words) or "没有改动"
