//! What is sent, decoded back into characters, is what was to be shown.

use std::path::PathBuf;

use proptest::prelude::*;

use super::model::{Board, Chip, DATA, E, LIGHT, RS};
use super::*;
use crate::display::bus::Outputs;
use crate::display::words::{Countdown, Phrase};
use crate::wiring::display::LcdRom;

fn settings(size: (u32, u32)) -> LcdDisplay {
    let bus = LcdBus::I2c { device: PathBuf::from("/dev/i2c-1"), address: 0x27 };
    LcdDisplay { bus, size, rom: LcdRom::A00 }
}

fn on_backpack(board: &Board, size: (u32, u32)) -> Lcd {
    let board = board.clone();
    let connect =
        move || -> Result<Box<dyn Wires>, String> { Ok(Box::new(Backpack::new(board.clone()))) };
    Lcd::connected_by(&settings(size), Box::new(connect))
}

fn on_lines(board: &Board, size: (u32, u32)) -> Lcd {
    let mut board = board.clone();
    let connect = move || -> Result<Box<dyn Wires>, String> {
        // As the kernel hands them out.
        let all = [RS, E, LIGHT].into_iter().chain(DATA);
        board.set(&all.map(|line| (line, false)).collect::<Vec<_>>())?;
        Ok(Box::new(Parallel::new(board.clone(), RS, E, DATA, Some(LIGHT))))
    };
    Lcd::connected_by(&settings(size), Box::new(connect))
}

fn asking(line: &str, left: u64) -> Scene {
    let mut words = Words::new(Mood::Asking, Phrase::new("Cola"), Phrase::new(line));
    words.price = Some("2,50\u{a0}€".into());
    words.countdown = Some(Countdown { left, of: 60 });
    Scene { words, page: 0, light: 100, shift: (0, 0) }
}

/// The display shows the scene, dot by dot where the characters are own ones.
fn assert_shown(board: &Board, lcd: &Lcd, scene: &Scene) {
    let Grid { columns, rows, .. } = lcd.grid;
    let page = characters::page(&scene.words, lcd.grid, scene.page);
    let state = board.state();
    let codes = state.chip.codes(columns, rows);
    for (cells, codes) in page.rows.iter().zip(codes) {
        for (cell, code) in cells.iter().zip(codes) {
            match cell {
                Cell::Rom(wanted) => assert_eq!(*wanted, code, "{page:?}"),
                Cell::Own(own) => {
                    assert!(code < 8, "{page:?}");
                    assert_eq!(state.chip.own(code), glyphs::dots(*own).unwrap(), "{own}");
                }
            }
        }
    }
    assert_eq!(state.chip.is_on, scene.light > 0);
    assert_eq!(state.chip.is_lit, scene.light > 0);
}

const SLOW: u32 = 100_000;
const FAST: u32 = 400_000;

#[test]
fn the_start_is_that_of_the_data_sheet() {
    let board = Board::new(SLOW);
    let mut lcd = on_backpack(&board, (16, 2));
    lcd.open().unwrap();
    let start = [
        0x08, // light
        0x38, 0x3c, 0x38, // 8 lines
        0x38, 0x3c, 0x38, // 8 lines
        0x38, 0x3c, 0x38, // 8 lines
        0x28, 0x2c, 0x28, // 4 lines
        0x28, 0x28, 0x2c, 0x28, 0x8c, 0x88, // 2 rows
        0x08, 0x08, 0x0c, 0x08, 0x8c, 0x88, // off
        0x08, 0x08, 0x0c, 0x08, 0x1c, 0x18, // clear
        0x08, 0x08, 0x0c, 0x08, 0x6c, 0x68, // to the right
    ];
    let (time, bytes) = board.taken();
    assert_eq!(bytes, start);
    assert!(time < Duration::from_millis(80), "{time:?}");
}

#[test]
fn a_second_of_a_countdown_is_a_few_bytes() {
    for (hz, most) in [(SLOW, Duration::from_millis(2)), (FAST, Duration::from_micros(600))] {
        let board = Board::new(hz);
        let mut lcd = on_backpack(&board, (20, 4));
        lcd.open().unwrap();
        board.taken();
        lcd.show(&asking("Bitte Karte vorhalten.", 40)).unwrap();
        let (whole, all) = board.taken();
        lcd.show(&asking("Bitte Karte vorhalten.", 39)).unwrap();
        let (tick, few) = board.taken();
        lcd.show(&asking("Bitte Karte vorhalten.", 39)).unwrap();
        let (_, none) = board.taken();
        let mut news = asking("Bitte Karte vorhalten.", 39);
        news.words.mood = Mood::Waiting;
        lcd.show(&news).unwrap();
        let (anew, every) = board.taken();
        println!("20 by 4 at {hz} Hz: {} bytes, {whole:?}", all.len());
        println!("  anew, with its waits: {} bytes, {anew:?}", every.len());
        println!("  a second: {} bytes, {tick:?}", few.len());
        assert_eq!((few.len(), none.len()), (18, 0), "an address and two digits");
        assert!(tick < most && whole < Duration::from_millis(60), "{tick:?} {whole:?}");
        assert!(anew < Duration::from_millis(70), "{anew:?}");
    }
}

#[test]
fn own_characters_are_drawn_once() {
    let board = Board::new(SLOW);
    let mut lcd = on_backpack(&board, (16, 2));
    lcd.open().unwrap();
    lcd.show(&asking("Für Ölige", 9)).unwrap();
    board.taken();
    let scene = asking("Ölig ist 1 €", 9);
    lcd.show(&scene).unwrap();
    let (_, bytes) = board.taken();
    // No address of an own character: RS low, 01 in the upper half.
    let upper: Vec<u8> = bytes.chunks(6).filter(|op| op[0] & 1 == 0).map(|op| op[2] >> 4).collect();
    assert!(upper.iter().all(|half| *half >= 8), "{upper:x?}");
    assert_shown(&board, &lcd, &scene);
}

#[test]
fn what_was_plugged_in_again_unnoticed_is_right_with_the_next_news() {
    for on in [on_backpack, on_lines] {
        let board = Board::new(SLOW);
        let mut lcd = on(&board, (16, 2));
        lcd.open().unwrap();
        lcd.show(&asking("Karte bitte", 9)).unwrap();
        for chip in [Chip::new(0xff, false, None), Chip::new(b'x', true, Some(0x3))] {
            board.state().chip = chip;
            board.pause_for(POWER);
            let mut scene = asking("Danke é", 9);
            scene.words.mood = Mood::Glad;
            lcd.show(&scene).unwrap();
            assert_shown(&board, &lcd, &scene);
            scene.words.mood = Mood::Sorry;
            lcd.show(&scene).unwrap();
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Show(Scene),
    /// The bus fails after so many bytes, and what is found again may be as it was, or new.
    Fail(Scene, usize, Option<u8>),
}

fn scenes() -> impl Strategy<Value = Scene> {
    let text = "([A-Za-zÄéñ€ßÀÎÕÇ.ガソ]{1,12} ){0,4}[a-zカ]{1,9}";
    let light = prop::sample::select(vec![0, 10, 100]);
    let mood = prop::sample::select(Mood::ALL.to_vec());
    let countdown = prop::option::of(0..60u64);
    (text, text, light, 0..3usize, mood, countdown).prop_map(
        |(headline, line, light, page, mood, left)| {
            let mut words = Words::new(mood, Phrase::new(headline), Phrase::new(line));
            words.countdown = left.map(|left| Countdown { left, of: 60 });
            Scene { words, page, light, shift: (0, 0) }
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fail = (scenes(), 0..400usize, prop::option::of(any::<u8>()));
    let step = prop_oneof![
        4 => scenes().prop_map(Step::Show),
        1 => fail.prop_map(|(scene, after, new)| Step::Fail(scene, after, new)),
    ];
    prop::collection::vec(step, 1..8)
}

fn play(board: &Board, mut lcd: Lcd, steps: Vec<Step>) {
    lcd.open().unwrap();
    for step in steps {
        let scene = match step {
            Step::Show(scene) => {
                lcd.show(&scene).unwrap();
                scene
            }
            Step::Fail(scene, after, new) => {
                board.state().arrive = Some(after);
                let shown = lcd.show(&scene);
                board.state().arrive = None;
                if shown.is_err() {
                    assert!(lcd.show(&scene).is_err(), "it has to be opened first");
                    if let Some(filled_with) = new {
                        board.state().chip = Chip::new(filled_with, false, None);
                    }
                    lcd.open().unwrap();
                    lcd.show(&scene).unwrap();
                }
                scene
            }
        };
        assert_shown(board, &lcd, &scene);
    }
}

proptest! {
    #[test]
    fn what_is_shown_is_what_was_to_be_shown(
        steps in steps(),
        is_large in any::<bool>(),
        hz in prop::sample::select(vec![SLOW, FAST]),
        has_lines in any::<bool>(),
    ) {
        let board = Board::new(hz);
        let size = if is_large { (20, 4) } else { (16, 2) };
        let lcd = if has_lines { on_lines(&board, size) } else { on_backpack(&board, size) };
        play(&board, lcd, steps);
    }
}
