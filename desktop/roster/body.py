"""The rows below a header: persons, and what is none - repeats, totals, signatures, titles, spouses' lines."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from desktop.roster.asking import marks_of_rows, questions_about, said_of_hidden
from desktop.roster.grid import Sheet, plain
from desktop.roster.mapping import SEQUENCE, propose
from desktop.roster.table import FoundTable, PersonRows

_TOTAL = re.compile(r"^(合计|总计|小计|共计|累计|总人数|人数合计|共\d+[人名])")
_CONTROL = re.compile(r"(?:共计?|合计|总计|总人数)[^\d]{0,6}(\d{1,7})\s*[人名]?|(\d{1,7})\s*[人名](?![\u4e00-\u9fff])")
_SUBTOTAL = "小计"
_SIGNATURE = re.compile(
    r"^(制表人?|审核人?|填表人?|填报人?|经办人?|填表日期|填报日期|制表日期|日期|填报单位|填表单位|单位负责人|负责人|说明|注|备注|联系电话|单位盖章|盖章)[:：(（]"
)
_LIKE_ID = re.compile(r"[0-9Xx]{15,18}$")
_HAN_NAME = re.compile(r"[\u3400-\u9fff·]{2,8}$")
_SPOUSE = re.compile(r"配偶|老伴|爱人|妻子|丈夫|之妻|之夫|^妻$|^夫$")
_SPOUSE_TARGETS = {
    "person.name": "配偶/姓名", "phone.number": "配偶/电话", "person.birth_id": "配偶/出生年月",
    "person.ent_name": "配偶/工作单位",
}  # fmt: skip
_SAMPLE = 500
_LONGEST_WORD = 60  # of a header
_SEQUENCED = 0.8  # of the persons have a number: then a line without one is no person of its own


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """Where a table lies: its headers and their columns, its header's lines (0-based), the line it ends before."""

    headers: tuple[str, ...]
    columns: tuple[int, ...]
    top: int
    bottom: int
    end: int
    first: bool = True


@dataclass(slots=True)
class _Found:
    """What the lines below a header came to."""

    numbers: list[int] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    without_id: list[int] = field(default_factory=list)
    control: int | None = None
    spouses: dict[int, int] = field(default_factory=dict)  # person's row -> spouse's row
    more: dict[int, list[int]] = field(default_factory=dict)  # person's row -> further lines of the same person


def table_below(sheet: Sheet, plan: BodyPlan) -> FoundTable:
    """Return the table whose header a plan names, without what is no person; nothing is dropped unsaid."""
    lines = _Lines(sheet, plan)
    found = lines.sorted_out()
    headers, extra = _with_spouses(sheet, plan, found, lines.places)
    straight = plan.columns == tuple(range(len(plan.columns)))
    rows = PersonRows(
        sheet.rows, found.numbers, None if straight and not extra else plan.columns, extra, lines.filled_down(found)
    )
    marks = marks_of_rows(sheet, found.numbers, plan.columns, lines.places.get("person.name"))
    notes = [*sheet.notes, *said_of_hidden(sheet, found.numbers, plan.columns)] if plan.first else []
    places = {column: place for place, column in enumerate(plan.columns)}
    wanted = set(found.numbers)
    comments: dict[int, dict[int, str]] = {}
    for (row, column), text in sheet.comments.items():
        if row in wanted and column in places:
            comments.setdefault(row, {})[places[column]] = text
    return FoundTable(
        sheet.name,
        headers,
        rows,
        plan.top + 1,
        tuple(found.dropped),
        found.control,
        tuple(notes),
        columns=(*plan.columns, *(-1 for _ in headers[len(plan.headers) :])),
        hidden_columns=frozenset(places[one] for one in sheet.hidden_columns if one in places),
        questions=questions_about(marks),
        marks=marks,
        comments=comments,
        date1904=sheet.date1904,
    )


class _Lines:
    """The lines below one header, looked at one after the other."""

    def __init__(self, sheet: Sheet, plan: BodyPlan) -> None:
        self._sheet = sheet
        self._plan = plan
        self.places: dict[str, int] = {}
        for place, column in enumerate(propose(plan.headers)):
            if column.target and column.confidence:
                self.places.setdefault(column.target, place)
        self._name = self._column("person.name")
        self._id = self._column("person.id_no")
        self._seq = self._column(SEQUENCE)
        head = sheet.rows[plan.top : plan.bottom + 1]
        self._words = {_clean(cell) for row in head for cell in row if cell} - {""}
        self._titles = {_texts(row) for row in sheet.rows[: plan.top]} - {()}
        self._covered = _covered_down(sheet, plan.bottom + 1)
        self._down = {row for row, _ in self._covered}

    def _column(self, target: str) -> int:
        place = self.places.get(target)
        return -1 if place is None else self._plan.columns[place]

    def sorted_out(self) -> _Found:
        """Return the persons' rows and what every other line is."""
        found = _Found()
        begin, end = self._plan.bottom + 1, self._plan.end
        for number, row in enumerate(islice(iter(self._sheet.rows), begin, end), begin + 1):
            if self._id >= 0 and len(row) > self._id and _LIKE_ID.match(row[self._id]) and number not in self._down:
                found.numbers.append(number)
            elif row:
                self._line(found, number, row)
        self._take_title_control(found)
        self._take_spouses(found)
        return found

    def _line(self, found: _Found, number: int, row: list[str]) -> None:
        texts = _texts([row[one] for one in self._plan.columns if one < len(row)])
        if not texts:
            return
        why = self._why_no_person(row, texts, _texts(row))
        if why == "合计行":
            self._take_control(found, " ".join(_texts(row)))
        if why:
            found.dropped.append((number, why))
        elif self._continues(number, found):
            found.more.setdefault(found.numbers[-1], []).append(number)
            found.dropped.append((number, f"第 {found.numbers[-1]} 行同一个人的续行，已并入"))
        else:
            found.numbers.append(number)
            if not self._cell(row, self._id):
                found.without_id.append(number)

    def _cell(self, row: Sequence[str], column: int) -> str:
        return plain(row[column]).strip() if 0 <= column < len(row) else ""

    def _is_person(self, row: list[str]) -> bool:
        """Return True for a line that names somebody: such a line is never dropped."""
        name, id_no = self._cell(row, self._name), self._cell(row, self._id)
        if _TOTAL.match("".join(name.split())) or not (name or id_no):
            return False
        if sum(c.isdigit() for c in id_no) >= 6:
            return True
        return bool(_HAN_NAME.match("".join(name.split()))) and _clean(name) not in self._words and (
            self._cell(row, self._seq).rstrip(".、").isdigit() or len(_texts(row)) >= 3
        )  # fmt: skip

    def _why_no_person(self, row: list[str], texts: tuple[str, ...], whole: tuple[str, ...]) -> str:
        """Return why a line holds no person, '' if it may."""
        if len(whole) >= 2 and all(_clean(cell) in self._words for cell in whole):
            return "重复的表头"
        if whole in self._titles:
            return "重复的标题"
        if self._is_person(row):
            return ""
        first = "".join(whole[0].split())
        if _TOTAL.match(first) or (len(whole) <= 4 and any(_TOTAL.match("".join(cell.split())) for cell in whole)):
            return "合计行"
        if any(_SIGNATURE.match(unicodedata.normalize("NFKC", "".join(cell.split())) + ":") for cell in whole):
            return "签字说明行"
        return self._lone(row, texts, whole)

    def _lone(self, row: list[str], texts: tuple[str, ...], whole: tuple[str, ...]) -> str:
        """Return what a line with a single text is: a section's title, unless it stands where names do."""
        if len(whole) > 1 or not texts:
            return ""
        name = self._cell(row, self._name)
        if name and _HAN_NAME.match("".join(name.split())) and len(name) <= 4:
            return ""
        return "分段标题" if re.search(r"[\u3400-\u9fff]", texts[0]) else "只有一个数的行"

    def _take_control(self, found: _Found, text: str) -> None:
        """Keep the number of people a total says; one for a part only if there is none for all."""
        match = _CONTROL.search(text)
        numbers = re.findall(r"(?<![\d.])\d{1,6}(?![\d.])", text)
        said = int(match.group(1) or match.group(2)) if match else int(numbers[0]) if len(numbers) == 1 else None
        if said is not None and _SUBTOTAL not in text:
            found.control = said

    def _take_title_control(self, found: _Found) -> None:
        """Take the number a title says (`花名册（共 325 人）`) where no total stands below."""
        if found.control is None:
            titles = " ".join(" ".join(one) for one in self._titles)
            match = re.search(r"共计?\s*(\d{1,7})\s*[人名]|[(（](\d{1,7})\s*[人名][)）]", titles)
            found.control = int(match.group(1) or match.group(2)) if match else None

    def _continues(self, number: int, found: _Found) -> bool:
        """Return True if the name above is merged down over this line."""
        return bool(found.numbers) and self._covered.get((number, self._name)) is not None and (
            self._covered[number, self._name] == found.numbers[-1]
        )  # fmt: skip

    def _take_spouses(self, found: _Found) -> None:
        """Attach lines without number and id to the person above (`domain.md` section 5, case 48)."""
        if self._name < 0:
            return
        rows = self._sheet.rows
        suspects = found.without_id
        if not suspects or len(suspects) == len(found.numbers):
            return
        left_out = set(suspects)
        sample = [one for one in islice(found.numbers, _SAMPLE) if one not in left_out]
        numbered = sum(bool(self._cell(rows[one - 1], self._seq)) for one in sample)
        sequenced = self._seq >= 0 and numbered >= max(len(sample) * _SEQUENCED, 1)
        persons = set(found.numbers)
        for one in suspects:
            row, above = rows[one - 1], one - 1
            is_spouse = any(_SPOUSE.search(cell) for cell in row) or (sequenced and not self._cell(row, self._seq))
            named = self._cell(row, self._name)
            if (
                named
                and is_spouse
                and above in persons
                and above not in found.spouses
                and self._cell(rows[above - 1], self._id)
            ):
                found.spouses[above] = one
                persons.discard(one)
                found.dropped.append((one, f"第 {above} 行的配偶，已并入"))
        found.numbers = [one for one in found.numbers if one in persons]
        found.dropped.sort()

    def filled_down(self, found: _Found) -> dict[int, dict[int, str]]:
        """Return what stands in blank cells below merged ones, and what a person's further lines add."""
        filled: dict[int, dict[int, str]] = {}
        wanted = set(found.numbers)
        for (row, column), source in self._covered.items():
            if row in wanted and column in self._plan.columns:
                filled.setdefault(row, {})[column] = self._raw(source, column)
        for row, lines in found.more.items():
            for line in lines:
                for column in self._plan.columns:
                    more, own = self._raw(line, column), filled.get(row, {}).get(column, self._raw(row, column))
                    if more and plain(more) not in plain(own):
                        filled.setdefault(row, {})[column] = f"{plain(own)}、{plain(more)}" if own else more
        return filled

    def _raw(self, row: int, column: int) -> str:
        cells = self._sheet.rows[row - 1]
        return cells[column] if column < len(cells) else ""


def _covered_down(sheet: Sheet, begin: int) -> dict[tuple[int, int], int]:
    """Return for each cell hidden under a merged one below the header the row whose text it shares."""
    found: dict[tuple[int, int], int] = {}
    for top, left, bottom, right in sheet.merged:
        if bottom > top > begin and bottom - top < 5000:
            for row in range(top + 1, min(bottom, len(sheet.rows)) + 1):
                for column in range(left, min(right, left + 64) + 1):
                    found[row, column] = top
    return found


def _clean(text: str) -> str:
    if len(text) > _LONGEST_WORD:
        return text
    joined = "".join(unicodedata.normalize("NFKC", plain(text)).split())
    return re.sub(r"[(（][^()（）]*[)）]$|[*＊:：]", "", joined)


def _texts(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for cell in row if (text := plain(cell).strip()))


def _with_spouses(
    sheet: Sheet, plan: BodyPlan, found: _Found, places: dict[str, int]
) -> tuple[tuple[str, ...], dict[int, list[str]]]:
    """Return the headers with those of spouses' lines added, and what each person's line adds under them."""
    if not found.spouses:
        return plan.headers, {}
    added = [(name, plan.columns[places[target]]) for target, name in _SPOUSE_TARGETS.items()
             if target in places and name not in plan.headers]  # fmt: skip
    extra = {}
    for person, spouse in found.spouses.items():
        cells = sheet.rows[spouse - 1]
        extra[person] = [cells[column] if column < len(cells) else "" for _, column in added]
    return (*plan.headers, *[name for name, _ in added]), extra
