//! What keeps the card reader from taking payments.

use super::Name;

names! {
    READER_OFFLINE = "out_of_order", "reader_offline", "bc14afccc0214e8c9ef8a61ac897bbe0" {
        subject: "The card reader is offline",
        happened: "A command to the reader was answered with \"offline\".",
        does:
            "It asks the reader again, at most 15 seconds apart at first, and sells at its first \
             answer. A customer is told not to pay.",
        check: [
            "The reader's power.",
            "Its network.",
            "Restart the reader.",
        ],
    }
    READER_RESTARTING = "out_of_order", "reader_restarting", "32781aa685c84c898277dcfaa4ef13ef" {
        subject: "The card reader restarts, as it does every night",
        happened: "The reader is offline at the hours of `reader.restart_window`.",
        does: "It waits. After 15 minutes it calls the reader offline.",
        check: [
            "Nothing: it is back within minutes.",
        ],
    }
    READER_DEAF = "out_of_order", "reader_deaf", "56d5acfb20bd49239c740a5643417089" {
        subject: "The card reader does not answer",
        happened: "Stripe calls the reader online, and its commands time out one after the other.",
        does:
            "It asks again by itself; where `reader.power_cycle` names a program, that switches \
             the reader's power off and on.",
        check: [
            "Switch the reader's power off and on.",
        ],
    }
    READER_UPDATING = "out_of_order", "reader_updating", "61160988846448d39d3be210e89a4865" {
        subject: "The card reader is busy with itself",
        happened:
            "The reader is busy and nothing stands on it: an update, or a change of its settings.",
        does: "It waits, and asks again by itself.",
        check: [
            "Wait.",
            "After an hour, restart the reader.",
        ],
    }
    READER_IN_USE = "out_of_order", "reader_in_use", "1ef1b7edd2df42438b121d02bc0c342e" {
        subject: "Another system uses the card reader",
        happened: "The reader shows a payment that is not of this kiosk.",
        does: "It waits until that is over, and never cancels it.",
        check: [
            "Find the other till or system, and stop it.",
            "If there is none: it may be an old prompt of this kiosk whose journal is gone; \
             that is taken back ten minutes after its sale.",
            "`kioskd reader reset` cancels it. Be sure that nobody is paying there.",
        ],
    }
    READER_REFUSES = "out_of_order", "reader_refuses", "bf508727fbb64013b6da29af48073b51" {
        subject: "The card reader refuses payments",
        happened:
            "Stripe refused the prompt. The line has Stripe's code, or the missing permission.",
        does:
            "Five minutes after each refusal it lets one customer try again; it sells when a \
             prompt is taken.",
        check: [
            "The reader's location and settings in Stripe's Dashboard.",
            "The rights of the API key.",
        ],
    }
    READER_NOT_FOUND = "out_of_order", "reader_not_found", "c9c777ab1e0641a78cbc804e87b177e2" {
        subject: "Stripe does not show the reader to this API key",
        happened: "The key does not know the reader of the configuration.",
        does: "It sells nothing, and asks again by itself.",
        check: [
            "`stripe.reader` in the configuration.",
            "Is the key of the right account, and of the right mode (live or test)?",
        ],
    }
    READER_ASSIGNED_ELSEWHERE = "out_of_order", "reader_assigned_elsewhere", "12bd491dd8e94a499254c4701e423d48" {
        subject: "The reader is assigned to another board",
        happened:
            "The reader's metadata names another board: this card may be a clone, or the reader \
             was moved.",
        does:
            "It does not touch the reader and sells nothing; a sale that stands on it is finished, \
             and all others are settled.",
        check: [
            "Is there another kiosk with this configuration? Stop it.",
            "Then `kioskd reader assign --take-over` here: the other one goes out of order. \
             See [the reader](#the-reader).",
        ],
    }
    READER_UNASSIGNED = "out_of_order", "reader_unassigned", "fb58d19bb2ca4242915ff1788c7c74f9" {
        subject: "The reader is being assigned to this board",
        happened: "The reader belongs to no board yet.",
        does: "It writes this board's serial on the reader, waits, and reads it back.",
        check: [
            "Wait some seconds.",
            "If it stays: `kioskd check --online`; the key needs the right to write readers.",
        ],
    }
    READER_WRONG_MODE = "out_of_order", "reader_wrong_mode", "dbe5713f2ac54884b47ece78952acb1b" {
        subject: "The reader and the API key are of different modes",
        happened: "The reader is a live one and the key is for test mode, or the reverse.",
        does: "It sells nothing.",
        check: [
            "`stripe.reader` in the configuration, or the other key.",
        ],
    }
    READER_NO_LOCATION = "out_of_order", "reader_no_location", "a36342ae7bb14c4a94f2a60922b9815c" {
        subject: "The reader has no location at Stripe",
        happened: "Without a location a reader takes no payments.",
        does: "Every five minutes it lets one customer try; it sells when a prompt is taken.",
        check: [
            "Give the reader a location in Stripe's Dashboard, Terminal.",
        ],
    }
    READER_WRONG_COUNTRY = "out_of_order", "reader_wrong_country", "d173c14ff82f41d898afa7d127587bfb" {
        subject: "The reader stands in a country of another currency",
        happened: "Readers at this location take another currency than `kiosk.currency`.",
        does: "It sells on: Stripe itself refuses what it does not take.",
        check: [
            "The reader's location in Stripe's Dashboard.",
            "`kiosk.currency` and the prices in the configuration.",
        ],
    }
}
