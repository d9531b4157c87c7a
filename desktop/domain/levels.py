"""The kinds of station and their order: community, street, district (新城)."""

COMMUNITY, STREET, DISTRICT = "community", "street", "district"
KINDS_OF_STATION = (COMMUNITY, STREET, DISTRICT)
LEVEL_CODES = {DISTRICT: "2", STREET: "3", COMMUNITY: "4"}  # code list `org_level`
LABELS = {COMMUNITY: "社区", STREET: "街道", DISTRICT: "新城"}


def rank_of(kind: str) -> int:
    """Return how high a kind of station stands; an unknown kind stands below all."""
    return KINDS_OF_STATION.index(kind) if kind in KINDS_OF_STATION else -1
