//! A keypad and a scanner, over a keyboard that is played.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use ::evdev::KeyCode;
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;

use super::*;
use crate::input::{InputNews, Key, NamedInputNews, run};
use crate::wiring::{TypingRules, WhichKeyboard};

#[derive(Default)]
struct Board {
    down: BTreeSet<KeyNumber>,
    changes: VecDeque<Option<(KeyNumber, bool)>>,
    is_there: bool,
}

thread_local! {
    static BOARD: Arc<(Mutex<Board>, Notify)> = Arc::default();
}

fn board<T>(change: impl FnOnce(&mut Board) -> T) -> T {
    BOARD.with(|board| {
        let changed = change(&mut board.0.lock().unwrap());
        board.1.notify_one();
        changed
    })
}

struct Fake(Arc<(Mutex<Board>, Notify)>);

impl Keyboard for Fake {
    fn open(_: &EvdevInput) -> Result<Self, String> {
        BOARD.with(|board| {
            let mut state = board.0.lock().unwrap();
            state.changes.clear();
            if state.is_there {
                Ok(Self(board.clone()))
            } else {
                Err("no such keyboard".to_owned())
            }
        })
    }

    fn down(&self) -> Result<Vec<KeyNumber>, String> {
        Ok(self.0.0.lock().unwrap().down.iter().copied().collect())
    }

    async fn change(&mut self) -> Result<Option<(KeyNumber, bool)>, String> {
        loop {
            {
                let mut board = self.0.0.lock().unwrap();
                if !board.is_there {
                    return Err("No such device".to_owned());
                }
                if let Some(change) = board.changes.pop_front() {
                    return Ok(change);
                }
            }
            self.0.1.notified().await;
        }
    }
}

fn settings() -> EvdevInput {
    EvdevInput {
        keyboard: WhichKeyboard::At("/dev/input/by-id/keypad".into()),
        functions: [(KeyCode::KEY_KPASTERISK.code(), Stroke::Cancel)].into(),
        typing: TypingRules { code_length: None, typing_timeout: Duration::from_secs(10) },
        stuck_after: Duration::from_secs(30),
    }
}

fn listening() -> Receiver<NamedInputNews> {
    board(|board| board.is_there = true);
    let (sender, news) = tokio::sync::mpsc::channel(256);
    let (ask, asked) = tokio::sync::watch::channel(0);
    let (pulse, _) = crate::pulse::pair(asked);
    tokio::spawn(async move {
        let _ask = ask;
        run("scanner".to_owned(), Evdev::<Fake>::new(settings()), sender, pulse).await;
    });
    news
}

async fn told(news: &mut Receiver<NamedInputNews>, within: Duration) -> Vec<InputNews> {
    tokio::time::sleep(within).await;
    std::iter::from_fn(|| news.try_recv().ok()).map(|named| named.news).collect()
}

fn press(keys: &[KeyCode]) {
    for key in keys {
        board(|board| board.changes.extend([Some((key.code(), true)), Some((key.code(), false))]));
    }
}

fn key(word: &str) -> InputNews {
    InputNews::Key(Key::parse(word).unwrap())
}

fn typing(text: &str) -> InputNews {
    InputNews::Typing { text: text.to_owned() }
}

const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn what_a_scanner_types_becomes_a_selection() {
    let mut news = listening();
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Connected]);
    press(&[KeyCode::KEY_LEFTSHIFT, KeyCode::KEY_A, KeyCode::KEY_1, KeyCode::KEY_ENTER]);
    assert_eq!(told(&mut news, MOMENT).await, [typing("A"), typing("A1"), key("A1"), typing("")]);
}

#[tokio::test(start_paused = true)]
async fn a_keypad_types_takes_back_and_gives_up() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    press(&[KeyCode::KEY_KP1, KeyCode::KEY_BACKSPACE, KeyCode::KEY_KP2, KeyCode::KEY_KPENTER]);
    let expected = [typing("1"), typing(""), typing("2"), key("2"), typing("")];
    assert_eq!(told(&mut news, MOMENT).await, expected);
    press(&[KeyCode::KEY_ESC, KeyCode::KEY_CANCEL, KeyCode::KEY_KPASTERISK, KeyCode::KEY_F1]);
    assert_eq!(told(&mut news, MOMENT).await, [key("CANCEL"), key("CANCEL"), key("CANCEL")]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_goes_on_with_is_forgotten_by_itself() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    press(&[KeyCode::KEY_7]);
    assert_eq!(told(&mut news, Duration::from_secs(11)).await, [typing("7"), typing("")]);
}

#[tokio::test(start_paused = true)]
async fn a_code_of_which_keys_were_lost_is_none() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    press(&[KeyCode::KEY_1]);
    board(|board| board.changes.push_back(None));
    press(&[KeyCode::KEY_3, KeyCode::KEY_ENTER]);
    let expected = [typing("1"), typing(""), InputNews::Garbage { total: 1 }];
    assert_eq!(told(&mut news, MOMENT).await, expected);
    press(&[KeyCode::KEY_4, KeyCode::KEY_ENTER]);
    let heard = told(&mut news, Duration::from_secs(2)).await;
    let expected = [typing("4"), key("4"), typing(""), InputNews::Garbage { total: 2 }];
    assert_eq!(heard, expected);
}

#[tokio::test(start_paused = true)]
async fn a_keyboard_that_is_pulled_out_and_put_back_is_heard_again() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    press(&[KeyCode::KEY_1]);
    told(&mut news, MOMENT).await;
    board(|board| board.is_there = false);
    let gone = told(&mut news, MOMENT).await;
    let why = || "No such device".to_owned();
    assert_eq!(gone, [typing(""), InputNews::Disconnected { why: why() }]);
    // Somebody leans on it while the plug goes in.
    board(|board| {
        board.is_there = true;
        board.down.insert(KeyCode::KEY_5.code());
    });
    assert_eq!(told(&mut news, Duration::from_secs(3)).await, [InputNews::Connected]);
    board(|board| board.changes.push_back(Some((KeyCode::KEY_5.code(), false))));
    press(&[KeyCode::KEY_2, KeyCode::KEY_ENTER]);
    assert_eq!(told(&mut news, MOMENT).await, [typing("2"), key("2"), typing("")]);
}

#[tokio::test(start_paused = true)]
async fn a_stuck_key_is_told_and_the_others_work() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    board(|board| board.changes.push_back(Some((KeyCode::KEY_5.code(), true))));
    let heard = told(&mut news, Duration::from_mins(1)).await;
    let what = || "KEY_5".to_owned();
    assert_eq!(heard, [typing("5"), typing(""), InputNews::Stuck { what: what() }]);
    press(&[KeyCode::KEY_1]);
    assert_eq!(told(&mut news, MOMENT).await, [typing("1")]);
    board(|board| board.changes.push_back(Some((KeyCode::KEY_5.code(), false))));
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Freed { what: what() }]);
}

/// Ten thousand keys at random, as of a keyboard that somebody wipes: longer than any code between
/// two Enters.
#[tokio::test(start_paused = true)]
async fn ten_thousand_keys_at_random_select_nothing() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    let mut rng = fastrand::Rng::with_seed(7);
    let mut heard = Vec::new();
    for _ in 0..100 {
        for _ in 0..100 {
            let number = rng.u16(KeyCode::KEY_1.code()..=KeyCode::KEY_0.code());
            press(&[KeyCode::new(number)]);
        }
        press(&[KeyCode::KEY_ENTER]);
        heard.extend(told(&mut news, MOMENT).await);
    }
    heard.extend(told(&mut news, Duration::from_secs(2)).await);
    assert!(!heard.iter().any(|news| matches!(news, InputNews::Key(_))), "{heard:?}");
    assert_eq!(heard.last(), Some(&InputNews::Garbage { total: 100 }));
}

#[test]
fn each_key_has_one_meaning() {
    let all: Vec<KeyNumber> = keys::all().collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert!(all.iter().all(|key| keys::stroke(*key).is_some()));
}

/// What is no keyboard, and what is not plugged in, is said plainly.
#[tokio::test]
async fn what_is_not_there_is_said_plainly() {
    let at = |path: &str| EvdevInput { keyboard: WhichKeyboard::At(path.into()), ..settings() };
    for path in ["/dev/null", "/dev/input/by-id/no-such-keyboard"] {
        let why = Device::open(&at(path)).err().unwrap();
        assert!(why.starts_with(&format!("{path}: ")), "{why}");
    }
    let nobodys = WhichKeyboard::Usb { vendor: 0xffff, product: 0xfffe };
    let why = Device::open(&EvdevInput { keyboard: nobodys, ..settings() }).err().unwrap();
    assert!(why.starts_with("/dev/input") || why.contains("ffff:fffe"), "{why}");
}
