"""The command that fills somebody else's form for a selection of people."""

import argparse
import json
from pathlib import Path

from desktop.cli_jobs.opening import Answer, JobAdder, station_at
from desktop.config.out_path import refuse_own_folder
from desktop.domain.errors import InvalidValueError, NotFoundError, PlaceError
from desktop.domain.file_names import shown_name
from desktop.services import any_forms, giving, register

_WHOLE = (".xlsx", ".docx")


def add(job: JobAdder) -> None:
    """Add `fill`."""
    one = job("fill", fill, "填别人的表格（xlsx 或 docx）：对应关系用 --map 给出，不给则用记住的或自动认出的")
    one.add_argument("form", type=Path, metavar="FORM")
    one.add_argument(
        "out", type=Path, metavar="OUT", help="以 .xlsx/.docx 结尾则填进一个文件，否则是每人一个文件的文件夹"
    )
    one.add_argument("--filter", default="", metavar="EXPR", help="例如 性别=男;年龄>=80;标签=劳模")
    one.add_argument("--people", nargs="+", default=[], metavar="ID", help="只填这些人（人员编号或证号）")
    one.add_argument(
        "--map", default="", metavar="JSON", help='{"places":{"B3":"姓名"},"columns":{"A":"序号"}} 或其文件'
    )
    one.add_argument("--remember", action="store_true", help="记住这张表的对应关系")
    one.add_argument("--show", action="store_true", help="只列出表里能填的位置和对应，不填")


def fill(options: argparse.Namespace) -> Answer:
    """Fill a form, or show what of it can be filled."""
    with station_at(options.store) as station:
        form = any_forms.open_form(station, path=options.form)
        if options.map:
            form = any_forms.with_mapping(form, any_forms.map_of_json(station, form.shape, _map_text(options.map)))
        answer = _shown(form)
        if options.remember:
            any_forms.remember(station, form=form, mapping=form.mapping)
        if options.show:
            return answer
        wanted = register.parse_filter(options.filter, station=station)
        ids = [register.person_by_any(station, text=one) for one in options.people]
        ids = ids or register.people_ids(station, wanted=wanted)
        whole = options.out.suffix.lower() in _WHOLE
        if whole and options.out.suffix.lower() != f".{form.shape.kind}":
            raise InvalidValueError(
                "out", f"这张表是 {form.shape.kind}，不能存成 {options.out.suffix}", "请改文件名的结尾"
            )
        made = [
            (options.out if whole else _folder(options.out) / one.name, one.content)
            for one in any_forms.fill(station, form=form, ids=ids, together=whole)
        ]
        giving.give_filled(station, what="填外来表格", people=len(ids), files=made)
        files = [str(path) for path, _ in made]
    return {**answer, "files": files, "people": len(ids), "text": f"已填 {len(ids)} 人，{len(files)} 个文件"}


def _folder(path: Path) -> Path:
    refuse_own_folder(path)
    refuse_own_folder(path.parent)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceError(f"做不成文件夹“{shown_name(path)}”", "请换一个位置") from error
    return path


def _map_text(given: str) -> str:
    """Return the JSON given, or that of the file named; raises NotFoundError."""
    if given.lstrip().startswith("{"):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFoundError(f"读不到对应关系“{given}”", "请给 JSON 文字或文件") from None


def _shown(form: any_forms.OpenForm) -> Answer:
    """Return what of a form can be filled, and with what."""
    places = [
        {"place": one.id, "label": one.label, "how": one.how, "source": form.mapping.places.get(one.id, ""),
         "options": list(one.options)}
        for one in form.shape.places
    ]  # fmt: skip
    listed = form.shape.rows
    columns = [
        {"column": letter, "label": label, "source": form.mapping.columns.get(letter, "")}
        for letter, label in (listed.columns if listed else ())
    ]
    lines = [f"{one['place']}\t{one['label']}\t{one['source']}" for one in places]
    lines += [f"{one['column']} 列\t{one['label']}\t{one['source']}" for one in columns]
    return {
        "kind": form.shape.kind, "fingerprint": form.shape.fingerprint, "remembered": form.remembered,
        "places": places, "columns": columns, "map": json.loads(form.mapping.to_json()),
        "notes": list(form.shape.notes), "text": "\n".join(lines),
    }  # fmt: skip
