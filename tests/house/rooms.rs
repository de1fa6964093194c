//! Which rooms there are, and which way dependencies point.

const VALUES: &[&str] = &["money", "ids", "time"];
const VALUES_AND_SALES: &[&str] = &["money", "ids", "time", "sale"];
const DOMAIN: &[&str] = &["money", "ids", "time", "sale", "kiosk"];
const DOMAIN_AND_LINES: &[&str] =
    &["money", "ids", "time", "sale", "kiosk", "locale", "pulse", "gpio", "wiring"];
const DOMAIN_AND_WIRING: &[&str] = &["money", "ids", "time", "sale", "kiosk", "locale", "wiring"];
const DOMAIN_AND_BOARDS: &[&str] =
    &["money", "ids", "time", "sale", "kiosk", "pulse", "serial", "mdb", "gpio", "wiring"];
const VALUES_AND_PORTS: &[&str] = &["money", "ids", "time", "pulse", "serial", "wiring"];
const DOMAIN_AND_ADAPTERS: &[&str] = &[
    "money",
    "ids",
    "time",
    "sale",
    "kiosk",
    "locale",
    "pulse",
    "journal",
    "serial",
    "mdb",
    "gpio",
    "wiring",
    "stripe",
    "input",
    "dispenser",
    "display",
    "config",
    "telemetry",
];
const ALL_BELOW_CLI: &[&str] = &[
    "money",
    "ids",
    "time",
    "sale",
    "kiosk",
    "locale",
    "pulse",
    "journal",
    "serial",
    "mdb",
    "gpio",
    "wiring",
    "stripe",
    "input",
    "dispenser",
    "display",
    "config",
    "telemetry",
    "simulator",
    "daemon",
    "demo",
];

/// What each room may import besides itself, and why no more.
pub(crate) const ROOMS: [(&str, &[&str], &str); 22] = [
    ("money", &[], "a value knows nothing but itself"),
    ("ids", &[], "a value knows nothing but itself"),
    ("time", &[], "a value knows nothing but itself"),
    ("wiring", VALUES, "what the configuration says of wires, for whoever holds their other end"),
    ("pulse", &[], "who answers needs not know who asks"),
    ("sale", VALUES, "pure: a sale knows neither the kiosk around it nor any device"),
    ("kiosk", VALUES_AND_SALES, "pure: it knows its sales and no device"),
    ("locale", VALUES, "it knows words and numbers, and no display"),
    ("journal", VALUES, "it keeps facts as text; what they mean is the core's business"),
    ("serial", DOMAIN, "an adapter: ports and lines, whoever uses them"),
    ("mdb", VALUES_AND_PORTS, "an adapter: one port, with an input's and a dispenser's end"),
    ("gpio", VALUES, "an adapter: chips, whoever uses their lines"),
    ("stripe", DOMAIN, "an adapter: Stripe is seen by the core as meanings"),
    ("input", DOMAIN_AND_BOARDS, "an adapter; boards hang on serial ports and lines"),
    ("dispenser", DOMAIN_AND_BOARDS, "an adapter; boards hang on serial ports and lines"),
    ("display", DOMAIN_AND_LINES, "an adapter: it shows views, and asks nobody"),
    ("config", DOMAIN_AND_WIRING, "an adapter: it makes settings, and starts nothing"),
    ("telemetry", DOMAIN, "an adapter: it tells facts, and asks nobody"),
    ("simulator", VALUES, "it judges kioskd, so that it shares no code with the core"),
    (
        "daemon",
        DOMAIN_AND_ADAPTERS,
        "it alone knows adapters; it never knows that Stripe is played",
    ),
    ("demo", ALL_BELOW_CLI, "it plays the whole kiosk; commands call it, not the reverse"),
    ("cli", ALL_BELOW_CLI, "the outermost room: a command may start whatever it is about"),
];

/// What a room's own tests may import beyond that, and why.
const TESTS: [(&str, &[&str], &str); 2] = [
    ("daemon", &["demo", "simulator"], "the driver is tried on a Stripe that is played"),
    ("kiosk", &["display"], "what customers are told is judged by the words that they read"),
];

/// Whether `path` belongs to a room's tests, and these may import `name`.
pub(crate) fn tests_may(path: &str, name: &str) -> bool {
    let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
    let may = |(tested, names, _): &(&str, &[&str], &str)| {
        room(path) == Some(*tested) && names.contains(&name)
    };
    is_test && TESTS.iter().any(may)
}

/// The room that a file of src/ belongs to; lib.rs and main.rs are the house itself.
pub(crate) fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = match inside.split_once('/') {
        Some((room, _)) => room,
        None => inside.strip_suffix(".rs")?,
    };
    (!matches!(room, "lib" | "main")).then_some(room)
}

/// Whether there is a room of this name.
pub(crate) fn is_room(name: &str) -> bool {
    ROOMS.iter().any(|(room, _, _)| *room == name)
}
