"""Exchange with other stations: keys, packages out, packages in, conflicts."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QInputDialog, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import kind_of
from desktop.services import exchange, peers
from desktop.services.exchange import MergePreview, MergeResult, PackResult
from desktop.services.station import Station
from desktop.store.exchange import Conflict, PackageLine, Peer
from desktop.sync.key_card import KeyCard
from desktop.views.context import AppContext
from desktop.views.exchange.keys_dialog import KeysDialog
from desktop.views.page import Page, button, label
from desktop.views.table import Column, SnapshotTable, table_view

Answer = tuple[list[Peer], list[Conflict], list[PackageLine], KeyCard]
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

    topics = ("package", "peer", "conflict")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("数据交换"))
        self.to = QComboBox()
        self.to.setMinimumWidth(180)
        self.pack = button(self.tr("生成数据包…"), primary=True)
        self.pack.clicked.connect(self._pack)
        self.merge = button(self.tr("合并收到的数据包…"))
        self.merge.clicked.connect(self._merge)
        for one in (self.to, self.pack, self.merge):
            self.head.addWidget(one)
        self.empty = label(
            self.tr("第一步：导出本单位密钥卡交给对方；第二步：登记对方的密钥卡，并打电话核对 60 位数字。")
        )
        self.body.addWidget(self.empty)
        self.tabs = QTabWidget()
        self.body.addWidget(self.tabs, 1)
        self._add_keys_tab()
        self._add_conflicts_tab()
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

    def _add_conflicts_tab(self) -> None:
        held = QWidget()
        box = QVBoxLayout(held)
        self.conflicts: SnapshotTable[Conflict] = SnapshotTable(
            [
                Column(self.tr("项目"), _conflict_label, 14),
                Column(self.tr("本库的值"), lambda one: str(one.ours or ""), 24),
                Column(self.tr("对方的值"), lambda one: str(one.theirs or ""), 24),
                Column(self.tr("发现时间"), lambda one: local_text(one.opened_at), 14),
            ]
        )
        self.conflict_view = table_view(self.conflicts)
        row = QHBoxLayout()
        row.addStretch(1)
        for text, keep in ((self.tr("用本库的"), "mine"), (self.tr("用对方的"), "theirs")):
            one = button(text)
            one.clicked.connect(lambda _checked=False, keep=keep: self.decide(keep))
            row.addWidget(one)
        third = button(self.tr("另填一个值…"))
        third.clicked.connect(self._third)
        row.addWidget(third)
        box.addWidget(self.conflict_view, 1)
        box.addLayout(row)
        self.tabs.addTab(held, self.tr("冲突"))

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
                exchange.list_conflicts(station),
                exchange.packages_listed(station),
                peers.own_card(station),
            )

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        known, waiting, lines, card = answer
        self.peers.show_rows(known)
        self.conflicts.show_rows(waiting)
        self.packages.show_rows(lines)
        self.tabs.setTabText(1, self.tr("冲突（{0}）").format(len(waiting)))
        if waiting:
            self.conflict_view.selectRow(0)
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
        digits, accepted = QInputDialog.getMultiLineText(
            self, self.tr("核对密钥卡"), self.tr("请打电话问对方密钥卡上的 60 位核对码，把听到的数字输在这里：")
        )
        if accepted:
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
        """Write a package for a station."""

        def done(result: PackResult) -> None:
            self._told(self.tr("第 {0} 个数据包已写好：{1}").format(result.seq, result.path.name))

        self.context.write(
            lambda station, report: exchange.pack_for(station, to_org=org, path=path, report=report),
            context=self,
            done=done,
        )

    def _merge(self) -> None:
        names = self._open_names(self.tr("合并数据包"), "*.ycp")
        if names:
            self.preview(names[0])

    def preview(self, path: Path) -> None:
        """Verify a package, show what it would do, and ask before it is applied."""
        self.context.runner.run(
            lambda report: exchange.preview_merge(self.context.station, path=path, report=report),
            context=self,
            done=self._ask,
            failed=self.context.messages.show_error,
        )

    def _ask(self, preview: MergePreview) -> None:
        if preview.already or preview.held:
            told = (
                self.tr("这个包已在 {0} 导入过，没有改动").format(preview.already) if preview.already else preview.held
            )
            self.context.messages.inform(told)
            return
        text = self.tr("来自 {0} 的第 {1} 个数据包：\n{2}\n\n现在合并吗？").format(
            preview.peer.name, preview.manifest.seq, counts_text(dict(preview.plan.counts))
        )
        if preview.is_new_epoch:
            warning = self.tr("注意：对方恢复过备份或换了电脑，请先打电话核实。")
            text = f"{warning}\n{text}"
        if self.context.messages.ask(self, text, yes=self.tr("合并"), no=self.tr("先不合并")):
            self.apply(preview)

    def apply(self, preview: MergePreview) -> None:
        """Merge what was shown."""

        def done(result: MergeResult) -> None:
            self._told(self.tr("{0}：{1}").format(result.message, counts_text(dict(result.counts))))

        self.context.write(
            lambda station, report: exchange.apply_merge(
                station, preview=preview, accept_epoch=preview.is_new_epoch, report=report
            ),
            context=self,
            done=done,
        )

    def decide(self, keep: str) -> None:
        """Decide the chosen conflict."""
        index: QModelIndex = self.conflict_view.currentIndex()
        if not index.isValid():
            return
        conflict = self.conflicts.rows[index.row()].id
        self.context.write(
            lambda station, _report: exchange.resolve_conflict(station, conflict=conflict, keep=keep),
            context=self,
            done=lambda _changes: self._told(self.tr("冲突已裁定，会随下一个数据包告诉对方")),
        )

    def _third(self) -> None:
        value, accepted = QInputDialog.getText(self, self.tr("另填一个值"), self.tr("正确的值："))
        if accepted and value.strip():
            self.decide(value.strip())

    def _save_name(self, title: str, name: str, pattern: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, pattern)
        return Path(chosen) if chosen else None

    def _open_names(self, title: str, pattern: str) -> Sequence[Path]:
        names, _ = QFileDialog.getOpenFileNames(self, title, "", pattern)
        return [Path(name) for name in names]


def _conflict_label(one: Conflict) -> str:
    return kind_of(one.kind).field(one.field).label if one.field else "删除与修改"
