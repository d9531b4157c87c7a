"""Random people on every design: every line inside its box, every box inside its card, no line on another."""

import random
from dataclasses import replace

import pytest
from reportlab.lib.units import mm

from desktop.domain.errors import PrintError
from desktop.printing.card_design import CardDesign
from desktop.printing.card_face import CardFace, Side, back_of, front_of
from desktop.printing.card_large import BIG_PHONE, large_of
from desktop.printing.card_sheets import sheets
from desktop.printing.text_boxes import Box, Piece, lines_of, stacked

_HAIR = 0.01
_CHARACTERS = "王李张刘陈杨赵黄周吴徐孙秀英桂兰玉珍淑芬志强文明春梅永福长安德胜庆丰"
_RARE = "㐂㛃䶮𠅤𡈼𣲗𬭩𬸪"  # in no text font of ours: from the fallback
_PLACES = "西咸新区沣东新城上林街道办事处青杨路便民服务中心一层大厅东侧窗口号楼单元室"
_LATIN = ("阿不都热合曼·买买提", "古丽娜尔·阿卜杜拉", "Maria·José", "司马·欧阳·诸葛")


def rare_available() -> str:
    from desktop.printing.fonts import _runs

    return "".join(one for one in _RARE if not _runs(one, "YinceBold")[1])


def random_face(chance: random.Random, rare: str) -> CardFace:
    length = chance.randint(1, 20)
    name = "".join(chance.choice(_CHARACTERS) for _ in range(length))
    if chance.random() < 0.2:
        name = chance.choice(_LATIN)[:20]
    if rare and chance.random() < 0.1:
        name = name[:-1] + chance.choice(rare)
    address = "".join(chance.choice(_PLACES) for _ in range(chance.choice((0, 8, 25, 60, 100))))
    if address and chance.random() < 0.5:
        address += f"{chance.randint(1, 99)}号楼{chance.randint(1, 6)}单元{chance.randint(101, 3399)}室"
    staff = tuple(
        ("".join(chance.choice(_CHARACTERS) for _ in range(chance.randint(2, 4))), chance.choice(
            ("029-33110001", "13900000000", "029-33110001转8012", "(029)33110001")))
        for _ in range(chance.randint(0, 3))
    )  # fmt: skip
    community = "".join(chance.choice(_PLACES) for _ in range(chance.choice((3, 6, 12)))) + "社区"
    street = chance.choice(("上林街道", "沣东新城三桥街道", ""))
    return CardFace(
        name, "7K3M-9QX2-5", community, address, staff, street, chance.choice(("029-33576726", "")), "2026-11-24",
        "EC1:" + "A" * 264, chance.choice(("", "6", "12")),
    )  # fmt: skip


def inside(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - _HAIR and inner.y >= outer.y - _HAIR
        and inner.right <= outer.right + _HAIR and inner.top <= outer.top + _HAIR
    )  # fmt: skip


def apart(one: Box, other: Box) -> bool:
    return (
        one.right <= other.x + _HAIR or other.right <= one.x + _HAIR or one.top <= other.y + _HAIR
        or other.top <= one.y + _HAIR
    )  # fmt: skip


def assert_sound(side: Side, width: float, height: float) -> None:
    card = Box(0, 0, width, height)
    lines = [(line, line.ink) for line in (*side.texts, *side.in_bar)]
    for line, ink in lines:
        assert inside(ink, line.box), line
        assert inside(line.box, card), line
        assert all(apart(ink, code.box) for code in side.codes), line
    for line, ink in lines[: len(side.texts)]:
        assert side.bar is None or apart(ink, side.bar), line
    for number, (line, ink) in enumerate(lines):
        for other, taken in lines[number + 1 :]:
            assert apart(ink, taken), (line, other)
    assert all(inside(code.box, card) for code in side.codes)
    assert side.bar is None or all(apart(code.box, side.bar) for code in side.codes)


def said(side: Side) -> str:
    return "".join(line.text for line in side.texts).replace("　", "").replace(" ", "")


def check(count: int, seed: int) -> None:
    chance, design = random.Random(seed), CardDesign()
    rare = rare_available()
    keys = [key for key in sheets() if key != "single-90x54"]
    for number in range(count):
        sheet = sheets()[keys[number % len(keys)]]
        width, height, dpi = sheet.width, sheet.height, chance.choice((203, 300, 600))
        face = random_face(chance, rare)
        if sheet.is_large:
            sides = [large_of(face, design, width=width, height=height, dpi=dpi)]
            phones = [one for one in sides[0].texts if any(phone in one.text for _, phone in face.contacts)]
            assert len(phones) == len(face.contacts) and all(one.size >= BIG_PHONE for one in phones)
        else:
            only = chance.random() < 0.5
            sides = [front_of(face, design, width=width, height=height, dpi=dpi, is_only_side=only)]
            if not only:
                sides.append(back_of(face, design, width=width, height=height, dpi=dpi))
        for side in sides:
            assert_sound(side, width, height)
        for text in (face.name, face.community, face.address, *(phone for _, phone in face.contacts)):
            assert text.replace(" ", "") in said(sides[0]), text  # whole: nothing is cut


def test_nothing_leaves_its_box() -> None:
    check(240, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_nothing_leaves_its_box_for_ten_thousand_people() -> None:
    check(10_000, seed=2)


def test_what_cannot_fit_is_said_with_the_persons_name() -> None:
    face = replace(random_face(random.Random(3), ""), name="张三", address="很长的地址" * 200)
    with pytest.raises(PrintError, match="“张三”的社区地址太长"):
        front_of(face, CardDesign(), width=90 * mm, height=54 * mm, dpi=300, is_only_side=True)


def test_a_phone_is_never_broken_over_two_lines() -> None:
    lines = lines_of("社区值班电话029-33110001转8012", "YinceRegular", width=80, size=9)
    assert "029-33110001" in "".join(line for line in lines if line.startswith("029"))


def test_no_line_begins_with_a_closing_mark() -> None:
    for width in range(30, 90, 3):
        lines = lines_of("走访慰问、困难帮扶，政策咨询；文体活动。", "YinceRegular", width=width, size=9)
        assert "".join(lines) == "走访慰问、困难帮扶，政策咨询；文体活动。"
        assert not any(line[0] in "、，；。" for line in lines)


def test_text_shrinks_before_it_wraps_and_all_pieces_shrink_together() -> None:
    box = Box(0, 0, 100, 40)
    (line,) = stacked([Piece("九个汉字略微小一点", "YinceRegular", 12, 6)], box, whose="")
    assert 9.6 <= line.size < 12
    many = stacked(
        [Piece("两行的长文字要折成好几行才放得下", "YinceRegular", 12, 6), Piece("电话", "YinceBold", 12, 8)],
        box,
        whose="",
    )
    assert len(many) >= 3 and many[-1].text == "电话"
