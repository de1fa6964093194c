//! What a vending machine's bus interface may write, and kioskd's part in between.
//!
//! A line that begins with `!` is kioskd's turn: `!A` approves, `!D` denies, `!L` is the loss of the
//! port, and `!O` its opening. All others are the interface's.

use std::collections::BTreeMap;

use kioskd::ids::{OrderId, SaleId};
use kioskd::mdb::talk::{News, Talk};
use kioskd::money::{Currency, Money};
use kioskd::wiring::{MdbInput, MdbMode, PriceFrom};

/// What became of an approved order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Awaited,
    Unclear,
    Failed,
    Delivered,
}

/// What has to be so, by what was said.
struct Bench {
    talk: Talk,
    currency: Currency,
    drawn: usize,
    /// The sale that the machine waits for.
    waits: Option<SaleId>,
    approved: BTreeMap<OrderId, End>,
    is_ready: bool,
}

/// Plays one input. Its first byte says which mode.
pub fn play(input: &[u8]) {
    let Some((&mode, bytes)) = input.split_first() else { return };
    let currency: Currency = "eur".parse().unwrap();
    let session = MdbMode::Session { credit: Money::new(500, currency) };
    let settings = MdbInput {
        device: "/dev/ttyACM0".into(),
        baud: 115_200,
        mode: if mode.is_multiple_of(2) { MdbMode::AlwaysIdle } else { session },
        price_from: PriceFrom::Machine,
        otherwise: None,
        setup: Vec::new(),
    };
    let mut bench = Bench {
        talk: Talk::new(&settings, currency),
        currency,
        drawn: 0,
        waits: None,
        approved: BTreeMap::new(),
        is_ready: false,
    };
    for line in String::from_utf8_lossy(bytes).lines() {
        match line {
            "!A" => bench.approves(),
            "!D" => bench.denies(),
            "!L" => {
                let turn = bench.talk.lost("the cable");
                bench.follows(turn.news, "");
                assert!(bench.waits.is_none(), "nobody waits at a port that is lost");
            }
            "!O" => {
                let turn = bench.talk.opened();
                bench.follows(turn.news, "");
            }
            line => bench.hears(line),
        }
    }
}

impl Bench {
    fn hears(&mut self, line: &str) {
        self.drawn += 1;
        let sale = SaleId::new(format!("s{}", self.drawn)).unwrap();
        let turn = self.talk.heard(line, || Some(sale));
        let is_question = line.starts_with("c,STATUS,VEND,");
        assert!(turn.write.is_empty() || is_question && turn.write == ["C,STOP"], "{line:?}");
        if turn.garbage && !is_question {
            assert!(turn.news.is_empty(), "{line:?} is rubbish, and something follows from it");
        }
        self.follows(turn.news, line);
    }

    fn approves(&mut self) {
        let Some(sale) = self.waits.take() else {
            let nobodys: SaleId = "nobody".parse().unwrap();
            assert!(self.talk.approve(&nobodys, "nobody".parse().unwrap()).is_err());
            return;
        };
        let order: OrderId = sale.as_str().parse().unwrap();
        let line = self.talk.approve(&sale, order.clone()).expect("the machine waits for it");
        let amount = line.strip_prefix("C,VEND,").expect("an approval");
        assert!(amount.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "{line:?}");
        assert!(self.approved.insert(order, End::Awaited).is_none(), "{sale} is approved twice");
    }

    fn denies(&mut self) {
        if let Some(sale) = self.waits.take() {
            assert_eq!(self.talk.deny(&sale).as_deref(), Some("C,STOP"));
            assert_eq!(self.talk.deny(&sale), None, "it is told once");
        }
    }

    fn follows(&mut self, news: Vec<News>, line: &str) {
        for news in news {
            match news {
                News::Asked { sale, price, .. } => {
                    assert!(self.waits.is_none(), "two questions at once");
                    assert!(self.is_ready, "who asks is ready");
                    assert_eq!(price.currency, self.currency);
                    self.waits = Some(sale);
                }
                News::Withdrawn { sale } => assert_eq!(self.waits.take(), Some(sale)),
                News::Delivered { order } => {
                    assert!(matches!(line.get(..6), Some("c,VEND" | "c,STAT")), "{line:?}");
                    self.ends(&order, End::Delivered);
                }
                News::Failed { order, .. } => self.ends(&order, End::Failed),
                News::Unclear { order, .. } => self.ends(&order, End::Unclear),
                News::Ready => self.is_ready = true,
                News::NotReady { .. } => self.is_ready = false,
                News::Remarked { .. } => {}
            }
        }
    }

    /// Once only; but that a product came out after all may be told of what had seemed to fail.
    fn ends(&mut self, order: &OrderId, end: End) {
        let known = self.approved.get_mut(order).expect("only what was approved ends");
        let may = *known == End::Awaited || (end == End::Delivered && *known != End::Delivered);
        assert!(may, "{order} was {known:?}, and is {end:?}");
        *known = end;
    }
}
