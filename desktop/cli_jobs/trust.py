"""Commands about keys: the signed directory, stopping a key, changing one's own."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.domain.errors import InvalidValueError, KeyCardError
from desktop.domain.file_names import is_plain_file
from desktop.services import directories, keyring, peers
from desktop.store.keyring import Place
from desktop.sync import key_directory


def add(job: JobAdder) -> None:
    """Add `enroll`, `directory`, `revoke` and `rotate-key`."""
    one = job("enroll", enroll, "登记对方的密钥卡，或读入街道的密钥名录")
    one.add_argument("file", type=Path, metavar="FILE.yck|FILE.ycd")
    one.add_argument("--fingerprint", default="", metavar="DIGITS", help="密钥卡的 60 位核对码（名录不用）")
    one = job("directory", directory, "签发密钥名录（街道）")
    one.add_argument("out", type=Path, metavar="OUT.ycd")
    one = job("revoke", revoke, "停用对方的密钥，列出此后收到的数据包")
    one.add_argument("org", metavar="ORG")
    one.add_argument("--after", default="", metavar="EPOCH:SEQ", help="最后一个还算数的数据包，不写为已收到的最后一个")
    one.add_argument("--why", default="")
    job("rotate-key", rotate_key, "更换本单位的签名密钥，随下一个数据包通知对方")


def enroll(options: argparse.Namespace) -> Answer:
    """Trust a key card whose digits were compared, or a directory an enrolled street signed."""
    with station_at(options.store) as station:
        if _is_directory(options.file):
            found = directories.read_in(station, path=options.file)
            text = "\n".join([f"已读入密钥名录第 {found.version} 版，共 {len(found.entries)} 把密钥", *found.notices])
            return {
                "org": found.org, "version": found.version, "expires": found.expires, "keys": len(found.entries),
                "notices": list(found.notices), "text": text,
            }  # fmt: skip
        if not options.fingerprint:
            raise KeyCardError("fingerprint", "登记密钥卡要核对 60 位核对码", "请用 --fingerprint 写上对方念的数字")
        peer = peers.enroll_peer(station, path=options.file, fingerprint=options.fingerprint)
    return {"org": peer.org, "name": peer.name, "text": f"已登记 {peer.name} 的密钥卡"}


def _is_directory(path: Path) -> bool:
    if not is_plain_file(path):
        return False
    with path.open("rb") as file:
        return file.read(len(key_directory.MAGIC)) == key_directory.MAGIC


def directory(options: argparse.Namespace) -> Answer:
    """Write the directory of this street."""
    with station_at(options.store) as station:
        found = directories.publish(station, path=options.out)
    return {
        "org": found.org, "version": found.version, "expires": found.expires, "keys": len(found.entries),
        "text": f"密钥名录第 {found.version} 版已写好，共 {len(found.entries)} 把密钥",
    }  # fmt: skip


def revoke(options: argparse.Namespace) -> Answer:
    """Stop a unit's key, and say which packages came after the last one that counts."""
    with station_at(options.store) as station:
        done = keyring.revoke(station, org=options.org, after=_place(options.after), why=options.why)
    since = [{"seq": one.seq, "batch": one.batch, "at": one.at, "counts": dict(one.counts)} for one in done.since]
    lines = [f"第 {one.seq} 个数据包（{one.at}），批次 {one.batch}" for one in done.since]
    text = f"已停用 {done.org} 的密钥，第 {done.after[1]} 个以后的数据包不再接收"
    head = [text, "此后收到的，可逐批撤销："] if lines else [text]
    return {"org": done.org, "after": list(done.after), "since": since, "text": "\n".join([*head, *lines])}


def _place(text: str) -> Place | None:
    """Return `EPOCH:SEQ` as a place, None for ''."""
    if not text:
        return None
    epoch, _, seq = text.partition(":")
    if not epoch.isdigit() or not seq.isdigit():
        raise InvalidValueError("after", "请写成 期号:编号", "例如 1:42")
    return int(epoch), int(seq)


def rotate_key(options: argparse.Namespace) -> Answer:
    """Make a new signing key for this station."""
    with station_at(options.store) as station:
        keyring.renew_own_key(station)
        card = peers.own_card(station)
    text = f"签名密钥已更换，随下一个数据包通知对方。新的核对码：\n{card.fingerprint}"
    return {"org": card.org, "fingerprint": card.fingerprint, "text": text}
