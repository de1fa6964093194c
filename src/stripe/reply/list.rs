//! Pages of PaymentIntents.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ids::PageCursor;
use crate::kiosk::sweep::Listing;
use crate::stripe::reply::text::Text;
use crate::stripe::reply::{Intent, object};
use crate::time::StripeTime;

/// Reads a page of PaymentIntents. One that cannot be read spoils no other: it is left out.
pub fn listing(body: &[u8], date: Option<StripeTime>) -> Result<Listing, String> {
    // To pick what can be read, serde copies each object first. It is seldom needed.
    if let Ok(list) = object::<List<Intent>>(body) {
        return Ok(Listing {
            date,
            is_search: list.is_search()?,
            next: list.next()?,
            intents: list.data.iter().filter_map(|intent| intent.listed().ok()).collect(),
        });
    }
    let list: List<Entry> = object(body)?;
    let read = |entry: &Entry| match entry {
        Entry::Intent(intent) => intent.listed().ok(),
        Entry::Named(_) | Entry::Other(_) => None,
    };
    Ok(Listing {
        date,
        is_search: list.is_search()?,
        next: list.next()?,
        intents: list.data.iter().filter_map(read).collect(),
    })
}

/// Reads a page of whatever it may be a list of: only how it goes on has to be clear.
pub(super) fn list_of_any(body: &[u8]) -> Result<(), String> {
    if let Ok(list) = object::<List<WithId>>(body) {
        return list.next().map(|_| ());
    }
    let list: List<Named> = object(body)?;
    list.next().map(|_| ())
}

#[derive(Deserialize)]
struct List<'a, T> {
    #[serde(borrow)]
    object: Text<'a>,
    has_more: bool,
    /// Of a search.
    #[serde(default)]
    next_page: Option<Text<'a>>,
    data: Vec<T>,
}

/// An object of a list, by its id alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named<'a> {
    Named(#[serde(borrow)] WithId<'a>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct WithId<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

/// An object of a list of PaymentIntents.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry<'a> {
    Intent(#[serde(borrow)] Box<Intent<'a>>),
    Named(WithId<'a>),
    Other(IgnoredAny),
}

trait HasId {
    fn id(&self) -> Option<&str>;
}

impl HasId for Intent<'_> {
    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl HasId for WithId<'_> {
    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl HasId for Named<'_> {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Named(named) => Some(&named.id),
            Self::Other(_) => None,
        }
    }
}

impl HasId for Entry<'_> {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Intent(intent) => Some(&intent.id),
            Self::Named(named) => Some(&named.id),
            Self::Other(_) => None,
        }
    }
}

impl<T: HasId> List<'_, T> {
    fn is_search(&self) -> Result<bool, String> {
        match &*self.object {
            "list" => Ok(false),
            "search_result" => Ok(true),
            other => Err(format!("a \"{other}\" instead of a list")),
        }
    }

    /// Where the next page begins, if there is one.
    fn next(&self) -> Result<Option<PageCursor>, String> {
        let last = || self.data.last().and_then(T::id);
        let goes_on = if self.is_search()? { self.next_page.as_deref() } else { last() };
        let next: Option<PageCursor> = goes_on.and_then(|text| text.parse().ok());
        if self.has_more && next.is_none() {
            return Err("a list that goes on and does not say where".into());
        }
        Ok(next.filter(|_| self.has_more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_left_out_and_still_says_where_the_next_page_begins() {
        let sound = r#"{"object": "payment_intent", "id": "pi_1", "status": "canceled",
            "created": 1, "amount": 2, "currency": "usd"}"#;
        for (spoiled, next) in [
            (r#"{"id": "pi_2", "amount": "much"}"#, Some("pi_2")),
            (r#"{"amount": 3}"#, None),
            ("7", None),
        ] {
            let page = |more| {
                let list = r#""object": "list", "has_more""#;
                let body = format!("{{{list}: {more}, \"data\": [{sound}, {spoiled}]}}");
                listing(body.as_bytes(), None)
            };
            assert_eq!(page(false).unwrap().intents.len(), 1, "{spoiled}");
            let cursor = page(true).ok().and_then(|page| page.next).map(|next| next.to_string());
            assert_eq!(cursor.as_deref(), next, "{spoiled}");
        }
    }

    #[test]
    fn only_what_is_captured_by_hand_is_listed_as_such() {
        for (method, by_hand) in [("manual", true), ("automatic", false), ("", false)] {
            let body = serde_json::json!({"object": "list", "has_more": false, "data": [{
                "object": "payment_intent", "id": "pi_1", "status": "requires_capture",
                "created": 1, "amount": 2, "currency": "usd", "capture_method": method,
            }]});
            let page = listing(body.to_string().as_bytes(), None).unwrap();
            assert_eq!(page.intents[0].is_captured_by_hand, by_hand, "{method}");
        }
    }
}
