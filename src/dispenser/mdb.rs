//! A vending machine that delivers by itself: the other end of its bus. An approval is the vend.

use super::run::{Begun, Device, Said};
use super::{Answer, Vend};
use crate::ids::{OrderId, SaleId};
use crate::mdb::DispenserEnd;
use crate::mdb::bus::{Approved, Report};

impl Device for DispenserEnd {
    const REMEMBERS: bool = false;

    async fn next(&mut self) -> Said {
        match Self::next(self).await {
            Report::Ready => Said::Connected,
            Report::NotReady { why } => Said::Disconnected { why },
            Report::Delivered(order) => Said::Answers(vec![(order, Answer::Ok)]),
            Report::Failed(order, reason) => Said::Answers(vec![(order, Answer::Fail { reason })]),
            Report::Unclear(id, why) => Said::Unclear { id, why },
            Report::Remarked(what) => Said::Remarked { what },
        }
    }

    fn check(&self) -> Result<(), String> {
        Self::check(self)
    }

    async fn vend(&mut self, vend: &Vend) -> Begun {
        match self.approve(vend.sale.clone(), vend.id.clone()).await {
            Approved::Written => Begun::Whole,
            Approved::Unclear(why) => Begun::Unclear { why },
            Approved::Refused(why) => Begun::Not { why },
        }
    }

    async fn ask(&mut self, _id: &OrderId) {
        // The bus has no such question.
    }

    async fn call_off(&mut self, sale: &SaleId) {
        self.deny(sale.clone()).await;
    }
}
