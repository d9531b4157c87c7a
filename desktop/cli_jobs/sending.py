"""Commands about what is sent: pictures in packages of their own, and what a peer is not given."""

import argparse
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.services import media, withholding
from desktop.services.withholding import Profile


def add(job: JobAdder) -> None:
    """Add `pack-media` and `withhold`."""
    one = job("pack-media", pack_media, "把对方还没有的照片写成图片包，每个不超过 95 MB")
    one.add_argument("--to", required=True, metavar="ORG")
    one.add_argument("folder", type=Path, metavar="DIR")
    one = job("withhold", withhold, "设定哪些项目不发给某个单位；不写选项时只显示")
    one.add_argument("org", metavar="ORG")
    one.add_argument(
        "--level", type=int, default=None, metavar="N", help="这一密级及以上不发：3 遮盖项，4 敏感项，0 不限"
    )
    one.add_argument("--fields", nargs="*", default=None, metavar="KIND.FIELD", help="逐项不发，例如 person.id_no")


def pack_media(options: argparse.Namespace) -> Answer:
    """Write picture packages."""
    with station_at(options.store) as station:
        done = media.pack_media(station, to_org=options.to, folder=options.folder)
    files = [str(one) for one in done.paths]
    return {
        "files": files,
        "pictures": done.pictures,
        "text": f"已写好 {len(files)} 个图片包，共 {done.pictures} 张照片",
    }


def withhold(options: argparse.Namespace) -> Answer:
    """Show or set what a peer is not given."""
    with station_at(options.store) as station:
        profile = withholding.profile_at(station, options.org)
        if options.level is not None or options.fields is not None:
            level = profile.level if options.level is None else options.level
            fields = profile.fields if options.fields is None else tuple(options.fields)
            profile = withholding.set_profile(station, org=options.org, profile=Profile(level, fields))
    held = sorted(profile.withheld)
    text = f"不发给 {options.org} 的项目：{len(held)} 项" if held else f"发给 {options.org} 的内容没有限制"
    return {"org": options.org, "level": profile.level, "fields": list(profile.fields), "withheld": held, "text": text}
