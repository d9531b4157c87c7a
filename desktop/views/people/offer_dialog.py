"""转出: to which unit and why; the person stays ours until the street confirms."""

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.services import leaving, peers, slips, transfers
from desktop.services.station import Station
from desktop.services.transfers import Transfer
from desktop.views.asking import ask_text
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label


class OfferDialog(QDialog):
    """Asks where to and why, and offers the person."""

    def __init__(self, context: AppContext, *, person: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.person = person
        self.setWindowTitle(self.tr("转出 {0}").format(name))
        self.resize(640, 0)
        self.target = QComboBox()
        self.target.addItem(self.tr("不清楚，由街道确定"), "")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("例如 搬到沣东社区常住"))
        self.problem = label()
        form = PlainForm()
        form.add_row(self.tr("转到哪个单位"), self.target)
        form.add_row(self.tr("转移原因"), self.reason)
        cancel, self.go = button(self.tr("先不转")), button(self.tr("提出转移"), primary=True)
        cancel.clicked.connect(self.reject)
        self.go.clicked.connect(self.offer)
        self.reason.returnPressed.connect(self.offer)
        self.away = button(self.tr("离开本地区，写转出文件…"))
        self.away.clicked.connect(self._ask_away)
        row = QHBoxLayout()
        row.addWidget(self.away)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        box = QVBoxLayout(self)
        box.setSpacing(12)
        box.addWidget(label(self.tr("街道办结之前，{0} 仍归本单位管理，照常登记和走访。").format(name), name="quiet"))
        box.addLayout(form)
        box.addWidget(self.problem)
        box.addLayout(row)
        context.read(transfers.targets_of, context=self, done=self._show_units)

    def _show_units(self, units: list[tuple[str, str]]) -> None:
        for code, name in units:
            self.target.addItem(name, code)

    def offer(self) -> None:
        """Offer the person; an error is said here and what was typed stays."""
        wanted, reason = str(self.target.currentData() or ""), self.reason.text()

        def job(station: Station, _report: object) -> tuple[Transfer, object]:
            return transfers.offer_transfer(station, person=self.person, wanted=wanted, reason=reason)

        def done(answer: tuple[Transfer, object]) -> None:
            number = answer[0].text("number")
            self.context.messages.inform(
                self.tr("转移单 {0} 已开，随下一个数据包交给街道；在“数据交换—转移”可打印").format(number)
            )
            self.accept()

        self.context.write(
            job,
            context=self,
            done=done,
            failed=lambda error: self.problem.setText(self.context.messages.words_for(error)),
        )

    def write_file(self, *, card: Path, digits: str, path: Path) -> None:
        """Write the person's file for an office outside the area, whose digits were compared."""

        def job(station: Station, _report: object) -> str:
            own = leaving.write_person_file(station, person=self.person, card=card, fingerprint=digits, path=path)
            peers.write_safely(path.with_suffix(".pdf"), slips.leaving_paper(station, person=self.person))
            return own

        def done(own: str) -> None:
            self.context.messages.inform(
                self.tr("转出文件和转移单已写好，转移单（同名 .pdf）打印两联，核对码在单上：{0}").format(own)
            )
            self.accept()

        self.context.write(
            job,
            context=self,
            done=done,
            failed=lambda error: self.problem.setText(self.context.messages.words_for(error)),
        )

    def _ask_away(self) -> None:
        card, _ = QFileDialog.getOpenFileName(self, self.tr("接收单位的密钥卡"), "", "*.yck")
        if not card:
            return
        said = self.tr("请打电话问接收单位密钥卡上的 60 位核对码，把听到的数字输在这里：")
        digits = ask_text(self, self.tr("核对密钥卡"), said, lines=True)
        if digits is None:
            return
        path, _ = QFileDialog.getSaveFileName(self, self.tr("转出文件写到哪里"), "转出.ycm", "*.ycm")
        if path:
            self.write_file(card=Path(card), digits=digits, path=Path(path))
