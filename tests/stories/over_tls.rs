//! The way to Stripe as it is in the field: TLS and HTTP/2, with an authority that `stripe.ca_file`
//! names.

use std::fs;

use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::rig::{Rig, VISA, wait_for};

/// Somebody who signs certificates.
fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A simulator over TLS, and no daemon yet. `authority.pem` lies in the rig's folder.
fn over_tls() -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority("an authority");
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let file = |name: &str, text: String| -> String {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let certificate = file("certificate.pem", certificate.pem());
    let key = file("key.pem", key.serialize_pem());
    // The bench itself speaks HTTP/1.1: what is HTTP/2 is the kiosk's.
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder().no_proxy().http1_only().tls_certs_only([root]);
    let words = ["--tls-cert", &certificate, "--tls-key", &key];
    let rig = Rig::with_simulator(&words, http.build().unwrap(), "");
    assert!(rig.base().starts_with("https://127.0.0.1:"), "{}", rig.base());
    fs::write(rig.path().join("authority.pem"), authority.pem()).unwrap();
    trust(&rig, "authority.pem");
    rig
}

/// From the next start or reload on this file of the rig's folder is `stripe.ca_file`.
fn trust(rig: &Rig, name: &str) {
    let folder = rig.path().join("conf.d");
    fs::create_dir_all(&folder).unwrap();
    let drop_in = format!("[stripe]\nca_file = \"{}\"\n", rig.path().join(name).display());
    fs::write(folder.join("authorities.toml"), drop_in).unwrap();
}

#[track_caller]
fn says(rig: &Rig, arguments: &[&str], code: i32, words: &[&str]) {
    let output = rig.kioskd(arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    for words in words {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
}

#[test]
fn a_product_is_sold_over_one_connection_of_http2() {
    let mut rig = over_tls();
    says(&rig, &["check", "--online"], 0, &["Stripe answers at https://127.0.0.1:"]);
    assert_eq!(rig.connections().http2, 1, "check came and went");
    rig.start();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.connections().http2, 2);
}

#[test]
fn a_connection_that_is_cut_leaves_the_money_right_and_is_resumed() {
    let mut rig = over_tls();
    rig.start();
    let before = rig.connections().http2;
    for then in ["drop_before", "truncate"] {
        let path = "/v1/payment_intents/*/capture";
        rig.fault(&serde_json::json!({"method": "POST", "path": path, "then": then}));
    }
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    let calls = rig.requests();
    let captures = calls.iter().filter(|call| call.path.ends_with("/capture")).count();
    assert_eq!(captures, 2, "the second was executed, and is not repeated");
    let connections = rig.connections();
    assert!(connections.http2 >= before + 2, "{connections:?}");
    assert!(connections.resumed >= 2, "a ticket spares the long handshake: {connections:?}");
}

#[test]
fn only_whom_the_file_names_is_trusted_and_a_reload_is_enough_for_another() {
    let mut rig = over_tls();
    fs::write(rig.path().join("stranger.pem"), authority("somebody else").pem()).unwrap();
    trust(&rig, "stranger.pem");
    says(&rig, &["check", "--online"], 1, &["FAIL", "cannot prove that it is Stripe"]);
    rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
    rig.wait_for_reason("tls_untrusted");
    assert_eq!(rig.requests().len(), 0, "a stranger is told nothing");

    trust(&rig, "nothing.pem");
    let wrong = ["stripe.ca_file: ", "nothing.pem cannot be read", "allowed: ", "to do: "];
    says(&rig, &["check"], 78, &wrong);
    says(&rig, &["check", "--without-key"], 0, &["is right"]);
    says(&rig, &["reload"], 1, &["nothing.pem cannot be read"]);
    rig.wait_for_reason("tls_untrusted");

    trust(&rig, "authority.pem");
    says(&rig, &["reload"], 0, &[]);
    rig.wait_until_ready();
    fs::remove_file(rig.path().join("authority.pem")).unwrap();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    rig.terminate();
    says(&rig, &["run"], 78, &["authority.pem cannot be read"]);
}

#[test]
fn files_that_are_no_identity_are_refused_before_anything_listens() {
    let rig = over_tls();
    let folder = rig.path();
    let write = |name: &str, text: &str| -> String {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let (certificate, key) = (write("a.pem", &authority("a").pem()), KeyPair::generate().unwrap());
    let (key, none) = (write("key.pem", &key.serialize_pem()), write("none.pem", "nothing\n"));
    let missing = folder.join("missing.pem").to_str().unwrap().to_owned();
    for (words, complaint) in [
        (vec!["--tls-cert", &certificate], "--tls-key <FILE>"),
        (vec!["--tls-key", &key], "--tls-cert <FILE>"),
        (vec!["--tls-cert", &missing, "--tls-key", &key], "missing.pem: no certificate in PEM"),
        (vec!["--tls-cert", &none, "--tls-key", &key], "none.pem: no certificate in PEM"),
        (vec!["--tls-cert", &certificate, "--tls-key", &none], "none.pem: no private key in PEM"),
        (vec!["--tls-cert", &certificate, "--tls-key", &key], "cannot be used together"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kioskd"));
        let output = command.arg("simulate").args(words).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(complaint), "{complaint:?} is not in {text}");
    }
    wait_for("the simulator to be reachable", || (rig.requests().is_empty()).then_some(()));
}
