//! Putting a bundle in place: all checks first, then one rename.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Bundle, BundleError, Installed, Title, read};
use crate::config::layers::{self, MOST_BYTES};
use crate::config::origins::Origin;
use crate::config::{ConfigError, Loaded, load_with};

/// The daemon reads it as a user of its own, whatever root's umask.
const READABLE: u32 = 0o644;
const OPEN: u32 = 0o755;

pub(super) fn install(
    bundle: &Bundle,
    configuration: &Path,
    environment: &[(String, String)],
    force: bool,
) -> Result<Installed, BundleError> {
    let folder = layers::drop_ins_of(configuration)?;
    // Held to the end: between the look at the version and the rename nobody else may install.
    let _lock = lock(above(&folder))?;
    let path = folder.join(format!("{}.toml", bundle.title.name));
    let there = there(bundle, &path)?;
    let before = match &there {
        There::Nothing | There::Foreign(_) => None,
        There::Same => Some(bundle.title.clone()),
        There::Other(title) => Some(title.clone()),
    };
    if !force {
        may_replace(bundle, &path, &there)?;
    }
    let loaded = check(bundle, configuration, environment, &path)?;
    let was_there = matches!(there, There::Same);
    if !was_there {
        put(bundle, &folder, &path)?;
    }
    Ok(Installed { path, before, was_there, loaded })
}

/// What stands where the bundle would.
enum There {
    Nothing,
    /// The very bundle.
    Same,
    Other(Title),
    /// No bundle of this name, and what it is instead.
    Foreign(&'static str),
}

fn there(bundle: &Bundle, path: &Path) -> Result<There, BundleError> {
    let what = "the drop-in";
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Ok(There::Foreign("is not a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(There::Nothing),
        Err(source) => {
            return Err(BundleError::Unreadable { what, path: path.to_owned(), source });
        }
    }
    let bytes = read(what, path, MOST_BYTES)?;
    if bytes == bundle.text.as_bytes() {
        return Ok(There::Same);
    }
    let title = String::from_utf8(bytes).ok().and_then(|text| Title::of(&text).ok());
    Ok(match title {
        Some(title) if title.name == bundle.title.name => There::Other(title),
        Some(_) => There::Foreign("is a bundle of another name"),
        None => There::Foreign("is no bundle"),
    })
}

fn may_replace(bundle: &Bundle, path: &Path, there: &There) -> Result<(), BundleError> {
    let Title { name, version } = &bundle.title;
    match there {
        There::Nothing | There::Same => Ok(()),
        There::Other(installed) if installed.version < *version => Ok(()),
        There::Other(installed) => Err(BundleError::NotNewer {
            name: name.clone(),
            offered: *version,
            installed: installed.version,
        }),
        There::Foreign(why) => Err(BundleError::Foreign { path: path.to_owned(), why }),
    }
}

/// The whole configuration as it would be. It is tried elsewhere: nothing in `conf.d` changes for it.
fn check(
    bundle: &Bundle,
    configuration: &Path,
    environment: &[(String, String)],
    path: &Path,
) -> Result<Loaded, BundleError> {
    let elsewhere = |source| BundleError::Unwritable { path: std::env::temp_dir(), source };
    let trial = tempfile::tempdir().map_err(elsewhere)?;
    let name = path.file_name().unwrap_or_default();
    let file = trial.path().join(name);
    fs::write(&file, &bundle.text).map_err(elsewhere)?;
    let loaded = load_with(configuration, std::slice::from_ref(&file), environment);
    loaded
        .and_then(Loaded::with_authorities)
        .map_err(|error| BundleError::Configuration(as_of_bundle(error, &file, &bundle.path)))
}

/// The trial is gone when a person reads the message: it names the bundle, which has the same lines.
fn as_of_bundle(mut error: ConfigError, file: &Path, bundle: &Path) -> ConfigError {
    for problem in &mut error.problems {
        if let Origin::File { path, .. } = &mut problem.origin
            && path == file
        {
            bundle.clone_into(path);
        }
    }
    error
}

/// Writes it beside its place under a name that nobody reads, and renames it.
fn put(bundle: &Bundle, folder: &Path, path: &Path) -> Result<(), BundleError> {
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source| BundleError::Unwritable { path, source }
    };
    make_folder(folder).map_err(unwritable(folder))?;
    let new = folder.join(format!(".{}.toml.new", bundle.title.name));
    // Left by a power cut.
    remove(&new).map_err(unwritable(&new))?;
    let put = write(&new, bundle.text.as_bytes()).and_then(|()| fs::rename(&new, path));
    if let Err(error) = put {
        let _ = remove(&new);
        return Err(unwritable(path)(error));
    }
    flush_folder(folder).map_err(unwritable(folder))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(OPEN).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    fs::set_permissions(folder, Permissions::from_mode(OPEN))?;
    flush_folder(above(folder))
}

/// The folder around it: the present one has no name.
fn above(folder: &Path) -> &Path {
    folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A new one: no link that somebody has laid there is followed.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(READABLE).open(path)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(READABLE))?;
    file.sync_all()
}

fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A lock on the folder itself, which needs no file and goes with the process.
fn lock(folder: &Path) -> Result<File, BundleError> {
    let unreadable = |source| BundleError::Unreadable {
        what: "the folder",
        path: PathBuf::from(folder),
        source,
    };
    let open = File::open(folder).map_err(unreadable)?;
    match open.try_lock() {
        Ok(()) => Ok(open),
        Err(TryLockError::WouldBlock) => Err(BundleError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(unreadable(error)),
    }
}
