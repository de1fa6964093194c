//! What else keeps the kiosk from selling, and that it is over.

use super::Name;

names! {
    NO_CARD_PRESENT = "out_of_order", "no_card_present", "be03f3160db241c2945b1a3d183f4cf0" {
        subject: "The account cannot take cards at a reader",
        happened: "Stripe's account takes no in-person payments in this currency.",
        does:
            "It is tried again by one customer every five minutes. A kiosk without customers tries \
             once, a minute or two after its start, with a PaymentIntent that nobody is asked to \
             pay (`kioskd at its start: never prompted` in the Dashboard) and that is cancelled at \
             once.",
        check: [
            "In-person payments in Stripe's Dashboard.",
            "`kiosk.currency` in the configuration.",
        ],
    }
    PAYMENTS_REFUSED = "out_of_order", "payments_refused", "c25cf8edc7204dd78bb6def6b053c7cf" {
        subject: "Stripe refuses to make payments",
        happened: "Stripe refused to make the PaymentIntent. The line has Stripe's code.",
        does: "It tries again by one customer every five minutes.",
        check: [
            "What Stripe's Dashboard says of the account.",
            "`kiosk.currency` in the configuration.",
        ],
    }
    PRICE_REFUSED = "out_of_order", "price_refused", "57538995a7924736baf2b8a636f3161c" {
        subject: "Stripe refuses the price of a product",
        happened:
            "The PaymentIntent of one product was refused for its amount. The line names the \
             product.",
        does: "It sells the others.",
        check: [
            "Change the price of this product.",
        ],
    }
    EXPOSURE = "out_of_order", "exposure", "a43da32171d44065bc19e64573360fcb" {
        subject: "Too many delivered sales wait for their money",
        happened:
            "`payment.exposure_limit` delivered sales are not settled, or one of them has less \
             than 12 hours left.",
        does: "It opens no sale until they are settled, so that goods are not given away for days.",
        check: [
            "`kioskd sales --open` says what each of them waits for: mend that.",
        ],
    }
    DEADLINE_NEAR = "out_of_order", "deadline_near", "c1c87c7facd54b82ab729ea1099e2abe" {
        subject: "A hold lapses soon, and its sale is not settled",
        happened:
            "A hold on a card has less than 12 hours left. What lapses after the goods are out is \
             lost.",
        does: "It goes on trying to settle the sale.",
        check: [
            "`kioskd sales --open` says what it waits for: mend that today.",
        ],
    }
    JOURNAL = "out_of_order", "journal", "e5d939d406584b4a8bc2c8b27a887ff1" {
        subject: "The journal cannot be written",
        happened: "A write to `kiosk.state_dir` failed.",
        does:
            "It sells and vends nothing, and tries again every two seconds: it sells again when a \
             write succeeds.",
        check: [
            "Is the disk full? `df -h /var/lib/kioskd`.",
            "Is it read-only, or broken? `dmesg`.",
            "If it stays, the card is dying: see [Files](#files).",
        ],
    }
    CLONE = "out_of_order", "clone", "4f98de1ed68942c981a1bf48f1d87e2e" {
        subject: "Another kiosk uses this one's names",
        happened:
            "Stripe saw a request key of this kiosk with other contents: a copy of this card, or a \
             restored backup.",
        does: "It sells nothing until a restart.",
        check: [
            "Is there a copy of this card in another machine? Stop one. Do not restart before \
             you know.",
            "Give the other one a `kiosk.id` and a journal of its own.",
        ],
    }
    SWEEPING = "out_of_order", "sweeping", "324d18d21bfc41b7a75db487fe25dda9" {
        subject: "The journal is new: Stripe is asked what an earlier one left",
        happened: "This board may have sold with another card before.",
        does:
            "It looks through Stripe's PaymentIntents of this kiosk, settles what it finds, and \
             then sells. See [a new card](#a-new-card-or-journal).",
        check: [
            "Wait, ten minutes at most.",
            "If it stays: the network; `journalctl -u kioskd EVENT=call_failed`.",
        ],
    }
    DRAINED = "out_of_order", "drained", "514af3a66aeb4f6fa23c9138f35bf444" {
        subject: "A person has taken the kiosk out of service",
        happened:
            "Somebody gave `kioskd drain`: the line says who and why. See [out of \
             service](#out-of-service).",
        does: "It finished the customer, sells nothing, and stays so through restarts.",
        check: [
            "`kioskd resume`, when the work is done.",
        ],
    }
    DISPENSER_AWAY = "out_of_order", "dispenser_away", "61da3979c18345b9989aa885b8b57774" {
        subject: "A dispenser cannot be reached",
        happened: "A dispenser's port or lines cannot be opened, its program cannot be run, or \
             something stands in front of its drop sensor. The line before it says which, and why.",
        does: "It sells what other dispensers have, and tries again by itself, every ten seconds at \
             most.",
        check: [
            "The board's power and cable.",
            "`ls -l /dev/serial/by-id`; for lines `gpiodetect`, `gpioinfo`.",
            "`device`, `chip` or `program` of this dispenser in the configuration.",
        ],
    }
    SOLD_OUT = "out_of_order", "sold_out", "8c41b7e09d5f4a36bb02e67f1d9ac853" {
        subject: "A product is sold out",
        happened:
            "Nothing is left of a product that is counted (`stock`). The line says which. See \
             [stock](#stock).",
        does: "It tells customers so, and sells the others, also after a restart.",
        check: [
            "Fill it, and say so: `kioskd stock CODE COUNT`, or `kioskd stock --all`.",
            "It is not empty? Goods that may have come out count as gone: count, and set it.",
        ],
    }
    OVER = "out_of_order", "over", "d06f3c9b8e174a25b7c2a5e0f4913d19" {
        subject: "A reason not to sell is over",
        happened: "What the line names does not stand in the way any more.",
        does: "It sells again, if no other reason stands.",
        check: [
            "Nothing. `kioskd status` says whether it is ready.",
        ],
    }
}
