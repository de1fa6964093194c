//! What a customer has typed at a keypad, and not completed yet.

use std::time::Duration;

use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::view::View;
use crate::time::Moment;

/// No keypad waits longer for more. It tells by itself what it forgets; this is the end of what it
/// did not get to tell.
const LASTS: Duration = Duration::from_mins(1);

/// What stands at the keypads.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(in crate::kiosk) struct Typed(Option<(String, Moment)>);

impl Kiosk {
    /// What stands at a keypad now: nothing, if it was completed, taken back or forgotten.
    pub fn typed(&mut self, text: String, now: Moment) {
        if text.is_empty() {
            self.nothing_typed();
            return;
        }
        // Thanks, and what was not to be had, give way to who chooses now. Regrets are read.
        let gives_way = |view: &View| matches!(view, View::NotNow { .. } | View::ThankYou { .. });
        self.notice = self.notice.take().filter(|notice| !gives_way(&notice.view));
        self.typed = Typed(Some((text, now + LASTS)));
    }

    /// Something was chosen, or given up.
    pub(in crate::kiosk) fn nothing_typed(&mut self) {
        self.typed = Typed(None);
    }

    /// What is typed, as the display shows it.
    pub(super) fn typed_view(&self, now: Moment) -> Option<View> {
        let (text, until) = self.typed.0.as_ref()?;
        (now < *until).then(|| View::Typing { text: text.clone() })
    }

    /// When that is forgotten.
    pub(super) fn typed_until(&self) -> Option<Moment> {
        self.typed.0.as_ref().map(|(_, until)| *until)
    }
}
