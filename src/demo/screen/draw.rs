//! The player's screen: it fits into 80×24, and larger ones show more of the story.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line as TextLine, Span};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::player::{Line, Player};
use crate::display::fit::wrapped;
use crate::display::text::{Help, words};
use crate::money::Money;
use crate::simulator::{Books, IntentBook, Screen, Totals};
use crate::telemetry::story::Weight;

/// Rows of display and reader, frames included.
const DISPLAY_ROWS: u16 = 6;

/// Rows of the books, frame included.
const BOOK_ROWS: u16 = 6;

impl Player {
    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame) {
        let rows = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(DISPLAY_ROWS),
            Constraint::Length(BOOK_ROWS),
            Constraint::Min(4),
            Constraint::Length(3),
        ]);
        let [title, top, books, story, keys] = rows.areas(frame.area());
        let halves = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]);
        let [display, reader] = halves.areas(top);
        let [money, machine] = halves.areas(books);
        let (screen, books) = self.stripe();
        frame.render_widget(Self::title(), title);
        frame.render_widget(self.display(), display);
        frame.render_widget(reader_panel(screen), reader);
        frame.render_widget(books_panel(&books), money);
        frame.render_widget(self.machine(), machine);
        self.draw_story(frame, story);
        frame.render_widget(Paragraph::new(self.keys()), keys);
    }

    fn title() -> TextLine<'static> {
        let name = " kioskd demo: the real daemon, a simulated Stripe. To walk away, just wait. ";
        TextLine::from(name).style(Style::new().add_modifier(Modifier::REVERSED))
    }

    fn display(&self) -> Paragraph<'static> {
        let Some(view) = self.view() else {
            let line = match self.back_in() {
                Some(left) => format!("(no power for {} s)", left.as_secs() + 1),
                None => "(starting)".to_owned(),
            };
            return panel("The kiosk's display", vec![TextLine::from(line).dark_gray()]);
        };
        let (headline, line) = words(&view, self.speech(), &Help::default()).plain();
        panel("The kiosk's display", vec![TextLine::from(headline).bold(), TextLine::from(line)])
    }

    fn machine(&self) -> Paragraph<'static> {
        let bench = self.bench();
        let delivered = self.delivered();
        let newest: Vec<&str> = delivered.iter().rev().take(4).map(String::as_str).collect();
        let goods = if newest.is_empty() { "nothing yet".to_owned() } else { newest.join(", ") };
        let power = if self.back_in().is_some() { "OUT".red() } else { "in".green() };
        let network = if bench.network_is_up() { "works".green() } else { "CUT".red() };
        let coils = if bench.board().jams_next() { "BLOCKED".red() } else { "free".green() };
        let lines = vec![
            TextLine::from(format!("delivered {}: {goods}", delivered.len())),
            TextLine::from(vec![Span::from("coils     "), coils]),
            TextLine::from(vec![Span::from("network   "), network]),
            TextLine::from(vec![Span::from("plug      "), power]),
        ];
        panel("The machine", lines)
    }

    fn draw_story(&self, frame: &mut Frame, area: Rect) {
        let block = Block::bordered().title(" What happens: the journal's facts, and you ");
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        let mut lines: Vec<TextLine> = Vec::new();
        for line in self.lines().iter().rev() {
            let mut rows = story_rows(line, width);
            while let Some(row) = rows.pop().filter(|_| lines.len() < height) {
                lines.push(row);
            }
            if lines.len() >= height {
                break;
            }
        }
        lines.reverse();
        frame.render_widget(Paragraph::new(lines), inner);
    }

    fn keys(&self) -> Vec<TextLine<'static>> {
        let products = self.bench().settings().products.iter().zip(["1/a", "2/b", "3/c"]);
        let products = products.map(|((code, product), key)| {
            (key, format!("{code} {} {}", product.name, amount(product.price)))
        });
        let mut first: Vec<(&'static str, String)> = products.collect();
        first.push(("x", "CANCEL key".to_owned()));
        let plain = |keys: &[(&'static str, &str)]| {
            keys_line(keys.iter().map(|(key, what)| (*key, (*what).to_owned())))
        };
        let mut at_reader =
            vec![("t", "tap a card"), ("d", "tap a declined card"), ("r", "cancel on reader")];
        let mut mischief = vec![
            ("n", "cut/mend network"),
            ("j", "jam next vend"),
            ("p", "pull the plug"),
            ("q", "quit"),
        ];
        if self.bench().settings().kiosk.cart {
            at_reader.push(("A-C", "take out"));
            mischief.push(("y", "PAY"));
        }
        vec![keys_line(first.into_iter()), plain(&at_reader), plain(&mischief)]
    }
}

fn keys_line(keys: impl Iterator<Item = (&'static str, String)>) -> TextLine<'static> {
    let spans = keys.flat_map(|(key, what)| {
        [Span::from(format!(" {key} ")).black().on_gray(), Span::from(format!(" {what}  "))]
    });
    spans.collect()
}

fn panel(title: &'static str, lines: Vec<TextLine<'static>>) -> Paragraph<'static> {
    let block = Block::bordered().title(format!(" {title} "));
    Paragraph::new(lines).wrap(Wrap { trim: true }).block(block)
}

fn reader_panel(screen: Screen) -> Paragraph<'static> {
    let plain = |text: &'static str| vec![TextLine::from(text)];
    let with = |money: Money, text: &'static str, color: Color| {
        vec![TextLine::from(money.to_string()).bold(), TextLine::from(text).fg(color)]
    };
    let lines = match screen {
        Screen::Idle => plain("Welcome"),
        Screen::Cart => plain("(a cart)"),
        Screen::Form => plain("(a menu)"),
        Screen::PresentCard { amount, may_cancel } => {
            let mut lines = with(amount, "Tap, insert or swipe", Color::Yellow);
            if may_cancel {
                lines.push(TextLine::from("[ Cancel ]"));
            }
            lines
        }
        Screen::Processing { amount } => with(amount, "Processing…", Color::Yellow),
        Screen::Approved { amount } => with(amount, "Approved", Color::Green),
        Screen::Declined { amount } => with(amount, "Declined", Color::Red),
        Screen::Canceled => plain("Payment canceled"),
        Screen::Failed => plain("Payment failed"),
        Screen::Offline => plain("No connection"),
    };
    panel("The card reader", lines)
}

fn books_panel(books: &Books) -> Paragraph<'static> {
    let mut sums = Totals::default();
    for totals in books.totals.values() {
        sums.captured += totals.captured;
        sums.held += totals.held;
        sums.refunded += totals.refunded;
    }
    let currency = books.payment_intents.first().map(|intent| intent.currency);
    let text = |minor: u64| match currency {
        Some(currency) => amount(Money::new(minor, currency)),
        None => "0.00".to_owned(),
    };
    let (captured, held, refunded) = (text(sums.captured), text(sums.held), text(sums.refunded));
    let totals = format!("captured {captured} held {held} refunded {refunded}");
    let mut lines = vec![TextLine::from(totals).bold()];
    let fits = usize::from(BOOK_ROWS).saturating_sub(3);
    let newest = books.payment_intents.iter().rev().take(fits);
    lines.extend(newest.map(|intent| TextLine::from(intent_line(intent))));
    panel("Stripe's books", lines)
}

fn intent_line(intent: &IntentBook) -> String {
    let id = intent.id.as_str();
    let start = id.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let money = amount(Money::new(intent.amount, intent.currency));
    format!("…{} {money} {}", &id[start..], intent.status.as_str())
}

/// The amount alone: there is one currency on this screen.
fn amount(money: Money) -> String {
    let text = money.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// A line of the story, broken between words, its continuation set in.
fn story_rows(line: &Line, width: usize) -> Vec<TextLine<'static>> {
    let (head, text, style) = match line {
        Line::You(text) => ("› ".to_owned(), text, Style::new().fg(Color::Cyan)),
        Line::Fact { sale, text, weight } => {
            let style = match weight {
                Weight::Step => Style::new(),
                Weight::Trouble => Style::new().fg(Color::Yellow),
                Weight::Alarm => Style::new().fg(Color::Red),
            };
            (format!("  sale {sale}  "), text, style)
        }
    };
    let indent = head.chars().count();
    let heads = std::iter::once(head).chain(std::iter::repeat(" ".repeat(indent)));
    let row = |(head, text): (String, String)| TextLine::from(format!("{head}{text}")).style(style);
    heads.zip(wrapped(text, width.saturating_sub(indent))).map(row).collect()
}
