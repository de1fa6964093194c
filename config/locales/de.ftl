# What customers read, in German.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.de.texts] in the configuration.

## Nothing is under way

welcome = Willkommen
choose = Bitte wählen Sie ein Produkt.
    .short = Bitte Produkt wählen.
    .tiny = Produkt wählen
sold-out-products = Ausverkauft: { $products }
few-left = { $left ->
        [one] Nur noch 1 Stück: { $product }
       *[other] Nur noch { $left } Stück: { $product }
    }

## Choosing

your-choice = Ihre Auswahl: { $code }
    .tiny = Auswahl: { $code }
type-on = Bitte geben Sie den ganzen Code ein.
    .short = Bitte ganzen Code eingeben.
    .tiny = Code ergänzen
your-cart = Ihr Warenkorb
    .tiny = Warenkorb
choose-or-pay = { $products }. Wählen Sie weiter oder drücken Sie PAY.
    .short = { $products }. Noch etwas oder PAY?
    .tiny = Mehr oder PAY?

## Paying

one-moment = Einen Moment bitte.
    .tiny = Moment bitte...
reader-in-use-wait = Der Kartenleser ist belegt. Einen Moment bitte.
    .short = Kartenleser belegt. Einen Moment bitte.
    .tiny = Leser belegt
reader-updating-wait = Der Kartenleser wird aktualisiert. Einen Moment bitte.
    .short = Kartenleser-Update. Einen Moment bitte.
    .tiny = Leser-Update...
no-card-now = Keine Verbindung. Bitte halten Sie jetzt keine Karte an den Kartenleser.
    .short = Keine Verbindung. Jetzt keine Karte.
    .tiny = Keine Karte!
present-card = Bitte halten Sie Ihre Karte an den Kartenleser.
    .short = Bitte Karte vorhalten.
    .tiny = Karte bitte
one-moment-card = { $brand } …{ $last4 }: einen Moment bitte.
    .short = { $brand } …{ $last4 }
    .tiny = Moment bitte...
product-and-more = { $more ->
        [one] { $product } und { $more } weiteres
       *[other] { $product } und { $more } weitere
    }
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } von { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Das Guthaben reicht nicht aus. Bitte versuchen Sie es mit einer anderen Karte.
    .short = Zu wenig Guthaben. Andere Karte bitte.
    .tiny = Andre Karte
decline-expired = Diese Karte ist abgelaufen. Bitte versuchen Sie es mit einer anderen Karte.
    .short = Karte abgelaufen. Andere Karte bitte.
    .tiny = Abgelaufen
decline-insert = Bitte stecken Sie die Karte ein, statt sie vorzuhalten.
    .short = Bitte Karte einstecken.
    .tiny = Einstecken
decline-pin = Die PIN war falsch. Bitte versuchen Sie es noch einmal.
    .short = PIN falsch. Bitte noch einmal.
    .tiny = PIN falsch
decline-pin-often = Die PIN war zu oft falsch. Bitte versuchen Sie es mit einer anderen Karte.
    .short = PIN zu oft falsch. Andere Karte bitte.
    .tiny = Andre Karte
decline-limit = Diese Karte hat ihr Limit erreicht. Bitte versuchen Sie es mit einer anderen Karte.
    .short = Limit erreicht. Andere Karte bitte.
    .tiny = Andre Karte
decline-card = Mit dieser Karte können Sie hier nicht bezahlen. Bitte versuchen Sie es mit einer anderen Karte.
    .short = Geht hier nicht. Andere Karte bitte.
    .tiny = Andre Karte
decline-retry = Das hat nicht funktioniert. Bitte versuchen Sie es noch einmal.
    .short = Bitte noch einmal versuchen.
    .tiny = Noch einmal
decline-any = Karte abgelehnt. Bitte versuchen Sie es mit einer anderen Karte.
    .short = Abgelehnt. Andere Karte bitte.
    .tiny = Andre Karte
not-taken-brand = Dieser Automat akzeptiert { $brand } nicht.
    .short = { $brand } wird nicht akzeptiert.
    .tiny = Karte geht nicht
not-taken-card = Dieser Automat akzeptiert diese Karte nicht.
    .short = Diese Karte wird nicht akzeptiert.
    .tiny = Karte geht nicht
not-taken-credit = Dieser Automat akzeptiert keine Kreditkarten.
    .short = Kreditkarten werden nicht akzeptiert.
    .tiny = Keine Kreditk.
not-taken-debit = Dieser Automat akzeptiert keine Debitkarten.
    .short = Debitkarten werden nicht akzeptiert.
    .tiny = Keine Debitkarte
not-taken-prepaid = Dieser Automat akzeptiert keine Prepaidkarten.
    .short = Prepaidkarten werden nicht akzeptiert.
    .tiny = Kein Prepaid
not-taken-kind = Dieser Automat akzeptiert diese Kartenart nicht.
    .short = Diese Kartenart wird nicht akzeptiert.
    .tiny = Karte geht nicht
not-taken-country = Dieser Automat akzeptiert keine Karten aus diesem Land.
    .short = Karten aus diesem Land gehen nicht.
    .tiny = Karte geht nicht
try-another-card = { $why } Bitte versuchen Sie es mit einer anderen Karte.
    .short = { $why } Andere Karte bitte.
    .tiny = Andre Karte
wait-after = { $why } Einen Moment bitte.
    .short = { $why }
    .tiny = Moment bitte...

## Taking back

cancelling = Wird abgebrochen
time-is-up = Zeit abgelaufen
card-not-accepted = Karte nicht akzeptiert
    .tiny = Nicht akzeptiert
sorry = Es tut uns leid
    .tiny = Tut uns leid
do-not-present = Bitte halten Sie keine Karte an den Kartenleser.
    .short = Bitte jetzt keine Karte.
    .tiny = Keine Karte!

## The product

here-it-comes = Ausgabe läuft. Bitte warten Sie.
    .tiny = Bitte warten
checking = Bitte warten Sie, der Automat prüft Ihr Produkt.
    .short = Bitte warten, wir prüfen Ihr Produkt.
    .tiny = Bitte warten
thank-you = Vielen Dank!
paid-take = { $amount } bezahlt. Bitte entnehmen Sie: { $product }.
    .short = { $amount } bezahlt. Bitte entnehmen: { $product }.
    .tiny = { $amount } bezahlt
products = { $count ->
        [one] { $count } Produkt
       *[other] { $count } Produkte
    }
scan-receipt = Für Ihren Beleg scannen
did-not-come = Nicht ausgegeben: { $product }
    .short = Produkt nicht ausgegeben
    .tiny = Keine Ausgabe
only-came = Leider nur { $given } von { $of } ausgegeben
    .short = Nur { $given } von { $of } ausgegeben
    .tiny = Nur { $given } von { $of }

## What becomes of the money

part-will-be-released = Sie zahlen { $kept }. Eine etwaige weitere Reservierung auf Ihrer Karte wird freigegeben.
    .short = Sie zahlen { $kept }. Weitere Reservierung wird freigegeben.
    .tiny = Betrag: { $kept }
part-not-charged = { $kept } bezahlt. Der Rest wurde nicht abgebucht.
    .short = { $kept } bezahlt. Rest nicht abgebucht.
    .tiny = { $kept } bezahlt
part-will-be-refunded = Sie zahlen { $kept }. Der Rest wird auf Ihre Karte erstattet.
    .short = Sie zahlen { $kept }. Rest wird erstattet.
    .tiny = Betrag: { $kept }
part-refunded = { $kept } bezahlt. Der Rest wurde auf Ihre Karte erstattet.
    .short = { $kept } bezahlt. Rest wurde erstattet.
    .tiny = { $kept } bezahlt
cancelled = Abgebrochen
vend-failed = Das Produkt wurde leider nicht ausgegeben
    .short = Produkt nicht ausgegeben
    .tiny = Keine Ausgabe
went-wrong = Leider ist etwas schiefgegangen
    .short = Etwas ging schief
    .tiny = Leider Störung
did-not-work = Das hat leider nicht funktioniert
    .short = Hat nicht funktioniert
    .tiny = Das ging nicht
not-charged = Ihre Karte wurde nicht belastet.
    .short = Karte wurde nicht belastet.
    .tiny = Nicht belastet
hold-will-be-released = Eine etwaige Reservierung auf Ihrer Karte wird freigegeben.
    .short = Etwaige Reservierung wird freigegeben.
    .tiny = Wird freigegeben
will-be-refunded = Ihr Geld wird auf Ihre Karte erstattet.
    .short = Sie erhalten Ihr Geld zurück.
    .tiny = Wird erstattet
refunded = Ihr Geld wurde auf Ihre Karte erstattet.
    .short = Ihr Geld wurde erstattet.
    .tiny = Geld erstattet
present-again = Halten Sie bitte dieselbe Karte noch einmal an den Kartenleser, um Ihr Geld zurückzubekommen.
    .short = Geld zurück: bitte dieselbe Karte.
    .tiny = Selbe Karte
owed = Der Betreiber schuldet Ihnen { $amount }. Bitte notieren Sie diese Nummer: { $sale }.
    .short = Ihnen stehen { $amount } zu. Notieren: { $sale }
    .tiny = Sie bekommen { $amount }: { $sale }
operator-decides = Der Betreiber wird diesen Kauf prüfen. Bitte notieren Sie die Uhrzeit, falls Sie eine Frage haben.
    .short = Der Betreiber prüft diesen Kauf.
    .tiny = Wird geprüft

## Not now

not-now = Jetzt nicht
no-such-code = { $code } gibt es in diesem Automaten nicht.
    .short = { $code } gibt es hier nicht.
    .tiny = { $code } unbekannt
not-for-sale = { $code } steht nicht zum Verkauf. Bitte wählen Sie ein anderes Produkt.
    .short = { $code } nicht im Verkauf. Bitte neu wählen.
    .tiny = { $code } geht nicht
code-sold-out = { $code } ist ausverkauft. Bitte wählen Sie ein anderes Produkt.
    .short = { $code } ist ausverkauft. Bitte neu wählen.
    .tiny = { $code } ausverkauft
code-few-left = { $left ->
        [one] Von { $code } ist nur noch 1 Stück da.
       *[other] Von { $code } sind nur noch { $left } Stück da.
    }
    .tiny = { $code }: noch { $left }
cart-full = Ihr Warenkorb ist voll. Bitte bezahlen Sie oder nehmen Sie etwas heraus.
    .short = Warenkorb ist voll. Bitte bezahlen.
    .tiny = Warenkorb voll
cart-empty = Ihr Warenkorb ist leer. Bitte wählen Sie ein Produkt.
    .short = Warenkorb ist leer. Bitte wählen.
    .tiny = Warenkorb leer
not-in-cart = { $code } ist nicht in Ihrem Warenkorb.
    .short = { $code } nicht im Warenkorb.
    .tiny = { $code } nicht drin
choose-at-machine = Bitte wählen Sie es am Automaten.
    .short = Bitte am Automaten wählen.
    .tiny = Am Automaten
not-by-card = Dieses Produkt kann nicht mit Karte bezahlt werden.
    .short = Nicht mit Karte bezahlbar.
    .tiny = Nicht mit Karte

## Out of order

out-of-order = Außer Betrieb
sold-out = Ausverkauft
maintenance = Der Automat wird gerade gewartet.
    .short = Wird gerade gewartet.
    .tiny = In Wartung
starting = Der Automat startet. Einen Moment bitte.
    .short = Startet. Einen Moment bitte.
    .tiny = Startet...
no-connection = Keine Verbindung. Bitte kommen Sie später wieder.
    .short = Keine Verbindung. Bitte später wieder.
    .tiny = Keine Verbindung
reader-offline = Der Kartenleser ist offline.
    .short = Kartenleser offline.
    .tiny = Leser offline
reader-restarting = Der Kartenleser startet neu. Er ist in wenigen Minuten wieder bereit.
    .short = Kartenleser startet neu: einige Minuten.
    .tiny = Leser-Neustart
reader-updating = Der Kartenleser wird aktualisiert. Er ist in wenigen Minuten wieder bereit.
    .short = Kartenleser-Update: einige Minuten.
    .tiny = Leser-Update
reader-in-use = Der Kartenleser ist belegt. Einen Moment bitte.
    .short = Kartenleser belegt. Einen Moment bitte.
    .tiny = Leser belegt
needs-service = Der Automat muss gewartet werden.
    .short = Wartung erforderlich.
    .tiny = Wartung nötig
product-not-sold = Dieses Produkt kann zurzeit nicht verkauft werden.
    .short = Produkt wird zurzeit nicht verkauft.
    .tiny = Nicht im Verkauf
nothing-left = Es ist nichts mehr da. Bitte kommen Sie später wieder.
    .short = Nichts mehr da. Bitte später wieder.
    .tiny = Nichts mehr da
not-dispensed = Dieses Produkt kann zurzeit nicht ausgegeben werden.
    .short = Produkt zurzeit nicht erhältlich.
    .tiny = Nicht erhältlich
last-purchase = Der letzte Kauf wird noch abgeschlossen.
    .short = Letzter Kauf wird abgeschlossen.
    .tiny = Bitte warten
call = Bitte rufen Sie { $phone } an und nennen Sie { $code }.
    .short = { $phone }, Code { $code }
    .tiny = { $phone } { $code }
say-code = Code für den Betreiber: { $code }
    .short = Code { $code }
