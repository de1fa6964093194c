//! Several kiosks on one board: each is an instance with a name, and has its configuration in a
//! folder of that name.

use std::path::{Path, PathBuf};

use super::layers;

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

/// Where a kiosk keeps what outlives a restart, as far as a configuration tells that cannot be used:
/// it says so itself, or systemd does, or it is the usual folder.
pub fn state_dir(configuration: &Path, environment: &[(String, String)]) -> PathBuf {
    let told = told(configuration, environment, "state_dir");
    let of_systemd = || {
        let variable = environment.iter().find(|(name, _)| name == "STATE_DIRECTORY");
        let first = variable?.1.split(':').next()?;
        Path::new(first).is_absolute().then(|| PathBuf::from(first))
    };
    told.or_else(of_systemd).unwrap_or_else(|| Folders::of(configuration).state.into())
}

/// Where its control socket is, in the same way.
pub fn runtime_dir(configuration: &Path, environment: &[(String, String)]) -> PathBuf {
    let told = told(configuration, environment, "runtime_dir");
    told.unwrap_or_else(|| Folders::of(configuration).runtime.into())
}

fn told(configuration: &Path, environment: &[(String, String)], key: &str) -> Option<PathBuf> {
    let told = layers::told_of_kiosk(configuration, environment, key).map(PathBuf::from);
    told.filter(|folder| folder.is_absolute())
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
    #[test]
    fn half_a_configuration_tells_where_it_keeps_its_things() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kioskd.toml");
        let systemd = [("STATE_DIRECTORY".to_owned(), "/var/lib/kioskd/x:/y".to_owned())];
        for (text, state) in [
            ("[kiosk]\nstate_dir = \"/srv/state\"\nid = \"lob", "/srv/state"),
            ("[kiosk]\nstate_dir = \"/srv/sta", "/var/lib/kioskd/x"),
            ("[kiosk]\nstate_dir = \"not/absolute\"\n", "/var/lib/kioskd/x"),
            ("", "/var/lib/kioskd/x"),
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(state_dir(&file, &systemd), Path::new(state), "{text}");
        }
        assert_eq!(state_dir(&file, &[]), Path::new("/var/lib/kioskd"));
        assert_eq!(runtime_dir(Path::new("/etc/kioskd/left"), &[]), Path::new("/run/kioskd-left"));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(state_dir(&file, &systemd), Path::new("/var/lib/kioskd/x"), "no file at all");
        let variable = [("KIOSKD__KIOSK__STATE_DIR".to_owned(), "/srv/other".to_owned())];
        assert_eq!(state_dir(&file, &variable), Path::new("/srv/other"));
    }
}
