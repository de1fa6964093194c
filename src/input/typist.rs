//! What a keypad is heard to say, whatever its keys hang on.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::typing::{Typed, Typing};
use super::{Heard, InputNews};
use crate::serial::noise::Garbage;
use crate::wiring::Stroke;

/// What is typed, and what was heard and not told yet.
#[derive(Debug)]
pub(super) struct Typist {
    typing: Typing,
    garbage: Garbage,
    heard: VecDeque<Heard>,
}

impl Typist {
    pub(super) fn new(typing: Typing) -> Self {
        Self { typing, garbage: Garbage::default(), heard: VecDeque::new() }
    }

    /// The next that was heard.
    pub(super) fn next(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    pub(super) fn tell(&mut self, heard: Heard) {
        self.heard.push_back(heard);
    }

    pub(super) fn struck(&mut self, stroke: Stroke, now: Instant) {
        let typed = self.typing.struck(stroke, now);
        self.typed(typed);
    }

    /// Strokes were lost.
    pub(super) fn spoil(&mut self, now: Instant) {
        let typed = self.typing.spoil(now);
        self.count_garbage();
        self.typed(typed);
    }

    /// When something may be due, if nothing is struck.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        [self.typing.next_due(), self.garbage.due(now)].into_iter().flatten().min()
    }

    /// The keypad is gone: what was begun there cannot be gone on with.
    pub(super) fn gone(&mut self, why: String) {
        let typed = self.typing.forget();
        self.typed(typed);
        self.tell(Heard::News(InputNews::Disconnected { why }));
    }

    /// What is due by now.
    pub(super) fn time_passed(&mut self, now: Instant) {
        let typed = self.typing.due_until(now);
        self.typed(typed);
        let garbage = self.garbage.tell(now);
        self.heard.extend(garbage.map(|total| Heard::News(InputNews::Garbage { total })));
    }

    pub(super) fn count_garbage(&mut self) {
        self.garbage.count();
    }

    fn typed(&mut self, typed: Vec<Typed>) {
        for one in typed {
            match one {
                Typed::Word(word) => self.tell(Heard::Words(vec![word])),
                Typed::Shows(text) => self.tell(Heard::News(InputNews::Typing { text })),
                Typed::Nonsense => self.count_garbage(),
            }
        }
    }
}
