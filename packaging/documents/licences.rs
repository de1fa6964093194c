//! The licences of everything that is linked into the program. Most ask that their text goes where the
//! program goes; one text serves all crates that have it word for word.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Document;

/// The kiosks' own kind: what a crate brings for another one is not linked.
const PLATFORM: &str = "aarch64-unknown-linux-gnu";

/// What files with a licence are called, in lower case.
const NAMES: [&str; 5] = ["licen", "copying", "copyright", "notice", "unlicense"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    root: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

/// None: neither for tests nor for building only.
#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

pub(super) fn notices() -> io::Result<Document> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = ["metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM];
    let output = Command::new(cargo).args(asked).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let linked = linked(&metadata.resolve);
    let packages = metadata.packages.iter().filter(|package| linked.contains(&*package.id));
    Ok((PathBuf::from("licences"), text(packages)?.into_bytes()))
}

/// What can be reached from the program over dependencies that are linked.
fn linked(resolve: &Resolve) -> BTreeSet<&str> {
    let nodes: BTreeMap<&str, &Node> = resolve.nodes.iter().map(|node| (&*node.id, node)).collect();
    let mut found = BTreeSet::new();
    let mut next = vec![&*resolve.root];
    while let Some(id) = next.pop() {
        let Some(node) = nodes.get(id) else { continue };
        let deps = node.deps.iter();
        let deps = deps.filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        next.extend(deps.map(|dep| &*dep.pkg).filter(|id| found.insert(*id)));
    }
    found
}

fn text<'a>(packages: impl Iterator<Item = &'a Package>) -> io::Result<String> {
    let mut said =
        String::from("kioskd is linked with these crates, each under its own licence.\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let name = format!("{} {}", package.name, package.version);
        let folder = package.manifest_path.parent().unwrap_or(Path::new("."));
        let files = files(folder)?;
        let terms = package.license.as_deref().unwrap_or("terms of its own");
        let without = if files.is_empty() { "; its source has no text of it" } else { "" };
        said.push_str(&format!("{name}: {terms}{without}\n"));
        for file in files {
            let text = String::from_utf8_lossy(&fs::read(file)?).trim_end().to_owned();
            texts.entry(text).or_default().push(name.clone());
        }
    }
    for (text, names) in texts {
        said.push_str(&format!("\n{}\n{}:\n\n{text}\n", "=".repeat(80), names.join(", ")));
    }
    for file in fonts()? {
        let text = fs::read_to_string(file)?;
        said.push_str(&format!("\n{}\n{}\n", "=".repeat(80), text.trim_end()));
    }
    Ok(said)
}

/// The terms of fonts, which no crate's licence covers.
fn fonts() -> io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/font/licences");
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    files.sort();
    Ok(files)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_tests_or_for_building_only_is_not_linked() {
        let node = |id: &str, deps: &[(&str, Option<&str>)]| {
            let dependency = |(pkg, kind): &(&str, Option<&str>)| Dependency {
                pkg: (*pkg).to_owned(),
                dep_kinds: vec![Kind { kind: kind.map(str::to_owned) }],
            };
            Node { id: id.to_owned(), deps: deps.iter().map(dependency).collect() }
        };
        let nodes = vec![
            node("kioskd", &[("a", None), ("test", Some("dev")), ("build", Some("build"))]),
            node("a", &[("b", None)]),
            node("b", &[("a", None)]),
            node("test", &[("c", None)]),
        ];
        let resolve = Resolve { root: "kioskd".to_owned(), nodes };
        assert_eq!(linked(&resolve), BTreeSet::from(["a", "b"]));
    }

    #[test]
    fn one_text_serves_all_that_have_it_and_what_has_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let package = |name: &str, text: Option<&str>| {
            let home = folder.path().join(name);
            fs::create_dir(&home).unwrap();
            if let Some(text) = text {
                fs::write(home.join("LICENSE-MIT"), text).unwrap();
            }
            Package {
                id: name.to_owned(),
                name: name.to_owned(),
                version: "1.0.0".to_owned(),
                license: Some("MIT".to_owned()),
                manifest_path: home.join("Cargo.toml"),
            }
        };
        let packages =
            [package("a", Some("free\n")), package("b", Some("free")), package("c", None)];
        let text = text(packages.iter()).unwrap();
        assert!(text.contains("a 1.0.0, b 1.0.0:\n\nfree\n"), "{text}");
        assert!(text.contains("c 1.0.0: MIT; its source has no text of it\n"), "{text}");
    }
}
