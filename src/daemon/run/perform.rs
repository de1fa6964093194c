//! What the driver wants done, handed to the tasks that do it.

use tokio::sync::oneshot;

use super::{OrderAnswer, Tasks};
use crate::daemon::driver::{Effect, Event};
use crate::daemon::flights::FlightId;
use crate::daemon::journal_thread::Job;
use crate::daemon::run::Message;
use crate::daemon::{clock, devices, reader_power, tell};
use crate::dispenser::Order;
use crate::ids::DispenserName;
use crate::stripe::Request;

/// Performs what an order brought: the call that it became, or the refusal, is told to whoever waits.
pub(super) fn perform_order(
    mut effects: Vec<Effect>,
    answer: oneshot::Sender<OrderAnswer>,
    tasks: &mut Tasks,
) {
    let refused = effects.iter().find_map(|effect| {
        if let Effect::OrderRefused(why) = effect { Some(why.clone()) } else { None }
    });
    let ordered = effects
        .iter()
        .find_map(|effect| if let Effect::Ordered(flight) = effect { Some(*flight) } else { None });
    if let Some(why) = refused {
        drop(answer.send(Err(why)));
    } else if let Some(flight) = ordered {
        let is_its =
            |effect: &Effect| matches!(effect, Effect::Call { flight: of, .. } if *of == flight);
        if let Some(at) = effects.iter().position(is_its)
            && let Effect::Call { flight, request } = effects.remove(at)
        {
            call(tasks, flight, request, Some(answer));
        }
    }
    perform(effects, tasks);
}

/// Hands effects to the tasks that carry them out.
pub(super) fn perform(effects: Vec<Effect>, tasks: &mut Tasks) {
    for effect in effects {
        tell::effect(&effect, &tasks.reader);
        match effect {
            Effect::Commit(batch) => {
                tasks.devices.watchdog.write_begins(batch.number, clock::now().moment);
                let keep = tasks.running.loaded().settings.journal.keep;
                drop(tasks.journal.send(Job::Commit { batch, keep }));
            }
            Effect::Call { flight, request } => call(tasks, flight, request, None),
            Effect::Vend { dispenser, vend } => order(tasks, &dispenser, Order::Vend(vend)),
            Effect::AskDispenser { dispenser, order: id } => {
                order(tasks, &dispenser, Order::Status { id });
            }
            Effect::CallOff { dispenser, sale } => {
                order(tasks, &dispenser, Order::CallOff { sale });
            }
            Effect::PowerCycleReader => {
                if let Some(program) = &tasks.reader_power {
                    tokio::spawn(reader_power::cycle(program.clone()));
                }
            }
            Effect::Show(view) => tasks.devices.views.send_modify(|told| told.view = Some(view)),
            Effect::Speak { language } => {
                tasks.devices.views.send_modify(|told| told.language = language);
            }
            Effect::Happened { sale, fact, .. } => {
                if let Some(spectator) = &tasks.devices.spectator {
                    drop(spectator.try_send((sale, fact)));
                }
            }
            Effect::SaleOrdered { sale, ordered } => {
                // Whoever has hung up reads it in the journal.
                if let Some(person) = tasks.people.remove(&sale) {
                    drop(person.send(ordered));
                }
            }
            Effect::Filled(ordered) => {
                drop(tasks.filling.take().map(|person| person.send(ordered)));
            }
            Effect::Recall { sales } => drop(tasks.journal.send(Job::Recall { sales })),
            // A customer who chooses again while the first choice waits has chosen once.
            Effect::MenuAnswered(word) => {
                drop(tasks.devices.menu.as_ref().map(|menu| menu.try_send(word)));
            }
            Effect::Reason(..)
            | Effect::PriceDiffers { .. }
            | Effect::CallFailed { .. }
            | Effect::CallWorks { .. }
            | Effect::CancelsSpare { .. }
            | Effect::LeftAlone { .. }
            | Effect::Turned(..)
            | Effect::Ordered(_)
            | Effect::OrderRefused(_) => {}
        }
    }
}

pub(super) fn order(tasks: &Tasks, dispenser: &DispenserName, order: Order) {
    devices::order(&tasks.devices.dispensers, dispenser, order, || tasks.messages.clone());
}

/// Makes a call in a task of its own. It is never dropped: what may move money is heard out.
/// The loop hears of its end before the person does who waits for it.
pub(super) fn call(
    tasks: &Tasks,
    flight: FlightId,
    request: Request,
    person: Option<oneshot::Sender<OrderAnswer>>,
) {
    let (client, messages) = (tasks.client.clone(), tasks.messages.clone());
    tokio::spawn(async move {
        let wire = request.wire();
        let begun = tokio::time::Instant::now();
        let result = client.send(&wire).await;
        tell::call_ended(&wire, &result, begun.elapsed());
        let told = person.map(|person| (person, result.clone()));
        drop(messages.send(Message::Event(Event::Replied { flight, result })).await);
        if let Some((person, result)) = told {
            drop(person.send(Ok(result)));
        }
    });
}
