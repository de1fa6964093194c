-- What happened, in order, for ever. `hash` covers this fact and all before it (chain.rs).
CREATE TABLE fact (
    sale   TEXT    NOT NULL REFERENCES sale (sale),
    seq    INTEGER NOT NULL CHECK (seq > 0),
    at     INTEGER NOT NULL,
    body   TEXT    NOT NULL,
    format INTEGER NOT NULL,
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (sale, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER fact_is_never_changed BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;

CREATE TRIGGER fact_is_never_deleted BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;

-- The projection of each sale, for look-ups. `number` is the order of arrival, since the wall
-- clock may be wrong; `facts` and `hash` are the end of the chain, so that a lost tail is seen.
CREATE TABLE sale (
    number    INTEGER PRIMARY KEY,
    sale      TEXT    NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL,
    product   TEXT    NOT NULL,
    amount    INTEGER NOT NULL,
    currency  TEXT    NOT NULL,
    phase     TEXT    NOT NULL,
    outcome   TEXT,
    intent    TEXT,
    open      INTEGER NOT NULL CHECK (open IN (0, 1)),
    facts     INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX sale_open ON sale (number) WHERE open = 1;

CREATE TRIGGER sale_is_never_deleted BEFORE DELETE ON sale
BEGIN SELECT RAISE(ABORT, 'sales are never deleted'); END;

-- `id`: this journal's UUID. `reopened`: a counter that proves that the disk can be written.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value ANY  NOT NULL
) STRICT, WITHOUT ROWID;

-- "kios": whose database this is, for us and for file(1).
PRAGMA application_id = 1802071923;
