# What customers read, in Japanese.
#
# A message may have shorter wordings: .short for small displays, .tiny for two rows of sixteen
# characters. The fullest that fits is shown. Of any of these an operator may write another:
# [language.ja.texts] in the configuration.

## Nothing is under way

welcome = いらっしゃいませ
    .tiny = イラッシャイマセ
choose = ご希望の 商品を お選び ください。
    .short = 商品を お選び ください。
    .tiny = オエラビ クダサイ
sold-out-products = 売り切れ: { $products }
    .tiny = ウリキレ: { $products }
few-left = { $left ->
       *[other] 残り{ $left }点のみ: { $product }
    }
    .tiny = ノコリ{ $left }: { $product }

## Choosing

your-choice = お選びの 番号: { $code }
    .tiny = センタク: { $code }
type-on = 番号を 最後まで 入力して ください。
    .tiny = ツヅキヲ ニュウリョク
your-cart = お買い物カート
    .tiny = カート
choose-or-pay = { $products }。 続けて お選び いただくか、 PAYを 押して ください。
    .short = { $products }。 追加 または PAY?
    .tiny = ツイカ マタハ PAY

## Paying

one-moment = 少々 お待ち ください。
    .tiny = オマチ クダサイ
reader-in-use-wait = カードリーダーは 使用中です。 少々 お待ち ください。
    .short = リーダー使用中です。 お待ち ください。
    .tiny = リーダー シヨウチュウ
reader-updating-wait = カードリーダーを 更新して います。 少々 お待ち ください。
    .short = リーダー更新中です。 お待ち ください。
    .tiny = リーダー コウシンチュウ
no-card-now = 通信できません。 今は まだ カードを かざさないで ください。
    .short = 通信できません。 かざさないで ください。
    .tiny = カード カザサナイデ
present-card = カードを 読み取り部に かざして ください。
    .short = カードを かざして ください。
    .tiny = カード カザス
one-moment-card = { $brand } ...{ $last4 }: 少々 お待ち ください。
    .short = { $brand } ...{ $last4 }
    .tiny = オマチ クダサイ
product-and-more = { $product } ほか{ $more }点
    .tiny = { $product } +{ $more }
item-of = { $product }、 { $of }点中 { $number }点目
    .tiny = { $product } { $number }/{ $of }

## Cards that do not pay

decline-funds = 残高が 不足して います。 別のカードを お試し ください。
    .short = 残高不足です。 別のカードを お試し ください。
    .tiny = ベツノ カード
decline-expired = このカードは 有効期限が 切れて います。 別のカードを お試し ください。
    .short = 期限切れです。 別のカードを お試し ください。
    .tiny = キゲンギレ
decline-insert = カードを かざさずに、 差し込んで ください。
    .short = カードを 差し込んで ください。
    .tiny = カード ソウニュウ
decline-pin = 暗証番号が 違います。 もう一度 お試し ください。
    .short = 暗証番号が 違います。 もう一度 どうぞ。
    .tiny = PIN チガイマス
decline-pin-often = 暗証番号を 間違えた 回数が 多すぎます。 別のカードを お試し ください。
    .short = 番号誤りが 多すぎます。 別のカードを どうぞ。
    .tiny = ベツノ カード
decline-limit = このカードは 利用限度に 達して います。 別のカードを お試し ください。
    .short = 利用限度です。 別のカードを お試し ください。
    .tiny = ベツノ カード
decline-card = このカードは ここでは ご利用に なれません。 別のカードを お試し ください。
    .short = ここでは 使えません。 別のカードを どうぞ。
    .tiny = ベツノ カード
decline-retry = うまく いきませんでした。 もう一度 お試し ください。
    .short = もう一度 お試し ください。
    .tiny = モウイチド
decline-any = カードが 承認 されませんでした。 別のカードを お試し ください。
    .short = 承認されません。 別のカードを どうぞ。
    .tiny = ベツノ カード
not-taken-brand = { $brand }は 本機では ご利用に なれません。
    .short = { $brand }は ご利用に なれません。
    .tiny = コノ カードハ ツカエマセン
not-taken-card = このカードは 本機では ご利用に なれません。
    .short = このカードは ご利用に なれません。
    .tiny = コノ カードハ ツカエマセン
not-taken-credit = クレジットカードは 本機では ご利用に なれません。
    .short = クレジットカードは ご利用に なれません。
    .tiny = クレジットハ ツカエマセン
not-taken-debit = デビットカードは 本機では ご利用に なれません。
    .short = デビットカードは ご利用に なれません。
    .tiny = デビットハ ツカエマセン
not-taken-prepaid = プリペイドカードは 本機では ご利用に なれません。
    .short = プリペイドカードは ご利用に なれません。
    .tiny = プリペイドハ ツカエマセン
not-taken-kind = この種類のカードは 本機では ご利用に なれません。
    .short = この種類のカードは ご利用に なれません。
    .tiny = コノ カードハ ツカエマセン
not-taken-country = この発行国のカードは 本機では ご利用に なれません。
    .short = この発行国のカードは ご利用に なれません。
    .tiny = コノ カードハ ツカエマセン
try-another-card = { $why } 別のカードを お試し ください。
    .short = { $why } 別のカードを どうぞ。
    .tiny = ベツノ カード
wait-after = { $why } 少々 お待ち ください。
    .short = { $why }
    .tiny = オマチ クダサイ

## Taking back

cancelling = 取り消し中です
    .tiny = トリケシチュウ
time-is-up = 時間切れです
    .tiny = ジカンギレデス
card-not-accepted = カードを お受けできません
    .tiny = カード ツカエマセン
sorry = 申し訳 ございません
    .tiny = モウシワケ アリマセン
do-not-present = カードを かざさないで ください。
    .short = 今は かざさないで ください。
    .tiny = カード カザサナイデ

## The product

here-it-comes = 商品を お出しして います。 お待ち ください。
    .tiny = オマチ クダサイ
checking = 機械が 商品を 確認して います。 少々 お待ち ください。
    .short = 商品を 確認中です。 お待ち ください。
    .tiny = オマチ クダサイ
thank-you = ありがとう ございました
    .tiny = アリガトウ ゴザイマス
paid-take = { $amount }を お支払い いただきました。 { $product }を お取り ください。
    .short = { $amount } 支払い済み。 { $product }を お取り ください。
    .tiny = { $amount } シハライズミ
products = { $count ->
       *[other] 商品{ $count }点
    }
    .tiny = { $count }テン
scan-receipt = 領収書は こちらを 読み取って ください
    .short = 領収書は こちら
    .tiny = レシートハ スキャン
did-not-come = { $product }が 出ませんでした
    .short = 商品が 出ませんでした
    .tiny = ショウヒン デマセンデシタ
only-came = 申し訳 ございません、 { $of }点中 { $given }点しか 出ませんでした
    .short = { $of }点中 { $given }点しか 出ませんでした
    .tiny = { $given }/{ $of } ダケ デマシタ

## What becomes of the money

part-will-be-released = お支払いは { $kept }です。 カードの 残りの 仮押さえが あれば、 解除されます。
    .short = お支払いは { $kept }です。 残りの 仮押さえは 解除されます。
    .tiny = シハライ { $kept }
part-not-charged = { $kept }を お支払い いただきました。 残りは 請求されて いません。
    .short = { $kept } 支払い済み。 残りの 請求は ありません。
    .tiny = { $kept } シハライズミ
part-will-be-refunded = お支払いは { $kept }です。 残りは お使いのカードに 返金されます。
    .short = お支払いは { $kept }です。 残りは 返金されます。
    .tiny = シハライ { $kept }
part-refunded = { $kept }を お支払い いただきました。 残りは お使いのカードに 返金されました。
    .short = { $kept } 支払い済み。 残りは 返金済みです。
    .tiny = { $kept } シハライズミ
cancelled = 取り消しました
    .tiny = トリケシマシタ
vend-failed = 申し訳 ございません、 商品が 出ませんでした
    .short = 商品が 出ませんでした
    .tiny = ショウヒン デマセンデシタ
went-wrong = 申し訳 ございません、 問題が 発生しました
    .short = 問題が 発生しました
    .tiny = モンダイ ハッセイ
did-not-work = 申し訳 ございません、 うまく いきませんでした
    .short = うまく いきませんでした
    .tiny = デキマセンデシタ
not-charged = カードへの 請求は 行われて いません。
    .short = カードに 請求されて いません。
    .tiny = セイキュウ シテイマセン
hold-will-be-released = カードの 仮押さえが あれば、 解除されます。
    .short = 仮押さえが あれば 解除されます。
    .tiny = カリオサエ カイジョシマス
will-be-refunded = 代金は お使いのカードに 返金されます。
    .short = 代金は 返金されます。
    .tiny = ヘンキン サレマス
refunded = 代金は お使いのカードに 返金されました。
    .short = 代金は 返金されました。
    .tiny = ヘンキンズミ
present-again = 返金の ため、 同じカードを もう一度 かざして ください。
    .short = 返金には 同じカードを もう一度 どうぞ。
    .tiny = オナジ カード
owed = 運営者から お客様への 未払いが { $amount } あります。 この番号を お控え ください: { $sale }
    .short = お客様への 未払い { $amount }。 番号: { $sale }
    .tiny = ヘンキン { $amount } バンゴウ { $sale }
operator-decides = 運営者が このご購入を 確認します。 ご質問が ある 場合は、 時刻を お控え ください。
    .short = 運営者が ご購入を 確認します。
    .tiny = カクニン シマス

## Not now

not-now = 今は できません
    .tiny = イマハ デキマセン
no-such-code = { $code }は 本機に ありません。
    .short = { $code }は ありません。
    .tiny = { $code }ハ アリマセン
not-for-sale = { $code }は 販売して いません。 別の 商品を お選び ください。
    .short = { $code }は 販売して いません。 別の 商品を どうぞ。
    .tiny = { $code } ハンバイナシ
code-sold-out = { $code }は 売り切れです。 別の 商品を お選び ください。
    .short = { $code }は 売り切れです。 別の 商品を どうぞ。
    .tiny = { $code } ウリキレ
code-few-left = { $left ->
       *[other] { $code }は 残り{ $left }点しか ありません。
    }
    .tiny = { $code } ノコリ{ $left }
cart-full = カートが いっぱいです。 お支払いに なるか、 商品を 減らして ください。
    .short = カートが いっぱいです。 お支払い ください。
    .tiny = カート イッパイ
cart-empty = カートは 空です。 商品を お選び ください。
    .short = カートは 空です。 商品を どうぞ。
    .tiny = カートハ カラデス
not-in-cart = カートに { $code }は 入って いません。
    .short = { $code }は 入って いません。
    .tiny = { $code }ハ アリマセン
choose-at-machine = この商品は 機械で お選び ください。
    .short = 機械で お選び ください。
    .tiny = キカイデ センタク
not-by-card = カードでは この商品を お支払い いただけません。
    .short = カードでは 購入できません。
    .tiny = カードデハ カエマセン

## Out of order

out-of-order = 休止中です
    .tiny = キュウシチュウ
sold-out = 売り切れ
    .tiny = ウリキレ
maintenance = 機械を 点検して います。
    .short = 点検中です。
    .tiny = テンケンチュウ
starting = 機械を 起動して います。 少々 お待ち ください。
    .short = 起動中です。 お待ち ください。
    .tiny = キドウチュウ
no-connection = 通信できません。 後ほど もう一度 お越し ください。
    .short = 通信できません。 後ほど お越し ください。
    .tiny = ツウシン デキマセン
reader-offline = カードリーダーが 接続されて いません。
    .short = リーダー未接続です。
    .tiny = リーダー オフライン
reader-restarting = カードリーダーを 再起動して います。 数分で 使えるように なります。
    .short = リーダー再起動中です。 数分 かかります。
    .tiny = リーダー サイキドウ
reader-updating = カードリーダーを 更新して います。 数分で 使えるように なります。
    .short = リーダー更新中です。 数分 かかります。
    .tiny = リーダー コウシンチュウ
reader-in-use = カードリーダーは 使用中です。 少々 お待ち ください。
    .short = リーダー使用中です。 お待ち ください。
    .tiny = リーダー シヨウチュウ
needs-service = 機械の 点検が 必要です。
    .short = 点検が 必要です。
    .tiny = テンケン ヒツヨウ
product-not-sold = この商品は ただ今 販売できません。
    .short = ただ今 販売できません。
    .tiny = ハンバイ デキマセン
nothing-left = 商品が 残って いません。 後ほど もう一度 お越し ください。
    .short = 商品が ありません。 後ほど お越し ください。
    .tiny = ショウヒン アリマセン
not-dispensed = この商品は ただ今 お出しできません。
    .short = ただ今 お出しできません。
    .tiny = オダシ デキマセン
last-purchase = 前の ご購入の 処理を 終えて います。
    .short = 前の 購入を 処理中です。
    .tiny = オマチ クダサイ
call = { $phone }に お電話の うえ、 { $code }と お伝え ください。
    .short = { $phone }、 コード{ $code }
    .tiny = { $phone } バンゴウ { $code }
say-code = 運営者用コード: { $code }
    .short = コード { $code }
    .tiny = バンゴウ { $code }
