//! The network between the kiosk and Stripe: a TCP forwarder that can be cut.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 64;

/// How soon a port that cannot be opened again is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// One end of the network.
#[derive(Debug)]
pub(super) struct Network {
    listener: TcpListener,
    address: SocketAddr,
}

impl Network {
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards to `stripe` while `up` is true. When it turns false, connections break in the
    /// middle of whatever they carry, and new ones are refused: the port stays bound, so that
    /// nobody else gets it, but does not listen.
    pub(super) async fn forward(self, stripe: SocketAddr, mut up: watch::Receiver<bool>) {
        let Self { mut listener, address } = self;
        loop {
            if !forward_until_cut(&listener, stripe, &mut up).await {
                return;
            }
            drop(listener);
            let socket = reserve(address).await;
            if up.wait_for(|up| *up).await.is_err() {
                return;
            }
            listener = match socket.and_then(|socket| socket.listen(BACKLOG)) {
                Ok(open) => open,
                Err(_) => open_again(address).await,
            };
        }
    }
}

/// True when the network was cut, false when nobody can mend it any more.
async fn forward_until_cut(
    listener: &TcpListener,
    stripe: SocketAddr,
    up: &mut watch::Receiver<bool>,
) -> bool {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Dropping the set breaks every connection.
            cut = up.wait_for(|up| !*up) => return cut.is_ok(),
            accepted = listener.accept() => {
                if let Ok((kiosk, _)) = accepted {
                    connections.spawn(carry(kiosk, stripe));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn carry(mut kiosk: TcpStream, stripe: SocketAddr) {
    if let Ok(mut stripe) = TcpStream::connect(stripe).await {
        // However it ends, both ends see it.
        drop(copy_bidirectional(&mut kiosk, &mut stripe).await);
    }
}

async fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    for _ in 0..9 {
        if let Ok(socket) = bind(address) {
            return Ok(socket);
        }
        tokio::time::sleep(RETRY).await;
    }
    bind(address)
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn open_again(address: SocketAddr) -> TcpListener {
    loop {
        if let Ok(listener) = TcpListener::bind(address).await {
            return listener;
        }
        tokio::time::sleep(RETRY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_cut_breaks_connections_and_refuses_new_ones_until_it_is_mended() {
        let stripe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let stripe_address = stripe.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = stripe.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    drop(tokio::io::copy(&mut read, &mut write).await);
                });
            }
        });
        let network = Network::open().await.unwrap();
        let address = network.address();
        let (up, is_up) = watch::channel(true);
        tokio::spawn(network.forward(stripe_address, is_up));
        for _ in 0..3 {
            let mut stream = connected(address).await;
            stream.write_all(b"hello").await.unwrap();
            let mut echo = [0; 5];
            stream.read_exact(&mut echo).await.unwrap();
            up.send(false).unwrap();
            assert!(matches!(stream.read(&mut echo).await, Ok(0) | Err(_)));
            let limit = tokio::time::Instant::now() + Duration::from_secs(30);
            while TcpStream::connect(address).await.is_ok() {
                assert!(tokio::time::Instant::now() < limit, "new connections are not refused");
                tokio::task::yield_now().await;
            }
            up.send(true).unwrap();
        }
    }

    async fn connected(address: SocketAddr) -> TcpStream {
        let limit = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            match TcpStream::connect(address).await {
                Ok(stream) => return stream,
                Err(error) => assert!(tokio::time::Instant::now() < limit, "{error}"),
            }
            tokio::task::yield_now().await;
        }
    }
}
