"""A kiosk as most people would write it: Stripe's SDK for Python and the loop of Stripe's guide to
server-driven integrations (create, process, poll once a second), with a keypad and a dispenser on
serial ports.

Usage: kiosk.py BASE READER KEYPAD DISPENSER

BASE is where Stripe's API is. With STRIPE_CA_BUNDLE set, that file's certificates are trusted.
"""

import os
import sys
import time
import tty
import uuid

import stripe

BASE, READER, KEYPAD, DISPENSER = sys.argv[1:]
PRODUCTS = {"A1": ("Cola", 250, "11")}
CUSTOMER_TIMEOUT = 60
VEND_TIMEOUT = 20


def serial_port(path):
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    return open(port, "r+b", buffering=0)


def read_line(port):
    return port.readline().decode().strip()


if "STRIPE_CA_BUNDLE" in os.environ:
    stripe.ca_bundle_path = os.environ["STRIPE_CA_BUNDLE"]
v1 = stripe.StripeClient(
    "rk_test_python", base_addresses={"api": BASE}, max_network_retries=2
).v1
keypad = serial_port(KEYPAD)
dispenser = serial_port(DISPENSER)


def wait_for_card():
    """Polls the reader once a second, until its action is over."""
    deadline = time.monotonic() + CUSTOMER_TIMEOUT
    while time.monotonic() < deadline:
        time.sleep(1)
        action = v1.terminal.readers.retrieve(READER).action
        if action is not None and action.status != "in_progress":
            return action.status == "succeeded"
    v1.terminal.readers.cancel_action(READER)
    return False


def dispense(sale, slot):
    dispenser.write(f"VEND {sale} {slot}\n".encode())
    deadline = time.monotonic() + VEND_TIMEOUT
    while time.monotonic() < deadline:
        if read_line(dispenser) == f"DONE {sale}":
            return True
    return False


def sell(name, amount, slot):
    sale = uuid.uuid4().hex
    intent = v1.payment_intents.create(
        params={
            "amount": amount,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
            "capture_method": "manual",
            "description": name,
            "metadata": {"sale": sale},
        },
        options={"idempotency_key": f"{sale}-create"},
    )
    v1.terminal.readers.process_payment_intent(
        READER,
        params={"payment_intent": intent.id},
        options={"idempotency_key": f"{sale}-process"},
    )
    if wait_for_card() and dispense(sale, slot):
        v1.payment_intents.capture(
            intent.id, options={"idempotency_key": f"{sale}-capture"}
        )
    else:
        v1.payment_intents.cancel(intent.id)


# The connection stands before the first customer comes.
v1.terminal.readers.retrieve(READER)
print("ready", flush=True)
while True:
    code = read_line(keypad)
    if code in PRODUCTS:
        sell(*PRODUCTS[code])
