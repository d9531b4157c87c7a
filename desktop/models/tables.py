"""Every table of the vault; record tables take their columns from the data dictionary."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from desktop.domain.dictionary import KINDS, PERSON_RECORDS
from desktop.domain.fields import RecordKind
from desktop.models.audit_tables import AUDIT_TABLES
from desktop.models.metadata import METADATA


def _record_table(kind: RecordKind) -> Table:
    """Return the table of a record kind: its fields, then what sync needs.

    `row` is the integer key the search index uses; `vector` and `dots` are the compact JSON of
    `store/encoding.py`; a deleted record stays as a row, so that a late edit can revive it.
    """
    extra = [Column("sort_name", Text)] if kind.key == "person" else []
    return Table(
        kind.key,
        METADATA,
        Column("row", Integer, primary_key=True),
        Column("id", Text, nullable=False, unique=True),
        *[Column(field.key, Integer if field.is_number else Text) for field in kind.fields],
        *extra,
        Column("vector", Text, nullable=False),
        Column("dots", Text, nullable=False),
        Column("deleted", Integer, nullable=False, server_default="0"),
    )


RECORDS: dict[str, Table] = {key: _record_table(kind) for key, kind in KINDS.items()}
LOGS = AUDIT_TABLES

PERSON = RECORDS["person"]
PHONE = RECORDS["phone"]
VISIT = RECORDS["visit"]
CARD = RECORDS["card"]

Index("person_id_no", PERSON.c.id_no)
Index("person_name", PERSON.c.name)
Index("person_home_org", PERSON.c.home_org)
Index("person_listed", PERSON.c.deleted, PERSON.c.sort_name)
Index("person_joined", PERSON.c.joined_to, sqlite_where=PERSON.c.joined_to.is_not(None))
Index("person_owned", PERSON.c.owner_epoch, sqlite_where=PERSON.c.owner_epoch.is_not(None))
Index("person_birth_id", PERSON.c.birth_id)
for _kind in PERSON_RECORDS:
    Index(f"{_kind.key}_person", RECORDS[_kind.key].c.person)
Index("pair_other", RECORDS["pair"].c.other)
Index("verify_item_verify", RECORDS["verify_item"].c.verify)
Index("phone_number", PHONE.c.number)
Index("visit_visited_on", VISIT.c.visited_on)
Index("transfer_subject", RECORDS["transfer"].c.subject)
Index("proposal_subject", RECORDS["proposal"].c.subject)
Index("card_card_no", CARD.c.card_no)

META = Table(
    "meta",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

SECRET = Table(
    "secret",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

SETTING = Table(
    "setting",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

WRITER = Table(
    "writer",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("org", Text, nullable=False),
)

REVIEW = Table(
    "review",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("batch", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("decided", Text),
    Column("source_key", Text),
    Column("file", Text),
    Column("sheet", Text),
    Column("row", Integer),
    Column("decided_by", Text),
)
Index("review_source_key", REVIEW.c.source_key)
Index("review_place", REVIEW.c.file, REVIEW.c.row)
Index("review_decided_by", REVIEW.c.decided_by)
Index("old_id_number", RECORDS["old_id"].c.number)

ROSTER_SOURCE = Table(
    "roster_source",
    METADATA,
    Column("batch", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("sheet", Text, primary_key=True),
    Column("columns", Text, nullable=False),
)

ROSTER_FILE = Table(
    "roster_file",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("at", Text, nullable=False),
)

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("person", Text),
    Column("field", Text, nullable=False),
    Column("base", Text),
    Column("ours", Text),
    Column("ours_dot", Text),
    Column("theirs", Text),
    Column("theirs_dot", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decision", Text),
    Column("opened_at", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("closed_at", Text),
)
Index("conflict_record", CONFLICT.c.record)

PEER = Table(
    "peer",
    METADATA,
    Column("org", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("install", Text, nullable=False),
    Column("sign_key", LargeBinary, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("enrolled_at", Text, nullable=False),
    Column("enrolled_by", Text, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("max_reader", Text, nullable=False, server_default=""),
)

STREAM = Table(
    "stream",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("last_manifest", Text, nullable=False),
    Column("cursor", Integer, nullable=False),
    Column("acked_seq", Integer, nullable=False),
    Column("writer", Text, nullable=False, server_default=""),
    Column("alarm", Text, nullable=False, server_default=""),
    Column("heard", Text, nullable=False, server_default=""),
    Column("rebase", Integer, nullable=False, server_default="0"),
)

PACKAGE = Table(
    "package",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("batch", Text),
    Column("writer", Text, nullable=False, server_default=""),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("kind", Text, nullable=False, server_default="delta"),
)
Index("package_stream", PACKAGE.c.stream, PACKAGE.c.seq)

# Two sides wrote different fields of one record: merged without asking, listed for a while.
SOFT_CONFLICT = Table(
    "soft_conflict",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("person", Text),
    Column("ours", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("batch", Text, nullable=False),
)
Index("soft_conflict_at", SOFT_CONFLICT.c.at)

# How many days may pass between two packages of a unit before its line on the board turns red.
RHYTHM = Table(
    "rhythm",
    METADATA,
    Column("org", Text, primary_key=True),
    Column("days", Integer, nullable=False),
)

# Packages that wait, sealed as they came: for the ones before them, or for a newer program.
HELD = Table(
    "held",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("writer", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("held_stream", HELD.c.stream, HELD.c.seq)

# Every key a unit has had, with the packages it may sign: from a number on, up to a number.
PEER_KEY = Table(
    "peer_key",
    METADATA,
    Column("kid", Text, primary_key=True),
    Column("org", Text, primary_key=True),
    Column("install", Text, primary_key=True),
    Column("sign_key", LargeBinary, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
)
Index("peer_key_org", PEER_KEY.c.org)

# The newest signed key directory of each street that was read here.
DIRECTORY = Table(
    "directory",
    METADATA,
    Column("org", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

# Operations of a newer program, word for word, until this one understands them.
CARRIED = Table(
    "carried",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("package", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("person", Text),
    Column("writer", Text, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("line", Text, nullable=False),
    Column("at", Text, nullable=False),
)
Index("carried_record", CARRIED.c.kind, CARRIED.c.record)
Index("carried_dot", CARRIED.c.writer, CARRIED.c.counter)

# Which pictures a unit is known to have.
MEDIA_STATE = Table(
    "media_state",
    METADATA,
    Column("org", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("package", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# What is half typed when the power goes; kept until it is saved or thrown away, never logged.
DRAFT = Table(
    "draft",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# Photos and empty forms, by the SHA-256 of their bytes.
ATTACHMENT = Table(
    "attachment",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("media", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

# What was printed of each book, page by page: ids and digests only.
PRINTED_BOOK = Table(
    "printed_book",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# How often what was done on a day by whom: searches, people opened. Counts only, never about whom.
TALLY = Table(
    "tally",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

# The list of names behind frozen numbers: compressed JSON, sealed by the record's digest.
FROZEN_LIST = Table(
    "frozen_list",
    METADATA,
    Column("frozen", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# What ranking and checking need of each person beside the search index, which keeps no text.
FIND_ROW = Table(
    "find_row",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("names", Text, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

# FTS5 tables are made in migrations only: SQLAlchemy has no words for them.
FIND = "find"
