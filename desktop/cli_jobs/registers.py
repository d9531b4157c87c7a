"""The commands of a register as a whole: make one, look people up, back up, restore, check."""

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from desktop.cli_jobs.opening import USER, Answer, JobAdder, password_of, second_of, station_at
from desktop.domain.clock import SystemClock
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Kind
from desktop.domain.errors import DamagedStoreError, InvalidValueError
from desktop.services import access, backups, catalogue, key_rescue, register
from desktop.services.access import NewStore


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job("demo", demo, "建立练习用的街道和两个社区", store=False, as_json=False)
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("--people", type=int, default=200)
    one.add_argument("--seed", type=int, default=1)
    one = job("init", init, "新建登记库")
    one.add_argument("--kind", choices=("community", "street", "district"), required=True)
    for name in ("--code", "--name", "--user"):
        one.add_argument(name, required=True)
    one = job("find", find, "查找人员")
    one.add_argument("text", metavar="TEXT")
    one.add_argument("--limit", type=int, default=50)
    job("show", show, "显示一个人的全部登记").add_argument("person", metavar="PERSON")
    job("backup", backup, "备份登记库").add_argument("folder", type=Path, metavar="DIR")
    one = job("restore", restore, "从备份恢复（有第二位主管时须其同意）", store=False)
    one.add_argument("--user", dest="as_user", default="", help=f"使用人姓名，也可用 {USER}")
    one.add_argument("backup", type=Path, metavar="BACKUP")
    one.add_argument("store", type=Path, metavar="STORE")
    one = job("rescue-keys", rescue_keys, "密钥文件损坏时，用备份里的修好，登记不丢", store=False)
    one.add_argument("--user", dest="as_user", default="", help=f"使用人姓名，也可用 {USER}")
    one.add_argument("backup", type=Path, metavar="BACKUP")
    one.add_argument("store", type=Path, metavar="STORE")
    job("check", check, "检查登记库")


def demo(options: argparse.Namespace) -> Answer:
    """Make the practice street; the answer is always JSON."""
    if options.people < 0:
        raise InvalidValueError("people", "人数不能小于零", "请改正")
    from desktop.services import practice  # prints cards: nothing else here needs that

    return practice.make_practice(options.folder, people=options.people, seed=options.seed, clock=SystemClock())


def init(options: argparse.Namespace) -> Answer:
    """Make a store."""
    draft = NewStore(options.kind, options.code, options.name, options.user)
    station = access.create_store(options.store, draft=draft, password=password_of("新密码："), clock=SystemClock())
    station.close()
    return {
        "store": str(options.store),
        "org": options.code,
        "name": options.name,
        "text": f"已建立 {options.name} 的登记库",
    }


def find(options: argparse.Namespace) -> Answer:
    """Find people."""
    with station_at(options.store) as station:
        found = register.find(station, text=options.text, limit=max(options.limit, 1), all_counted=True)
        names = register.org_names(station)
    people = [
        {
            "id": one.id, "person_no": one.row.text("person_no"), "name": one.row.text("name"),
            "sex": code_list("sex").label_of(one.row.text("sex")), "birth": one.row.text("birth_id"),
            "community": names.get(one.row.text("home_org"), one.row.text("home_org")), "matched": one.matched,
        }
        for one in found.people
    ]  # fmt: skip
    lines = [
        f"{one['person_no']}  {one['name']}  {one['sex']}  {one['birth']}  {one['community']}  〔{one['matched']}〕"
        for one in people
    ]
    return {"people": people, "total": found.total, "text": "\n".join([*lines, f"共 {found.total} 人"])}


def show(options: argparse.Namespace) -> Answer:
    """Show one person whole."""
    with station_at(options.store) as station:
        page = register.person_details(station, person=register.person_by_any(station, text=options.person))
        values = catalogue.shown_values(station, page.values)
    labels = {field.key: field for field in PERSON.fields}
    lines = []
    for key, field in labels.items():
        if key in values:
            shown = str(values[key])
            lines.append(
                f"{field.label}：{code_list(field.codes).label_of(shown) if field.kind is Kind.CODE else shown}"
            )
    children = {kind: [dict(row.values) for row in rows] for kind, rows in page.children.items()}
    return {"id": page.id, **values, **children, "text": "\n".join(lines)}


def backup(options: argparse.Namespace) -> Answer:
    """Write a verified backup."""
    with station_at(options.store) as station:
        done = backups.back_up(station, target=options.folder)
    text = f"已备份 {done.people} 人到 {done.path}"
    return {"backup": str(done.path), "people": done.people, "log_entries": done.log_entries, "text": text}


def restore(options: argparse.Namespace) -> Answer:
    """Restore a backup into a folder."""
    done = backups.restore_backup(
        options.backup, folder=options.store, password=password_of(), clock=SystemClock(),
        user=os.environ.get(USER, ""), second=second_of(),
    )  # fmt: skip
    aside = str(done.aside) if done.aside else ""
    return {"people": done.people, "created": done.created, "aside": aside, "text": f"已恢复 {done.people} 人"}


def rescue_keys(options: argparse.Namespace) -> Answer:
    """Put the key file of a backup back where the present one is damaged beyond repair."""
    if not key_rescue.keys_are_lost(options.store):
        raise InvalidValueError("store", "密钥文件没有损坏", "忘记密码的，请用恢复码")
    done = key_rescue.rescue_keys(
        options.backup, folder=options.store, password=password_of(), clock=SystemClock(), user=os.environ.get(USER, "")
    )
    if not done:
        raise DamagedStoreError("这份备份之后更换过数据密钥，打不开现在的登记库", "请换一份较新的备份，或恢复整份备份")
    return {"rescued": True, "text": "密钥文件已修好，登记的内容没有丢失"}


def check(options: argparse.Namespace) -> Answer:
    """Check the whole store; a damaged one is a known error that says where."""
    with station_at(options.store, to_check=True) as station:
        found = backups.check_store(station)
    if not found.is_sound:
        raise DamagedStoreError("检查发现问题：" + "；".join(found.problems), "请从备份恢复", tuple(found.problems))
    text = f"登记库完好：{found.counts['person']} 人，变更记录 {found.log_entries} 条"
    text += f"，签名到第 {found.signed.until} 次操作"
    return {
        "sound": True, "counts": found.counts, "log_entries": found.log_entries, "head": found.head,
        "signed": asdict(found.signed), "text": text,
    }  # fmt: skip
