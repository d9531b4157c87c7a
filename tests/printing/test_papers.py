"""Nothing leaves its box and nothing is cut, on any paper, whatever is typed."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.printing.fonts import BOLD, LEADING, REGULAR, fit_lines, width_of, wrapped
from desktop.printing.register_card import RegisterCard, placed
from desktop.printing.table import cell_lines, room_for_rows, row_height, split_rows, widths_of

words = st.text(st.sampled_from("欧阳建国·西咸新区沣东新城上林街道号楼单元室0123456789ABCDxyz （）\n"), max_size=220)
names = st.text(st.sampled_from("买提·阿卜杜拉安𰻞"), min_size=1, max_size=20)


def flat(text: str) -> str:
    return "".join(text.split("\n"))


@given(names, st.lists(words, min_size=6, max_size=6))
def test_the_whole_of_a_card_stands_in_its_cells(name: str, values: list[str]) -> None:
    pairs = [[("姓名", name), ("性别", "男")], *[[(f"项目{number}", text)] for number, text in enumerate(values[:4])],
             [("联系电话", values[4]), ("人员编号", values[5])]]  # fmt: skip
    cells = placed(RegisterCard(name, "青杨社区", pairs, []))
    assert [flat("".join(cell.lines)) for cell in cells] == [
        flat(text) for line in pairs for pair in line for text in pair
    ]
    for cell in cells:
        assert all(width_of(line, cell.font, cell.size) <= cell.width + 0.01 for line in cell.lines)
        assert len(cell.lines) * cell.size * 1.05 <= cell.height + 0.01
        assert cell.y >= 0


@given(words, st.floats(12, 200))
def test_the_whole_of_a_cell_of_a_list_stands_in_it(text: str, width: float) -> None:
    for font in (REGULAR, BOLD):
        lines, size = cell_lines(text, font, width)
        assert flat("".join(lines)) == flat(text)
        if width > 20:
            assert all(width_of(line, font, size) <= width + 0.01 for line in lines)
        assert len(lines) * size * LEADING <= row_height([text], [width], font)


@given(st.lists(st.lists(words, min_size=3, max_size=3), max_size=30))
def test_pages_of_a_list_hold_every_row_once_in_order(rows: list[list[str]]) -> None:
    columns = (("序号", 5), ("姓名", 10), ("地址", 30))
    pages = split_rows(columns, rows)
    assert [row for page in pages for row in page] == rows
    widths = widths_of(columns)
    for page in pages:
        assert sum(row_height(row, widths) for row in page) <= room_for_rows(columns) + 0.1


@given(words, st.floats(20, 300), st.floats(5, 60))
def test_a_fitted_text_is_whole_and_inside(text: str, width: float, height: float) -> None:
    lines, size = fit_lines(text, REGULAR, width=width, height=height, largest=12, smallest=6)
    if size > 2.25:
        assert flat("".join(lines)) == flat(text)
        assert len(lines) * size * 1.05 <= height + 0.01
        assert all(width_of(line, REGULAR, size) <= width + 0.01 for line in lines)


@given(words, st.floats(10, 200))
def test_wrapping_loses_no_character(text: str, width: float) -> None:
    assert flat("".join(wrapped(text, REGULAR, width=width, size=9, lines=len(text) + 1))) == flat(text)
