"""Which format is written for whom."""

import pytest

from desktop.sync.manifest import written_format


@pytest.mark.parametrize(
    ("max_reader", "newest", "written"),
    [
        ("", "1.3", "1.3"), ("1.1", "1.3", "1.1"), ("1.3", "1.3", "1.3"), ("1.10", "1.9", "1.9"), ("1.9", "1.10", "1.9"),
        ("2.0", "1.3", "1.3"), ("x", "1.3", "1.3"), ("1", "1.3", "1.3"), ("1.٣", "1.3", "1.3"),
    ],
)  # fmt: skip
def test_the_newest_format_both_know_is_written(max_reader: str, newest: str, written: str) -> None:
    assert written_format(max_reader, newest=newest) == written
