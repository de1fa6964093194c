//! How the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Relocations in their packed form: half a megabyte less to store, and to read at each start.
    // Every glibc since 2.36 (Debian 12) loads it.
    println!("cargo::rustc-link-arg-bin=kioskd=-Wl,-z,pack-relative-relocs");
}
