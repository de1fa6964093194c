//! What is driven, and when, over a fake chip under paused time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::*;
use crate::money::Money;
use crate::wiring::{Level, Pull, Reverse, Sensor};

const FORWARD: Line = 23;
const BACKWARD: Line = 24;

/// A chip with relays behind it.
#[derive(Default)]
struct Board {
    is_gone: bool,
    on: BTreeSet<Line>,
    is_sensed: bool,
    changes: VecDeque<bool>,
    /// How long each line was on, as far as it is off again.
    pulses: Vec<(Line, Duration)>,
    since: Option<Instant>,
    is_held: bool,
}

impl Board {
    fn set(&mut self, line: Line, is_on: bool) {
        let now = Instant::now();
        if is_on && self.on.insert(line) {
            assert_eq!(self.on.len(), 1, "one line at a time: a bridge is not shorted");
            self.since = Some(now);
        } else if !is_on && self.on.remove(&line) {
            let since = self.since.take().unwrap();
            self.pulses.push((line, now - since));
        }
    }
}

type Shared = Arc<(Mutex<Board>, Notify)>;

thread_local! {
    static BOARD: Shared = Arc::default();
}

fn board<T>(change: impl FnOnce(&mut Board) -> T) -> T {
    BOARD.with(|board| {
        let changed = change(&mut board.0.lock().unwrap());
        board.1.notify_one();
        changed
    })
}

struct Fake(Shared);

impl Fake {
    fn with<T>(&self, change: impl FnOnce(&mut Board) -> T) -> Result<T, String> {
        let mut board = self.0.0.lock().unwrap();
        if board.is_gone { Err("the chip is gone".to_owned()) } else { Ok(change(&mut board)) }
    }
}

impl Lines for Fake {
    fn open(_: &GpioDispenser) -> Result<Self, String> {
        let fake = Self(BOARD.with(Clone::clone));
        fake.with(|board| board.is_held = true)?;
        let mut fake = fake;
        fake.rest()?;
        Ok(fake)
    }

    fn drive(&mut self, line: Line, is_on: bool) -> Result<(), String> {
        self.with(|board| board.set(line, is_on))
    }

    fn rest(&mut self) -> Result<(), String> {
        self.with(|board| {
            for line in [FORWARD, BACKWARD] {
                board.set(line, false);
            }
        })
    }

    fn is_sensed(&self) -> Result<bool, String> {
        self.with(|board| board.is_sensed)
    }

    async fn change(&mut self) -> Result<bool, String> {
        loop {
            if let Some(change) = self.with(|board| board.changes.pop_front())? {
                return Ok(change);
            }
            self.0.1.notified().await;
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.rest();
        self.0.0.lock().unwrap().is_held = false;
    }
}

fn settings() -> GpioDispenser {
    GpioDispenser {
        chip: None,
        lines: [("11".parse().unwrap(), FORWARD)].into(),
        active: Level::High,
        pulse: Duration::from_millis(800),
        sensor: None,
        reverse: None,
    }
}

fn with_sensor(until: Until) -> GpioDispenser {
    let sensor = Sensor {
        line: 25,
        until,
        active: Level::Low,
        pull: Pull::Up,
        debounce: Duration::from_millis(1),
    };
    GpioDispenser { sensor: Some(sensor), ..settings() }
}

const DROP: Until = Until::Drop { timeout: Duration::from_secs(5) };

fn sense(is_sensed: bool) {
    board(|board| {
        board.is_sensed = is_sensed;
        board.changes.push_back(is_sensed);
    });
}

/// Something falls past the drop sensor.
fn fall() {
    sense(true);
    sense(false);
}

fn vend(id: &str, slot: &str) -> Vend {
    Vend {
        id: OrderId::new(id).unwrap(),
        slot: slot.parse().unwrap(),
        sale: "sale1".parse().unwrap(),
        product: "A1".parse().unwrap(),
        name: "Cola".to_owned(),
        price: Money::new(250, "usd".parse().unwrap()),
    }
}

async fn relays(settings: GpioDispenser) -> Relays<Fake> {
    board(|board| *board = Board::default());
    let mut relays = Relays::new(settings);
    assert_eq!(relays.next().await, Said::Connected);
    relays
}

async fn begin(relays: &mut Relays<Fake>, id: &str) {
    assert_eq!(relays.check(), Ok(()));
    assert_eq!(relays.vend(&vend(id, "11")).await, Begun::Whole);
}

/// All that is said within a while.
async fn said(relays: &mut Relays<Fake>, within: Duration) -> Vec<Said> {
    let until = Instant::now() + within;
    let mut all = Vec::new();
    while let Ok(said) = tokio::time::timeout_at(until, relays.next()).await {
        all.push(said);
    }
    all
}

fn ok(id: &str) -> Said {
    Said::Answers(vec![(OrderId::new(id).unwrap(), Answer::Ok)])
}

fn fail(id: &str, reason: &str) -> Said {
    let answer = Answer::Fail { reason: reason.to_owned() };
    Said::Answers(vec![(OrderId::new(id).unwrap(), answer)])
}

fn unclear(id: &str, why: &str) -> Said {
    Said::Unclear { id: OrderId::new(id).unwrap(), why: why.to_owned() }
}

fn gone(why: &str) -> Said {
    Said::Disconnected { why: why.to_owned() }
}

fn pulses() -> Vec<(Line, u128)> {
    board(|board| board.pulses.iter().map(|(line, time)| (*line, time.as_millis())).collect())
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_line_is_on_for_its_time_and_that_is_all_that_is_known() {
    let mut relays = relays(settings()).await;
    begin(&mut relays, "o1").await;
    assert_eq!(board(|board| board.on.clone()), [FORWARD].into());
    assert_eq!(relays.check(), Err("it is still at order o1".to_owned()));
    assert_eq!(said(&mut relays, SECOND).await, [ok("o1")]);
    assert_eq!(pulses(), [(FORWARD, 800)]);
    begin(&mut relays, "o2").await;
}

#[tokio::test(start_paused = true)]
async fn goods_that_fall_stop_the_motor_and_are_delivered() {
    let mut relays = relays(with_sensor(DROP)).await;
    begin(&mut relays, "o1").await;
    assert_eq!(said(&mut relays, Duration::from_millis(300)).await, []);
    fall();
    assert_eq!(said(&mut relays, SECOND).await, [ok("o1")]);
    assert_eq!(pulses(), [(FORWARD, 300)]);
}

#[tokio::test(start_paused = true)]
async fn nothing_that_falls_is_a_failure_and_what_falls_later_is_told_once() {
    let mut relays = relays(with_sensor(DROP)).await;
    begin(&mut relays, "o1").await;
    let nothing = fail("o1", "nothing fell past the drop sensor");
    assert_eq!(said(&mut relays, Duration::from_secs(6)).await, [nothing]);
    assert_eq!(pulses(), [(FORWARD, 800)]);
    fall();
    assert_eq!(said(&mut relays, SECOND).await, [ok("o1")]);
    fall();
    assert_eq!(said(&mut relays, SECOND).await, [], "that was another thing");
    // Of a vend that is long over nothing tells any more.
    begin(&mut relays, "o2").await;
    said(&mut relays, Duration::from_mins(2)).await;
    fall();
    assert_eq!(said(&mut relays, SECOND).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_motor_comes_home_or_nobody_can_tell() {
    let mut relays = relays(with_sensor(Until::Home)).await;
    sense(true);
    said(&mut relays, SECOND).await;
    begin(&mut relays, "o1").await;
    said(&mut relays, Duration::from_millis(100)).await;
    sense(false);
    said(&mut relays, Duration::from_millis(400)).await;
    sense(true);
    assert_eq!(said(&mut relays, SECOND).await, [ok("o1")]);
    assert_eq!(pulses(), [(FORWARD, 500)]);
    begin(&mut relays, "o2").await;
    assert_eq!(said(&mut relays, SECOND).await, [fail("o2", "the motor did not leave its home")]);
    begin(&mut relays, "o3").await;
    sense(false);
    let half_way = unclear("o3", "the motor did not come home in its time");
    assert_eq!(said(&mut relays, SECOND).await, [half_way]);
    let away = said(&mut relays, Duration::from_mins(1)).await;
    assert_eq!(away, [], "a motor that is away from home is no blocked sensor");
}

#[tokio::test(start_paused = true)]
async fn a_bridge_turns_back_after_a_pause() {
    let lines = [("11".parse().unwrap(), BACKWARD)].into();
    let reverse = Some(Reverse { lines, pulse: Duration::from_millis(200) });
    let mut relays = relays(GpioDispenser { reverse, ..settings() }).await;
    begin(&mut relays, "o1").await;
    assert_eq!(said(&mut relays, Duration::from_millis(1099)).await, []);
    assert_eq!(said(&mut relays, SECOND).await, [ok("o1")]);
    assert_eq!(pulses(), [(FORWARD, 800), (BACKWARD, 200)]);
}

#[tokio::test(start_paused = true)]
async fn a_drop_sensor_that_is_blocked_stops_the_sale_before_it_begins() {
    let mut relays = relays(with_sensor(DROP)).await;
    sense(true);
    assert_eq!(said(&mut relays, Duration::from_secs(4)).await, []);
    let begun = relays.vend(&vend("o1", "11")).await;
    assert_eq!(begun, Begun::Not { why: BLOCKED.to_owned() }, "not even sooner");
    assert_eq!(pulses(), []);
    assert_eq!(said(&mut relays, Duration::from_mins(1)).await, [gone(BLOCKED)]);
    assert_eq!(relays.check(), Err(BLOCKED.to_owned()));
    sense(false);
    assert_eq!(said(&mut relays, SECOND).await, [Said::Connected]);
    begin(&mut relays, "o1").await;
}

#[tokio::test(start_paused = true)]
async fn a_level_whose_change_was_lost_does_not_block_it() {
    let mut relays = relays(with_sensor(DROP)).await;
    board(|board| board.changes.push_back(true));
    assert_eq!(said(&mut relays, Duration::from_mins(1)).await, []);
    assert_eq!(relays.check(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_chip_that_is_lost_in_the_middle_leaves_the_vend_unclear_and_comes_back_by_itself() {
    let mut relays = relays(with_sensor(DROP)).await;
    begin(&mut relays, "o1").await;
    board(|board| board.is_gone = true);
    let lost = "the chip is gone";
    assert_eq!(said(&mut relays, SECOND).await, [unclear("o1", lost), gone(lost)]);
    assert_eq!(relays.check(), Err(lost.to_owned()));
    let again = said(&mut relays, Duration::from_secs(7)).await;
    assert!(again.len() >= 3 && again.iter().all(|said| *said == gone(lost)), "{again:?}");
    board(|board| board.is_gone = false);
    assert_eq!(said(&mut relays, Duration::from_secs(3)).await, [Said::Connected]);
    assert!(board(|board| board.on.is_empty()), "what was left on is off again");
    // While nothing is wanted of it.
    board(|board| board.is_gone = true);
    assert_eq!(said(&mut relays, SECOND).await, [gone(lost)]);
}

/// Without a sensor there is nothing to hear of it.
#[tokio::test(start_paused = true)]
async fn an_idle_chip_that_is_lost_is_noticed_before_the_next_sale() {
    let mut relays = relays(settings()).await;
    // A change that nobody waits for does not wake the task; the rest does.
    BOARD.with(|board| board.0.lock().unwrap().is_gone = true);
    let lost = said(&mut relays, Duration::from_secs(11)).await;
    assert_eq!(lost[0], gone("the chip is gone"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_even_be_switched_on_may_have_been() {
    let mut relays = relays(settings()).await;
    BOARD.with(|board| board.0.lock().unwrap().is_gone = true);
    let begun = relays.vend(&vend("o1", "11")).await;
    // The sensor is read first, and nothing was driven yet.
    assert_eq!(begun, Begun::Not { why: "the chip is gone".to_owned() });
    let begun = relays.vend(&vend("o2", "12")).await;
    assert_eq!(begun, Begun::Not { why: "slot 12 has no line".to_owned() });
    assert_eq!(pulses(), []);
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_ends_in_good_order_leaves_nothing_on() {
    let mut relays = relays(settings()).await;
    begin(&mut relays, "o1").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(relays);
    assert_eq!(pulses(), [(FORWARD, 100)]);
    assert!(!board(|board| board.is_held));
}

#[tokio::test(start_paused = true)]
async fn what_was_left_on_is_put_to_rest_before_it_is_listened_to() {
    board(|board| {
        *board = Board::default();
        board.set(FORWARD, true);
    });
    let relays = Relays::<Fake>::new(settings());
    assert!(board(|board| board.on.is_empty() && board.is_held));
    drop(relays);
}

#[tokio::test]
async fn what_is_not_there_is_said_plainly() {
    let nowhere = GpioDispenser { chip: Some("/dev/null".into()), ..settings() };
    let why = Chip::open(&nowhere).err().unwrap();
    assert!(why.starts_with("/dev/null: "), "{why}");
}
