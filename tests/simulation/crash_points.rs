//! Every point at which the daemon can die, in a scenario for each way a payment goes: right before
//! and right after each write and each effect, once and twice, as a kill and as a power cut.

use kioskd::sale::fact::{CaptureMode, Flow, UnknownVend};
use kioskd::simulator::{Card, EndedPrompt, Fault, LeftBehind};

use crate::auditor::{Finding, Millis};
use crate::machine::{Fate as Vend, Kind};
use crate::network::{Fate, Weather};
use crate::people::Person;
use crate::plan::{Fixed, Plan};
use crate::run::{self, Outcome};
use crate::store::Weather as DiskWeather;
use crate::troubles::Trouble;
use crate::world::{Coming, Death, Script, World};

/// A customer, and what goes wrong meanwhile.
#[derive(Clone)]
pub struct Scenario {
    /// What happens, in words.
    pub name: &'static str,
    fixed: Fixed,
    canadian: bool,
    cart: bool,
    two_machines: bool,
    /// What the machine is.
    kind: Kind,
    person: Person,
    calls: Vec<(&'static str, Fate)>,
    vends: Vec<Vend>,
    troubles: Vec<(Millis, Trouble)>,
}

impl Scenario {
    fn plan(&self, one_supply: bool) -> Plan {
        let Self { canadian, cart, two_machines, kind, .. } = *self;
        let kinds = [kind; 2];
        Plan { one_supply, canadian, cart, two_machines, kinds, ..Plan::quiet(SEED, self.fixed) }
    }

    /// Plays it, with these deaths.
    pub fn play(&self, one_supply: bool, deaths: &[(u64, Death)], tells: bool) -> Outcome {
        let mut world = World::new(self.plan(one_supply), deaths, tells);
        let opening = 5_000;
        world.run_until(opening);
        world.script = Script { calls: self.calls.clone(), vends: self.vends.clone().into() };
        for (at, trouble) in &self.troubles {
            world.after(*at, Coming::Trouble(*trouble));
        }
        world.comes(self.person.clone(), 0);
        world.run_until(opening + LASTS);
        let points = world.power.points;
        Outcome { points, ..run::finish(world) }
    }
}

/// What is left open by a scenario is drawn from this.
const SEED: u64 = 7;

const GIVES: Vend = Vend::Gives(1_500);
const JAMS: Vend = Vend::Jams(1_500);

/// How long a scenario is played before all is mended.
const LASTS: Millis = 180_000;

/// Slots of a kind of scenario.
fn plain(name: &'static str) -> Scenario {
    let fixed = Fixed {
        flow: Some(Flow::Process),
        capture: Some(CaptureMode::AfterVend),
        unknown_vend: Some(UnknownVend::Release),
    };
    Scenario {
        name,
        fixed,
        canadian: false,
        cart: false,
        two_machines: false,
        kind: Kind::Board,
        person: Person::honest(),
        calls: Vec::new(),
        vends: vec![Vend::Gives(1_500)],
        troubles: Vec::new(),
    }
}

fn by(name: &'static str, person: Person) -> Scenario {
    Scenario { person, ..plain(name) }
}

fn call(name: &'static str, end: &'static str, fate: Fate) -> Scenario {
    Scenario { calls: vec![(end, fate)], ..plain(name) }
}

fn vend(name: &'static str, vend: Vend, unknown_vend: UnknownVend) -> Scenario {
    let fixed = Fixed { unknown_vend: Some(unknown_vend), ..plain(name).fixed };
    Scenario { vends: vec![vend], fixed, ..plain(name) }
}

fn trouble(name: &'static str, at: Millis, trouble: Trouble) -> Scenario {
    Scenario { troubles: vec![(at, trouble)], ..plain(name) }
}

fn reader(name: &'static str, fault: Fault) -> Scenario {
    trouble(name, 0, Trouble::Reader(fault))
}

/// Three products; what becomes of each.
fn cart(name: &'static str, vends: [Vend; 3]) -> Scenario {
    let person = Person::with_cart(&["A2", "B1"]);
    Scenario { cart: true, person, vends: vends.to_vec(), ..plain(name) }
}

/// The third product sits in another machine.
fn two_machines(scenario: Scenario) -> Scenario {
    Scenario { two_machines: true, ..scenario }
}

/// It comes out of relays, or of a vending machine that asks for it.
fn of(kind: Kind, scenario: Scenario) -> Scenario {
    Scenario { kind, ..scenario }
}

fn at_the_tap(scenario: Scenario) -> Scenario {
    let fixed = Fixed { capture: Some(CaptureMode::Automatic), ..scenario.fixed };
    Scenario { fixed, ..scenario }
}

fn interac(scenario: Scenario) -> Scenario {
    let person = scenario.person.paying_with(Card::INTERAC);
    Scenario { canadian: true, person, ..scenario }
}

fn two_steps(scenario: Scenario) -> Scenario {
    let fixed = Fixed { flow: Some(Flow::CollectConfirm), ..scenario.fixed };
    Scenario { fixed, ..scenario }
}

/// One for each phase and each way a payment goes wrong.
#[expect(clippy::too_many_lines, reason = "a list: a line for each")]
pub fn scenarios() -> Vec<Scenario> {
    use UnknownVend::{Capture, Hold, Release};
    let failed = |executed| Fate::Error { name: "api_error", executed };
    let declined = [Card::DECLINED, Card::VISA];
    let never = [Card::DECLINED; 4];
    let prepaid = [Card::MASTERCARD_PREPAID, Card::VISA];
    let mut all = vec![
        plain("sold"),
        by("a second card", Person::with_cards(&declined)),
        by("no card is good", Person::with_cards(&never)),
        by("nobody taps", Person::idle()),
        by("cancelled on the kiosk", Person::cancels(2_500)),
        by("cancelled on the kiosk while the card is authorized", Person::cancels(3_500)),
        by("cancelled on the reader", Person::cancels_on_reader(1_000)),
        vend("it jams", Vend::Jams(1_500), Release),
        vend("it comes and nobody says so", Vend::GivesSilently(1_500), Release),
        vend("it jams and nobody says so", Vend::JamsSilently(1_500), Release),
        vend("it comes late", Vend::Gives(45_000), Release),
        vend("garbled, released", Vend::Unheard, Release),
        vend("garbled, captured", Vend::Unheard, Capture),
        vend("garbled, held", Vend::Unheard, Hold),
        trouble("the port goes while it turns", 5_500, Trouble::Port(0, false)),
        reader("offline", Fault::Offline),
        reader("a true timeout", Fault::Timeout { prompts: false, after_ms: 0 }),
        reader("a false timeout", Fault::Timeout { prompts: true, after_ms: 0 }),
        reader("a timeout, and a late prompt", Fault::Timeout { prompts: true, after_ms: 9_000 }),
        reader("stuck, and paid", Fault::StuckAction { authorizes: true }),
        reader("stuck, and not paid", Fault::StuckAction { authorizes: false }),
        reader("connection_error, and paid", connection_error(true, 0)),
        reader("connection_error, and paid later", connection_error(true, 3_000)),
        reader("connection_error, and not paid", connection_error(false, 0)),
        reader("hardware fault", Fault::HardwareFault),
        reader("the prompt fails", prompt_ends(EndedPrompt::Failed)),
        reader("the prompt is gone", prompt_ends(EndedPrompt::Gone)),
        trouble("updating", 0, Trouble::Reader(Fault::Updating { for_ms: Some(20_000) })),
        trouble("restarts", 3_000, Trouble::ReaderRestarts(20_000, LeftBehind::Failed)),
        trouble("restarts, stuck", 3_000, Trouble::ReaderRestarts(20_000, LeftBehind::Stuck)),
        trouble("deaf", 0, Trouble::ReaderDeaf),
        trouble("another system pays", 800, Trouble::StrangerComes),
        trouble("another system shows", 1_000, Trouble::StrangerShows),
        trouble("no route", 2_000, weather(Weather::NoRoute)),
        trouble("no replies", 2_000, weather(Weather::NoReplies)),
        trouble("a portal", 2_000, weather(Weather::Portal)),
        trouble("429", 2_000, weather(Weather::TooMany)),
        trouble("5xx", 2_000, weather(Weather::Failing)),
        trouble("the disk is full", 2_000, Trouble::Disk(DiskWeather::Full, 8_000)),
        trouble("the disk fails falsely", 2_000, Trouble::Disk(DiskWeather::Lies, 8_000)),
        trouble("the key is revoked", 2_000, Trouble::KeyRevoked),
        trouble("the key may not capture", 2_000, Trouble::KeyLacks("captures")),
        trouble("settled by hand", 4_700, Trouble::Dashboard),
        cart("three of three", [GIVES; 3]),
        cart("the second jams", [GIVES, JAMS, GIVES]),
        cart("the first is garbled", [Vend::Unheard, GIVES, GIVES]),
        cart("nobody says that the last one came", [GIVES, GIVES, Vend::GivesSilently(1_500)]),
        cart("none comes", [JAMS; 3]),
        two_machines(cart("of two machines", [GIVES; 3])),
        two_machines(cart("of two machines, the second one jams", [GIVES, GIVES, JAMS])),
        at_the_tap(cart("charged at the tap, the second jams", [GIVES, JAMS, GIVES])),
        interac(cart("interac, the second of three jams", [GIVES, JAMS, GIVES])),
        at_the_tap(plain("charged at the tap")),
        at_the_tap(vend("charged at the tap, and it jams", Vend::Jams(1_500), Release)),
        at_the_tap(vend("charged at the tap, garbled", Vend::Unheard, Release)),
        interac(plain("interac")),
        interac(vend("interac, and it jams", Vend::Jams(1_500), Release)),
        two_steps(plain("two steps")),
        two_steps(by("two steps, a card that is not taken", Person::with_cards(&prepaid))),
        two_steps(by("two steps, a second card", Person::with_cards(&declined))),
        two_steps(by("two steps, cancelled", Person::cancels(3_500))),
        two_steps(reader("two steps, connection_error", connection_error(true, 0))),
    ];
    for (lost, failing, twice, end) in [
        ("create lost", "create fails", "create made and fails", "/v1/payment_intents"),
        ("prompt lost", "prompt fails", "prompt made and fails", "/process_payment_intent"),
        ("capture lost", "capture fails", "capture made and fails", "/capture"),
    ] {
        all.push(call(lost, end, Fate::ReplyLost));
        all.push(call(failing, end, failed(false)));
        all.push(call(twice, end, failed(true)));
    }
    for (name, fate) in [
        ("a part is refunded, and that is lost", Fate::ReplyLost),
        ("a part is refunded, and that fails", failed(false)),
        ("a part is refunded, and that is done and fails", failed(true)),
    ] {
        let refunded = at_the_tap(cart(name, [GIVES, JAMS, GIVES]));
        all.push(Scenario { calls: vec![("POST /v1/refunds", fate)], ..refunded });
    }
    all.extend(of_machines_that_forget());
    for end in ["/cancel_action", "/cancel"] {
        for fate in [Fate::ReplyLost, failed(false), failed(true)] {
            let cancels = by("cancelled, and that is lost or fails", Person::cancels(2_500));
            all.push(Scenario { calls: vec![(end, fate)], ..cancels });
        }
    }
    all
}

/// What remembers nothing for a daemon that died: relays, and a vending machine that asks.
fn of_machines_that_forget() -> Vec<Scenario> {
    use Kind::{Bus, Relays};
    use UnknownVend::{Capture, Hold, Release};
    let silent = Vend::GivesSilently(1_500);
    let gives_up = |name, at| of(Bus, trouble(name, at, Trouble::MachineGivesUp(0)));
    let port = |name, at| trouble(name, at, Trouble::Port(0, false));
    vec![
        of(Relays, vend("relays, released", GIVES, Release)),
        of(Relays, vend("relays, captured", GIVES, Capture)),
        of(Relays, vend("relays, held", GIVES, Hold)),
        of(Relays, vend("relays, it jams", JAMS, Capture)),
        of(Relays, port("relays, the chip goes while it turns", 5_500)),
        of(Relays, at_the_tap(plain("relays, charged at the tap"))),
        of(Relays, cart("relays, the second jams", [GIVES, JAMS, GIVES])),
        of(Bus, vend("a machine, released", GIVES, Release)),
        of(Bus, vend("a machine, captured", GIVES, Capture)),
        of(Bus, vend("a machine, held", GIVES, Hold)),
        of(Bus, vend("a machine, it jams", JAMS, Capture)),
        of(Bus, vend("a machine says nothing, released", silent, Release)),
        of(Bus, vend("a machine says nothing, captured", silent, Capture)),
        of(Bus, vend("a machine is late", Vend::Gives(45_000), Release)),
        of(Bus, by("a machine, no card is good", Person::with_cards(&[Card::DECLINED; 4]))),
        of(Bus, by("a machine, cancelled on the reader", Person::cancels_on_reader(1_000))),
        of(Bus, at_the_tap(plain("a machine, charged at the tap"))),
        of(Bus, two_steps(plain("a machine, two steps"))),
        of(Bus, port("a machine, the port goes before the tap", 2_500)),
        of(Bus, port("a machine, the port goes while it turns", 5_500)),
        gives_up("a machine gives up before the tap", 2_500),
        gives_up("a machine gives up while the card is authorized", 3_500),
        gives_up("a machine gives up as it is approved", 4_500),
    ]
}

fn connection_error(authorizes: bool, after_ms: u64) -> Fault {
    Fault::ConnectionError { authorizes, after_ms }
}

fn prompt_ends(action: EndedPrompt) -> Fault {
    Fault::PromptEnds { after_ms: 1_000, action }
}

fn weather(weather: Weather) -> Trouble {
    Trouble::Weather(weather, 40_000)
}

/// Where a scenario was cut, and what that broke.
pub struct Broken {
    /// The scenario.
    pub scenario: &'static str,
    /// Whether the machine lost its power as well.
    pub one_supply: bool,
    /// The deaths.
    pub deaths: Vec<(u64, Death)>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Plays one scenario with these deaths; what breaks is noted.
pub fn cut(
    scenario: &Scenario,
    one_supply: bool,
    deaths: &[(u64, Death)],
) -> (u64, Option<Broken>) {
    let played = scenario.play(one_supply, deaths, false);
    let broken = (!played.findings.is_empty()).then(|| Broken {
        scenario: scenario.name,
        one_supply,
        deaths: deaths.to_vec(),
        findings: played.findings,
    });
    (played.points, broken)
}

/// The ways to die: the process, the board, the board with the machine.
pub const WAYS: [(Death, bool); 3] =
    [(Death::Kill, false), (Death::PowerCut, false), (Death::PowerCut, true)];
