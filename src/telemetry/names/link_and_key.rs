//! What stands between the kiosk and Stripe, and what is wrong with the key.

use super::Name;

names! {
    STARTING = "out_of_order", "starting", "3fc6e03309674e51bf35e7962c0dbeaa" {
        subject: "The reader has not been seen since kioskd started",
        happened: "kioskd runs, and Stripe has not shown it the card reader yet.",
        does: "It asks again by itself, and sells as soon as the reader is seen.",
        check: [
            "Wait a minute.",
            "The network: cable or Wi-Fi, router, name server.",
            "The API key: one without the right to read readers also looks like this. `kioskd \
             check --online` tells.",
        ],
    }
    NO_NETWORK = "out_of_order", "no_network", "5ec028d9b0674a52a4cc8f8fa111bbb4" {
        subject: "The kiosk has no network",
        happened: "Stripe's name cannot be resolved, or there is no way out to it.",
        does:
            "It sells nothing, tries again by itself, at most 8 minutes apart, and settles the \
             open sales when the network is back.",
        check: [
            "The network cable or the Wi-Fi.",
            "The router.",
            "The name server (`resolvectl query api.stripe.com`).",
        ],
    }
    STRIPE_UNREACHABLE = "out_of_order", "stripe_unreachable", "114c78f4490f46fc9dccf56e58886a6f" {
        subject: "Stripe cannot be reached, though the network is there",
        happened: "Connections to Stripe are not taken, or requests go out and bring no reply.",
        does:
            "It sells nothing, tries again by itself, and settles the open sales when Stripe \
             answers. What was paid for is not charged twice.",
        check: [
            "The router's firewall, and the quality of the network.",
            "`stripe.api_base` in the configuration.",
            "status.stripe.com.",
        ],
    }
    TLS_UNTRUSTED = "out_of_order", "tls_untrusted", "138b82fe02b840eb99fa192118ad8347" {
        subject: "What answers cannot prove that it is Stripe",
        happened: "The certificate of what answers in Stripe's place is not to be trusted.",
        does:
            "It sends nothing there, the API key least of all, and tries again by itself. It never \
             goes on without.",
        check: [
            "What intercepts TLS in this network: let `api.stripe.com` past it.",
            "If nothing does: update ca-certificates.",
        ],
    }
    CLOCK_WRONG = "out_of_order", "clock_wrong", "ba6c8fce365e4a8d91c3b2e1bd2cbfdf" {
        subject: "The kiosk's clock must be wrong",
        happened: "By this machine's clock Stripe's certificate is not valid yet, or no longer.",
        does: "It sells nothing, tries again by itself, and goes on once the clock is right.",
        check: [
            "The clock: `timedatectl`. It is set by NTP, UDP port 123.",
            "If the clock is right, something intercepts TLS in this network.",
        ],
    }
    CAPTIVE_PORTAL = "out_of_order", "captive_portal", "15ce72e65211426aa09e3d5237438a4d" {
        subject: "Something else answers in Stripe's place",
        happened: "A portal or a proxy replied, not Stripe.",
        does: "It believes none of it, sells nothing, and tries again by itself.",
        check: [
            "Log in to the network's portal, or have this kiosk let past it.",
        ],
    }
    STRIPE_FAILING = "out_of_order", "stripe_failing", "6d91cb56fa2e415e851c0b170eed60ba" {
        subject: "Stripe answers with errors of its own",
        happened: "Stripe replies with 5xx.",
        does: "It sells nothing, looks before it repeats anything, and tries again by itself.",
        check: [
            "Wait.",
            "status.stripe.com.",
        ],
    }
    API_KEY_REJECTED = "out_of_order", "api_key_rejected", "93ad5bb57d5143d6934f3afd7eceae1b" {
        subject: "Stripe rejects the API key",
        happened: "Stripe answers 401: the key was revoked, or is wrong.",
        does:
            "It sells nothing and tries again by itself. What is paid already stays held; nothing \
             is lost by waiting, for about two days.",
        check: [
            "In Stripe's Dashboard: is the key still there?",
            "Write the new key into `/etc/kioskd/stripe-api-key`, then `systemctl reload kioskd`.",
        ],
    }
    API_KEY_TOO_NARROW = "out_of_order", "api_key_too_narrow", "912676ccf941447caa8f60b5563f205a" {
        subject: "The API key lacks a permission",
        happened: "Stripe answers 403. The line names the permission.",
        does:
            "It goes on without what it may not do where it can, and tries again by itself: \
             captures and releases too.",
        check: [
            "Add the permission in Stripe's Dashboard, API keys; or install another key and \
             reload.",
        ],
    }
    PAYMENT_NOT_FOUND = "out_of_order", "payment_not_found", "35206daee4c44d429dc5e2901bcb032d" {
        subject: "Stripe does not know a PaymentIntent of an open sale",
        happened: "The key sees no PaymentIntent where one was made: it is of another account.",
        does:
            "It concludes nothing, asks again, and sells on. A sale whose PaymentIntent cannot be \
             cancelled holds the reader.",
        check: [
            "Install a key of the account that the sale was opened with (`kioskd sales --open`).",
        ],
    }
    OTHER_MODE = "out_of_order", "other_mode", "b6a6c9b41f8440478275515984af6feb" {
        subject: "Open sales are of the other mode than the key",
        happened: "Sales were opened in live mode and the key is for test mode, or the reverse.",
        does: "It leaves them as they are, and sells on.",
        check: [
            "Put the old key back until they are settled (`kioskd sales --open`), then change it.",
        ],
    }
}
