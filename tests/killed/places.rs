//! The places by name: each is reached by a customer and a machine that lead there.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::machine::Behavior;
use crate::people::Person;
use crate::points::{Aim, Call, Line, Site, WHENS};
use crate::world::{Manner, Visit, World};

/// A customer may be slower than the clock: then the next one leads there.
const TRIES: u32 = 4;

/// Visits each place of this kiosk's manner of selling, and counts the deaths.
pub fn visit_all(world: &mut World, deaths: &AtomicU64) {
    for (site, passes, who) in of(world.manner) {
        let aim = Aim::At(site, passes);
        let reached = (0..TRIES).any(|_| {
            let struck = world.serve(who.visit(aim));
            deaths.fetch_add(struck, Ordering::Relaxed);
            struck > 0
        });
        if !reached {
            world.find("every_place_is_reached", format!("nobody was killed at {aim:?}"));
        }
    }
}

/// Who leads to a place.
#[derive(Clone, Copy)]
enum Who {
    Pays,
    Cancels,
    FindsItJammed,
    FindsItSilent,
}

impl Who {
    fn visit(self, aim: Aim) -> Visit {
        let (person, vend) = match self {
            Self::Pays => (Person::honest(), Behavior::Gives(20)),
            Self::Cancels => (Person::cancels(), Behavior::Gives(20)),
            Self::FindsItJammed => (Person::honest(), Behavior::Jams(20)),
            Self::FindsItSilent => (Person::honest(), Behavior::GivesSilently(20)),
        };
        Visit { person, vend, aims: VecDeque::from([aim]), dead_for: Duration::ZERO }
    }
}

/// The places of a manner of selling: each has its own part of them.
fn of(manner: Manner) -> Vec<(Site, u32, Who)> {
    let calls = match (manner.flow, manner.capture) {
        (_, "automatic") => vec![(Call::Refund, Who::FindsItJammed)],
        ("process", _) => vec![
            (Call::Create, Who::Pays),
            (Call::Process, Who::Pays),
            (Call::Capture, Who::Pays),
            (Call::Clear, Who::Cancels),
            (Call::Fence, Who::Cancels),
        ],
        _ => vec![(Call::Collect, Who::Pays), (Call::Confirm, Who::Pays)],
    };
    let at = |(call, who)| WHENS.map(|when| (Site::Call(call, when), 0, who));
    let mut places: Vec<_> = calls.into_iter().flat_map(at).collect();
    if manner.flow == "collect_confirm" && manner.capture == "after_vend" {
        let lines = [
            (Line::VendRead, Who::Pays),
            (Line::MotorStopped, Who::Pays),
            (Line::Answered, Who::Pays),
            (Line::StatusRead, Who::FindsItSilent),
            (Line::StatusAnswered, Who::FindsItSilent),
        ];
        places.extend(lines.map(|(line, who)| (Site::Line(line), 0, who)));
    }
    if manner.flow == "process" && manner.capture == "automatic" {
        // The kernel tells of writes that follow each other at once as of one: a sale on a fast disk
        // has fewer. Later ones are struck at random.
        places.extend((0..5).step_by(2).map(|n| (Site::Write, n, Who::Pays)));
    }
    places
}
