# What customers read, in French.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.fr.texts] in the configuration.

## Nothing is under way

welcome = Bienvenue
choose = Veuillez choisir un produit.
    .short = Choisissez un produit.
    .tiny = Votre choix ?
sold-out-products = Épuisé : { $products }
few-left = Plus que { $left } : { $product }

## Choosing

your-choice = Votre choix : { $code }
    .tiny = Choix : { $code }
type-on = Veuillez saisir le code en entier.
    .short = Saisissez tout le code.
    .tiny = Saisir la suite
your-cart = Votre panier
    .tiny = Panier
choose-or-pay = { $products }. Choisissez autre chose ou appuyez sur PAY.
    .short = { $products }. Autre chose, ou PAY ?
    .tiny = Autre, ou PAY ?

## Paying

one-moment = Un instant, s'il vous plaît.
    .tiny = Un instant...
reader-in-use-wait = Le lecteur de cartes est occupé. Un instant, s'il vous plaît.
    .short = Lecteur de cartes occupé. Un instant.
    .tiny = Lecteur occupé
reader-updating-wait = Le lecteur de cartes se met à jour. Un instant, s'il vous plaît.
    .short = Mise à jour du lecteur. Un instant.
    .tiny = Mise à jour...
no-card-now = Pas de connexion. Veuillez ne pas présenter de carte pour l'instant.
    .short = Pas de connexion. Pas de carte, SVP.
    .tiny = Pas de carte !
present-card = Veuillez présenter votre carte.
    .short = Présentez votre carte.
    .tiny = Votre carte
one-moment-card = { $brand } …{ $last4 } : un instant, s'il vous plaît.
    .short = { $brand } …{ $last4 }
    .tiny = Un instant...
product-and-more = { $more ->
        [one] { $product } et { $more } autre
       *[other] { $product } et { $more } autres
    }
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } sur { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Fonds insuffisants. Veuillez essayer une autre carte.
    .short = Fonds insuffisants. Autre carte, SVP.
    .tiny = Autre carte
decline-expired = Cette carte est expirée. Veuillez essayer une autre carte.
    .short = Carte expirée. Autre carte, SVP.
    .tiny = Expirée
decline-insert = Veuillez insérer la carte au lieu de la passer sans contact.
    .short = Veuillez insérer la carte.
    .tiny = Insérez-la
decline-pin = Le code PIN était incorrect. Veuillez réessayer.
    .short = Code PIN incorrect. Réessayez.
    .tiny = PIN erroné
decline-pin-often = Trop de codes PIN incorrects. Veuillez essayer une autre carte.
    .short = Trop d'erreurs PIN. Autre carte, SVP.
    .tiny = Autre carte
decline-limit = Cette carte a atteint son plafond. Veuillez essayer une autre carte.
    .short = Plafond atteint. Autre carte, SVP.
    .tiny = Autre carte
decline-card = Cette carte ne permet pas de payer ici. Veuillez essayer une autre carte.
    .short = Carte inutilisable ici. Une autre, SVP.
    .tiny = Autre carte
decline-retry = Cela n'a pas fonctionné. Veuillez réessayer.
    .short = Veuillez réessayer.
    .tiny = Réessayez
decline-any = Carte refusée. Veuillez essayer une autre carte.
    .short = Carte refusée. Autre carte, SVP.
    .tiny = Autre carte
not-taken-brand = Ce distributeur n'accepte pas { $brand }.
    .short = Cartes { $brand } non acceptées.
    .tiny = Pas cette carte
not-taken-card = Ce distributeur n'accepte pas cette carte.
    .short = Cette carte n'est pas acceptée.
    .tiny = Pas cette carte
not-taken-credit = Ce distributeur n'accepte pas les cartes de crédit.
    .short = Cartes de crédit non acceptées.
    .tiny = Pas cette carte
not-taken-debit = Ce distributeur n'accepte pas les cartes de débit.
    .short = Cartes de débit non acceptées.
    .tiny = Pas cette carte
not-taken-prepaid = Ce distributeur n'accepte pas les cartes prépayées.
    .short = Cartes prépayées non acceptées.
    .tiny = Pas de prépayées
not-taken-kind = Ce distributeur n'accepte pas ce type de carte.
    .short = Ce type de carte n'est pas accepté.
    .tiny = Pas cette carte
not-taken-country = Ce distributeur n'accepte pas les cartes de ce pays.
    .short = Cartes de ce pays non acceptées.
    .tiny = Pas cette carte
try-another-card = { $why } Veuillez essayer une autre carte.
    .short = { $why } Autre carte, SVP.
    .tiny = Autre carte
wait-after = { $why } Un instant, s'il vous plaît.
    .short = { $why }
    .tiny = Un instant...

## Taking back

cancelling = Annulation en cours
    .tiny = Annulation...
time-is-up = Temps écoulé
card-not-accepted = Carte non acceptée
    .tiny = Non acceptée
sorry = Nous sommes désolés
    .tiny = Désolés
do-not-present = Veuillez ne pas présenter de carte.
    .short = Pas de carte, SVP.
    .tiny = Pas de carte !

## The product

here-it-comes = Distribution en cours. Veuillez patienter.
    .tiny = Patientez SVP
checking = Veuillez patienter, le distributeur vérifie votre produit.
    .short = Vérification du produit, patientez.
    .tiny = Patientez SVP
thank-you = Merci !
paid-take = Payé : { $amount }. Veuillez retirer : { $product }.
    .short = Payé : { $amount }. Retirez : { $product }.
    .tiny = Payé : { $amount }
products = { $count ->
        [one] { $count } produit
       *[other] { $count } produits
    }
scan-receipt = Scannez pour votre reçu
did-not-come = Non distribué : { $product }
    .short = Produit non distribué
    .tiny = Rien n'est sorti
only-came = Désolés, il n'en est sorti que { $given } sur { $of }
    .short = Il n'en est sorti que { $given } sur { $of }
    .tiny = Sorti : { $given } sur { $of }

## What becomes of the money

part-will-be-released = Vous payez { $kept }. Toute autre somme réservée sur votre carte sera libérée.
    .short = Vous payez { $kept }. Toute autre réserve sera libérée.
    .tiny = Total : { $kept }
part-not-charged = Payé : { $kept }. Le reste n'a pas été débité.
    .short = Payé : { $kept }. Reste non débité.
    .tiny = Payé : { $kept }
part-will-be-refunded = Vous payez { $kept }. Le reste sera remboursé sur votre carte.
    .short = Total : { $kept }. Le reste sera remboursé.
    .tiny = Total : { $kept }
part-refunded = Payé : { $kept }. Le reste a été remboursé sur votre carte.
    .short = Payé : { $kept }. Reste remboursé.
    .tiny = Payé : { $kept }
cancelled = Annulé
vend-failed = Désolés, le produit n'est pas sorti
    .short = Le produit n'est pas sorti
    .tiny = Rien n'est sorti
went-wrong = Désolés, un problème est survenu
    .short = Un problème est survenu
    .tiny = Un problème
did-not-work = Désolés, cela n'a pas fonctionné
    .short = Cela n'a pas fonctionné
    .tiny = Cela a échoué
not-charged = Votre carte n'a pas été débitée.
    .short = Carte non débitée.
    .tiny = Non débitée
hold-will-be-released = Toute somme réservée sur votre carte sera libérée.
    .short = Toute somme réservée sera libérée.
    .tiny = Sera libérée
will-be-refunded = Votre paiement sera remboursé sur votre carte.
    .short = Votre paiement sera remboursé.
    .tiny = Sera remboursé
refunded = Votre paiement a été remboursé sur votre carte.
    .short = Votre paiement a été remboursé.
    .tiny = Remboursé
present-again = Présentez à nouveau la même carte pour récupérer votre argent.
    .short = Même carte à nouveau pour remboursement.
    .tiny = Même carte
owed = L'exploitant vous doit { $amount }. Veuillez noter ce numéro : { $sale }.
    .short = On vous doit { $amount }. Notez : { $sale }
    .tiny = Dû { $amount } : { $sale }
operator-decides = L'exploitant vérifiera cet achat. Veuillez noter l'heure si vous avez une question.
    .short = L'exploitant vérifiera cet achat.
    .tiny = Sera vérifié

## Not now

not-now = Pas maintenant
no-such-code = Il n'y a pas de { $code } dans ce distributeur.
    .short = Il n'y a pas de { $code } ici.
    .tiny = Pas de { $code } ici
not-for-sale = { $code } n'est pas en vente. Veuillez choisir un autre produit.
    .short = { $code } n'est pas en vente. Autre choix ?
    .tiny = { $code } pas en vente
code-sold-out = { $code } est épuisé. Veuillez choisir un autre produit.
    .short = { $code } est épuisé. Autre choix ?
    .tiny = { $code } épuisé
code-few-left = { $left ->
        [one] { $code } : il n'en reste qu'un.
       *[other] { $code } : il n'en reste que { $left }.
    }
    .tiny = { $code } : reste { $left }
cart-full = Votre panier est plein. Veuillez payer ou retirer un article.
    .short = Votre panier est plein. Payez, SVP.
    .tiny = Panier plein
cart-empty = Votre panier est vide. Veuillez choisir un produit.
    .short = Votre panier est vide. Votre choix ?
    .tiny = Panier vide
not-in-cart = Il n'y a pas de { $code } dans votre panier.
    .short = Pas de { $code } dans votre panier.
    .tiny = { $code } : pas dedans
choose-at-machine = Veuillez le choisir sur le distributeur.
    .short = Choisissez-le sur le distributeur.
    .tiny = Sur la machine
not-by-card = Ce produit ne peut pas être payé par carte.
    .short = Produit non payable par carte.
    .tiny = Pas par carte

## Out of order

out-of-order = Hors service
sold-out = Épuisé
maintenance = Le distributeur est en maintenance.
    .short = En maintenance.
    .tiny = En maintenance
starting = Le distributeur démarre. Un instant, s'il vous plaît.
    .short = Démarrage. Un instant.
    .tiny = Démarrage...
no-connection = Pas de connexion. Veuillez revenir plus tard.
    .short = Pas de connexion. Revenez plus tard.
    .tiny = Pas de connexion
reader-offline = Le lecteur de cartes est hors ligne.
    .short = Lecteur hors ligne.
    .tiny = Lecteur offline
reader-restarting = Le lecteur de cartes redémarre. Il sera de retour dans quelques minutes.
    .short = Redémarrage lecteur, quelques minutes.
    .tiny = Redémarrage...
reader-updating = Le lecteur de cartes se met à jour. Il sera de retour dans quelques minutes.
    .short = Mise à jour lecteur, quelques minutes.
    .tiny = Mise à jour...
reader-in-use = Le lecteur de cartes est occupé. Un instant, s'il vous plaît.
    .short = Lecteur de cartes occupé. Un instant.
    .tiny = Lecteur occupé
needs-service = Le distributeur nécessite un entretien.
    .short = Entretien nécessaire.
    .tiny = Entretien requis
product-not-sold = Ce produit ne peut pas être vendu pour le moment.
    .short = Produit pas en vente actuellement.
    .tiny = Pas en vente
nothing-left = Il ne reste plus rien. Veuillez revenir plus tard.
    .short = Plus rien. Revenez plus tard.
    .tiny = Plus rien
not-dispensed = Ce produit ne peut pas être distribué pour le moment.
    .short = Produit indisponible actuellement.
    .tiny = Indisponible
last-purchase = Le dernier achat est en train de se terminer.
    .short = Le dernier achat se termine.
    .tiny = Patientez SVP
call = Appelez le { $phone } et indiquez { $code }.
    .short = { $phone }, code { $code }
    .tiny = { $phone } { $code }
say-code = Code pour l'exploitant : { $code }
    .short = Code { $code }
