//! Lists: newest first, a page at a time, from a time on.

use super::body::{Body, Object};
use super::error::Refusal;
use super::form::Form;

/// Which part of a list was asked for.
pub(super) struct Page<'a> {
    limit: usize,
    after: Option<&'a str>,
    before: Option<&'a str>,
    from: u64,
    to: u64,
}

impl<'a> Page<'a> {
    /// Reads `limit`, `starting_after`, `ending_before` and `created[…]`.
    pub(super) fn read(form: &Form<'a>) -> Result<Self, Refusal> {
        let exact = form.number("created")?;
        let above = form.number("created[gt]")?.map(|time| time.saturating_add(1));
        let below = form.number("created[lt]")?.map(|time| time.saturating_sub(1));
        Ok(Self {
            limit: limit(form)?,
            after: form.text("starting_after"),
            before: form.text("ending_before"),
            from: [exact, above, form.number("created[gte]")?]
                .into_iter()
                .flatten()
                .max()
                .unwrap_or(0),
            to: [exact, below, form.number("created[lte]")?]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(u64::MAX),
        })
    }

    /// The items of the page, and whether more follow (with `ending_before`: go before). `key` tells id and time of an item.
    pub(super) fn choose<T>(
        &self,
        newest_first: impl Iterator<Item = T>,
        key: impl Fn(&T) -> (&str, i64),
    ) -> Result<(Vec<T>, bool), Refusal> {
        let all: Vec<T> = newest_first.collect();
        let place = |id: &str, param: &str| {
            let place = all.iter().position(|item| key(item).0 == id);
            place.ok_or_else(|| Refusal::no_such("object", id, param))
        };
        let from = self.after.map(|id| place(id, "starting_after")).transpose()?;
        let to = self.before.map(|id| place(id, "ending_before")).transpose()?;
        let in_time = |item: &T| {
            let created = u64::try_from(key(item).1).unwrap_or(0);
            (self.from..=self.to).contains(&created)
        };
        let to = to.unwrap_or(all.len());
        let items = all.into_iter().take(to).skip(from.map_or(0, |place| place + 1));
        let mut chosen: Vec<T> = items.filter(in_time).collect();
        let more = chosen.len().saturating_sub(self.limit);
        if self.before.is_some() {
            chosen.drain(..more);
        }
        chosen.truncate(self.limit);
        Ok((chosen, more > 0))
    }
}

/// How many items a page may hold: 1 to 100, else 10.
pub(super) fn limit(form: &Form) -> Result<usize, Refusal> {
    let limit = form.number("limit")?.unwrap_or(10);
    let allowed = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit));
    allowed.ok_or_else(|| Refusal::parameter(None, "limit", "limit must be between 1 and 100."))
}

/// The list object around the items.
pub(super) fn list_json<T>(
    url: &str,
    (data, has_more): (Vec<T>, bool),
    write: impl Fn(&mut Object, T),
) -> Body {
    Body::object(|list| {
        list.put("object", "list");
        list.put("url", url);
        list.put("has_more", has_more);
        list.list("data", data, write);
    })
}
