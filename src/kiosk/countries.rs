//! Which currency readers take in which country: for the running kiosk and for `check --online`.

/// Countries of Stripe Terminal with their currencies. Source: Stripe, "Regional considerations":
/// a reader's location and the account are in the same country, and only the local currency is
/// accepted.
const LOCAL: &[(&str, &[&str])] = &[
    ("aud", &["AU"]),
    ("cad", &["CA"]),
    ("chf", &["CH", "LI"]),
    ("czk", &["CZ"]),
    ("dkk", &["DK"]),
    (
        "eur",
        &[
            "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT",
            "LU", "LV", "MT", "NL", "PT", "SI", "SK",
        ],
    ),
    ("gbp", &["GB", "GI"]),
    ("hkd", &["HK"]),
    ("huf", &["HU"]),
    ("jpy", &["JP"]),
    ("myr", &["MY"]),
    ("nok", &["NO"]),
    ("nzd", &["NZ"]),
    ("pln", &["PL"]),
    ("ron", &["RO"]),
    ("sek", &["SE"]),
    ("sgd", &["SG"]),
    ("usd", &["US"]),
];

/// The currency of a country (ISO 3166, upper case), where it is known here.
pub fn currency_of(country: &str) -> Option<&'static str> {
    let found = LOCAL.iter().find(|(_, countries)| countries.contains(&country));
    found.map(|(currency, _)| *currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn each_country_has_one_currency_that_is_one() {
        for (currency, countries) in LOCAL {
            assert!(currency.parse::<Currency>().is_ok());
            for country in *countries {
                assert_eq!(currency_of(country), Some(*currency), "{country}");
            }
        }
        assert_eq!(currency_of("US"), Some("usd"));
        assert_eq!(currency_of("us"), None, "Stripe writes countries in upper case");
        assert_eq!(currency_of("AQ"), None);
    }
}
