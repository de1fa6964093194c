//! The condition of a reader: what stays wrong with it until something ends it.

use std::time::Duration;

use super::error::{Refusal, SimulatorError};
use super::faults::FaultKind;
use super::model::Model;
use super::names::{earlier, later};
use super::reader::Reader;
use super::scheduled::Event;
use crate::ids::ReaderId;
use crate::time::WallTime;

/// What is wrong with a reader. `Default` is a sound one.
#[derive(Clone, Debug, Default)]
pub(super) struct Condition {
    /// Until when it installs an update or new settings, and takes no command.
    pub(super) updates_until: Option<WallTime>,
    /// Whether no command reaches it although it is online.
    pub(super) is_deaf: bool,
    /// What its object says of its connection, true or not.
    pub(super) shown: Option<Shown>,
}

/// What a reader's object says of its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) is_online: bool,
    /// The `last_seen_at`; `None`: as it is.
    pub(super) last_seen: Option<WallTime>,
}

impl Model {
    /// The reader gets no command any more although it is online: each ends in
    /// `terminal_reader_timeout`, until the reader is power-cycled.
    pub fn deafen_reader(
        &mut self,
        reader: &ReaderId,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.condition_mut(reader, now)?.is_deaf = true;
        Ok(())
    }

    /// The update of a reader is done: it takes commands again.
    pub fn end_reader_update(
        &mut self,
        reader: &ReaderId,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.condition_mut(reader, now)?.updates_until = None;
        Ok(())
    }

    /// Somebody pulls the reader's plug and puts it back: it is offline for a while, then sound
    /// again. What it did becomes `left`; a card that it was having authorized is authorized all
    /// the same, for the issuer was already asked.
    pub fn power_cycle_reader(
        &mut self,
        reader: &ReaderId,
        off: Duration,
        left: LeftBehind,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        let condition = self.condition_mut(reader, now)?;
        *condition = Condition { shown: condition.shown, ..Condition::default() };
        self.interrupt_action(reader, left);
        let since = self.now;
        self.reader_mut(reader).offline_since.get_or_insert(since);
        self.schedule.add(later(self.now, off), Event::PoweredUp(reader.clone()));
        Ok(())
    }

    /// The reader's object says `online` or `offline`, and that it was seen so long ago, whether
    /// or not commands reach it. `None` lets it tell the truth again, as late as ever.
    pub fn show_reader_status(
        &mut self,
        reader: &ReaderId,
        is_online: Option<bool>,
        seen_ago: Option<Duration>,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        let least = self.setup.offline_shows_after;
        let seen_ago = seen_ago.or((is_online == Some(false)).then_some(least));
        let last_seen = seen_ago.map(|ago| earlier(now, ago));
        let shown = is_online.map(|is_online| Shown { is_online, last_seen });
        self.condition_mut(reader, now)?.shown = shown;
        Ok(())
    }

    /// `online` or `offline` as the object says, which lags behind the truth or overrides it.
    pub(super) fn reader_status(&self, reader: &Reader) -> &'static str {
        let shows_after = self.setup.offline_shows_after;
        let is_late = |since: WallTime| later(since, shows_after) > self.now;
        let is_online = match reader.condition.shown {
            Some(shown) => shown.is_online,
            None => reader.offline_since.is_none_or(is_late),
        };
        if is_online { "online" } else { "offline" }
    }

    /// The `last_seen_at` of the object.
    pub(super) fn last_seen(&self, reader: &Reader) -> WallTime {
        let shown = reader.condition.shown.and_then(|shown| shown.last_seen);
        shown.or(reader.offline_since).unwrap_or(self.now)
    }

    pub(super) fn begin_update(&mut self, reader: &ReaderId, lasts: Option<Duration>) {
        let until = lasts.map_or(WallTime(i64::MAX), |lasts| later(self.now, lasts));
        self.reader_mut(reader).condition.updates_until = Some(until);
    }

    /// Whether a command gets to the reader, or the refusal that Stripe answers with.
    pub(super) fn check_reachable(&mut self, reader: &ReaderId) -> Result<(), Refusal> {
        let struck = self.faults.strike(reader, FaultKind::Connection).is_some();
        let Reader { offline_since, condition, .. } = &self.readers[reader];
        if struck || offline_since.is_some() {
            let message = "Reader is currently offline, please ensure the reader is powered on \
                           and connected to the internet before retrying your request.";
            let status = self.setup.reader_error_status;
            return Err(Refusal::state("terminal_reader_offline", message).at(status));
        }
        if condition.updates_until.is_some_and(|until| until > self.now) {
            return Err(self.busy("Reader is currently busy with an update or new settings."));
        }
        if condition.is_deaf {
            return Err(self.reader_timeout());
        }
        Ok(())
    }

    fn condition_mut(
        &mut self,
        reader: &ReaderId,
        now: WallTime,
    ) -> Result<&mut Condition, SimulatorError> {
        self.advance(now);
        let found = self.readers.get_mut(reader);
        let found = found.ok_or_else(|| SimulatorError::NoReader { reader: reader.clone() })?;
        Ok(&mut found.condition)
    }
}

/// What becomes of the action of a reader that loses its power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBehind {
    /// It stays `in_progress` for ever.
    Stuck,
    /// It fails with `connection_error`.
    Failed,
}
