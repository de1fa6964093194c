//! Reading Rust well enough to tell code from comments and strings.

/// A line of a source: what is code in it, and what is comment. Contents of strings are neither.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// Without comments, and with empty strings.
    pub(crate) code: String,
    /// With its slashes.
    pub(crate) comment: String,
}

#[derive(Clone, Copy)]
enum Inside {
    Code,
    LineComment,
    /// How many are nested.
    BlockComment(usize),
    /// Ends with a quote and so many `#`; a raw one knows no escapes.
    Text {
        raw: bool,
        hashes: usize,
    },
}

/// The lines of a source.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let letters: Vec<char> = text.chars().collect();
    let mut lines = vec![Line { number: 1, ..Line::default() }];
    let mut inside = Inside::Code;
    let mut at = 0;
    while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
        if rest[0] == '\n' {
            if matches!(inside, Inside::LineComment) {
                inside = Inside::Code;
            }
            lines.push(Line { number: lines.len() + 1, ..Line::default() });
            at += 1;
            continue;
        }
        let number = lines.len() - 1;
        let line = &mut lines[number];
        let (next, taken) = step(inside, rest, &line.code);
        let part: String = rest[..taken].iter().collect();
        match inside {
            // The quote that opens a text, and the slashes that open a comment, go with it.
            Inside::Code => match next {
                Inside::LineComment | Inside::BlockComment(_) => line.comment.push_str(&part),
                Inside::Code | Inside::Text { .. } => line.code.push_str(&part),
            },
            Inside::LineComment | Inside::BlockComment(_) => line.comment.push_str(&part),
            Inside::Text { .. } if matches!(next, Inside::Code) => line.code.push_str(&part),
            Inside::Text { .. } => {}
        }
        inside = next;
        at += taken;
    }
    lines
}

/// What follows, and how many letters belong to what is now. Never takes an end of line.
fn step(inside: Inside, rest: &[char], code: &str) -> (Inside, usize) {
    match inside {
        Inside::Code if rest.starts_with(&['/', '/']) => (Inside::LineComment, 2),
        Inside::Code if rest.starts_with(&['/', '*']) => (Inside::BlockComment(1), 2),
        Inside::Code if rest[0] == '"' => {
            let bare = code.trim_end_matches('#');
            let raw = bare.ends_with('r');
            let hashes = if raw { code.len() - bare.len() } else { 0 };
            (Inside::Text { raw, hashes }, 1)
        }
        Inside::Code => (Inside::Code, letter(rest)),
        Inside::BlockComment(depth) if rest.starts_with(&['*', '/']) => match depth {
            1 => (Inside::Code, 2),
            _ => (Inside::BlockComment(depth - 1), 2),
        },
        Inside::BlockComment(depth) if rest.starts_with(&['/', '*']) => {
            (Inside::BlockComment(depth + 1), 2)
        }
        Inside::LineComment | Inside::BlockComment(_) => (inside, 1),
        Inside::Text { raw: false, .. } if rest[0] == '\\' => match rest.get(1) {
            None | Some('\n') => (inside, 1),
            Some(_) => (inside, 2),
        },
        Inside::Text { hashes, .. } => {
            let closed = rest[0] == '"' && rest[1..].iter().take(hashes).all(|c| *c == '#');
            if closed { (Inside::Code, (1 + hashes).min(rest.len())) } else { (inside, 1) }
        }
    }
}

/// How many letters a piece of code takes: more than one if it is a letter in quotes, such as
/// `'"'`, which is not to be taken for the beginning of a text.
fn letter(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => {
            tail.iter().take(12).position(|c| *c == '\'').map_or(1, |end| end + 4)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

/// Whether `code` says `word`, not as a part of a longer one.
pub(crate) fn says(code: &str, word: &str) -> bool {
    places(code, word).next().is_some()
}

/// Where `word` stands in `code`, not as a part of a longer one.
fn places<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts_in_word = word.starts_with(in_word);
    let ends_in_word = word.ends_with(in_word);
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = code[..*at].ends_with(in_word) && starts_in_word;
        let after = code[at + word.len()..].starts_with(in_word) && ends_in_word;
        !before && !after
    })
}

/// The names that follow `root::` anywhere in the code, those in braces too: `use root::{a, b::c}`
/// gives a and b, each with its line.
pub(crate) fn heads(lines: &[Line], root: &str) -> Vec<(usize, String)> {
    let code: String = lines.iter().map(|line| line.code.clone() + "\n").collect();
    let root = format!("{root}::");
    let mut found = Vec::new();
    for start in places(&code, &root).map(|at| at + root.len()) {
        let mut depth = 0_usize;
        let mut name = String::new();
        let mut path_goes_on = false;
        for (offset, letter) in code[start..].char_indices() {
            let line = 1 + code[..start + offset].matches('\n').count();
            if letter.is_alphanumeric() || letter == '_' {
                name.push(letter);
                continue;
            }
            if !name.is_empty() && depth <= 1 && !path_goes_on {
                found.push((line, name.clone()));
                path_goes_on = true;
            }
            name.clear();
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ',' if depth == 1 => path_goes_on = false,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}
