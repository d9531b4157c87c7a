"""Commands that put people on paper or in a file: book, cards, lists, and a person's access sheet."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, add_terms, station_at
from desktop.domain.progress import silent
from desktop.services import access_sheets, books, giving, register
from desktop.services.table_cells import PaperWish, column_keys


def add(job: JobAdder) -> None:
    """Add `export` and `access-sheet`."""
    one = job("export", export, "导出：book 册、cards 登记卡、table 表、form 基本信息表（PDF），roster 名册（xlsx）")
    one.add_argument("what", choices=tuple(books.EXPORTS))
    one.add_argument("out", type=Path, metavar="OUT")
    one.add_argument("--filter", default="", metavar="EXPR", help="例如 性别=男;年龄>=80;标签=劳模")
    one.add_argument("--changed", action="store_true", help="book：只印上次印册以后有变动的页")
    one.add_argument("--two-up", action="store_true", help="cards：A4 一张印两人")
    one.add_argument("--columns", default="", metavar="列", help="table、roster：要哪些列，例如 性别,原单位,电话")
    one.add_argument("--sort", default="name", metavar="字段", help="按哪个字段排序")
    one.add_argument("--mask", action="store_true", help="证号和电话遮住中间几位")
    one.add_argument("--title", default="", help="表的标题")
    add_terms(one)
    one = job("access-sheet", access_sheet, "本人信息查询单：登记库里关于一个人的全部信息（PDF）")
    one.add_argument("person", metavar="PERSON", help="人员编号或证号")
    one.add_argument("out", type=Path, metavar="OUT.pdf")


def export(options: argparse.Namespace) -> Answer:
    """Write the book, the register cards, the forms or the list of people."""
    with station_at(options.store) as station:
        wanted = register.parse_filter(options.filter, station=station)
        sort = next(iter(column_keys(options.sort)), "name")
        wish = PaperWish(
            columns=column_keys(options.columns), sort=sort, title=options.title, masked=options.mask,
            changed=options.changed, two_up=options.two_up,
        )  # fmt: skip
        content = books.EXPORTS[options.what].make(station, wanted, silent, wish)
        total = len(register.people_ids(station, wanted=wanted))
        books.give(station, books.Made(options.what, content, total), path=options.out)
    return {"out": str(options.out), "people": total, "text": f"已导出 {total} 人"}


def access_sheet(options: argparse.Namespace) -> Answer:
    """Write one person's access sheet."""
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        content = access_sheets.access_sheet_pdf_of(station, person=person)
        giving.keep_paper(station, what="本人信息查询单", people=1, content=content, path=options.out)
    return {"out": str(options.out), "person": person, "text": f"查询单已写到 {options.out}"}
