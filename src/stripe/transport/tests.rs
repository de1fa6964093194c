//! The client against sockets that answer what they please.

use super::*;

#[test]
fn forms_are_encoded_with_brackets_and_all() {
    let params = [
        ("metadata[name]".to_owned(), "a b&c=ü".to_owned()),
        ("expand[]".to_owned(), "x".to_owned()),
    ];
    assert_eq!(form_body(&params), "metadata%5Bname%5D=a+b%26c%3D%C3%BC&expand%5B%5D=x");
}

#[test]
fn stripes_clock_is_read_from_the_date() {
    assert_eq!(stripe_time("Tue, 24 Nov 2026 19:49:23 GMT"), Some(StripeTime(1_795_549_763)));
    assert_eq!(stripe_time("yesterday"), None);
}

#[tokio::test]
async fn a_refused_connection_was_never_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&base, "rk_test_1", &[]).unwrap();
    let reader = "tmr_1".parse().unwrap();
    let wire = crate::stripe::Request::ReadReader { reader }.wire();
    assert!(matches!(client.send(&wire).await, Err(NoAnswer::NotSent(Obstacle::Connection, _))));
}

/// Virtual time stands still while the server's thread runs.
#[tokio::test(start_paused = true)]
async fn a_tls_handshake_that_is_never_answered_ends_with_the_limit_to_connect() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::task::spawn_blocking(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 1];
        std::io::Read::read_exact(&mut stream, &mut hello).unwrap();
        stream
    });
    let client = Client::new(&base, "rk_test_1", &[]).unwrap();
    let begun = tokio::time::Instant::now();
    let reader = "tmr_1".parse().unwrap();
    let result = client.send(&crate::stripe::Request::ReadReader { reader }.wire()).await;
    assert!(matches!(result, Err(NoAnswer::NotSent(Obstacle::Connection, _))), "{result:?}");
    assert_eq!(begun.elapsed().as_secs(), CONNECT_LIMIT.as_secs());
    server.await.unwrap();
}

#[test]
fn a_certificate_out_of_its_time_is_told_from_one_that_cannot_be_trusted() {
    use rustls::{AlertDescription, Error};
    let bad = |error| Error::InvalidCertificate(error);
    for error in [CertificateError::Expired, CertificateError::NotValidYet] {
        assert_eq!(told_by_tls(&bad(error)), Obstacle::Clock);
    }
    for error in [
        bad(CertificateError::UnknownIssuer),
        bad(CertificateError::NotValidForName),
        bad(CertificateError::Revoked),
        Error::AlertReceived(AlertDescription::HandshakeFailure),
    ] {
        assert_eq!(told_by_tls(&error), Obstacle::Certificate);
    }
}

#[test]
fn what_kept_a_connection_away_is_told_by_its_cause_however_deep() {
    use std::io;
    let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
    let handshake = io::Error::other(io::Error::new(ErrorKind::InvalidData, expired));
    assert_eq!(told_by(&handshake), Some(Obstacle::Clock));
    for (kind, obstacle) in [
        (ErrorKind::NetworkUnreachable, Some(Obstacle::Network)),
        (ErrorKind::HostUnreachable, Some(Obstacle::Network)),
        (ErrorKind::NetworkDown, Some(Obstacle::Network)),
        (ErrorKind::ConnectionRefused, None),
    ] {
        assert_eq!(told_by(&io::Error::from(kind)), obstacle, "{kind}");
    }
}

/// No name server is asked for a name with a part of over 63 characters.
#[tokio::test]
async fn a_name_that_nobody_knows_is_told_from_a_server_that_is_away() {
    let client = Client::new(&format!("http://{}.invalid", "x".repeat(64)), "rk_test_1", &[]);
    let wire = crate::stripe::Request::ReadReader { reader: "tmr_1".parse().unwrap() }.wire();
    let Err(NoAnswer::NotSent(obstacle, why)) = client.unwrap().send(&wire).await else {
        panic!("sent to nobody");
    };
    assert_eq!(obstacle, Obstacle::Name);
    assert!(why.starts_with("failed: ") && why.contains("dns error"), "{why}");
    assert!(!why.contains("tmr_1"), "{why}");
}

/// Answers one connection with these bytes, and returns what was asked and what the client
/// made of it.
async fn exchange(
    client: impl FnOnce(&str) -> Client,
    wire: Wire,
    bytes: Vec<u8>,
) -> (String, Result<Answer, NoAnswer>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.unwrap();
        // The client may hang up in the middle: that is what is tested.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await;
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    });
    let result = client(&base).send(&wire).await;
    (server.await.unwrap(), result)
}

async fn answered_with(bytes: Vec<u8>) -> Result<Answer, NoAnswer> {
    let client = |base: &str| Client::new(base, "rk_test_1", &[]).unwrap();
    let reader = "tmr_1".parse().unwrap();
    exchange(client, crate::stripe::Request::ReadReader { reader }.wire(), bytes).await.1
}

#[tokio::test]
async fn a_call_goes_out_with_the_newest_key_the_version_and_its_idempotency_key() {
    let client = |base: &str| {
        Client::new(&format!("{base}/"), "rk_test_1", &[]).unwrap().with_key("rk_test_2").unwrap()
    };
    let key = Some("SALE1:clear:1".parse().unwrap());
    let reader = "tmr_1".parse().unwrap();
    let wire = crate::stripe::Request::ClearReader { reader, key }.wire();
    let (asked, _) = exchange(client, wire, Vec::new()).await;
    assert!(asked.starts_with("POST /v1/terminal/readers/tmr_1/cancel_action HTTP/1.1\r\n"));
    let version = format!("stripe-version: {API_VERSION}");
    for header in [
        "authorization: Bearer rk_test_2",
        version.as_str(),
        "idempotency-key: SALE1:clear:1",
        "content-type: application/x-www-form-urlencoded",
    ] {
        assert!(asked.contains(&format!("\r\n{header}\r\n")), "{header} in {asked}");
    }
}

#[tokio::test]
async fn a_reply_may_be_as_long_as_the_limit_and_no_longer() {
    for (length, whole) in [(MOST_BODY_BYTES, true), (MOST_BODY_BYTES + 1, false)] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let mut reply = head.into_bytes();
        reply.resize(reply.len() + length, b'x');
        let read = answered_with(reply).await.map(|answer| answer.body.len()).ok();
        assert_eq!(read, whole.then_some(1 << 20));
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let reply = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
    let answer = answered_with(reply.into()).await.unwrap();
    assert_eq!((answer.status, answer.request_id), (302, None));
}

#[tokio::test]
async fn a_reply_without_end_is_cut_off() {
    let mut reply = b"HTTP/1.1 200 OK\r\nrequest-id: req_1\r\n\r\n".to_vec();
    reply.resize(2 * MOST_BODY_BYTES, b'x');
    assert!(matches!(answered_with(reply).await, Err(NoAnswer::Unknown(..))));
}

#[tokio::test]
async fn a_truncated_reply_is_of_unknown_fate() {
    let reply = "HTTP/1.1 200 OK\r\nrequest-id: req_1\r\ncontent-length: 500\r\n\r\n{\"object\"";
    assert!(matches!(answered_with(reply.into()).await, Err(NoAnswer::Unknown(..))));
}

#[tokio::test]
async fn stripes_headers_are_read() {
    let reply = "HTTP/1.1 429 Too Many Requests\r\nrequest-id: req_1\r\nretry-after: 7\r\n\
         idempotent-replayed: true\r\ndate: Tue, 24 Nov 2026 19:49:23 GMT\r\n\
         content-length: 2\r\n\r\n{}";
    let answer = answered_with(reply.into()).await.unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("req_1"));
    assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(answer.date, Some(StripeTime(1_795_549_763)));
    assert!(answer.replayed);
}

#[tokio::test]
async fn a_connection_that_closes_without_a_reply_is_of_unknown_fate() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 64];
        tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.unwrap();
    });
    let client = Client::new(&base, "rk_test_1", &[]).unwrap();
    let reader = "tmr_1".parse().unwrap();
    let wire = crate::stripe::Request::ClearReader { reader, key: None }.wire();
    assert!(matches!(client.send(&wire).await, Err(NoAnswer::Unknown(..))));
    server.await.unwrap();
}
