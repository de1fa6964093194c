//! Where log lines go: systemd's journal under systemd, standard error elsewhere.

use std::io::IsTerminal;

use tracing_journald::{Layer as JournalLayer, Priority, PriorityMappings};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What the environment says about logging.
#[derive(Clone, Debug, Default)]
pub struct LogSettings {
    /// `RUST_LOG`: what is logged, by level and module (`debug,hyper=info`); `info` where it is
    /// missing or cannot be read.
    pub filter: Option<String>,
    /// Whether standard error is connected to systemd's journal (`JOURNAL_STREAM` is set).
    pub under_systemd: bool,
}

/// Fields keep their names, and levels are systemd's of the same meaning: a step is information, not
/// a notice.
fn named(layer: JournalLayer) -> JournalLayer {
    layer.with_field_prefix(None).with_priority_mappings(PriorityMappings {
        info: Priority::Informational,
        debug: Priority::Debug,
        ..PriorityMappings::new()
    })
}

/// Starts logging. Done once, by the commands that run for long.
pub fn start(settings: &LogSettings) {
    let directives = settings.filter.as_deref().and_then(|text| text.parse().ok());
    let filter = directives.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let journald = settings.under_systemd.then(tracing_journald::layer).and_then(Result::ok);
    let layer = match journald {
        Some(layer) => named(layer).boxed(),
        None => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .boxed(),
    };
    // A second start (tests in one process) keeps the first.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}
