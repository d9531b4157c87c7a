"""The tables of what was done: units of work, their changes, their seals and signatures, the heads others hold."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from desktop.models.metadata import METADATA

BATCH = Table(
    "batch",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("action", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("undoes", Text),
    Column("undone_by", Text),
)
Index(
    "batch_signer",
    BATCH.c.n,
    sqlite_where=text("action IN ('store.create', 'user.add', 'user.renew', 'user.remove', 'user.key')"),
)

CHANGE = Table(
    "change",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("person", Text),
    Column("action", Text, nullable=False),
    Column("writer", Integer, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("base", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("author", Text),
    Column("source", Text),
    Column("hash", LargeBinary, nullable=False),
)
Index("change_record", CHANGE.c.record)
Index("change_person", CHANGE.c.person)
Index("change_dot", CHANGE.c.writer, CHANGE.c.counter)
Index("change_batch", CHANGE.c.batch)

WITNESS = Table(
    "witness",
    METADATA,
    Column("org", Text, primary_key=True),
    Column("writer", Text, primary_key=True),
    Column("is_ours", Integer, primary_key=True),
    Column("entry", Integer, primary_key=True),
    Column("entry_hash", LargeBinary, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

SEAL = Table(
    "seal",
    METADATA,
    Column("batch", Integer, primary_key=True),
    Column("entry", Integer, nullable=False),
    Column("entry_hash", LargeBinary, nullable=False),
    Column("trust", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

SIGNATURE = Table(
    "signature",
    METADATA,
    Column("batch", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

COUNTERSIGNATURE = Table(
    "countersignature",
    METADATA,
    Column("batch", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

AUDIT_TABLES = (BATCH, CHANGE, SEAL, SIGNATURE, COUNTERSIGNATURE, WITNESS)
