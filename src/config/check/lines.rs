//! Which table uses which GPIO line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::origins::KeyPath;
use super::super::settings::{
    DispenserKind, DispenserSettings, DisplayKind, DisplaySettings, InputSettings, Settings,
};
use super::Check;
use crate::ids::DispenserName;
use crate::wiring::display::{LcdBus, LcdDisplay, OledBus, OledDisplay};
use crate::wiring::{BackendKind, GpioDispenser, Line};

type Inputs = BTreeMap<String, InputSettings>;
type Dispensers = BTreeMap<DispenserName, DispenserSettings>;
type Displays = BTreeMap<String, DisplaySettings>;

/// A line that a table uses.
struct Used<'a> {
    table: KeyPath,
    /// What names the line there.
    key: KeyPath,
    /// Without a name it is the chip of the pin header, or the only one.
    chip: Option<&'a Path>,
    /// Whether the table could name a chip.
    may_name: bool,
    line: Line,
}

impl Check<'_> {
    /// A line has one user: the kernel gives it to nobody else.
    pub(super) fn one_user_for_each_line(
        &mut self,
        inputs: &Inputs,
        dispensers: &Dispensers,
        displays: &Displays,
    ) {
        let mut users: BTreeMap<(Option<&Path>, Line), KeyPath> = BTreeMap::new();
        for Used { table, key, chip, line, .. } in used(inputs, dispensers, displays) {
            if let Some(other) = users.insert((chip, line), table) {
                let wrong = format!("{line} is already a line of [{other}]");
                let fix = "name the line that this one is wired to";
                self.wrong(&key, wrong, "a line of its own", fix);
            }
        }
    }
}

/// Lines that two tables have, of which one names its chip and the other leaves it to be found:
/// whether that is the same one, the machine alone knows. For each two tables the one that names no
/// chip, what is doubtful about it, and what to do.
pub(in crate::config) fn perhaps_used_twice(settings: &Settings) -> Vec<(KeyPath, String, String)> {
    let used = used(&settings.inputs, &settings.dispensers, &settings.displays);
    let (named, found): (Vec<&Used>, Vec<&Used>) = used.iter().partition(|it| it.chip.is_some());
    let mut shared: BTreeMap<(&KeyPath, &KeyPath, bool), BTreeSet<Line>> = BTreeMap::new();
    for one in found {
        for other in named.iter().filter(|other| other.line == one.line) {
            let tables = (&one.table, &other.table, one.may_name);
            shared.entry(tables).or_default().insert(one.line);
        }
    }
    shared
        .iter()
        .map(|((one, other, may_name), lines)| doubt(one, other, *may_name, lines))
        .collect()
}

fn doubt(
    one: &KeyPath,
    other: &KeyPath,
    may_name: bool,
    lines: &BTreeSet<Line>,
) -> (KeyPath, String, String) {
    let numbers: Vec<String> = lines.iter().map(Line::to_string).collect();
    let (lines, belong) =
        if numbers.len() == 1 { ("line", "belongs") } else { ("lines", "belong") };
    let numbers = numbers.join(", ");
    let wrong = format!(
        "{lines} {numbers} also {belong} to {other}, and only that says of which chip; if they mean the \
         same one, only one of them gets its lines"
    );
    let fix = if may_name {
        "write chip in both".to_owned()
    } else {
        format!("write chip in both, and backend = \"chardev\" in {one}")
    };
    (one.clone(), wrong, fix)
}

/// All of them, inputs first.
fn used<'a>(
    inputs: &'a Inputs,
    dispensers: &'a Dispensers,
    displays: &'a Displays,
) -> Vec<Used<'a>> {
    let inputs = inputs.iter().flat_map(|(name, input)| {
        let table = KeyPath::new(["input", name]);
        let (chip, backend) = chip_of(input);
        lines_of(input).into_iter().map(move |(key, line)| Used {
            key: table.join(key),
            table: table.clone(),
            chip,
            may_name: backend == BackendKind::Chardev,
            line,
        })
    });
    let dispensers = dispensers.iter().flat_map(|(name, dispenser)| {
        let table = KeyPath::new(["dispenser", name.as_str()]);
        let relays = match &dispenser.kind {
            DispenserKind::Gpio(relays) => Some(relays),
            DispenserKind::Serial(_)
            | DispenserKind::Command(_)
            | DispenserKind::Mdb(_)
            | DispenserKind::Escpos(_) => None,
        };
        relays.into_iter().flat_map(move |relays| {
            let table = table.clone();
            lines_of_relays(relays).into_iter().map(move |(parts, line)| Used {
                key: parts.into_iter().fold(table.clone(), |key, part| key.join(part)),
                table: table.clone(),
                chip: relays.chip.as_deref(),
                may_name: true,
                line,
            })
        })
    });
    let displays = displays.iter().flat_map(|(name, display)| {
        let table = KeyPath::new(["display", name]);
        let (chip, backend) = chip_of_display(&display.kind);
        lines_of_display(&display.kind).into_iter().map(move |(parts, line)| Used {
            key: parts.into_iter().fold(table.clone(), |key, part| key.join(part)),
            table: table.clone(),
            chip,
            may_name: backend == BackendKind::Chardev,
            line,
        })
    });
    inputs.chain(dispensers).chain(displays).collect()
}

fn chip_of_display(kind: &DisplayKind) -> (Option<&Path>, BackendKind) {
    match kind {
        DisplayKind::Ssd1306(OledDisplay { bus: OledBus::Spi { chip, .. }, .. })
        | DisplayKind::Hd44780(LcdDisplay { bus: LcdBus::Lines { chip, .. }, .. }) => {
            (chip.as_deref(), BackendKind::Chardev)
        }
        DisplayKind::Signal(signal) => (signal.chip.as_deref(), signal.backend),
        DisplayKind::Ssd1306(_)
        | DisplayKind::Hd44780(_)
        | DisplayKind::Framebuffer(_)
        | DisplayKind::Png(_)
        | DisplayKind::Terminal => (None, BackendKind::Chardev),
    }
}

/// The lines that a display takes, each with the key that names it, part by part.
fn lines_of_display(kind: &DisplayKind) -> Vec<(Vec<&'static str>, Line)> {
    match kind {
        DisplayKind::Ssd1306(OledDisplay {
            bus: OledBus::Spi { data_line, reset_line, .. },
            ..
        }) => {
            let reset = reset_line.map(|line| (vec!["lines", "reset"], line));
            [(vec!["lines", "data"], *data_line)].into_iter().chain(reset).collect()
        }
        DisplayKind::Hd44780(LcdDisplay {
            bus: LcdBus::Lines { register_select, enable, data, light, .. },
            ..
        }) => {
            let names = ["rs", "e", "d4", "d5", "d6", "d7"];
            let lines = [*register_select, *enable].into_iter().chain(*data);
            let light = light.map(|line| (vec!["lines", "light"], line));
            let lines =
                names.into_iter().zip(lines).map(|(name, line)| (vec!["lines", name], line));
            lines.chain(light).collect()
        }
        DisplayKind::Signal(signal) => vec![(vec!["line"], signal.line)],
        DisplayKind::Ssd1306(_)
        | DisplayKind::Hd44780(_)
        | DisplayKind::Framebuffer(_)
        | DisplayKind::Png(_)
        | DisplayKind::Terminal => Vec::new(),
    }
}

/// The lines that an input takes, each with the key that names it.
fn lines_of(input: &InputSettings) -> Vec<(&'static str, Line)> {
    match input {
        InputSettings::Gpio(gpio) => gpio.lines.keys().map(|line| ("lines", *line)).collect(),
        InputSettings::Matrix(matrix) => {
            let rows = matrix.rows.iter().map(|line| ("rows", *line));
            rows.chain(matrix.columns.iter().map(|line| ("columns", *line))).collect()
        }
        InputSettings::Serial(_)
        | InputSettings::Evdev(_)
        | InputSettings::Mdb(_)
        | InputSettings::Reader(_)
        | InputSettings::Stdin => Vec::new(),
    }
}

fn chip_of(input: &InputSettings) -> (Option<&Path>, BackendKind) {
    match input {
        InputSettings::Gpio(gpio) => (gpio.chip.as_deref(), gpio.backend),
        InputSettings::Matrix(matrix) => (matrix.chip.as_deref(), matrix.backend),
        InputSettings::Serial(_)
        | InputSettings::Evdev(_)
        | InputSettings::Mdb(_)
        | InputSettings::Reader(_)
        | InputSettings::Stdin => (None, BackendKind::Chardev),
    }
}

/// The lines that a dispenser takes, each with the key that names it, part by part.
fn lines_of_relays(relays: &GpioDispenser) -> Vec<(Vec<&str>, Line)> {
    let forward = relays.lines.iter().map(|(slot, line)| (vec!["lines", slot.as_str()], *line));
    let reverse = relays.reverse.iter().flat_map(|reverse| &reverse.lines);
    let reverse = reverse.map(|(slot, line)| (vec!["reverse_lines", slot.as_str()], *line));
    let sensor = relays.sensor.iter().map(|sensor| (vec!["sensor"], sensor.line));
    forward.chain(reverse).chain(sensor).collect()
}
