//! The configuration as it is written: names and TOML types are right, values may be impossible.
//! The `Default` of each table here is the one place where defaults stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) kiosk: RawKiosk,
    pub(super) stripe: RawStripe,
    pub(super) reader: RawReader,
    pub(super) payment: RawPayment,
    pub(super) journal: RawJournal,
    pub(super) product: BTreeMap<String, RawProduct>,
    pub(super) input: BTreeMap<String, RawInput>,
    pub(super) dispenser: BTreeMap<String, RawDispenser>,
    pub(super) display: BTreeMap<String, RawDisplay>,
    pub(super) language: BTreeMap<String, RawLanguage>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawKiosk {
    pub(super) id: Option<String>,
    pub(super) currency: String,
    pub(super) locale: String,
    pub(super) languages: Vec<String>,
    pub(super) phone: Option<String>,
    pub(super) message_time: String,
    pub(super) receipt_time: String,
    pub(super) attract_after: String,
    /// By default that of the instance.
    pub(super) state_dir: Option<String>,
    /// By default that of the instance.
    pub(super) runtime_dir: Option<String>,
    pub(super) cart: bool,
    pub(super) cart_limit: i64,
}

impl Default for RawKiosk {
    fn default() -> Self {
        Self {
            id: None,
            currency: "usd".to_owned(),
            locale: "en".to_owned(),
            languages: Vec::new(),
            phone: None,
            message_time: "8s".to_owned(),
            receipt_time: "30s".to_owned(),
            attract_after: "0s".to_owned(),
            state_dir: None,
            runtime_dir: None,
            cart: false,
            cart_limit: 10,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawStripe {
    pub(super) api_base: String,
    pub(super) reader: Option<String>,
    pub(super) api_key_file: Option<String>,
    pub(super) ca_file: Option<String>,
}

impl Default for RawStripe {
    fn default() -> Self {
        let api_base = "https://api.stripe.com".to_owned();
        Self { api_base, reader: None, api_key_file: None, ca_file: None }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawReader {
    pub(super) restart_window: Option<String>,
    pub(super) power_cycle: Option<String>,
    pub(super) power_cycle_every: String,
}

impl Default for RawReader {
    fn default() -> Self {
        let power_cycle_every = "30m".to_owned();
        Self { restart_window: None, power_cycle: None, power_cycle_every }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPayment {
    pub(super) flow: String,
    pub(super) capture: String,
    pub(super) interac: bool,
    pub(super) customer_timeout: String,
    pub(super) customer_cancellation: bool,
    pub(super) max_attempts: i64,
    pub(super) resume_window: String,
    pub(super) unknown_vend: String,
    pub(super) vend_grace: String,
    pub(super) exposure_limit: i64,
    pub(super) reader_display: bool,
    pub(super) accept: RawCards,
    pub(super) reject: RawCards,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawCards {
    pub(super) brands: Vec<String>,
    pub(super) funding: Vec<String>,
    pub(super) countries: Vec<String>,
}

impl Default for RawPayment {
    fn default() -> Self {
        Self {
            flow: "process".to_owned(),
            capture: "after_vend".to_owned(),
            interac: false,
            customer_timeout: "60s".to_owned(),
            customer_cancellation: true,
            max_attempts: 3,
            resume_window: "30s".to_owned(),
            unknown_vend: "release".to_owned(),
            vend_grace: "10s".to_owned(),
            exposure_limit: 20,
            reader_display: false,
            accept: RawCards::default(),
            reject: RawCards::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawJournal {
    pub(super) keep: String,
}

impl Default for RawJournal {
    fn default() -> Self {
        Self { keep: "400d".to_owned() }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawProduct {
    pub(super) name: Option<String>,
    pub(super) price: Option<String>,
    /// Default: the product's code.
    pub(super) slot: Option<String>,
    /// Default: the only dispenser.
    pub(super) dispenser: Option<String>,
    /// Default: it is not counted.
    pub(super) stock: Option<i64>,
    pub(super) disabled: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawInput {
    pub(super) kind: Option<String>,
    pub(super) device: Option<String>,
    /// Default: that of the kind.
    pub(super) baud: Option<i64>,
    pub(super) chip: Option<String>,
    pub(super) backend: String,
    pub(super) lines: BTreeMap<String, String>,
    pub(super) pull: String,
    pub(super) active: String,
    pub(super) debounce: String,
    pub(super) hold: String,
    pub(super) stuck_after: String,
    pub(super) rows: Vec<i64>,
    pub(super) columns: Vec<i64>,
    pub(super) layout: Vec<String>,
    pub(super) scan: String,
    pub(super) code_length: Option<i64>,
    pub(super) enter: Option<String>,
    pub(super) clear: Option<String>,
    pub(super) cancel: Option<String>,
    pub(super) pay: Option<String>,
    pub(super) language: Option<String>,
    pub(super) typing_timeout: String,
    pub(super) vendor: Option<i64>,
    pub(super) product: Option<i64>,
    pub(super) mode: String,
    /// Only in the mode `session`.
    pub(super) credit: Option<String>,
    pub(super) price_from: String,
    pub(super) otherwise: Option<String>,
    pub(super) setup: Vec<String>,
    pub(super) title: String,
    pub(super) style: String,
    pub(super) poll: String,
}

impl Default for RawInput {
    fn default() -> Self {
        Self {
            kind: None,
            device: None,
            baud: None,
            chip: None,
            backend: "chardev".to_owned(),
            lines: BTreeMap::new(),
            pull: "up".to_owned(),
            active: "low".to_owned(),
            debounce: "20ms".to_owned(),
            hold: "0s".to_owned(),
            stuck_after: "30s".to_owned(),
            rows: Vec::new(),
            columns: Vec::new(),
            layout: Vec::new(),
            scan: "5ms".to_owned(),
            code_length: None,
            enter: None,
            clear: None,
            cancel: None,
            pay: None,
            language: None,
            typing_timeout: "10s".to_owned(),
            vendor: None,
            product: None,
            mode: "always_idle".to_owned(),
            credit: None,
            price_from: "machine".to_owned(),
            otherwise: None,
            setup: Vec::new(),
            title: "What would you like?".to_owned(),
            style: "buttons".to_owned(),
            poll: "2s".to_owned(),
        }
    }
}

/// A ticket of which each is another one: a cart's sale has several.
const TICKET: [&str; 7] =
    ["# {product}", "^ {price}", "-", "{time}, {kiosk}", "Sale {sale}", "qr {order}", "cut"];

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawDispenser {
    pub(super) kind: Option<String>,
    /// Default: that of `payment`.
    pub(super) unknown_vend: Option<String>,
    pub(super) device: Option<String>,
    pub(super) baud: i64,
    pub(super) timeout: String,
    pub(super) program: Option<String>,
    pub(super) arguments: Vec<String>,
    /// Empty: it cannot be asked.
    pub(super) status: Vec<String>,
    /// Default: kioskd's own.
    pub(super) user: Option<String>,
    pub(super) chip: Option<String>,
    pub(super) lines: BTreeMap<String, i64>,
    pub(super) active: String,
    pub(super) pulse: Option<String>,
    /// Default: none.
    pub(super) sensor: Option<i64>,
    pub(super) sensor_kind: String,
    pub(super) sensor_active: String,
    pub(super) sensor_pull: String,
    pub(super) sensor_debounce: String,
    pub(super) reverse_lines: BTreeMap<String, i64>,
    pub(super) reverse: String,
    /// Default: the input of the dispenser's own name.
    pub(super) input: Option<String>,
    pub(super) address: Option<String>,
    pub(super) ask_status: bool,
    pub(super) code_page: String,
    pub(super) width: i64,
    pub(super) ticket: Vec<String>,
}

impl Default for RawDispenser {
    fn default() -> Self {
        Self {
            kind: None,
            unknown_vend: None,
            device: None,
            baud: 9600,
            timeout: "20s".to_owned(),
            program: None,
            arguments: Vec::new(),
            status: Vec::new(),
            user: None,
            chip: None,
            lines: BTreeMap::new(),
            active: "high".to_owned(),
            pulse: None,
            sensor: None,
            sensor_kind: "drop".to_owned(),
            sensor_active: "low".to_owned(),
            sensor_pull: "up".to_owned(),
            sensor_debounce: "1ms".to_owned(),
            reverse_lines: BTreeMap::new(),
            reverse: "200ms".to_owned(),
            input: None,
            address: None,
            ask_status: true,
            code_page: "pc858".to_owned(),
            width: 32,
            ticket: TICKET.map(str::to_owned).to_vec(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawDisplay {
    pub(super) kind: Option<String>,
    pub(super) device: Option<String>,
    pub(super) bus: Option<String>,
    pub(super) address: Option<i64>,
    pub(super) size: Option<String>,
    pub(super) controller: Option<String>,
    pub(super) upside_down: bool,
    pub(super) rom: Option<String>,
    pub(super) chip: Option<String>,
    pub(super) backend: Option<String>,
    pub(super) lines: BTreeMap<String, i64>,
    pub(super) line: Option<i64>,
    pub(super) active: Option<String>,
    pub(super) on: Vec<String>,
    pub(super) file: Option<String>,
    pub(super) rotate: i64,
    pub(super) theme: Option<String>,
    pub(super) logo: Option<String>,
    pub(super) font: Option<String>,
    pub(super) brightness: i64,
    pub(super) night: Option<String>,
    pub(super) night_brightness: i64,
    /// By default that of the kind.
    pub(super) dim_after: Option<String>,
    pub(super) sleep_after: String,
    /// By default that of the kind.
    pub(super) shift: Option<bool>,
    pub(super) page_time: String,
}

impl Default for RawDisplay {
    fn default() -> Self {
        Self {
            kind: None,
            device: None,
            bus: None,
            address: None,
            size: None,
            controller: None,
            upside_down: false,
            rom: None,
            chip: None,
            backend: None,
            lines: BTreeMap::new(),
            line: None,
            active: None,
            on: Vec::new(),
            file: None,
            rotate: 0,
            theme: None,
            logo: None,
            font: None,
            brightness: 100,
            night: None,
            night_brightness: 30,
            dim_after: None,
            sleep_after: "0s".to_owned(),
            shift: None,
            page_time: "3s".to_owned(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLanguage {
    pub(super) texts: BTreeMap<String, String>,
}
