//! Reloads, and what a start does with a configuration that cannot be used.

use super::Name;

names! {
    RELOADED = "configuration", "reloaded", "1f6a0c52d9e84b7390c4e2a7b85d31f6" {
        subject: "Another configuration is in use",
        happened: "kioskd was reloaded, and no customer was there. The line has its hash.",
        does: "It sells by it. Sales that are open keep what they were opened with.",
        check: [
            "Nothing. `kioskd config show` prints the files, `kioskd status` the hash that runs.",
        ],
    }
    RELOAD_WAITS = "configuration", "reload_waits", "c3e97b1d40a24f58b6d1908fe27a5c04" {
        subject: "Another configuration waits until the customer is done",
        happened: "kioskd was reloaded while a customer is served, or a sale is at the reader or at a dispenser.",
        does: "It takes the new one between two customers.",
        check: [
            "Nothing. If it stays: `kioskd sales --open`.",
        ],
    }
    RELOAD_DEFERRED = "configuration", "reload_deferred", "7d40f8b6a1c94e2f85b3d60e19c72a8d" {
        subject: "A part of the configuration takes effect at the next start",
        happened: "What the line names cannot change while kioskd runs.",
        does: "It goes on with the old values of these keys.",
        check: [
            "`systemctl restart kioskd`, when no customer is there: `kioskd busy`.",
        ],
    }
    RELOAD_REFUSED = "configuration", "reload_refused", "e85b2f7709d3461c9a4f7c16d0b8e352" {
        subject: "A new configuration was refused",
        happened: "kioskd was reloaded, and the files cannot be used. The line says why.",
        does: "It sells on by the configuration that it has, and says so in `kioskd status` until a good one comes.",
        check: [
            "`kioskd check` lists all that is wrong; then `systemctl reload kioskd`.",
        ],
    }
    AUTHORITIES_KEPT = "configuration", "authorities_kept", "5d0b7e92c4af4316b8e27f90d15c6a3e" {
        subject: "New certificates of stripe.ca_file could not be taken into use",
        happened: "kioskd was reloaded, and could not make a new HTTPS client with them. The line says why.",
        does: "It sells, and trusts whom it trusted before.",
        check: [
            "`systemctl restart kioskd`, when no customer is there: `kioskd busy`.",
        ],
    }
    ON_LAST_GOOD = "configuration", "on_last_good", "4ac1d7e03b6f48d2a7905fe8c26b91d3" {
        subject: "kioskd runs on its last good configuration",
        happened: "kioskd was started, and the files cannot be used. The line says why.",
        does: "It sells by the configuration that it ran on last, and says so in `kioskd status` until a good one comes.",
        check: [
            "`kioskd check` lists all that is wrong; then `systemctl reload kioskd`.",
        ],
    }
    LAST_GOOD_UNUSABLE = "configuration", "last_good_unusable", "b2f05d9146ca4783ae3d71c8f960be27" {
        subject: "The last good configuration cannot be used",
        happened: "kioskd was started, the files cannot be used, and what was kept of earlier is damaged or another kiosk's.",
        does: "It does not start.",
        check: [
            "`kioskd check` lists all that is wrong with the files.",
            "The disk, if nobody has touched `kiosk.state_dir`.",
        ],
    }
    LAST_GOOD_NOT_KEPT = "configuration", "last_good_not_kept", "9e17c4a8f25b4d60b8e60d3a71fc8b49" {
        subject: "The configuration could not be kept for later",
        happened: "`last-good.toml` in `kiosk.state_dir` cannot be written.",
        does: "It sells. A start with files that cannot be used would find an older one, or none.",
        check: [
            "`kiosk.state_dir`: is it writable, and its disk not full?",
        ],
    }
}
