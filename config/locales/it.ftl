# What customers read, in Italian.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.it.texts] in the configuration.

## Nothing is under way

welcome = Benvenuti
choose = Si prega di scegliere un prodotto.
    .short = Scegliere un prodotto.
    .tiny = Scelta prodotto
sold-out-products = Esaurito: { $products }
few-left = { $left ->
        [one] Ne resta solo { $left }: { $product }
       *[other] Ne restano solo { $left }: { $product }
    }

## Choosing

your-choice = La sua scelta: { $code }
    .tiny = Scelta: { $code }
type-on = Si prega di digitare il codice completo.
    .short = Digitare tutto il codice.
    .tiny = Codice completo
your-cart = Il suo carrello
    .tiny = Carrello
choose-or-pay = { $products }. Scegliere altro o premere PAY.
    .short = { $products }. Altro, o PAY?
    .tiny = Altro, o PAY?

## Paying

one-moment = Un momento, prego.
    .tiny = Un momento...
reader-in-use-wait = Il lettore di carte è occupato. Un momento, prego.
    .short = Lettore occupato. Un momento, prego.
    .tiny = Lettore occupato
reader-updating-wait = Il lettore di carte è in aggiornamento. Un momento, prego.
    .short = Aggiornamento lettore. Un momento.
    .tiny = Aggiornamento...
no-card-now = Nessuna connessione. Si prega di non presentare carte adesso.
    .short = Nessuna connessione. Niente carta ora.
    .tiny = Niente carta!
present-card = Si prega di presentare la carta.
    .short = Presentare la carta.
    .tiny = Carta prego
one-moment-card = { $brand } …{ $last4 }: un momento, prego.
    .short = { $brand } …{ $last4 }
    .tiny = Un momento...
product-and-more = { $more ->
        [one] { $product } e { $more } altro
       *[other] { $product } e altri { $more }
    }
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } di { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Fondi insufficienti. Si prega di provare un'altra carta.
    .short = Fondi insufficienti. Altra carta, prego.
    .tiny = Altra carta
decline-expired = Questa carta è scaduta. Si prega di provare un'altra carta.
    .short = Carta scaduta. Altra carta, prego.
    .tiny = Scaduta
decline-insert = Si prega di inserire la carta invece di avvicinarla.
    .short = Inserire la carta, prego.
    .tiny = Inserirla
decline-pin = Il PIN era errato. Si prega di riprovare.
    .short = PIN errato. Riprovare, prego.
    .tiny = PIN errato
decline-pin-often = Il PIN era errato troppe volte. Si prega di provare un'altra carta.
    .short = Troppi PIN errati. Altra carta, prego.
    .tiny = Altra carta
decline-limit = Questa carta ha raggiunto il suo limite. Si prega di provare un'altra carta.
    .short = Limite raggiunto. Altra carta, prego.
    .tiny = Altra carta
decline-card = Con questa carta non si può pagare qui. Si prega di provare un'altra carta.
    .short = Non valida qui. Altra carta, prego.
    .tiny = Altra carta
decline-retry = Non ha funzionato. Si prega di riprovare.
    .short = Si prega di riprovare.
    .tiny = Riprovare
decline-any = Carta rifiutata. Si prega di provare un'altra carta.
    .short = Rifiutata. Altra carta, prego.
    .tiny = Altra carta
not-taken-brand = Questo distributore non accetta { $brand }.
    .short = Non si accetta { $brand }.
    .tiny = Non questa carta
not-taken-card = Questo distributore non accetta questa carta.
    .short = Questa carta non è accettata.
    .tiny = Non questa carta
not-taken-credit = Questo distributore non accetta carte di credito.
    .short = Carte di credito non accettate.
    .tiny = No carte credito
not-taken-debit = Questo distributore non accetta carte di debito.
    .short = Carte di debito non accettate.
    .tiny = No carte debito
not-taken-prepaid = Questo distributore non accetta carte prepagate.
    .short = Carte prepagate non accettate.
    .tiny = No prepagate
not-taken-kind = Questo distributore non accetta questo tipo di carta.
    .short = Tipo di carta non accettato.
    .tiny = Non questa carta
not-taken-country = Questo distributore non accetta carte di questo paese.
    .short = Carte di questo paese non accettate.
    .tiny = Non questa carta
try-another-card = { $why } Si prega di provare un'altra carta.
    .short = { $why } Altra carta, prego.
    .tiny = Altra carta
wait-after = { $why } Un momento, prego.
    .short = { $why }
    .tiny = Un momento...

## Taking back

cancelling = Annullamento in corso
    .tiny = Annullamento...
time-is-up = Tempo scaduto
card-not-accepted = Carta non accettata
    .tiny = Non accettata
sorry = Siamo spiacenti
    .tiny = Spiacenti
do-not-present = Si prega di non presentare carte.
    .short = Niente carta ora, prego.
    .tiny = Niente carta!

## The product

here-it-comes = Erogazione in corso. Attendere, prego.
    .tiny = Attendere prego
checking = Attendere, prego: il distributore sta controllando il prodotto.
    .short = Attendere, controllo del prodotto.
    .tiny = Attendere prego
thank-you = Grazie!
paid-take = Pagato: { $amount }. Si prega di ritirare: { $product }.
    .short = Pagato: { $amount }. Ritirare: { $product }.
    .tiny = Pagato: { $amount }
products = { $count ->
        [one] { $count } prodotto
       *[other] { $count } prodotti
    }
scan-receipt = Scansionare per la ricevuta
did-not-come = Non erogato: { $product }
    .short = Prodotto non erogato
    .tiny = Nulla è uscito
only-came = Spiacenti, prodotti erogati: solo { $given } di { $of }
    .short = Erogati: solo { $given } di { $of }
    .tiny = Solo { $given } di { $of }

## What becomes of the money

part-will-be-released = Lei paga { $kept }. Ogni altra somma bloccata sulla carta sarà sbloccata.
    .short = Lei paga { $kept }. Altre somme saranno sbloccate.
    .tiny = Lei paga { $kept }
part-not-charged = Pagato: { $kept }. L'importo restante non è stato addebitato.
    .short = Pagato { $kept }. Resto non addebitato.
    .tiny = Pagato: { $kept }
part-will-be-refunded = Lei paga { $kept }. L'importo restante sarà rimborsato sulla carta.
    .short = Lei paga { $kept }. Il resto sarà reso.
    .tiny = Lei paga { $kept }
part-refunded = Pagato: { $kept }. L'importo restante è stato rimborsato sulla carta.
    .short = Pagato { $kept }. Resto rimborsato.
    .tiny = Pagato: { $kept }
cancelled = Annullato
vend-failed = Spiacenti, il prodotto non è uscito
    .short = Il prodotto non è uscito
    .tiny = Nulla è uscito
went-wrong = Spiacenti, qualcosa è andato storto
    .short = Qualcosa è andato storto
    .tiny = Scusi, un errore
did-not-work = Spiacenti, non ha funzionato
    .short = Non ha funzionato
    .tiny = Non riuscito
not-charged = Sulla sua carta non è stato addebitato nulla.
    .short = Nessun addebito sulla carta.
    .tiny = Nessun addebito
hold-will-be-released = Ogni somma bloccata sulla carta sarà sbloccata.
    .short = Ogni somma bloccata sarà sbloccata.
    .tiny = Sarà sbloccata
will-be-refunded = Il suo denaro sarà rimborsato sulla carta.
    .short = Il denaro sarà rimborsato.
    .tiny = Sarà rimborsato
refunded = Il suo denaro è stato rimborsato sulla carta.
    .short = Il denaro è stato rimborsato.
    .tiny = Rimborsato
present-again = Presentare di nuovo la stessa carta per riavere il denaro.
    .short = Per il rimborso, la stessa carta.
    .tiny = Stessa card
owed = Il gestore le deve { $amount }. Si prega di annotare questo numero: { $sale }.
    .short = Le dobbiamo { $amount }. Annotare: { $sale }
    .tiny = Dovuto { $amount }: { $sale }
operator-decides = Il gestore verificherà questo acquisto. Si prega di annotare l'ora in caso di domande.
    .short = Il gestore farà una verifica.
    .tiny = Sarà verificato

## Not now

not-now = Non ora
no-such-code = In questo distributore non c'è { $code }.
    .short = Qui non c'è { $code }.
    .tiny = { $code } non c'è
not-for-sale = { $code } non è in vendita. Si prega di scegliere un altro prodotto.
    .short = { $code } non è in vendita. Altra scelta?
    .tiny = { $code } non si vende
code-sold-out = { $code } è esaurito. Si prega di scegliere un altro prodotto.
    .short = { $code } è esaurito. Altra scelta?
    .tiny = { $code } esaurito
code-few-left = { $left ->
        [one] Di { $code } ne resta solo { $left }.
       *[other] Di { $code } ne restano solo { $left }.
    }
    .tiny = { $code }: solo { $left }
cart-full = Il suo carrello è pieno. Si prega di pagare o di togliere qualcosa.
    .short = Carrello pieno. Pagare, prego.
    .tiny = Carrello pieno
cart-empty = Il suo carrello è vuoto. Si prega di scegliere un prodotto.
    .short = Carrello vuoto. Fare una scelta.
    .tiny = Carrello vuoto
not-in-cart = Nel suo carrello non c'è { $code }.
    .short = { $code } non è nel carrello.
    .tiny = { $code } non c'è
choose-at-machine = Si prega di sceglierlo sul distributore.
    .short = Sceglierlo sul distributore.
    .tiny = Sulla macchina
not-by-card = Questo prodotto non si può pagare con carta.
    .short = Non si può pagare con carta.
    .tiny = Non con carta

## Out of order

out-of-order = Fuori servizio
sold-out = Esaurito
maintenance = Il distributore è in manutenzione.
    .short = In manutenzione.
    .tiny = In manutenzione
starting = Il distributore si sta avviando. Un momento, prego.
    .short = In avvio. Un momento.
    .tiny = In avvio...
no-connection = Nessuna connessione. Si prega di tornare più tardi.
    .short = Nessuna connessione. Tornare più tardi.
    .tiny = Non connesso
reader-offline = Il lettore di carte è offline.
    .short = Lettore di carte offline.
    .tiny = Lettore offline
reader-restarting = Il lettore di carte si sta riavviando. Sarà di nuovo pronto tra qualche minuto.
    .short = Riavvio del lettore: qualche minuto.
    .tiny = Lettore: riavvio
reader-updating = Il lettore di carte è in aggiornamento. Sarà di nuovo pronto tra qualche minuto.
    .short = Aggiornamento lettore: pochi min.
    .tiny = Aggiornamento...
reader-in-use = Il lettore di carte è occupato. Un momento, prego.
    .short = Lettore occupato. Un momento, prego.
    .tiny = Lettore occupato
needs-service = Il distributore ha bisogno di manutenzione.
    .short = Manutenzione necessaria.
    .tiny = Serve assistenza
product-not-sold = Questo prodotto al momento non può essere venduto.
    .short = Prodotto ora non in vendita.
    .tiny = Non in vendita
nothing-left = Non c'è più nulla. Si prega di tornare più tardi.
    .short = Non c'è più nulla. Tornare più tardi.
    .tiny = Più nulla
not-dispensed = Questo prodotto al momento non può essere erogato.
    .short = Prodotto ora non disponibile.
    .tiny = Non disponibile
last-purchase = L'ultimo acquisto è in fase di completamento.
    .short = Si completa l'ultimo acquisto.
    .tiny = Attendere prego
call = Chiamare il numero { $phone } e comunicare { $code }.
    .short = { $phone }, codice { $code }
    .tiny = { $phone } { $code }
say-code = Codice per il gestore: { $code }
    .short = Codice { $code }
