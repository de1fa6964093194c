//! As much of HTTP/1.1 as goes over the harness's own wires, with threads that block.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// More than any wait of kioskd's on one call.
const PATIENCE: Duration = Duration::from_secs(40);

/// A request or a reply.
#[derive(Clone, Debug)]
pub struct Message {
    head: String,
    /// What follows the head.
    pub body: Vec<u8>,
}

impl Message {
    /// The next one; `None` if the far end has closed.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                let cut = !head.is_empty();
                return if cut { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(None) };
            }
        }
        let mut message = Self { head, body: Vec::new() };
        if message.header("transfer-encoding").is_some() {
            return Err(io::Error::other("a body in chunks, which nobody sends here"));
        }
        let length = message.header("content-length").and_then(|text| text.parse().ok());
        message.body = vec![0; length.unwrap_or(0)];
        from.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    /// Passes it on as it came.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(self.head.as_bytes())?;
        to.write_all(&self.body)?;
        to.flush()
    }

    /// The first word, and the second: method and target, or version and status.
    pub fn begins(&self) -> (&str, &str) {
        let mut words = self.head.split_whitespace();
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut named = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }
}

/// A call of the harness's own: method, path, the type of the body, and the body.
pub type Ask<'a> = (&'a str, &'a str, &'a str, &'a str);

fn exchange(mut stream: impl Read + Write, ask: Ask<'_>) -> io::Result<Message> {
    let (method, path, kind, body) = ask;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: kiosk\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Authorization: Bearer rk_test_customer\r\nStripe-Version: 2026-10-28.endive\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes())?;
    let reply = Message::read(&mut BufReader::new(stream))?;
    reply.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Asks whoever listens on loopback.
pub fn ask(address: SocketAddr, ask: Ask<'_>) -> io::Result<Message> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    exchange(stream, ask)
}

/// Asks the daemon on its control socket. It may die meanwhile.
pub fn ask_daemon(socket: &Path, ask: Ask<'_>) -> io::Result<Message> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    exchange(stream, ask)
}
