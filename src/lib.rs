//! kioskd sells from an unattended kiosk with a card reader driven through Stripe's API.
//!
//!
//! | room | what it is for |
//! |---|---|
//! | [`money`], [`ids`], [`time`] | values that cannot be mixed up |
//! | [`cli`] | a file per subcommand |
//! | [`daemon`] | the driver that owns the state, and the tasks around it |
//! | [`journal`] | the write-ahead journal of sales |
//! | [`kiosk`] | pure: the kiosk around its sales, what the display shows, what is out of order |
//! | [`telemetry`] | log names, and facts as sentences |
//! | [`display`] | views as words, and words as light |
//! | [`stripe`] | typed client: requests, replies, what errors mean, transport |
//! | [`sale`] | pure: one sale, what has become true and what it wants done |
//! | [`config`] | from files and the environment to settings that cannot be wrong; the API key |
//! | [`simulator`] | Stripe, its readers and their customers, for the demo and the tests |

pub mod cli;
pub mod config;
pub mod daemon;
pub mod dispenser;
pub mod display;
pub mod ids;
pub mod input;
pub mod journal;
pub mod kiosk;
pub mod money;
pub mod sale;
pub mod serial;
pub mod simulator;
pub mod stripe;
pub mod telemetry;
pub mod time;
