//! Several kiosks on one board: each is an instance with a name, and has its configuration in a
//! folder of that name.

use std::path::{Path, PathBuf};

/// Where configurations are. That of the only kiosk of a board lies in it, that of an instance one
/// folder further down.
const FOLDER: &str = "/etc/kioskd";

/// The configuration of an instance. Its name is letters, digits, `-` and `_`, so that it can be
/// part of a unit's name and none of `/etc/kioskd` itself.
pub fn configuration(name: &str) -> Result<PathBuf, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 32 || !name.chars().all(is_part) {
        return Err("an instance is named with 1 to 32 ASCII letters, digits, '-' or '_'".into());
    }
    Ok(Path::new(FOLDER).join(name))
}

/// The unit of systemd's that runs the kiosk of this configuration. None if it lies elsewhere.
pub fn unit(configuration: &Path) -> Option<String> {
    let folder = folder(configuration)?;
    if folder == Path::new(FOLDER) {
        return Some("kioskd".to_owned());
    }
    name(folder).map(|name| format!("kioskd@{name}"))
}

/// The folder of a configuration that is a file or a folder.
fn folder(configuration: &Path) -> Option<&Path> {
    let is_file = configuration.extension().is_some();
    if is_file { configuration.parent() } else { Some(configuration) }
}

/// The instance that has this folder.
fn name(folder: &Path) -> Option<&str> {
    if folder.parent() == Some(Path::new(FOLDER)) { folder.file_name()?.to_str() } else { None }
}

/// Where a kiosk keeps its things unless its configuration says otherwise.
pub(super) struct Folders {
    /// What has to outlive a restart.
    pub(super) state: String,
    /// What has not.
    pub(super) runtime: String,
}

impl Folders {
    /// Those of the kiosk whose configuration is this file, or this folder. An instance's runtime
    /// folder is none of the other kiosk's, which systemd removes with all in it when that stops.
    pub(super) fn of(configuration: &Path) -> Self {
        match folder(configuration).and_then(name) {
            Some(name) => Self {
                state: format!("/var/lib/kioskd/{name}"),
                runtime: format!("/run/kioskd-{name}"),
            },
            None => Self { state: "/var/lib/kioskd".into(), runtime: "/run/kioskd".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_folders_of_its_own() {
        for (configuration, state, runtime) in [
            ("/etc/kioskd/kioskd.toml", "/var/lib/kioskd", "/run/kioskd"),
            ("/etc/kioskd", "/var/lib/kioskd", "/run/kioskd"),
            ("/etc/kioskd/left", "/var/lib/kioskd/left", "/run/kioskd-left"),
            ("/etc/kioskd/left/kioskd.toml", "/var/lib/kioskd/left", "/run/kioskd-left"),
            ("/srv/kiosk/left/kioskd.toml", "/var/lib/kioskd", "/run/kioskd"),
        ] {
            let folders = Folders::of(Path::new(configuration));
            assert_eq!((folders.state.as_str(), folders.runtime.as_str()), (state, runtime));
        }
    }

    #[test]
    fn the_unit_follows_from_where_the_configuration_lies() {
        for (configuration, wanted) in [
            ("/etc/kioskd/kioskd.toml", Some("kioskd")),
            ("/etc/kioskd", Some("kioskd")),
            ("/etc/kioskd/left", Some("kioskd@left")),
            ("/etc/kioskd/left/kioskd.toml", Some("kioskd@left")),
            ("/srv/kiosk/kioskd.toml", None),
            ("kioskd.toml", None),
        ] {
            assert_eq!(unit(Path::new(configuration)).as_deref(), wanted, "{configuration}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder_of_configurations_or_into_its_drop_ins() {
        assert_eq!(configuration("left-2").unwrap(), Path::new("/etc/kioskd/left-2"));
        for name in ["", "..", "conf.d", "a/b", "left 2", &"x".repeat(33)] {
            assert!(configuration(name).is_err(), "{name}");
        }
    }
}
