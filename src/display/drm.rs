//! A screen through the kernel's DRM, without tearing: each picture is finished in a buffer that is
//! not seen, and both change places between two refreshes.
//!
//! Whoever opens a card first is its master, and the console keeps off it until that one is gone.
//! The first screen that is plugged in is taken, in the mode that it prefers.

use std::fs::{File, OpenOptions};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use drm::buffer::{Buffer, DrmFourcc};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{
    Device as ControlDevice, Mode, ModeTypeFlags, PageFlipFlags, ResourceHandles, connector, crtc,
    framebuffer,
};
use embedded_graphics::primitives::Rectangle;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::display::framebuffer::{Bytes, Turned};
use crate::display::picture::grid::edges;

/// A card, by its open device.
struct Card(File);

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl drm::Device for Card {}
impl ControlDevice for Card {}

/// A screen on a card.
pub struct DrmScreen {
    card: Card,
    connector: connector::Handle,
    crtc: crtc::Handle,
    mode: Mode,
    /// The one that is seen, and the one that is not.
    pages: [Page; 2],
    /// What the unseen one lacks: it was drawn before.
    behind: Vec<Rectangle>,
    /// Whether anything is seen yet.
    is_on: bool,
}

struct Page {
    buffer: DumbBuffer,
    framebuffer: framebuffer::Handle,
}

/// The two change places within a refresh or two. A screen that takes so long is none.
const FLIP: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

impl DrmScreen {
    /// Opens a card and finds its screen.
    ///
    /// # Errors
    ///
    /// What is missing, for a technician.
    pub fn open(device: &Path) -> Result<Self, String> {
        let file = OpenOptions::new().read(true).write(true).open(device);
        let card = Card(file.map_err(|error| error.to_string())?);
        let resources = card.resource_handles().map_err(told("it drives no screens"))?;
        let infos = resources.connectors().iter();
        let infos: Vec<connector::Info> =
            infos.filter_map(|handle| card.get_connector(*handle, true).ok()).collect();
        let plugged = infos.iter().find(|info| info.state() == connector::State::Connected);
        let info = plugged.ok_or("no screen is plugged in")?;
        let mode = preferred(info).ok_or("the screen has no mode")?;
        let crtc = crtc(&card, &resources, info).ok_or("nothing is free to drive the screen")?;
        let pages = [page(&card, mode)?, page(&card, mode)?];
        let connector = info.handle();
        Ok(Self { card, connector, crtc, mode, pages, behind: Vec::new(), is_on: false })
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.mode.size();
        (width.into(), height.into())
    }

    /// Whether the screen is still the one that was opened.
    ///
    /// # Errors
    ///
    /// What changed.
    pub fn check(&self) -> Result<(), String> {
        let info = self.card.get_connector(self.connector, false);
        let info = info.map_err(|error| error.to_string())?;
        if info.state() != connector::State::Connected {
            return Err("the screen was unplugged".into());
        }
        if preferred(&info).is_some_and(|mode| mode.size() != self.mode.size()) {
            return Err("another screen was plugged in".into());
        }
        Ok(())
    }

    /// Shows a picture of which these areas changed.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn send(&mut self, areas: &[Rectangle], picture: &Turned<'_>) -> Result<(), String> {
        let unseen = &mut self.pages[1];
        let stride = usize::try_from(unseen.buffer.pitch()).map_err(|error| error.to_string())?;
        {
            let map = self.card.map_dumb_buffer(&mut unseen.buffer);
            let mut map = map.map_err(told("no memory for the picture"))?;
            let mut row = Vec::new();
            for area in self.behind.iter().chain(areas) {
                write(area, picture, stride, (&mut map, &mut row));
            }
        }
        self.flip()?;
        self.pages.swap(0, 1);
        self.behind = areas.to_vec();
        Ok(())
    }

    /// Shows the unseen page.
    fn flip(&mut self) -> Result<(), String> {
        let framebuffer = self.pages[1].framebuffer;
        let flags = PageFlipFlags::EVENT;
        if self.is_on && self.card.page_flip(self.crtc, framebuffer, flags, None).is_ok() {
            let mut polled = [PollFd::new(&self.card, PollFlags::IN)];
            let ready = poll(&mut polled, Some(&FLIP)).map_err(|error| error.to_string())?;
            if ready == 0 {
                return Err("the screen does not refresh".into());
            }
            // Only our own flip is waited for: what is told of it is not needed.
            return self.card.receive_events().map(drop).map_err(|error| error.to_string());
        }
        // The first picture, and cards that cannot flip.
        let (connectors, mode) = ([self.connector], Some(self.mode));
        let set = self.card.set_crtc(self.crtc, Some(framebuffer), (0, 0), &connectors, mode);
        set.map_err(told("the screen cannot be switched on (does another program hold it?)"))?;
        self.is_on = true;
        Ok(())
    }
}

/// Writes an area into a page. What lies beyond it is left out.
fn write(
    area: &Rectangle,
    picture: &Turned<'_>,
    stride: usize,
    (map, row): (&mut [u8], &mut Vec<u8>),
) {
    let (left, top, right, bottom) = edges(area);
    for y in top..bottom {
        row.clear();
        for x in left..right {
            Bytes::Four.push(picture.at(x, y), row);
        }
        let (Ok(down), Ok(before)) = (usize::try_from(y), usize::try_from(left)) else { continue };
        let first = down * stride + before * 4;
        if let Some(place) = map.get_mut(first..first + row.len()) {
            place.copy_from_slice(row);
        }
    }
}

/// The mode that a screen prefers, or its first.
fn preferred(info: &connector::Info) -> Option<Mode> {
    let mut modes = info.modes().iter();
    let preferred = modes.find(|mode| mode.mode_type().contains(ModeTypeFlags::PREFERRED));
    preferred.or(info.modes().first()).copied()
}

/// What can drive a screen: what drives it already, or the first that can.
fn crtc(card: &Card, resources: &ResourceHandles, info: &connector::Info) -> Option<crtc::Handle> {
    let current = info.current_encoder().and_then(|handle| card.get_encoder(handle).ok());
    if let Some(crtc) = current.and_then(|encoder| encoder.crtc()) {
        return Some(crtc);
    }
    let encoders = info.encoders().iter().filter_map(|handle| card.get_encoder(*handle).ok());
    let mut crtcs = encoders.flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs()));
    crtcs.next()
}

fn page(card: &Card, mode: Mode) -> Result<Page, String> {
    let size = (mode.size().0.into(), mode.size().1.into());
    let buffer = card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32);
    let buffer = buffer.map_err(told("no memory for a picture"))?;
    let framebuffer = card.add_framebuffer(&buffer, 24, 32);
    let framebuffer = framebuffer.map_err(told("the card takes no picture"))?;
    Ok(Page { buffer, framebuffer })
}

fn told(what: &str) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{what}: {error}")
}
