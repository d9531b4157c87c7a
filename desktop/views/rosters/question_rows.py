"""What is asked once per file: what red, struck-out, yellow or hidden rows mean."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.services.rosters import RosterPreview
from desktop.views.page import label

_UNDECIDED = "?"


class QuestionRows(QWidget):
    """One line a question; an unanswered one lets its rows wait in 待核实. `answered` gives file, mark and meaning."""

    answered = Signal(str, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self.boxes: list[QComboBox] = []

    def show_preview(self, preview: RosterPreview) -> None:
        """Show the questions of every file, each once."""
        while self._box.count():
            item = self._box.takeAt(0)
            item.widget().deleteLater()
        self.boxes = []
        asked: set[tuple[str, str]] = set()
        for table in preview.tables:
            for question in table.table.questions:
                if (table.sha256, question.mark) in asked:
                    continue
                asked.add((table.sha256, question.mark))
                held = QWidget()
                row = QHBoxLayout(held)
                row.setContentsMargins(0, 0, 0, 0)
                row.addWidget(label(f"{table.file}：{question.text}"), 1)
                box = QComboBox()
                box.addItem(self.tr("先不定，这些行待核实"), _UNDECIDED)
                for meaning, words in question.choices:
                    box.addItem(words, meaning)
                box.setCurrentIndex(max(box.findData(table.source.meanings.get(question.mark, _UNDECIDED)), 0))
                box.activated.connect(
                    lambda _at, box=box, file=table.sha256, mark=question.mark: self.answered.emit(
                        file, mark, str(box.currentData())
                    )
                )
                row.addWidget(box)
                self._box.addWidget(held)
                self.boxes.append(box)
        self.setVisible(bool(self.boxes))


def with_answer(meanings: dict[str, dict[str, str]], file: str, mark: str, meaning: str) -> dict[str, dict[str, str]]:
    """Return the answers given so far with one more; `?` takes an answer back."""
    found = {name: dict(marks) for name, marks in meanings.items()}
    marks = found.setdefault(file, {})
    marks.pop(mark, None)
    if meaning != _UNDECIDED:
        marks[mark] = meaning
    return found
