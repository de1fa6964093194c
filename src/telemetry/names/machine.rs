//! The daemon itself, its boards, its journal, and what people do.

use super::Name;

names! {
    STARTS = "life", "starts", "5bd2e8a1f7034c96ae0d7b94c8f61e18" {
        subject: "kioskd starts",
        happened: "The journal is open, and the configuration is read.",
        does: "It looks at the reader, and goes on with the sales that are open.",
        check: [
            "Nothing. Many of these in a row: `systemctl status kioskd`.",
        ],
    }
    READY = "life", "ready", "c6d945a75d6c497a9db404b6bfd6222c" {
        subject: "kioskd is ready",
        happened: "It can sell, or knows why not. The line says which.",
        does: "It waits for customers.",
        check: [
            "Nothing.",
        ],
    }
    STOPPING = "life", "stopping", "f7722200518342179dbdb9f2a7f84946" {
        subject: "kioskd was told to stop",
        happened: "A stop, a restart, an update or a shutdown.",
        does: "It takes no new sale. The running one is finished or taken back, within 45 seconds.",
        check: [
            "Nothing. Do not pull the plug while a motor turns.",
        ],
    }
    STOPPED = "life", "stopped", "252dc572c475445180722e52d91ba3bd" {
        subject: "kioskd has stopped",
        happened: "Nothing is left that a stop should wait for, or its time was up.",
        does: "What is open stands in the journal and goes on at the next start.",
        check: [
            "Nothing.",
        ],
    }
    KEY_REPLACED = "life", "key_replaced", "ff71764b59ea4b7d9eeda8b1788a815a" {
        subject: "The API key was read again",
        happened: "kioskd was reloaded, and uses the new key.",
        does: "What waited for a key is tried at once.",
        check: [
            "Nothing.",
        ],
    }
    KEY_KEPT = "life", "key_kept", "87fb70ffc03243deb496ae98b2e2272c" {
        subject: "The old API key stays in use",
        happened:
            "kioskd was reloaded, and the key that it found cannot be used. The line says why.",
        does: "It goes on with the key that it has.",
        check: [
            "The file or credential of the key: is it there, of mode 0600, a whole key?",
            "A key of the other mode (live or test) needs `systemctl restart kioskd`.",
        ],
    }
    HUNG = "life", "hung", "5f0d8c27e1694b3aa6f2c49d70be3851" {
        subject: "A part of kioskd does not answer",
        happened:
            "An input, a dispenser, a display or the journal hangs. The line says which. A device that is unplugged or a disk that fails is no hang.",
        does: "It does not tell systemd that it is alive, so that systemd restarts it within 30 seconds. The sales go on at the next start.",
        check: [
            "Once: nothing.",
            "Again and again the same device: unplug it and plug it in, then replace it.",
            "The journal: the disk under kiosk.state_dir, `dmesg` for its errors.",
        ],
    }
    CONFIGURATION_DOUBTED = "life", "configuration_doubted", "d01f0fc30fcd4af59aab9a58673fba6c" {
        subject: "The configuration is suspicious",
        happened: "The configuration is valid, and something in it may not be meant so.",
        does: "It goes on with what is written.",
        check: [
            "`kioskd check`.",
        ],
    }
    CONTROL_FAILED = "life", "control_failed", "ed088dec00b14db683c79c0ad86685f9" {
        subject: "The control socket has failed",
        happened: "`kioskd status` and the other commands do not reach the daemon any more.",
        does: "It sells on.",
        check: [
            "`systemctl restart kioskd`, when no customer is there.",
            "`kiosk.runtime_dir`: is it there, and writable?",
        ],
    }
    NO_RANDOM = "life", "no_random", "d514a311dcca4add9fa554f61b669848" {
        subject: "No sale can be opened: no random numbers",
        happened: "The kernel's generator gave none, and a sale's id must be drawn.",
        does: "It tries again with the next selection.",
        check: [
            "Restart the machine.",
        ],
    }
    JOURNAL_FAILED = "journal_failed", "journal_failed", "917c2e6f04db4a8cb35d8f1a6e70c216" {
        subject: "A write to the journal failed",
        happened:
            "The disk did not take what must be on it before money or goods may move. The line \
             says why.",
        does:
            "It sells and vends nothing, and tries again every two seconds, from an unchanged \
             record.",
        check: [
            "Is the disk full? `df -h /var/lib/kioskd`.",
            "Is it read-only, or broken? `dmesg`.",
            "If it stays, the card is dying: see [Files](#files).",
        ],
    }
    JOURNAL_UNREAD = "journal_failed", "journal_unread", "7c50c14457ce4b23949949cea26f14bc" {
        subject: "The journal cannot be read",
        happened: "What was found at Stripe could not be compared with the journal.",
        does: "It leaves it alone, and looks again at the next search.",
        check: [
            "The disk: `dmesg`. See [Files](#files).",
        ],
    }
    SALES_LET_GO = "journal_keeps", "sales_let_go", "cf42e4fec22f41198b8b72f3c46c37ba" {
        subject: "Old sales are deleted",
        happened:
            "Closed sales are older than `journal.keep` says. The line says from before which day, \
             and how many there were so far. It stands here once a day at most.",
        does: "It deletes a few with each write that no customer waits for. Open ones stay.",
        check: [
            "Nothing. If they are wanted: `journal.keep`.",
        ],
    }
    OLD_SALES_STAY = "journal_keeps", "old_sales_stay", "7bfd84b48837449db0805ac566bdd119" {
        subject: "Old sales cannot be deleted",
        happened: "The journal could not be read or changed where they stand. The line says why.",
        does: "It sells on, and tries again within a day or two.",
        check: [
            "The disk: `dmesg`. See [Files](#files).",
        ],
    }
    STOCK_UNREAD = "journal_failed", "stock_unread", "d2b65a1e40794c0f9f8e3b7c15ad6092" {
        subject: "The count of a product cannot be read",
        happened: "What the journal has of it is damaged. The line says of which product.",
        does: "It counts on from the configuration's `stock`, as if none had ever been counted.",
        check: [
            "Count what is there, and set it: `kioskd stock CODE COUNT`.",
            "The disk: `dmesg`. See [Files](#files).",
        ],
    }
    DEVICE_CONNECTED = "device", "device_connected", "a4f80b3d96e745d2987e1c5b2d63fa17" {
        subject: "A board is connected",
        happened: "What an input or a dispenser is connected to was opened.",
        does: "It uses it.",
        check: [
            "Nothing. Again and again: the cable, the USB hub, the power supply.",
        ],
    }
    DEVICE_GONE = "device", "device_gone", "b198e946d8854f3f8e2255554fb72d83" {
        subject: "A board is gone",
        happened:
            "The port, the lines or the keypad of an input or a dispenser cannot be opened, or were \
             lost. The line says why.",
        does:
            "It opens it again by itself, every five seconds at most. A vend that may have \
             happened is never repeated.",
        check: [
            "The board's power and cable.",
            "`ls -l /dev/serial/by-id`, and `device` in the configuration. For lines: `gpiodetect`, \
             `gpioinfo`, and `chip` and `backend`. For a \
             keypad or scanner at USB: `ls -l /dev/input/by-id`, `lsusb`.",
            "\"Permission denied\": is the user kioskd in the group of the device?",
        ],
    }
    BUTTON_STUCK = "device", "button_stuck", "0b4f8f7d0938417c90fc30fb77264fcd" {
        subject: "A button is stuck",
        happened: "A button of an input is down for longer than `stuck_after`.",
        does: "It ignores it until it comes up; the other buttons work.",
        check: [
            "The button: does somebody lean on it, is it jammed or wet?",
            "The wiring: a line at the wrong level looks like a button that is held. See `active` and \
             `pull` in the configuration.",
        ],
    }
    BUTTON_FREED = "device", "button_freed", "9621684036a24747b8ab60402dd714fa" {
        subject: "A stuck button came up",
        happened: "A button that was stuck is up again.",
        does: "It counts its next press.",
        check: [
            "Nothing. Again and again: replace the button.",
        ],
    }
    UNREADABLE_LINES = "device", "unreadable_lines", "e9dbeeae1c0b4293b7a45eafb53ea627" {
        subject: "A board or a keypad sends what means nothing",
        happened:
            "What comes is no key and no answer of the protocol, or keys of a keypad that cannot be \
             told apart.",
        does: "It counts it and ignores it.",
        check: [
            "`baud` in the configuration.",
            "The wiring: ground, and a cable that is not too long.",
        ],
    }
    REMARKED = "device", "remarked", "1f0c5b7a9e0d4c55b0f4d2a8736c19ea" {
        subject: "A device has done something unusual",
        happened:
            "What it sent is understood, and unusual: a vending machine has reset its bus after an \
             approval, say, or its interface complains. The line says what.",
        does: "What follows for the sale stands in the sale's own lines.",
        check: [
            "Once: nothing. Again and again: the machine's own log, and the cable of the bus.",
        ],
    }
    PRICE_DIFFERS = "device", "price_differs", "7d2e3c0b58a14f6c9be18a5f60c2d4b7" {
        subject: "A vending machine asks for another price than the configured one",
        happened: "The price that is set in the machine is not that of the product's table.",
        does: "It charges what `price_from` says: `machine` or `config`. The reader shows the amount.",
        check: [
            "The price in the machine, and `price` of the product.",
        ],
    }
    READER_POWER_CYCLE = "device", "reader_power_cycle", "587582a37529446c98ce387bc757e6ac" {
        subject: "The reader's power is switched off and on",
        happened: "The reader was deaf, and `reader.power_cycle` names a program.",
        does: "It runs the program, and waits for the reader.",
        check: [
            "Nothing, if it is rare. Every night: the reader's network.",
        ],
    }
    READER_POWER_CYCLE_FAILED = "device", "reader_power_cycle_failed", "746da2f79d294ea69f9ad10c09132263" {
        subject: "The reader's power was not switched",
        happened:
            "The program of `reader.power_cycle` cannot be run, failed, or took longer than a \
             minute.",
        does: "It goes on asking the reader.",
        check: [
            "Run the program by hand, as the user kioskd.",
            "Switch the reader's power off and on yourself.",
        ],
    }
    TURNED_AWAY = "turned_away", "turned_away", "3e7d5a9208bc4f71bd62f0e1c4a98b15" {
        subject: "A selection opened no sale",
        happened: "A key was pressed, and the line says why nothing was sold.",
        does: "It shows the customer why.",
        check: [
            "Nothing, unless customers complain: then what the line says.",
        ],
    }
    ORDERED = "ordered", "ordered", "2b9e61f40d7c4c3f8e15a7d3069bc41a" {
        subject: "A person has ordered something",
        happened: "Somebody gave a command through the control socket. The line says who and what.",
        does: "It carries it out, or says why not.",
        check: [
            "Nothing.",
        ],
    }
    ORDER_REFUSED = "ordered", "order_refused", "a2a265d4ffa946ee965109fae46d1637" {
        subject: "A person's order about a sale was refused",
        happened: "The order does not fit the sale as it is now. The line says why.",
        does: "It changes nothing.",
        check: [
            "`kioskd sales @SALE@`, then decide again.",
        ],
    }
    ORDER_UNRECORDED = "ordered", "order_unrecorded", "e93db5bb32bd4ea69cff3f67983c5cf6" {
        subject: "A person's order about a sale is not on disk yet",
        happened: "The journal could not take it in time.",
        does:
            "It carries it out once the journal can be written, and forgets it if kioskd ends \
             before.",
        check: [
            "See `journal_failed`: mend the disk.",
        ],
    }
}
