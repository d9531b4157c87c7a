"""The commands of contact cards: print, check, the serial book, what became of one."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import card_checks, card_life, cards, peers, register
from desktop.services.cards import CardPaper
from desktop.store.people import PeopleFilter


def add(job: JobAdder) -> None:
    """Add `cards`, `verify-card`, `card-mark`, `card-book`, `cards-due` and `card-coverage`."""
    one = job("cards", print_cards, "发放联系卡并输出 PDF")
    one.add_argument("out", type=Path, metavar="OUT.pdf")
    one.add_argument("--layout", choices=[choice.key for choice in cards.paper_choices()], default="a4-10")
    one.add_argument("--backs", action="store_true", help="同时印背面")
    one.add_argument("--flip", choices=("long", "short"), default="", help="双面翻转的边，不写则按纸张")
    one.add_argument("--start", type=int, default=1, metavar="N", help="从第几张标签开始")
    one.add_argument("--copies", type=int, default=1, metavar="N", help="每张卡印几份")
    one.add_argument("--dpi", type=int, choices=(203, 300, 600), default=300, help="打印机分辨率")
    who = one.add_mutually_exclusive_group(required=True)
    who.add_argument("--all", action="store_true")
    who.add_argument("--reprint", action="store_true", help="内容变了要重印的")
    who.add_argument("--people", nargs="+", metavar="ID")
    one = job("verify-card", verify_card, "核验联系卡：二维码文字、卡号或图片文件")
    one.add_argument("token", metavar="TOKEN")
    one = job("card-mark", mark, "登记一张卡的领取、挂失、收回或作废")
    one.add_argument("card", metavar="CARD")
    what = one.add_mutually_exclusive_group(required=True)
    what.add_argument("--received", metavar="NAME", default="", help="领取人")
    for name, text in (("lost", "挂失"), ("returned", "收回"), ("void", "作废")):
        what.add_argument(f"--{name}", action="store_true", help=text)
    one.add_argument("--why", default="", metavar="TEXT")
    one = job("card-book", book, "联系卡发放登记（PDF）")
    one.add_argument("out", type=Path, metavar="OUT.pdf")
    one.add_argument("--since", default="", metavar="DATE")
    one.add_argument("--until", default="", metavar="DATE")
    job("cards-due", due, "卡上内容已变、要重印的联系卡")
    job("card-coverage", coverage, "各社区联系卡发放率")


def print_cards(options: argparse.Namespace) -> Answer:
    """Issue cards and write them as a PDF."""
    paper = CardPaper(options.layout, options.backs, options.flip, options.start, options.copies, options.dpi)
    with station_at(options.store) as station:
        if options.all:
            ids = register.people_ids(station, wanted=PeopleFilter(equals={"manage_state": ["1"]}))
        elif options.reprint:
            ids = [one.person for one in card_life.cards_to_reprint(station)]
        else:
            ids = [register.person_by_any(station, text=one) for one in options.people]
        issued = cards.issue_cards(station, ids=ids, paper=paper)
    peers.write_safely(options.out, issued.pdf)
    listed = [{"person": person, "card_no": number} for person, number in issued.cards]
    return {"cards": listed, "total": len(listed), "text": f"已输出 {len(listed)} 张联系卡"}


def verify_card(options: argparse.Namespace) -> Answer:
    """Say what a card is."""
    with station_at(options.store) as station:
        found = card_checks.verify_any(station, given=options.token)
    return {"state": found.state, "advice": found.advice, "person": found.person, "card_no": found.card_no,
            "issuer": found.issuer, "text": found.advice}  # fmt: skip


def mark(options: argparse.Namespace) -> Answer:
    """Note what became of a card."""
    with station_at(options.store) as station:
        if options.received:
            card_life.receive_card(station, card_no=options.card, received_by=options.received)
            done = f"由{options.received}领取"
        elif options.lost:
            card_life.lose_card(station, card_no=options.card, why=options.why or "持卡人报失")
            done = "已挂失"
        elif options.returned:
            card_life.return_card(station, card_no=options.card, why=options.why or "交回社区")
            done = "已收回"
        else:
            card_life.revoke_card(station, card_no=options.card, why=options.why or "作废")
            done = "已作废"
    return {"card_no": options.card, "text": f"联系卡 {options.card} {done}"}


def book(options: argparse.Namespace) -> Answer:
    """Write the serial book."""
    with station_at(options.store) as station:
        content = card_life.serial_book(station, since=options.since, until=options.until)
    peers.write_safely(options.out, content)
    return {"out": str(options.out), "text": f"发放登记已写入 {options.out.name}"}


def due(options: argparse.Namespace) -> Answer:
    """List the valid cards that no longer say what is so."""
    with station_at(options.store) as station:
        found = card_life.cards_to_reprint(station)
        names = register.org_names(station)
    listed = [
        {"person": one.person, "person_no": one.person_no, "name": one.name, "card_no": one.card_no,
         "community": names.get(one.home, one.home), "issued_on": one.issued_on, "printed_on": one.printed_on}
        for one in found
    ]  # fmt: skip
    lines = [f"{one['card_no']}  {one['name']}  {one['person_no']}  {one['community']}" for one in listed]
    return {"cards": listed, "total": len(listed), "text": "\n".join([*lines, f"共 {len(listed)} 张要重印"])}


def coverage(options: argparse.Namespace) -> Answer:
    """Say how many people hold a card."""
    with station_at(options.store) as station:
        found = card_life.coverage(station)
    rows = [{"org": one.org, "name": one.name, "people": one.people, "with_card": one.with_card} for one in found]
    lines = [f"{one.name}　{one.with_card} / {one.people}　{one.percent}%" for one in found]
    return {"communities": rows, "text": "\n".join(lines) or "还没有在管人员"}
