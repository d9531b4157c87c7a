"""Exchange with other stations: keys, packages out, packages in, conflicts."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import kind_of
from desktop.domain.progress import Report
from desktop.services import carrying, exchange, peers, proposals, sending, transfers
from desktop.services.carrying import CaughtUp
from desktop.services.exchange import MergeResult
from desktop.services.sending import Sent
from desktop.services.station import Station
from desktop.store.exchange import PackageLine, Peer
from desktop.sync.key_card import KeyCard
from desktop.views.asking import ask_text
from desktop.views.context import AppContext
from desktop.views.exchange.aside_tab import AsideTab
from desktop.views.exchange.conflicts_tab import ConflictsTab
from desktop.views.exchange.desk_tab import DeskTab
from desktop.views.exchange.keys_dialog import KeysDialog
from desktop.views.exchange.preview_dialog import Looked, PreviewDialog, look
from desktop.views.exchange.proposals_tab import ProposalsTab
from desktop.views.exchange.streams_dialog import StreamsDialog
from desktop.views.exchange.transfers_tab import TransfersTab
from desktop.views.page import Page, button, label
from desktop.views.table import Column, SnapshotTable, table_view

Answer = tuple[list[Peer], int, int, int, list[PackageLine], KeyCard]
_WORDS = {
    "new": "新增", "changed": "修改", "deleted": "删除", "conflicts": "冲突", "rejected": "不收",
    "proposals": "他单位的提议",
    "doubtful": "有疑问（照收，请核对）",
    "carried": "留待升级", "media": "照片", "imported": "已合并", "written": "已生成",
}  # fmt: skip


def counts_text(counts: dict[str, int]) -> str:
    """Return what a merge does in a few Chinese words."""
    parts = []
    for name, number in counts.items():
        kind, _, what = name.rpartition(".")
        parts.append(f"{kind_of(kind).label}{_WORDS.get(what, what)} {number}" if kind else f"{_WORDS[what]} {number}")
    return "，".join(parts) or "没有改动"


class ExchangePage(Page):
    """Keys, packages and conflicts on one page."""

    topics = ("package", "peer", "conflict", "transfer", "proposal", "person")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("数据交换"))
        self._caught_up = False
        self.to = QComboBox()
        self.to.setMinimumWidth(180)
        self.pack = button(self.tr("生成数据包…"), primary=not context.station.is_street)
        self.pack.clicked.connect(self._pack)
        self.merge = button(self.tr("合并收到的数据包…"))
        self.merge.clicked.connect(self._merge)
        self.merge.setVisible(not context.station.is_street)  # at a street the desk is the way in
        for one in (self.to, self.pack, self.merge):
            self.head.addWidget(one)
        self.empty = label(
            self.tr("第一步：导出本单位密钥卡交给对方；第二步：登记对方的密钥卡，并打电话核对 60 位数字。")
        )
        self.body.addWidget(self.empty)
        self.tabs = QTabWidget()
        self.body.addWidget(self.tabs, 1)
        self.desk, self.conflicts_tab = DeskTab(context), ConflictsTab(context)
        self.transfers, self.aside = TransfersTab(context), AsideTab(context)
        self.desk.package_wanted.connect(self.preview)
        self.tabs.addTab(self.desk, self.tr("收发台"))
        self.tabs.addTab(self.conflicts_tab, self.tr("冲突"))
        self.tabs.addTab(self.transfers, self.tr("转移"))
        self.proposals = ProposalsTab(context)
        self.tabs.addTab(self.proposals, self.tr("提议"))
        self.tabs.addTab(self.aside, self.tr("搁置"))
        self._add_keys_tab()
        self.packages: SnapshotTable[PackageLine] = SnapshotTable(
            [
                Column(self.tr("时间"), lambda line: local_text(line.at), 13),
                Column(self.tr("方向"), lambda line: "发出" if line.direction == "out" else "收到", 6),
                Column(self.tr("对方"), lambda line: line.org, 14),
                Column(self.tr("编号"), lambda line: str(line.seq), 6),
                Column(self.tr("状态"), lambda line: _WORDS.get(line.state, line.state), 8),
                Column(self.tr("文件"), lambda line: line.file, 30),
            ]
        )
        self.tabs.addTab(table_view(self.packages), self.tr("往来记录"))

    def _add_keys_tab(self) -> None:
        held = QWidget()
        box = QVBoxLayout(held)
        self.own = label()
        export = button(self.tr("导出本单位密钥卡…"))
        export.clicked.connect(self._export)
        enroll = button(self.tr("登记对方的密钥卡…"))
        enroll.clicked.connect(self._enroll)
        row = QHBoxLayout()
        row.addWidget(export)
        row.addWidget(enroll)
        self.manage_keys = button(self.tr("密钥管理…"))
        self.manage_keys.clicked.connect(self.open_keys)
        row.addWidget(self.manage_keys)
        self.standing = button(self.tr("往来状态…"))
        self.standing.clicked.connect(self.open_streams)
        row.addWidget(self.standing)
        row.addStretch(1)
        self.peers: SnapshotTable[Peer] = SnapshotTable(
            [
                Column(self.tr("单位"), lambda peer: peer.name, 14),
                Column(self.tr("编码"), lambda peer: peer.org, 14),
                Column(self.tr("登记时间"), lambda peer: local_text(peer.enrolled_at), 14),
                Column(self.tr("核对码"), lambda peer: peer.fingerprint, 50),
            ]
        )
        box.addWidget(self.own)
        box.addLayout(row)
        box.addWidget(table_view(self.peers), 1)
        self.tabs.addTab(held, self.tr("密钥"))

    def open_streams(self) -> StreamsDialog:
        """Open how exchange stands with each unit."""
        dialog = StreamsDialog(self.context, parent=self)
        dialog.refresh()
        dialog.open()
        return dialog

    def open_keys(self) -> KeysDialog:
        """Open the list of keys."""
        dialog = KeysDialog(self.context, parent=self)
        dialog.refresh()
        dialog.open()
        return dialog

    def refresh(self) -> None:
        """Read peers, conflicts and packages again."""

        def read(station: Station) -> Answer:
            return (
                peers.peers_of(station),
                len(exchange.list_conflicts(station)),
                len([one for one in transfers.list_transfers(station) if one.steps]),
                len([one for one in proposals.list_proposals(station) if one.may_answer]),
                exchange.packages_listed(station),
                peers.own_card(station),
            )

        self.context.read(read, context=self, done=self._show)
        for one in (self.desk, self.conflicts_tab, self.transfers, self.proposals, self.aside):
            one.refresh()

        self.catch_up()

    def catch_up(self) -> None:
        """Take up by itself what waited for a newer program, once after each start of this one."""
        station = self.context.station
        if self._caught_up or station.vault.is_read_only or not station.may("package.merge"):
            return
        self._caught_up = True

        def done(found: CaughtUp) -> None:
            if found.operations or found.packages:
                text = self.tr("升级之前收下的内容已采用：{0} 项改动，{1} 个数据包")
                self.context.messages.inform(text.format(found.operations, found.packages))

        def found(waits: bool) -> None:
            if waits:
                self.context.write(carrying.catch_up, context=self, done=done)

        self.context.read(carrying.is_waiting, context=self, done=found)

    def _show(self, answer: Answer) -> None:
        known, waiting, to_do, asked, lines, card = answer
        self.peers.show_rows(known)
        self.packages.show_rows(lines)
        self.tabs.setTabText(1, self.tr("冲突（{0}）").format(waiting))
        self.tabs.setTabText(2, self.tr("转移（{0}）").format(to_do) if to_do else self.tr("转移"))
        self.tabs.setTabText(3, self.tr("提议（{0}）").format(asked) if asked else self.tr("提议"))
        self.to.clear()
        for peer in known:
            self.to.addItem(self.tr("发给 {0}").format(peer.name), peer.org)
        self.empty.setVisible(not known)
        self.pack.setEnabled(bool(known))
        self.merge.setEnabled(bool(known))
        self.own.setText(self.tr("本单位：{0}　{1}").format(card.name, card.org))

    def _export(self) -> None:
        path = self._save_name(self.tr("导出密钥卡"), f"{self.context.station.org_name}.yck", "*.yck")
        if path:
            self.context.read(
                lambda station: peers.export_key_card(station, path=path),
                context=self,
                done=lambda card: self.context.messages.inform(
                    self.tr("密钥卡已导出，核对码：{0}").format(card.fingerprint)
                ),
            )

    def _enroll(self) -> None:
        names = self._open_names(self.tr("登记密钥卡"), "*.yck")
        if not names:
            return
        said = self.tr("请打电话问对方密钥卡上的 60 位核对码，把听到的数字输在这里：")
        digits = ask_text(self, self.tr("核对密钥卡"), said, lines=True)
        if digits is not None:
            self.enroll_card(names[0], digits)

    def enroll_card(self, path: Path, digits: str) -> None:
        """Trust a key card with the digits that were heard."""
        self.context.read(
            lambda station: peers.enroll_peer(station, path=path, fingerprint=digits),
            context=self,
            done=lambda peer: self._told(self.tr("已登记 {0} 的密钥卡").format(peer.name)),
        )

    def _told(self, text: str) -> None:
        self.context.messages.inform(text)
        self.refresh()

    def _pack(self) -> None:
        org = str(self.to.currentData())
        path = self._save_name(self.tr("生成数据包"), f"{self.context.station.org}_{org}.ycp", "*.ycp")
        if path:
            self.pack_to(org, path)

    def pack_to(self, org: str, path: Path) -> None:
        """Write a package for a station, and beside it the pictures that are due."""

        def done(result: Sent) -> None:
            text = self.tr("第 {0} 个数据包已写好：{1}").format(result.data.seq, result.data.path.name)
            self._told("。".join(filter(None, (text, result.pictures_text, result.problem))))

        self.context.write(
            lambda station, report: sending.write_due(station, to_org=org, path=path, report=report),
            context=self,
            done=done,
        )

    def _merge(self) -> None:
        names = self._open_names(self.tr("合并数据包"), "*.ycp")
        if names:
            self.open_files(names)

    def preview(self, path: Path) -> None:
        """Verify a package and show what it would do, item by item, before it is merged."""

        def job(station: Station, report: Report) -> Looked:
            return look(station, exchange.preview_merge(station, path=path, report=report))

        self.context.write(job, context=self, done=self._show_preview)

    def _show_preview(self, looked: Looked) -> None:
        self.dialog = PreviewDialog(self.context, looked, parent=self)
        self.dialog.merged.connect(self._merged)
        self.dialog.open()

    def _merged(self, result: MergeResult) -> None:
        self._told(self.tr("{0}：{1}").format(result.message, counts_text(dict(result.counts))))
        self.desk.lay_out_again()

    def open_files(self, paths: Sequence[Path]) -> None:
        """Take in what was double-clicked or dropped: one package is looked at whole, more are laid out."""
        self.tabs.setCurrentWidget(self.desk)
        self.desk.lay_out_files(paths)
        if len(paths) == 1 and paths[0].is_file():
            self.preview(paths[0])

    def _save_name(self, title: str, name: str, pattern: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, pattern)
        return Path(chosen) if chosen else None

    def _open_names(self, title: str, pattern: str) -> Sequence[Path]:
        names, _ = QFileDialog.getOpenFileNames(self, title, "", pattern)
        return [Path(name) for name in names]
