//! Who we are: the board, the boot, and ids that nobody else will ever draw.

use std::fs;

use crate::ids::{BootId, ControllerId, SaleId};

/// Where a board's own serial stands, best first; a machine id is copied with the card and only
/// the last resort.
const BOARD_SERIALS: [&str; 5] = [
    "/sys/firmware/devicetree/base/serial-number",
    "/proc/device-tree/serial-number",
    "/sys/class/dmi/id/board_serial",
    "/sys/class/dmi/id/product_uuid",
    "/etc/machine-id",
];

/// What the machine does not tell about itself.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The kernel's boot id cannot be read.
    #[error("the kernel's boot id cannot be read from /proc/sys/kernel/random/boot_id")]
    Boot(#[source] std::io::Error),
    /// No serial of the board, and no machine id.
    #[error("this board has no serial number and no machine id; create /etc/machine-id")]
    Board,
    /// No random numbers.
    #[error("the kernel gives no random numbers")]
    Random(#[source] getrandom::Error),
}

/// The kernel's boot id: equal ones prove that the page cache survived.
pub fn boot_id() -> Result<BootId, IdentityError> {
    let text =
        fs::read_to_string("/proc/sys/kernel/random/boot_id").map_err(IdentityError::Boot)?;
    let other = |error| IdentityError::Boot(std::io::Error::other(error));
    BootId::new(text.trim()).map_err(other)
}

/// The board's serial.
pub fn controller() -> Result<ControllerId, IdentityError> {
    BOARD_SERIALS
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|text| {
            let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
            // Boards without a number of their own say so in many words.
            let placeholder = text.len() < 4 || text.eq_ignore_ascii_case("default-string");
            (!placeholder).then(|| ControllerId::new(text).ok()).flatten()
        })
        .ok_or(IdentityError::Board)
}

/// A sale's id: a timestamp, so that ids sort, and 80 random bits of the kernel's, so that no
/// clone and no restored image ever draws one again.
pub fn sale_id(wall_millis: i64) -> Result<SaleId, IdentityError> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random[6..]).map_err(IdentityError::Random)?;
    let millis = u64::try_from(wall_millis).unwrap_or_default();
    let ulid = ulid::Ulid::from_parts(millis, u128::from_be_bytes(random));
    Ok(SaleId::new(ulid.to_string()).expect("26 letters and digits are a sale id"))
}

/// A seed for the jitter of waits.
pub fn seed() -> Result<u64, IdentityError> {
    getrandom::u64().map_err(IdentityError::Random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sale_ids_never_repeat_and_sort_by_time() {
        let ids: Vec<SaleId> = (0..100).map(|n| sale_id(n * 1000).unwrap()).collect();
        assert!(ids.is_sorted());
        let same_time: std::collections::BTreeSet<SaleId> =
            (0..1000).map(|_| sale_id(5).unwrap()).collect();
        assert_eq!(same_time.len(), 1000);
    }
}
