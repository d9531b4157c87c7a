"""Schema 1: the first store. Frozen: never edited, not even when the dictionary moves on."""

from typing import Any

APPLICATION_ID = 0x59494E43  # "YINC"

_SQL = """
CREATE TABLE batch (
    n INTEGER NOT NULL, id TEXT NOT NULL, action TEXT NOT NULL, why TEXT NOT NULL,
    user TEXT NOT NULL, at TEXT NOT NULL, source TEXT NOT NULL, undoes TEXT, undone_by TEXT,
    PRIMARY KEY (n), UNIQUE (id)
);

CREATE TABLE card (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, card_no TEXT, org TEXT, issued_on TEXT,
    expires_on TEXT, state TEXT, replaced_by TEXT, ended_on TEXT, ended_why TEXT, received_by TEXT,
    vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX card_card_no ON card (card_no);

CREATE INDEX card_person ON card (person);

CREATE TABLE change (
    n INTEGER NOT NULL, batch INTEGER NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL,
    person TEXT, action TEXT NOT NULL, writer INTEGER NOT NULL, counter INTEGER NOT NULL,
    base TEXT NOT NULL, fields TEXT NOT NULL, author TEXT, source TEXT, hash BLOB NOT NULL,
    PRIMARY KEY (n)
);

CREATE INDEX change_batch ON change (batch);

CREATE INDEX change_dot ON change (writer, counter);

CREATE INDEX change_person ON change (person);

CREATE INDEX change_record ON change (record);

CREATE TABLE "conflict" (
    id TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL, person TEXT, field TEXT NOT NULL,
    base TEXT, ours TEXT, ours_dot TEXT, theirs TEXT, theirs_dot TEXT NOT NULL, state TEXT NOT NULL,
    decision TEXT, opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, closed_at TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX conflict_record ON "conflict" (record);

CREATE TABLE contact (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, name TEXT, relation TEXT, phone TEXT,
    work_unit TEXT, address TEXT, rank INTEGER, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX contact_person ON contact (person);

CREATE TABLE meta (
    "key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")
);

CREATE TABLE org (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, code TEXT, name TEXT, level TEXT, parent TEXT,
    aliases TEXT, phone TEXT, address TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE TABLE package (
    id TEXT NOT NULL, direction TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
    manifest TEXT NOT NULL, org TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL,
    file TEXT NOT NULL, counts TEXT NOT NULL, batch TEXT, PRIMARY KEY (id)
);

CREATE INDEX package_stream ON package (stream, seq);

CREATE TABLE peer (
    org TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, install TEXT NOT NULL,
    sign_key BLOB NOT NULL, recipient TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL,
    enrolled_at TEXT NOT NULL, enrolled_by TEXT NOT NULL, card BLOB NOT NULL, PRIMARY KEY (org)
);

CREATE TABLE person (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person_no TEXT, name TEXT, name_former TEXT,
    name_external TEXT, sex TEXT, id_type TEXT, id_no TEXT, id_no_old TEXT, id_valid_to TEXT,
    birth_id TEXT, birth_file TEXT, birthday_lunar TEXT, ethnic TEXT, native_place TEXT,
    marital TEXT, education TEXT, home_org TEXT, roster_org TEXT, assign_basis TEXT, live_addr TEXT,
    live_estate TEXT, live_building TEXT, live_unit TEXT, live_room TEXT, grid TEXT,
    hukou_area TEXT, hukou_addr TEXT, hukou_kind TEXT, live_class TEXT, remote_addr TEXT,
    living_state TEXT, access_note TEXT, ent_name TEXT, ent_sub TEXT, ent_uscc TEXT, ent_level TEXT,
    ent_group TEXT, post TEXT, title TEXT, worker_kind TEXT, work_start TEXT, retire_date TEXT,
    retire_kind TEXT, pay_months INTEGER, special_job TEXT, inst_of_soe INTEGER,
    leader_flag INTEGER, si_person_no TEXT, si_agency TEXT, mi_agency TEXT, manage_mode TEXT,
    pay_state TEXT, pension_amt INTEGER, bank TEXT, bank_acct TEXT, cert_last TEXT, cert_way TEXT,
    chronic TEXT, remote_mi TEXT, annuity INTEGER, political TEXT, join_date TEXT, formal_date TEXT,
    branch_from TEXT, branch_to TEXT, fee_paid_to TEXT, letter_no TEXT, letter_date TEXT,
    receipt_date TEXT, party_state TEXT, file_no TEXT, file_keeper TEXT, file_volumes INTEGER,
    file_pages INTEGER, keep_period TEXT, file_complete INTEGER, file_missing TEXT,
    digitised INTEGER, file_move TEXT, spouse_name TEXT, spouse_birth TEXT, spouse_phone TEXT,
    spouse_work TEXT, agent TEXT, wechat_group TEXT, health TEXT, disability TEXT, illness TEXT,
    dibao INTEGER, visit_tier TEXT, skills TEXT, hobbies TEXT, public_good TEXT, outside_item TEXT,
    outside_amt INTEGER, outside_way TEXT, manage_state TEXT, alive_state TEXT, handover_state TEXT,
    verified_on TEXT, death_date TEXT, death_source TEXT, change_reason TEXT, remark TEXT,
    sort_name TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX person_home_org ON person (home_org);

CREATE INDEX person_id_no ON person (id_no);

CREATE INDEX person_name ON person (name);

CREATE INDEX person_sort_name ON person (sort_name);

CREATE TABLE phone (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, number TEXT, owner TEXT, state TEXT,
    source TEXT, noted_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX phone_number ON phone (number);

CREATE INDEX phone_person ON phone (person);

CREATE TABLE quarantine (
    id TEXT NOT NULL, package TEXT NOT NULL, operation TEXT NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (id)
);

CREATE TABLE review (
    id TEXT NOT NULL, batch TEXT NOT NULL, state TEXT NOT NULL, payload TEXT NOT NULL,
    created TEXT NOT NULL, decided TEXT, PRIMARY KEY (id)
);

CREATE TABLE roster_file (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, batch TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE secret (
    name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name)
);

CREATE TABLE setting (
    "key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")
);

CREATE TABLE staff (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, org TEXT, name TEXT, post TEXT, phone TEXT,
    on_card INTEGER, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE TABLE stream (
    name TEXT NOT NULL, direction TEXT NOT NULL, org TEXT NOT NULL, epoch INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, last_manifest TEXT NOT NULL, cursor INTEGER NOT NULL,
    acked_seq INTEGER NOT NULL, PRIMARY KEY (name)
);

CREATE TABLE tag (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, code TEXT, detail TEXT, since TEXT,
    until TEXT, evidence TEXT, source TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX tag_person ON tag (person);

CREATE TABLE visit (
    "row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, visited_on TEXT, visitors TEXT,
    method TEXT, condition TEXT, living TEXT, needs TEXT, gift TEXT, gift_money INTEGER,
    gift_source TEXT, receipt TEXT, next_on TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id)
);

CREATE INDEX visit_person ON visit (person);

CREATE INDEX visit_visited_on ON visit (visited_on);

CREATE TABLE writer (
    id INTEGER NOT NULL, name TEXT NOT NULL, org TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (name)
);

CREATE VIRTUAL TABLE find_words USING fts5(
    name, pinyin, place, work, misc,
    tokenize='unicode61 remove_diacritics 0', prefix='2 3', detail='column');

INSERT INTO find_words(find_words, rank) VALUES ('secure-delete', 1);

CREATE VIRTUAL TABLE find_digits USING fts5(digits, tokenize='trigram');

INSERT INTO find_digits(find_digits, rank) VALUES ('secure-delete', 1)
"""


def apply(cursor: Any) -> None:
    """Make all tables, indexes and search indexes of schema 1."""
    cursor.execute(f"PRAGMA application_id={APPLICATION_ID}")
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
