//! A display at work: the newest counts, one that fails comes back, one that blocks delays nobody.

use std::sync::{Arc, Mutex};

use super::*;
use crate::kiosk::view::Shown as Product;
use crate::money::Money;
use crate::pulse;

/// What a panel was asked to do, and how it goes about it.
#[derive(Clone, Default)]
struct Bench {
    shown: Arc<Mutex<Vec<Scene>>>,
    opened: Arc<Mutex<u32>>,
    is_broken: Arc<Mutex<bool>>,
    /// Whether the panel does not come out of a scene.
    is_blocked: Arc<Mutex<bool>>,
}

impl Panel for Bench {
    fn open(&mut self) -> Result<(), String> {
        *self.opened.lock().unwrap() += 1;
        if *self.is_broken.lock().unwrap() { Err("no device".to_owned()) } else { Ok(()) }
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        while *self.is_blocked.lock().unwrap() {
            thread::sleep(Duration::from_millis(5));
        }
        if *self.is_broken.lock().unwrap() {
            return Err("unplugged".to_owned());
        }
        self.shown.lock().unwrap().push(scene.clone());
        Ok(())
    }
}

struct Running {
    bench: Bench,
    told: watch::Sender<Told>,
    news: mpsc::Receiver<(String, DisplayNews)>,
}

fn start() -> Running {
    let bench = Bench::default();
    let (told, views) = watch::channel(Told::default());
    let (sender, news) = mpsc::channel(8);
    let care = DisplayCare {
        brightness: 100,
        night: None,
        night_brightness: 30,
        dim_after: Duration::ZERO,
        sleep_after: Duration::ZERO,
        shift: false,
        page_time: Duration::from_secs(3),
    };
    let speeches = vec![Speech::english(), Speech::english()];
    let voice = Arc::new(Voice { speeches, help: Help::default() });
    let (_ask, asked) = watch::channel(0);
    let (pulse, _listener) = pulse::pair(asked);
    let panel = ("main".to_owned(), bench.clone());
    tokio::spawn(run(panel, (voice, care), views, sender, pulse));
    Running { bench, told, news }
}

impl Running {
    fn show(&self, view: View) {
        self.told.send_modify(|told| told.view = Some(view));
    }

    /// The headlines that were shown, once there are so many.
    async fn headlines(&self, count: usize) -> Vec<String> {
        for _ in 0..500 {
            let shown = self.bench.shown.lock().unwrap().clone();
            if shown.len() >= count {
                return shown.iter().map(|it| it.words.headline.longest().to_owned()).collect();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("only {:?} was shown", self.bench.shown.lock().unwrap());
    }

    async fn news(&mut self) -> DisplayNews {
        let heard = tokio::time::timeout(Duration::from_secs(30), self.news.recv());
        heard.await.unwrap().unwrap().1
    }
}

fn connecting(name: &str) -> View {
    let price = Money::new(250, "usd".parse().unwrap());
    let product = Product { code: "A1".parse().unwrap(), name: name.into(), price, further: 0 };
    View::Connecting { product }
}

#[tokio::test]
async fn the_newest_view_is_shown_and_what_came_between_is_not() {
    let mut running = start();
    running.show(View::Idle);
    assert_eq!(running.headlines(1).await, ["Welcome"]);
    assert_eq!(running.news().await, DisplayNews::Shows);
    *running.bench.is_blocked.lock().unwrap() = true;
    running.show(connecting("Cola"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.show(connecting("Water"));
    running.show(connecting("Nuts"));
    *running.bench.is_blocked.lock().unwrap() = false;
    assert_eq!(running.headlines(3).await, ["Welcome", "Cola", "Nuts"]);
}

#[tokio::test]
async fn one_that_is_unplugged_is_told_of_once_and_shows_the_newest_when_it_is_back() {
    let mut running = start();
    running.show(View::Idle);
    assert_eq!(running.news().await, DisplayNews::Shows);
    *running.bench.is_broken.lock().unwrap() = true;
    running.show(connecting("Cola"));
    assert_eq!(running.news().await, DisplayNews::Dark { why: "unplugged".to_owned() });
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(*running.bench.opened.lock().unwrap() >= 2, "it is tried again");
    running.show(connecting("Nuts"));
    *running.bench.is_broken.lock().unwrap() = false;
    assert_eq!(running.news().await, DisplayNews::Shows, "and of nothing in between");
    assert_eq!(running.headlines(2).await, ["Welcome", "Nuts"]);
}

#[tokio::test]
async fn another_language_is_another_picture_only_if_it_says_something_else() {
    let running = start();
    running.show(View::Idle);
    running.headlines(1).await;
    running.told.send_modify(|told| told.language = 1);
    running.show(connecting("Cola"));
    assert_eq!(running.headlines(2).await, ["Welcome", "Cola"], "both languages are English here");
}
