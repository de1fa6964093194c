//! Tables and their migrations. A migration that was shipped is never edited.

use rusqlite_migration::{M, Migrations};

/// The format of fact bodies that this version writes.
pub(super) const FACT_FORMAT: u32 = 1;

/// How many migrations there are: the newest `user_version` that this version knows.
pub(super) const NEWEST: i64 = 1;

const V1: &str = "
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    sale TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    at INTEGER NOT NULL,
    format INTEGER NOT NULL,
    body TEXT NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (sale, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER fact_is_never_changed BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;

CREATE TRIGGER fact_is_never_deleted BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;

CREATE TABLE sale (
    id TEXT PRIMARY KEY,
    opened_at INTEGER NOT NULL,
    product TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    phase TEXT NOT NULL,
    outcome TEXT,
    intent TEXT,
    open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX open_sale ON sale (id) WHERE open = 1;
";

pub(super) fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(V1)])
}
