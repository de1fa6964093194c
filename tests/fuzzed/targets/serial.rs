//! Bytes of a serial board, in pieces and over time.
//!
//! The first byte seeds how the rest is cut and when the pieces come.

use std::time::Duration;

use kioskd::dispenser::Answer;
use kioskd::dispenser::answers;
use kioskd::input::{KEYS_PER_SECOND, Key};
use kioskd::serial::lines::{LONGEST_LINE, Line, LineReader};
use kioskd::serial::noise::{Garbage, TokenBucket};
use tokio::time::Instant;

/// Plays one input.
pub fn play(input: &[u8]) {
    let Some((&seed, bytes)) = input.split_first() else { return };
    let whole = LineReader::new().push(bytes);
    assert_eq!(whole, cut_simply(bytes), "the lines are what stands between line feeds");
    assert_eq!(in_pieces(LineReader::new(), bytes, seed), whole, "pieces make no difference");
    let after_the_first = bytes.iter().position(|byte| *byte == b'\n').map(|at| &bytes[at + 1..]);
    assert_eq!(
        in_pieces(LineReader::mid_line(), bytes, seed),
        after_the_first.map(cut_simply).unwrap_or_default(),
        "a line whose start was missed is dropped, and no other"
    );
    for line in &whole {
        if let Line::Text(text) = line {
            keys_read_as_they_are_written(text);
            answers_read_as_they_are_written(text);
        }
    }
    over_time(bytes, seed);
}

/// Lines cut in the plainest way: all of the input is there.
fn cut_simply(bytes: &[u8]) -> Vec<Line> {
    let mut parts: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let unfinished = parts.pop().unwrap_or_default();
    let good = |text: &[u8]| {
        text.len() <= LONGEST_LINE && text.iter().all(|byte| (b' '..=b'~').contains(byte))
    };
    let without_end = |text: &'_ [u8]| text.strip_suffix(b"\r").unwrap_or(text).to_vec();
    let mut lines = Vec::new();
    for part in parts {
        let text = without_end(part);
        let line =
            if good(&text) { Line::Text(String::from_utf8(text).unwrap()) } else { Line::Garbage };
        lines.push(line);
    }
    // Garbage is told at once, the rest when its line ends.
    if !good(&without_end(unfinished)) {
        lines.push(Line::Garbage);
    }
    lines
}

fn in_pieces(mut reader: LineReader, bytes: &[u8], seed: u8) -> Vec<Line> {
    pieces(bytes, seed).into_iter().flat_map(|(_, piece)| reader.push(piece)).collect()
}

/// The bytes in pieces, each with how long it was waited for.
fn pieces(bytes: &[u8], seed: u8) -> Vec<(Duration, &[u8])> {
    let mut random = fastrand::Rng::with_seed(u64::from(seed));
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.usize(1..=rest.len().min(9)));
        pieces.push((Duration::from_millis(random.u64(0..400)), piece));
        rest = after;
    }
    pieces
}

fn keys_read_as_they_are_written(line: &str) {
    let written = Key::parse(line).map(|key| match key {
        Key::Cancel => "CANCEL".to_owned(),
        Key::Pay => "PAY".to_owned(),
        Key::Language => "LANGUAGE".to_owned(),
        Key::Select(code) => code.to_string(),
        Key::Remove(code) => format!("REMOVE {code}"),
    });
    if let Some(written) = written {
        assert_eq!(written, line);
    } else {
        let code = line.strip_prefix("REMOVE ").unwrap_or(line);
        let in_code = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let is_code = (1..=16).contains(&code.len()) && code.bytes().all(in_code);
        assert!(!is_code || line == "REMOVE", "a key was not read: {line:?}");
    }
}

fn answers_read_as_they_are_written(line: &str) {
    let Some((id, answer)) = answers::parse(line) else { return };
    assert!(kioskd::ids::OrderId::new(id.as_str()).is_ok(), "{id}");
    let (word, reason) = match &answer {
        Answer::Ok => ("OK", None),
        Answer::Done => ("DONE", None),
        Answer::Busy => ("BUSY", None),
        Answer::Unknown => ("UNKNOWN", None),
        Answer::Fail { reason } => ("FAIL", Some(reason)),
        Answer::Failed { reason } => ("FAILED", Some(reason)),
    };
    let rest = line.strip_prefix(&format!("{word} {id}")).expect("word and id begin the line");
    match reason {
        None => assert_eq!(rest, "", "nothing follows {word}"),
        Some(reason) if rest.trim().is_empty() => assert_eq!(reason, "unspecified"),
        Some(reason) => assert_eq!(rest.trim(), reason),
    }
}

/// What a flood can do: keys come no faster than people press, and rubbish is a number told once a
/// second.
fn over_time(bytes: &[u8], seed: u8) {
    let interval = Duration::from_secs(1) / KEYS_PER_SECOND;
    let mut bucket = TokenBucket::new(KEYS_PER_SECOND, interval);
    let mut garbage = Garbage::default();
    let mut reader = LineReader::new();
    let begun = Instant::now();
    let mut now = begun;
    let (mut passed, mut counted, mut told) = (0_u64, 0_u64, Vec::new());
    for (wait, piece) in pieces(bytes, seed) {
        now += wait;
        for line in reader.push(piece) {
            let is_key = matches!(&line, Line::Text(text) if Key::parse(text).is_some());
            if is_key && bucket.take(now) {
                passed += 1;
            } else {
                garbage.count();
                counted += 1;
            }
        }
        if let Some(total) = garbage.tell(now) {
            assert_eq!(total, counted);
            told.push(now);
        }
    }
    let most = (now - begun).as_millis() / interval.as_millis() + u128::from(KEYS_PER_SECOND);
    assert!(u128::from(passed) <= most, "{passed} keys of {most}");
    let seconds = told.windows(2).all(|two| two[1] - two[0] >= Duration::from_secs(1));
    assert!(seconds, "rubbish was told more than once a second");
}
