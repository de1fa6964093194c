//! The connections that calls go out on, and how they are kept warm: the first customer after a quiet
//! hour shall not wait for TCP and TLS.
//!
//! Pings keep a connection alive in the tables of routers on the way. They do not keep a server from
//! closing what it takes for idle, and whoever closes it tells nobody here. So a connection that
//! nobody has used for a while is tried by a request that means nothing: without a key, and what is
//! answered is not even read as an answer. If a new connection had to be opened for it, the old one
//! had been closed meanwhile, and the next try comes sooner.
//!
//! The load: an idle kiosk looks at its reader every seven to fifteen minutes, so that a try after
//! nearly four unused minutes makes two or three requests more of it. Of ten thousand kiosks these are
//! at most 44 a second, spread as evenly as their last calls; they are asked without a key, so that they
//! do not count against the account's limits. At the least pause, which only kiosks come to behind
//! whose network something closes connections within a minute and a half, it would be 222 a second.
//! If Stripe cannot be reached they double their pause from the least to the most.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy::connect::HttpInfo;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long a connection may be unused at first. What stands on the way closes the idle after 60 s
/// (AWS's application balancers), 75 s (nginx), 4 minutes (Azure's), 350 s (AWS's network balancers)
/// or an hour (Envoy), as they come. It and its halves lie a little below 4, 2 and 1 minutes: a try at
/// the moment of closing would be answered as the last.
const MOST_UNUSED: Duration = Duration::from_secs(230);

/// Never tried sooner: whoever closes within this time does not want connections to be kept.
const LEAST_UNUSED: Duration = Duration::from_secs(45);

/// A try that takes longer has failed.
const TRY_LIMIT: Duration = Duration::from_secs(15);

/// More connections than there ever are at once.
const MOST_KNOWN: usize = 4;

/// What all clients share that use the same connections.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) http: reqwest::Client,
    /// Scheme, host and port.
    pub(super) base: String,
    usage: Mutex<Usage>,
}

#[derive(Debug)]
struct Usage {
    /// How many calls are under way.
    calls: usize,
    /// When all the connections that a customer's first calls take were in use last.
    last: Instant,
    /// Our ends of the connections that were answered on last, the newest at the end.
    known: Vec<SocketAddr>,
    /// Whether each call takes a connection of its own: HTTP/1.1.
    one_call_each: bool,
}

impl Link {
    pub(super) fn new(http: reqwest::Client, base: String) -> Self {
        let last = Instant::now();
        let usage = Usage { calls: 0, last, known: Vec::new(), one_call_each: false };
        Self { http, base, usage: Mutex::new(usage) }
    }

    /// The link is in use until this is dropped.
    pub(super) fn begin(&self) -> InUse<'_> {
        self.usage().calls += 1;
        InUse(self)
    }

    /// Whether this was answered on a connection that was not known before.
    pub(super) fn answered(&self, response: &reqwest::Response) -> bool {
        let mut usage = self.usage();
        usage.one_call_each = response.version() < reqwest::Version::HTTP_2;
        let Some(info) = response.extensions().get::<HttpInfo>() else { return false };
        let ours = info.local_addr();
        let known = usage.known.iter().position(|known| *known == ours);
        if let Some(at) = known {
            usage.known.remove(at);
        } else if usage.known.len() == MOST_KNOWN {
            usage.known.remove(0);
        }
        usage.known.push(ours);
        known.is_none()
    }

    /// How long nobody has used it.
    fn unused_for(&self) -> Duration {
        let usage = self.usage();
        if usage.calls > 0 { Duration::ZERO } else { usage.last.elapsed() }
    }

    /// What a request without a key and a meaning finds. Where each call takes a connection of its
    /// own, two go out at once: a customer's first call goes out beside a look at the reader.
    async fn tried(&self) -> Found {
        let _in_use = self.begin();
        let first = self.try_once();
        let opened = if self.usage().one_call_each {
            let (first, second) = tokio::join!(first, self.try_once());
            first.and_then(|first| Ok(first && second?))
        } else {
            first.await
        };
        self.usage().last = Instant::now();
        match opened {
            Ok(true) => Found::Closed,
            Ok(false) => Found::Open,
            Err(_) => Found::Nobody,
        }
    }

    /// Whether it took a new connection.
    async fn try_once(&self) -> Result<bool, reqwest::Error> {
        let request = self.http.get(&self.base).timeout(TRY_LIMIT);
        let mut response = request.send().await?;
        let is_new = self.answered(&response);
        // A connection of HTTP/1.1 is free again when all of the reply is read.
        let mut left = super::transport::MOST_BODY_BYTES;
        while let Some(chunk) = response.chunk().await? {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
        Ok(is_new)
    }

    /// A poisoned lock is taken all the same: what it guards is changed in one step.
    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The link is in use.
pub(super) struct InUse<'a>(&'a Link);

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        let mut usage = self.0.usage();
        // A call alone takes one connection, and the other one ages.
        if !usage.one_call_each || usage.calls > 1 {
            usage.last = Instant::now();
        }
        usage.calls -= 1;
    }
}

/// What became of a connection that nobody had used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// It still stood.
    Open,
    /// It had been closed, and there is a new one.
    Closed,
    /// There is no answer.
    Nobody,
}

/// How long a connection may be unused until it is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    least: Duration,
    most: Duration,
    now: Duration,
    /// The pause since nobody answers.
    failing: Option<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::between(LEAST_UNUSED, MOST_UNUSED)
    }
}

impl Pace {
    /// Begins at `most`, and never comes below `least`.
    pub fn between(least: Duration, most: Duration) -> Self {
        Self { least, most, now: most, failing: None }
    }

    fn pause(&self) -> Duration {
        self.failing.unwrap_or(self.now)
    }

    /// Down quickly, and up slowly: where something closes what is idle for a minute, about one try
    /// in ten comes some seconds too late, and mends it.
    fn learn(&mut self, found: Found) {
        match found {
            Found::Open => self.now = (self.now + self.now / 16).min(self.most),
            // After an outage a new connection says nothing about pauses.
            Found::Closed if self.failing.is_some() => {}
            Found::Closed => self.now = (self.now / 2).max(self.least),
            Found::Nobody => {
                let longer = self.failing.map_or(self.least, |pause| pause * 2);
                self.failing = Some(longer.min(self.most));
                return;
            }
        }
        self.failing = None;
    }
}

/// Keeps connections warm until it is dropped.
#[derive(Debug)]
pub struct Keeper(AbortHandle);

impl Keeper {
    pub(super) fn of(link: Arc<Link>, pace: Pace) -> Self {
        Self(tokio::spawn(keep(link, pace)).abort_handle())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep(link: Arc<Link>, mut pace: Pace) {
    loop {
        let left = pace.pause().saturating_sub(link.unused_for());
        if left.is_zero() {
            pace.learn(link.tried().await);
        } else {
            tokio::time::sleep(left).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paces(found: &[Found]) -> Vec<u64> {
        let mut pace = Pace::default();
        let mut learn = |found: &Found| {
            pace.learn(*found);
            pace.pause().as_secs()
        };
        found.iter().map(&mut learn).collect()
    }

    #[test]
    fn what_was_closed_is_tried_sooner_and_what_stands_ever_less_often() {
        use Found::{Closed, Open};
        assert_eq!(paces(&[Open, Closed, Closed, Closed, Closed]), [230, 115, 57, 45, 45]);
        let mut pace = Pace { now: LEAST_UNUSED, ..Pace::default() };
        pace.learn(Open);
        assert_eq!(pace.pause(), Duration::from_millis(47_812) + Duration::from_micros(500));
        for _ in 0..100 {
            pace.learn(Open);
        }
        assert_eq!(pace.pause(), MOST_UNUSED);
    }

    #[test]
    fn nobody_is_asked_less_often_than_the_least_and_an_outage_teaches_no_pause() {
        use Found::{Closed, Nobody};
        let out = [Nobody, Nobody, Nobody, Nobody, Nobody, Closed, Closed];
        assert_eq!(paces(&out), [45, 90, 180, 230, 230, 230, 115]);
    }

    /// Nobody listens at this address.
    fn nowhere() -> Arc<Link> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Arc::new(Link::new(http, base))
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_in_use_is_left_alone_and_its_time_begins_when_the_call_ends() {
        let link = nowhere();
        let call = link.begin();
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert_eq!(link.unused_for(), Duration::ZERO);
        drop(call);
        tokio::time::sleep(Duration::from_secs(7)).await;
        assert_eq!(link.unused_for(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn where_each_call_takes_a_connection_one_alone_does_not_keep_the_other_warm() {
        let link = nowhere();
        link.usage().one_call_each = true;
        tokio::time::sleep(Duration::from_secs(200)).await;
        drop(link.begin());
        assert_eq!(link.unused_for(), Duration::from_secs(200));
        let (look, create) = (link.begin(), link.begin());
        drop(create);
        drop(look);
        assert_eq!(link.unused_for(), Duration::ZERO);
        tokio::time::sleep(Duration::from_mins(1)).await;
        link.tried().await;
        assert_eq!(link.unused_for(), Duration::ZERO);
    }
}
