# What customers read, in English.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.en.texts] in the configuration.

## Nothing is under way

welcome = Welcome
choose = Please choose a product.
    .short = Choose a product.
    .tiny = Choose a product
sold-out-products = Sold out: { $products }
few-left = { $left ->
        [one] Only one left: { $product }
       *[other] Only { $left } left: { $product }
    }

## Choosing

your-choice = Your choice: { $code }
    .tiny = Choice: { $code }
type-on = Please type all of its code.
    .tiny = Type all of it
your-cart = Your cart
    .tiny = Cart
choose-or-pay = { $products }. Choose more, or press PAY.
    .short = { $products }. More, or PAY?
    .tiny = More, or PAY?

## Paying

one-moment = One moment, please.
    .tiny = One moment...
reader-in-use-wait = The card reader is in use. One moment, please.
    .short = Card reader in use. One moment.
    .tiny = Reader is busy
reader-updating-wait = The card reader is updating. One moment, please.
    .short = Card reader is updating. One moment.
    .tiny = Reader updating
no-card-now = No connection. Please do not present a card now.
    .short = No connection. No card now, please.
    .tiny = No card now!
present-card = Please present your card.
    .short = Present your card.
    .tiny = Present card
one-moment-card = { $brand } …{ $last4 }: one moment, please.
    .short = { $brand } …{ $last4 }
    .tiny = One moment...
product-and-more = { $product } and { $more } more
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } of { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Not enough funds. Please try another card.
    .short = Not enough funds. Try another card.
    .tiny = Other card?
decline-expired = This card has expired. Please try another card.
    .short = Card expired. Try another card.
    .tiny = Card expired
decline-insert = Please insert the card instead of tapping it.
    .short = Please insert the card.
    .tiny = Insert card
decline-pin = That PIN was wrong. Please try once more.
    .short = Wrong PIN. Try once more.
    .tiny = Wrong PIN
decline-pin-often = The PIN was wrong too often. Please try another card.
    .short = Wrong PIN too often. Try another card.
    .tiny = Other card?
decline-limit = This card has reached its limit. Please try another card.
    .short = Card at its limit. Try another card.
    .tiny = Other card?
decline-card = This card cannot pay here. Please try another card.
    .short = Card cannot pay here. Try another.
    .tiny = Other card?
decline-retry = That did not work. Please try once more.
    .short = Please try once more.
    .tiny = Try again
decline-any = Card declined. Please try another card.
    .short = Declined. Try another card.
    .tiny = Other card?
not-taken-brand = This machine does not take { $brand }.
    .short = { $brand } is not taken.
    .tiny = Not this card
not-taken-card = This machine does not take this card.
    .short = This card is not taken.
    .tiny = Not this card
not-taken-credit = This machine does not take credit cards.
    .short = Credit cards are not taken.
    .tiny = No credit cards
not-taken-debit = This machine does not take debit cards.
    .short = Debit cards are not taken.
    .tiny = No debit cards
not-taken-prepaid = This machine does not take prepaid cards.
    .short = Prepaid cards are not taken.
    .tiny = No prepaid cards
not-taken-kind = This machine does not take this kind of card.
    .short = This kind of card is not taken.
    .tiny = Not this card
not-taken-country = This machine does not take cards of this country.
    .short = Cards of this country are not taken.
    .tiny = Not this card
try-another-card = { $why } Please try another card.
    .short = { $why } Try another.
    .tiny = Other card?
wait-after = { $why } One moment, please.
    .short = { $why }
    .tiny = One moment...

## Taking back

cancelling = Cancelling
time-is-up = Time is up
card-not-accepted = Card not accepted
    .tiny = Not accepted
sorry = We are sorry
    .tiny = Sorry
do-not-present = Please do not present a card.
    .short = No card now, please.
    .tiny = No card now!

## The product

here-it-comes = Here it comes. Please wait.
    .tiny = Please wait
checking = Please wait, the machine is checking your product.
    .short = Please wait, checking your product.
    .tiny = Please wait
thank-you = Thank you!
paid-take = { $amount } paid. Please take your { $product }.
    .short = { $amount } paid. Take your { $product }.
    .tiny = { $amount } paid
products = { $count ->
        [one] one product
       *[other] { $count } products
    }
scan-receipt = Scan for your receipt
did-not-come = { $product } did not come out
    .short = Product did not come out
    .tiny = Nothing came out
only-came = Sorry, only { $given } of { $of } came out
    .short = Only { $given } of { $of } came out
    .tiny = Only { $given } of { $of } came

## What becomes of the money

part-will-be-released = You pay { $kept }. Any further hold on your card will be released.
    .short = You pay { $kept }. Any further hold will be released.
    .tiny = You pay { $kept }
part-not-charged = { $kept } paid. The rest has not been charged.
    .short = { $kept } paid. Rest not charged.
    .tiny = { $kept } paid
part-will-be-refunded = You pay { $kept }. The rest will be refunded to your card.
    .short = You pay { $kept }. The rest is refunded.
    .tiny = You pay { $kept }
part-refunded = { $kept } paid. The rest has been refunded to your card.
    .short = { $kept } paid. The rest was refunded.
    .tiny = { $kept } paid
cancelled = Cancelled
vend-failed = Sorry, the product did not come out
    .short = Product did not come out
    .tiny = Nothing came out
went-wrong = Sorry, something went wrong
    .short = Something went wrong
    .tiny = Sorry, a fault
did-not-work = Sorry, that did not work
    .short = That did not work
    .tiny = Did not work
not-charged = Your card has not been charged.
    .short = Your card was not charged.
    .tiny = Not charged
hold-will-be-released = Any hold on your card will be released.
    .short = Any hold will be released.
    .tiny = Hold will end
will-be-refunded = Your money will be refunded to your card.
    .short = You will get your money back.
    .tiny = Refund follows
refunded = Your money has been refunded to your card.
    .short = Your money was refunded.
    .tiny = Money refunded
present-again = Present the same card again to get your money back.
    .short = Same card again for your money back.
    .tiny = Same card!
owed = The operator owes you { $amount }. Please note this number: { $sale }.
    .short = You are owed { $amount }. Note: { $sale }
    .tiny = Owed { $amount }: { $sale }
operator-decides = The operator will check this purchase. Please note the time if you have a question.
    .short = The operator will check this purchase.
    .tiny = Will be checked

## Not now

not-now = Not now
no-such-code = There is no { $code } in this machine.
    .short = There is no { $code } here.
    .tiny = No { $code } here
not-for-sale = { $code } is not for sale. Please choose another product.
    .short = { $code } is not for sale. Choose another.
    .tiny = { $code } not sold
code-sold-out = { $code } is sold out. Please choose another product.
    .short = { $code } is sold out. Choose another.
    .tiny = { $code } sold out
code-few-left = { $left ->
        [one] There is only one { $code } left.
       *[other] There are only { $left } of { $code } left.
    }
    .tiny = { $code }: { $left } left
cart-full = Your cart is full. Please pay, or take something out.
    .short = Your cart is full. Please pay.
    .tiny = Cart is full
cart-empty = Your cart is empty. Please choose a product.
    .short = Your cart is empty. Choose a product.
    .tiny = Cart is empty
not-in-cart = There is no { $code } in your cart.
    .short = No { $code } in your cart.
    .tiny = No { $code } in cart
choose-at-machine = Please choose it at the machine.
    .short = Choose it at the machine.
    .tiny = At the machine
not-by-card = This product cannot be paid by card.
    .short = It cannot be paid by card.
    .tiny = Not by card

## Out of order

out-of-order = Out of order
sold-out = Sold out
maintenance = The machine is being serviced.
    .short = Being serviced.
    .tiny = Being serviced
starting = The machine is starting. One moment, please.
    .short = Starting. One moment.
    .tiny = Starting...
no-connection = No connection. Please come back later.
    .short = No connection. Come back later.
    .tiny = No connection
reader-offline = The card reader is offline.
    .short = Card reader offline.
    .tiny = Reader offline
reader-restarting = The card reader is restarting. It is back in a few minutes.
    .short = Card reader restarts: some minutes.
    .tiny = Reader restarts
reader-updating = The card reader is updating. It is back in a few minutes.
    .short = Card reader is updating: some minutes.
    .tiny = Reader updating
reader-in-use = The card reader is in use. One moment, please.
    .short = Card reader in use. One moment.
    .tiny = Reader is busy
needs-service = The machine needs service.
    .short = Needs service.
    .tiny = Needs service
product-not-sold = This product cannot be sold at the moment.
    .short = This product is not sold now.
    .tiny = Not sold now
nothing-left = Nothing is left. Please come back later.
    .short = Nothing left. Come back later.
    .tiny = Nothing left
not-dispensed = This product cannot be dispensed at the moment.
    .short = This product is not to be had now.
    .tiny = Not to be had
last-purchase = The last purchase is being finished.
    .short = Finishing the last purchase.
    .tiny = Please wait
call = Call { $phone } and say { $code }.
    .short = { $phone }, code { $code }
    .tiny = { $phone } { $code }
say-code = Code for the operator: { $code }
    .short = Code { $code }
