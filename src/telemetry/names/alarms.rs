//! What needs a person: money that was lost, and decisions that no rule makes.

use super::Name;

names! {
    LOST = "sale_alarm", "lost", "5dd69d5a7b1c4bccbe2fe1a5b3a87988" {
        subject: "Money was lost: a hold lapsed before it was captured",
        happened:
            "The product came out, and the hold on the card was gone before the money could be \
             taken.",
        does: "It records the loss. There is nothing that it could still do.",
        check: [
            "`kioskd sales @SALE@`: what did it wait for? Mend that.",
            "The loss is the operator's: tell them the sale's number.",
        ],
    }
    ATTENTION_VEND_UNKNOWN = "sale_alarm", "attention_vend_unknown", "e1ed1ffe818c4921bdb894398199a12c" {
        subject: "A person has to decide: did the product come out?",
        happened:
            "Nobody knows whether the product came out, and `unknown_vend = \"hold\"`. The hold \
             lapses by itself in about two days.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "The stock of the slot, the customer, the board.",
            "It came out: `kioskd resolve @SALE@ capture`. It did not: `kioskd resolve @SALE@ \
             release`.",
        ],
    }
    ATTENTION_CAPTURED_ELSEWHERE = "sale_alarm", "attention_captured_elsewhere", "198e30dae114479da332edb3f675fc7d" {
        subject: "A person has to decide: somebody else took the money",
        happened:
            "The PaymentIntent was captured, and not by this kiosk, which gave no product after \
             that.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "Who captured it, and was the product given?",
            "Not given: `kioskd resolve @SALE@ refund`. Given: `kioskd resolve @SALE@ dismiss`.",
        ],
    }
    ATTENTION_NOT_RECORDED = "sale_alarm", "attention_not_recorded", "ac3e7fcf113e4a49a353aec014eebb13" {
        subject: "A person has to decide: charged, and no record of the product",
        happened: "The card was charged, and no journal tells whether the product came out.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "The board's memory, and the stock of the slot.",
            "Not given: `kioskd resolve @SALE@ refund`. Given: `kioskd resolve @SALE@ dismiss`.",
        ],
    }
    ATTENTION_NOT_OURS = "sale_alarm", "attention_not_ours", "8d415ed7186348139b6d0d593a0b993d" {
        subject: "A person has to decide: Stripe's reply names another sale",
        happened:
            "A PaymentIntent that should be this sale's is another's: this card may be a clone.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "Is there a copy of this card in another machine? Stop it.",
            "Search Stripe's Dashboard for this sale's id in the metadata; cancel what is \
             uncaptured and was not delivered.",
            "Then `kioskd resolve @SALE@ dismiss`.",
        ],
    }
    ATTENTION_KEY_CLASH = "sale_alarm", "attention_key_clash", "a36fc4d3694644658737ab3b98eb61ff" {
        subject: "A person has to decide: another kiosk used this request's key",
        happened: "Stripe saw the key of a request with other contents: this card may be a clone.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "Is there a copy of this card in another machine? Stop it.",
            "Search Stripe's Dashboard for this sale's id in the metadata; cancel what is \
             uncaptured and was not delivered.",
            "Then `kioskd resolve @SALE@ dismiss`.",
        ],
    }
    ATTENTION_INTENT_UNKNOWN = "sale_alarm", "attention_intent_unknown", "29dc2a1051f44731b91d6f752f0aa485" {
        subject: "A person has to decide: which PaymentIntent has this sale?",
        happened:
            "Stripe does not say which PaymentIntent the sale has, and the reader may have asked \
             for a card.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "Search Stripe's Dashboard for this sale's id in the metadata.",
            "Cancel or refund what is there and was not delivered, then `kioskd resolve @SALE@ \
             dismiss`.",
        ],
    }
    ATTENTION_NOTHING_TO_CAPTURE = "sale_alarm", "attention_nothing_to_capture", "5407b1079ffc42f498cb9c8129f8e58f" {
        subject: "A person has to decide: there is nothing to capture",
        happened: "A capture was ordered, and no card is authorized.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "What the PaymentIntent is in Stripe's Dashboard.",
            "`kioskd resolve @SALE@ dismiss`, if nothing can be had any more.",
        ],
    }
    ATTENTION_REFUND_NEEDS_CARD = "sale_alarm", "attention_refund_needs_card", "5bc7df47dd5a4a77add06551befb2351" {
        subject: "A person has to decide: the customer is owed a refund",
        happened:
            "The product did not come out, and an Interac refund needs the card at the reader.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "Who asks for this sale's number? The display has shown it.",
            "With the card at the reader: `kioskd resolve @SALE@ refund`.",
            "Paid back in cash: `kioskd resolve @SALE@ dismiss`.",
        ],
    }
    ATTENTION_REFUND_FAILED = "sale_alarm", "attention_refund_failed", "d592d846c01f48c1aaf9dd5348792b15" {
        subject: "A person has to decide: a refund did not succeed",
        happened: "Stripe could not give the money back.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "What Stripe's Dashboard says of the refund.",
            "`kioskd resolve @SALE@ refund` again; or pay another way and `kioskd resolve \
             @SALE@ dismiss`.",
        ],
    }
    ATTENTION_UNREADABLE = "sale_alarm", "attention_unreadable", "4024f15aeb7f45729803c0b82598834d" {
        subject: "A person has to decide: the journal of this sale is damaged",
        happened: "Rows of this sale do not hold, or contradict each other.",
        does:
            "It keeps the sale open, sells on, and looks at the PaymentIntent every minute for \
             what a person does at Stripe.",
        check: [
            "The board's memory, the stock, and the PaymentIntent's status in Stripe's Dashboard.",
            "Settle it in the Dashboard, then `kioskd resolve @SALE@ dismiss`.",
            "The disk: `dmesg`. See [Files](#files).",
        ],
    }
    RECORD_DAMAGED = "sale_alarm", "record_damaged", "0c5b9f7e3a8d4d62b1f4a2967e85d312" {
        subject: "The journal's record of a sale is damaged",
        happened: "What the journal has of this sale does not hold, or contradicts what happened.",
        does: "It adds nothing to that record, asks a person about the sale, and sells on.",
        check: [
            "`kioskd sales @SALE@`, then settle it in Stripe's Dashboard.",
            "The disk: `dmesg`. See [Files](#files).",
        ],
    }
}
