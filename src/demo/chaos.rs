//! Scripts that nobody wrote: customers, crashes and outages in any order. Whatever happens, the
//! books are right when everything has come to rest.

mod faults;

use std::time::Duration;

use proptest::prelude::*;

use crate::demo::script::{Command, play};
use crate::demo::world::World;
use crate::kiosk::Setup;
use crate::money::Money;
use crate::sale::cards::CardKinds;
use crate::sale::fact::{CaptureMode, Flow};
use crate::simulator::{self, Card};

/// A kiosk that looks at cards before they are authorized, and takes none that is prepaid.
pub(super) fn two_steps(setup: &mut Setup) {
    setup.policy.flow = Flow::CollectConfirm;
    let funding = ["prepaid".to_owned()].into();
    setup.policy.cards.reject = CardKinds { funding, ..CardKinds::default() };
}

/// An account at Stripe; what the documentation leaves open goes one way or the other.
fn accounts() -> impl Strategy<Value = simulator::Setup> {
    (0_u64..1000, any::<bool>(), any::<bool>()).prop_map(
        |(seed, collected_is_in_progress, collects_again)| simulator::Setup {
            seed,
            collected_is_in_progress,
            collects_again,
            ..simulator::Setup::default()
        },
    )
}

/// How cards pay.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Held at the tap, captured after the vend.
    Held,
    /// Charged at the tap.
    AtTheTap,
    /// Interac at the tap, other cards held.
    Canadian,
}

impl Way {
    fn set_up(self, setup: &mut Setup) {
        match self {
            Self::Held => {}
            Self::AtTheTap => setup.policy.capture = CaptureMode::Automatic,
            Self::Canadian => {
                setup.policy.interac = true;
                for product in setup.catalog.values_mut() {
                    product.price = Money::new(product.price.amount, "cad".parse().unwrap());
                }
            }
        }
    }
}

/// Customers may fill a cart.
fn with_carts(setup: &mut Setup) {
    setup.cart_limit = Some(4);
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let card = prop_oneof![
        4 => Just(Card::VISA),
        3 => Just(Card::INTERAC),
        1 => Just(Card::DECLINED),
        1 => Just(Card::MASTERCARD_PREPAID),
        1 => Just(Card::INSUFFICIENT_FUNDS),
    ];
    let wait = prop_oneof![
        6 => 0_u64..3_000,
        2 => 3_000_u64..30_000,
        1 => 30_000_u64..200_000,
    ];
    let code = || prop_oneof![Just("A1"), Just("A2"), Just("B1")];
    let command = prop_oneof![
        6 => code().prop_map(|code| Command::Select(code.parse().unwrap())),
        1 => code().prop_map(|code| Command::Remove(code.parse().unwrap())),
        3 => Just(Command::Pay),
        5 => card.prop_map(Command::Tap),
        6 => wait.prop_map(|millis| Command::Wait(Duration::from_millis(millis))),
        1 => Just(Command::Cancel),
        2 => Just(Command::Jam),
        2 => Just(Command::Crash),
        2 => any::<bool>().prop_map(|up| Command::Network { up }),
        1 => Just(Command::WalkAway),
    ];
    prop::collection::vec(command, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_in_whatever_order_the_books_are_right(
        mut commands in commands(),
        account in accounts(),
        in_two_steps in any::<bool>(),
        reader_display in any::<bool>(),
        in_carts in any::<bool>(),
        way in prop_oneof![2 => Just(Way::Held), 1 => Just(Way::AtTheTap), 1 => Just(Way::Canadian)],
    ) {
        commands.push(Command::Network { up: true });
        // After an outage of a quarter of an hour a look comes every eight minutes at the least.
        commands.push(Command::Wait(Duration::from_mins(10)));
        // When all is over, the kiosk sells: it has come back by itself.
        commands.push(Command::Select("A1".parse().unwrap()));
        commands.push(Command::Pay);
        commands.push(Command::Tap(Card::VISA));
        commands.push(Command::Wait(Duration::from_secs(20)));
        let script: Vec<(usize, Command)> = commands.into_iter().enumerate().collect();
        let dir = tempfile::tempdir().unwrap();
        let change = |setup: &mut Setup| {
            way.set_up(setup);
            setup.reader_display = reader_display;
            if in_two_steps {
                two_steps(setup);
            }
            if in_carts {
                with_carts(setup);
            }
        };
        let mut world = World::with(dir.path(), account, change).unwrap();
        let mut told = Vec::new();
        let played = play(&mut world, &script, |line| told.push(line.to_owned())).unwrap();
        let last = world.latest().and_then(|sale| sale.outcome);
        prop_assert!(
            played.findings.is_empty(),
            "{:#?}\n{}\n{}", played.findings, played.summary, told.join("\n")
        );
        prop_assert!(
            matches!(last.as_deref(), Some("sold" | "released" | "refunded")),
            "the last customer was not served: {last:?}\n{}", told.join("\n")
        );
    }
}
