//! Strings whose UTF-8 was taken for Latin-1 and encoded again, as Facebook and Instagram
//! write them: each byte of `é` has become a character of its own.

use crate::span::Span;
use crate::text::Aligned;

/// `text` as it was meant, if it is such a string and every byte of it says so.
pub(super) fn repaired(text: &str) -> Option<Aligned> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<_>>()?;
    let meant = std::str::from_utf8(&bytes).ok()?;
    let mut out = Aligned::with_capacity(meant.len());
    let (mut start, mut piece) = (0, [0; 4]);
    for c in meant.chars() {
        // A byte above 0x7f is written in two.
        let len = c.encode_utf8(&mut piece).bytes().map(|byte| 1 + usize::from(!byte.is_ascii())).sum::<usize>();
        out.push(c.encode_utf8(&mut piece), Span::new(start, start + len));
        start += len;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn what_was_encoded_twice_is_decoded_once() {
        for text in ["café", "5° – “so”", "🐈 on 🛣", "é"] {
            let wrong = broken(text);
            let aligned = repaired(&wrong).unwrap();
            assert_eq!(aligned.as_str(), text);
            let whole = aligned.origin(Span::new(0, text.len()));
            assert_eq!(whole, Span::new(0, wrong.len()));
            for (at, c) in text.char_indices() {
                let span = aligned.origin(Span::new(at, at + c.len_utf8()));
                assert_eq!(span.of(&wrong), broken(&c.to_string()));
            }
        }
    }

    #[test]
    fn sound_strings_are_left_alone() {
        for text in ["plain", "café", "naïve £5", "🐈", "Ã", &format!("{} 🐈", broken("é")), ""] {
            assert!(repaired(text).is_none(), "{text}");
        }
    }
}
