"""From where on use is unusual: the limits of the report, each with what it counts; ours (`mem`), no rule of law."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what it is called, what its number counts, and the number the program ships."""

    key: str
    label: str
    unit: str
    shipped: int
    most: int = 100_000


OPENS, CLOSES, WEEKEND = "opens", "closes", "weekend"
REVEALS, AGAIN, SENSITIVE, OPENED = "reveals_a_day", "again", "sensitive_a_day", "opened_a_day"
SEARCHED, PRINTED, GIVEN = "searched_a_day", "printed_a_day", "given_a_day"
_DAY = 24 * 60

LIMITS: dict[str, Limit] = {
    one.key: one
    for one in (
        Limit(OPENS, "上班时间", "几点几分", 7 * 60 + 30, _DAY),
        Limit(CLOSES, "下班时间", "几点几分", 19 * 60, _DAY),
        Limit(WEEKEND, "周末算非工作时间", "1 是，0 否", 1, 1),
        Limit(REVEALS, "一天显示遮挡的内容", "次", 30),
        Limit(AGAIN, "期间内看同一个人", "次", 5),
        Limit(SENSITIVE, "一天看敏感信息", "人", 60),
        Limit(OPENED, "一天打开人员", "人", 150),
        Limit(SEARCHED, "一天查找", "次", 300),
        Limit(PRINTED, "一天打印", "人", 100),
        Limit(GIVEN, "一天导出", "人", 100),
    )
}


def limits_of(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return every limit: as chosen, else as shipped."""
    return {key: chosen.get(key, one.shipped) for key, one in LIMITS.items()}


def limit_text(key: str, value: int) -> str:
    """Return a limit as one writes it: `7:30`, `30 次`, `是`."""
    if key in {OPENS, CLOSES}:
        return f"{value // 60}:{value % 60:02d}"
    if key == WEEKEND:
        return "是" if value else "否"
    return f"{value} {LIMITS[key].unit}"


def read_limit(key: str, text: str) -> int | None:
    """Return the number a text says for a limit, None if it says none that may be."""
    plain = text.strip().replace("：", ":").removesuffix(LIMITS[key].unit).strip()
    if key == WEEKEND:
        return {"是": 1, "1": 1, "否": 0, "0": 0}.get(plain)
    if key in {OPENS, CLOSES}:
        hours, _, minutes = plain.partition(":")
        if not (hours.isdecimal() and (minutes or "0").isdecimal() and int(minutes or 0) < 60):
            return None
        value = int(hours) * 60 + int(minutes or 0)
    elif plain.isdecimal():
        value = int(plain[:9])
    else:
        return None
    return value if 1 <= value <= LIMITS[key].most else None
