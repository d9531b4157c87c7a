"""What the register works out about a person and never stores: age, band, years in the party, what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from desktop.domain.ages import CertState, band_on, cert_due, cert_state, honoured_in, party_years
from desktop.domain.areas import story_of
from desktop.domain.dates import age_on
from desktop.domain.fields import Value
from desktop.domain.receiving import lives_apart
from desktop.domain.sight import MASK
from desktop.services.age_bands import bands
from desktop.services.receiving import matcher_of, places_of
from desktop.services.station import Station

_MEMBERS = frozenset({"", "01", "02"})  # political: not filled in, 中共党员, 预备党员
_CERT_WORDS = {
    CertState.NEVER: "从未认证", CertState.OVERDUE: "已超期", CertState.IN_30: "30 天内到期",
    CertState.IN_60: "60 天内到期", CertState.IN_90: "90 天内到期", CertState.FINE: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Computed:
    """What follows on one day from a person's fields; None where too little is known."""

    age: int | None
    band: str
    party: int | None
    honour: bool  # 光荣在党50年 this year
    due: date | None
    cert: CertState
    separated: bool | None
    area: str

    def lines(self) -> list[tuple[str, str]]:
        """Return (label, text) of what is known, in the order a person's page shows it."""
        cert = " ".join(filter(None, [self.due.isoformat() if self.due else "", _CERT_WORDS[self.cert]]))
        party = "" if self.party is None else f"{self.party} 年" + ("（满光荣在党50年）" if self.honour else "")
        found = [
            ("年龄", "" if self.age is None else f"{self.age} 周岁"), ("高龄档次", self.band), ("党龄", party),
            ("认证到期", cert), ("人户分离", "是" if self.separated else ""), ("证号地区", self.area),
        ]  # fmt: skip
        return [(label, text) for label, text in found if text]


def computed_of(station: Station, values: Mapping[str, Value], day: date) -> Computed:
    """Return what follows on `day` from a person's fields. Reads the bands and the tree.

    Of a field that is masked from the user nothing is known.
    """
    values = {key: value for key, value in values.items() if not (isinstance(value, str) and MASK in value)}
    birth = _text(values, "birth_id") or _text(values, "birth_file")
    last = _text(values, "cert_last")
    joined = _text(values, "join_date") if _text(values, "political") in _MEMBERS else ""
    band = band_on(birth, bands(station), day)
    return Computed(
        age=age_on(birth, day),
        band=band.name if band else "",
        party=party_years(joined, day),
        honour=honoured_in(joined, day.year),
        due=cert_due(last),
        cert=cert_state(last, day),
        separated=lives_apart(places_of(values), matcher_of(station)),
        area=story_of(_text(values, "id_no")),
    )


def _text(values: Mapping[str, Value], key: str) -> str:
    return str(values.get(key) or "")
