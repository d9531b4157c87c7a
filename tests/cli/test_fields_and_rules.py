"""`yince orgs`, `yince codes`, `yince fields` as a script sees them."""

from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.services.access import create_store
from tests.cli.test_cli import answer, yince
from tests.conftest import CHEAP, PASSWORD, STREET


def test_orgs_codes_and_fields(tmp_path: Path) -> None:
    store = tmp_path / "库"
    create_store(store, draft=STREET, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()
    assert answer("orgs", store, "--json")["total"] == 1
    loaded = answer("orgs", store, "--load-towns", "--json")
    assert (loaded["total"], loaded["added"], loaded["unplaced"]) == (29, 28, 0)
    assert "沣东新城" in yince("orgs", store).stdout
    lists = answer("codes", store, "--json")["lists"]
    assert {"list", "label", "codes", "source", "as_of", "confirmed"} == set(lists[0])
    one = answer("codes", store, "关爱类别", "--json")
    assert (one["list"], one["items"][0]["code"]) == ("care_tag", "T01")
    missing = yince("codes", store, "没有")
    assert missing.returncode == 1
    assert "没有代码表" in missing.stderr
    fields = {row["field"]: row for row in answer("fields", store, "--json")["fields"]}
    assert (fields["bank"]["collected"], fields["name"]["collected"]) == (False, True)
    assert "不采集" in yince("fields", store).stdout
