//! The hash chain of a sale: each fact is bound to all before it, so that a flipped bit, an edited
//! row or a lost one is seen. SQLite itself has no checksum over its rows.
//!
//! It shows damage and clumsy hands; whoever can write the file can also recompute the chain.

use sha2::{Digest, Sha256};

/// SHA-256 over a fact and the hash of the one before it.
pub(super) type Hash = [u8; 32];

/// What a fact's hash covers, beside its predecessor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) seq: u32,
    pub(super) at: i64,
    pub(super) format: u32,
    pub(super) body: &'a str,
}

/// What the first fact of a sale follows: a hash of the sale's id, so that no chain fits another
/// sale.
pub(super) fn begin(sale: &str) -> Hash {
    Sha256::new().chain_update(b"kioskd sale\0").chain_update(sale).finalize().into()
}

/// The hash of the fact that follows `previous`. Fixed widths first, so that no two facts can be
/// spelled alike.
pub(super) fn extend(previous: &Hash, link: Link<'_>) -> Hash {
    Sha256::new()
        .chain_update(previous)
        .chain_update(link.seq.to_be_bytes())
        .chain_update(link.at.to_be_bytes())
        .chain_update(link.format.to_be_bytes())
        .chain_update(link.body)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_fact_is_part_of_the_file_format() {
        let link = Link { seq: 1, at: 1_700_000_000_000, format: 1, body: r#"{"Opened":{}}"# };
        let hash = extend(&begin("S1"), link);
        let number = |half: &[u8]| u128::from_be_bytes(half.try_into().unwrap());
        let (high, low) = hash.split_at(16);
        assert_eq!(format!("{:032x}", number(high)), "27e303124a75655dffe47a1d788fe371");
        assert_eq!(format!("{:032x}", number(low)), "c0a96eb002516a39b40e288d7d723776");
    }

    #[test]
    fn everything_that_a_fact_says_is_covered() {
        let link = Link { seq: 1, at: 5, format: 1, body: "{}" };
        let hash = extend(&begin("S1"), link);
        assert_ne!(hash, extend(&begin("S2"), link));
        assert_ne!(hash, extend(&begin("S1"), Link { seq: 2, ..link }));
        assert_ne!(hash, extend(&begin("S1"), Link { at: 6, ..link }));
        assert_ne!(hash, extend(&begin("S1"), Link { format: 2, ..link }));
        assert_ne!(hash, extend(&begin("S1"), Link { body: "{ }", ..link }));
    }
}
