//! What looks like a secret of Stripe's, in whatever layer it stands: a configuration goes to every
//! kiosk, into backups and into repositories, so that a secret in it is none any more.

use std::ops::Range;

use super::origins::{KeyPath, Origin};
use super::problem::Problem;

/// How secrets begin, and what they are. Source: Stripe, "API keys" and "Webhooks".
const PREFIXES: [(&str, &str); 3] = [
    ("sk_", "a secret API key of Stripe's (sk_…)"),
    ("rk_", "a restricted API key of Stripe's (rk_…)"),
    ("whsec_", "a signing secret of Stripe's webhooks (whsec_…)"),
];
/// What may follow before the secret part.
const MARKS: [&str; 3] = ["live_", "test_", "org_"];
/// So many letters and digits in one piece are no word of anybody's.
const LONG: usize = 16;

/// A secret in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// Where it stands, in bytes.
    pub(super) at: Range<usize>,
    /// What it looks like.
    what: &'static str,
}

/// The first secret in a text.
pub(super) fn find(text: &str) -> Option<Found> {
    find_all(text).into_iter().next()
}

/// All secrets in a text, in their order.
pub(super) fn find_all(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = PREFIXES
        .iter()
        .flat_map(|(prefix, what)| {
            text.match_indices(prefix).filter_map(move |(at, _)| {
                let end = end(text, at, prefix)?;
                Some(Found { at: at..end, what })
            })
        })
        .collect();
    found.sort_by_key(|found| found.at.start);
    found
}

/// Where the secret that begins here ends; none if it is the end of another word, or a placeholder.
fn end(text: &str, at: usize, prefix: &str) -> Option<usize> {
    let mut rest = &text[at + prefix.len()..];
    let mut is_marked = prefix == "whsec_";
    while let Some(further) = MARKS.iter().find_map(|mark| rest.strip_prefix(mark)) {
        (rest, is_marked) = (further, true);
    }
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let begins_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let is_placeholder = rest[..length].bytes().all(|byte| matches!(byte, b'x' | b'X'));
    let is_secret = match (is_marked, begins_word) {
        (true, true) => length > 0,
        (true, false) | (false, true) => length >= LONG,
        (false, false) => false,
    };
    (is_secret && !is_placeholder).then(|| text.len() - rest.len() + length)
}

/// Refuses it, without showing it.
pub(super) fn refusal(origin: Origin, key: Option<KeyPath>, found: &Found) -> Problem {
    let wrong = format!("holds what looks like {}", found.what);
    let fix = "remove it: no secret is ever written here; the API key is given as the systemd \
               credential \"stripe-api-key\" or as the path of a file in stripe.api_key_file; whoever \
               could read this may have it, so roll it in Stripe's dashboard";
    Problem { key, ..Problem::whole(origin, wrong, fix) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_wherever_they_stand() {
        for text in [
            "sk_live_1",
            "rk_test_abc",
            "sk_org_live_abc",
            "--key=rk_live_51HabcDEF",
            "https://sk_test_abc:@api.stripe.com",
            "my_sk_live_abc",
            "keysk_live_51HabcdefghijklmnOP",
            "sk_4eC39HqLyjWDarjtT1zdp7dc",
            "STRIPE=whsec_abc",
            "# rk_live_abc",
            "\"rk_live_abc\"",
        ] {
            let found = find(text).unwrap_or_else(|| panic!("{text}"));
            assert!(text[found.at].contains("k_") || text.contains("whsec_"), "{text}");
        }
        assert_eq!(find_all("sk_live_a, rk_live_b; whsec_c").len(), 3);
    }

    #[test]
    fn other_words_and_placeholders_are_none() {
        for text in [
            "desk_1",
            "kiosk_id",
            "task_live_tv",
            "/usr/local/lib/task_runner",
            "sk_live_…",
            "rk_live_xxx",
            "rk_…",
            "whsec_",
            "sk_tools",
            "pk_live_abc",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn the_refusal_says_what_to_do_and_not_what_it_is() {
        let found = find("a rk_live_51Habc").unwrap();
        let text = refusal(Origin::Default, None, &found).to_string();
        assert!(text.contains("(rk_…)") && text.contains("roll it"), "{text}");
        assert!(!text.contains("51Habc"), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_brings_the_search_down(text in "[skrw_hecliv t0-9ä…]{0,60}") {
            for found in find_all(&text) {
                proptest::prop_assert!(text.get(found.at).is_some());
            }
        }
    }
}
