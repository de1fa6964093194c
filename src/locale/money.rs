//! Money as customers write it. Source of the forms: Unicode CLDR, number patterns and currency
//! symbols of each locale.

use super::{Language, Locale};
use crate::money::Money;

/// Between what must stay on one line.
const NO_BREAK: char = '\u{a0}';

/// How a language writes numbers.
struct Form {
    decimal: char,
    group: char,
    /// How many digits a number has before its thousands are set apart.
    grouped_from: usize,
    symbol: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `$2.50`.
    Before,
    /// `€ 2,50`.
    BeforeWithSpace,
    /// `2,50 €`.
    After,
}

fn form(locale: Locale) -> Form {
    let like = |decimal, group, symbol| Form { decimal, group, grouped_from: 4, symbol };
    match (locale.language, locale.region()) {
        (Language::German | Language::French | Language::Italian, Some("CH")) => {
            like('.', '’', Place::BeforeWithSpace)
        }
        (Language::English | Language::Japanese, _)
        | (Language::Spanish, Some("MX" | "US" | "PR")) => like('.', ',', Place::Before),
        (Language::German, Some("AT")) => like(',', NO_BREAK, Place::BeforeWithSpace),
        (Language::German | Language::Italian, _) => like(',', '.', Place::After),
        (Language::French, _) => like(',', NO_BREAK, Place::After),
        (Language::Spanish, _) => Form { grouped_from: 5, ..like(',', '.', Place::After) },
        (Language::Dutch, _) => like(',', '.', Place::BeforeWithSpace),
    }
}

/// What stands for a currency. A dollar is only `$` where nobody can take it for another.
fn symbol(code: &str, locale: Locale) -> String {
    let at_home = locale.region().is_some_and(|region| {
        code.to_ascii_uppercase().starts_with(region) && code.ends_with(['d', 'n'])
    });
    match code {
        "usd" | "cad" | "aud" | "nzd" | "hkd" | "sgd" | "mxn" if at_home => "$".to_owned(),
        "usd" => match locale.region() {
            Some("CA" | "AU" | "NZ" | "HK" | "SG" | "MX") => "US$".to_owned(),
            Some(_) | None => "$".to_owned(),
        },
        "cad" => "CA$".to_owned(),
        "aud" => "A$".to_owned(),
        "nzd" => "NZ$".to_owned(),
        "hkd" => "HK$".to_owned(),
        "mxn" => "MX$".to_owned(),
        "eur" => "€".to_owned(),
        "gbp" => "£".to_owned(),
        "jpy" => "¥".to_owned(),
        "sek" | "nok" | "dkk" => "kr".to_owned(),
        "pln" => "zł".to_owned(),
        "czk" => "Kč".to_owned(),
        "huf" => "Ft".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// An amount, such as `$2.50`, `2,50 €` or `¥250`. What belongs together is joined by spaces that do
/// not break.
pub(super) fn written(money: Money, locale: Locale) -> String {
    let form = form(locale);
    let plain = money.decimal_text();
    let (whole, fraction) = match plain.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (plain.as_str(), None),
    };
    let mut number = grouped(whole, &form);
    if let Some(fraction) = fraction {
        number.push(form.decimal);
        number.push_str(fraction);
    }
    let symbol = symbol(money.currency.code(), locale);
    let is_word = symbol.chars().all(char::is_alphabetic);
    match form.symbol {
        Place::After => format!("{number}{NO_BREAK}{symbol}"),
        Place::BeforeWithSpace => format!("{symbol}{NO_BREAK}{number}"),
        Place::Before if is_word => format!("{symbol}{NO_BREAK}{number}"),
        Place::Before => format!("{symbol}{number}"),
    }
}

fn grouped(whole: &str, form: &Form) -> String {
    let count = whole.len();
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && count >= form.grouped_from && (count - place).is_multiple_of(3) {
            grouped.push(form.group);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_people_there_write_it() {
        let shown = |tag: &str, amount, currency: &str| {
            let money = Money::new(amount, currency.parse().unwrap());
            written(money, Locale::new(tag).unwrap()).replace(NO_BREAK, "_")
        };
        let table = [
            ("en", 250, "usd", "$2.50"),
            ("en", 250, "eur", "€2.50"),
            ("en-GB", 80, "gbp", "£0.80"),
            ("en", 250, "cad", "CA$2.50"),
            ("en-CA", 250, "cad", "$2.50"),
            ("en-CA", 250, "usd", "US$2.50"),
            ("en-AU", 250, "aud", "$2.50"),
            ("en", 250, "chf", "CHF_2.50"),
            ("en", 123_456_789, "usd", "$1,234,567.89"),
            ("de", 250, "eur", "2,50_€"),
            ("de", 123_456, "eur", "1.234,56_€"),
            ("de-CH", 123_456, "chf", "CHF_1’234.56"),
            ("de-AT", 250, "eur", "€_2,50"),
            ("fr", 123_456, "eur", "1_234,56_€"),
            ("es", 123_456, "eur", "1234,56_€"),
            ("es", 1_234_567, "eur", "12.345,67_€"),
            ("es-MX", 2500, "mxn", "$25.00"),
            ("it", 250, "eur", "2,50_€"),
            ("nl", 250, "eur", "€_2,50"),
            ("ja", 1200, "jpy", "¥1,200"),
            ("ja", 250, "usd", "$2.50"),
            ("de", 1250, "bhd", "1,250_BHD"),
            ("en", 0, "usd", "$0.00"),
        ];
        for (tag, amount, currency, expected) in table {
            assert_eq!(shown(tag, amount, currency), expected, "{tag} {amount} {currency}");
        }
    }
}
