//! Whether what the configuration names is on this machine, and may be used. Nothing is opened: a
//! serial port that is may reset the board behind it.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::fs::Access;

use super::findings::Findings;
use crate::config::{DispenserKind, InputSettings, Loaded, Settings};
use crate::wiring::printer::PrinterAt;
use crate::wiring::{BackendKind, WhichKeyboard};

/// The user of the packaged service.
const SERVICE: &str = "kioskd";

/// What a path has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A device that is read and written.
    Device,
    /// A device that is only read.
    ReadDevice,
    /// A program that can be run.
    Program,
    /// A folder that can be written to.
    Folder,
}

/// Looks at everything that has a path. What is not there yet may come: none of it is a failure.
pub(super) fn examine(loaded: &Loaded, findings: &mut Findings) {
    let is_root = rustix::process::geteuid().is_root();
    let mut look = Look { findings, is_root, has_service: is_user(SERVICE) };
    look.files(loaded);
    look.folders(&loaded.settings);
    look.inputs(&loaded.settings);
    look.dispensers(&loaded.settings);
    if let Some(program) = &loaded.settings.reader.power_cycle {
        look.at("reader.power_cycle", program, Wanted::Program);
    }
}

struct Look<'a> {
    findings: &'a mut Findings,
    is_root: bool,
    /// Whether another user than root will run kioskd here.
    has_service: bool,
}

impl Look<'_> {
    /// Root reads everything, and the service's user does not.
    fn files(&mut self, loaded: &Loaded) {
        let files = loaded.files.iter().chain(&loaded.settings.stripe.ca_file);
        for path in files.filter(|_| self.is_root && self.has_service) {
            let Ok(found) = fs::metadata(path) else { continue };
            let of_group = found.gid() != 0 && found.mode() & 0o040 != 0;
            if found.uid() == 0 && found.mode() & 0o004 == 0 && !of_group {
                self.findings.warn(
                    &format!(
                        "{}: only root can read it, and the service is not root",
                        path.display()
                    ),
                    &format!("run: chmod a+r {}; nothing in it is secret", path.display()),
                );
            }
        }
    }

    /// kioskd makes its folder where it may, and systemd makes that of the packaged service.
    fn folders(&mut self, settings: &Settings) {
        let folder = &settings.kiosk.state_dir;
        if folder.exists() {
            self.at("kiosk.state_dir", folder, Wanted::Folder);
            return;
        }
        let is_systemds = folder.starts_with("/var/lib/kioskd");
        let above = folder.ancestors().find(|above| above.exists());
        let may_make = above.is_some_and(|above| {
            rustix::fs::access(above, Access::WRITE_OK | Access::EXEC_OK).is_ok()
        });
        let is_services = self.is_root && self.has_service;
        if is_systemds || may_make && !is_services {
            let shown = folder.display();
            self.findings
                .ok(&format!("kiosk.state_dir: {shown} is not there yet, and will be made"));
        } else {
            self.findings.warn(
                &format!("kiosk.state_dir: {} is not there", folder.display()),
                "make it, for the user that kioskd runs as alone: install -d -m 0700 -o kioskd",
            );
        }
    }

    fn inputs(&mut self, settings: &Settings) {
        for (name, input) in &settings.inputs {
            let table = format!("input.{name}");
            let of_chip = |chip: &Option<_>, backend| {
                chip.clone().filter(|_| backend == BackendKind::Chardev)
            };
            let (path, wanted) = match input {
                InputSettings::Serial(serial) => (Some(serial.device.clone()), Wanted::Device),
                InputSettings::Mdb(machine) => (Some(machine.device.clone()), Wanted::Device),
                InputSettings::Gpio(gpio) => (of_chip(&gpio.chip, gpio.backend), Wanted::Device),
                InputSettings::Matrix(pad) => (of_chip(&pad.chip, pad.backend), Wanted::Device),
                InputSettings::Evdev(keyboard) => match &keyboard.keyboard {
                    WhichKeyboard::At(path) => (Some(path.clone()), Wanted::ReadDevice),
                    WhichKeyboard::Usb { .. } => (None, Wanted::ReadDevice),
                },
                InputSettings::Reader(_) | InputSettings::Stdin => (None, Wanted::Device),
            };
            if let Some(path) = path {
                self.at(&table, &path, wanted);
            }
        }
    }

    fn dispensers(&mut self, settings: &Settings) {
        for (name, dispenser) in &settings.dispensers {
            let table = format!("dispenser.{name}");
            match &dispenser.kind {
                DispenserKind::Serial(board) => self.at(&table, &board.device, Wanted::Device),
                DispenserKind::Gpio(relays) => {
                    if let Some(chip) = &relays.chip {
                        self.at(&table, chip, Wanted::Device);
                    }
                }
                DispenserKind::Escpos(printer) => {
                    if let PrinterAt::Device { path, .. } = &printer.at {
                        self.at(&table, path, Wanted::Device);
                    }
                }
                DispenserKind::Command(command) => {
                    self.at(&table, &command.program, Wanted::Program);
                    if let Some((program, _)) = &command.status {
                        self.at(&format!("{table}.status"), program, Wanted::Program);
                    }
                    if let Some(user) = &command.user {
                        self.user(&format!("{table}.user"), user);
                    }
                }
                // It is found at its input.
                DispenserKind::Mdb(_) => {}
            }
        }
    }

    fn at(&mut self, table: &str, path: &Path, wanted: Wanted) {
        let shown = path.display();
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let remedy = match wanted {
                    Wanted::Device | Wanted::ReadDevice => {
                        "plug it in, or name another: `kioskd hardware list` shows what is there"
                    }
                    Wanted::Program | Wanted::Folder => "put it there, or name another",
                };
                self.findings.warn(&format!("{table}: {shown} is not there"), remedy);
                return;
            }
            Err(error) => {
                let remedy = "see that the folders above it can be entered";
                self.findings
                    .warn(&format!("{table}: {shown} cannot be looked at: {error}"), remedy);
                return;
            }
        };
        match doubt(&found, wanted).or_else(|| self.not_allowed(path, &found, wanted)) {
            Some((wrong, remedy)) => {
                self.findings.warn(&format!("{table}: {shown} {wrong}"), &remedy);
            }
            None => self.findings.ok(&format!("{table}: {shown} is there, and may be used")),
        }
    }

    /// Whoever is not root finds out by asking; for root the mode has to tell.
    fn not_allowed(
        &self,
        path: &Path,
        found: &Metadata,
        wanted: Wanted,
    ) -> Option<(String, String)> {
        let (access, bits) = match wanted {
            Wanted::Device => (Access::READ_OK | Access::WRITE_OK, 0o066),
            Wanted::ReadDevice => (Access::READ_OK, 0o044),
            Wanted::Program => (Access::EXEC_OK, 0o011),
            Wanted::Folder => (Access::WRITE_OK | Access::EXEC_OK, 0o077),
        };
        let mode = found.mode() & 0o7777;
        if self.is_root {
            let (of_group, of_others) = (bits & 0o070, bits & 0o007);
            let group_may = found.gid() != 0 && mode & of_group != 0;
            let roots_alone = found.uid() == 0 && !group_may && mode & of_others == 0;
            return (roots_alone && self.has_service).then(|| {
                let wrong =
                    format!("is only for root (mode {mode:04o}), and the service is not root");
                (wrong, format!("give it to the user {SERVICE}, or to a group of that user"))
            });
        }
        rustix::fs::access(path, access).is_err().then(|| {
            let (uid, gid) = (found.uid(), found.gid());
            let wrong = format!(
                "may not be used by this user (mode {mode:04o}, of user {uid} and group {gid})"
            );
            let remedy = format!(
                "check as the service's user (runuser -u {SERVICE}), or add that one \
                                  to the group: usermod -aG {gid} {SERVICE}"
            );
            (wrong, remedy)
        })
    }

    fn user(&mut self, key: &str, name: &str) {
        if !is_user(name) {
            let remedy = "make it, unless another source of users than /etc/passwd knows it";
            self.findings.warn(&format!("{key}: there is no user {name} on this machine"), remedy);
        }
    }
}

fn is_user(name: &str) -> bool {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    users.lines().any(|line| line.split(':').next() == Some(name))
}

/// Whether it is something else.
fn doubt(found: &Metadata, wanted: Wanted) -> Option<(String, String)> {
    let (is_right, what) = match wanted {
        Wanted::Device | Wanted::ReadDevice => (found.file_type().is_char_device(), "device"),
        Wanted::Program => (found.is_file(), "program"),
        Wanted::Folder => (found.is_dir(), "folder"),
    };
    if !is_right {
        return Some((format!("is no {what}"), "name the right one".to_owned()));
    }
    let mode = found.mode() & 0o7777;
    (wanted == Wanted::Program && mode & 0o111 == 0)
        .then(|| (format!("can be run by nobody (mode {mode:04o})"), "run: chmod a+x".to_owned()))
}
