//! The chain of hashes of one sale: each fact seals all before it, so that a flipped bit or an
//! edited row is seen.

use sha2::{Digest, Sha256};

use crate::journal::Row;

/// A link of the chain.
pub(super) type Link = [u8; 32];

/// What the first fact follows.
pub(super) const START: Link = [0; 32];

/// The link of a row after the link before it.
pub(super) fn link(before: &Link, row: &Row) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(row.sale.as_str().as_bytes());
    hash.update(row.seq.to_be_bytes());
    hash.update(row.at.0.to_be_bytes());
    hash.update(row.body.as_bytes());
    hash.finalize().into()
}
