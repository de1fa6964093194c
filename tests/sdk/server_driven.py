"""Stripe's SDK for Python sells with a simulated reader, as Stripe's guide on server-driven
integrations has it, and meets a simulator that it cannot tell from Stripe.

Usage: server_driven.py http://127.0.0.1:PORT   (the address of `kioskd simulate`)

It prints a line for each step and ends with a traceback at the first wrong answer. The steps of
server_driven.mjs are the same.
"""

import json
import sys
import time
import urllib.request

import stripe

BASE = sys.argv[1]
READER = "tmr_simulated"
VISA = "4242424242424242"
DECLINED = "4000000000000002"
NO_FUNDS = "4000000000009995"
PREPAID = "5105105105105100"
INTERAC = "4506445006931933"


def client(key="rk_test_python", retries=0):
    return stripe.StripeClient(
        key, base_addresses={"api": BASE}, max_network_retries=retries
    ).v1


v1 = client()


def step(what):
    print(f"- {what}", flush=True)


def expect(found, wanted):
    if isinstance(found, stripe.StripeObject):
        found = found.to_dict()
    if found != wanted:
        raise AssertionError(f"{found!r} is not {wanted!r}")


def expect_error(kind, status, code, call):
    """The error that the SDK makes of a refusal."""
    try:
        call()
    except stripe.StripeError as error:
        expect((type(error), error.http_status, error.error.code), (kind, status, code))
        expect(error.request_id.startswith("req_"), True)
        return error
    raise AssertionError(f"{kind.__name__} did not come")


def until(what, look):
    for _ in range(200):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


def console(path, body=None):
    """The simulator's own calls: what happens at the reader, and on the wire."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(BASE + "/simulator/" + path, data) as reply:
        return json.load(reply)


def create(**params):
    wanted = {
        "amount": 250,
        "currency": "usd",
        "allowed_payment_method_types": ["card_present"],
        "capture_method": "manual",
        **params,
    }
    return v1.payment_intents.create(params=wanted)


def retrieve(intent):
    return v1.payment_intents.retrieve(intent.id, params={"expand": ["latest_charge"]})


def process(intent):
    config = {"enable_customer_cancellation": True, "skip_tipping": True}
    return v1.terminal.readers.process_payment_intent(
        READER, params={"payment_intent": intent.id, "process_config": config}
    )


def present(number):
    kind = "interac_present" if number == INTERAC else "card_present"
    return v1.test_helpers.terminal.readers.present_payment_method(
        READER, params={"type": kind, kind: {"number": number}}
    )


def reader_after_action():
    def look():
        reader = v1.terminal.readers.retrieve(READER)
        return reader if reader.action.status != "in_progress" else None

    return until("the end of the reader's action", look)


def pay(number=VISA, **params):
    """A PaymentIntent for which a card was presented."""
    intent = create(**params)
    process(intent)
    present(number)
    expect(reader_after_action().action.status, "succeeded")
    return retrieve(intent)


step("the readers of the account")
reader = v1.terminal.readers.list(params={"limit": 3}).data[0]
expect((reader.id, reader.object, reader.status), (READER, "terminal.reader", "online"))
expect(reader.action, None)

step("a sale: create, process, present, capture")
intent = create(metadata={"sale": "S1"}, description="Cola")
expect((intent.object, intent.status), ("payment_intent", "requires_payment_method"))
expect(intent.payment_method_types, ["card_present"])
expect(intent.metadata["sale"], "S1")
prompted = process(intent)
expect((prompted.action.type, prompted.action.status), ("process_payment_intent", "in_progress"))
expect(prompted.action.process_payment_intent.payment_intent, intent.id)
present(VISA)
expect(reader_after_action().action.status, "succeeded")
intent = retrieve(intent)
expect((intent.status, intent.amount_capturable), ("requires_capture", 250))
card = intent.latest_charge.payment_method_details.card_present
expect((card.brand, card.last4), ("visa", "4242"))
intent = v1.payment_intents.capture(intent.id)
expect((intent.status, intent.amount_received), ("succeeded", 250))
sold = intent

step("one call brings reader, PaymentIntent and charge")
payment = "action.process_payment_intent.payment_intent"
expand = {"expand": [payment, f"{payment}.latest_charge"]}
reader = v1.terminal.readers.retrieve(READER, params=expand)
expect(reader.action.process_payment_intent.payment_intent.latest_charge.captured, True)

step("a declined card, then another on the same PaymentIntent")
intent = create()
process(intent)
present(NO_FUNDS)
action = reader_after_action().action
expect((action.status, action.failure_code), ("failed", "card_declined"))
expect(action.api_error.decline_code, "insufficient_funds")
intent = retrieve(intent)
expect(intent.status, "requires_payment_method")
expect(intent.last_payment_error.type, "card_error")
expect(intent.last_payment_error.decline_code, "insufficient_funds")
process(intent)
present(VISA)
expect(reader_after_action().action.status, "succeeded")
expect(v1.payment_intents.capture(intent.id).status, "succeeded")

step("the customer cancels on the reader")
intent = create()
process(intent)
console(f"readers/{READER}/customer_cancel", {})
action = reader_after_action().action
expect((action.status, action.failure_code), ("failed", "customer_canceled"))
expect(retrieve(intent).status, "requires_payment_method")

step("cancel_action, and the PaymentIntent is canceled")
process(intent)
expect(v1.terminal.readers.cancel_action(READER).action, None)
reason = {"cancellation_reason": "abandoned"}
intent = v1.payment_intents.cancel(intent.id, params=reason)
expect((intent.status, intent.cancellation_reason), ("canceled", "abandoned"))

step("a hold is released")
intent = pay()
expect(intent.amount_capturable, 250)
intent = v1.payment_intents.cancel(intent.id)
expect((intent.status, intent.amount_capturable), ("canceled", 0))
expect(retrieve(intent).latest_charge.refunded, True)

step("a part is captured, the rest is released")
intent = v1.payment_intents.capture(pay().id, params={"amount_to_capture": 200})
expect((intent.status, intent.amount_received, intent.amount_capturable), ("succeeded", 200, 0))

step("automatic capture")
charged = pay(capture_method="automatic")
expect((charged.status, charged.amount_received), ("succeeded", 250))

step("refunds, in parts and whole")
part = {"payment_intent": charged.id, "amount": 100, "reason": "requested_by_customer"}
refund = v1.refunds.create(params=part)
expect((refund.status, refund.amount, refund.payment_intent), ("succeeded", 100, charged.id))
rest = v1.refunds.create(params={"payment_intent": charged.id})
expect(rest.amount, 150)
listed = v1.refunds.list(params={"payment_intent": charged.id})
expect([refund.id for refund in listed.data], [rest.id, refund.id])
expect(v1.refunds.retrieve(refund.id).metadata, {})
expect(v1.charges.retrieve(charged.latest_charge.id).refunded, True)
again = {"payment_intent": charged.id}
expect_error(
    stripe.InvalidRequestError, 400, "charge_already_refunded",
    lambda: v1.refunds.create(params=again),
)
expect(v1.refunds.create(params={"payment_intent": sold.id}).amount, 250)

def collect(number, intent):
    """The card that the reader has read; nothing is charged yet."""
    config = {"enable_customer_cancellation": True, "skip_tipping": True}
    asked = v1.terminal.readers.collect_payment_method(
        READER, params={"payment_intent": intent.id, "collect_config": config}
    )
    expect((asked.action.type, asked.action.status), ("collect_payment_method", "in_progress"))
    present(number)
    action = reader_after_action().action
    expect((action.type, action.status), ("collect_payment_method", "succeeded"))
    expect(action.collect_payment_method.payment_intent, intent.id)
    return action.collect_payment_method.payment_method


def confirm(intent):
    return v1.terminal.readers.confirm_payment_intent(
        READER, params={"payment_intent": intent.id}
    )


step("two steps: collect, look at the card, confirm, capture")
intent = create()
method = collect(VISA, intent)
card = method.card_present
expect((method.object, method.type), ("payment_method", "card_present"))
expect((card.brand, card.funding, card.country), ("visa", "credit", "US"))
intent = retrieve(intent)
expect((intent.status, intent.amount_capturable), ("requires_confirmation", 0))
expect(intent.latest_charge, None)
confirmed = confirm(intent)
expect(confirmed.action.type, "confirm_payment_intent")
expect(confirmed.action.confirm_payment_intent.payment_intent, intent.id)
expect(reader_after_action().action.status, "succeeded")
intent = retrieve(intent)
expect((intent.status, intent.amount_capturable), ("requires_capture", 250))
expect(intent.latest_charge.payment_method_details.card_present.last4, card.last4)
intent = v1.payment_intents.capture(intent.id)
expect((intent.status, intent.amount_received), ("succeeded", 250))

step("two steps: a card that is not taken is canceled unauthorized")
intent = create()
expect(collect(PREPAID, intent).card_present.funding, "prepaid")
expect(v1.terminal.readers.cancel_action(READER).action, None)
expect_error(
    stripe.InvalidRequestError, 400, "intent_invalid_state", lambda: confirm(intent)
)
expect(v1.payment_intents.cancel(intent.id).status, "canceled")
intent = retrieve(intent)
expect((intent.status, intent.amount_received, intent.latest_charge), ("canceled", 0, None))

step("two steps: a card that is declined at its confirmation, then another")
intent = create()
collect(NO_FUNDS, intent)
confirm(intent)
action = reader_after_action().action
expect((action.status, action.failure_code), ("failed", "card_declined"))
expect(retrieve(intent).status, "requires_payment_method")
collect(VISA, intent)
confirm(intent)
expect(reader_after_action().action.status, "succeeded")
expect(v1.payment_intents.capture(intent.id).amount_received, 250)

step("Canada: one PaymentIntent takes both kinds; an Interac card is charged at the tap")
canadian = {
    "currency": "cad",
    "allowed_payment_method_types": ["card_present", "interac_present"],
    "capture_method": "automatic",
    "payment_method_options": {"card_present": {"capture_method": "manual"}},
}
held = pay(VISA, **canadian)
expect((held.status, held.amount_capturable), ("requires_capture", 250))
expect(v1.payment_intents.cancel(held.id).status, "canceled")
tapped = pay(INTERAC, **canadian)
expect(tapped.payment_method_types, ["card_present", "interac_present"])
expect((tapped.status, tapped.amount_received), ("succeeded", 250))
charge = tapped.latest_charge
expect(charge.payment_method_details.type, "interac_present")
expect((charge.captured, charge.refunded), (True, False))


def refund_at_reader(number, amount):
    """The reader's action after the customer has presented a card to put money back onto."""
    config = {"enable_customer_cancellation": True}
    wanted = {"payment_intent": tapped.id, "amount": amount, "metadata": {"sale": "S9"}}
    asked = v1.terminal.readers.refund_payment(
        READER, params={**wanted, "refund_payment_config": config}
    )
    expect((asked.action.type, asked.action.status), ("refund_payment", "in_progress"))
    expect(asked.action.refund_payment.amount, amount)
    present(number)
    action = reader_after_action().action
    expect(action.type, "refund_payment")
    return action


step("Interac is refunded at the reader alone, and only onto the card that paid")
again = {"payment_intent": tapped.id}
expect_error(
    stripe.InvalidRequestError, 400, "charge_not_refundable",
    lambda: v1.refunds.create(params=again),
)
expect(refund_at_reader(VISA, 250).status, "failed")
expect(v1.charges.retrieve(charge.id).amount_refunded, 0)
for amount, left in [(100, 150), (150, 0)]:
    action = refund_at_reader(INTERAC, amount)
    expect(action.status, "succeeded")
    refund = v1.refunds.retrieve(action.refund_payment.refund)
    expect((refund.status, refund.amount, refund.currency), ("succeeded", amount, "cad"))
    expect((refund.payment_intent, refund.charge), (tapped.id, charge.id))
    expect(refund.metadata, {"sale": "S9"})
    after = v1.charges.retrieve(charge.id)
    expect((after.amount_refunded, after.refunded), (250 - left, left == 0))
expect(len(v1.refunds.list(params=again).data), 2)
expect(retrieve(tapped).status, "succeeded")

step("a cart on the reader's display")
cart = {
    "currency": "usd",
    "tax": 20,
    "total": 250,
    "line_items": [
        {"description": "Cola", "amount": 130, "quantity": 1},
        {"description": "Crisps", "amount": 100, "quantity": 1},
    ],
}
shown = v1.terminal.readers.set_reader_display(READER, params={"type": "cart", "cart": cart})
expect(shown.action.type, "set_reader_display")
expect(shown.action.set_reader_display.cart.line_items[1].description, "Crisps")
v1.terminal.readers.cancel_action(READER)

step("metadata of the reader, merged and removed; its label")
update = {"metadata": {"controller": "k1", "lane": "2"}, "label": "Lobby"}
reader = v1.terminal.readers.update(READER, params=update)
expect(reader.label, "Lobby")
expect(reader.metadata, {"controller": "k1", "lane": "2"})
reader = v1.terminal.readers.update(READER, params={"metadata": {"lane": ""}})
expect(reader.metadata, {"controller": "k1"})

step("the same idempotency key: the same PaymentIntent; with other parameters: an error")
wanted = {"amount": 250, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
once = {"idempotency_key": "S7:create:1"}
first = v1.payment_intents.create(params=wanted, options=once)
second = v1.payment_intents.create(params=wanted, options=once)
expect(second.id, first.id)
expect(second.last_response.headers["Idempotent-Replayed"], "true")
other = {**wanted, "amount": 300}
expect_error(
    stripe.IdempotencyError, 400, None,
    lambda: v1.payment_intents.create(params=other, options=once),
)

step("a reply is lost: the SDK repeats the call by itself, and there is one PaymentIntent")
before = len(console("books")["payment_intents"])
console("faults", {"method": "POST", "path": "/v1/payment_intents", "then": "drop_after"})
repeated = client(retries=2).payment_intents.create(params=wanted)
expect(repeated.last_response.headers["Idempotent-Replayed"], "true")
expect(len(console("books")["payment_intents"]), before + 1)

step("a 500 is Stripe's last word on its key")
console("faults", {"method": "POST", "path": "/v1/payment_intents", "then": "status:500"})
once = {"idempotency_key": "S8:create:1"}
for _ in range(2):
    expect_error(
        stripe.APIError, 500, None,
        lambda: v1.payment_intents.create(params=wanted, options=once),
    )

step("lists, page by page")
made = [create().id for _ in range(5)]
listed = v1.payment_intents.list(params={"limit": 2, "created": {"gte": 1}})
expect((len(listed.data), listed.has_more), (2, True))
ids = [intent.id for intent in listed.auto_paging_iter()]
expect(ids[:5], made[::-1])
expect((len(ids), len(set(ids)), ids[-1]), (before + 6, before + 6, sold.id))
listed = v1.payment_intents.list(params={"limit": 2, "ending_before": ids[5]})
expect([intent.id for intent in listed.auto_paging_iter()], made)

step("a busy reader, a PaymentIntent that is over, amounts that Stripe does not take")
process(repeated)
expect_error(
    stripe.InvalidRequestError, 400, "terminal_reader_busy",
    lambda: process(first),
)
v1.terminal.readers.cancel_action(READER)
error = expect_error(
    stripe.InvalidRequestError, 400, "intent_invalid_state", lambda: process(sold)
)
expect(error.error.payment_intent.status, "succeeded")
error = expect_error(
    stripe.InvalidRequestError, 400, "amount_too_small", lambda: create(amount=1)
)
expect(error.param, "amount")
expect_error(
    stripe.InvalidRequestError, 400, "payment_intent_unexpected_state",
    lambda: v1.payment_intents.capture(first.id),
)

step("two writes at once")
process(first)
present(DECLINED)
expect_error(
    stripe.RateLimitError, 429, "lock_timeout", lambda: v1.payment_intents.cancel(first.id)
)
expect(reader_after_action().action.failure_code, "card_declined")

step("unknown ids, a wrong key, a key without the right")
expect_error(
    stripe.InvalidRequestError, 404, "resource_missing",
    lambda: v1.payment_intents.retrieve("pi_none"),
)
expect_error(
    stripe.InvalidRequestError, 404, "resource_missing",
    lambda: v1.terminal.readers.cancel_action("tmr_none"),
)
expect_error(
    stripe.AuthenticationError, 401, None,
    lambda: client("pk_test_wrong").terminal.readers.retrieve(READER),
)
console("faults", {"path": f"/v1/terminal/readers/{READER}", "then": "status:403"})
expect_error(
    stripe.PermissionError, 403, None, lambda: v1.terminal.readers.retrieve(READER)
)

step("the books agree")
totals = console("books")["totals"]
expect(totals["usd"], {"held": 0, "captured": 1450, "refunded": 500})
expect(totals["cad"], {"held": 0, "captured": 250, "refunded": 250})

print(f"done: Stripe's SDK for Python, {stripe.VERSION}, API {stripe.api_version}")
