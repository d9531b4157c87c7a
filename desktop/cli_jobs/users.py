"""Commands about who may open the register: users, recovery code, the street's key, the data key."""

import argparse
import getpass
import os
from collections.abc import Sequence
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, password_of, station_at
from desktop.domain.clock import SystemClock
from desktop.domain.errors import InvalidValueError
from desktop.domain.permissions import ROLES
from desktop.security.passphrases import LONG_ENOUGH, made_passphrase
from desktop.services import access, users
from desktop.services.peers import write_safely

NEW_PASSWORD = "YINCE_NEW_PASSWORD"  # noqa: S105 - the name of a variable
RECOVERY_CODE = "YINCE_RECOVERY_CODE"


def add(job: JobAdder) -> None:
    """Add the commands."""
    one = job("users", manage, "使用人：添加、删除、列出、改密码、恢复")
    deeds = one.add_subparsers(dest="deed", required=True, metavar="做什么")
    for name, run, text in (
        ("list", list_users, "列出使用人和其他打开方式"),
        ("add", add_user, f"添加使用人（密码取自 {NEW_PASSWORD}，或逐次输入）"),
        ("remove", remove_user, "删除使用人，并更换数据密钥"),
        ("passwd", change_password, "更换自己的密码"),
        ("reset", reset, f"给使用人重设密码（取自 {NEW_PASSWORD}），可同时改角色；旧密码作废，数据密钥更换"),
        ("code", make_code, "制作恢复码（写到标准输出，须再输入一次才生效）"),
        ("drill", drill, f"演练恢复码（取自 {RECOVERY_CODE}，或输入）"),
        ("recover", recover, "用恢复码打开，给一位新主管设密码"),
        ("street-key", street_key, "允许已登记的街道用它的密钥打开本库"),
        ("street-key-back", street_key_back, "收回街道的恢复钥匙，并更换数据密钥"),
        ("limit", limit, "限定录入员负责的社区（街道、新城的库）；不写 --orgs 就是不限"),
        ("recover-for", recover_for, "街道用自己的密钥打开社区的库，给一位新主管设密码"),
        ("passphrase", passphrase, "生成一个好记的密码"),
    ):
        deed = deeds.add_parser(name, help=text, description=text)
        deed.set_defaults(deed_run=run)
        deed.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="输出一个 JSON 对象")
        deed.add_argument("--user", dest="as_user", default=argparse.SUPPRESS, help="使用人姓名")
        _take_arguments(name, deed)
    one = job("rotate", rotate, "更换数据密钥")
    one.add_argument("--why", required=True, metavar="原因")


def _take_arguments(name: str, deed: argparse.ArgumentParser) -> None:
    """Add what one deed must be told."""
    if name in {"add", "remove", "reset", "limit", "recover", "recover-for"}:
        deed.add_argument("--name", required=True, help="使用人姓名")
    if name == "add":
        deed.add_argument("--role", required=True, choices=tuple(ROLES))
    if name == "limit":
        deed.add_argument("--orgs", default="", metavar="编码", help="社区的机构编码，用逗号隔开")
    if name == "reset":
        deed.add_argument("--role", default="", choices=("", *ROLES), help="同时改成这个角色")
    if name == "code":
        deed.add_argument("--pdf", type=Path, metavar="OUT.pdf", help="把要打印的一页写到这个文件，打印后请删除")
    if name == "street-key":
        deed.add_argument("--org", required=True, help="街道的机构编码")
    if name == "recover-for":
        deed.add_argument("folder", type=Path, metavar="社区登记库")


def manage(options: argparse.Namespace) -> Answer:
    """Do what was asked about users."""
    answer: Answer = options.deed_run(options)
    return answer


def new_password() -> str:
    """Return the new password from the environment, or ask for it twice."""
    given = os.environ.get(NEW_PASSWORD)
    if given is not None:
        return given
    first = getpass.getpass("新密码：")
    if getpass.getpass("再输一次：") != first:
        raise InvalidValueError("password", "两次输入的密码不一样", "请重新输入")
    return first


def _code() -> str:
    given = os.environ.get(RECOVERY_CODE)
    return given if given is not None else getpass.getpass("恢复码：")


def _advice(password: str) -> str:
    return "" if len(password) >= LONG_ENOUGH else f"（密码不足 {LONG_ENOUGH} 个字符，建议尽快换长一些的）"


def list_users(options: argparse.Namespace) -> Answer:
    """List everyone who may open the register."""
    with station_at(options.store) as station:
        found = users.ways_in(station)
    lines = [f"{one.name}　{one.role_text}{_limited(one.scope)}" for one in found.users]
    lines += [f"恢复码：{'有' if found.has_code else '没有'}{'，该演练了' if found.drill_due else ''}"]
    lines += [f"街道恢复钥匙：{name}" for name in found.streets]
    return {
        "users": [{"name": one.name, "role": one.role, "orgs": list(one.scope)} for one in found.users],
        "recovery_code": found.has_code,
        "street_keys": list(found.streets), "drill_due": found.drill_due, "text": "\n".join(lines),
    }  # fmt: skip


def _limited(scope: Sequence[str]) -> str:
    return f"　只负责 {'、'.join(scope)}" if scope else ""


def add_user(options: argparse.Namespace) -> Answer:
    """Let somebody open the register."""
    with station_at(options.store) as station:
        password = new_password()
        users.add_user(station, name=options.name, role=options.role, password=password)
    text = f"已添加{ROLES[options.role]} {options.name}{_advice(password)}"
    return {"name": options.name, "role": options.role, "text": text}


def remove_user(options: argparse.Namespace) -> Answer:
    """Take a user's way in away."""
    with station_at(options.store) as station:
        lost = users.remove_user(station, name=options.name)
    text = f"已删除 {options.name}，数据密钥已更换；他以前拷走的备份仍能用旧密码打开"
    return {"name": options.name, "lost": lost, "text": text + _lost(lost)}


def _lost(lost: list[str]) -> str:
    return f"。这些人要重新添加：{'、'.join(lost)}" if lost else ""


def change_password(options: argparse.Namespace) -> Answer:
    """Replace one's own password."""
    with station_at(options.store) as station:
        new = new_password()
        access.change_own_password(station, old=password_of(), new=new)
        name = station.user
    return {"name": name, "text": f"{name} 的密码已更换{_advice(new)}"}


def reset(options: argparse.Namespace) -> Answer:
    """Give somebody a new password, and another role if one is named."""
    with station_at(options.store) as station:
        password = new_password()
        lost = users.renew_user(station, name=options.name, password=password, role=options.role)
    now = f"，角色改为{ROLES[options.role]}" if options.role else ""
    text = f"已给 {options.name} 重设密码{now}，旧密码作废{_advice(password)}"
    return {"name": options.name, "role": options.role, "lost": lost, "text": text + _lost(lost)}


def limit(options: argparse.Namespace) -> Answer:
    """Limit a clerk to some communities."""
    orgs = [one.strip() for one in options.orgs.replace("，", ",").split(",") if one.strip()]
    with station_at(options.store) as station:
        users.limit_user(station, name=options.name, orgs=orgs)
    said = f"只负责 {len(orgs)} 个社区" if orgs else "不限社区"
    return {"name": options.name, "orgs": orgs, "text": f"{options.name} {said}，下次打开时生效"}


def make_code(options: argparse.Namespace) -> Answer:
    """Make a recovery code; it is in force once it was typed back."""
    with station_at(options.store) as station:
        code = users.make_recovery_code(station)
        if options.pdf:
            write_safely(options.pdf, users.recovery_sheet(station, code=code))
        print(code, flush=True)  # noqa: T201 - the one place it is ever shown
        typed = input()
        users.confirm_recovery_code(station, code=code, typed=typed)
    return {"recovery_code": True, "text": "恢复码已生效，请封存；以前的恢复码作废"}


def drill(options: argparse.Namespace) -> Answer:
    """Try the recovery code."""
    with station_at(options.store) as station:
        users.drill_recovery_code(station, typed=_code())
    return {"drilled": True, "text": "演练成功：这个恢复码能打开登记库"}


def recover(options: argparse.Namespace) -> Answer:
    """Open by the recovery code and set a new supervisor's password."""
    users.recover_with_code(
        options.store, code=_code(), name=options.name, password=new_password(), clock=SystemClock()
    )
    return {"name": options.name, "text": f"已给主管 {options.name} 设好密码"}


def street_key(options: argparse.Namespace) -> Answer:
    """Let the street open this register."""
    with station_at(options.store) as station:
        name = users.give_street_key(station, org=options.org)
    return {"street": name, "text": f"{name} 现在可以用它的密钥打开本库，所有使用人都能看到这一点"}


def street_key_back(options: argparse.Namespace) -> Answer:
    """Take the street's way in away."""
    with station_at(options.store) as station:
        lost = users.take_street_key(station)
    text = f"已收回街道的恢复钥匙，数据密钥已更换；街道以前拷走的登记库或备份仍能用它打开{_lost(lost)}"
    return {"lost": lost, "text": text}


def recover_for(options: argparse.Namespace) -> Answer:
    """Open a community's register with this street's key."""
    with station_at(options.store) as station:
        users.recover_as_street(station, folder=options.folder, name=options.name, password=new_password())
    return {"name": options.name, "text": f"已给 {options.folder} 的主管 {options.name} 设好密码"}


def passphrase(options: argparse.Namespace) -> Answer:
    """Make a passphrase."""
    del options
    made = made_passphrase()
    return {"passphrase": made, "text": made}


def rotate(options: argparse.Namespace) -> Answer:
    """Change the data key."""
    with station_at(options.store) as station:
        lost = users.rotate_key(station, why=options.why)
    return {"rotated": True, "lost": lost, "text": f"数据密钥已更换{_lost(lost)}"}
