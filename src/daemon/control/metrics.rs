//! `GET /metrics`: the status document in the text format of Prometheus (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State as Held;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::{Shared, StatusDocument, stated};
use crate::daemon::configuration::ConfigStatus;
use crate::daemon::hardware::DisplayStatus;
use crate::kiosk::status::{KioskStatus, State};

/// What Prometheus and its node_exporter take it for.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All states, each with its word.
const STATES: [(State, &str); 4] = [
    (State::Ready, "ready"),
    (State::Busy, "busy"),
    (State::OutOfOrder, "out_of_order"),
    (State::Draining, "draining"),
];

pub(super) async fn show(Held(shared): Held<Arc<Shared>>) -> Response {
    match stated(&shared).await {
        Ok(document) => ([(CONTENT_TYPE, TEXT_FORMAT)], text(&document)).into_response(),
        Err(response) => response,
    }
}

/// All families of samples, one below the other.
fn text(document: &StatusDocument) -> String {
    let mut page = Page::default();
    let StatusDocument { version, status, displays, config } = document;
    let build = [("version", version.as_str()), ("kiosk", &status.kiosk), ("config", &config.hash)];
    page.family("kioskd_info", "Who runs what: version, kiosk, hash of its configuration.");
    page.sample("kioskd_info", &build, 1);
    selling(&mut page, status);
    configuration(&mut page, config);
    shown(&mut page, displays);
    page.0
}

fn selling(page: &mut Page, status: &KioskStatus) {
    page.family("kioskd_state", "1 for the state that the kiosk is in.");
    for (state, word) in STATES {
        page.sample("kioskd_state", &[("state", word)], usize::from(status.state == state));
    }
    page.family("kioskd_reasons", "Reasons why it does not sell, or not everything, by code.");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in &status.reasons {
        *reasons.entry(&reason.code).or_default() += 1;
    }
    for (code, count) in reasons {
        page.sample("kioskd_reasons", &[("code", code)], count);
    }
    if let Some(online) = status.reader.online {
        page.family("kioskd_reader_online", "Whether Stripe calls the reader online.");
        let reader = [("reader", status.reader.id.as_str())];
        page.sample("kioskd_reader_online", &reader, usize::from(online));
    }
    page.family("kioskd_open_sales", "Sales that are not over, by who has to act.");
    let open = [("settling", status.open.settling), ("person", status.open.needs_attention)];
    for (waits_for, count) in open {
        page.sample("kioskd_open_sales", &[("waits_for", waits_for)], count);
    }
}

fn configuration(page: &mut Page, config: &ConfigStatus) {
    let gauges = [
        (
            "kioskd_config_last_good",
            "Whether it runs on the last good configuration, since its files cannot be used.",
            usize::from(config.last_good.is_some()),
        ),
        (
            "kioskd_config_reload_refused",
            "Whether the last reload was refused.",
            usize::from(config.refused.is_some()),
        ),
        (
            "kioskd_config_waiting",
            "Whether another configuration waits for the customer to be done.",
            usize::from(config.waiting.is_some()),
        ),
        (
            "kioskd_config_at_next_start",
            "Keys of which the files say something else, which takes a start.",
            config.at_next_start.len(),
        ),
    ];
    for (name, help, value) in gauges {
        page.family(name, help);
        page.sample(name, &[], value);
    }
}

fn shown(page: &mut Page, displays: &BTreeMap<String, DisplayStatus>) {
    if displays.is_empty() {
        return;
    }
    page.family("kioskd_display_connected", "Whether a display is there.");
    for (name, display) in displays {
        let connected = usize::from(display.state == "connected");
        page.sample("kioskd_display_connected", &[("display", name)], connected);
    }
}

/// The page as it grows.
#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: usize) {
        let labels: Vec<String> =
            labels.iter().map(|(label, of)| format!("{label}=\"{}\"", escaped(of))).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// As the format wants the value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_status_says_is_said_in_numbers() {
        let document = serde_json::json!({
            "version": "0.1.0", "kiosk": "lobby \"3\"", "state": "out_of_order",
            "reasons": [
                {"code": "sold_out", "since": "", "what": "", "do": ""},
                {"code": "sold_out", "since": "", "what": "", "do": ""},
            ],
            "reader": {"id": "tmr_1", "online": true, "last_answer": null},
            "sale": null,
            "open": {"settling": 2, "needs_attention": 1, "oldest": null, "nearest_deadline": null},
            "displays": {"main": {"state": "gone", "since": ""}},
            "config": {
                "hash": "abc", "source": "/etc/kioskd", "at_next_start": ["kiosk.id"],
                "refused": {"at": "", "why": ""},
            },
        });
        let text = text(&serde_json::from_value(document).unwrap());
        for line in [
            "# TYPE kioskd_info gauge",
            "kioskd_info{version=\"0.1.0\",kiosk=\"lobby \\\"3\\\"\",config=\"abc\"} 1",
            "kioskd_state{state=\"ready\"} 0",
            "kioskd_state{state=\"out_of_order\"} 1",
            "kioskd_reasons{code=\"sold_out\"} 2",
            "kioskd_reader_online{reader=\"tmr_1\"} 1",
            "kioskd_open_sales{waits_for=\"settling\"} 2",
            "kioskd_open_sales{waits_for=\"person\"} 1",
            "kioskd_config_last_good 0",
            "kioskd_config_reload_refused 1",
            "kioskd_config_waiting 0",
            "kioskd_config_at_next_start 1",
            "kioskd_display_connected{display=\"main\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
