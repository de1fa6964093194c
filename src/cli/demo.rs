//! `kioskd demo`: the kiosk without hardware.

use crate::cli::{Exit, complain};
use crate::demo::screen;

pub(super) fn run() -> Exit {
    match screen::run() {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
