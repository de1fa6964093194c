//! What customers may have to read: a dozen views in two languages, made up here. Those that kioskd
//! says stand in its own tests; these are for how any words look.

use kioskd::display::words::{Countdown, Mood, Phrase, Words};

/// All words of one language, by name.
pub(crate) fn all(language: &str) -> Vec<(&'static str, Words)> {
    match language {
        "ja" => japanese(),
        _ => english(),
    }
}

fn words(mood: Mood, headline: &[&str], line: &[&str]) -> Words {
    Words::new(mood, phrase(headline), phrase(line))
}

fn phrase(wordings: &[&str]) -> Phrase {
    let first = Phrase::new(wordings[0]);
    wordings[1..].iter().fold(first, |phrase, wording| phrase.or(*wording))
}

fn countdown(left: u64, of: u64) -> Countdown {
    Countdown { left, of }
}

fn receipt() -> String {
    let path = "CAcaFwoVYWNjdF8xTTJKVGtMa2RJd0h1N2l4KJ3u1sYGMgbtY3h2rPw6LBZ0";
    format!("https://pay.stripe.com/receipts/payment/{path}")
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn english() -> Vec<(&'static str, Words)> {
    use Mood::{Asking, Closed, Glad, Inviting, Sorry, Waiting};
    vec![
        (
            "idle",
            Words {
                note: Some(phrase(&["Help: 030 1234567, machine 4711", "030 1234567"])),
                ..words(
                    Inviting,
                    &["Welcome!"],
                    &["Please type the number of a product.", "Type a number."],
                )
            },
        ),
        (
            "choosing",
            Words {
                countdown: Some(countdown(18, 20)),
                ..words(Inviting, &["A1_"], &["Type the rest of the number.", "Type on."])
            },
        ),
        (
            "connecting",
            Words {
                price: Some("€2.50".to_owned()),
                ..words(Waiting, &["Cola"], &["One moment, please."])
            },
        ),
        (
            "present-card",
            Words {
                price: Some("€2.50".to_owned()),
                countdown: Some(countdown(42, 60)),
                ..words(
                    Asking,
                    &["Cola"],
                    &["Please present your card at the reader.", "Present your card."],
                )
            },
        ),
        (
            "present-card-again",
            Words {
                price: Some("€12.50".to_owned()),
                countdown: Some(countdown(117, 120)),
                ..words(
                    Sorry,
                    &["Sparkling mineral water 0.5 l", "Sparkling water", "Water"],
                    &[
                        "Card declined: not enough funds. Please try another card.",
                        "Declined. Try another card.",
                    ],
                )
            },
        ),
        (
            "authorizing",
            words(
                Waiting,
                &["Authorizing"],
                &["Please leave your card at the reader.", "Leave the card."],
            ),
        ),
        (
            "dispensing",
            words(Waiting, &["Cola, 1 of 3"], &["Your product is coming.", "It is coming."]),
        ),
        (
            "thank-you",
            Words {
                link: Some(receipt()),
                countdown: Some(countdown(25, 30)),
                ..words(
                    Glad,
                    &["Thank you!"],
                    &["€2.50 paid. Please take your product.", "Take your product."],
                )
            },
        ),
        (
            "thank-you-short-link",
            Words {
                link: Some("HTTPS://K.DE/R/4711".to_owned()),
                ..words(Glad, &["Thank you!", "Thanks!"], &["Receipt: scan.", "Receipt"])
            },
        ),
        (
            "not-charged",
            words(
                Sorry,
                &["Sorry, something went wrong", "Sorry"],
                &["Your card has not been charged.", "Not charged."],
            ),
        ),
        (
            "released",
            words(
                Sorry,
                &["Sorry, only 2 of 3 came out", "Sorry, 2 of 3"],
                &[
                    "You pay €4.50. Any further hold on your card will be released.",
                    "You pay €4.50. The rest will be released.",
                ],
            ),
        ),
        (
            "out-of-order",
            Words {
                note: Some(phrase(&[
                    "Please call 030 1234567 and tell the code READER-OFFLINE.",
                    "030 1234567: READER-OFFLINE",
                ])),
                ..words(
                    Closed,
                    &["Out of order"],
                    &["The card reader is offline.", "Reader offline."],
                )
            },
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn japanese() -> Vec<(&'static str, Words)> {
    use Mood::{Asking, Closed, Glad, Inviting, Sorry, Waiting};
    vec![
        (
            "idle",
            Words {
                note: Some(phrase(&["お問い合わせ： 030 1234567、 機械番号 4711", "030 1234567"])),
                ..words(
                    Inviting,
                    &["いらっしゃいませ", "ようこそ"],
                    &["商品の 番号を 押して ください。", "番号を どうぞ。"],
                )
            },
        ),
        (
            "choosing",
            Words {
                countdown: Some(countdown(18, 20)),
                ..words(Inviting, &["A1_"], &["続けて 番号を 押して ください。", "番号の 続きを。"])
            },
        ),
        (
            "connecting",
            Words {
                price: Some("￥250".to_owned()),
                ..words(Waiting, &["コーラ"], &["少々 お待ち ください。"])
            },
        ),
        (
            "present-card",
            Words {
                price: Some("￥250".to_owned()),
                countdown: Some(countdown(42, 60)),
                ..words(
                    Asking,
                    &["コーラ"],
                    &["カードを 読み取り機に かざして ください。", "カードを かざして ください。"],
                )
            },
        ),
        (
            "present-card-again",
            Words {
                price: Some("￥1,250".to_owned()),
                countdown: Some(countdown(117, 120)),
                ..words(
                    Sorry,
                    &["炭酸入り ミネラルウォーター", "炭酸水"],
                    &[
                        "残高不足のため お支払い できません。 別の カードを お試し ください。",
                        "別の カードを お試し ください。",
                    ],
                )
            },
        ),
        (
            "authorizing",
            words(
                Waiting,
                &["確認中"],
                &["カードを そのままに して お待ち ください。", "お待ち ください。"],
            ),
        ),
        (
            "dispensing",
            words(Waiting, &["コーラ 1／3"], &["商品を お出し して います。", "お待ち ください。"]),
        ),
        (
            "thank-you",
            Words {
                link: Some(receipt()),
                countdown: Some(countdown(25, 30)),
                ..words(
                    Glad,
                    &["ありがとう ございます", "ありがとう"],
                    &[
                        "250円を お支払い いただきました。 商品を お取り ください。",
                        "商品を お取り ください。",
                    ],
                )
            },
        ),
        (
            "thank-you-short-link",
            Words {
                link: Some("HTTPS://K.DE/R/4711".to_owned()),
                ..words(Glad, &["ありがとう ございます", "感謝"], &["領収書", "領収書"])
            },
        ),
        (
            "not-charged",
            words(
                Sorry,
                &["申し訳 ございません"],
                &["カードへの 請求は ありません。", "請求は ありません。"],
            ),
        ),
        (
            "released",
            words(
                Sorry,
                &["3個のうち 2個だけ 出ました", "2個だけ 出ました"],
                &[
                    "お支払いは 450円です。 残りの お預かりは 取り消されます。",
                    "450円です。 残りは 取消。",
                ],
            ),
        ),
        (
            "out-of-order",
            Words {
                note: Some(phrase(&[
                    "030 1234567 まで、 READER-OFFLINE と お伝え ください。",
                    "030 1234567",
                ])),
                ..words(Closed, &["故障中"], &["カード読み取り機が 使えません。", "使えません。"])
            },
        ),
    ]
}
