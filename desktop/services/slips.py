"""The papers of exchange: 转移单 in two copies with a receipt, and receipts of packages."""

from collections.abc import Mapping, Sequence

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS
from desktop.printing.slip import Slip, slips_pdf
from desktop.services.station import Station
from desktop.services.transfers import Transfer, transfer_by
from desktop.store import exchange
from desktop.store.exchange import PackageLine

_LAST = 9  # packages a receipt lists
_SIGNED = "经办人：　　　　　　　　　单位（盖章）：　　　　　　　　　　　　年　　月　　日"
_WORDS = {"new": "新增", "changed": "修改", "deleted": "删除"}


def transfer_paper(station: Station, *, transfer: str) -> bytes:
    """Return the 转移单 in two copies and the receipt to send back, as a PDF; raises NotFoundError, PrintError."""
    one = transfer_by(station, text=transfer)
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
                one
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
                [(f"第 {one.seq} 个", line_of(one)) for one in found] or [("", "还没有收到数据包")], _SIGNED,
            )
            for org, found in lines.items()
        ]
    )  # fmt: skip


def line_of(one: PackageLine) -> str:
    """Return one package on a receipt: when it came in, what it brought, its check code."""
    return f"{local_text(one.at)} 合并；{counts_text(one.counts)}；校验码 {one.manifest[:8].upper()}"


def counts_text(counts: Mapping[str, int]) -> str:
    """Return what a merge did in a few Chinese words, people first."""
    words = []
    for name, number in sorted(counts.items(), key=lambda item: (not item[0].startswith("person."), item[0])):
        kind, _, what = name.rpartition(".")
        if kind in KINDS and what in _WORDS:
            words.append(f"{KINDS[kind].label}{_WORDS[what]} {number}")
    words += [f"{word} {counts[key]}" for key, word in (("conflicts", "冲突"), ("rejected", "不收")) if counts.get(key)]
    return "，".join(words) or "没有改动"
