//! A selection board on a serial port.

use tokio::sync::mpsc;

use super::{Deaf, InputNews, NamedInputNews, Outlet};
use crate::pulse::Pulse;
use crate::serial::{Link, LinkNews, PortSettings};

/// Listens to the board called `name`, and returns only when `news` is closed.
pub async fn run(
    name: String,
    settings: PortSettings,
    news: mpsc::Sender<NamedInputNews>,
    mut pulse: Pulse,
) {
    let mut link = Link::new(settings);
    let mut outlet = Outlet::new(name, news.clone());
    loop {
        let heard = tokio::select! {
            () = news.closed() => return,
            question = pulse.asked() => {
                pulse.answer(question).await;
                continue;
            }
            heard = link.next() => heard,
        };
        if let Err(Deaf) = pass_on(heard, &mut link, &mut outlet).await {
            return;
        }
    }
}

async fn pass_on(heard: LinkNews, link: &mut Link, outlet: &mut Outlet) -> Result<(), Deaf> {
    match heard {
        LinkNews::Connected => outlet.tell(InputNews::Connected).await,
        LinkNews::Disconnected { why } => outlet.tell(InputNews::Disconnected { why }).await,
        LinkNews::Garbage { total } => outlet.try_tell(InputNews::Garbage { total }).map(drop),
        LinkNews::Lines(lines) => {
            for line in lines {
                if !outlet.press(&line)? {
                    link.count_garbage();
                }
            }
            Ok(())
        }
    }
}
