//! Which files make up a configuration, in which order, and how their layers are merged.
//!
//! Later wins: built-in defaults, the main file, `conf.d/*.toml` beside it in name order, the
//! environment. Each layer is parsed alone first, so that an error names its file, line and key.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use config::{Config, Map, Source, Value, ValueKind};

use super::environment;
use super::origins::{KeyPath, Origin, Origins};
use super::parse;
use super::problem::{ConfigError, Problem};
use super::raw::Raw;

/// The main file's name inside a folder.
const MAIN_FILE: &str = "kioskd.toml";
/// The folder of drop-ins beside the main file.
const DROP_INS: &str = "conf.d";
/// The longest file: what is longer is no configuration.
pub(super) const MOST_BYTES: u64 = 1024 * 1024;
/// The most drop-ins: what is more is a mistake of some script.
const MOST_DROP_INS: usize = 256;

/// One file, or the environment, on its own: what of it has a known name and the right type.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    values: Map<String, Value>,
    /// Who set what.
    pub(super) origins: Origins,
    /// What was set wrongly, so that nobody calls it missing as well.
    pub(super) refused: BTreeSet<KeyPath>,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
    /// Whether nothing of it could be understood.
    pub(super) is_unparsed: bool,
}

impl Layer {
    /// Sets a value.
    pub(super) fn set(&mut self, key: KeyPath, value: ValueKind, origin: Origin) {
        insert(&mut self.values, key.parts(), Value::new(None, value));
        self.origins.set_value(key, origin);
    }

    /// Has a table, even if it stays empty.
    pub(super) fn open(&mut self, table: KeyPath, origin: Origin) {
        if !self.origins.has_table(&table) {
            let empty = Value::new(None, ValueKind::Table(Map::new()));
            insert(&mut self.values, table.parts(), empty);
        }
        self.origins.open_table(table, origin);
    }

    /// Notes a problem with one key, which counts as given from now on.
    pub(super) fn refuse(&mut self, problem: Problem) {
        self.refused.extend(problem.key.clone());
        self.problems.push(problem);
    }

    /// A layer of which nothing can be understood.
    pub(super) fn unparsed(error: ConfigError) -> Self {
        Self { problems: error.problems, is_unparsed: true, ..Self::default() }
    }
}

fn insert(table: &mut Map<String, Value>, parts: &[String], value: Value) {
    match parts {
        [] => {}
        [name] => {
            table.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let empty = || Value::new(None, ValueKind::Table(Map::new()));
            let inner = table.entry(name.clone()).or_insert_with(empty);
            if let ValueKind::Table(inner) = &mut inner.kind {
                insert(inner, rest, value);
            }
        }
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.values.clone())
    }
}

/// All layers as one.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) raw: Raw,
    pub(super) origins: Origins,
    pub(super) refused: BTreeSet<KeyPath>,
    pub(super) problems: Vec<Problem>,
    /// The main file, then the drop-ins.
    pub(super) files: Vec<PathBuf>,
}

/// Reads and merges the layers. Fails at once only if a file cannot be read or is not TOML: what
/// the others lack might stand in it. `more` are read as if they stood among the drop-ins.
pub(super) fn read(
    path: &Path,
    more: &[PathBuf],
    environment: &[(String, String)],
) -> Result<Merged, ConfigError> {
    let files = find_files(path, more)?;
    let mut layers: Vec<Layer> = files.iter().map(|file| read_file(file)).collect();
    let mut origins = Origins::default();
    for layer in &layers {
        origins.overlay(layer.origins.clone());
    }
    let variables = environment::layer(environment, &origins);
    origins.overlay(variables.origins.clone());
    layers.push(variables);

    let is_unparsed = layers.iter().any(|layer| layer.is_unparsed);
    let problems: Vec<Problem> = layers.iter().flat_map(|layer| layer.problems.clone()).collect();
    if is_unparsed {
        return Err(ConfigError { problems });
    }
    let refused = layers.iter().flat_map(|layer| layer.refused.clone()).collect();
    let raw = merge(layers).map_err(|error| unmergeable(path, &error))?;
    Ok(Merged { raw, origins, refused, problems, files })
}

/// A text as the only file, to find out what the check says of it. None if it cannot be read.
pub(super) fn of_text(text: &str) -> Option<Merged> {
    let layer = parse::layer(Path::new("kioskd.toml"), text);
    let (origins, refused) = (layer.origins.clone(), layer.refused.clone());
    let raw = merge(vec![layer]).ok()?;
    Some(Merged { raw, origins, refused, problems: Vec::new(), files: Vec::new() })
}

/// A text as the only file, whatever its path is called. None of its keys may be wrong.
pub(super) fn of_whole_text(path: &Path, text: &str) -> Result<Merged, ConfigError> {
    let layer = parse::layer(path, text);
    if !layer.problems.is_empty() {
        return Err(ConfigError { problems: layer.problems });
    }
    let (origins, refused) = (layer.origins.clone(), layer.refused.clone());
    let raw = merge(vec![layer]).map_err(|error| unmergeable(path, &error))?;
    Ok(Merged { raw, origins, refused, problems: Vec::new(), files: vec![path.to_owned()] })
}

fn unmergeable(path: &Path, error: &config::ConfigError) -> Problem {
    let origin = Origin::File { path: path.to_owned(), line: None };
    let wrong = format!("the files cannot be merged: {error}");
    Problem::whole(origin, wrong, "report this as a defect of kioskd, with the files")
}

/// The text that a key of `[kiosk]` comes to, as far as anything of the layers can be understood.
pub(super) fn told_of_kiosk(
    path: &Path,
    environment: &[(String, String)],
    key: &str,
) -> Option<String> {
    let files = find_files(path, &[]).unwrap_or_default();
    let mut layers: Vec<Layer> = files.iter().map(|file| read_beginning(file)).collect();
    let mut origins = Origins::default();
    for layer in &layers {
        origins.overlay(layer.origins.clone());
    }
    layers.push(environment::layer(environment, &origins));
    layers.iter().rev().find_map(|layer| {
        let ValueKind::Table(kiosk) = &layer.values.get("kiosk")?.kind else { return None };
        let ValueKind::String(text) = &kiosk.get(key)?.kind else { return None };
        Some(text.clone())
    })
}

/// A file, or what of it stands before the line that is not TOML: half a file says what its first
/// half says.
fn read_beginning(path: &Path) -> Layer {
    let Ok(text) = read_text(path) else { return Layer::default() };
    let layer = parse::layer(path, &text);
    let broken = layer.problems.first().and_then(|problem| parse::line_of(&problem.origin));
    match broken {
        Some(line) if layer.is_unparsed => {
            let lines: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
            parse::layer(path, &lines.join("\n"))
        }
        Some(_) | None => layer,
    }
}

fn merge(layers: Vec<Layer>) -> Result<Raw, config::ConfigError> {
    let mut builder = Config::builder();
    for layer in layers {
        builder = builder.add_source(layer);
    }
    builder.build()?.try_deserialize()
}

/// The folder of drop-ins that goes with a configuration, whether it is there or not.
pub(super) fn drop_ins_of(path: &Path) -> Result<PathBuf, ConfigError> {
    Ok(beside(&main_file(path)?))
}

fn beside(main: &Path) -> PathBuf {
    main.parent().map_or_else(|| PathBuf::from(DROP_INS), |at| at.join(DROP_INS))
}

fn main_file(path: &Path) -> Result<PathBuf, ConfigError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let main = if metadata.is_dir() { path.join(MAIN_FILE) } else { path.to_owned() };
    if metadata.is_dir() && !main.exists() {
        let wrong = format!("the folder holds no {MAIN_FILE}");
        let fix = format!("put a {MAIN_FILE} into it, or name a file with --config");
        let origin = Origin::File { path: path.to_owned(), line: None };
        return Err(Problem::whole(origin, wrong, fix).into());
    }
    Ok(main)
}

fn find_files(path: &Path, more: &[PathBuf]) -> Result<Vec<PathBuf>, ConfigError> {
    let main = main_file(path)?;
    let folder = beside(&main);
    let mut drop_ins = match list_drop_ins(&folder) {
        Ok(drop_ins) => drop_ins,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(unreadable(&folder, &error).into()),
    };
    drop_ins.retain(|path| !more.iter().any(|new| new.file_name() == path.file_name()));
    drop_ins.extend_from_slice(more);
    if drop_ins.len() > MOST_DROP_INS {
        let wrong = format!("the folder holds {} files", drop_ins.len());
        let fix = "remove what some script left there too often";
        let origin = Origin::File { path: folder, line: None };
        let problem = Problem::whole(origin, wrong, fix);
        return Err(problem.allowing(format!("at most {MOST_DROP_INS}")).into());
    }
    drop_ins.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    Ok([vec![main], drop_ins].concat())
}

/// The drop-ins, unsorted. Hidden files are an editor's, and other endings a package manager's.
fn list_drop_ins(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut drop_ins = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_hidden = name.is_none_or(|name| name.starts_with('.'));
        if !is_hidden && path.extension().is_some_and(|ending| ending == "toml") {
            drop_ins.push(path);
        }
    }
    Ok(drop_ins)
}

fn read_file(path: &Path) -> Layer {
    match read_text(path) {
        Ok(text) => parse::layer(path, &text),
        Err(error) => Layer::unparsed(error),
    }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let origin = || Origin::File { path: path.to_owned(), line: None };
    // Asked before opening: opening a pipe that nobody writes to would wait for ever.
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        let problem = Problem::whole(origin(), "is not a regular file", "put a TOML file there");
        return Err(problem.into());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        let problem = Problem::whole(origin(), "is too long", "check that it is the right file");
        return Err(problem.allowing("at most 1 MiB").into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let line = parse::line_at(error.as_bytes(), start);
        let origin = Origin::File { path: path.to_owned(), line: Some(line) };
        Problem::whole(origin, "is not UTF-8 text", "save it again as UTF-8").into()
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let is = |kind: ErrorKind| error.kind() == kind;
    let (wrong, fix) = if is(ErrorKind::NotFound) {
        let wrong = "there is no such file or folder".to_owned();
        (wrong, "create it, or name another with --config".to_owned())
    } else if is(ErrorKind::PermissionDenied) {
        let wrong = "may not be read by the user that kioskd runs as".to_owned();
        (wrong, format!("let that user read it, for example: chmod a+rX {}", path.display()))
    } else if is(ErrorKind::NotADirectory) {
        let wrong = "is not a folder, or stands in something that is none".to_owned();
        (wrong, "make it a folder, or remove it".to_owned())
    } else {
        let wrong = format!("cannot be read: {error}");
        (wrong, "check the disk and the file, then try again".to_owned())
    };
    Problem::whole(Origin::File { path: path.to_owned(), line: None }, wrong, fix)
}
