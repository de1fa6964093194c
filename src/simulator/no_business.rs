//! What a kiosk has no business with: the balance, customers, payouts. There for whoever asks what
//! a key may; the account has no customers, and pays nothing out.

use super::body::Body;
use super::error::Refusal;
use super::form::Form;
use super::model::Model;
use super::pages::{Page, list_json};

impl Model {
    /// What customers have paid and not got back: all of it pending, and without Stripe's fees.
    pub(super) fn retrieve_balance(&self) -> Body {
        let totals = self.books().totals;
        Body::object(|json| {
            json.put("object", "balance");
            json.list("available", totals.keys(), |json, currency| {
                json.put("amount", 0);
                json.put("currency", currency);
                json.object("source_types", |json| json.put("card", 0));
            });
            json.put("livemode", self.setup.livemode);
            json.list("pending", &totals, |json, (currency, totals)| {
                let amount = i128::from(totals.captured) - i128::from(totals.refunded);
                json.put("amount", amount);
                json.put("currency", currency);
                json.object("source_types", |json| json.put("card", amount));
            });
        })
    }
}

/// A list of what there is none of.
pub(super) fn none_of(url: &str, form: &Form) -> Result<Body, Refusal> {
    let nothing = std::iter::empty::<&str>();
    let chosen = Page::read(form)?.choose(nothing, |id| (id, 0))?;
    Ok(list_json(url, chosen, |_, _: &str| ()))
}
