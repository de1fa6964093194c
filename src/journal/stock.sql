-- How many are left of each product that is counted, written with the facts that changed it.
-- `version` counts the changes of all counts: an older one never overwrites a newer.
CREATE TABLE stock (
    product   TEXT    NOT NULL PRIMARY KEY,
    remaining INTEGER NOT NULL CHECK (remaining >= 0),
    version   INTEGER NOT NULL,
    filled_at INTEGER,
    filled_by TEXT
) STRICT, WITHOUT ROWID;
