//! Which keys count in a table of a kind.

use super::{devices, dispensers};

/// The keys that a table of this section and kind has beside `kind`. None where the section has no
/// kinds, or does not know this one, or where that is not told here: displays.
pub(in crate::config) fn keys_of_kind(
    section: &str,
    kind: &str,
) -> Option<&'static [&'static str]> {
    match section {
        "input" => devices::input_keys(kind),
        "dispenser" => dispensers::keys(kind),
        _ => None,
    }
}
