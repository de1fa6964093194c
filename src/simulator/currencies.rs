//! Which amounts Stripe charges.

use super::error::Refusal;
use crate::money::Currency;

/// The currencies of Stripe's list of presentment currencies.
const KNOWN: &str = "\
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn \
    bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd \
    gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt \
    lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr \
    nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd \
    std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf \
    yer zar zmw";

/// The most that Stripe takes in one payment: eight digits of minor units.
const MOST: u64 = 99_999_999;

/// Reads a currency code.
pub(super) fn currency(text: &str) -> Result<Currency, Refusal> {
    let known = KNOWN.split_whitespace().any(|code| code == text);
    match text.parse() {
        Ok(currency) if known => Ok(currency),
        Ok(_) | Err(_) => {
            let message = format!("Invalid currency: {text}.");
            Err(Refusal::parameter(None, "currency", message))
        }
    }
}

/// Refuses an amount that Stripe does not charge.
pub(super) fn check_amount(amount: u64, currency: Currency) -> Result<(), Refusal> {
    let least = currency.minimum();
    if amount < least {
        let message = format!("Amount must be at least {least} {currency}.");
        return Err(Refusal::parameter(Some("amount_too_small"), "amount", message));
    }
    if amount > MOST {
        let message = format!("Amount must be no more than {MOST} {currency}.");
        return Err(Refusal::parameter(Some("amount_too_large"), "amount", message));
    }
    if ["isk", "ugx"].contains(&currency.code()) && !amount.is_multiple_of(100) {
        let message = format!("Amounts in {currency} must have no cents.");
        return Err(Refusal::parameter(Some("invalid_charge_amount"), "amount", message));
    }
    Ok(())
}
