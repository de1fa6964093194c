// A kiosk as most people would write it: Stripe's SDK for Node and the loop of Stripe's guide to
// server-driven integrations (create, process, poll once a second), with a keypad and a dispenser on
// serial ports.
//
// Usage: node kiosk.mjs BASE READER KEYPAD DISPENSER
//
// BASE is where Stripe's API is. Node itself takes certificates from NODE_EXTRA_CA_CERTS. Run it
// where the package `stripe` can be found.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createReadStream, openSync, write } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const Stripe = createRequire(`${process.cwd()}/`)("stripe");

const [BASE, READER, KEYPAD, DISPENSER] = process.argv.slice(2);
const PRODUCTS = { A1: { name: "Cola", amount: 250, slot: "11" } };
const CUSTOMER_TIMEOUT = 60_000;
const VEND_TIMEOUT = 20_000;

const { hostname, port, protocol } = new URL(BASE);
const stripe = new Stripe("rk_test_node", {
  host: hostname,
  port,
  protocol: protocol.slice(0, -1),
  maxNetworkRetries: 2,
});

/** A serial port, line by line. */
function serialPort(path) {
  execFileSync("stty", ["-F", path, "raw", "-echo"]);
  const lines = createInterface({ input: createReadStream(path) })[Symbol.asyncIterator]();
  const out = openSync(path, "w");
  return {
    readLine: async () => (await lines.next()).value,
    writeLine: (text) => write(out, `${text}\n`, () => {}),
  };
}

const keypad = serialPort(KEYPAD);
const dispenser = serialPort(DISPENSER);

/** Polls the reader once a second, until its action is over. */
async function waitForCard() {
  const deadline = performance.now() + CUSTOMER_TIMEOUT;
  while (performance.now() < deadline) {
    await sleep(1000);
    const { action } = await stripe.terminal.readers.retrieve(READER);
    if (action && action.status !== "in_progress") return action.status === "succeeded";
  }
  await stripe.terminal.readers.cancelAction(READER);
  return false;
}

async function dispense(sale, slot) {
  dispenser.writeLine(`VEND ${sale} ${slot}`);
  const deadline = performance.now() + VEND_TIMEOUT;
  while (performance.now() < deadline) {
    if ((await dispenser.readLine()) === `DONE ${sale}`) return true;
  }
  return false;
}

async function sell({ name, amount, slot }) {
  const sale = randomUUID();
  const intent = await stripe.paymentIntents.create(
    {
      amount,
      currency: "usd",
      allowed_payment_method_types: ["card_present"],
      capture_method: "manual",
      description: name,
      metadata: { sale },
    },
    { idempotencyKey: `${sale}-create` },
  );
  await stripe.terminal.readers.processPaymentIntent(
    READER,
    { payment_intent: intent.id },
    { idempotencyKey: `${sale}-process` },
  );
  if ((await waitForCard()) && (await dispense(sale, slot))) {
    await stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: `${sale}-capture` });
  } else {
    await stripe.paymentIntents.cancel(intent.id);
  }
}

// The connection stands before the first customer comes.
await stripe.terminal.readers.retrieve(READER);
console.log("ready");
for (;;) {
  const product = PRODUCTS[await keypad.readLine()];
  if (product) await sell(product);
}
