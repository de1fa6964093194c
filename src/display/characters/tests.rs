//! Displays of characters, as they are read. The pictures stand in `frames.txt`: `KIOSKD_BLESS=1`
//! writes them anew; read the difference.

use std::path::Path;

use proptest::prelude::*;

use super::rom::shown;
use super::*;
use crate::display::words::{Countdown, Mood, Phrase};

const SMALL: Grid = Grid { columns: 16, rows: 2, rom: LcdRom::A00 };
const LARGE: Grid = Grid { columns: 20, rows: 4, rom: LcdRom::A00 };
const WESTERN: Grid = Grid { columns: 16, rows: 2, rom: LcdRom::A02 };

fn said(wordings: &[&str]) -> Phrase {
    let (first, shorter) = wordings.split_first().unwrap();
    shorter.iter().fold(Phrase::new(*first), |phrase, text| phrase.or(*text))
}

fn words(mood: Mood, headline: &[&str], line: &[&str]) -> Words {
    Words::new(mood, said(headline), said(line))
}

fn asking(headline: &[&str], price: &str, line: &[&str], left: u64) -> Words {
    let countdown = Some(Countdown { left, of: 60 });
    let price = Some(price.to_owned());
    Words { price, countdown, ..words(Mood::Asking, headline, line) }
}

fn samples() -> Vec<Words> {
    let owed = "Notieren Sie bitte diese Nummer: 01JDQ4Z8K3";
    let mut closed = words(
        Mood::Closed,
        &["Out of order"],
        &["No connection. Please come back later.", "Please come back later.", "Back later."],
    );
    closed.note = Some(said(&["Call 0800 123456, say K12", "0800 123456, K12"]));
    vec![
        words(Mood::Inviting, &["Welcome"], &["Please choose a product.", "Choose a product"]),
        asking(
            &["Cola"],
            "$2.50",
            &["Please present your card.", "Present card", "Card, please"],
            42,
        ),
        asking(&["Cola"], "2,50\u{a0}€", &["Bitte Karte vorhalten.", "Karte bitte"], 9),
        asking(
            &["Käsebrötchen, groß"],
            "12,90\u{a0}€",
            &["Nicht gedeckt. Bitte andere Karte vorhalten.", "Bitte andere Karte."],
            58,
        ),
        words(
            Mood::Glad,
            &["Merci !"],
            &["2,50\u{202f}€ payés. Reçu : voir l’écran. Prenez votre thé glacé.", "Prenez-le."],
        ),
        asking(&["コーヒー"], "150円", &["カードを かざして ください", "カード ヲ ドウゾ"], 30),
        asking(&["緑茶", "リョクチャ"], "￥150", &["カードヲ カザシテ クダサイ"], 30),
        words(Mood::Sorry, &["Es tut uns leid"], &[owed]),
        words(
            Mood::Sorry,
            &["Sorry, the product did not come out", "Nothing came out"],
            &["Your card has not been charged.", "Not charged."],
        ),
        asking(&["Donaudampfschifffahrtsteller"], "3,00\u{a0}€", &["Karte bitte"], 30),
        words(Mood::Waiting, &["ÀÉÎÕÜÇÑÅÖÄ Ž"], &["ÀÀ ÉÉ ÎÎ ÕÕ €"]),
        closed,
    ]
}

/// A frame around each page of the words.
fn framed(words: &Words, grid: Grid) -> String {
    let bar = "─".repeat(grid.columns);
    let mut text = String::new();
    for number in 0..pages(words, grid) {
        let rows = picture(words, grid, number);
        let rows = rows.join("│\n│");
        text.push_str(&format!("┌{bar}┐\n│{rows}│\n└{bar}┘\n"));
    }
    text
}

#[test]
fn pictures_are_as_they_were_read() {
    let mut found = String::new();
    for words in samples() {
        for (name, grid) in [("16 by 2", SMALL), ("20 by 4", LARGE), ("16 by 2, A02", WESTERN)] {
            let headline = words.headline.longest();
            found.push_str(&format!("{headline}: {name}\n{}\n", framed(&words, grid)));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/display/characters/frames.txt");
    if std::env::var_os("KIOSKD_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "if this is better, KIOSKD_BLESS=1 writes it:\n{found}");
}

#[test]
fn a_countdown_changes_its_digits_and_nothing_else() {
    let at = |left| picture(&asking(&["Cola"], "$2.50", &["Present card"], left), SMALL, 0);
    assert_eq!(at(42), ["Cola       $2.50", "Present card 42s"]);
    assert_eq!(at(9), ["Cola       $2.50", "Present card  9s"]);
}

#[test]
fn pages_go_round() {
    let words = words(Mood::Sorry, &["Sorry"], &["one two three four five six seven"]);
    assert_eq!(pages(&words, SMALL), 2);
    assert_eq!(page(&words, SMALL, 3), page(&words, SMALL, 1));
    assert_eq!(picture(&words, SMALL, 1), ["four five six   ", "seven           "]);
}

#[test]
fn money_keeps_its_sign_when_own_characters_run_out() {
    let words = words(Mood::Glad, &["ÀÉÎÕÜÇÑÅ"], &["ÀÉÎÕÜÇÑÅ 1 €"]);
    assert_eq!(page(&words, SMALL, 0).own().len(), OWN);
    assert_eq!(picture(&words, SMALL, 0), ["ÀÉÎÕÜÇÑA        ", "ÀÉÎÕÜÇÑA 1 €    "]);
}

#[test]
fn a_picture_in_dots_shows_each_place() {
    let words = words(Mood::Glad, &["é"], &["カ"]);
    let dots = dots(&words, SMALL, 0);
    assert_eq!((dots.width(), dots.height()), (97, 19));
    let row =
        |y: u32| -> String { (1..6).map(|x| if dots.is_lit(x, y) { '#' } else { '.' }).collect() };
    assert_eq!((row(1), row(3)), ("...#.".into(), ".###.".into()), "é");
    assert_eq!((row(10), row(11)), (".#...".into(), "#####".into()), "カ");
}

fn phrases() -> impl Strategy<Value = Phrase> {
    let text = "([A-Za-zÄéñ€ß.ガソ]{1,14} ){0,5}[a-zカ茶ő]{1,9}";
    prop::collection::vec(text, 1..3).prop_map(|texts| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        said(&texts)
    })
}

fn any_words() -> impl Strategy<Value = Words> {
    let optional = |text| prop::option::of(text);
    let countdown = prop::option::of(0..=99u64);
    (phrases(), optional("[0-9]{1,3},50\u{a0}€"), phrases(), countdown, prop::option::of(phrases()))
        .prop_map(|(headline, price, line, left, note)| Words {
            price,
            note,
            countdown: left.map(|left| Countdown { left, of: 99 }),
            ..Words::new(Mood::Asking, headline, line)
        })
}

/// All that stands on all pages, without spaces.
fn read(words: &Words, grid: Grid) -> String {
    let pages = (0..pages(words, grid)).flat_map(|number| picture(words, grid, number));
    pages.collect::<String>().replace(' ', "")
}

fn is_demoted(own: char, other: char, grid: Grid) -> bool {
    shown(demoted(own, grid.rom), grid.rom) == other
}

proptest! {
    #[test]
    fn nothing_is_lost_whatever_is_to_be_said(words in any_words(), grid in prop::sample::select(vec![SMALL, LARGE, WESTERN])) {
        let text = read(&words, grid);
        for number in 0..pages(&words, grid) {
            let page = page(&words, grid, number);
            prop_assert_eq!(page.rows.len(), grid.rows);
            prop_assert!(page.rows.iter().all(|row| row.len() == grid.columns));
            prop_assert!(page.own().len() <= OWN);
        }
        if let Some(price) = &words.price {
            prop_assert!(text.contains(&price.replace('\u{a0}', "")), "{}", text);
        }
        // Each character of one wording can be read, in its order.
        let is_read = |c, other| c == other || is_demoted(c, other, grid);
        let can_be_read = |phrase: &Phrase| phrase.wordings().any(|wording| {
            let written = wording.chars().flat_map(|c| cells(c, grid.rom));
            let mut all = text.chars();
            written.map(|cell| shown(cell, grid.rom)).filter(|c| *c != ' ').all(|c| all.any(|other| is_read(c, other)))
        });
        prop_assert!(can_be_read(&words.headline), "{}", text);
        prop_assert!(can_be_read(&words.line), "{}", text);
    }
}
