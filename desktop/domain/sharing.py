"""Which kinds of record go where in exchange (`sync.md` section 3.1)."""

from desktop.domain.dictionary import KINDS
from desktop.domain.house_records import HOUSE_RECORDS

ROUTED_KINDS = frozenset({"transfer", "proposal"})  # go to the units they concern, each side writing its own fields
SHARED_KINDS = frozenset(kind.key for kind in HOUSE_RECORDS if not kind.local) - ROUTED_KINDS
OWNERSHIP = "own"  # member of a line: the ownership epoch of the person when the write was made; absent for 0
LOCAL_KINDS = frozenset(kind.key for kind in KINDS.values() if kind.local)
OWN_KINDS = frozenset({"org", "staff"})  # what a community keeps of itself; the rest is its street's to say
OFFERED_KINDS = frozenset({"form_map"})  # how to fill a form: goes both ways, nobody's data
KNOWN_KINDS = frozenset(kind.key for kind in KINDS.values() if not kind.local)
