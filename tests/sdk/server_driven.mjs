// Stripe's SDK for Node sells with a simulated reader, as Stripe's guide on server-driven
// integrations has it, and meets a simulator that it cannot tell from Stripe.
//
// Usage: node server_driven.mjs http://127.0.0.1:PORT   (the address of `kioskd simulate`)
//
// It prints a line for each step and ends with a stack trace at the first wrong answer. The steps
// of server_driven.py are the same.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

// The SDK lies where it was installed, which is not beside this file.
const Stripe = createRequire(`${process.cwd()}/`)("stripe");

const base = new URL(process.argv[2]);
const READER = "tmr_simulated";
const VISA = "4242424242424242";
const DECLINED = "4000000000000002";
const NO_FUNDS = "4000000000009995";
const PREPAID = "5105105105105100";
const INTERAC = "4506445006931933";

function client(key = "rk_test_node", retries = 0) {
  const { hostname, port } = base;
  return new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: retries });
}

const stripe = client();

const step = (what) => console.log(`- ${what}`);

/** The error that the SDK makes of a refusal. */
async function expectError(type, statusCode, code, call) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof Stripe.errors[type], error.stack);
    assert.deepEqual([error.statusCode, error.code], [statusCode, code]);
    assert.match(error.requestId, /^req_/);
    return error;
  }
  throw new Error(`${type} did not come`);
}

async function until(what, look) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found) return found;
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** The simulator's own calls: what happens at the reader, and on the wire. */
async function onSimulator(path, body) {
  const request = body && { method: "POST", body: JSON.stringify(body) };
  const reply = await fetch(new URL(`/simulator/${path}`, base), request);
  assert.equal(reply.status, 200);
  return reply.json();
}

const wanted = {
  amount: 250,
  currency: "usd",
  allowed_payment_method_types: ["card_present"],
  capture_method: "manual",
};

const create = (params = {}) => stripe.paymentIntents.create({ ...wanted, ...params });

const retrieve = (intent) =>
  stripe.paymentIntents.retrieve(intent.id, { expand: ["latest_charge"] });

const ask = (intent) =>
  stripe.terminal.readers.processPaymentIntent(READER, {
    payment_intent: intent.id,
    process_config: { enable_customer_cancellation: true, skip_tipping: true },
  });

const present = (number) => {
  const type = number === INTERAC ? "interac_present" : "card_present";
  const params = { type, [type]: { number } };
  return stripe.testHelpers.terminal.readers.presentPaymentMethod(READER, params);
};

const readerAfterAction = () =>
  until("the end of the reader's action", async () => {
    const reader = await stripe.terminal.readers.retrieve(READER);
    return reader.action.status === "in_progress" ? undefined : reader;
  });

/** A PaymentIntent for which a card was presented. */
async function pay(params = {}, number = VISA) {
  const intent = await create(params);
  await ask(intent);
  await present(number);
  assert.equal((await readerAfterAction()).action.status, "succeeded");
  return retrieve(intent);
}

step("the readers of the account");
let reader = (await stripe.terminal.readers.list({ limit: 3 })).data[0];
assert.deepEqual([reader.id, reader.object, reader.status], [READER, "terminal.reader", "online"]);
assert.equal(reader.action, null);

step("a sale: create, process, present, capture");
let intent = await create({ metadata: { sale: "S1" }, description: "Cola" });
assert.deepEqual([intent.object, intent.status], ["payment_intent", "requires_payment_method"]);
assert.deepEqual(intent.payment_method_types, ["card_present"]);
assert.equal(intent.metadata.sale, "S1");
let { action } = await ask(intent);
assert.deepEqual([action.type, action.status], ["process_payment_intent", "in_progress"]);
assert.equal(action.process_payment_intent.payment_intent, intent.id);
await present(VISA);
assert.equal((await readerAfterAction()).action.status, "succeeded");
intent = await retrieve(intent);
assert.deepEqual([intent.status, intent.amount_capturable], ["requires_capture", 250]);
const card = intent.latest_charge.payment_method_details.card_present;
assert.deepEqual([card.brand, card.last4], ["visa", "4242"]);
intent = await stripe.paymentIntents.capture(intent.id);
assert.deepEqual([intent.status, intent.amount_received], ["succeeded", 250]);
const sold = intent;

step("one call brings reader, PaymentIntent and charge");
const payment = "action.process_payment_intent.payment_intent";
const expand = [payment, `${payment}.latest_charge`];
reader = await stripe.terminal.readers.retrieve(READER, { expand });
const paid = reader.action.process_payment_intent.payment_intent;
assert.equal(paid.latest_charge.captured, true);

step("a declined card, then another on the same PaymentIntent");
intent = await create();
await ask(intent);
await present(NO_FUNDS);
({ action } = await readerAfterAction());
assert.deepEqual([action.status, action.failure_code], ["failed", "card_declined"]);
assert.equal(action.api_error.decline_code, "insufficient_funds");
intent = await retrieve(intent);
assert.equal(intent.status, "requires_payment_method");
assert.equal(intent.last_payment_error.type, "card_error");
assert.equal(intent.last_payment_error.decline_code, "insufficient_funds");
await ask(intent);
await present(VISA);
assert.equal((await readerAfterAction()).action.status, "succeeded");
assert.equal((await stripe.paymentIntents.capture(intent.id)).status, "succeeded");

step("the customer cancels on the reader");
intent = await create();
await ask(intent);
await onSimulator(`readers/${READER}/customer_cancel`, {});
({ action } = await readerAfterAction());
assert.deepEqual([action.status, action.failure_code], ["failed", "customer_canceled"]);
assert.equal((await retrieve(intent)).status, "requires_payment_method");

step("cancel_action, and the PaymentIntent is canceled");
await ask(intent);
assert.equal((await stripe.terminal.readers.cancelAction(READER)).action, null);
intent = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: "abandoned" });
assert.deepEqual([intent.status, intent.cancellation_reason], ["canceled", "abandoned"]);

step("a hold is released");
intent = await pay();
assert.equal(intent.amount_capturable, 250);
intent = await stripe.paymentIntents.cancel(intent.id);
assert.deepEqual([intent.status, intent.amount_capturable], ["canceled", 0]);
assert.equal((await retrieve(intent)).latest_charge.refunded, true);

step("a part is captured, the rest is released");
intent = await stripe.paymentIntents.capture((await pay()).id, { amount_to_capture: 200 });
assert.equal(intent.status, "succeeded");
assert.deepEqual([intent.amount_received, intent.amount_capturable], [200, 0]);

step("automatic capture");
const charged = await pay({ capture_method: "automatic" });
assert.deepEqual([charged.status, charged.amount_received], ["succeeded", 250]);

step("refunds, in parts and whole");
const part = { payment_intent: charged.id, amount: 100, reason: "requested_by_customer" };
const refund = await stripe.refunds.create(part);
assert.deepEqual([refund.status, refund.amount], ["succeeded", 100]);
assert.equal(refund.payment_intent, charged.id);
const rest = await stripe.refunds.create({ payment_intent: charged.id });
assert.equal(rest.amount, 150);
const refunds = await stripe.refunds.list({ payment_intent: charged.id });
assert.deepEqual(refunds.data.map(({ id }) => id), [rest.id, refund.id]);
assert.deepEqual((await stripe.refunds.retrieve(refund.id)).metadata, {});
assert.equal((await stripe.charges.retrieve(charged.latest_charge.id)).refunded, true);
await expectError("StripeInvalidRequestError", 400, "charge_already_refunded", () =>
  stripe.refunds.create({ payment_intent: charged.id }),
);
assert.equal((await stripe.refunds.create({ payment_intent: sold.id })).amount, 250);

/** The card that the reader has read; nothing is charged yet. */
async function collect(number, intent) {
  const asked = await stripe.terminal.readers.collectPaymentMethod(READER, {
    payment_intent: intent.id,
    collect_config: { enable_customer_cancellation: true, skip_tipping: true },
  });
  const { type, status } = asked.action;
  assert.deepEqual([type, status], ["collect_payment_method", "in_progress"]);
  await present(number);
  const { action } = await readerAfterAction();
  assert.deepEqual([action.type, action.status], ["collect_payment_method", "succeeded"]);
  assert.equal(action.collect_payment_method.payment_intent, intent.id);
  return action.collect_payment_method.payment_method;
}

const confirm = (intent) =>
  stripe.terminal.readers.confirmPaymentIntent(READER, { payment_intent: intent.id });

step("two steps: collect, look at the card, confirm, capture");
intent = await create();
const method = await collect(VISA, intent);
assert.deepEqual([method.object, method.type], ["payment_method", "card_present"]);
const { brand, funding, country, last4 } = method.card_present;
assert.deepEqual([brand, funding, country], ["visa", "credit", "US"]);
intent = await retrieve(intent);
assert.deepEqual([intent.status, intent.amount_capturable], ["requires_confirmation", 0]);
assert.equal(intent.latest_charge, null);
({ action } = await confirm(intent));
assert.equal(action.type, "confirm_payment_intent");
assert.equal(action.confirm_payment_intent.payment_intent, intent.id);
assert.equal((await readerAfterAction()).action.status, "succeeded");
intent = await retrieve(intent);
assert.deepEqual([intent.status, intent.amount_capturable], ["requires_capture", 250]);
assert.equal(intent.latest_charge.payment_method_details.card_present.last4, last4);
intent = await stripe.paymentIntents.capture(intent.id);
assert.deepEqual([intent.status, intent.amount_received], ["succeeded", 250]);

step("two steps: a card that is not taken is canceled unauthorized");
intent = await create();
assert.equal((await collect(PREPAID, intent)).card_present.funding, "prepaid");
assert.equal((await stripe.terminal.readers.cancelAction(READER)).action, null);
await expectError("StripeInvalidRequestError", 400, "intent_invalid_state", () => confirm(intent));
assert.equal((await stripe.paymentIntents.cancel(intent.id)).status, "canceled");
intent = await retrieve(intent);
assert.deepEqual([intent.status, intent.amount_received], ["canceled", 0]);
assert.equal(intent.latest_charge, null);

step("two steps: a card that is declined at its confirmation, then another");
intent = await create();
await collect(NO_FUNDS, intent);
await confirm(intent);
({ action } = await readerAfterAction());
assert.deepEqual([action.status, action.failure_code], ["failed", "card_declined"]);
assert.equal((await retrieve(intent)).status, "requires_payment_method");
await collect(VISA, intent);
await confirm(intent);
assert.equal((await readerAfterAction()).action.status, "succeeded");
assert.equal((await stripe.paymentIntents.capture(intent.id)).amount_received, 250);

step("Canada: one PaymentIntent takes both kinds; an Interac card is charged at the tap");
const canadian = {
  currency: "cad",
  allowed_payment_method_types: ["card_present", "interac_present"],
  capture_method: "automatic",
  payment_method_options: { card_present: { capture_method: "manual" } },
};
const onHold = await pay(canadian);
assert.deepEqual([onHold.status, onHold.amount_capturable], ["requires_capture", 250]);
assert.equal((await stripe.paymentIntents.cancel(onHold.id)).status, "canceled");
const tapped = await pay(canadian, INTERAC);
assert.deepEqual(tapped.payment_method_types, ["card_present", "interac_present"]);
assert.deepEqual([tapped.status, tapped.amount_received], ["succeeded", 250]);
const charge = tapped.latest_charge;
assert.equal(charge.payment_method_details.type, "interac_present");
assert.deepEqual([charge.captured, charge.refunded], [true, false]);

/** The reader's action after the customer has presented a card to put money back onto. */
async function refundAtReader(number, amount) {
  const asked = await stripe.terminal.readers.refundPayment(READER, {
    payment_intent: tapped.id,
    amount,
    metadata: { sale: "S9" },
    refund_payment_config: { enable_customer_cancellation: true },
  });
  const { type, status } = asked.action;
  assert.deepEqual([type, status], ["refund_payment", "in_progress"]);
  assert.equal(asked.action.refund_payment.amount, amount);
  await present(number);
  const { action } = await readerAfterAction();
  assert.equal(action.type, "refund_payment");
  return action;
}

step("Interac is refunded at the reader alone, and only onto the card that paid");
await expectError("StripeInvalidRequestError", 400, "charge_not_refundable", () =>
  stripe.refunds.create({ payment_intent: tapped.id }),
);
assert.equal((await refundAtReader(VISA, 250)).status, "failed");
assert.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 0);
for (const [amount, left] of [
  [100, 150],
  [150, 0],
]) {
  action = await refundAtReader(INTERAC, amount);
  assert.equal(action.status, "succeeded");
  const made = await stripe.refunds.retrieve(action.refund_payment.refund);
  assert.deepEqual([made.status, made.amount, made.currency], ["succeeded", amount, "cad"]);
  assert.deepEqual([made.payment_intent, made.charge], [tapped.id, charge.id]);
  assert.deepEqual(made.metadata, { sale: "S9" });
  const after = await stripe.charges.retrieve(charge.id);
  assert.deepEqual([after.amount_refunded, after.refunded], [250 - left, left === 0]);
}
assert.equal((await stripe.refunds.list({ payment_intent: tapped.id })).data.length, 2);
assert.equal((await retrieve(tapped)).status, "succeeded");

step("a cart on the reader's display");
const shown = await stripe.terminal.readers.setReaderDisplay(READER, {
  type: "cart",
  cart: {
    currency: "usd",
    tax: 20,
    total: 250,
    line_items: [
      { description: "Cola", amount: 130, quantity: 1 },
      { description: "Crisps", amount: 100, quantity: 1 },
    ],
  },
});
assert.equal(shown.action.type, "set_reader_display");
assert.equal(shown.action.set_reader_display.cart.line_items[1].description, "Crisps");
await stripe.terminal.readers.cancelAction(READER);

step("metadata of the reader, merged and removed; its label");
reader = await stripe.terminal.readers.update(READER, {
  metadata: { controller: "k1", lane: "2" },
  label: "Lobby",
});
assert.equal(reader.label, "Lobby");
assert.deepEqual(reader.metadata, { controller: "k1", lane: "2" });
reader = await stripe.terminal.readers.update(READER, { metadata: { lane: "" } });
assert.deepEqual(reader.metadata, { controller: "k1" });

step("the same idempotency key: the same PaymentIntent; with other parameters: an error");
const once = { idempotencyKey: "S7:create:1" };
const first = await stripe.paymentIntents.create(wanted, once);
const second = await stripe.paymentIntents.create(wanted, once);
assert.equal(second.id, first.id);
assert.equal(second.lastResponse.headers["idempotent-replayed"], "true");
await expectError("StripeIdempotencyError", 400, undefined, () =>
  stripe.paymentIntents.create({ ...wanted, amount: 300 }, once),
);

step("a reply is lost: the SDK repeats the call by itself, and there is one PaymentIntent");
const before = (await onSimulator("books")).payment_intents.length;
const lost = { method: "POST", path: "/v1/payment_intents", then: "drop_after" };
await onSimulator("faults", lost);
const repeated = await client("rk_test_node", 2).paymentIntents.create(wanted);
assert.equal(repeated.lastResponse.headers["idempotent-replayed"], "true");
assert.equal((await onSimulator("books")).payment_intents.length, before + 1);

step("a 500 is Stripe's last word on its key");
const fails = { method: "POST", path: "/v1/payment_intents", then: "status:500" };
await onSimulator("faults", fails);
for (let count = 0; count < 2; count += 1) {
  await expectError("StripeAPIError", 500, undefined, () =>
    stripe.paymentIntents.create(wanted, { idempotencyKey: "S8:create:1" }),
  );
}

step("lists, page by page");
const made = [];
for (let count = 0; count < 5; count += 1) made.unshift((await create()).id);
const newest = { limit: 2, created: { gte: 1 } };
const listed = await stripe.paymentIntents.list(newest);
assert.deepEqual([listed.data.length, listed.has_more], [2, true]);
const ids = [];
for await (const { id } of stripe.paymentIntents.list(newest)) ids.push(id);
assert.deepEqual(ids.slice(0, 5), made);
assert.deepEqual([ids.length, new Set(ids).size], [before + 6, before + 6]);
assert.equal(ids.at(-1), sold.id);
const back = [];
const older = { limit: 2, ending_before: ids[5] };
for await (const { id } of stripe.paymentIntents.list(older)) back.unshift(id);
assert.deepEqual(back, made);

step("a busy reader, a PaymentIntent that is over, amounts that Stripe does not take");
await ask(repeated);
await expectError("StripeInvalidRequestError", 400, "terminal_reader_busy", () => ask(first));
await stripe.terminal.readers.cancelAction(READER);
let error = await expectError("StripeInvalidRequestError", 400, "intent_invalid_state", () =>
  ask(sold),
);
assert.equal(error.payment_intent.status, "succeeded");
error = await expectError("StripeInvalidRequestError", 400, "amount_too_small", () =>
  create({ amount: 1 }),
);
assert.equal(error.param, "amount");
await expectError("StripeInvalidRequestError", 400, "payment_intent_unexpected_state", () =>
  stripe.paymentIntents.capture(first.id),
);

step("two writes at once");
await ask(first);
await present(DECLINED);
await expectError("StripeRateLimitError", 429, "lock_timeout", () =>
  stripe.paymentIntents.cancel(first.id),
);
assert.equal((await readerAfterAction()).action.failure_code, "card_declined");

step("unknown ids, a wrong key, a key without the right");
await expectError("StripeInvalidRequestError", 404, "resource_missing", () =>
  stripe.paymentIntents.retrieve("pi_none"),
);
await expectError("StripeInvalidRequestError", 404, "resource_missing", () =>
  stripe.terminal.readers.cancelAction("tmr_none"),
);
await expectError("StripeAuthenticationError", 401, undefined, () =>
  client("pk_test_wrong").terminal.readers.retrieve(READER),
);
await onSimulator("faults", { path: `/v1/terminal/readers/${READER}`, then: "status:403" });
await expectError("StripePermissionError", 403, undefined, () =>
  stripe.terminal.readers.retrieve(READER),
);

step("the books agree");
const { usd, cad } = (await onSimulator("books")).totals;
assert.deepEqual([usd.held, usd.captured, usd.refunded], [0, 1450, 500]);
assert.deepEqual([cad.held, cad.captured, cad.refunded], [0, 250, 250]);

console.log(`done: Stripe's SDK for Node, ${Stripe.PACKAGE_VERSION}, API ${Stripe.API_VERSION}`);
