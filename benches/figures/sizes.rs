//! How large the program and its package are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::program;
use crate::report::{Part, Row, Verdict};

const MB: f64 = 1e6;

/// Looks at what `make deb` has built.
pub fn run() -> Part {
    let binary = size(Path::new(program().get_program()));
    let mut rows = vec![row("the program: MB", "≤ 12", Some(binary), 12.0)];
    rows.push(row("the package: MB", "≤ 5", newest_package().map(|path| size(&path)), 5.0));
    Part { rows }
}

fn row(figure: &str, target: &str, size: Option<f64>, most: f64) -> Row {
    let cell = size.map_or("`make deb` first".to_owned(), |size| format!("{size:.2}"));
    let met = size.is_some_and(|size| size <= most);
    Row::alone(figure, target, cell, Verdict::of(met), std::env::consts::ARCH)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "some million bytes")]
fn size(path: &Path) -> f64 {
    fs::metadata(path).map_or(f64::NAN, |file| file.len() as f64 / MB)
}

fn newest_package() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/debian");
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .max_by_key(|path| fs::metadata(path).and_then(|file| file.modified()).ok())
}
