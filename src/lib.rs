//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//! The rooms, and which way dependencies point: `money, ids ← sale ← kiosk ← daemon → the rest`.
//! Adapters know domain types and never each other; only the daemon and the commands know adapters.
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`sale`] | pure: one sale, what has become true and what it wants done |
//! | [`kiosk`] | pure: the kiosk around its sales, what the display shows, what is out of order |
//! | [`daemon`] | the driver that owns the state, and the tasks around it |
//! | [`pulse`] | how a task shows the watchdog that it does its work |
//! | [`journal`] | the write-ahead journal of sales |
//! | [`stripe`] | typed client: requests, replies, what errors mean, transport |
//! | [`serial`] | serial ports: opening, lines, coming back |
//! | [`mdb`] | a vending machine's bus, and what is said on it |
//! | [`gpio`] | what is shared of the GPIO character device |
//! | [`wiring`] | values: how buttons, keypads and relays are wired, what is on tickets |
//! | [`input`] | where selections come from |
//! | [`dispenser`] | what delivers, and what it says |
//! | [`display`] | views as words, and words as light |
//! | [`locale`] | languages: what customers read, and how money is written |
//! | [`config`] | from files and the environment to settings that cannot be wrong; the API key |
//! | [`telemetry`] | log names, and facts as sentences |
//! | [`simulator`] | Stripe, its readers and their customers, for the demo and the tests |
//! | [`demo`] | a whole kiosk without hardware: a script in virtual time, or a screen |
//! | [`cli`] | a file per subcommand |

pub mod cli;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod dispenser;
pub mod display;
pub mod gpio;
pub mod ids;
pub mod input;
pub mod journal;
pub mod kiosk;
pub mod locale;
pub mod mdb;
pub mod money;
pub mod pulse;
pub mod sale;
pub mod serial;
pub mod simulator;
pub mod stripe;
pub mod telemetry;
pub mod time;
pub mod wiring;
