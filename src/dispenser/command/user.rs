//! Whom a program runs as.

use std::path::Path;

use rustix::process::geteuid;

/// A user and its first group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) user: u32,
    pub(super) group: u32,
}

/// The identity to take on for this user: none if the daemon has it already. An error if it cannot
/// be taken on: only root can, and kioskd's own service is not root and can never become anybody.
pub(super) fn identity(name: &str, users: &Path) -> Result<Option<Identity>, String> {
    let known = std::fs::read_to_string(users).map_err(|error| {
        format!("user \"{name}\" cannot be looked up in {}: {error}", users.display())
    })?;
    let found = known.lines().find_map(|line| of_line(line, name));
    let found = found.ok_or_else(|| format!("there is no user \"{name}\""))?;
    let own = geteuid();
    if own.as_raw() == found.user {
        Ok(None)
    } else if own.is_root() {
        Ok(Some(found))
    } else {
        Err(format!(
            "it cannot run as \"{name}\": kioskd is not root; let a socket of systemd's start what \
             needs another user, and take user = away"
        ))
    }
}

/// A line of passwd(5): name, password, user, group, …
fn of_line(line: &str, name: &str) -> Option<Identity> {
    let mut fields = line.split(':');
    (fields.next()? == name).then_some(())?;
    let user = fields.nth(1)?.parse().ok()?;
    Some(Identity { user, group: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_those_of_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("passwd");
        let own = geteuid().as_raw();
        let text = format!("me:x:{own}:7:Me:/:/bin/sh\nother:x:4711:12:::\nbroken\nodd:x:a:b::\n");
        std::fs::write(&users, text).unwrap();
        assert_eq!(identity("me", &users), Ok(None));
        assert_eq!(
            identity("nobody-here", &users).unwrap_err(),
            "there is no user \"nobody-here\""
        );
        assert!(identity("odd", &users).is_err());
        let other = identity("other", &users);
        if geteuid().is_root() {
            assert_eq!(other, Ok(Some(Identity { user: 4711, group: 12 })));
        } else {
            assert!(other.unwrap_err().contains("kioskd is not root"));
        }
        assert!(identity("me", &folder.path().join("none")).is_err());
    }
}
