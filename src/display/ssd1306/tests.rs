//! What is sent, decoded back into dots, is the picture.

use std::path::PathBuf;
use std::time::Duration;

use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::ascii::{FONT_6X10, FONT_10X20};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Drawable, Point};
use embedded_graphics::text::Text;
use proptest::prelude::*;

use super::model::{Board, Chip, DATA_LINE, RESET_LINE};
use super::*;
use crate::display::words::{Countdown, Phrase};

/// The headline small above, the seconds large below.
fn drawn(words: &Words, width: u32, height: u32, page: usize) -> Bitmap {
    let mut bitmap = Bitmap::new(width, height);
    let small = MonoTextStyle::new(&FONT_6X10, BinaryColor::On);
    let large = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
    let text = words.headline.longest();
    let Ok(_) = Text::new(text, Point::new(2, 10), small).draw(&mut bitmap);
    let seconds =
        words.countdown.map_or(page.to_string(), |countdown| format!("{:2}", countdown.left));
    let Ok(_) = Text::new(&seconds, Point::new(100, 28), large).draw(&mut bitmap);
    bitmap
}

const PICTURE: Picture = Picture { dots: drawn, pages: |_, _, _| 3 };

fn settings(controller: OledController, size: (u32, u32), upside_down: bool) -> OledDisplay {
    let bus = OledBus::I2c { device: PathBuf::from("/dev/i2c-1"), address: 0x3c };
    OledDisplay { controller, bus, size, upside_down }
}

fn at_i2c(board: &Board, settings: OledDisplay) -> Oled {
    let board = board.clone();
    let connect =
        move || -> Result<Box<dyn Wires>, String> { Ok(Box::new(OverI2c::new(board.clone()))) };
    Oled::connected_by(settings, PICTURE, Box::new(connect))
}

fn at_spi(board: &Board, settings: OledDisplay) -> Oled {
    let board = board.clone();
    let connect = move || -> Result<Box<dyn Wires>, String> {
        let (spi, lines) = (board.clone(), board.clone());
        Ok(Box::new(OverSpi::new(spi, lines, DATA_LINE, Some(RESET_LINE))))
    };
    Oled::connected_by(settings, PICTURE, Box::new(connect))
}

fn asking(headline: &str, left: u64) -> Scene {
    let mut words = Words::new(Mood::Asking, Phrase::new(headline), Phrase::new("Present card"));
    words.countdown = Some(Countdown { left, of: 60 });
    Scene { words, page: 0, light: 100, shift: (0, 0) }
}

fn assert_shown(board: &Board, oled: &Oled, scene: &Scene) {
    let OledDisplay { size, upside_down, .. } = oled.settings;
    let picture = drawn(&scene.words, size.0, size.1, scene.page);
    let (right, down) = kept_inside(&picture, scene.shift);
    let mut wanted = Bitmap::new(size.0, size.1);
    for (x, y) in (0..size.0).flat_map(|x| (0..size.1).map(move |y| (x, y))) {
        let to = (u32::try_from(i64::from(x) + right), u32::try_from(i64::from(y) + down));
        match to {
            (Ok(to_x), Ok(to_y)) if picture.is_lit(x, y) => wanted.set(to_x, to_y, true),
            _ => assert!(!picture.is_lit(x, y), "nothing is pushed out"),
        }
    }
    let state = board.state();
    assert!(state.chip.glass(size, upside_down) == wanted, "{scene:?}");
    assert_eq!(state.chip.is_on, scene.light > 0);
    if scene.light > 0 {
        let contrast = u32::from(scene.light) * 255 / 100;
        assert_eq!(u32::from(state.chip.contrast), contrast);
    }
}

const LARGE: (u32, u32) = (128, 64);

#[test]
fn the_start_is_that_of_the_data_sheets() {
    let sent = |controller, size, is_upside_down| {
        let board = Board::new(controller == OledController::Sh1106);
        at_i2c(&board, settings(controller, size, is_upside_down)).open().unwrap();
        board.taken().0
    };
    let ssd1306 = [
        0x00, 0xae, 0x00, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0xa1, 0xc8, 0xda, 0x12, 0x8d,
        0x14, 0x20, 0x02, 0xd9, 0xf1, 0xdb, 0x40, 0x2e, 0xa4, 0xa6,
    ];
    assert_eq!(sent(OledController::Ssd1306, LARGE, false), ssd1306);
    let low = [
        0x00, 0xae, 0x00, 0xd5, 0x80, 0xa8, 0x1f, 0xd3, 0x00, 0x40, 0xa0, 0xc0, 0xda, 0x02, 0x8d,
        0x14, 0x20, 0x02, 0xd9, 0xf1, 0xdb, 0x40, 0x2e, 0xa4, 0xa6,
    ];
    assert_eq!(sent(OledController::Ssd1306, (128, 32), true), low);
    let sh1106 = [
        0x00, 0xae, 0x00, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0xa1, 0xc8, 0xda, 0x12, 0xad,
        0x8b, 0x32, 0xd9, 0x22, 0xdb, 0x35, 0xa4, 0xa6,
    ];
    assert_eq!(sent(OledController::Sh1106, LARGE, false), sh1106);
}

#[test]
fn a_second_of_a_countdown_is_a_few_bytes() {
    let board = Board::new(false);
    let mut oled = at_i2c(&board, settings(OledController::Ssd1306, LARGE, false));
    oled.open().unwrap();
    board.taken();
    oled.show(&asking("Present card", 40)).unwrap();
    let (whole, whole_time) = board.taken();
    let mut most = (0, Duration::ZERO);
    for left in (0..40).rev() {
        oled.show(&asking("Present card", left)).unwrap();
        let (bytes, time) = board.taken();
        most = most.max((bytes.len(), time));
    }
    oled.show(&asking("Present card", 0)).unwrap();
    assert_eq!(board.taken().0.len(), 0, "nothing has changed");
    let (bytes, time) = most;
    println!(
        "whole: {} bytes, {whole_time:?}; a second: {bytes} bytes at most, {time:?}",
        whole.len()
    );
    assert!(whole_time < Duration::from_millis(26), "{whole_time:?}");
    assert!(bytes < 100 && time < Duration::from_micros(2500), "{most:?}");
}

#[test]
fn what_was_plugged_in_again_unnoticed_is_right_with_the_next_news() {
    for at in [at_i2c, at_spi] {
        let board = Board::new(false);
        let mut oled = at(&board, settings(OledController::Ssd1306, LARGE, false));
        oled.open().unwrap();
        oled.show(&asking("Cola", 9)).unwrap();
        board.state().chip = Chip::new(false, 0xff);
        let mut scene = asking("Thank you", 9);
        scene.words.mood = Mood::Glad;
        oled.show(&scene).unwrap();
        assert_shown(&board, &oled, &scene);
    }
}

#[test]
fn a_shift_never_pushes_a_letter_out() {
    let mut bitmap = Bitmap::new(128, 64);
    bitmap.set(1, 0, true);
    bitmap.set(126, 60, true);
    assert_eq!(kept_inside(&bitmap, (-2, -2)), (-1, 0));
    assert_eq!(kept_inside(&bitmap, (2, 2)), (1, 2));
    assert_eq!(kept_inside(&Bitmap::new(128, 64), (2, 2)), (0, 0));
}

#[test]
fn changes_that_are_near_are_sent_in_one() {
    let (mut old, new) = ([0; 40], [0; 40]);
    assert_eq!(changes(None, &new), [(0, &new[..])]);
    assert_eq!(changes(Some(&old), &new), []);
    (old[3], old[12], old[30]) = (1, 1, 1);
    assert_eq!(changes(Some(&old), &new), [(3, &new[3..13]), (30, &new[30..31])]);
}

fn scenes() -> impl Strategy<Value = Scene> {
    let light = prop::sample::select(vec![0, 1, 10, 100]);
    let mood = prop::sample::select(Mood::ALL.to_vec());
    let countdown = prop::option::of(0..60u64);
    let shift = (-3..=3i32, -3..=3i32);
    ("[A-Za-z ]{0,18}", light, 0..3usize, mood, countdown, shift).prop_map(
        |(headline, light, page, mood, left, shift)| {
            let mut words = Words::new(mood, Phrase::new(headline), Phrase::new(""));
            words.countdown = left.map(|left| Countdown { left, of: 60 });
            Scene { words, page, light, shift }
        },
    )
}

/// A scene, and after how many bytes the bus fails; then whether what is found again is new.
type Step = (Scene, Option<(usize, bool)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fails = prop::option::weighted(0.3, (0..1200usize, any::<bool>()));
    prop::collection::vec((scenes(), fails), 1..8)
}

proptest! {
    #[test]
    fn what_is_shown_is_the_picture(
        steps in steps(),
        is_sh1106 in any::<bool>(),
        has_spi in any::<bool>(),
        is_low in any::<bool>(),
        is_upside_down in any::<bool>(),
    ) {
        let board = Board::new(is_sh1106);
        let controller =
            if is_sh1106 { OledController::Sh1106 } else { OledController::Ssd1306 };
        let size = if is_low { (128, 32) } else { LARGE };
        let settings = settings(controller, size, is_upside_down);
        let mut oled = if has_spi { at_spi(&board, settings) } else { at_i2c(&board, settings) };
        oled.open().unwrap();
        for (scene, fails) in steps {
            board.state().arrive = fails.map(|(after, _)| after);
            let shown = oled.show(&scene);
            board.state().arrive = None;
            if shown.is_err() {
                prop_assert!(oled.show(&scene).is_err(), "it has to be opened first");
                if fails.is_some_and(|(_, is_new)| is_new) {
                    board.state().chip = Chip::new(is_sh1106, 0x81);
                }
                oled.open().unwrap();
                oled.show(&scene).unwrap();
            }
            assert_shown(&board, &oled, &scene);
        }
    }
}
