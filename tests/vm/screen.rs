//! A screen on a graphics card of the kernel: what customers see on it is dumped by the emulator,
//! and compared with what is drawn here.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use kioskd::display::picture::painter::Painter;
use kioskd::display::picture::rgb::{Color, Picture};
use kioskd::display::picture::theme::Look;
use kioskd::display::png::encode;
use kioskd::display::text::{Help, words};
use kioskd::kiosk::View;
use kioskd::kiosk::view::Shown;
use kioskd::locale::Speech;
use kioskd::money::Money;
use kioskd::wiring::display::Theme;
use serde_json::Value;

use crate::guest::SCREEN;
use crate::machine::Behavior;
use crate::people::Person;
use crate::wired;
use crate::world::{Ended, Visit, World};

const CONFIG: &str = r#"
[payment]
customer_timeout = "2m"

[display.screen]
kind = "framebuffer"
device = "/dev/dri/card0"
"#;

/// As `CONFIG` has it.
const CUSTOMER_HAS: u64 = 120;

/// An emulated processor takes seconds to draw a picture.
const DRAWN_WITHIN: Duration = Duration::from_secs(30);

/// Shows it, where the kernel knows the card.
pub fn shown(world: &mut World) {
    if world.guest().run("modprobe bochs; udevadm settle; test -e /dev/dri/card0").code != 0 {
        println!("SKIPPED, SINCE THE KERNEL HAS NO DRIVER FOR IT: a screen on a graphics card");
        return;
    }
    let rights = world.guest().must("stat --format='%A %U:%G' /dev/dri/card0");
    // Who logs in on the first console would do so on this screen.
    world.guest().must("echo BEFORE >/dev/tty1");
    wired::configure(world, CONFIG);
    let is_connected = |status: &Value| status["displays"]["screen"]["state"] == "connected";
    world.wait_for("the screen shows something", is_connected);
    println!("12. a screen on a card ({}), {} by {}", rights.trim(), SCREEN.0, SCREEN.1);
    shows(world, "vm-idle", &[View::Idle]);
    is_as_from_afar(world);

    let mut visit = asked_for_a_card(world);
    world.guest().must("for line in $(seq 60); do echo ON THE CONSOLE; done >/dev/tty1");
    let place = shows(world, "vm-present-card", &presenting());
    let left = CUSTOMER_HAS - u64::try_from(place).unwrap();
    println!(
        "   that is the price, and {left} seconds; of what the console writes nothing is seen"
    );
    world.serve(&mut visit);
    world.expect_sold();

    world.guest().must("systemctl kill --signal=KILL kioskd");
    world.wait_until_ready();
    world.wait_for("the screen shows something", is_connected);
    shows(world, "again", &[View::Idle]);
    println!("   killed, and back: the screen is its own again");
    wired::remove(world);
}

/// Somebody is to pay for a cola: with each number of seconds that may be left, the most first.
fn presenting() -> Vec<View> {
    let price = Money::new(250, "usd".parse().unwrap());
    let name = "Cola".into();
    let product = Shown { code: "A1".parse().unwrap(), name, price, further: 0 };
    let with = |seconds_left| View::PresentCard {
        product: product.clone(),
        seconds_left,
        seconds_of: CUSTOMER_HAS,
        declined: None,
        not_taken: None,
    };
    (0..=CUSTOMER_HAS).rev().map(with).collect()
}

#[track_caller]
fn asked_for_a_card(world: &mut World) -> Visit {
    let mut visit = Visit::of(Person::slow(500), Behavior::Gives(300));
    let presents = |status: &Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    visit
}

/// Waits until each pixel of the screen is as one of these views has it: which one. Keeps the dump.
#[track_caller]
fn shows(world: &World, name: &str, views: &[View]) -> usize {
    let (speech, look) = (Speech::english(), Look::plain(Theme::Dark));
    let begun = Instant::now();
    loop {
        let dump = world.dump_screen(name);
        let (mut painter, mut nearest) = (Painter::new(dump.size()), usize::MAX);
        for (place, view) in views.iter().enumerate() {
            painter.paint(&words(view, &speech, &Help::default()), &look, 0);
            let other = differing(painter.picture(), &dump);
            if other == 0 {
                keep(world.path(), name, &dump);
                return place;
            }
            nearest = nearest.min(other);
        }
        if begun.elapsed() > DRAWN_WITHIN {
            keep(world.path(), name, &dump);
            panic!("{nearest} pixels of {name} are others than they should be");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// How many pixels differ.
fn differing(left: &Picture, right: &Picture) -> usize {
    assert_eq!(left.size(), right.size());
    left.pixels().iter().zip(right.pixels()).filter(|(left, right)| left != right).count()
}

/// Whoever asks from afar gets the same picture, byte for byte.
#[track_caller]
fn is_as_from_afar(world: &mut World) {
    let size = format!("{}x{}", SCREEN.0, SCREEN.1);
    let file = "/run/afar.png";
    world.guest().must(&format!("kioskd display snapshot screen --size {size} -o {file}"));
    let (_, afar) = world.guest().bytes_of(&format!("cat {file}"));
    assert!(afar == encode(&world.dump_screen("vm-idle")), "another picture");
    println!("   `kioskd display snapshot` writes the same picture");
}

fn keep(folder: &Path, name: &str, dump: &Picture) {
    let file = folder.join(format!("{name}.png"));
    let png = encode(dump);
    fs::write(&file, &png).unwrap();
    println!("   all pixels looked at: {} ({} bytes)", file.display(), png.len());
}

/// A picture as the emulator writes it: PPM, of three bytes a pixel.
pub fn ppm(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes;
    let mut fields = [""; 4];
    for field in &mut fields {
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        *field = str::from_utf8(&rest[..end]).ok()?;
        rest = &rest[end + 1..];
    }
    let [kind, width, height, most] = fields;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    let mut picture = Picture::new((width, height), [0; 3]);
    if (kind, most) != ("P6", "255") || rest.len() != picture.pixels().len() * 3 {
        return None;
    }
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    for ((x, y), pixel) in places.zip(rest.chunks_exact(3)) {
        let color = Color::try_from(pixel).ok()?;
        picture.set(x.try_into().ok()?, y.try_into().ok()?, color);
    }
    Some(picture)
}
