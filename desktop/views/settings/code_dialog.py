"""A recovery code on its way to paper: shown once, printed, typed back from the paper, then in force."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.services import users
from desktop.services.peers import write_safely
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import PaperPrinter

_CODE_WIDTH = 760  # the code in one line


class CodeDialog(QDialog):
    """A recovery code: shown once, copied on paper, typed back; only then it counts."""

    def __init__(self, context: AppContext, *, code: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._code = context, code
        self.setWindowTitle(self.tr("恢复码"))
        self.setMinimumWidth(_CODE_WIDTH)
        said = self.tr(
            "请打印（或工整地抄在纸上），再照纸上的输入一遍。密码都忘了时，只有它能打开登记库；关掉这个窗口就再也看不到了。"
        )
        self.shown = label(code, name="title")
        self.shown.setWordWrap(False)
        self.typed = QLineEdit()
        self.error = label(name="bad")
        self.save = button(self.tr("照纸上的输入一遍，生效"), primary=True)
        self.save.clicked.connect(self.confirm)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(12)
        self.printer = PaperPrinter(self)
        self.print = button(self.tr("打印…"))
        self.keep = button(self.tr("存为文件…"))
        self.print.clicked.connect(self.print_sheet)
        self.keep.clicked.connect(self._ask_where)
        papers = QHBoxLayout()
        for paper in (self.print, self.keep):
            paper.setAutoDefault(False)
            papers.addWidget(paper)
        papers.addStretch(1)
        box.addWidget(label(said))
        box.addWidget(self.shown)
        box.addLayout(papers)
        for one in (label(self.tr("照纸上的输入：")), self.typed, self.error, self.save):
            box.addWidget(one)
        self.typed.textEdited.connect(lambda _text: self.shown.setVisible(False))  # from the paper, not the screen
        self.typed.setFocus()

    def print_sheet(self) -> None:
        """Print the page with the code; nothing of it is written to disk here."""

        def print_it(pdf: bytes) -> None:
            self.printer.print_pdf(pdf)

        code = self._code
        self._context.read(lambda station: users.recovery_sheet(station, code=code), context=self, done=print_it)

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("恢复码"), self.tr("登记库恢复码.pdf"), "*.pdf")
        if name:
            self.keep_in(Path(name))

    def keep_in(self, path: Path) -> None:
        """Write the page to the file that was chosen, for its owner only."""
        code = self._code

        def done(_nothing: None) -> None:
            told = self.tr("已写到 {0}。打印后请删除这个文件，不要和登记库放在一起。").format(path.name)
            self._context.messages.inform(told)

        self._context.read(
            lambda station: write_safely(path, users.recovery_sheet(station, code=code)), context=self, done=done
        )

    def confirm(self) -> None:
        """Put the code in force if it was copied right."""
        typed, code = self.typed.text(), self._code

        def done(_nothing: None) -> None:
            self._context.messages.inform(self.tr("恢复码已生效，以前的作废。请封存，每 180 天演练一次。"))
            self.accept()

        self._context.runner.run(
            lambda _report: users.confirm_recovery_code(self._context.station, code=code, typed=typed),
            context=self,
            done=done,
            failed=lambda error: self.error.setText(self._context.messages.words_for(error)),
        )
