//! Charges as Stripe writes them in JSON.

use serde_json::{Value, json};

use super::charges::Charge;
use super::model::Model;
use super::objects::{object, payment_method_id};
use crate::ids::ChargeId;

/// Fields that nothing here fills.
const NULLS: [&str; 13] = [
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
];

impl Model {
    pub(super) fn charge_json(&self, id: &ChargeId) -> Value {
        let charge = &self.charges[id];
        let decline = charge.decline;
        // A hold that was released without a capture counts as given back, as Stripe has it.
        let given_back = charge.released + charge.refunded;
        let receipt = decline.is_none().then(|| format!("https://pay.stripe.com/receipts/{id}"));
        let transaction =
            charge.is_captured.then(|| format!("txn_{}", id.as_str().trim_start_matches("ch_")));
        let intent = self.intent(&charge.intent);
        let fields = json!({
            "id": id,
            "object": "charge",
            "amount": charge.amount,
            "amount_captured": charge.amount_captured,
            "amount_refunded": given_back,
            "balance_transaction": transaction,
            "calculated_statement_descriptor": "SIMULATOR",
            "captured": charge.is_captured,
            "created": charge.created,
            "currency": charge.currency,
            "description": intent.texts.get("description"),
            "disputed": false,
            "failure_code": decline.map(|decline| decline.code),
            "failure_message": decline.map(|decline| decline.message()),
            "fraud_details": {},
            "livemode": self.setup.livemode,
            "metadata": charge.metadata,
            "paid": decline.is_none(),
            "payment_intent": charge.intent,
            "payment_method": payment_method_id(id),
            "receipt_email": intent.texts.get("receipt_email"),
            "receipt_url": receipt,
            "refunded": decline.is_none() && given_back == charge.amount,
            "statement_descriptor": intent.texts.get("statement_descriptor"),
            "statement_descriptor_suffix": intent.texts.get("statement_descriptor_suffix"),
            "status": if decline.is_some() { "failed" } else { "succeeded" },
        });
        let json = [
            ("billing_details", billing_json()),
            ("outcome", outcome_json(charge)),
            ("payment_method_details", self.method_details_json(charge)),
        ];
        let nulls = NULLS.map(|name| (name, Value::Null));
        Value::Object(object(fields, json.into_iter().chain(nulls)))
    }

    fn method_details_json(&self, charge: &Charge) -> Value {
        let card = &charge.card;
        let mut details = card.details();
        details["receipt"] = receipt_json(charge);
        details["reader"] = json!(charge.reader);
        if let Some(location) = &self.readers[&charge.reader].setup.location {
            details["location"] = json!(location);
        }
        if !card.is_interac() {
            let authorized = charge.decline.is_none().then_some(charge.amount);
            details["amount_authorized"] = json!(authorized);
            details["brand_product"] = Value::Null;
            details["incremental_authorization_supported"] = json!(false);
            details["offline"] = Value::Null;
            details["overcapture_supported"] = json!(false);
            if self.intent(&charge.intent).holds(card) && charge.decline.is_none() {
                details["capture_before"] = json!(charge.capture_before);
            }
        }
        let kind = card.method_type();
        Value::Object(object(json!({ "type": kind }), [(kind, details)]))
    }
}

fn billing_json() -> Value {
    json!({
        "address": {
            "city": null,
            "country": null,
            "line1": null,
            "line2": null,
            "postal_code": null,
            "state": null,
        },
        "email": null,
        "name": null,
        "phone": null,
        "tax_id": null,
    })
}

fn outcome_json(charge: &Charge) -> Value {
    let reason = charge.decline.map(|decline| decline.decline_code);
    let declined = reason.is_some();
    json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": if declined { "declined_by_network" } else { "approved_by_network" },
        "reason": reason,
        "risk_level": "normal",
        "seller_message": if declined { "The bank declined the payment." } else { "Payment complete." },
        "type": if declined { "issuer_declined" } else { "authorized" },
    })
}

fn receipt_json(charge: &Charge) -> Value {
    let card = &charge.card;
    let (name, file) = match card.brand() {
        "mastercard" => ("Mastercard", "A0000000041010"),
        "amex" => ("American Express", "A000000025010801"),
        "interac" => ("Interac", "A0000002771010"),
        _ => ("Visa Credit", "A0000000031010"),
    };
    let code = charge.decline.is_none().then_some("123456");
    let mut receipt = json!({
        "account_type": if card.is_interac() { "checking" } else { "credit" },
        "application_cryptogram": "DFC8CCA6E2F1A7B4",
        "application_preferred_name": name,
        "authorization_code": code,
        "authorization_response_code": if code.is_some() { "3030" } else { "3035" },
        "cardholder_verification_method": null,
        "dedicated_file_name": file,
        "terminal_verification_results": "0000000000",
        "transaction_status_information": "0000",
    });
    if card.funding() == "prepaid" {
        receipt["account_type"] = json!("prepaid");
    }
    receipt
}
