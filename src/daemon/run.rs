//! The loop: news in, one turn of the driver, effects out. Everything slow is a task of its own.

mod api_key;
mod fire;
#[cfg(debug_assertions)]
mod hang;
mod keys;
mod perform;
mod reload;
mod signals;
mod stock;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc as thread_queue;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::config::{ApiKey, ConfigDocument, Loaded, Mode};
use crate::daemon::configuration::{OnLastGood, Running};
use crate::daemon::control::{self, ControlError, Seen, StatusDocument};
use crate::daemon::crew::Crew;
use crate::daemon::devices::Listeners;
use crate::daemon::drained::DrainFile;
use crate::daemon::driver::{Driver, Event, Now};
use crate::daemon::hardware::Hardware;
use crate::daemon::identity::{self, IdentityError};
use crate::daemon::inhibitor::Inhibitor;
use crate::daemon::journal_thread::{self, Job};
use crate::daemon::notify::{self, Notifier};
use crate::daemon::orders::Ordered;
use crate::daemon::screens::Screens;
use crate::daemon::setup::setup;
use crate::daemon::waiting::Waiting;
use crate::daemon::watchdog::Watchdog;
use crate::daemon::{clock, devices, displays, machines, tell};
use crate::dispenser::Order;
use crate::display::run::Told;
use crate::ids::{ControllerId, DispenserName, ProductCode, ReaderId, SaleId, Slot};
use crate::journal::{Filter, Journal, JournalError, Stored};
use crate::kiosk::claim::{OrderRefused, ReaderOrder};
use crate::kiosk::reader_status::ReaderDocument;
use crate::kiosk::service::Drained;
use crate::sale::Fact;
use crate::sale::fact::Origin;
use crate::sale::resolve;
use crate::stripe::Client;
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::transport::ClientError;
use crate::stripe::warm::{Keeper, Pace};
use crate::telemetry::names::machine;

use api_key::take_key;
use fire::Fired;
pub use fire::TestFire;
use keys::press;
pub(super) use keys::sale_id;
pub use keys::{KeyAnswer, Pressed};
use perform::{perform, perform_order};
pub use reload::{Offer, ReloadDocument, ReloadOrders, Sources};
use reload::{keep, reload_when_told};
use signals::signals;
pub use stock::StockMessage;

/// News waiting for the driver. Beyond this, whoever brings more has to wait.
const QUEUE: usize = 256;

/// How long a stop waits for the sale that is running: the prompt is taken back or the vend ends.
/// What is left then stands in the journal and goes on at the next start.
const STOP_LIMIT: Duration = Duration::from_secs(45);

/// What the loop hears.
#[derive(Debug)]
pub enum Message {
    /// News for the driver.
    Event(Event),
    /// Somebody chose a product.
    Select {
        /// What.
        code: ProductCode,
        /// For what came of it; a keypad does not ask.
        answer: Option<oneshot::Sender<KeyAnswer>>,
    },
    /// Somebody pays for the cart.
    Pay {
        /// For what came of it; a keypad does not ask.
        answer: Option<oneshot::Sender<KeyAnswer>>,
    },
    /// Somebody takes a product out of the cart.
    Remove {
        /// What.
        code: ProductCode,
        /// For what came of it; a keypad does not ask.
        answer: Option<oneshot::Sender<KeyAnswer>>,
    },
    /// Somebody decides about a sale.
    SaleOrder {
        /// The sale.
        sale: SaleId,
        /// What the journal has of it.
        stored: Box<Stored>,
        /// What is asked for.
        order: resolve::Order,
        /// For what has become of it.
        answer: oneshot::Sender<Ordered>,
    },
    /// Somebody wants to know how the kiosk is.
    Status(oneshot::Sender<StatusDocument>),
    /// Somebody wants to know what the open sales wait for.
    Waiting(oneshot::Sender<BTreeMap<SaleId, Waiting>>),
    /// The API key was read again.
    NewKey {
        /// It.
        key: ApiKey,
        /// For why the old one stays in use, if it does.
        answer: oneshot::Sender<Result<(), String>>,
    },
    /// The files of the configuration were read again.
    Reload(Offer),
    /// Somebody wants to know about the reader.
    Reader(oneshot::Sender<ReaderDocument>),
    /// Somebody orders something of the reader.
    ReaderOrder {
        /// What.
        order: ReaderOrder,
        /// For how it went.
        answer: oneshot::Sender<OrderAnswer>,
    },
    /// A technician fires a dispenser.
    Fire {
        /// Which.
        dispenser: DispenserName,
        /// Which slot of it.
        slot: Slot,
        /// For what is to be awaited, or why it was not fired.
        answer: oneshot::Sender<Result<TestFire, String>>,
    },
    /// About what is left of products.
    Stock(StockMessage),
    /// A test wants to see what comes of a hang of the driver, the journal, or a task, if there is
    /// one of this name.
    #[cfg(debug_assertions)]
    Hang(String, oneshot::Sender<bool>),
}

/// How a person's order went: refused, or Stripe's answer to the call that it became.
pub type OrderAnswer = Result<Result<Answer, NoAnswer>, OrderRefused>;

/// The daemon cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The machine does not say who it is.
    #[error("this machine cannot be identified")]
    Identity(#[from] IdentityError),
    /// The journal cannot be opened.
    #[error("the journal cannot be opened")]
    Journal(#[from] JournalError),
    /// The client cannot be made.
    #[error("the Stripe client cannot be made")]
    Client(#[from] ClientError),
    /// The control socket cannot be opened.
    #[error("the control socket cannot be opened")]
    Control(#[from] ControlError),
    /// Signals cannot be caught.
    #[error("signals cannot be caught")]
    Signals(#[source] std::io::Error),
}

/// What the loop works with beside Stripe and the journal, from whoever runs it: the kiosk's own
/// devices, or those of a demo.
#[derive(Debug)]
pub struct Devices {
    /// Where the orders of each dispenser go. Its news come back as [`Message`]s.
    pub dispensers: BTreeMap<DispenserName, mpsc::Sender<Order>>,
    /// Where views go.
    pub views: watch::Sender<Told>,
    /// Where what customers choose on the reader's screen goes, if they do.
    pub menu: Option<mpsc::Sender<String>>,
    /// Sees every new fact. One that is too slow misses some: no sale waits for it.
    pub spectator: Option<mpsc::Sender<(SaleId, Fact)>>,
    /// Who asks the tasks behind all this whether they do their work.
    pub watchdog: Watchdog,
    /// Who serves the devices, if they are of the configuration: a demo has its own.
    pub crew: Option<Crew>,
}

/// Everything that the loop talks to.
struct Tasks {
    client: Client,
    /// Of this client's connections.
    warm: Keeper,
    messages: mpsc::Sender<Message>,
    journal: thread_queue::Sender<Job>,
    devices: Devices,
    reader_power: Option<PathBuf>,
    reader: ReaderId,
    /// Who waits for what becomes of an order about a sale. These go one at a time.
    people: BTreeMap<SaleId, oneshot::Sender<Ordered>>,
    /// What a technician has fired, and waits for.
    fired: Option<Fired>,
    /// Who waits for what becomes of an order about the stock. These go one at a time, too.
    filling: Option<oneshot::Sender<Ordered>>,
    /// Which configuration runs.
    running: Running,
    /// The document of that.
    shown: watch::Sender<ConfigDocument>,
    /// Whose turn it is to keep one for later.
    keeping: Arc<tokio::sync::Mutex<()>>,
}

/// What a daemon starts with.
#[derive(Debug)]
pub struct Start {
    /// The configuration.
    pub loaded: Loaded,
    /// That it is the last good one, and not what the files say.
    pub last_good: Option<OnLastGood>,
    /// The API key.
    pub key: ApiKey,
}

/// Runs the kiosk until a signal tells it to stop. SIGHUP makes it read its sources again.
pub async fn run(start: Start, sources: Sources) -> Result<(), RunError> {
    let Start { loaded, last_good, key } = start;
    let settings = &loaded.settings;
    // Before anything else, and before anything that may fail.
    let outputs = devices::outputs_at_rest(settings);
    let mut daemon = Daemon::open(&loaded, &key, identity::controller()?)?;
    let is_of_the_files = last_good.is_none();
    daemon.running = Running::new(loaded.clone(), last_good);
    let listener = control::bind(&settings.kiosk.runtime_dir)?;
    let stops = signals()?;
    let messages = daemon.messages();
    let reloads = reload_when_told(sources, messages.clone())?;
    let hardware = Hardware::of(settings);
    let (views, _) = watch::channel(Told::default());
    let screens = Screens::new(views.clone(), displays::voice(settings), settings);
    let seen = Seen {
        state_dir: settings.kiosk.state_dir.clone(),
        hardware: hardware.clone(),
        screens: screens.clone(),
        config: daemon.shown.subscribe(),
        reloads,
    };
    tokio::spawn(control::serve(listener, messages.clone(), daemon.jobs.clone(), seen));
    let watchdog = Watchdog::new(notify::watchdog_interval());
    let listeners = Listeners { messages, hardware };
    let (crew, mut devices, machines) =
        Crew::start(settings, outputs, (views, screens), listeners, watchdog);
    devices.crew = Some(crew);
    // It is good once all of it could be opened.
    if is_of_the_files {
        keep(&loaded);
    }
    daemon.turn_until_stopped(devices, stops).await;
    machines::farewell(machines.buses).await;
    control::unbind(&settings.kiosk.runtime_dir);
    Ok(())
}

/// A daemon with its journal open, and no device yet. Dropped, also in the middle of its loop, it
/// leaves what a kill leaves, except that the journal's thread still writes what it was given.
pub struct Daemon {
    driver: Driver,
    client: Client,
    messages: mpsc::Sender<Message>,
    inbox: mpsc::Receiver<Message>,
    jobs: thread_queue::Sender<Job>,
    running: Running,
    shown: watch::Sender<ConfigDocument>,
    reader_power: Option<PathBuf>,
    /// Who has taken the kiosk out of service, before this start.
    drained: Option<Drained>,
}

impl Daemon {
    /// Opens the journal, which is locked until the daemon and all its tasks are gone.
    pub fn open(loaded: &Loaded, key: &ApiKey, controller: ControllerId) -> Result<Self, RunError> {
        let settings = &loaded.settings;
        let journal = Journal::open(&settings.kiosk.state_dir)?;
        let (messages, inbox) = mpsc::channel(QUEUE);
        let roots = loaded.authorities.certificates();
        let client = Client::new(&settings.stripe.api_base, key.reveal(), roots)?;
        let stored = journal.open_sales()?;
        let origin =
            Origin { kiosk: settings.kiosk.id.clone(), controller, journal: journal.id().clone() };
        let livemode = key.mode() == Mode::Live;
        let setup = setup(settings, livemode, origin, identity::boot_id()?);
        let counts = journal.counts()?;
        let found = (stored.as_slice(), &counts);
        let mut driver = Driver::of_journal(setup, found, identity::seed()?, clock::now());
        let newest = Filter { open_only: false, limit: 1, before: None };
        if journal.summaries(&newest)?.is_empty() {
            driver.sell_after_sweep(clock::now());
        }
        let what = format!(
            "kiosk {} starts: kioskd {}, configuration {}, journal {}, {} open sales",
            settings.kiosk.id,
            env!("CARGO_PKG_VERSION"),
            loaded.hash,
            journal.id(),
            stored.len()
        );
        tell::life(machine::STARTS, &what);
        // The thread is never waited for: its last commit was confirmed, or cannot be had.
        let (jobs, _thread) = journal_thread::start(journal, messages.clone());
        let (shown, running) =
            (watch::Sender::new(loaded.document()), Running::new(loaded.clone(), None));
        let reader_power = settings.reader.power_cycle.clone();
        let drained = DrainFile::in_folder(&settings.kiosk.state_dir).read();
        Ok(Self { driver, client, messages, inbox, jobs, running, shown, reader_power, drained })
    }

    /// Where news for the loop go.
    pub fn messages(&self) -> mpsc::Sender<Message> {
        self.messages.clone()
    }

    /// The loop. A first stop takes no new sale and waits for the running one.
    pub async fn turn_until_stopped(self, devices: Devices, mut stops: mpsc::Receiver<()>) {
        let Self { mut driver, client, messages, mut inbox, jobs, running, shown, .. } = self;
        let Self { reader_power, drained, .. } = self;
        let people = BTreeMap::new();
        let reader = driver.kiosk().setup().reader.clone();
        let mut tasks = Tasks {
            warm: client.keep_warm(Pace::default()),
            client,
            messages,
            journal: jobs,
            devices,
            reader_power,
            reader,
            people,
            fired: None,
            filling: None,
            running,
            shown,
            keeping: Arc::default(),
        };
        let watchdog = notify::watchdog_interval();
        let (mut notifier, mut inhibitor) = (Notifier::default(), Inhibitor::default());
        let mut stop_by = None;
        let mut message = Some(Message::Event(drained.map_or(Event::Tick, Event::Drain)));
        loop {
            let now = clock::now();
            let is_staying = stop_by.is_none();
            match message.take() {
                Some(Message::Reload(offer)) => {
                    reload::offered(&mut driver, offer, &mut tasks, is_staying).await;
                }
                Some(message) => hear(&mut driver, message, &mut tasks, now),
                None => {}
            }
            if is_staying {
                reload::take(&mut driver, &mut tasks).await;
            }
            // What was begun goes out first: a customer waits for it.
            tokio::task::yield_now().await;
            let now = clock::now();
            let status = driver.kiosk().status(now.moment);
            inhibitor.hold(status.sale.is_some());
            notifier.tell(&status, &tasks.running.status());
            notifier.turned(&tasks.devices.watchdog.turn(now.moment));
            if stop_by.is_some_and(|by| driver.may_stop() || now.moment >= by) {
                tell::life(machine::STOPPED, "stopped");
                return;
            }
            let wake = driver.next_wake().map(|at| at.since(now.moment));
            let pause = [wake, watchdog, stop_by.map(|by| by.since(now.moment))];
            message = tokio::select! {
                message = inbox.recv() => message,
                () = sleep(pause.into_iter().flatten().min()) => Some(Message::Event(Event::Tick)),
                Some(()) = stops.recv() => Some(stop(&notifier, &mut stop_by)),
            };
        }
    }
}

async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

fn stop(notifier: &Notifier, stop_by: &mut Option<crate::time::Moment>) -> Message {
    let what = "told to stop: no new sale; the running one is finished or taken back";
    tell::life(machine::STOPPING, what);
    notifier.stopping();
    stop_by.get_or_insert(clock::now().moment + STOP_LIMIT);
    Message::Event(Event::Stopping)
}

/// One turn of the driver for one message.
fn hear(driver: &mut Driver, message: Message, tasks: &mut Tasks, now: Now) {
    let Some(message) = fire::for_the_technician(message, tasks) else { return };
    match message {
        Message::Event(event) => {
            tasks.devices.watchdog.hear(&event);
            perform(driver.turn(event, now), tasks);
        }
        Message::Status(answer) => {
            let document = StatusDocument {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                status: driver.kiosk().status(now.moment),
                displays: BTreeMap::new(),
                config: tasks.running.status(),
            };
            drop(answer.send(document));
        }
        Message::SaleOrder { sale, stored, order, answer } => {
            tasks.people.insert(sale.clone(), answer);
            perform(driver.turn(Event::SaleOrdered { sale, stored, order }, now), tasks);
        }
        Message::Waiting(answer) => drop(answer.send(driver.waiting(now))),
        Message::NewKey { key, answer } => {
            let taken = take_key(driver, tasks, &key);
            if taken.is_ok() {
                perform(driver.turn(Event::KeyReplaced, now), tasks);
            }
            drop(answer.send(taken));
        }
        // The loop itself takes it: devices are let go meanwhile.
        Message::Reload(_) => {}
        Message::Reader(answer) => drop(answer.send(driver.kiosk().reader_document(now.moment))),
        Message::ReaderOrder { order, answer } => {
            let effects = driver.turn(Event::ReaderOrder(order), now);
            perform_order(effects, answer, tasks);
        }
        Message::Select { code, answer } => {
            let Some(sale) = sale_id(now) else { return };
            let event = Event::Selected { code, sale: sale.clone() };
            press(driver, event, (sale, answer), tasks, now);
        }
        Message::Pay { answer } => {
            let Some(sale) = sale_id(now) else { return };
            press(driver, Event::Pay { sale: sale.clone() }, (sale, answer), tasks, now);
        }
        Message::Remove { code, answer } => {
            let Some(sale) = sale_id(now) else { return };
            press(driver, Event::Removed { code }, (sale, answer), tasks, now);
        }
        Message::Fire { dispenser, slot, answer } => {
            drop(answer.send(fire::fire(driver, (dispenser, slot), tasks, now)));
        }
        Message::Stock(message) => stock::hear(driver, message, tasks, now),
        #[cfg(debug_assertions)]
        Message::Hang(name, answer) => drop(answer.send(hang::hang(&name, tasks))),
    }
}
