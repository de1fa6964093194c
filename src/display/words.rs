//! What a display has to say: a headline, what to do, and what goes with them. No pixels yet.

use crate::display::fit::unbroken;

/// The same thing said at several lengths, from the longest to the shortest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phrase(Vec<String>);

impl Phrase {
    /// A phrase that is said in one way only.
    pub fn new(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// These wordings, from the longest to the shortest.
    pub fn of(wordings: Vec<String>) -> Self {
        Self(wordings)
    }

    /// Adds a shorter wording.
    #[must_use]
    pub fn or(mut self, shorter: impl Into<String>) -> Self {
        self.0.push(shorter.into());
        self
    }

    /// All wordings, from the longest to the shortest: one at least.
    pub fn wordings(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The longest wording.
    pub fn longest(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The shortest wording.
    pub fn shortest(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The wordings in kanji and hiragana, if there are any; otherwise all.
    fn without_spelling(&self) -> Self {
        let is_full = |text: &&String| {
            text.contains(|c| matches!(c, '\u{3041}'..='\u{309f}' | '\u{4e00}'..='\u{9fff}'))
        };
        let full: Vec<String> = self.0.iter().filter(is_full).cloned().collect();
        if full.is_empty() { self.clone() } else { Self(full) }
    }

    /// Each wording, changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self(self.wordings().map(change).collect())
    }
}

/// What kind of news it is. No display tells it by colour alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mood {
    /// Choose something, or type on.
    Inviting,
    /// The customer is to present a card now.
    Asking,
    /// The customer has to wait.
    Waiting,
    /// It is paid, and it came out.
    Glad,
    /// It did not work, for this customer.
    Sorry,
    /// Nothing can be sold.
    Closed,
}

impl Mood {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Inviting, Self::Asking, Self::Waiting, Self::Glad, Self::Sorry, Self::Closed];
}

/// How much of its time the customer has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Countdown {
    /// Seconds that are left.
    pub left: u64,
    /// Seconds that there were; not less than `left`.
    pub of: u64,
}

/// All that one view says, in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// What kind of news it is.
    pub mood: Mood,
    /// Read first.
    pub headline: Phrase,
    /// What it costs, if that is a question now. Stands beside the headline.
    pub price: Option<String>,
    /// What to do, or what happens.
    pub line: Phrase,
    /// How long the customer has for it.
    pub countdown: Option<Countdown>,
    /// Small print that a display without room leaves out: whom to call, and the code to tell.
    pub note: Option<Phrase>,
    /// An address to be scanned, on displays that can hold a QR code.
    pub link: Option<String>,
}

impl Words {
    /// The words with a headline and a line only.
    pub fn new(mood: Mood, headline: Phrase, line: Phrase) -> Self {
        Self { mood, headline, price: None, line, countdown: None, note: None, link: None }
    }
    /// Without the wordings that are spelt in katakana, for a display that has kanji: the first is for
    /// those that have nothing else.
    #[must_use]
    pub fn without_spelling(&self) -> Self {
        let full = |phrase: &Phrase| phrase.without_spelling();
        let (headline, line) = (full(&self.headline), full(&self.line));
        Self { headline, line, note: self.note.as_ref().map(full), ..self.clone() }
    }

    /// Headline and line as plain text, for a log or a terminal: with the price, and the seconds.
    pub fn plain(&self) -> (String, String) {
        let headline = self.headline.longest();
        let headline = match &self.price {
            Some(price) => format!("{headline}  {}", unbroken(price)),
            None => headline.to_owned(),
        };
        let line = unbroken(self.line.longest());
        let line = match self.countdown {
            // The full stop stands behind the seconds if there is only one sentence.
            Some(Countdown { left, .. }) => match line.strip_suffix(['.', '。']) {
                Some(sentence) if !sentence.contains(['.', '。', ':']) => {
                    format!("{sentence} ({left} s).")
                }
                Some(_) | None => format!("{line} ({left} s)"),
            },
            None => line,
        };
        (unbroken(&headline), line)
    }
}
