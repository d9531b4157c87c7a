"""The project's own messy rosters: a random person, written in a random notation, in any kind of file.

`Person` is the answer; `written` is what an enterprise made of it. People are invented, with the unassigned prefix 610100.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.domain.id_numbers import check_digit
from tests.roster.make_books import ods, ods_row

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国志明秀英桂兰淑珍玉梅文华德福春生永强丽萍晓东喆堃垚䶮昇"
ETHNIC = {"汉": "01", "回": "03", "满": "11", "蒙古": "02", "维吾尔": "05"}
HEADERS = {
    "seq": ["序号", "编号", "序\n号"],
    "name": ["姓名", "姓  名", "退休人员姓名", "姓　名"],
    "sex": ["性别", "性别(男/女)", "性 别"],
    "id_no": ["身份证号", "身份证号码", "公民身份号码", "身 份 证 号", "身份证号\n码"],
    "birth": ["出生年月", "出生日期", "出生年月日"],
    "ethnic": ["民族"],
    "retire": ["退休时间", "退休日期", "退休年月"],
    "phone": ["联系电话", "手机号码", "手机"],
    "address": ["现住址", "家庭住址", "居住地址"],
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What the reading must come to."""

    name: str
    sex: str
    birth: str
    id_no: str
    ethnic: str
    retire: str  # year and month
    phone: str
    address: str


def a_person(chance: random.Random) -> Person:
    """Return an invented person."""
    name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2))))
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(12_000))
    sequence = chance.randrange(1, 990)
    sequence += not sequence % 100  # an id that ends in 000 is asked about
    first17 = f"610100{born:%Y%m%d}{sequence:03d}"
    retire = born.replace(year=born.year + 60, day=1)
    return Person(
        name,
        "1" if sequence % 2 else "2",
        born.isoformat(),
        first17 + check_digit(first17),
        chance.choice(list(ETHNIC.values())),
        f"{retire:%Y-%m}",
        f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}",
        f"上林街道{chance.randrange(1, 99)}号楼{chance.randrange(1, 6)}单元{chance.randrange(101, 3302)}室",
    )


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


NAMES: list[Callable[[str], str]] = [
    str, lambda t: f" {t} ", "　".join, "  ".join, lambda t: f"{t}\n", lambda t: f"1.{t}",
    lambda t: f"3、{t}", lambda t: f"\u200b{t}",
]  # fmt: skip
IDS: list[Callable[[str], str]] = [
    str, str.lower, _full_width, lambda t: f"'{t}", lambda t: f'="{t}"', lambda t: f"{t[:6]} {t[6:14]} {t[14:]}",
    lambda t: f"{t}\u00a0", lambda t: f"\t{t}", lambda t: f"=“{t}”", lambda t: t.replace("X", "×"),
    lambda t: t.replace("X", "Ⅹ"), lambda t: t.replace("X", "х"),
]  # fmt: skip
DAYS: list[Callable[[date], str]] = [
    lambda d: d.isoformat(), lambda d: f"{d:%Y%m%d}", lambda d: f"{d.year}.{d.month}.{d.day}", lambda d: f"{d:%Y/%m/%d}",
    lambda d: f"{d.year}年{d.month}月{d.day}日", lambda d: f"{d.year}、{d.month}、{d.day}", lambda d: f"{d.year}。{d.month}。{d.day}",
    lambda d: f"{d:%Y-%m-%d} 00:00:00", lambda d: f"{d:%Y-%m-%d}T00:00", lambda d: f"{d:%Y/%m/%d} 0:00:00",
    lambda d: _full_width(f"{d:%Y}.{d:%m}.{d:%d}"), lambda d: f"\x01{(d - date(1899, 12, 30)).days}",
    lambda d: f"{d:%y}.{d.month}.{d.day}", lambda d: f"{d:%y%m%d}", lambda d: _chinese_day(d),  # noqa: PLW0108 - it is defined below
]  # fmt: skip
MONTHS: list[Callable[[date], str]] = [
    lambda d: f"{d:%Y-%m}", lambda d: f"{d:%Y.%m}", lambda d: f"{d:%Y%m}", lambda d: f"{d.year}年{d.month}月", lambda d: f"{d.year}/{d.month}",
    lambda d: f"{d.year}.{d.month}.", lambda d: f"{d.year}，{d.month}", lambda d: f"{d.year}.{d.month}-",
]  # fmt: skip
PHONES: list[Callable[[str], str]] = [
    str, lambda t: f"+86 {t[:3]}-{t[3:7]}-{t[7:]}", lambda t: f"{t[:3]} {t[3:7]} {t[7:]}", lambda t: f"{t}.0", _full_width,
    lambda t: f"{t}(本人)", lambda t: f"'{t}", lambda t: f"\x01{t}", lambda t: f"{t[:3]}-{t[3:7]}-{t[7:]}", lambda t: f"手机:{t}",
]  # fmt: skip
SEXES: list[Callable[[str], str]] = [
    lambda s: "男" if s == "1" else "女", str, lambda s: "男性" if s == "1" else "女性", lambda s: " 男 " if s == "1" else " 女 ",
]  # fmt: skip


def _chinese_day(day: date) -> str:
    digits = "〇一二三四五六七八九"

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")

    return "".join(digits[int(c)] for c in str(day.year)) + f"年{small(day.month)}月{small(day.day)}日"


def written(person: Person, chance: random.Random) -> dict[str, str]:
    """Return a person as some clerk wrote him down."""
    born, retired = date.fromisoformat(person.birth), date.fromisoformat(f"{person.retire}-01")
    ethnic = next(word for word, code in ETHNIC.items() if code == person.ethnic)
    return {
        "name": chance.choice(NAMES)(person.name),
        "sex": chance.choice(SEXES)(person.sex),
        "id_no": chance.choice(IDS)(person.id_no),
        "birth": chance.choice(DAYS)(born),
        "ethnic": chance.choice((ethnic, f"{ethnic}族")),
        "retire": chance.choice(MONTHS)(retired),
        "phone": chance.choice(PHONES)(person.phone),
        "address": person.address,
    }


def a_roster(people: list[Person], chance: random.Random) -> list[list[str]]:
    """Return rows of a roster: titles, a header, people, repeats of the header, a total, signatures."""
    keys = ["seq", *chance.sample(["sex", "birth", "ethnic", "retire", "phone", "address"], 6)]
    for key in ("id_no", "name"):
        keys.insert(chance.randrange(1, 4), key)
    header = [chance.choice(HEADERS[key]) for key in keys]
    rows = [["某厂退休人员花名册"], ["填报单位：某厂", "", "2026年1月"]][: chance.randrange(3)]
    rows.append(header)
    for number, person in enumerate(people, 1):
        cells = {"seq": str(number), **written(person, chance)}
        rows.append([cells[key] for key in keys])
        if chance.random() < 0.1:
            rows.append(header)
    return [*rows, ["合计", f"共{len(people)}人"], ["制表人：赵某", "审核人：钱某"]]


def _plain(rows: list[list[str]]) -> list[list[str]]:
    return [[cell.lstrip("\x01") for cell in row] for row in rows]


def as_xlsx(rows: list[list[str]]) -> bytes:
    """Return rows as an xlsx; cells marked as numbers are numbers there."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for place, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = page.cell(place, column)
                cell.value = int(text[1:]) if text.startswith("\x01") else text
                cell.data_type = "n" if text.startswith("\x01") else "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(rows: list[list[str]]) -> bytes:
    """Return rows as an xls."""
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("表")
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write(place, column, int(cell[1:]) if cell.startswith("\x01") else cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _escaped(rows: list[list[str]]) -> list[list[str]]:
    return [
        [cell.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") for cell in row] for row in _plain(rows)
    ]


def as_ods(rows: list[list[str]]) -> bytes:
    """Return rows as an ods; a number in a cell is text there."""
    return ods("".join(ods_row(row) for row in _escaped(rows)))


def as_text(rows: list[list[str]], encoding: str, separator: str) -> bytes:
    """Return rows as a text table."""
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(_plain(rows))
    return out.getvalue().encode(encoding)


def as_html(rows: list[list[str]]) -> bytes:
    """Return rows as a web page saved as xls."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in _escaped(rows))
    return f'<html><head><meta charset="utf-8"></head><table>{body}</table></html>'.encode()


FORMATS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "xlsx": as_xlsx,
    "xls": as_xls,
    "ods": as_ods,
    "html": as_html,
    "csv in UTF-8 with mark": lambda rows: as_text(rows, "utf-8-sig", ","),
    "csv in GB18030": lambda rows: as_text(rows, "gb18030", ","),
    "tabs in UTF-16": lambda rows: as_text(rows, "utf-16", "\t"),
    "semicolons in UTF-8": lambda rows: as_text(rows, "utf-8", ";"),
}
