//! What stands between the kiosk and the simulator: HTTPS with a certificate of the story's
//! choice, or something that is no HTTPS at all.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig, SupportedProtocolVersion};

use crate::rig::Rig;

/// Somebody who signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// When a certificate is valid, by a clock that is right.
#[derive(Clone, Copy)]
pub enum Valid {
    Now,
    NoLonger,
    NotYet,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server with a certificate for this host.
    pub fn signs(&self, host: &str, valid: Valid) -> Serves {
        self.signs_for(host, valid, rustls::DEFAULT_VERSIONS)
    }

    /// A server that speaks only some versions of TLS.
    pub fn signs_for(
        &self,
        host: &str,
        valid: Valid,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Serves {
        Serves::Stripe(self.config(host, valid, versions))
    }

    /// A server that can prove who it is, and has one reply to everything.
    pub fn signs_for_a_reply(&self, host: &str, reply: String) -> Serves {
        Serves::Reply(self.config(host, Valid::Now, rustls::DEFAULT_VERSIONS), reply)
    }

    fn config(
        &self,
        host: &str,
        valid: Valid,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let now = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now());
        let this_year = i32::from(now.year());
        let (from, to) = match valid {
            Valid::Now => (this_year - 1, this_year + 2),
            Valid::NoLonger => (this_year - 2, this_year),
            Valid::NotYet => (this_year + 2, this_year + 3),
        };
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        Arc::new(config)
    }
}

/// What the front does with a connection.
#[derive(Clone)]
pub enum Serves {
    /// HTTPS, and the simulator behind it.
    Stripe(Arc<ServerConfig>),
    /// HTTPS, and the same reply to everything.
    Reply(Arc<ServerConfig>, String),
    /// HTTP where HTTPS is expected.
    PlainHttp,
    /// A reset in the middle of the handshake.
    Reset,
}

/// The first byte of everything that a TLS client says.
const HANDSHAKE: u8 = 0x16;

struct State {
    stripe: String,
    serves: Mutex<Serves>,
    connections: Mutex<Vec<AbortHandle>>,
    accepted: AtomicUsize,
    trusted: AtomicUsize,
    in_clear: AtomicUsize,
}

/// The front, until it is dropped.
pub struct Front {
    pub port: u16,
    state: Arc<State>,
    _runs: tokio::sync::oneshot::Sender<()>,
}

impl Front {
    /// In front of this rig's simulator.
    pub fn of(rig: &Rig, serves: Serves) -> Self {
        let (runs, ended) = tokio::sync::oneshot::channel();
        let (told, port) = std::sync::mpsc::channel();
        let state = Arc::new(State {
            stripe: rig.base().trim_start_matches("http://").to_owned(),
            serves: Mutex::new(serves),
            connections: Mutex::default(),
            accepted: AtomicUsize::new(0),
            trusted: AtomicUsize::new(0),
            in_clear: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap().port()).unwrap();
                tokio::select! {
                    () = accept(listener, shared) => {}
                    _ = ended => {}
                }
            });
        });
        Self { port: port.recv().unwrap(), state, _runs: runs }
    }

    /// From now on, and for the connections that stand as well: they are cut.
    pub fn serve(&self, serves: Serves) {
        *self.state.serves.lock().unwrap() = serves;
        for connection in self.state.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
    }

    /// How many connections there were.
    pub fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::Relaxed)
    }

    /// How many of them the client went on with: before that it has said nothing but "hello".
    pub fn trusted(&self) -> usize {
        self.state.trusted.load(Ordering::Relaxed)
    }

    /// Whether the client ever spoke anything but TLS.
    pub fn was_spoken_to_in_clear(&self) -> bool {
        self.state.in_clear.load(Ordering::Relaxed) > 0
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        let (client, _): (TcpStream, SocketAddr) = listener.accept().await.unwrap();
        state.accepted.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move { shared.attend(client).await });
        state.connections.lock().unwrap().push(task.abort_handle());
    }
}

impl State {
    /// One connection. Whatever ends it early is what the story is about.
    async fn attend(&self, mut client: TcpStream) {
        let mut first = [0];
        if matches!(client.peek(&mut first).await, Ok(1)) && first[0] != HANDSHAKE {
            self.in_clear.fetch_add(1, Ordering::Relaxed);
        }
        let serves = self.serves.lock().unwrap().clone();
        match serves {
            Serves::Stripe(config) => {
                let Ok(mut tls) = TlsAcceptor::from(config).accept(client).await else { return };
                self.trusted.fetch_add(1, Ordering::Relaxed);
                let mut stripe = TcpStream::connect(&self.stripe).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut tls, &mut stripe).await;
            }
            Serves::Reply(config, reply) => {
                let Ok(mut tls) = TlsAcceptor::from(config).accept(client).await else { return };
                self.trusted.fetch_add(1, Ordering::Relaxed);
                let mut request = [0; 4096];
                while matches!(tls.read(&mut request).await, Ok(read) if read > 0) {
                    let _ = tls.write_all(reply.as_bytes()).await;
                }
            }
            Serves::PlainHttp => {
                let mut hello = [0; 4096];
                let _ = client.read(&mut hello).await;
                let reply = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
                let _ = client.write_all(reply.as_bytes()).await;
            }
            // What was sent and not read makes the kernel reset the connection.
            Serves::Reset => drop(client),
        }
    }
}

/// Points the kiosk at HTTPS on this port, and lets it trust this authority alone.
pub fn behind_tls(rig: &Rig, front: &Front, trusts: &Authority) -> Command {
    rig.point_at(&format!("https://localhost:{}", front.port));
    let file = rig.path().join("authority.pem");
    std::fs::write(&file, trusts.0.pem()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    command
}
