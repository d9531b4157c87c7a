"""Whatever rows rosters hold: control totals close, a preview says what the import does, importing again changes nothing."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.ids import SeededIds
from desktop.services import rosters
from desktop.services.access import create_store
from desktop.services.station import Station
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, the_clock

HEADERS = "姓名,身份证号,性别,住址,联系电话,家庭联系人,联系人电话,特殊人员,备注,曾用名"
IDS = ("610100195307063017", "610100195307063025", "610100195307063033", "610100530706301", "6.10100195307063E+17",
       "610100195307063000", "610100", "", "610100195307063017/旧号610100530706301")  # fmt: skip
CELLS = (
    st.sampled_from(("张三", "李四", "阎三", "闫三", "张三（已故）", "")), st.sampled_from(IDS), st.sampled_from(("男", "女", "")),
    st.sampled_from(("一号楼", "二号楼", "不详", "")), st.sampled_from(("13991234567", "13991234568/029-33576726", "同上", "")),
    st.sampled_from(("张小", "张大", "")), st.sampled_from(("13991234569", "13991234560", "")),
    st.sampled_from(("劳模", "孤寡、重病", "")), st.sampled_from(("随子女住上海", "2021年3月去世", "")), st.sampled_from(("张山", "")),
)  # fmt: skip
FILES = st.lists(st.lists(st.tuples(*CELLS), min_size=1, max_size=5), min_size=1, max_size=3)


def written(folder: Path, files: list[list[tuple[str, ...]]]) -> list[Path]:
    paths = []
    for number, rows in enumerate(files):
        path = folder / f"名册{number}.csv"
        path.write_text("\n".join([HEADERS, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def again_and_again(files: list[list[tuple[str, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        station: Station = create_store(
            place / "store", draft=COMMUNITY, password=PASSWORD, clock=the_clock(), ids=SeededIds(1), cost=CHEAP
        )
        try:
            paths = written(place, files)
            for path in paths:
                preview = rosters.preview_roster(station, paths=[path])
                result = rosters.apply_roster(station, preview=preview)
                assert result.counts == preview.counts
                assert result.counts["rows"] == sum(result.counts[one] for one in rosters.OUTCOMES)
            head = station.vault.head()
            for path in (*reversed(paths), *paths):
                result = rosters.import_rosters(station, paths=[path])
                assert (result.counts["added"], result.counts["updated"]) == (0, 0), result.preview.tables[0].changes
            assert station.vault.head() == head
        finally:
            station.close()


@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(FILES)
def test_importing_again_changes_nothing(files: list[list[tuple[str, ...]]]) -> None:
    again_and_again(files)


@pytest.mark.long
@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(FILES)
def test_importing_again_changes_nothing_at_length(files: list[list[tuple[str, ...]]]) -> None:
    again_and_again(files)
