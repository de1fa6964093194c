//! How many are left of each product that is counted.

use rusqlite::{Connection, Row, Transaction, params};

use super::error::is_damage;
use crate::ids::ProductCode;
use crate::time::WallTime;

/// How many are left of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What the customer presses.
    pub product: ProductCode,
    /// How many.
    pub left: u32,
    /// Counts up with each change of any count.
    pub version: u64,
    /// When a person has set it, and who.
    pub filled: Option<(WallTime, String)>,
}

/// All counts on record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that can be read.
    pub sound: Vec<Count>,
    /// The products of which the count cannot be read, as far as they have a name.
    pub damaged: Vec<String>,
    /// The newest version.
    pub newest: u64,
}

/// Writes a count, unless a newer one is there.
pub(super) fn write(transaction: &Transaction<'_>, count: &Count) -> rusqlite::Result<()> {
    let version = i64::try_from(count.version).unwrap_or(i64::MAX);
    let filled = count.filled.as_ref();
    transaction
        .prepare_cached(
            "INSERT INTO stock (product, remaining, version, filled_at, filled_by)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (product) DO UPDATE SET
                 remaining = ?2, version = ?3, filled_at = ?4, filled_by = ?5
             WHERE version < ?3",
        )?
        .execute(params![
            count.product.as_str(),
            count.left,
            version,
            filled.map(|(at, _)| at.0),
            filled.map(|(_, by)| by),
        ])?;
    Ok(())
}

/// All counts. What is damaged is named, and keeps nobody from reading the others.
pub(super) fn counts(connection: &Connection) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    let mut statement = connection.prepare_cached(
        "SELECT product, remaining, version, filled_at, filled_by FROM stock ORDER BY product",
    )?;
    let mut rows = statement.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                // Also of what is damaged: what is counted next has to be newer.
                let version: i64 = row.get(2).unwrap_or(0);
                counts.newest = counts.newest.max(u64::try_from(version).unwrap_or(0));
                match read(row) {
                    Some(count) => counts.sound.push(count),
                    None => counts.damaged.push(row.get(0).unwrap_or_else(|_| "?".to_owned())),
                }
            }
            Ok(None) => return Ok(counts),
            Err(error) if is_damage(&error) => {
                counts.damaged.push("?".to_owned());
                return Ok(counts);
            }
            Err(error) => return Err(error),
        }
    }
}

fn read(row: &Row<'_>) -> Option<Count> {
    let product: String = row.get(0).ok()?;
    let version: i64 = row.get(2).ok()?;
    let at: Option<i64> = row.get(3).ok()?;
    let by: Option<String> = row.get(4).ok()?;
    Some(Count {
        product: ProductCode::new(product).ok()?,
        left: row.get(1).ok()?,
        version: u64::try_from(version).ok()?,
        filled: at.map(WallTime).zip(by),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Journal;

    fn count(product: &str, left: u32, version: u64) -> Count {
        let filled = (left > 5).then(|| (WallTime(7), "user 0".to_owned()));
        Count { product: product.parse().unwrap(), left, version, filled }
    }

    #[test]
    fn counts_are_there_after_a_restart_and_an_older_one_never_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.counts().unwrap(), Counts::default());
        let (first, second) = (count("A1", 10, 1), count("B1", 4, 2));
        journal.append_counting(&[], &[], &[first.clone(), second.clone()]).unwrap();
        journal.append_counting(&[], &[], &[count("A1", 9, 3)]).unwrap();
        // A batch of unknown fate is repeated, and with it those behind it.
        journal.append_counting(&[], &[], &[first, second.clone()]).unwrap();
        drop(journal);
        let counts = Journal::open(folder.path()).unwrap().counts().unwrap();
        assert_eq!(counts.sound, [count("A1", 9, 3), second]);
        assert_eq!((counts.damaged, counts.newest), (vec![], 3));
    }

    #[test]
    fn a_batch_that_is_refused_counts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        let row = crate::journal::Row {
            sale: "S1".parse().unwrap(),
            seq: 1,
            at: WallTime(1),
            body: "{}".to_owned(),
        };
        // Its sale has no summary.
        journal.append_counting(&[row], &[], &[count("A1", 9, 1)]).unwrap_err();
        assert_eq!(journal.counts().unwrap(), Counts::default());
    }

    #[test]
    fn a_count_that_cannot_be_read_is_named_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        let counts = [count("A1", 10, 1), count("B1", 4, 8), count("C1", 3, 3)];
        journal.append_counting(&[], &[], &counts).unwrap();
        drop(journal);
        let path = folder.path().join(crate::journal::DATABASE);
        let file = Connection::open(path).unwrap();
        file.execute_batch(
            "UPDATE stock SET remaining = 99999999999 WHERE product = 'B1';
             UPDATE stock SET product = 'no code' WHERE product = 'C1'",
        )
        .unwrap();
        drop(file);
        let mut journal = Journal::open(folder.path()).unwrap();
        let found = journal.counts().unwrap();
        assert_eq!(found.sound, [count("A1", 10, 1)]);
        assert_eq!((found.damaged, found.newest), (vec!["B1".to_owned(), "no code".into()], 8));
        // What is counted next mends it.
        journal.append_counting(&[], &[], &[count("B1", 2, 9)]).unwrap();
        assert_eq!(journal.counts().unwrap().sound[1], count("B1", 2, 9));
    }
}
