//! Customers: what they press, which card they hold to the reader and when, and how they leave.

use kioskd::ids::{ProductCode, SaleId};
use kioskd::simulator::{Card, Screen};

use crate::auditor::Millis;
use crate::plan::PRODUCTS;
use crate::world::{Coming, World};

/// How often a customer looks at the reader.
const LOOKS: Millis = 400;

/// Between two presses of one finger.
const BOUNCE: Millis = 60;

/// One customer.
#[derive(Clone, Debug)]
pub struct Person {
    code: ProductCode,
    /// What else, where there is a cart.
    further: Vec<ProductCode>,
    /// Which cards, in order.
    cards: Vec<Card>,
    /// From the prompt to the tap.
    tap_after: Millis,
    /// From the press to CANCEL on the kiosk.
    cancels_after: Option<Millis>,
    /// From the prompt to cancel on the reader.
    cancels_on_reader_after: Option<Millis>,
    /// Whether another product is pressed meanwhile.
    changes_mind: bool,
    /// Whether the key bounces, or is pressed twice.
    presses_twice: bool,
    /// How long all this is worth the time.
    patience: Millis,
    pressed: Option<Millis>,
    prompted: Option<Millis>,
    /// How often the first key was pressed in vain.
    tries: u32,
    sale: Option<SaleId>,
    card: usize,
}

impl Person {
    /// One who wants a cola, has a card that pays, and taps it.
    pub fn honest() -> Self {
        Self {
            code: "A1".parse().expect("a fixed code is one"),
            further: Vec::new(),
            cards: vec![Card::VISA],
            tap_after: 2_000,
            cancels_after: None,
            cancels_on_reader_after: None,
            changes_mind: false,
            presses_twice: false,
            patience: 120_000,
            pressed: None,
            prompted: None,
            tries: 0,
            sale: None,
            card: 0,
        }
    }

    /// One who wants these as well.
    pub fn with_cart(further: &[&str]) -> Self {
        let further = further.iter().map(|code| code.parse().expect("a fixed code is one"));
        Self { further: further.collect(), ..Self::honest() }
    }

    /// One with these cards.
    pub fn with_cards(cards: &[Card]) -> Self {
        Self { cards: cards.to_vec(), ..Self::honest() }
    }

    /// The same with this card.
    pub fn paying_with(self, card: Card) -> Self {
        Self { cards: vec![card], ..self }
    }

    /// One who looks on and never taps.
    pub fn idle() -> Self {
        Self { tap_after: 10_000_000, ..Self::honest() }
    }

    /// One who cancels on the kiosk after a while.
    pub fn cancels(after: Millis) -> Self {
        Self { cancels_after: Some(after), ..Self::honest() }
    }

    /// One who cancels on the reader after a while.
    pub fn cancels_on_reader(after: Millis) -> Self {
        Self { cancels_on_reader_after: Some(after), ..Self::honest() }
    }

    /// The sale that was opened, if one was.
    pub fn sale(&self) -> Option<&SaleId> {
        self.sale.as_ref()
    }

    /// Anybody.
    pub fn draw(rng: &mut fastrand::Rng, canadian: bool) -> Self {
        let (code, ..) = PRODUCTS[rng.usize(0..PRODUCTS.len())];
        // Log-normal by the sum of uniform numbers: 6 s in the middle, few within 2 s or after 20.
        let sum: f64 = (0..6).map(|_| rng.f64()).sum();
        let tap_after = (6_000.0 * 2_f64.powf((sum - 3.0) * 1.5)).round();
        let tap_after = match rng.u32(0..20) {
            0 => 0,
            1 => 10_000_000,
            _ => tap_after.to_string().parse().expect("a rounded number is one"),
        };
        let mut card = || match rng.u32(0..20) {
            0 => Card::DECLINED,
            1 => Card::INSUFFICIENT_FUNDS,
            2 => Card::MASTERCARD_PREPAID,
            3..9 if canadian => Card::INTERAC,
            _ => Card::VISA,
        };
        let mut cards = vec![card()];
        cards.push(card());
        let rarely = |rng: &mut fastrand::Rng, most| (rng.f64() < 0.06).then(|| rng.u64(0..most));
        let further = (0..rng.usize(0..4)).map(|_| PRODUCTS[rng.usize(0..PRODUCTS.len())].0);
        let further = further.map(|code| code.parse().expect("a fixed code is one")).collect();
        Self {
            code: code.parse().expect("a fixed code is one"),
            further,
            cards,
            tap_after,
            cancels_after: rarely(rng, 20_000),
            cancels_on_reader_after: rarely(rng, 10_000),
            changes_mind: rng.f64() < 0.05,
            presses_twice: rng.f64() < 0.1,
            patience: rng.u64(30_000..120_000),
            ..Self::honest()
        }
    }
}

impl World {
    /// Somebody comes in a while.
    pub fn comes(&mut self, person: Person, wait: Millis) -> usize {
        self.people.push(person);
        let who = self.people.len() - 1;
        self.after(wait, Coming::Person(who));
        who
    }

    /// It is somebody's turn to act.
    pub fn person_acts(&mut self, who: usize) {
        let Some(pressed) = self.people[who].pressed else {
            self.presses(who);
            return;
        };
        let waited = self.now - pressed;
        let person = &self.people[who];
        if waited > person.patience {
            return;
        }
        let changes_mind = person.changes_mind && waited > 1_500;
        if person.cancels_after.is_some_and(|after| waited >= after) {
            self.tell(|| "the customer presses CANCEL".to_owned());
            self.tally.count("customer: cancels on the kiosk");
            self.people[who].cancels_after = None;
            self.turn(kioskd::daemon::driver::Event::CancelPressed);
        }
        if changes_mind {
            self.people[who].changes_mind = false;
            self.tally.count("customer: presses another key meanwhile");
            let other = if self.people[who].code.as_str() == "A1" { "A2" } else { "A1" };
            self.select(other.parse().expect("a fixed code is one"));
        }
        self.looks_at_reader(who);
        self.after(LOOKS, Coming::Person(who));
    }

    fn presses(&mut self, who: usize) {
        let Person { code, further, presses_twice: twice, .. } = self.people[who].clone();
        self.tally.count("customer: comes");
        if self.chooses_on_reader(who, &code) {
            return;
        }
        let mut sale = self.select(code);
        if self.plan.cart {
            for code in further {
                self.select(code);
            }
            sale = self.pay();
        }
        self.is_served(who, sale, twice);
    }

    /// Where there is a form on the reader, most customers choose there. Whether this one has.
    fn chooses_on_reader(&mut self, who: usize, code: &ProductCode) -> bool {
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        let Some(choices) = self.stripe.reader_choices(&reader) else { return false };
        if !choices.iter().any(|choice| choice == code.as_str()) || self.rng.f64() < 0.2 {
            return false;
        }
        self.tally.count("customer: chooses on the reader");
        self.tell(|| format!("the customer chooses {code} on the reader"));
        self.stripe.changes().answer_form(&reader, code.as_str(), wall).expect("it is there");
        self.at_the_form = Some(who);
        self.hint_comes();
        true
    }

    /// What was chosen on the reader has reached the driver.
    pub fn chosen(&mut self, word: &str) {
        self.tell(|| format!("chosen on the reader: {word}"));
        let sale = word.parse().ok().and_then(|code| self.select(code));
        if let Some(who) = self.at_the_form.take() {
            self.is_served(who, sale, false);
        }
    }

    fn is_served(&mut self, who: usize, sale: Option<SaleId>, twice: bool) {
        let person = &mut self.people[who];
        if sale.is_none() {
            // Who is turned away tries again, and goes.
            person.tries += 1;
            if person.tries < 3 {
                let wait = 12_000;
                self.after(wait, Coming::Person(who));
            }
            return;
        }
        person.sale = sale;
        person.pressed = Some(self.now);
        if twice {
            self.tally.count("customer: presses twice");
            let second = Person { pressed: None, tries: 2, patience: 0, ..Person::honest() };
            self.comes(second, BOUNCE);
        }
        self.after(LOOKS, Coming::Person(who));
    }

    /// Whoever sees the reader ask holds a card to it, whatever the display says.
    fn looks_at_reader(&mut self, who: usize) {
        let screen = self.stripe.reader_screen(&self.setup.reader);
        let (reader, wall) = (self.setup.reader.clone(), self.wall());
        let person = &mut self.people[who];
        let Screen::PresentCard { may_cancel, .. } = screen else {
            person.prompted = None;
            return;
        };
        let since = self.now - *person.prompted.get_or_insert(self.now);
        if may_cancel && person.cancels_on_reader_after.is_some_and(|after| since >= after) {
            person.cancels_on_reader_after = None;
            if self.stripe.changes().press_cancel_on_reader(&reader, wall).is_ok() {
                self.tell(|| "the customer cancels on the reader".to_owned());
                self.tally.count("customer: cancels on the reader");
                self.hint_comes();
            }
            return;
        }
        // The second card is in the hand already.
        let wait = if person.card == 0 { person.tap_after } else { 2_000 };
        if since < wait {
            return;
        }
        let (again, last) = (person.card > 0, person.cards.len() - 1);
        let card = person.cards[person.card.min(last)];
        if self.stripe.changes().present_card(&reader, card, wall).is_ok() {
            self.tell(|| format!("the customer presents card {}", card.number()));
            self.tally.count("customer: taps");
            if again {
                self.tally.count("customer: taps again");
            }
            // A card that paid is the one that a refund asks for again.
            let declined = [Card::DECLINED, Card::INSUFFICIENT_FUNDS, Card::MASTERCARD_PREPAID];
            if declined.contains(&card) {
                self.people[who].card += 1;
            }
            self.people[who].prompted = None;
            self.hint_comes();
        }
    }
}
