//! What happens to a sale without a person.

use super::Name;

names! {
    SALE_STEP = "sale_step", "sale_step", "6d1f0a4be2c14f0c9a53c1d8e7b60a11" {
        subject: "A step of a sale",
        happened: "A sale went on as it should.",
        does: "It does the next step by itself.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells all of it.",
        ],
    }
    DOUBTED = "sale_step", "doubted", "8a17e36959e546039ad36c435b615caa" {
        subject: "What Stripe did is not known",
        happened: "A request of this sale brought no clear answer.",
        does:
            "It looks at the reader and the PaymentIntent before it does anything else. Nobody is \
             charged twice.",
        check: [
            "Nothing, if it is rare.",
            "If it is not: the quality of the network; status.stripe.com.",
        ],
    }
    VEND_FAILED = "sale_step", "vend_failed", "cd75835043ed4b0189dbd5a06d98b358" {
        subject: "The product did not come out",
        happened: "The dispenser said so, or was not asked to give it any more.",
        does:
            "It releases the hold, or gives back what was charged; of a cart it keeps what came \
             out.",
        check: [
            "The slot: empty, or jammed?",
            "Two in a row: try it with the door open.",
        ],
    }
    VEND_DOUBTED = "sale_step", "vend_doubted", "b6a6a6bf633d4180bb1129b004816be5" {
        subject: "Did the product come out?",
        happened: "The dispenser did not answer, or kioskd was away meanwhile.",
        does:
            "It asks the dispenser again and again, for `payment.vend_grace`, and never fires it a \
             second time.",
        check: [
            "The dispenser board's cable and power.",
            "`dispenser.*.timeout`: is it longer than a vend takes?",
        ],
    }
    VEND_UNKNOWN = "sale_step", "vend_unknown", "80ec832939d340cf90707137e019b4c3" {
        subject: "Nobody knows whether the product came out",
        happened: "The dispenser did not tell within `payment.vend_grace`, or is one that cannot be \
             asked after a restart.",
        does: "It does what `unknown_vend` says, of the dispenser or else of payment: release, \
             capture or hold.",
        check: [
            "The dispenser board: cable, power, firmware. A program: what it has written last.",
            "The stock of the slot, if the customer complains.",
        ],
    }
    ANSWERED_LATE = "sale_step", "answered_late", "3e84985184184b4686e08427aafdee36" {
        subject: "The dispenser answered after the decision",
        happened: "What it said came too late to count.",
        does: "It notes it and changes nothing.",
        check: [
            "If it says that the product came out and the hold was released: the goods are \
             given away.",
            "`payment.vend_grace` and `dispenser.*.timeout`: longer?",
        ],
    }
    SETTLED_ELSEWHERE = "sale_step", "settled_elsewhere", "b703cd94460848ae9157b7e881d6e45c" {
        subject: "Somebody else has settled a sale",
        happened: "The PaymentIntent was cancelled, captured or refunded, and not by this kiosk.",
        does: "It takes what Stripe says as the truth, and closes the sale or asks a person.",
        check: [
            "Who works in Stripe's Dashboard?",
        ],
    }
    REFUND_GIVEN_UP = "sale_step", "refund_given_up", "fed7331ce3dd42809d4c051023085df0" {
        subject: "The card was not presented for its refund",
        happened: "An Interac refund needs the card at the reader, and nobody presented it.",
        does: "It asks a person to decide about the sale.",
        check: [
            "`kioskd sales @SALE@`; with the customer there: `kioskd resolve @SALE@ refund`.",
        ],
    }
    KEY_TOO_OLD = "sale_step", "key_too_old", "9ee67a56f28340c6a42bcbab44606092" {
        subject: "Stripe may have forgotten a request",
        happened: "The request went out more than 23 hours ago, and a repeat might run twice.",
        does:
            "It looks at Stripe what has become of it, and repeats it with a new key only if it is \
             not there.",
        check: [
            "Nothing. Why was Stripe out of reach so long?",
        ],
    }
    ADOPTED = "sale_step", "adopted", "c42ee62fd11c4eaea62587fa8da1cf2f" {
        subject: "A sale was found at Stripe that the journal does not have",
        happened:
            "An earlier journal, or a reply that never came, left a PaymentIntent of this kiosk.",
        does: "It settles it and vends nothing for it.",
        check: [
            "Nothing. After a change of the card this is expected.",
        ],
    }
    RESTARTED = "sale_step", "restarted", "b968c8c77b174ca9a67805d771481c86" {
        subject: "kioskd was restarted while a sale was open",
        happened: "The sale was found in the journal.",
        does: "It looks at reader, PaymentIntent and dispenser, then goes on or takes it back.",
        check: [
            "Why was it restarted? `journalctl -u kioskd -b -1 -n 50`; `systemctl status kioskd`.",
        ],
    }
    SOLD = "sale_step", "sold", "7183c20ef8c040ec9d2fa2a352b78117" {
        subject: "A sale is over: sold",
        happened: "The sale is paid, and its goods came out.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    PARTLY_SOLD = "sale_step", "partly_sold", "e21bc2999f3a46fe8c8b7a01ba5d5426" {
        subject: "A sale is over: a part was sold",
        happened:
            "A part of the price was kept, since only a part came out or a person decided so. The \
             rest was released or refunded.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    DECLINED = "sale_step", "declined", "12b8dcd069524366b1a5ca8732622816" {
        subject: "A sale is over: no card was accepted",
        happened: "Nothing is charged.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    ABANDONED = "sale_step", "abandoned", "fa8e9112da9f4453a32c538ecadc64ad" {
        subject: "A sale is over: nobody paid",
        happened: "It was cancelled, timed out, or never prompted. Nothing is charged.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    RELEASED = "sale_step", "released", "e58da777f5364a7ab3ba6fc0c4445f8f" {
        subject: "A sale is over: the hold was released",
        happened: "Nothing is charged.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    REFUNDED = "sale_step", "refunded", "5621729265714addb5afe82a9187e9dd" {
        subject: "A sale is over: the money was given back",
        happened: "The card was charged, and all of it was given back.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
    DISMISSED = "sale_step", "dismissed", "89567b3634884243a335e678674440f0" {
        subject: "A sale is over: a person has dismissed it",
        happened: "A person said that nothing more is to be done.",
        does: "It is ready for the next customer.",
        check: [
            "Nothing. `kioskd sales @SALE@` tells how it came to this.",
        ],
    }
}
