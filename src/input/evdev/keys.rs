//! What stands on the keys of a keyboard, and what they do.

use evdev::KeyCode;

use crate::wiring::{KeyNumber, Stroke};

/// A key with a character: all layouts of keyboards agree on most of these, and scanners are set
/// to the American one when they leave their factory. Letters are capitals, Shift or not: no two
/// products differ by that on a machine's front.
const CHARACTERS: [(KeyCode, char); 64] = [
    (KeyCode::KEY_0, '0'),
    (KeyCode::KEY_1, '1'),
    (KeyCode::KEY_2, '2'),
    (KeyCode::KEY_3, '3'),
    (KeyCode::KEY_4, '4'),
    (KeyCode::KEY_5, '5'),
    (KeyCode::KEY_6, '6'),
    (KeyCode::KEY_7, '7'),
    (KeyCode::KEY_8, '8'),
    (KeyCode::KEY_9, '9'),
    (KeyCode::KEY_KP0, '0'),
    (KeyCode::KEY_KP1, '1'),
    (KeyCode::KEY_KP2, '2'),
    (KeyCode::KEY_KP3, '3'),
    (KeyCode::KEY_KP4, '4'),
    (KeyCode::KEY_KP5, '5'),
    (KeyCode::KEY_KP6, '6'),
    (KeyCode::KEY_KP7, '7'),
    (KeyCode::KEY_KP8, '8'),
    (KeyCode::KEY_KP9, '9'),
    (KeyCode::KEY_NUMERIC_0, '0'),
    (KeyCode::KEY_NUMERIC_1, '1'),
    (KeyCode::KEY_NUMERIC_2, '2'),
    (KeyCode::KEY_NUMERIC_3, '3'),
    (KeyCode::KEY_NUMERIC_4, '4'),
    (KeyCode::KEY_NUMERIC_5, '5'),
    (KeyCode::KEY_NUMERIC_6, '6'),
    (KeyCode::KEY_NUMERIC_7, '7'),
    (KeyCode::KEY_NUMERIC_8, '8'),
    (KeyCode::KEY_NUMERIC_9, '9'),
    (KeyCode::KEY_A, 'A'),
    (KeyCode::KEY_B, 'B'),
    (KeyCode::KEY_C, 'C'),
    (KeyCode::KEY_D, 'D'),
    (KeyCode::KEY_E, 'E'),
    (KeyCode::KEY_F, 'F'),
    (KeyCode::KEY_G, 'G'),
    (KeyCode::KEY_H, 'H'),
    (KeyCode::KEY_I, 'I'),
    (KeyCode::KEY_J, 'J'),
    (KeyCode::KEY_K, 'K'),
    (KeyCode::KEY_L, 'L'),
    (KeyCode::KEY_M, 'M'),
    (KeyCode::KEY_N, 'N'),
    (KeyCode::KEY_O, 'O'),
    (KeyCode::KEY_P, 'P'),
    (KeyCode::KEY_Q, 'Q'),
    (KeyCode::KEY_R, 'R'),
    (KeyCode::KEY_S, 'S'),
    (KeyCode::KEY_T, 'T'),
    (KeyCode::KEY_U, 'U'),
    (KeyCode::KEY_V, 'V'),
    (KeyCode::KEY_W, 'W'),
    (KeyCode::KEY_X, 'X'),
    (KeyCode::KEY_Y, 'Y'),
    (KeyCode::KEY_Z, 'Z'),
    (KeyCode::KEY_MINUS, '-'),
    (KeyCode::KEY_KPMINUS, '-'),
    (KeyCode::KEY_DOT, '.'),
    (KeyCode::KEY_KPDOT, '.'),
    (KeyCode::KEY_NUMERIC_A, 'A'),
    (KeyCode::KEY_NUMERIC_B, 'B'),
    (KeyCode::KEY_NUMERIC_C, 'C'),
    (KeyCode::KEY_NUMERIC_D, 'D'),
];

/// The others that do something.
const FUNCTIONS: [(KeyCode, Stroke); 7] = [
    (KeyCode::KEY_ENTER, Stroke::Enter),
    (KeyCode::KEY_KPENTER, Stroke::Enter),
    (KeyCode::KEY_NUMERIC_POUND, Stroke::Enter),
    (KeyCode::KEY_BACKSPACE, Stroke::Clear),
    (KeyCode::KEY_ESC, Stroke::Clear),
    (KeyCode::KEY_NUMERIC_STAR, Stroke::Clear),
    (KeyCode::KEY_CANCEL, Stroke::Cancel),
];

/// What a key does where the configuration does not say.
pub fn stroke(key: KeyNumber) -> Option<Stroke> {
    let characters = CHARACTERS.iter().map(|(code, it)| (*code, Stroke::Character(*it)));
    let mut all = characters.chain(FUNCTIONS);
    all.find(|(code, _)| code.code() == key).map(|(_, stroke)| stroke)
}

/// All keys that do something.
pub fn all() -> impl Iterator<Item = KeyNumber> {
    let characters = CHARACTERS.iter().map(|(code, _)| code.code());
    characters.chain(FUNCTIONS.iter().map(|(code, _)| code.code()))
}

/// A key for people: `KEY_5`.
pub fn name(key: KeyNumber) -> String {
    format!("{:?}", KeyCode::new(key))
}
