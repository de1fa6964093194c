//! What a technician types.

use crate::rig::{Rig, VISA, wait_for};

fn text(output: &std::process::Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn status_and_sales_tell_what_happened() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.outcomes();
    let (page, _, code) = text(&rig.kioskd(&["status"]));
    assert_eq!(code, Some(0));
    assert!(page.starts_with("kiosk bench: "), "{page}");
    let id = rig.sales()[0]["id"].as_str().unwrap().to_owned();
    let (story, _, _) = text(&rig.kioskd(&["sales", &id]));
    for line in [
        "was chosen for 2.50 USD",
        "is authorized",
        "the product came out",
        "captured",
        "closed: sold",
    ] {
        assert!(story.contains(line), "{line:?} is missing in\n{story}");
    }
    let (none, complaint, code) = text(&rig.kioskd(&["sales", "NOSUCHSALE"]));
    assert_eq!((none.as_str(), code), ("", Some(1)), "{complaint}");
    assert_eq!(text(&rig.kioskd(&["sales", "no such"])).2, Some(2));
    assert!(!rig.log().contains("rk_test_bench"), "the key is never logged");
}

/// Plays a script from standard input.
fn demo(script: &str) -> (String, Option<i32>) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_kioskd"))
        .args(["demo", "--script", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let (out, _, code) = text(&child.wait_with_output().unwrap());
    (out, code)
}

#[test]
fn a_scripted_demo_ends_at_once_and_says_whether_the_books_agree() {
    let (out, code) = demo("select A1\nwalk-away\nselect B1\ntap 4242424242424242\nexpect sold\n");
    assert_eq!(code, Some(0), "{out}");
    let last = out.lines().last().unwrap();
    assert_eq!(last, "sales 2, sold 1, captured 3.00 USD, delivered 3.00 USD, double charges 0");
    assert_eq!(demo("select A1\ncancel\nexpect sold\n").1, Some(1));
    assert_eq!(demo("dance\n").1, Some(2));
}

#[test]
fn without_a_daemon_status_says_so() {
    let rig = Rig::without_daemon();
    let (_, complaint, code) = text(&rig.kioskd(&["status"]));
    assert_eq!(code, Some(69));
    assert!(complaint.contains("is it running?"), "{complaint}");
}

#[test]
fn a_second_daemon_on_the_same_state_is_refused() {
    let rig = Rig::ready();
    let (_, complaint, code) = text(&rig.kioskd(&["run"]));
    assert_eq!(code, Some(1));
    assert!(complaint.contains("another kioskd (pid "), "{complaint}");
}

#[test]
fn a_wrong_configuration_and_an_exposed_key_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::without_daemon();
    let (page, complaint, code) = text(&rig.kioskd(&["check"]));
    assert_eq!(code, Some(0), "{page}{complaint}");
    let key = rig.path().join("key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (page, _, code) = text(&rig.kioskd(&["check"]));
    assert_eq!(code, Some(78));
    let failed = page.lines().find(|line| line.starts_with("FAIL")).expect("the key's line");
    assert!(failed.contains("has mode 0644"), "{page}");
    let text_of_config = std::fs::read_to_string(rig.config()).unwrap();
    std::fs::write(rig.config(), text_of_config.replace("price = \"2.50\"", "price = \"free\""))
        .unwrap();
    let (_, complaint, code) = text(&rig.kioskd(&["run"]));
    assert_eq!(code, Some(78));
    assert!(complaint.contains("product.A1.price"), "{complaint}");
}

#[test]
fn selections_come_through_the_control_socket_too() {
    let rig = Rig::ready();
    let socket = rig.path().join("run/control.sock");
    let ask = |method: &str, path: &str, body: &str| -> (u16, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().unix_socket(socket.clone()).build().unwrap();
            let method = method.parse().unwrap();
            let request = client
                .request(method, format!("http://kioskd{path}"))
                .header("content-type", "application/json")
                .body(body.to_owned());
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    };
    assert_eq!(ask("POST", "/v1/select", "{\"code\":\"Z9\"}").0, 409);
    assert_eq!(ask("POST", "/v1/select", "{\"kode\":\"A1\"}").0, 400);
    assert_eq!(ask("GET", "/v1/nothing", "").0, 404);
    let (status, body) = ask("POST", "/v1/select", "{\"code\":\"A1\"}");
    assert_eq!(status, 201, "{body}");
    rig.wait_for_prompt();
    assert_eq!(ask("POST", "/v1/cancel", "").0, 204);
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let open = wait_for("status", || rig.status())["open"]["settling"].clone();
    assert_eq!(open, 0);
}
