//! Calls to Stripe that did not bring what was wanted, and what is found there.

use super::Name;

names! {
    NO_ANSWER = "call_failed", "no_answer", "1e42c6e3a75d48dfa07b10139f02a515" {
        subject: "Stripe did not answer a call",
        happened: "The call was not sent, or brought no answer of Stripe's own.",
        does:
            "It looks before it repeats anything that moves money, and tries again, 15 seconds \
             apart at most in the first minutes, later 8 minutes. If it goes on, a reason not to \
             sell says what is in the way.",
        check: [
            "Nothing, if it is rare.",
            "`kioskd status` names the obstacle; the network comes first.",
        ],
    }
    CALL_KEY_REJECTED = "call_failed", "call_key_rejected", "806e0277477a4bd2bab7487d0042af6d" {
        subject: "Stripe rejects the API key of a call",
        happened: "Stripe answers 401.",
        does: "It sends the same request again later; nothing has happened.",
        check: [
            "See `api_key_rejected`: install a valid key, then reload or restart kioskd.",
        ],
    }
    CALL_FORBIDDEN = "call_failed", "call_forbidden", "26d52cd6edeb4645a7b561daa4e4ce5a" {
        subject: "The API key may not do this",
        happened: "Stripe answers 403. The line says what was asked.",
        does: "It tries again, at most 15 minutes apart.",
        check: [
            "Add the permission in Stripe's Dashboard, API keys; or install another key and \
             reload.",
        ],
    }
    CALL_TOO_MANY = "call_failed", "call_too_many", "bc2c61ba1c684ba88c5b6b19c41bcd50" {
        subject: "Too many requests at once",
        happened: "Stripe answers 429: this account, or this object, is asked too often.",
        does: "It waits as long as Stripe says, and sends the same request again.",
        check: [
            "Nothing, if it is rare.",
            "What else uses this account's API?",
        ],
    }
    CALL_KEY_IN_USE = "call_failed", "call_key_in_use", "29855f7f2e744531ae437de6ebbd5a5b" {
        subject: "The same request is still running",
        happened: "Stripe answers 409: the first copy of the request is not finished.",
        does: "It sends the same request again later.",
        check: [
            "Nothing.",
        ],
    }
    CALL_NOT_FOUND = "call_failed", "call_not_found", "f3046cf5375e4ee08bbf494ad57569b4" {
        subject: "Stripe does not know an object with this key",
        happened: "Stripe answers 404 for a reader or a PaymentIntent.",
        does: "It concludes nothing, and asks again, at most 15 minutes apart.",
        check: [
            "`stripe.reader` in the configuration.",
            "Is the key of the right account, and of the right mode (live or test)?",
        ],
    }
    READER_DID_NOT = "call_failed", "reader_did_not", "5d42deeccd424c4eb4e262af0744e684" {
        subject: "The reader did not take a command",
        happened: "The reader is busy, offline, or did not acknowledge in time.",
        does: "It looks what stands on the reader, and asks again.",
        check: [
            "Nothing, if it is rare.",
            "`kioskd reader show`: what stands on it?",
            "The reader's power and network.",
        ],
    }
    PAYMENT_MOVED_ON = "call_failed", "payment_moved_on", "5152fe31f773497eb8266f442eabf9e8" {
        subject: "The PaymentIntent is in another state",
        happened: "It was paid, cancelled, or has expired meanwhile.",
        does: "It reads the PaymentIntent and goes by what it says.",
        check: [
            "Nothing.",
        ],
    }
    CALL_KEY_CLASH = "call_failed", "call_key_clash", "fc235725686247b9bd73839a9fce1e72" {
        subject: "A request's key was used for another request",
        happened: "Another kiosk uses this one's names: a copy of this card, or a restored backup.",
        does: "It sells nothing until a restart, and asks a person about the sale.",
        check: [
            "Is there a copy of this card in another machine? Stop one.",
        ],
    }
    CALL_STRIPE_FAILED = "call_failed", "call_stripe_failed", "c7f827e7586d44a09291692a6546394b" {
        subject: "Stripe failed",
        happened: "Stripe answers with an error of its own (5xx).",
        does: "It looks before it repeats anything that moves money, and tries again.",
        check: [
            "Wait; status.stripe.com.",
        ],
    }
    CALL_REFUSED = "call_failed", "call_refused", "b8a7c36d51f24e0e8d0b94f6c2731e13" {
        subject: "Stripe refused a call",
        happened: "Stripe's answer is an error. The line has Stripe's code.",
        does: "It takes the sale back, if it was for one, and looks again later.",
        check: [
            "The code: https://docs.stripe.com/error-codes.",
            "What Stripe's Dashboard says of the request: Developers, Logs, with `@REQUEST_ID@`.",
        ],
    }
    WORKS_AGAIN = "call_failed", "works_again", "16dcd8837ed848b6a093883fed4368b7" {
        subject: "A call works again",
        happened: "After failures in a row, the last one brought what was wanted.",
        does: "It goes on.",
        check: [
            "Nothing.",
        ],
    }
    CALL_ENDED = "call_ended", "call_ended", "f2e94d1c7b6a4835a0c8e5d3916b7f14" {
        subject: "A call to Stripe has ended",
        happened: "Stripe answered, with its id for the request.",
        does: "It goes by the answer.",
        check: [
            "Nothing. Give `REQUEST_ID` to Stripe's support, if they ask.",
        ],
    }
    LEFT_ALONE = "sweep", "left_alone", "27b9e4c05d8f4b13a6e1f7c2904d8b1a" {
        subject: "Something was found at Stripe that cannot be judged",
        happened:
            "A PaymentIntent names this kiosk, and its product, currency or price is not known \
             here any more.",
        does: "It does not touch it.",
        check: [
            "Look at @PAYMENT_INTENT@ in Stripe's Dashboard: an uncaptured one may be \
             cancelled, if nothing was delivered.",
        ],
    }
    SPARE_CANCELLED = "sweep", "spare_cancelled", "305c122ab4ca454283ae0e32ced7d0dd" {
        subject: "A PaymentIntent that nobody was asked to pay is cancelled",
        happened: "A sale took another PaymentIntent, since the reply to the first one never came.",
        does: "It cancels the one that was not used.",
        check: [
            "Nothing.",
        ],
    }
}
