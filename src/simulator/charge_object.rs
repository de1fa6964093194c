//! Charges as Stripe writes them in JSON.

use super::body::{Object, nulls};
use super::charges::Charge;
use super::model::Model;
use super::objects::write_payment_method_id;
use crate::ids::ChargeId;

/// Fields that are the same for all charges.
const FIXED: &str = concat!(
    nulls![
        "application",
        "application_fee",
        "application_fee_amount",
        "customer",
        "failure_balance_transaction",
        "on_behalf_of",
        "receipt_number",
        "review",
        "shipping",
        "source",
        "source_transfer",
        "transfer_data",
        "transfer_group",
    ],
    r#","object":"charge","calculated_statement_descriptor":"SIMULATOR","disputed":false,"#,
    r#""fraud_details":{},"billing_details":{"address":{"city":null,"country":null,"line1":null,"#,
    r#""line2":null,"postal_code":null,"state":null},"email":null,"name":null,"phone":null,"#,
    r#""tax_id":null}"#,
);

/// What is the same for all cards but Interac's.
const CARD_FIXED: &str = concat!(
    r#""brand_product":null,"incremental_authorization_supported":false,"offline":null,"#,
    r#""overcapture_supported":false"#,
);

/// What is the same on all receipts.
const RECEIPT_FIXED: &str = concat!(
    r#""application_cryptogram":"DFC8CCA6E2F1A7B4","cardholder_verification_method":null,"#,
    r#""terminal_verification_results":"0000000000","transaction_status_information":"0000""#,
);

impl Model {
    pub(super) fn write_charge(&self, id: &ChargeId, json: &mut Object) {
        let charge = &self.charges[id];
        let decline = charge.decline;
        // A hold that was released without a capture counts as given back, as Stripe has it.
        let given_back = charge.released + charge.refunded;
        let intent = self.intent(&charge.intent);
        json.fixed(FIXED);
        json.put("id", id.as_str());
        json.put("amount", charge.amount);
        json.put("amount_captured", charge.amount_captured);
        json.put("amount_refunded", given_back);
        if charge.is_captured {
            let id = id.as_str().trim_start_matches("ch_");
            json.put("balance_transaction", format_args!("txn_{id}"));
        } else {
            json.fixed(nulls!["balance_transaction"]);
        }
        json.put("captured", charge.is_captured);
        json.put("created", charge.created);
        json.put("currency", charge.currency.code());
        json.put("failure_code", decline.map(|decline| decline.code));
        json.put("failure_message", decline.map(|decline| decline.message()));
        json.put("livemode", self.setup.livemode);
        json.put("metadata", &charge.metadata);
        json.put("paid", decline.is_none());
        json.put("payment_intent", charge.intent.as_str());
        write_payment_method_id("payment_method", id, json);
        if decline.is_none() {
            json.put("receipt_url", format_args!("https://pay.stripe.com/receipts/{id}"));
        } else {
            json.fixed(nulls!["receipt_url"]);
        }
        json.put("refunded", decline.is_none() && given_back == charge.amount);
        json.put("status", if decline.is_some() { "failed" } else { "succeeded" });
        intent.write_texts(json);
        json.object("outcome", |outcome| write_outcome(charge, outcome));
        json.object("payment_method_details", |details| {
            let kind = charge.card.method_type();
            details.put("type", kind);
            details.object(kind, |details| self.write_card_details(charge, details));
        });
    }

    fn write_card_details(&self, charge: &Charge, json: &mut Object) {
        let card = &charge.card;
        card.write_details(json);
        json.object("receipt", |receipt| write_receipt(charge, receipt));
        json.put("reader", charge.reader.as_str());
        if let Some(location) = &self.readers[&charge.reader].setup.location {
            json.put("location", location);
        }
        if card.is_interac() {
            return;
        }
        json.put("amount_authorized", charge.decline.is_none().then_some(charge.amount));
        json.fixed(CARD_FIXED);
        if self.intent(&charge.intent).holds(card) && charge.decline.is_none() {
            json.put("capture_before", charge.capture_before);
        }
    }
}

fn write_outcome(charge: &Charge, json: &mut Object) {
    json.fixed(nulls!["advice_code", "network_advice_code", "network_decline_code"]);
    json.put("risk_level", "normal");
    let (status, message, kind) = if charge.decline.is_some() {
        ("declined_by_network", "The bank declined the payment.", "issuer_declined")
    } else {
        ("approved_by_network", "Payment complete.", "authorized")
    };
    json.put("network_status", status);
    json.put("reason", charge.decline.map(|decline| decline.decline_code));
    json.put("seller_message", message);
    json.put("type", kind);
}

fn write_receipt(charge: &Charge, json: &mut Object) {
    let card = &charge.card;
    let (name, file) = match card.brand() {
        "mastercard" => ("Mastercard", "A0000000041010"),
        "amex" => ("American Express", "A000000025010801"),
        "interac" => ("Interac", "A0000002771010"),
        _ => ("Visa Credit", "A0000000031010"),
    };
    let account = match card.funding() {
        "prepaid" => "prepaid",
        _ if card.is_interac() => "checking",
        _ => "credit",
    };
    let code = charge.decline.is_none().then_some("123456");
    json.fixed(RECEIPT_FIXED);
    json.put("account_type", account);
    json.put("application_preferred_name", name);
    json.put("authorization_code", code);
    json.put("authorization_response_code", if code.is_some() { "3030" } else { "3035" });
    json.put("dedicated_file_name", file);
}
