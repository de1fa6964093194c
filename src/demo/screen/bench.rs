//! All that stands behind the screen: the computer, the machine, the network, and Stripe.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use super::DemoError;
use super::computer::{Build, Computer};
use super::machine::{Board, Cables, lock};
use super::network::Network;
use crate::config::{self, ApiKey, Settings};
use crate::daemon::clock;
use crate::daemon::run::{Devices, Message};
use crate::daemon::watchdog::Watchdog;
use crate::dispenser::Order;
use crate::display::run::Told;
use crate::ids::{DispenserName, ReaderId, SaleId};
use crate::kiosk::View;
use crate::sale::Fact;
use crate::simulator::{Books, Card, Model, Screen, Setup, SimulatorError, http};

/// Facts that the screen has not drawn yet; it looks many times a second.
const FACTS: usize = 1024;

/// Orders that the board has not taken yet.
const ORDERS: usize = 16;

/// The configuration of the demo's kiosk. The dispenser's port is never opened: the demo hands in
/// a board of its own.
fn configuration(folder: &Path, api_base: SocketAddr, (reader, cart): (&ReaderId, bool)) -> String {
    let folder = folder.display();
    format!(
        "[kiosk]\nid = \"demo\"\ncurrency = \"usd\"\ncart = {cart}\n\
         state_dir = \"{folder}/state\"\nruntime_dir = \"{folder}/run\"\n\
         [stripe]\napi_base = \"http://{api_base}\"\nreader = \"{reader}\"\n\
         [payment]\ncustomer_timeout = \"60s\"\n\
         [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\n\
         [product.A2]\nname = \"Water\"\nprice = \"1.50\"\n\
         [product.B1]\nname = \"Crisps\"\nprice = \"3.00\"\n\
         [dispenser.main]\nkind = \"serial\"\ndevice = \"/dev/null\"\n"
    )
}

/// The whole bench. Dropped, all of it ends and its folder is removed.
#[derive(Debug)]
pub(super) struct Bench {
    build: Build,
    computer: Option<Computer>,
    board: Board,
    orders: mpsc::Sender<Order>,
    views: watch::Sender<Told>,
    spectator: mpsc::Sender<(SaleId, Fact)>,
    facts: mpsc::Receiver<(SaleId, Fact)>,
    network: watch::Sender<bool>,
    model: Arc<Mutex<Model>>,
    reader: ReaderId,
    world: Option<World>,
    _folder: tempfile::TempDir,
}

/// The thread of everything that does not lose its power.
#[derive(Debug)]
struct World {
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Bench {
    /// Sets everything up; the computer has no power yet.
    pub(super) fn new(cart: bool) -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new().prefix("kioskd-demo-").tempdir();
        let folder = folder.map_err(DemoError::Folder)?;
        let setup = Setup::default();
        let reader = setup.readers.first().map(|reader| reader.id.clone());
        let reader = reader.expect("the default setup has a reader");
        let model = Arc::new(Mutex::new(Model::new(setup)));
        let (network, is_up) = watch::channel(true);
        let (orders, taken) = mpsc::channel(ORDERS);
        let (spectator, facts) = mpsc::channel(FACTS);
        let (board, cables) = (Board::default(), Cables::default());
        let machine = board.clone().run(taken, cables.clone());
        let (world, api_base) =
            World::start(machine, Arc::clone(&model), is_up).map_err(DemoError::World)?;
        let file = folder.path().join("kioskd.toml");
        std::fs::write(&file, configuration(folder.path(), api_base, (&reader, cart)))
            .map_err(DemoError::Folder)?;
        let loaded = Arc::new(config::load(&file, &[])?);
        let key = ApiKey::new("rk_test_demo").expect("it has the form of a key");
        Ok(Self {
            build: Build { loaded, key, cables },
            computer: None,
            board,
            orders,
            views: watch::channel(Told::default()).0,
            spectator,
            facts,
            network,
            model,
            reader,
            world: Some(world),
            _folder: folder,
        })
    }

    /// What is sold.
    pub(super) fn settings(&self) -> &Settings {
        &self.build.loaded.settings
    }

    /// Gives the computer power, if it has none.
    pub(super) fn power_on(&mut self) -> Result<(), DemoError> {
        if self.computer.is_some() {
            return Ok(());
        }
        let names = self.settings().dispensers.keys();
        let dispensers: BTreeMap<DispenserName, mpsc::Sender<Order>> =
            names.map(|name| (name.clone(), self.orders.clone())).collect();
        let devices = Devices {
            menu: None,
            dispensers,
            views: self.views.clone(),
            spectator: Some(self.spectator.clone()),
            watchdog: Watchdog::new(None),
            crew: None,
        };
        let computer = Computer::start(self.build.clone(), devices).map_err(DemoError::World)?;
        self.computer = Some(computer);
        Ok(())
    }

    /// Takes the computer's power away on the spot. The display goes dark.
    pub(super) fn power_off(&mut self) {
        if let Some(computer) = self.computer.take() {
            computer.pull_the_plug();
        }
        self.views.send_replace(Told::default());
    }

    /// What the daemon ended of, if it did by itself.
    pub(super) fn death(&mut self) -> Option<DemoError> {
        let ended = self.computer.take_if(|computer| computer.has_ended())?;
        self.views.send_replace(Told::default());
        Some(ended.into_error().map_or(DemoError::Ended, DemoError::Daemon))
    }

    /// Whether the daemon heard it.
    pub(super) fn tell_daemon(&self, message: Message) -> bool {
        self.build.cables.say(message)
    }

    /// What the kiosk's display shows; nothing without power.
    pub(super) fn view(&self) -> Option<View> {
        self.views.borrow().view.clone()
    }

    /// The next fact that was not looked at yet.
    pub(super) fn next_fact(&mut self) -> Option<(SaleId, Fact)> {
        self.facts.try_recv().ok()
    }

    /// The dispenser board.
    pub(super) fn board(&self) -> &Board {
        &self.board
    }

    /// Whether the network works.
    pub(super) fn network_is_up(&self) -> bool {
        *self.network.borrow()
    }

    /// Cuts or mends the network; says whether it works now.
    pub(super) fn toggle_network(&self) -> bool {
        self.network.send_modify(|up| *up = !*up);
        self.network_is_up()
    }

    /// The customer holds a card to the reader.
    pub(super) fn tap(&self, card: Card) -> Result<(), SimulatorError> {
        lock(&self.model).present_card(&self.reader, card, clock::now().wall)
    }

    /// The customer presses the reader's cancel button.
    pub(super) fn cancel_on_reader(&self) -> Result<(), SimulatorError> {
        lock(&self.model).press_cancel_on_reader(&self.reader, clock::now().wall)
    }

    /// What the reader shows, and Stripe's books.
    pub(super) fn stripe(&self) -> (Screen, Books) {
        let mut model = lock(&self.model);
        model.advance(clock::now().wall);
        (model.reader_screen(&self.reader), model.books())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.power_off();
        if let Some(World { end, thread }) = self.world.take() {
            drop(end);
            drop(thread.join());
        }
    }
}

impl World {
    /// Starts machine, network and Stripe; returns where the kiosk finds Stripe.
    fn start(
        machine: impl Future<Output = ()> + Send + 'static,
        model: Arc<Mutex<Model>>,
        network_is_up: watch::Receiver<bool>,
    ) -> io::Result<(Self, SocketAddr)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stripe, network) = runtime.block_on(async {
            let stripe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            Ok::<_, io::Error>((stripe, Network::open().await?))
        })?;
        let (stripe_address, api_base) = (stripe.local_addr()?, network.address());
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("world".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::spawn(machine);
                tokio::spawn(network.forward(stripe_address, network_is_up));
                tokio::spawn(http::serve(stripe, model));
                // It ends with the bench.
                drop(ended.await);
            });
            runtime.shutdown_background();
        })?;
        Ok((Self { end, thread }, api_base))
    }
}
