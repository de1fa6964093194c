//! Which keys count in a table of a kind.

use super::{devices, dispensers, displays};

/// The keys that a table of this section and kind has beside `kind`. None where the section has no
/// kinds, or does not know this one.
pub(in crate::config) fn keys_of_kind(
    section: &str,
    kind: &str,
) -> Option<&'static [&'static str]> {
    match section {
        "input" => devices::input_keys(kind),
        "dispenser" => dispensers::keys(kind),
        "display" => displays::keys(kind),
        _ => None,
    }
}
