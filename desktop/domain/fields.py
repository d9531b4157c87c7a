"""The shape of one entry of the data dictionary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

# What a record may hold: JSON scalars only, so that the log, the package and the digest agree.
Value = str | int | None


class Kind(Enum):
    """How a value is written, checked and shown."""

    TEXT = "text"
    NOTE = "note"  # several lines
    DATE = "date"  # ISO text, `1953`, `1953-07` or `1953-07-06`: what is unknown is left out
    CODE = "code"  # one key of a code list
    CODES = "codes"  # several keys, joined by a space, sorted
    BOOL = "bool"  # 1 or 0
    INT = "int"
    MONEY = "money"  # integer 分
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ORG = "org"  # an organisation's code
    RECORD = "record"  # the id of another record
    IMAGE = "image"  # the SHA-256 of an attachment, in hex


class Policy(Enum):
    """What merge does when two sides wrote different values without knowing of each other."""

    QUEUE = "queue"  # both kept until a person decides
    UNION = "union"  # sets: add wins
    APPEND = "append"  # notes: both texts kept, one after the other
    AUTHORITY = "authority"  # the street's value stands


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the register.

    privacy: 1 operational, 2 personal, 3 masked on screen by default, 4 sensitive (PIPL art. 28).
    maintainer: E enterprise, C community, S street, A archive centre, I insurance, P party,
    X computed (`domain.md` section 1).
    """

    key: str
    label: str
    group: str
    kind: Kind = Kind.TEXT
    synonyms: tuple[str, ...] = ()
    codes: str = ""
    privacy: int = 2
    maintainer: str = "C"
    max_length: int = 200
    required: bool = False
    policy: Policy = Policy.QUEUE
    purpose: str = ""
    in_table: bool = False  # shown in the list of people unless the user chose otherwise
    off: bool = False  # exists, but is not collected until a lead switches it on
    retired: bool = False  # kept and searched, but newly written as a record of its own kind
    width: int = 12  # characters, for tables on screen and paper
    hidden: bool = False  # kept by the program for itself: never typed, printed or read from a roster
    is_number: bool = field(init=False, repr=False, compare=False)  # the value is stored as an integer

    def __post_init__(self) -> None:
        """Say once what every value is asked by."""
        object.__setattr__(self, "is_number", self.kind in {Kind.INT, Kind.BOOL, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: a table, a set of fields, an entry in the change log."""

    key: str
    label: str
    fields: tuple[Field, ...]
    append_only: bool = False  # corrections are new versions, so two sites never conflict
    local: bool = False  # never leaves this installation

    by_key: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    keys: tuple[str, ...] = field(init=False, repr=False, compare=False)  # of all fields, in order

    def __post_init__(self) -> None:
        """Index the fields once: merging asks for them once a value."""
        object.__setattr__(self, "by_key", {one.key: one for one in self.fields})
        object.__setattr__(self, "keys", tuple(one.key for one in self.fields))

    def field(self, key: str) -> Field:
        """Return the field named `key`; KeyError if there is none."""
        return self.by_key[key]


def grouped(fields: Sequence[Field]) -> dict[str, list[Field]]:
    """Return the fields by group, groups and fields in dictionary order."""
    groups: dict[str, list[Field]] = {}
    for one in fields:
        groups.setdefault(one.group, []).append(one)
    return groups
