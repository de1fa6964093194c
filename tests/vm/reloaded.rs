//! Files are pushed to a kiosk that sells: a right one is taken at `systemctl reload`, a wrong one is
//! refused visibly, half a file at a start leads to the last good configuration, and the path unit
//! reloads by itself.

use serde_json::Value;

use crate::world::World;

const PUSHED: &str = "/etc/kioskd/conf.d/50-pushed.toml";

/// Of both products, whichever is chosen.
fn price(minor: &str) -> String {
    format!("[product.A1]\nprice = \"{minor}\"\n[product.B2]\nprice = \"{minor}\"\n")
}

/// As a script that knows nothing of renames pushes it.
fn push(world: &mut World, text: &str) {
    world
        .guest()
        .must(&format!("mkdir -p $(dirname {PUSHED}) && cat >{PUSHED} <<'END'\n{text}END"));
}

/// What was paid for the sale that came last, in minor units.
fn sold_for(world: &mut World) -> u64 {
    world.sell();
    let sales = world.ask_daemon(("GET", "/v1/sales?limit=1", "text/plain", "")).unwrap();
    sales["sales"][0]["amount"]["amount"].as_u64().unwrap()
}

fn config(status: &Value) -> &Value {
    &status["config"]
}

/// Shows it.
pub fn shown(world: &mut World) {
    push(world, &price("2.70"));
    world.guest().must("systemctl reload kioskd");
    assert_eq!(sold_for(world), 270);

    push(world, "[product.A1]\nprice = \"cheap\"\n");
    let refused = world.guest().run("systemctl reload kioskd 2>&1");
    assert_ne!(refused.code, 0, "{}", refused.text);
    world.guest().must("systemctl is-active kioskd");
    let said = world.guest().must("systemctl status kioskd --no-pager -n 0; kioskd status || true");
    assert!(said.contains("was refused, and the old configuration runs on"), "{said}");
    assert_eq!(sold_for(world), 270);
    println!(
        "14. a new price by systemctl reload: sold at it; a wrong one: refused, sold at the old"
    );

    // The power went while the file was written.
    push(world, "[product.A1]\npri\n");
    world.guest().must("systemctl restart kioskd");
    world.wait_until_ready();
    let status = world.status().unwrap();
    assert!(config(&status)["last_good"].is_object(), "{status}");
    assert_eq!(sold_for(world), 270);
    println!("   half a file at the start: {}", config(&status)["last_good"]);

    world.guest().must("systemctl start kioskd-reload.path");
    push(world, &price("2.90"));
    world.wait_for("the pushed file to be taken", |status| {
        let config = config(status);
        config["hash"].is_string() && config["last_good"].is_null() && config["refused"].is_null()
    });
    assert_eq!(sold_for(world), 290);
    println!("   a file that the path unit saw: sold at its price");
    world.guest().must(&format!("systemctl stop kioskd-reload.path; rm {PUSHED}"));
    world.guest().must("systemctl reload kioskd");
}
