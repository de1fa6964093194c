//! Who has signed a bundle: minisign's signatures and public keys, as its own program writes them.

use std::path::Path;

use minisign_verify::{Error, PublicKey, Signature};

use super::{BundleError, read};

/// What a signature is called in messages.
const SIGNATURE: &str = "the signature";
/// What the keys are called.
const KEYS: &str = "the file of trusted keys";
/// Both are some lines of text, with a comment that may be long.
const MOST_BYTES: u64 = 16 * 1024;

/// Finds a trusted key that has signed these bytes, and returns what the signer has said of them.
pub(super) fn verify(
    bundle: &Path,
    bytes: &[u8],
    signature: &Path,
    trusted: &Path,
) -> Result<String, BundleError> {
    let keys = keys(trusted)?;
    let made = decode(signature)?;
    for key in keys {
        match key.verify(bytes, &made, false) {
            Ok(()) => return Ok(made.trusted_comment().to_owned()),
            Err(Error::UnexpectedKeyId) => {}
            Err(Error::UnexpectedAlgorithm) => {
                let wrong = "is of minisign's old kind".to_owned();
                let fix = "sign with minisign 0.10 or later, and without -l";
                return Err(unfit(SIGNATURE, signature, wrong, fix));
            }
            Err(_) => {
                let (signature, bundle) = (signature.to_owned(), bundle.to_owned());
                return Err(BundleError::Forged { signature, bundle });
            }
        }
    }
    Err(BundleError::OtherKey { signature: signature.to_owned(), trusted: trusted.to_owned() })
}

/// What to do about a file that is not there.
pub(super) fn missing(what: &'static str) -> &'static str {
    match what {
        SIGNATURE => "sign the bundle (minisign -S -m BUNDLE), or name the file with --signature",
        KEYS => "install the fleet's public key there, or name its file with --trusted",
        _ => "check its name",
    }
}

/// The keys of a file: one below the other, each with a comment above it, so that a new one can be
/// brought to the fleet before the old one goes.
fn keys(path: &Path) -> Result<Vec<PublicKey>, BundleError> {
    let text = text(KEYS, path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Result<Vec<PublicKey>, Error> =
        lines.filter(|line| !is_comment(line)).map(PublicKey::from_base64).collect();
    match keys {
        Ok(keys) if !keys.is_empty() => Ok(keys),
        Ok(_) | Err(_) => {
            let fix =
                "put what `minisign -G` has written as minisign.pub there, never the secret key";
            Err(unfit(KEYS, path, "holds no public key of minisign's".to_owned(), fix))
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.starts_with("untrusted comment:") || line.starts_with('#')
}

fn decode(path: &Path) -> Result<Signature, BundleError> {
    let text = text(SIGNATURE, path)?;
    let fix = "fetch it again, or sign the bundle again: minisign -S -m BUNDLE";
    // A last line that has no end may have lost more than that.
    if !text.ends_with('\n') {
        return Err(unfit(SIGNATURE, path, "is cut off: its last line has no end".to_owned(), fix));
    }
    Signature::decode(&text)
        .map_err(|_| unfit(SIGNATURE, path, "is none of minisign's, or is damaged".to_owned(), fix))
}

fn text(what: &'static str, path: &Path) -> Result<String, BundleError> {
    String::from_utf8(read(what, path, MOST_BYTES)?)
        .map_err(|_| unfit(what, path, "is no text".to_owned(), "check that it is the right file"))
}

fn unfit(what: &'static str, path: &Path, wrong: String, fix: &'static str) -> BundleError {
    BundleError::Unfit { what, path: path.to_owned(), wrong, fix }
}
