//! What is typed, key by key, becomes a code: whatever the keys hang on.
//!
//! A code is complete when it has its length, or when Enter is pressed. What nobody goes on with
//! is forgotten: the next customer must not complete it.

use tokio::time::Instant;

use crate::wiring::{Stroke, TypingRules};

/// No code of a product is longer.
const LONGEST: usize = 16;

/// What came of a stroke, or of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A word as a selection board would send it.
    Word(String),
    /// What stands there now; empty when it was completed, taken back or forgotten.
    Shows(String),
    /// What was typed can be no code.
    Nonsense,
}

/// What was typed and is not complete.
#[derive(Debug)]
pub struct Typing {
    rules: TypingRules,
    text: String,
    /// Something is wrong with what was typed: no part of it is a code, up to its Enter.
    is_spoiled: bool,
    touched: Instant,
}

impl Typing {
    /// Nothing was typed yet.
    pub fn new(rules: TypingRules) -> Self {
        Self { rules, text: String::new(), is_spoiled: false, touched: Instant::now() }
    }

    /// A key was pressed.
    pub fn struck(&mut self, stroke: Stroke, now: Instant) -> Vec<Typed> {
        let mut typed = self.due_until(now);
        self.touched = now;
        match stroke {
            Stroke::Character(character) => typed.extend(self.character(character)),
            Stroke::Enter if self.is_spoiled => {
                self.is_spoiled = false;
                typed.push(Typed::Nonsense);
            }
            Stroke::Enter => typed.extend(self.complete()),
            // What was typed is taken back first, so that a second press gives up the sale.
            Stroke::Clear if self.is_begun() => typed.extend(self.forget()),
            Stroke::Clear | Stroke::Cancel => typed.extend(self.instead("CANCEL")),
            Stroke::Pay => typed.extend(self.instead("PAY")),
            // What was typed stays: it is the same product in any language.
            Stroke::Language => typed.push(Typed::Word("LANGUAGE".to_owned())),
        }
        typed
    }

    /// What has become of it by now.
    pub fn due_until(&mut self, now: Instant) -> Vec<Typed> {
        let is_due = self.next_due().is_some_and(|due| due <= now);
        if is_due { self.forget() } else { Vec::new() }
    }

    /// When what was typed is forgotten, if there is any.
    pub fn next_due(&self) -> Option<Instant> {
        self.is_begun().then(|| self.touched + self.rules.typing_timeout)
    }

    /// The keypad is gone, or what stands there was taken back.
    pub fn forget(&mut self) -> Vec<Typed> {
        self.is_spoiled = false;
        if self.text.is_empty() {
            return Vec::new();
        }
        self.text.clear();
        vec![Typed::Shows(String::new())]
    }

    /// Strokes were lost: what is left of the code may be another one.
    pub fn spoil(&mut self, now: Instant) -> Vec<Typed> {
        let typed = self.forget();
        self.is_spoiled = true;
        self.touched = now;
        typed
    }

    fn is_begun(&self) -> bool {
        self.is_spoiled || !self.text.is_empty()
    }

    fn character(&mut self, character: char) -> Vec<Typed> {
        if self.is_spoiled {
            return Vec::new();
        }
        if self.text.len() >= LONGEST {
            // Nothing of it is a code: not its beginning, and not its end.
            let typed = self.forget();
            self.is_spoiled = true;
            return typed;
        }
        self.text.push(character);
        if self.rules.code_length == Some(self.text.len()) {
            return self.complete();
        }
        vec![Typed::Shows(self.text.clone())]
    }

    fn complete(&mut self) -> Vec<Typed> {
        if self.text.is_empty() {
            return Vec::new();
        }
        let word = Typed::Word(self.text.clone());
        [vec![word], self.forget()].concat()
    }

    /// Another word than the one that stands there.
    fn instead(&mut self, word: &str) -> Vec<Typed> {
        [self.forget(), vec![Typed::Word(word.to_owned())]].concat()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use Typed::{Nonsense, Shows, Word};
    use proptest::prelude::*;

    use super::*;

    const RULES: TypingRules =
        TypingRules { code_length: None, typing_timeout: Duration::from_secs(10) };

    /// Strikes keys of a keypad, a tenth of a second apart: `#` is Enter, `*` is Clear, `!` is
    /// Cancel, `$` is Pay, `?` is what was lost, and a space is a wait of ten seconds.
    fn struck(rules: TypingRules, keys: &str) -> Vec<Typed> {
        let mut typing = Typing::new(rules);
        let mut now = Instant::now();
        let mut all = Vec::new();
        for key in keys.chars() {
            now += Duration::from_millis(100);
            all.extend(match key {
                '#' => typing.struck(Stroke::Enter, now),
                '*' => typing.struck(Stroke::Clear, now),
                '?' => typing.spoil(now),
                '!' => typing.struck(Stroke::Cancel, now),
                '$' => typing.struck(Stroke::Pay, now),
                ' ' => {
                    now += RULES.typing_timeout;
                    typing.due_until(now)
                }
                character => typing.struck(Stroke::Character(character), now),
            });
        }
        all
    }

    fn shows(text: &str) -> Typed {
        Shows(text.to_owned())
    }

    fn word(text: &str) -> Typed {
        Word(text.to_owned())
    }

    #[test]
    fn a_code_is_complete_at_its_length() {
        let rules = TypingRules { code_length: Some(2), ..RULES };
        let expected = [shows("1"), word("12"), shows(""), shows("4")];
        assert_eq!(struck(rules, "124"), expected);
    }

    #[test]
    fn enter_completes_a_code_too_and_alone_means_nothing() {
        assert_eq!(struck(RULES, "#A1##"), [shows("A"), shows("A1"), word("A1"), shows("")]);
        let rules = TypingRules { code_length: Some(3), ..RULES };
        assert_eq!(struck(rules, "7#"), [shows("7"), word("7"), shows("")]);
    }

    #[test]
    fn clear_takes_back_what_is_typed_and_then_gives_up() {
        assert_eq!(struck(RULES, "1*"), [shows("1"), shows("")]);
        assert_eq!(struck(RULES, "1**"), [shows("1"), shows(""), word("CANCEL")]);
        assert_eq!(struck(RULES, "1!"), [shows("1"), shows(""), word("CANCEL")]);
        assert_eq!(struck(RULES, "1$$"), [shows("1"), shows(""), word("PAY"), word("PAY")]);
    }

    #[test]
    fn what_nobody_goes_on_with_is_forgotten() {
        assert_eq!(
            struck(RULES, "1 2#"),
            [shows("1"), shows(""), shows("2"), word("2"), shows("")]
        );
    }

    #[test]
    fn of_what_is_spoiled_no_part_is_a_code() {
        let typed = struck(RULES, &format!("{}#12#", "1".repeat(200)));
        let end = [shows(""), Nonsense, shows("1"), shows("12"), word("12"), shows("")];
        assert!(typed.ends_with(&end), "{typed:?}");
        assert_eq!(typed.iter().filter(|typed| matches!(typed, Word(_))).count(), 1);
    }

    #[test]
    fn of_what_lost_a_stroke_no_part_is_a_code() {
        let typed = struck(RULES, "1?2#3#");
        assert_eq!(typed, [shows("1"), shows(""), Nonsense, shows("3"), word("3"), shows("")]);
        let rules = TypingRules { code_length: Some(2), ..RULES };
        let expected = [shows("1"), shows(""), shows("4"), word("45"), shows("")];
        assert_eq!(struck(rules, "1?23 45"), expected);
    }

    proptest! {
        /// What is typed between two Enters is one code, as it was typed, or none.
        #[test]
        fn no_code_is_made_up(keys in "[0-9A-F#* ]{0,400}") {
            for typed in struck(RULES, &keys) {
                if let Word(word) = typed && word != "CANCEL" {
                    let typed = format!("{word}#");
                    prop_assert!(keys.contains(&typed), "{} in {}", word, keys);
                    prop_assert!(word.len() <= LONGEST);
                }
            }
        }
    }
}
