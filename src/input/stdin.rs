//! Keys typed on standard input, for development.

use std::io::Read;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Deaf, InputNews, NamedInputNews, Outlet};
use crate::pulse::Pulse;
use crate::serial::lines::{Line, LineReader};
use crate::serial::noise::Garbage;

/// Chunks that wait between the reading thread and the task.
const CHUNKS: usize = 4;

/// Reads the lines of a selection board from standard input. Ends quietly at its end, at an error,
/// and when `news` is closed.
pub async fn run(name: String, news: mpsc::Sender<NamedInputNews>, pulse: Pulse) {
    let (sender, chunks) = mpsc::channel(CHUNKS);
    // A thread that nobody waits for: a read of a terminal cannot be called off.
    std::thread::spawn(move || read_chunks(std::io::stdin(), &sender));
    listen(chunks, Outlet::new(name, news), pulse).await;
}

fn read_chunks(mut from: impl Read, chunks: &mpsc::Sender<Vec<u8>>) {
    let mut bytes = [0; 512];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if chunks.blocking_send(bytes[..count].to_vec()).is_err() {
            return;
        }
    }
}

async fn listen(mut chunks: mpsc::Receiver<Vec<u8>>, mut outlet: Outlet, mut pulse: Pulse) {
    let mut lines = LineReader::new();
    let mut garbage = Garbage::default();
    if outlet.tell(InputNews::Connected).await.is_err() {
        return;
    }
    let news = outlet.news.clone();
    loop {
        let chunk = tokio::select! {
            () = news.closed() => return,
            question = pulse.asked() => {
                pulse.answer(question).await;
                continue;
            }
            chunk = chunks.recv() => chunk,
        };
        let Some(chunk) = chunk else { return };
        if let Err(Deaf) = pass_on(lines.push(&chunk), &mut garbage, &mut outlet) {
            return;
        }
    }
}

fn pass_on(lines: Vec<Line>, garbage: &mut Garbage, outlet: &mut Outlet) -> Result<(), Deaf> {
    for line in lines {
        let passed = match line {
            Line::Text(text) => outlet.press(&text)?,
            Line::Garbage => false,
        };
        if !passed {
            garbage.count();
        }
    }
    match garbage.tell(Instant::now()) {
        Some(total) => outlet.try_tell(InputNews::Garbage { total }).map(drop),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Key;

    #[tokio::test]
    async fn typed_keys_arrive_and_the_end_of_input_ends_it() {
        let (sender, chunks) = mpsc::channel(CHUNKS);
        let (news, mut heard) = mpsc::channel(16);
        let typing = std::thread::spawn(move || read_chunks(&b"A1\nno key\nPAY\n"[..], &sender));
        let (_ask, asked) = tokio::sync::watch::channel(0);
        let (pulse, _) = crate::pulse::pair(asked);
        listen(chunks, Outlet::new("terminal".to_owned(), news), pulse).await;
        typing.join().unwrap();
        let mut all = Vec::new();
        while let Some(named) = heard.recv().await {
            all.push(named.news);
        }
        assert_eq!(
            all,
            [
                InputNews::Connected,
                InputNews::Key(Key::parse("A1").unwrap()),
                InputNews::Key(Key::Pay),
                InputNews::Garbage { total: 1 },
            ]
        );
    }
}
