//! A screen on HDMI or DSI, through the kernel: a device of fbdev (`/dev/fb0`) or a card of DRM
//! (`/dev/dri/card1`).
//!
//! What is painted is turned as the screen hangs, shifted and dimmed on its way there; only what
//! changed is sent.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use crate::display::drm::DrmScreen;
use crate::display::panel::{Panel, Scene};
use crate::display::picture::grid::{edges, rectangle, signed};
use crate::display::picture::painter::Painter;
use crate::display::picture::pixel_pages;
use crate::display::picture::rgb::{Color, Picture};
use crate::display::picture::theme::Look;
use crate::display::words::Words;
use crate::wiring::display::ScreenDisplay;

/// A screen.
pub struct ScreenPanel {
    display: ScreenDisplay,
    look: Look,
    opened: Option<Opened>,
}

struct Opened {
    surface: Surface,
    painter: Painter,
    /// How the last picture was sent: its light and its shift.
    sent: Option<(u8, (i32, i32))>,
}

/// What pixels are sent to.
enum Surface {
    Fbdev(Fbdev),
    Drm(DrmScreen),
}

impl ScreenPanel {
    /// A screen as it is configured. A broken logo or font is left out: `kioskd check` tells.
    pub fn new(display: &ScreenDisplay) -> Self {
        let (look, _) = Look::load(&display.style);
        Self { display: display.clone(), look, opened: None }
    }
}

impl Panel for ScreenPanel {
    fn open(&mut self) -> Result<(), String> {
        // What is still open would keep a second one from the screen.
        self.opened = None;
        let device = &self.display.device;
        let told = |why: String| format!("{}: {why}", device.display());
        // A name of udev's is a link to the kernel's.
        let device = &device.canonicalize().map_err(|error| told(error.to_string()))?;
        let surface = if device.starts_with("/dev/dri") {
            Surface::Drm(DrmScreen::open(device).map_err(told)?)
        } else {
            Surface::Fbdev(Fbdev::open(device, Path::new(SYSFS)).map_err(told)?)
        };
        let size = turned_size(surface.size(), self.display.rotate);
        self.opened = Some(Opened { surface, painter: Painter::new(size), sent: None });
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let device = self.display.device.display();
        let Some(opened) = &mut self.opened else { return Err(format!("{device}: not open")) };
        let told = |why: String| format!("{device}: {why}");
        opened.surface.check().map_err(told)?;
        let changed = opened.painter.paint(&scene.words, &self.look, scene.page);
        let size = opened.surface.size();
        let turned = Turned {
            picture: opened.painter.picture(),
            rotate: self.display.rotate,
            shift: scene.shift,
            light: scene.light,
            ground: self.look.colors().ground,
        };
        let is_same = opened.sent == Some((scene.light, scene.shift));
        // A console may have written onto a framebuffer: what is more than the next second of a
        // countdown is sent as a whole.
        let is_part = match opened.surface {
            Surface::Drm(_) => true,
            Surface::Fbdev(_) => changed.len() <= 1,
        };
        let areas: Vec<Rectangle> = if is_same && is_part {
            changed.iter().map(|area| turned.on_screen(area, size)).collect()
        } else {
            vec![rectangle(0, 0, size.0, size.1)]
        };
        if !areas.is_empty() {
            // What was sent in part is sent anew as a whole.
            opened.sent = None;
            opened.surface.send(&areas, &turned).map_err(told)?;
        }
        opened.sent = Some((scene.light, scene.shift));
        Ok(())
    }

    fn pages(&self, words: &Words) -> usize {
        self.opened
            .as_ref()
            .map_or(1, |opened| pixel_pages(words, opened.painter.picture().size(), &self.look))
    }
}

impl Surface {
    fn size(&self) -> (u32, u32) {
        match self {
            Self::Fbdev(screen) => screen.size,
            Self::Drm(screen) => screen.size(),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Fbdev(screen) => screen.check(),
            Self::Drm(screen) => screen.check(),
        }
    }

    fn send(&mut self, areas: &[Rectangle], picture: &Turned<'_>) -> Result<(), String> {
        match self {
            Self::Fbdev(screen) => screen.send(areas, picture),
            Self::Drm(screen) => screen.send(areas, picture),
        }
    }
}

/// The size of a picture for a screen that hangs turned.
fn turned_size(screen: (u32, u32), rotate: u16) -> (u32, u32) {
    if matches!(rotate, 90 | 270) { (screen.1, screen.0) } else { screen }
}

/// A picture as the screen gets it.
pub struct Turned<'p> {
    picture: &'p Picture,
    /// Degrees, clockwise.
    rotate: u16,
    shift: (i32, i32),
    light: u8,
    /// What comes in from the edge where the picture is shifted.
    ground: Color,
}

impl Turned<'_> {
    /// The colour of a pixel of the screen.
    pub fn at(&self, x: i32, y: i32) -> Color {
        let (width, height) = self.picture.size();
        let (last_x, last_y) = (signed(width) - 1, signed(height) - 1);
        let (x, y) = match self.rotate {
            90 => (y, last_y - x),
            180 => (last_x - x, last_y - y),
            270 => (last_x - y, x),
            _ => (x, y),
        };
        let color = self.picture.at(x - self.shift.0, y - self.shift.1).unwrap_or(self.ground);
        if self.light >= 100 {
            return color;
        }
        let dimmed = |part: u8| u16::from(part) * u16::from(self.light) / 100;
        color.map(|part| u8::try_from(dimmed(part)).unwrap_or(u8::MAX))
    }

    /// Where an area of the picture stands on the screen.
    fn on_screen(&self, area: &Rectangle, screen: (u32, u32)) -> Rectangle {
        let (width, height) = (signed(self.picture.size().0), signed(self.picture.size().1));
        let (left, top, right, bottom) = edges(area);
        let (left, right) = (left + self.shift.0, right + self.shift.0);
        let (top, bottom) = (top + self.shift.1, bottom + self.shift.1);
        let corner = match self.rotate {
            90 => Point::new(height - bottom, left),
            180 => Point::new(width - right, height - bottom),
            270 => Point::new(top, width - right),
            _ => Point::new(left, top),
        };
        let (wide, high) = turned_size((area.size.width, area.size.height), self.rotate);
        let whole = rectangle(0, 0, screen.0, screen.1);
        Rectangle::new(corner, Size::new(wide, high)).intersection(&whole)
    }
}

/// Where the kernel tells how a framebuffer is laid out.
const SYSFS: &str = "/sys/class/graphics";

/// A framebuffer of fbdev.
///
/// It has one picture, which the screen reads while it is written: for one refresh a changed part may
/// be half old and half new. Nothing is drawn twice, so that nothing flickers.
struct Fbdev {
    file: File,
    sysfs: PathBuf,
    size: (u32, u32),
    bytes: Bytes,
    /// Bytes from one row to the next.
    stride: u32,
}

/// How a pixel is written, the least byte first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bytes {
    /// Blue, green, red, and one that is not seen.
    Four,
    /// Blue, green, red.
    Three,
    /// Five bits of blue, six of green, five of red.
    Two,
}

impl Bytes {
    /// How many.
    pub fn count(self) -> u32 {
        match self {
            Self::Four => 4,
            Self::Three => 3,
            Self::Two => 2,
        }
    }

    /// Writes a pixel.
    pub fn push(self, [red, green, blue]: Color, row: &mut Vec<u8>) {
        match self {
            Self::Four => row.extend([blue, green, red, 0]),
            Self::Three => row.extend([blue, green, red]),
            Self::Two => {
                let five = |part: u8| u16::from(part >> 3);
                let bits = (five(red) << 11) | (u16::from(green >> 2) << 5) | five(blue);
                row.extend(bits.to_le_bytes());
            }
        }
    }
}

impl Fbdev {
    fn open(device: &Path, graphics: &Path) -> Result<Self, String> {
        let name = device.file_name().ok_or("not a device")?;
        let sysfs = graphics.join(name);
        let size = size(&sysfs)?;
        let bytes = match number(&sysfs, "bits_per_pixel")? {
            32 => Bytes::Four,
            24 => Bytes::Three,
            16 => Bytes::Two,
            bits => return Err(format!("{bits} bits a pixel: only 16, 24 and 32 are known")),
        };
        let stride = number(&sysfs, "stride")?.max(size.0 * bytes.count());
        let file = OpenOptions::new().write(true).open(device);
        let file = file.map_err(|error| error.to_string())?;
        Ok(Self { file, sysfs, size, bytes, stride })
    }

    /// Whether the screen is still the one that was opened.
    fn check(&self) -> Result<(), String> {
        let size = size(&self.sysfs)?;
        if size != self.size {
            return Err(format!("now {} by {} pixels", size.0, size.1));
        }
        Ok(())
    }

    fn send(&self, areas: &[Rectangle], picture: &Turned<'_>) -> Result<(), String> {
        let mut row = Vec::new();
        for area in areas {
            let (left, top, right, bottom) = edges(area);
            for (y, down) in (top..bottom).zip(area.top_left.y.unsigned_abs()..) {
                row.clear();
                for x in left..right {
                    self.bytes.push(picture.at(x, y), &mut row);
                }
                let before = u64::from(left.unsigned_abs()) * u64::from(self.bytes.count());
                let place = u64::from(down) * u64::from(self.stride) + before;
                self.file.write_all_at(&row, place).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }
}

/// What is seen: the current mode, or the whole memory where none is told.
fn size(sysfs: &Path) -> Result<(u32, u32), String> {
    let memory = pair(&read(sysfs, "virtual_size")?, ',').ok_or("no virtual_size")?;
    // Such as "U:1920x1080p-60".
    let mode = read(sysfs, "modes").ok().and_then(|modes| {
        let mode = modes.lines().next()?.split_once(':')?.1.to_owned();
        pair(&mode, 'x')
    });
    Ok(mode.map_or(memory, |mode| (mode.0.min(memory.0), mode.1.min(memory.1))))
}

/// Two numbers; what follows the second is left out.
fn pair(text: &str, between: char) -> Option<(u32, u32)> {
    let (first, second) = text.trim().split_once(between)?;
    let second = second.split(|character: char| !character.is_ascii_digit()).next()?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

fn number(sysfs: &Path, name: &str) -> Result<u32, String> {
    let text = read(sysfs, name)?;
    text.trim().parse().map_err(|_| format!("{name}: {text:?} is no number"))
}

fn read(sysfs: &Path, name: &str) -> Result<String, String> {
    let path = sysfs.join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::words::{Countdown, Mood, Phrase};
    use crate::wiring::display::{ScreenStyle, Theme};

    /// A picture of which each pixel is another.
    fn picture((width, height): (u32, u32)) -> Picture {
        let mut picture = Picture::new((width, height), [0; 3]);
        for (x, y) in (0..signed(height)).flat_map(|y| (0..signed(width)).map(move |x| (x, y))) {
            picture.set(x, y, [u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 200]);
        }
        picture
    }

    fn turned(picture: &Picture, rotate: u16) -> Turned<'_> {
        Turned { picture, rotate, shift: (0, 0), light: 100, ground: [9; 3] }
    }

    #[test]
    fn a_screen_may_hang_in_four_ways() {
        let picture = picture((4, 3));
        // The upper left of the picture, seen by who stands before the screen as it is mounted.
        let corners = [(0, (0, 0)), (90, (2, 0)), (180, (3, 2)), (270, (0, 3))];
        for (rotate, (x, y)) in corners {
            assert_eq!(turned(&picture, rotate).at(x, y), [0, 0, 200], "{rotate}");
            let screen = turned_size((4, 3), rotate);
            for (left, top) in [(0, 0), (1, 0), (2, 1)] {
                // The same pixels are in an area, wherever that comes to stand.
                let area = rectangle(left, top, 2, 1);
                let there = turned(&picture, rotate).on_screen(&area, screen);
                let (x0, y0, x1, y1) = edges(&there);
                let mut seen: Vec<Color> = (y0..y1)
                    .flat_map(|y| (x0..x1).map(move |x| (x, y)))
                    .map(|(x, y)| turned(&picture, rotate).at(x, y))
                    .collect();
                seen.sort_unstable();
                let (left, top) = (signed(left), signed(top));
                let expected = [picture.at(left, top).unwrap(), picture.at(left + 1, top).unwrap()];
                assert_eq!(seen, expected, "{rotate}");
            }
        }
    }

    #[test]
    fn a_picture_is_shifted_and_dimmed_on_its_way() {
        let picture = picture((4, 3));
        let shifted = Turned { shift: (1, -1), light: 50, ..turned(&picture, 0) };
        assert_eq!(shifted.at(1, 0), [0, 0, 100]);
        assert_eq!(shifted.at(0, 0), [4; 3], "the ground, dimmed");
        assert_eq!(Turned { light: 0, ..turned(&picture, 0) }.at(2, 2), [0; 3]);
    }

    #[test]
    fn pixels_are_written_in_the_kernel_s_order() {
        let bytes = |bytes: Bytes| {
            let mut row = Vec::new();
            bytes.push([0xff, 0x80, 0x08], &mut row);
            row
        };
        assert_eq!(bytes(Bytes::Four), [0x08, 0x80, 0xff, 0]);
        assert_eq!(bytes(Bytes::Three), [0x08, 0x80, 0xff]);
        assert_eq!(bytes(Bytes::Two), [0b0000_0001, 0b1111_1100]);
    }

    /// A device and what sysfs tells of it, in a folder.
    fn device(folder: &Path, bits: u32, stride: u32, virtual_size: &str, modes: &str) -> PathBuf {
        let sysfs = folder.join("graphics/fb0");
        std::fs::create_dir_all(&sysfs).unwrap();
        let told = [
            ("bits_per_pixel", bits.to_string()),
            ("stride", stride.to_string()),
            ("virtual_size", virtual_size.to_owned()),
            ("modes", modes.to_owned()),
        ];
        for (name, text) in told {
            std::fs::write(sysfs.join(name), text + "\n").unwrap();
        }
        let device = folder.join("fb0");
        std::fs::write(&device, []).unwrap();
        device
    }

    #[test]
    fn a_framebuffer_gets_its_rows_and_only_those_that_changed() {
        let folder = tempfile::tempdir().unwrap();
        let device = device(folder.path(), 16, 400, "160,400", "U:160x120p-60");
        let fbdev = Fbdev::open(&device, &folder.path().join("graphics")).unwrap();
        assert_eq!((fbdev.size, fbdev.bytes, fbdev.stride), ((160, 120), Bytes::Two, 400));
        let picture = picture((160, 120));
        fbdev.send(&[rectangle(10, 2, 2, 2)], &turned(&picture, 0)).unwrap();
        let written = std::fs::read(&device).unwrap();
        assert_eq!(written.len(), 3 * 400 + 12 * 2);
        let lit: Vec<usize> = (0..written.len()).filter(|place| written[*place] != 0).collect();
        assert_eq!(lit.first(), Some(&(2 * 400 + 10 * 2)));
        assert_eq!(lit.last(), Some(&(3 * 400 + 11 * 2 + 1)));
        assert_eq!(fbdev.check(), Ok(()));
        std::fs::write(folder.path().join("graphics/fb0/modes"), "U:100x50p-60\n").unwrap();
        assert_eq!(fbdev.check(), Err("now 100 by 50 pixels".into()));
    }

    #[test]
    fn what_is_no_screen_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let graphics = folder.path().join("graphics");
        let device = device(folder.path(), 8, 160, "160,120", "");
        let why = |path: &Path| Fbdev::open(path, &graphics).err().unwrap();
        assert_eq!(why(&device), "8 bits a pixel: only 16, 24 and 32 are known");
        let mut panel = ScreenPanel::new(&ScreenDisplay {
            device: folder.path().join("fb7"),
            rotate: 0,
            style: ScreenStyle { theme: Theme::Dark, logo: None, font: None },
        });
        let error = panel.open().unwrap_err();
        assert!(error.contains("fb7: No such file"), "{error}");
        let scene = Scene {
            words: Words::new(Mood::Glad, Phrase::new("a"), Phrase::new("b")),
            page: 0,
            light: 100,
            shift: (0, 0),
        };
        assert!(panel.show(&scene).is_err());
    }

    /// A turned screen of 240 by 320, kept in a file.
    #[test]
    fn a_countdown_sends_its_ring_and_what_is_sent_is_the_picture() {
        let folder = tempfile::tempdir().unwrap();
        let device = device(folder.path(), 32, 240 * 4, "240,320", "U:240x320p-60");
        let fbdev = Fbdev::open(&device, &folder.path().join("graphics")).unwrap();
        let style = ScreenStyle { theme: Theme::Light, logo: None, font: None };
        let display = ScreenDisplay { device: device.clone(), rotate: 90, style };
        let mut panel = ScreenPanel::new(&display);
        let painter = Painter::new((320, 240));
        panel.opened = Some(Opened { surface: Surface::Fbdev(fbdev), painter, sent: None });
        let scene = |left| {
            let words =
                Words::new(Mood::Asking, Phrase::new("Cola"), Phrase::new("Present your card"));
            let words = Words { countdown: Some(Countdown { left, of: 60 }), ..words };
            Scene { words, page: 0, light: 100, shift: (0, 0) }
        };
        for left in [60, 59, 9] {
            panel.show(&scene(left)).unwrap();
            let written = std::fs::read(&device).unwrap();
            let look = Look::plain(Theme::Light);
            let picture = crate::display::picture::pixels(&scene(left).words, (320, 240), &look, 0);
            let expected = turned(&picture, 90);
            let mut bytes = Vec::new();
            for (x, y) in (0..320).flat_map(|y| (0..240).map(move |x| (x, y))) {
                Bytes::Four.push(expected.at(x, y), &mut bytes);
            }
            assert!(written == bytes, "{left} seconds left");
        }
        // Nothing is sent where nothing changed.
        std::fs::write(&device, []).unwrap();
        panel.show(&scene(9)).unwrap();
        assert_eq!(std::fs::read(&device).unwrap(), [0_u8; 0]);
    }
}
