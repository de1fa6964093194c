//! The way to Stripe: sees each request and each reply pass, and is where the daemon is killed
//! between them.

use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::http::Message;
use crate::life::{Life, lock, now};
use crate::points::{Call, Site, When};

/// A request as it left the daemon.
#[derive(Clone, Debug)]
pub struct Request {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Method and path.
    pub line: String,
    /// Query and form.
    pub params: Vec<(String, String)>,
    /// Its idempotency key.
    pub key: Option<String>,
}

/// What all connections share.
struct Shared {
    life: Arc<Life>,
    stripe: SocketAddr,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

/// The wire.
pub struct Wire {
    /// Where the daemon finds it.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// Leads to `stripe`.
    pub fn to(stripe: SocketAddr, life: Arc<Life>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, stop) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { life, stripe, requests, stop });
        let all = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if all.stop.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&all)) else { continue };
                // It ends when the daemon hangs up or dies.
                std::thread::spawn(move || drop(shared.carry(stream)));
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    /// What was sent, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// How many sales have asked for their PaymentIntent.
    pub fn creations(&self) -> usize {
        let requests = lock(&self.shared.requests);
        requests.iter().filter(|request| request.line == "POST /v1/payment_intents").count()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // So that it looks up from waiting.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// One connection of the daemon's, until either end hangs up.
    fn carry(&self, mut daemon: TcpStream) -> io::Result<()> {
        daemon.set_nodelay(true)?;
        let mut asked = BufReader::new(daemon.try_clone()?);
        let mut stripe = TcpStream::connect(self.stripe)?;
        stripe.set_nodelay(true)?;
        let mut answered = BufReader::new(stripe.try_clone()?);
        while let Some(request) = Message::read(&mut asked)? {
            let call = self.note(&request);
            let at = |when| self.life.reached(Site::Call(call, when));
            if at(When::Before) {
                return self.left_behind(&request, &mut stripe, &mut answered);
            }
            request.write(&mut stripe)?;
            let Some(reply) = Message::read(&mut answered)? else { return Ok(()) };
            if at(When::Executed) {
                return Ok(());
            }
            reply.write(&mut daemon)?;
            at(When::Replied);
        }
        Ok(())
    }

    /// A dead daemon's request: lost on the way, or executed now, or in the middle of its next life.
    fn left_behind(
        &self,
        request: &Message,
        stripe: &mut impl Write,
        answered: &mut BufReader<TcpStream>,
    ) -> io::Result<()> {
        let wait = match self.life.draw(3) {
            0 => return Ok(()),
            1 => 0,
            _ => self.life.draw(1_500),
        };
        std::thread::sleep(Duration::from_millis(wait));
        request.write(stripe)?;
        Message::read(answered)?;
        let (method, path) = request.begins();
        self.life.tell(format!("executed after the death of who asked: {method} {path}"));
        Ok(())
    }

    fn note(&self, request: &Message) -> Call {
        let (method, target) = request.begins();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned();
        let form = form_urlencoded::parse(&request.body).into_owned();
        let params = query.chain(form).collect();
        let key = request.header("idempotency-key").map(str::to_owned);
        let line = format!("{method} {path}");
        let named = key.as_ref().map(|key| format!("  key {key}")).unwrap_or_default();
        self.life.tell(format!("{line}{named}"));
        lock(&self.requests).push(Request { at: now(), line, params, key });
        Call::of(method, path)
    }
}
