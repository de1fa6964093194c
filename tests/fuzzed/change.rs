//! Random changes of an input, as a fuzzer makes them but without its eyes.

use fastrand::Rng;

/// An input of the corpus after one to four changes.
pub fn changed(random: &mut Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = pick(random, corpus).to_vec();
    for _ in 0..random.usize(1..=4) {
        change(random, &mut input, corpus);
    }
    input
}

fn pick<'a>(random: &mut Rng, corpus: &'a [Vec<u8>]) -> &'a [u8] {
    random.choice(corpus).map_or(&[], Vec::as_slice)
}

fn change(random: &mut Rng, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let at = random.usize(0..=input.len());
    let end = random.usize(at..=input.len().min(at + 32));
    match random.u8(0..8) {
        0 | 1 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.u8(0..8)),
        2 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.u8(..)),
        3 => drop(input.splice(at..at, [random.u8(..)])),
        4 => drop(input.drain(at..end)),
        5 => {
            let again = input[at..end].to_vec();
            input.splice(end..end, again);
        }
        6 => input.truncate(at),
        _ => {
            let other = pick(random, corpus);
            let from = random.usize(0..=other.len());
            let to = random.usize(from..=other.len());
            input.splice(at..end, other[from..to].iter().copied());
        }
    }
}
