//! What goes on for long is told at its start, then at ever longer intervals with how often it was
//! so, and once more when it ends. What changes about it is told at once.
//!
//! Pure: time is an argument.

use std::time::Duration;

use crate::kiosk::out_of_order::Since;
use crate::time::{Moment, WallTime};

/// The first interval; each is twice as long as the one before.
const FIRST_GAP: Duration = Duration::from_mins(1);

/// The longest interval: whoever looks at the log of a day finds it there.
const LONGEST_GAP: Duration = Duration::from_hours(6);

/// What comes back this soon after its end goes on: what comes and goes must not fill the log. And
/// what was not seen for so long, and whose end nobody tells, has ended.
const QUIET: Duration = Duration::from_hours(1);

/// So many different troubles are told at once; more of them wait for the next interval.
const CHANGES: usize = 8;

/// What is to be told of something that is so again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// It is new.
    First,
    /// It goes on, and is another than before.
    Another(Lasted),
    /// It goes on.
    Still(Lasted),
    /// It had ended, and is back.
    Back(Lasted),
}

/// How long something goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lasted {
    /// How often it was so.
    pub count: u32,
    /// Since when.
    pub since: WallTime,
}

/// What was told of one thing that may go on for long; `K` tells one trouble from another.
#[derive(Clone, Debug)]
pub struct Repeats<K> {
    quiet: Duration,
    episode: Option<Episode<K>>,
}

#[derive(Clone, Debug)]
struct Episode<K> {
    since: WallTime,
    count: u32,
    kinds: Vec<K>,
    gap: Duration,
    due: Moment,
    last: Moment,
    ended: bool,
    /// Whether something was told since its end was.
    end_is_news: bool,
}

impl<K> Default for Repeats<K> {
    fn default() -> Self {
        Self::quiet_for(QUIET)
    }
}

impl<K> Repeats<K> {
    /// For something that is new again when it was not so for this long.
    pub fn quiet_for(quiet: Duration) -> Self {
        Self { quiet, episode: None }
    }
}

impl<K: PartialEq> Repeats<K> {
    /// It is so, or so again: what is to be told.
    pub fn again(&mut self, kind: K, now: Since) -> Option<Told> {
        let quiet = self.quiet;
        let going_on = self.episode.take().filter(|it| now.moment.since(it.last) <= quiet);
        let Some(mut episode) = going_on else {
            self.episode = Some(Episode::begin(kind, now));
            return Some(Told::First);
        };
        episode.count = episode.count.saturating_add(1);
        episode.last = now.moment;
        let was_over = std::mem::take(&mut episode.ended);
        let lasted = episode.lasted();
        let told = if !episode.kinds.contains(&kind) && episode.kinds.len() < CHANGES {
            episode.kinds.push(kind);
            Some(Told::Another(lasted))
        } else if now.moment >= episode.due {
            episode.gap = (episode.gap * 2).min(LONGEST_GAP);
            Some(if was_over { Told::Back(lasted) } else { Told::Still(lasted) })
        } else {
            None
        };
        if told.is_some() {
            episode.due = now.moment + episode.gap;
            episode.end_is_news = true;
        }
        self.episode = Some(episode);
        told
    }

    /// It is over: what is to be told.
    pub fn over(&mut self, now: Moment) -> Option<Lasted> {
        let episode = self.episode.as_mut().filter(|episode| !episode.ended)?;
        episode.ended = true;
        episode.last = now;
        std::mem::take(&mut episode.end_is_news).then(|| episode.lasted())
    }

    /// Whether nothing has to be remembered any more.
    pub fn is_forgotten(&self, now: Moment) -> bool {
        self.episode.as_ref().is_none_or(|episode| now.since(episode.last) > self.quiet)
    }
}

impl<K> Episode<K> {
    fn begin(kind: K, now: Since) -> Self {
        Self {
            since: now.wall,
            count: 1,
            kinds: vec![kind],
            gap: FIRST_GAP,
            due: now.moment + FIRST_GAP,
            last: now.moment,
            ended: false,
            end_is_news: true,
        }
    }

    fn lasted(&self) -> Lasted {
        Lasted { count: self.count, since: self.since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Since {
        let wall = WallTime(i64::try_from(seconds).unwrap() * 1000);
        Since { moment: Moment::from_millis(seconds * 1000), wall }
    }

    fn lasted(count: u32) -> Lasted {
        Lasted { count, since: WallTime(0) }
    }

    #[test]
    fn the_start_is_told_then_ever_fewer_and_the_end() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.again("a", at(0)), Some(Told::First));
        assert_eq!(repeats.again("a", at(59)), None);
        assert_eq!(repeats.again("a", at(60)), Some(Told::Still(lasted(3))));
        assert_eq!(repeats.again("a", at(179)), None);
        assert_eq!(repeats.again("a", at(180)), Some(Told::Still(lasted(5))));
        assert_eq!(repeats.over(at(200).moment), Some(lasted(5)));
        assert_eq!(repeats.over(at(201).moment), None, "once");
    }

    #[test]
    fn another_trouble_is_told_at_once() {
        let mut repeats = Repeats::default();
        repeats.again("a", at(0));
        assert_eq!(repeats.again("b", at(1)), Some(Told::Another(lasted(2))));
        assert_eq!(repeats.again("a", at(2)), None, "that was said");
    }

    #[test]
    fn three_days_of_probes_are_some_twenty_lines() {
        let mut repeats = Repeats::default();
        let told = (0..3 * 86_400 / 5).filter(|n| repeats.again("a", at(n * 5)).is_some()).count();
        assert!((15..=25).contains(&told), "{told}");
    }

    #[test]
    fn what_comes_and_goes_for_three_days_does_not_fill_the_log() {
        let mut repeats = Repeats::default();
        let mut told = 0;
        for n in 0..3 * 86_400 / 20 {
            let kind = n % 3;
            told += usize::from(repeats.again(kind, at(n * 20)).is_some());
            told += usize::from(repeats.over(at(n * 20 + 10).moment).is_some());
        }
        assert!(told <= 50, "{told}");
    }

    #[test]
    fn what_comes_back_later_is_news() {
        let mut repeats = Repeats::default();
        repeats.again("a", at(0));
        repeats.over(at(10).moment);
        assert!(!repeats.is_forgotten(at(3610).moment));
        assert!(repeats.is_forgotten(at(3611).moment));
        assert_eq!(repeats.again("a", at(3611)), Some(Told::First));
        assert_eq!(repeats.again("a", at(2 * 3611)), Some(Told::First), "nobody tells its end");
    }

    #[test]
    fn what_comes_back_sooner_is_told_at_its_interval() {
        let mut repeats = Repeats::default();
        repeats.again("a", at(0));
        repeats.over(at(10).moment);
        assert_eq!(repeats.again("a", at(20)), None);
        assert_eq!(repeats.over(at(30).moment), None);
        assert_eq!(repeats.again("a", at(90)), Some(Told::Back(lasted(3))));
        assert_eq!(repeats.over(at(100).moment), Some(lasted(3)));
    }

    #[test]
    fn the_end_of_what_was_never_told_is_no_news() {
        let mut repeats = Repeats::<&str>::default();
        assert_eq!(repeats.over(at(0).moment), None);
    }
}
