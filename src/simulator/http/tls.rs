//! TLS 1.3 and 1.2 with the certificate of a file, and HTTP/2 or HTTP/1.1 as the client likes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Who has not shaken hands by then does not want to.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// What the simulator proves itself with.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or what is wanted is not in it.
    #[error("{}: no {what} in PEM can be read from it: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wanted of it.
        what: &'static str,
        /// Why it cannot be had.
        why: String,
    },
    /// The two do not belong together, or are of a kind that is not known.
    #[error("the certificate of {} and the key of {} cannot be used together", certificate.display(), key.display())]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why not.
        source: rustls::Error,
    },
}

impl Tls {
    /// With a certificate (and those between it and its authority), and its private key, in PEM.
    pub fn of_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unusable = |path: &Path, what, why: &pem::Error| TlsError::File {
            path: path.to_owned(),
            what,
            why: told(why),
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .and_then(
                |chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) },
            )
            .map_err(|error| unusable(certificate, "certificate", &error))?;
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| unusable(key, "private key", &error))?;
        let pair = |source| TlsError::Pair {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            source,
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(pair)?;
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// None: the client does not want to, or cannot.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        // HTTP/2 writes in small pieces that must not wait for each other.
        stream.set_nodelay(true).ok()?;
        tokio::time::timeout(HANDSHAKE_LIMIT, self.0.accept(stream)).await.ok()?.ok()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// Whether client and server have agreed on HTTP/2.
pub(super) fn speaks_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}

/// Whether the client came back with a ticket, and both were spared the long handshake.
pub(super) fn is_resumed(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
}

fn told(error: &pem::Error) -> String {
    let is_none = matches!(error, pem::Error::NoItemsFound);
    if is_none { "there is none".to_owned() } else { error.to_string() }
}
