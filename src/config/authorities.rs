//! Who is trusted beside those whom the system trusts: `stripe.ca_file`, for a proxy of the
//! operator's or a simulator.
//!
//! The file is read when a configuration is about to run, so that one whose file is missing is as
//! wrong as one with a misspelt key: the old one runs on.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::origins::KeyPath;
use super::problem::{ConfigError, Problem};
use super::{Loaded, Origin};

/// Several times the roots of a whole system.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// How every kind of private key ends its first line.
const PRIVATE: &str = "PRIVATE KEY-----";

/// Certificates that are trusted beside the system's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Each can be a root.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }

    fn of_file(path: &Path) -> Result<Self, Wrong> {
        let unreadable = |error: io::Error| Wrong {
            wrong: format!("{} cannot be read: {error}", path.display()),
            fix: "name a file that is there, and that the user kioskd can read (mode 0644)",
        };
        let in_it = |wrong: &str, fix| Wrong { wrong: format!("{} {wrong}", path.display()), fix };
        let export = "write the certificate of the authority into it, in PEM";
        // Asked before opening: opening a pipe that nobody writes to would wait for ever.
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(in_it("is no file", export));
        }
        let mut text = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(MOST_BYTES).read_to_end(&mut text).map_err(unreadable)?;
        if text.windows(PRIVATE.len()).any(|bytes| bytes == PRIVATE.as_bytes()) {
            let fix = "take it out, and let nobody read it: only certificates belong here";
            return Err(in_it("holds a private key", fix));
        }
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let certificates =
            certificates.map_err(|error| in_it(&format!("is no right PEM: {error}"), export))?;
        if certificates.is_empty() {
            return Err(in_it("holds no certificate in PEM", export));
        }
        for (at, certificate) in certificates.iter().enumerate() {
            let mut roots = RootCertStore::empty();
            roots.add(certificate.clone()).map_err(|error| {
                let which = format!("holds what can be no root: certificate {}: {error}", at + 1);
                in_it(&which, export)
            })?;
        }
        Ok(Self(certificates))
    }
}

/// What is wrong with the file, and what to do.
struct Wrong {
    wrong: String,
    fix: &'static str,
}

impl Loaded {
    /// The same with the certificates of `stripe.ca_file`, if there is one.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds something else.
    pub fn with_authorities(mut self) -> Result<Self, ConfigError> {
        let Some(path) = &self.settings.stripe.ca_file else { return Ok(self) };
        self.authorities = Authorities::of_file(path).map_err(|Wrong { wrong, fix }| {
            let key = KeyPath::new(["stripe", "ca_file"]);
            let whole = Origin::File { path: self.source.clone(), line: None };
            let origin = self.origins.nearest(&key).cloned().unwrap_or(whole);
            let allowed = "a file of PEM with one certificate or more, and nothing secret";
            Problem::of_key(origin, key, wrong, fix).allowing(allowed)
        })?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a file that holds this, or how many certificates are read from it.
    fn read(text: &str) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authorities.pem");
        std::fs::write(&path, text).unwrap();
        let read = Authorities::of_file(&path);
        read.map(|it| it.certificates().len()).map_err(|Wrong { wrong, .. }| wrong)
    }

    #[test]
    fn certificates_are_read_and_everything_else_is_named() {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["proxy.example".to_owned()]).unwrap();
        let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
        assert_eq!(read(&certificate), Ok(1));
        assert_eq!(read(&format!("the proxy's:\n{certificate}\n{certificate}")), Ok(2));
        let middle = certificate.len() / 2;
        for (text, wrong) in [
            (String::new(), "holds no certificate in PEM"),
            ("rk_test_1\n".to_owned(), "holds no certificate in PEM"),
            (key.clone(), "holds a private key"),
            (format!("{certificate}{key}"), "holds a private key"),
            (key.replace("PRIVATE", "ENCRYPTED PRIVATE"), "holds a private key"),
            (certificate[..middle].to_owned(), "is no right PEM"),
            (certificate.replace("MII", "MIJ"), "holds what can be no root: certificate 1"),
        ] {
            let told = read(&text).unwrap_err();
            assert!(told.contains(wrong), "{told:?} does not say {wrong:?}");
        }
        assert!(Authorities::of_file(Path::new("/")).is_err_and(|it| it.wrong == "/ is no file"));
    }
}
