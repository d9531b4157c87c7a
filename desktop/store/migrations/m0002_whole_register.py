"""Schema 2: every record of the whole register (`domain.md` sections 1.1 to 1.11), drafts and attachments.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = """
CREATE TABLE age_band ("row" INTEGER NOT NULL, id TEXT NOT NULL, name TEXT, from_age INTEGER, to_age
    INTEGER, amount INTEGER, since TEXT, until TEXT, next_month INTEGER, source TEXT, vector TEXT NOT NULL,
    dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE attachment (hash TEXT NOT NULL, media TEXT NOT NULL, body BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (hash));

CREATE TABLE code ("row" INTEGER NOT NULL, id TEXT NOT NULL, list TEXT, code TEXT, label TEXT, also
    TEXT, position INTEGER, stopped INTEGER, source TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted
    INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE code_list ("row" INTEGER NOT NULL, id TEXT NOT NULL, list TEXT, confirmed INTEGER, source
    TEXT, as_of TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE consent ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, purpose TEXT, scope TEXT,
    done_on TEXT, signer TEXT, paper TEXT, withdrawn_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

ALTER TABLE contact ADD COLUMN source TEXT;

ALTER TABLE contact ADD COLUMN noted_on TEXT;

CREATE TABLE draft ("key" TEXT NOT NULL, title TEXT NOT NULL, payload TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY ("key"));

CREATE TABLE field_switch ("row" INTEGER NOT NULL, id TEXT NOT NULL, field TEXT, collected INTEGER, why
    TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY
    ("row"), UNIQUE (id));

CREATE TABLE file_loan ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, kind TEXT, done_on TEXT,
    borrower TEXT, reason TEXT, letter_no TEXT, approver TEXT, due_on TEXT, returned_on TEXT, vector TEXT
    NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE form_map ("row" INTEGER NOT NULL, id TEXT NOT NULL, name TEXT, fingerprint TEXT, file_kind
    TEXT, mapping TEXT, template TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0'
    NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE former_name ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, name TEXT, kind TEXT,
    system TEXT, source TEXT, noted_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER
    DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE frozen ("row" INTEGER NOT NULL, id TEXT NOT NULL, name TEXT, as_on TEXT, made_on TEXT,
    done_by TEXT, rule TEXT, numbers TEXT, people INTEGER, digest TEXT, signature TEXT, vector TEXT NOT
    NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE frozen_list (frozen TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (frozen));

CREATE TABLE insurance ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, kind TEXT, agency TEXT,
    number TEXT, event TEXT, since TEXT, until TEXT, detail TEXT, source TEXT, noted_on TEXT, vector TEXT
    NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE old_id ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, number TEXT, until TEXT,
    source TEXT, noted_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT
    NULL, PRIMARY KEY ("row"), UNIQUE (id));

ALTER TABLE org ADD COLUMN since TEXT;

ALTER TABLE org ADD COLUMN until TEXT;

ALTER TABLE org ADD COLUMN became TEXT;

ALTER TABLE org ADD COLUMN area_code TEXT;

ALTER TABLE org ADD COLUMN run_by TEXT;

CREATE TABLE org_alias ("row" INTEGER NOT NULL, id TEXT NOT NULL, org TEXT, name TEXT, since TEXT, until
    TEXT, note TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY
    KEY ("row"), UNIQUE (id));

CREATE TABLE pair ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, other TEXT, verdict TEXT, main
    TEXT, why TEXT, done_on TEXT, done_by TEXT, basis TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted
    INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE party ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, event TEXT, done_on TEXT,
    branch_from TEXT, branch_to TEXT, letter_no TEXT, letter_valid TEXT, receipt_on TEXT, fee_paid_to TEXT,
    detail TEXT, source TEXT, noted_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER
    DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

ALTER TABLE person ADD COLUMN photo TEXT;

ALTER TABLE person ADD COLUMN skill_level TEXT;

ALTER TABLE person ADD COLUMN chronic_on TEXT;

ALTER TABLE person ADD COLUMN remote_mi_on TEXT;

ALTER TABLE person ADD COLUMN fee_base INTEGER;

ALTER TABLE person ADD COLUMN letter_valid TEXT;

ALTER TABLE person ADD COLUMN digital_pages INTEGER;

ALTER TABLE person ADD COLUMN digital_check TEXT;

ALTER TABLE person ADD COLUMN file_moved_on TEXT;

ALTER TABLE person ADD COLUMN file_receiver TEXT;

ALTER TABLE person ADD COLUMN file_flag TEXT;

ALTER TABLE person ADD COLUMN volunteer_no TEXT;

ALTER TABLE person ADD COLUMN volunteer_hours INTEGER;

ALTER TABLE person ADD COLUMN can_teach TEXT;

ALTER TABLE person ADD COLUMN outside_year INTEGER;

ALTER TABLE person ADD COLUMN outside_payer TEXT;

ALTER TABLE person ADD COLUMN outside_on TEXT;

ALTER TABLE person ADD COLUMN outside_deed TEXT;

ALTER TABLE person ADD COLUMN death_cert_no TEXT;

ALTER TABLE person ADD COLUMN cremation_no TEXT;

ALTER TABLE person ADD COLUMN joined_to TEXT;

CREATE TABLE saved_filter ("row" INTEGER NOT NULL, id TEXT NOT NULL, name TEXT, expression TEXT, columns
    TEXT, sort TEXT, position INTEGER, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0'
    NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE state ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, old_state TEXT, new_state
    TEXT, done_on TEXT, why TEXT, where_to TEXT, evidence TEXT, done_by TEXT, approver TEXT, vector TEXT NOT
    NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

ALTER TABLE tag ADD COLUMN noted_on TEXT;

ALTER TABLE tag ADD COLUMN reviewer TEXT;

CREATE TABLE verify ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, round TEXT, done_on TEXT,
    method TEXT, done_by TEXT, result TEXT, told_by TEXT, signed INTEGER, note TEXT, vector TEXT NOT NULL,
    dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE verify_item ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, verify TEXT, field
    TEXT, given TEXT, answer TEXT, result TEXT, evidence TEXT, decision TEXT, decided_on TEXT, decided_by
    TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY
    ("row"), UNIQUE (id));

CREATE INDEX consent_person ON consent (person);

CREATE INDEX file_loan_person ON file_loan (person);

CREATE INDEX former_name_person ON former_name (person);

CREATE INDEX insurance_person ON insurance (person);

CREATE INDEX old_id_person ON old_id (person);

CREATE INDEX pair_other ON pair (other);

CREATE INDEX pair_person ON pair (person);

CREATE INDEX party_person ON party (person);

CREATE INDEX person_birth_id ON person (birth_id);

CREATE INDEX state_person ON state (person);

CREATE INDEX verify_person ON verify (person);

CREATE INDEX verify_item_person ON verify_item (person);

CREATE INDEX verify_item_verify ON verify_item (verify)
"""


def apply(cursor: Any) -> None:
    """Add the tables and columns of schema 2."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
