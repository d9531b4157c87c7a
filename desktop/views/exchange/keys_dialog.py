"""Keys: whose are in use, showing one's own digits, stopping a stolen one, changing one's own, the directory."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.services import directories, key_letters, key_lines, keyring
from desktop.services.directories import Published
from desktop.services.key_lines import KeyDesk, KeyLine, Squares
from desktop.services.station import Station
from desktop.sync.key_card import KeyCard
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import PaperPrinter
from desktop.views.settings.action_dialog import Action, ActionDialog, Answers, Ask
from desktop.views.settings.list_dialog import ListDialog
from desktop.views.table import Column

_DOT = 5  # pixels a square of the code
_GROUPS = 4  # of five digits in a line


class KeysDialog(ListDialog[KeyLine]):
    """The keys of every enrolled unit, past ones too."""

    topics = ("peer", "package")

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(context, parent=parent)
        self.setWindowTitle(self.tr("密钥管理"))
        self.card: KeyCard | None = None
        self.said.setText(
            self.tr("对方的电脑丢了或被盗，先在这里停用它的密钥；停用之前收到的数据包仍然算数，之后的不再接收。")
        )
        self.own_button = self.add_button(self.tr("本单位核对码…"), self.show_own, primary=True)
        self.printer = PaperPrinter(self)
        self.letter_button = self.add_button(self.tr("打印核对信…"), self.print_letter)
        self.renew_button = self.add_button(self.tr("更换本单位密钥…"), self.renew)
        self.revoke_button = self.add_button(self.tr("停用密钥…"), self.revoke)
        self.publish_button = self.add_button(self.tr("签发名录…"), self.publish)
        self.read_button = self.add_button(self.tr("读入名录…"), self.read)
        self.told = label(name="quiet")
        self.told.setWordWrap(False)
        self.buttons.insertWidget(0, self.told)

    def columns(self) -> list[Column[KeyLine]]:
        """Return the columns of the table."""
        return [
            Column(self.tr("单位"), lambda one: one.name, 14),
            Column(self.tr("编码"), lambda one: one.org, 14),
            Column(self.tr("状态"), lambda one: one.state, 8),
            Column(self.tr("从"), lambda one: one.since, 13),
            Column(self.tr("到"), lambda one: one.until, 13),
            Column(self.tr("怎么登记的"), lambda one: one.source, 17),
            Column(self.tr("时间"), lambda one: one.at, 16),
        ]

    def rows(self, station: Station) -> Sequence[KeyLine]:
        """Return the keys."""
        return key_lines.key_desk(station).lines

    def refresh(self) -> None:
        """Read keys, own card and directory again."""
        self.context.read(key_lines.key_desk, context=self, done=self._show)

    def _show(self, desk: KeyDesk) -> None:
        self.card = desk.card
        self.publish_button.setVisible(desk.issues_directory)
        self.told.setText(self.tr("密钥名录：{0}").format(desk.directory) if desk.directory else "")
        if not desk.lines:
            self.error.setText(self.tr("还没有登记对方的密钥卡：请先在“密钥”页登记"))
        self.show_rows(desk.lines)

    def show_own(self) -> "OwnCodeDialog | None":
        """Show the digits and the code of this station's card."""
        if self.card is None:
            return None
        shown = OwnCodeDialog(self.card, key_lines.squares_of(self.card), parent=self)
        shown.open()
        return shown

    def print_letter(self) -> None:
        """Print the letter with the digits and the code of this station's card."""

        def done(pdf: bytes) -> None:
            if self.printer.print_pdf(pdf):
                self.context.messages.inform(self.tr("核对信已送去打印，请签字后与密钥卡分开送给对方"))

        self.context.read(key_letters.own_letter, context=self, done=done)

    def revoke(self) -> ActionDialog | None:
        """Ask after which package the chosen key stops."""
        line = self.chosen()
        if line is None:
            return None
        if not line.may_revoke:
            self.error.setText(self.tr("“{0}”的这把密钥已经不在使用").format(line.name))
            return None

        def act(station: Station, answers: Answers) -> Changes:
            return keyring.revoke(station, org=line.org, why=answers["why"]).changes

        return self.ask(
            Action(
                self.tr("停用 {0} 的密钥").format(line.name), self.tr("停用"),
                [Ask("why", self.tr("原因"), hint=self.tr("例如 电脑被盗，已报案"))], act,
                note=self.tr("已收到的数据包仍然算数；可疑的可在“往来记录”里逐批撤销。对方要重新导出密钥卡并核对。"),
            )
        )  # fmt: skip

    def renew(self) -> ActionDialog:
        """Ask whether this station shall have a new signing key."""

        def act(station: Station, _answers: Answers) -> Changes:
            keyring.renew_own_key(station)
            return Changes(topics=frozenset({"peer"}))

        return self.ask(
            Action(
                self.tr("更换本单位密钥"), self.tr("更换"), [], act,
                note=self.tr("新密钥随下一个数据包通知对方，对方回执之后启用，不用重新核对数字。怀疑密钥被盗时，请对方停用后重新登记。"),
            )
        )  # fmt: skip

    def publish(self) -> None:
        """Write the directory to a file that is asked for."""
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("签发密钥名录"), "密钥名录.ycd", "*.ycd")
        if chosen:
            self.publish_to(Path(chosen))

    def publish_to(self, path: Path) -> None:
        """Write the directory."""
        self.context.write(
            lambda station, _report: directories.publish(station, path=path), context=self, done=self._published
        )

    def read(self) -> None:
        """Read a directory from a file that is asked for."""
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("读入密钥名录"), "", "*.ycd")
        if chosen:
            self.read_from(Path(chosen))

    def read_from(self, path: Path) -> None:
        """Read a directory."""
        self.context.write(
            lambda station, _report: directories.read_in(station, path=path),
            context=self,
            done=self._published,
            failed=lambda error: self.error.setText(self.context.messages.words_for(error)),
        )

    def _published(self, found: Published) -> None:
        text = self.tr("密钥名录第 {0} 版，共 {1} 把密钥").format(found.version, len(found.entries))
        self.context.messages.inform("。".join([text, *found.notices]))
        self.refresh()


class OwnCodeDialog(QDialog):
    """The sixty digits of one's own card, large enough to read out, and a code that says the same."""

    def __init__(self, card: KeyCard, squares: Squares, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("本单位核对码"))
        groups = card.fingerprint.split(" ")
        lines = ["　".join(groups[start : start + _GROUPS]) for start in range(0, len(groups), _GROUPS)]
        self.digits = label("\n".join(lines))
        self.digits.setWordWrap(False)
        self.digits.setStyleSheet("font-size: 26px; font-family: monospace;")
        told = self.tr("{0}　{1}\n对方登记本单位密钥卡时，请把下面 12 组数字念给对方，或让对方用扫码枪扫右边的码。")
        words = QVBoxLayout()
        words.addWidget(label(told.format(card.name, card.org)))
        words.addSpacing(12)
        words.addWidget(self.digits)
        words.addStretch(1)
        close = button(self.tr("关闭"), primary=True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        self.code = CodeView(squares)
        row.addWidget(self.code)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addLayout(row)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(close)
        box.addLayout(last)


class CodeView(QWidget):
    """A code drawn with a whole number of pixels to a square."""

    def __init__(self, squares: Squares) -> None:
        super().__init__()
        self._squares = squares
        self.setFixedSize(squares.side * _DOT, squares.side * _DOT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the squares."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        for column, row, length in self._squares.runs:
            painter.fillRect(QRect(column * _DOT, row * _DOT, length * _DOT, _DOT), QColor("black"))
