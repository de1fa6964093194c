//! A keypad over wires that are played: keys join rows and columns.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::Receiver;

use super::*;
use crate::input::{InputNews, Key, NamedInputNews, run};
use crate::wiring::{BackendKind, TypingRules};

/// The keys that are down, and which rows are driven.
struct Board {
    down: BTreeSet<char>,
    driven: Option<Driven>,
    is_there: bool,
    looks: usize,
}

thread_local! {
    static BOARD: Arc<Mutex<Board>> = Arc::new(Mutex::new(Board {
        down: BTreeSet::new(),
        driven: None,
        is_there: true,
        looks: 0,
    }));
}

fn board<T>(change: impl FnOnce(&mut Board) -> T) -> T {
    BOARD.with(|board| change(&mut board.lock().unwrap()))
}

const LAYOUT: [&str; 4] = ["123", "456", "789", "*0#"];

struct Fake(Arc<Mutex<Board>>);

impl Wires for Fake {
    fn open(_: &MatrixInput) -> Result<Self, String> {
        let is_there = board(|board| board.is_there);
        if is_there { Ok(Self(BOARD.with(Arc::clone))) } else { Err("no such chip".to_owned()) }
    }

    fn drive(&mut self, driven: Driven) -> Result<(), String> {
        self.0.lock().unwrap().driven = Some(driven);
        Ok(())
    }

    /// A column is low if a way of keys that are down leads from it to a driven row.
    fn columns(&self) -> Result<Vec<bool>, String> {
        let mut board = self.0.lock().unwrap();
        if !board.is_there {
            return Err("the chip is gone".to_owned());
        }
        board.looks += 1;
        let is_driven = |row| {
            matches!(board.driven, Some(Driven::All)) || board.driven == Some(Driven::Row(row))
        };
        let mut rows: Vec<bool> = (0..4).map(is_driven).collect();
        let mut columns = vec![false; 3];
        for _ in 0..8 {
            for (row, keys) in LAYOUT.iter().enumerate() {
                for (column, key) in keys.chars().enumerate() {
                    if board.down.contains(&key) && (rows[row] || columns[column]) {
                        (rows[row], columns[column]) = (true, true);
                    }
                }
            }
        }
        Ok(columns)
    }
}

fn settings() -> MatrixInput {
    let stroke = |key| match key {
        '#' => Stroke::Enter,
        '*' => Stroke::Clear,
        character => Stroke::Character(character),
    };
    let row = |row: &&str| row.chars().map(|key| (key, stroke(key))).collect();
    MatrixInput {
        chip: None,
        backend: BackendKind::Chardev,
        rows: vec![5, 6, 13, 19],
        columns: vec![12, 16, 20],
        keys: LAYOUT.iter().map(row).collect(),
        typing: TypingRules { code_length: None, typing_timeout: Duration::from_secs(10) },
        scan: Duration::from_millis(5),
        debounce: Duration::from_millis(20),
        stuck_after: Duration::from_secs(30),
    }
}

fn listening() -> Receiver<NamedInputNews> {
    let (sender, news) = tokio::sync::mpsc::channel(64);
    let (ask, asked) = tokio::sync::watch::channel(0);
    let (pulse, _) = crate::pulse::pair(asked);
    tokio::spawn(async move {
        let _ask = ask;
        run("pad".to_owned(), Matrix::<Fake>::new(settings()), sender, pulse).await;
    });
    news
}

async fn told(news: &mut Receiver<NamedInputNews>, within: Duration) -> Vec<InputNews> {
    tokio::time::sleep(within).await;
    std::iter::from_fn(|| news.try_recv().ok()).map(|named| named.news).collect()
}

/// Presses a key as a finger does.
async fn press(key: char) {
    board(|board| board.down.insert(key));
    tokio::time::sleep(MOMENT).await;
    board(|board| board.down.remove(&key));
    tokio::time::sleep(MOMENT).await;
}

fn key(word: &str) -> InputNews {
    InputNews::Key(Key::parse(word).unwrap())
}

fn typing(text: &str) -> InputNews {
    InputNews::Typing { text: text.to_owned() }
}

const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn what_is_typed_is_shown_and_becomes_a_selection() {
    let mut news = listening();
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Connected]);
    for key in "12#**".chars() {
        press(key).await;
    }
    let expected = [typing("1"), typing("12"), key("12"), typing(""), key("CANCEL"), key("CANCEL")];
    assert_eq!(told(&mut news, MOMENT).await, expected);
    press('7').await;
    let forgotten = told(&mut news, Duration::from_secs(11)).await;
    assert_eq!(forgotten, [typing("7"), typing("")]);
}

#[tokio::test(start_paused = true)]
async fn three_corners_of_a_rectangle_are_ignored_and_counted() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    board(|board| board.down.extend(['1', '2', '4']));
    let heard = told(&mut news, Duration::from_secs(3)).await;
    assert_eq!(heard, [InputNews::Garbage { total: 1 }]);
    board(|board| board.down.clear());
    assert_eq!(told(&mut news, MOMENT).await, []);
    press('5').await;
    assert_eq!(told(&mut news, MOMENT).await, [typing("5")]);
}

#[tokio::test(start_paused = true)]
async fn a_stuck_key_is_told_and_the_others_work() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    board(|board| board.down.insert('5'));
    let what = || "key 5".to_owned();
    let heard = told(&mut news, Duration::from_mins(1)).await;
    assert_eq!(heard, [typing("5"), typing(""), InputNews::Stuck { what: what() }]);
    press('1').await;
    assert_eq!(told(&mut news, MOMENT).await, [typing("1")]);
    board(|board| board.down.clear());
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Freed { what: what() }]);
}

#[tokio::test(start_paused = true)]
async fn a_keypad_that_goes_in_mid_code_forgets_it_and_comes_back_by_itself() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    press('1').await;
    board(|board| board.is_there = false);
    let why = || "the chip is gone".to_owned();
    let gone = told(&mut news, MOMENT).await;
    assert_eq!(gone, [typing("1"), typing(""), InputNews::Disconnected { why: why() }]);
    board(|board| board.is_there = true);
    assert_eq!(told(&mut news, Duration::from_secs(3)).await, [InputNews::Connected]);
    press('2').await;
    press('#').await;
    assert_eq!(told(&mut news, MOMENT).await, [typing("2"), key("2"), typing("")]);
}

#[tokio::test(start_paused = true)]
async fn a_keypad_that_nobody_touches_is_looked_at_once_a_scan() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    let before = board(|board| board.looks);
    told(&mut news, Duration::from_secs(1)).await;
    let looks = board(|board| board.looks) - before;
    assert!((190..=201).contains(&looks), "{looks} looks a second");
}

/// Off a Pi, and without a chip, it says so.
#[tokio::test]
async fn what_is_not_there_is_said_plainly() {
    if !std::path::Path::new("/proc/device-tree/model").exists() {
        let why = Rppal::open(&settings()).err().unwrap();
        assert!(why.ends_with("write backend = \"chardev\""), "{why}");
    }
    let nowhere = MatrixInput { chip: Some("/dev/null".into()), ..settings() };
    let why = Chardev::open(&nowhere).err().unwrap();
    assert!(why.starts_with("/dev/null: "), "{why}");
}
