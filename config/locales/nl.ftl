# What customers read, in Dutch.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.nl.texts] in the configuration.

## Nothing is under way

welcome = Welkom
choose = Kies alstublieft een product.
    .short = Kies een product.
    .tiny = Kies een product
sold-out-products = Uitverkocht: { $products }
few-left = { $left ->
        [one] Nog maar één over: { $product }
       *[other] Nog maar { $left } over: { $product }
    }

## Choosing

your-choice = Uw keuze: { $code }
    .tiny = Keuze: { $code }
type-on = Toets alstublieft de hele code in.
    .short = Toets de hele code in.
    .tiny = Hele code graag
your-cart = Uw mandje
    .tiny = Mandje
choose-or-pay = { $products }. Kies nog iets of druk op PAY.
    .short = { $products }. Nog iets, of PAY?
    .tiny = Meer, of PAY?

## Paying

one-moment = Een moment alstublieft.
    .tiny = Een moment...
reader-in-use-wait = De kaartlezer is in gebruik. Een moment alstublieft.
    .short = Kaartlezer in gebruik. Een moment.
    .tiny = Lezer bezet
reader-updating-wait = De kaartlezer wordt bijgewerkt. Een moment alstublieft.
    .short = Kaartlezer-update. Een moment.
    .tiny = Lezer-update...
no-card-now = Geen verbinding. Bied nu alstublieft geen kaart aan.
    .short = Geen verbinding. Nu geen kaart a.u.b.
    .tiny = Nu geen kaart!
present-card = Bied alstublieft uw kaart aan.
    .short = Bied uw kaart aan.
    .tiny = Kaart graag
one-moment-card = { $brand } …{ $last4 }: een moment alstublieft.
    .short = { $brand } …{ $last4 }
    .tiny = Een moment...
product-and-more = { $product } en nog { $more }
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } van { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Onvoldoende saldo. Probeer alstublieft een andere kaart.
    .short = Onvoldoende saldo. Andere kaart a.u.b.
    .tiny = Andere pas?
decline-expired = Deze kaart is verlopen. Probeer alstublieft een andere kaart.
    .short = Kaart is verlopen. Andere kaart a.u.b.
    .tiny = Verlopen
decline-insert = Steek de kaart alstublieft in de lezer in plaats van contactloos te betalen.
    .short = Steek de kaart in de lezer.
    .tiny = Kaart erin
decline-pin = De pincode was onjuist. Probeer het alstublieft nog een keer.
    .short = Pincode onjuist. Probeer het opnieuw.
    .tiny = PIN onjuist
decline-pin-often = De pincode was te vaak onjuist. Probeer alstublieft een andere kaart.
    .short = PIN te vaak onjuist. Andere kaart a.u.b.
    .tiny = Andere pas?
decline-limit = Deze kaart heeft de limiet bereikt. Probeer alstublieft een andere kaart.
    .short = Kaartlimiet bereikt. Andere kaart a.u.b.
    .tiny = Andere pas?
decline-card = Met deze kaart kunt u hier niet betalen. Probeer alstublieft een andere kaart.
    .short = Kaart kan hier niet. Andere kaart a.u.b.
    .tiny = Andere pas?
decline-retry = Dat is niet gelukt. Probeer het alstublieft nog een keer.
    .short = Probeer het nog een keer.
    .tiny = Nog eens
decline-any = Kaart geweigerd. Probeer alstublieft een andere kaart.
    .short = Geweigerd. Andere kaart a.u.b.
    .tiny = Andere pas?
not-taken-brand = Deze automaat accepteert geen { $brand }.
    .short = { $brand } wordt niet geaccepteerd.
    .tiny = Niet deze kaart
not-taken-card = Deze automaat accepteert deze kaart niet.
    .short = Deze kaart wordt niet geaccepteerd.
    .tiny = Niet deze kaart
not-taken-credit = Deze automaat accepteert geen creditcards.
    .short = Creditcards worden niet geaccepteerd.
    .tiny = Geen creditcards
not-taken-debit = Deze automaat accepteert geen debitcards.
    .short = Debitcards worden niet geaccepteerd.
    .tiny = Geen debitcards
not-taken-prepaid = Deze automaat accepteert geen prepaidkaarten.
    .short = Prepaidkaarten niet geaccepteerd.
    .tiny = Geen prepaid
not-taken-kind = Deze automaat accepteert dit soort kaarten niet.
    .short = Dit kaarttype wordt niet geaccepteerd.
    .tiny = Niet deze kaart
not-taken-country = Deze automaat accepteert geen kaarten uit dit land.
    .short = Geen kaarten uit dit land.
    .tiny = Niet deze kaart
try-another-card = { $why } Probeer alstublieft een andere kaart.
    .short = { $why } Andere kaart a.u.b.
    .tiny = Andere pas?
wait-after = { $why } Een moment alstublieft.
    .short = { $why }
    .tiny = Een moment...

## Taking back

cancelling = Bezig met annuleren
    .tiny = Annuleren...
time-is-up = De tijd is om
card-not-accepted = Kaart niet geaccepteerd
    .tiny = Niet aanvaard
sorry = Het spijt ons
    .tiny = Excuses
do-not-present = Bied alstublieft geen kaart aan.
    .short = Nu geen kaart a.u.b.
    .tiny = Nu geen kaart!

## The product

here-it-comes = Het komt eraan. Even geduld alstublieft.
    .tiny = Even geduld...
checking = Even geduld alstublieft, de automaat controleert uw product.
    .short = Even geduld: productcontrole.
    .tiny = Even geduld...
thank-you = Dank u wel!
paid-take = { $amount } betaald. Neem alstublieft uw { $product }.
    .short = { $amount } betaald. Neem uw { $product }.
    .tiny = { $amount } betaald
products = { $count ->
        [one] { $count } product
       *[other] { $count } producten
    }
scan-receipt = Scan voor uw bon
did-not-come = Niet uitgegeven: { $product }
    .short = Product niet uitgegeven
    .tiny = Niets uitgegeven
only-came = Helaas, slechts { $given } van { $of } uitgegeven
    .short = Slechts { $given } van { $of } uitgegeven
    .tiny = Maar { $given } van { $of }

## What becomes of the money

part-will-be-released = U betaalt { $kept }. Een eventuele verdere reservering op uw kaart wordt vrijgegeven.
    .short = U betaalt { $kept }. Verdere reservering wordt vrijgegeven.
    .tiny = U betaalt { $kept }
part-not-charged = { $kept } betaald. De rest is niet afgeschreven.
    .short = { $kept } betaald. Rest niet afgeschreven.
    .tiny = { $kept } betaald
part-will-be-refunded = U betaalt { $kept }. De rest wordt terugbetaald op uw kaart.
    .short = U betaalt { $kept }. Rest krijgt u terug.
    .tiny = U betaalt { $kept }
part-refunded = { $kept } betaald. De rest is terugbetaald op uw kaart.
    .short = { $kept } betaald. Rest is terugbetaald.
    .tiny = { $kept } betaald
cancelled = Geannuleerd
vend-failed = Helaas, het product is niet uitgegeven
    .short = Product niet uitgegeven
    .tiny = Niets uitgegeven
went-wrong = Helaas, er ging iets mis
    .short = Er ging iets mis
    .tiny = Er ging iets mis
did-not-work = Helaas, dat is niet gelukt
    .short = Dat is niet gelukt
    .tiny = Niet gelukt
not-charged = Er is niets van uw kaart afgeschreven.
    .short = Er is niets afgeschreven.
    .tiny = Niets afgeboekt
hold-will-be-released = Een eventuele reservering op uw kaart wordt vrijgegeven.
    .short = Elke reservering wordt vrijgegeven.
    .tiny = Bedrag komt vrij
will-be-refunded = Uw geld wordt terugbetaald op uw kaart.
    .short = U krijgt uw geld terug.
    .tiny = Geld komt terug
refunded = Uw geld is terugbetaald op uw kaart.
    .short = Uw geld is terugbetaald.
    .tiny = Terugbetaald
present-again = Bied dezelfde kaart nogmaals aan om uw geld terug te krijgen.
    .short = Zelfde kaart voor uw geld terug.
    .tiny = Zelfde pas
owed = De exploitant is u { $amount } verschuldigd. Noteer alstublieft dit nummer: { $sale }.
    .short = U heeft { $amount } tegoed. Noteer: { $sale }
    .tiny = Tegoed { $amount }: { $sale }
operator-decides = De exploitant zal deze aankoop controleren. Noteer alstublieft de tijd als u een vraag heeft.
    .short = De exploitant kijkt dit na.
    .tiny = Wordt nagekeken

## Not now

not-now = Nu niet
no-such-code = Er is geen { $code } in deze automaat.
    .short = Er is hier geen { $code }.
    .tiny = Geen { $code } hier
not-for-sale = { $code } is niet te koop. Kies alstublieft een ander product.
    .short = { $code } is niet te koop. Kies iets anders.
    .tiny = { $code } niet te koop
code-sold-out = { $code } is uitverkocht. Kies alstublieft een ander product.
    .short = { $code } is uitverkocht. Kies iets anders.
    .tiny = { $code } uitverkocht
code-few-left = { $left ->
        [one] Er is nog maar één { $code } over.
       *[other] Er zijn nog maar { $left } van { $code } over.
    }
    .tiny = { $code }: nog { $left }
cart-full = Uw mandje is vol. Betaal alstublieft of haal er iets uit.
    .short = Uw mandje is vol. Betaal a.u.b.
    .tiny = Mandje is vol
cart-empty = Uw mandje is leeg. Kies alstublieft een product.
    .short = Uw mandje is leeg. Kies een product.
    .tiny = Mandje is leeg
not-in-cart = Er zit geen { $code } in uw mandje.
    .short = Geen { $code } in uw mandje.
    .tiny = { $code } niet erin
choose-at-machine = Kies dit alstublieft op de automaat.
    .short = Kies dit op de automaat.
    .tiny = Op de automaat
not-by-card = Dit product kunt u niet met een kaart betalen.
    .short = Niet met kaart te betalen.
    .tiny = Niet met kaart

## Out of order

out-of-order = Buiten gebruik
sold-out = Uitverkocht
maintenance = De automaat is in onderhoud.
    .short = In onderhoud.
    .tiny = In onderhoud
starting = De automaat start op. Een moment alstublieft.
    .short = Start op. Een moment.
    .tiny = Start op...
no-connection = Geen verbinding. Kom alstublieft later terug.
    .short = Geen verbinding. Kom later terug.
    .tiny = Geen verbinding
reader-offline = De kaartlezer is offline.
    .short = Kaartlezer offline.
    .tiny = Lezer offline
reader-restarting = De kaartlezer start opnieuw op. Over een paar minuten werkt hij weer.
    .short = Kaartlezer herstart: een paar minuten.
    .tiny = Lezer herstart
reader-updating = De kaartlezer wordt bijgewerkt. Over een paar minuten werkt hij weer.
    .short = Kaartlezer-update: een paar minuten.
    .tiny = Lezer-update
reader-in-use = De kaartlezer is in gebruik. Een moment alstublieft.
    .short = Kaartlezer in gebruik. Een moment.
    .tiny = Lezer bezet
needs-service = De automaat heeft onderhoud nodig.
    .short = Onderhoud nodig.
    .tiny = Onderhoud nodig
product-not-sold = Dit product kan op dit moment niet worden verkocht.
    .short = Dit product is nu niet te koop.
    .tiny = Nu niet te koop
nothing-left = Alles is op. Kom alstublieft later terug.
    .short = Alles is op. Kom later terug.
    .tiny = Alles is op
not-dispensed = Dit product kan op dit moment niet worden uitgegeven.
    .short = Dit product is nu niet leverbaar.
    .tiny = Niet leverbaar
last-purchase = De laatste aankoop wordt afgerond.
    .short = Laatste aankoop wordt afgerond.
    .tiny = Even geduld...
call = Bel { $phone } en noem { $code }.
    .short = { $phone }, code { $code }
    .tiny = { $phone } { $code }
say-code = Code voor de exploitant: { $code }
    .short = Code { $code }
