# What customers read, in Spanish.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.es.texts] in the configuration.

## Nothing is under way

welcome = Bienvenidos
choose = Por favor, elija un producto.
    .short = Elija un producto.
    .tiny = Elija producto
sold-out-products = Agotado: { $products }
few-left = { $left ->
        [one] Solo queda { $left }: { $product }
       *[other] Solo quedan { $left }: { $product }
    }

## Choosing

your-choice = Su elección: { $code }
    .tiny = Elección: { $code }
type-on = Por favor, marque el código completo.
    .short = Marque el código completo.
    .tiny = Código completo
your-cart = Su carrito
    .tiny = Carrito
choose-or-pay = { $products }. Elija algo más o pulse PAY.
    .short = { $products }. ¿Algo más, o PAY?
    .tiny = ¿Más, o PAY?

## Paying

one-moment = Un momento, por favor.
    .tiny = Un momento...
reader-in-use-wait = El lector de tarjetas está ocupado. Un momento, por favor.
    .short = Lector de tarjetas ocupado. Un momento.
    .tiny = Lector ocupado
reader-updating-wait = El lector de tarjetas se está actualizando. Un momento, por favor.
    .short = Actualizando el lector. Un momento.
    .tiny = Actualizando...
no-card-now = Sin conexión. Por favor, no presente ninguna tarjeta ahora.
    .short = Sin conexión. Ahora no use tarjeta.
    .tiny = ¡No use tarjeta!
present-card = Por favor, presente su tarjeta.
    .short = Presente su tarjeta.
    .tiny = Su tarjeta
one-moment-card = { $brand } …{ $last4 }: un momento, por favor.
    .short = { $brand } …{ $last4 }
    .tiny = Un momento...
product-and-more = { $product } y { $more } más
    .tiny = { $product } +{ $more }
item-of = { $product }, { $number } de { $of }
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = Saldo insuficiente. Por favor, pruebe con otra tarjeta.
    .short = Saldo insuficiente. Pruebe otra tarjeta.
    .tiny = Pruebe otra
decline-expired = Esta tarjeta está caducada. Por favor, pruebe con otra tarjeta.
    .short = Tarjeta caducada. Pruebe otra tarjeta.
    .tiny = Caducada
decline-insert = Por favor, inserte la tarjeta en lugar de acercarla.
    .short = Por favor, inserte la tarjeta.
    .tiny = Insértela
decline-pin = El PIN era incorrecto. Por favor, inténtelo otra vez.
    .short = PIN incorrecto. Inténtelo otra vez.
    .tiny = PIN erróneo
decline-pin-often = El PIN fue incorrecto demasiadas veces. Por favor, pruebe con otra tarjeta.
    .short = Demasiados errores de PIN. Pruebe otra.
    .tiny = Pruebe otra
decline-limit = Esta tarjeta ha alcanzado su límite. Por favor, pruebe con otra tarjeta.
    .short = Límite alcanzado. Pruebe otra tarjeta.
    .tiny = Pruebe otra
decline-card = Con esta tarjeta no se puede pagar aquí. Por favor, pruebe con otra tarjeta.
    .short = Tarjeta no válida aquí. Pruebe otra.
    .tiny = Pruebe otra
decline-retry = No ha funcionado. Por favor, inténtelo otra vez.
    .short = Por favor, inténtelo otra vez.
    .tiny = Reintente
decline-any = Tarjeta rechazada. Por favor, pruebe con otra tarjeta.
    .short = Rechazada. Pruebe otra tarjeta.
    .tiny = Pruebe otra
not-taken-brand = Esta máquina no acepta { $brand }.
    .short = No se acepta { $brand }.
    .tiny = Esta tarjeta no
not-taken-card = Esta máquina no acepta esta tarjeta.
    .short = No se acepta esta tarjeta.
    .tiny = Esta tarjeta no
not-taken-credit = Esta máquina no acepta tarjetas de crédito.
    .short = No se aceptan tarjetas de crédito.
    .tiny = Tarj. crédito no
not-taken-debit = Esta máquina no acepta tarjetas de débito.
    .short = No se aceptan tarjetas de débito.
    .tiny = Tarj. débito no
not-taken-prepaid = Esta máquina no acepta tarjetas de prepago.
    .short = No se aceptan tarjetas prepago.
    .tiny = Tarj. prepago no
not-taken-kind = Esta máquina no acepta este tipo de tarjeta.
    .short = No se acepta este tipo de tarjeta.
    .tiny = Esta tarjeta no
not-taken-country = Esta máquina no acepta tarjetas de este país.
    .short = Las tarjetas de este país no se aceptan.
    .tiny = Esta tarjeta no
try-another-card = { $why } Por favor, pruebe con otra tarjeta.
    .short = { $why } Pruebe otra.
    .tiny = Pruebe otra
wait-after = { $why } Un momento, por favor.
    .short = { $why }
    .tiny = Un momento...

## Taking back

cancelling = Cancelando
time-is-up = Tiempo agotado
card-not-accepted = Tarjeta no aceptada
    .tiny = No aceptada
sorry = Lo sentimos
    .tiny = Lo sentimos
do-not-present = Por favor, no presente ninguna tarjeta.
    .short = Ahora no use tarjeta, por favor.
    .tiny = ¡No use tarjeta!

## The product

here-it-comes = Ya sale. Espere, por favor.
    .tiny = Espere...
checking = Espere, por favor. La máquina está comprobando su producto.
    .short = Espere, comprobando su producto.
    .tiny = Espere...
thank-you = ¡Muchas gracias!
paid-take = Pagado: { $amount }. Por favor, retire: { $product }.
    .short = Pagado: { $amount }. Retire: { $product }.
    .tiny = Pagado: { $amount }
products = { $count ->
        [one] { $count } producto
       *[other] { $count } productos
    }
scan-receipt = Escanee para su recibo
did-not-come = No ha salido: { $product }
    .short = El producto no ha salido
    .tiny = No ha salido
only-came = { $given ->
        [one] Lo sentimos, solo ha salido { $given } de { $of }
       *[other] Lo sentimos, solo han salido { $given } de { $of }
    }
    .short = Salida: solo { $given } de { $of }
    .tiny = Solo { $given } de { $of }

## What becomes of the money

part-will-be-released = Usted paga { $kept }. Cualquier otra retención en su tarjeta se liberará.
    .short = Usted paga { $kept }. Otras retenciones se liberarán.
    .tiny = Total: { $kept }
part-not-charged = Pagado: { $kept }. El resto no se ha cobrado.
    .short = Pagado: { $kept }. Resto no cobrado.
    .tiny = Pagado: { $kept }
part-will-be-refunded = Usted paga { $kept }. El resto se devolverá a su tarjeta.
    .short = Total: { $kept }. El resto se devolverá.
    .tiny = Total: { $kept }
part-refunded = Pagado: { $kept }. El resto se ha devuelto a su tarjeta.
    .short = Pagado: { $kept }. Resto devuelto.
    .tiny = Pagado: { $kept }
cancelled = Cancelado
vend-failed = Lo sentimos, el producto no ha salido
    .short = El producto no ha salido
    .tiny = No ha salido
went-wrong = Lo sentimos, algo ha fallado
    .short = Algo ha fallado
    .tiny = Algo ha fallado
did-not-work = Lo sentimos, no ha funcionado
    .short = No ha funcionado
    .tiny = No ha funcionado
not-charged = No se ha cobrado nada en su tarjeta.
    .short = No se ha cobrado nada.
    .tiny = No se ha cobrado
hold-will-be-released = Cualquier retención en su tarjeta se liberará.
    .short = Cualquier retención se liberará.
    .tiny = Se liberará
will-be-refunded = Su dinero se devolverá a su tarjeta.
    .short = Se le devolverá el dinero.
    .tiny = Se devolverá
refunded = Su dinero se ha devuelto a su tarjeta.
    .short = Se le ha devuelto el dinero.
    .tiny = Dinero devuelto
present-again = Presente otra vez la misma tarjeta para recuperar su dinero.
    .short = Use la misma tarjeta para la devolución.
    .tiny = Misma tarj.
owed = El operador le debe { $amount }. Por favor, anote este número: { $sale }.
    .short = Le debemos { $amount }. Anote: { $sale }
    .tiny = Debido { $amount }: { $sale }
operator-decides = El operador revisará esta compra. Por favor, anote la hora si tiene alguna pregunta.
    .short = El operador revisará esta compra.
    .tiny = Se revisará

## Not now

not-now = Ahora no
no-such-code = No hay { $code } en esta máquina.
    .short = Aquí no hay { $code }.
    .tiny = No hay { $code }
not-for-sale = { $code } no está a la venta. Por favor, elija otro producto.
    .short = { $code } no está a la venta. Elija otro.
    .tiny = { $code } no se vende
code-sold-out = { $code } está agotado. Por favor, elija otro producto.
    .short = { $code } está agotado. Elija otro.
    .tiny = { $code } agotado
code-few-left = { $left ->
        [one] Solo queda { $left } de { $code }.
       *[other] Solo quedan { $left } de { $code }.
    }
    .tiny = { $code }: solo { $left }
cart-full = Su carrito está lleno. Por favor, pague o quite algo.
    .short = Carrito lleno. Por favor, pague.
    .tiny = Carrito lleno
cart-empty = Su carrito está vacío. Por favor, elija un producto.
    .short = Carrito vacío. Elija un producto.
    .tiny = Carrito vacío
not-in-cart = No hay ningún { $code } en su carrito.
    .short = { $code } no está en su carrito.
    .tiny = { $code } no está
choose-at-machine = Por favor, elíjalo en la máquina.
    .short = Elíjalo en la máquina.
    .tiny = En la máquina
not-by-card = Este producto no se puede pagar con tarjeta.
    .short = No se puede pagar con tarjeta.
    .tiny = No con tarjeta

## Out of order

out-of-order = Fuera de servicio
    .tiny = Sin servicio
sold-out = Agotado
maintenance = La máquina está en mantenimiento.
    .short = En mantenimiento.
    .tiny = Mantenimiento
starting = La máquina se está iniciando. Un momento, por favor.
    .short = Iniciando. Un momento.
    .tiny = Iniciando...
no-connection = Sin conexión. Por favor, vuelva más tarde.
    .short = Sin conexión. Vuelva más tarde.
    .tiny = Sin conexión
reader-offline = El lector de tarjetas está sin conexión.
    .short = Lector sin conexión.
    .tiny = Lector sin línea
reader-restarting = El lector de tarjetas se está reiniciando. Estará listo en unos minutos.
    .short = Reiniciando lector: unos minutos.
    .tiny = Reiniciando...
reader-updating = El lector de tarjetas se está actualizando. Estará listo en unos minutos.
    .short = Actualizando lector: unos minutos.
    .tiny = Actualizando...
reader-in-use = El lector de tarjetas está ocupado. Un momento, por favor.
    .short = Lector de tarjetas ocupado. Un momento.
    .tiny = Lector ocupado
needs-service = La máquina necesita mantenimiento.
    .short = Necesita mantenimiento.
    .tiny = Precisa revisión
product-not-sold = Este producto no se puede vender en este momento.
    .short = Este producto no se vende ahora.
    .tiny = No se vende
nothing-left = No queda nada. Por favor, vuelva más tarde.
    .short = No queda nada. Vuelva más tarde.
    .tiny = No queda nada
not-dispensed = Este producto no se puede dispensar en este momento.
    .short = Producto no disponible ahora.
    .tiny = No disponible
last-purchase = Se está terminando la última compra.
    .short = Terminando la última compra.
    .tiny = Espere...
call = Llame al { $phone } y diga { $code }.
    .short = { $phone }, código { $code }
    .tiny = { $phone } { $code }
say-code = Código para el operador: { $code }
    .short = Código { $code }
