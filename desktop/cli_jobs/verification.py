"""Commands about verifying people's data."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError
from desktop.services import check_forms, giving, register, verification
from desktop.services.verification import Asked


def add(job: JobAdder) -> None:
    """Add `verify` and `progress`."""
    one = job("verify", verify, "登记一次信息核对；没有列出的项目视为一致")
    one.add_argument("person", metavar="PERSON")
    one.add_argument("--method", default="上门", help="上门、电话、视频、来访")
    one.add_argument("--unreached", action="store_true", help="联系不上")
    one.add_argument("--round", default="", help="核对批次")
    one.add_argument(
        "--item", action="append", default=[], metavar="项目=答复", help="有异议的项目，例如 长期居住地=3号楼2单元501室"
    )
    one.add_argument("--take", action="store_true", help="采用本人答复，写进登记")
    one = job("check-form", check_form, "打印信息核对表")
    one.add_argument("out", type=Path, metavar="OUT.pdf")
    one.add_argument("--filter", default="", metavar="EXPR", help="不写则为全部在管人员，按楼栋排")
    one = job("progress", progress, "信息核对进度")
    one.add_argument("--by", choices=("community", "enterprise", "building", "batch"), default="community")


def verify(options: argparse.Namespace) -> Answer:
    """Record a verification."""
    method = code_list("visit_method").code_of(options.method)
    if method is None:
        raise InvalidValueError("method", f"没有“{options.method}”这种方式", "可用 上门、电话、视频、来访")
    asked = Asked(method=method, round=options.round)
    with station_at(options.store) as station:
        person = register.person_by_any(station, text=options.person)
        if options.unreached:
            done = verification.note_unreached(station, person=person, asked=asked)
        else:
            answers = [_answer(text, take=options.take) for text in options.item]
            done = verification.verify_person(station, person=person, asked=asked, answers=answers)
        left = len(verification.check_sheet(station, person=person).disputes)
    label = code_list("verify_result").label_of(done.result)
    return {
        "person": person,
        "result": done.result,
        "open": left,
        "batch": done.changes.batch,
        "text": f"已登记：{label}",
    }


def _answer(text: str, *, take: bool) -> verification.Answer:
    label, sign, answer = text.partition("=")
    key = next((one for one in verification.ITEMS if label.strip() in {one, verification.item_label(one)}), None)
    if key is None or not sign:
        raise InvalidValueError("item", f"“{text}”看不懂", "请写成 项目=答复，项目用核对表上的名称")
    decision = verification.TAKE_ANSWER if take else verification.TO_BE_SETTLED
    return verification.Answer(key, verification.DISPUTED, answer.strip(), decision=decision)


def check_form(options: argparse.Namespace) -> Answer:
    """Write check forms in walking order."""
    with station_at(options.store) as station:
        wanted = register.parse_filter(options.filter, station=station)
        chosen = set(register.people_ids(station, wanted=wanted))
        lines = verification.people_to_ask(station, wanted=verification.ToAsk())
        ids = [one.id for one, _ in lines if one.id in chosen]
        content = check_forms.check_forms(station, ids=ids)
        giving.keep_paper(station, what="信息核对表", people=len(ids), content=content, path=options.out)
    return {"people": len(ids), "text": f"已写入 {len(ids)} 人的核对表"}


def progress(options: argparse.Namespace) -> Answer:
    """Say how far verifying has come."""
    with station_at(options.store) as station:
        found = verification.progress(station, by=options.by)
    names = verification.STATE_NAMES
    lines = [
        f"{name}：" + "　".join(f"{names[key]} {count}" for key, count in row.items()) for name, row in found.items()
    ]
    return {"by": options.by, "progress": found, "text": "\n".join(lines) or "登记库里还没有在管人员"}
