//! The header `Authorization`: Bearer, or Basic with the key as user name.

/// The key of a header.
pub(super) fn key(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(decode(rest.trim())?).ok()?;
    text.split(':').next().map(str::to_owned)
}

/// Base64 of RFC 4648, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_from_bearer_and_basic() {
        assert_eq!(key("Bearer rk_test_1").as_deref(), Some("rk_test_1"));
        assert_eq!(key("Basic cmtfdGVzdF8xOg==").as_deref(), Some("rk_test_1"));
        assert_eq!(key("basic cmtfdGVzdF8xOnB3").as_deref(), Some("rk_test_1"));
        assert_eq!(key("Basic ???"), None);
        assert_eq!(key("Digest x"), None);
    }
}
