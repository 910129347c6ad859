//! Brings the many ways of writing the same words to one: HTML entities, NFKC,
//! invisible characters, look-alike letters, quotes, dashes and spaces.
//!
//! Letters keep their case. Normalising twice gives the same as once.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::aligned::Aligned;
use crate::span::Span;

/// How often nested entities (`&amp;amp;pound;`) are unwrapped.
const MAX_NESTING: usize = 4;
/// The longest named or numbered entity looked at, in bytes.
const MAX_ENTITY: usize = 32;

/// The normalised form of `original`, aligned with it.
pub fn normalise(original: &str) -> Aligned {
    let mut out = Aligned::with_capacity(original.len());
    let mut cluster = String::new();
    let mut span = Span::new(0, 0);
    let mut at = 0;
    while at < original.len() {
        if stands_alone(original.as_bytes(), at) {
            flush(&mut out, &mut cluster, span);
            let c = plain(char::from(original.as_bytes()[at]));
            out.push(c.encode_utf8(&mut [0; 4]), Span::new(at, at + 1));
            at += 1;
            continue;
        }
        let (piece, len) = unit(&original[at..]);
        let origin = Span::new(at, at + len);
        at += len;
        for c in piece.chars().filter(|&c| !is_invisible(c)) {
            if !cluster.is_empty() && !extends(c) {
                flush(&mut out, &mut cluster, span);
            }
            span = if cluster.is_empty() { origin } else { span.join(origin) };
            cluster.push(c);
        }
    }
    flush(&mut out, &mut cluster, span);
    if out.as_str().is_ascii() { out } else { unmix(&out) }
}

/// Whether the character at byte `at` is one of ASCII that begins nothing longer and on
/// which nothing leans.
fn stands_alone(text: &[u8], at: usize) -> bool {
    let is_lone = |byte: u8| byte.is_ascii() && byte != b'&';
    is_lone(text[at]) && text[at] != b'\r' && text.get(at + 1).is_none_or(|&next| is_lone(next))
}

/// The next character of `rest`, or the text an entity at its start stands for,
/// and how many bytes that took.
fn unit(rest: &str) -> (Cow<'_, str>, usize) {
    if let Some((text, len)) = entity(rest) {
        return (Cow::Owned(text), len);
    }
    if rest.starts_with("\r\n") {
        return (Cow::Borrowed("\n"), 2);
    }
    let len = rest.chars().next().map_or(0, char::len_utf8);
    (Cow::Borrowed(&rest[..len]), len)
}

/// An entity at the start of `rest`, unwrapped until nothing is left to unwrap.
fn entity(rest: &str) -> Option<(String, usize)> {
    let mut len = entity_len(rest)?;
    let mut text = decoded(&rest[..len])?;
    for _ in 0..MAX_NESTING {
        // `&amp;` may be the head of a longer entity whose tail follows: `&amp;pound;`
        let Some(tail) = (text == "&").then(|| entity_tail(&rest[len..])).flatten() else { break };
        let Some(inner) = decoded(&format!("&{}", &rest[len..len + tail])) else { break };
        text = inner;
        len += tail;
    }
    Some((text, len))
}

fn entity_len(rest: &str) -> Option<usize> {
    Some(1 + entity_tail(rest.strip_prefix('&')?)?)
}

fn entity_tail(rest: &str) -> Option<usize> {
    let end = rest.bytes().take(MAX_ENTITY).position(|b| b == b';')?;
    let name = &rest.as_bytes()[..end];
    let plain = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#');
    (plain && !name.is_empty()).then_some(end + 1)
}

fn decoded(entity: &str) -> Option<String> {
    let text = htmlize::unescape(entity);
    (text != entity).then(|| text.into_owned())
}

/// Whether `c`, once decomposed, leans on the character before it.
fn extends(c: char) -> bool {
    c.nfkd().next().is_some_and(|first| canonical_combining_class(first) != 0)
}

fn flush(out: &mut Aligned, cluster: &mut String, origin: Span) {
    if cluster.is_empty() {
        return;
    }
    if cluster.is_ascii() {
        let piece: String = cluster.chars().map(plain).collect();
        out.push(&piece, origin);
    } else {
        let piece: String = cluster.nfkc().filter(|&c| !is_invisible(c)).map(plain).collect();
        out.push(&piece, origin);
    }
    cluster.clear();
}

/// Typewriter forms of quotes, dashes and spaces; line ends become `\n`.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{02BC}' | '\u{2032}' | '`' | '\u{00B4}' => '\'',
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{00AB}' | '\u{00BB}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' => '-',
        '\u{2044}' => '/',
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{0085}' | '\u{000B}' | '\u{000C}' => '\n',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    }
}

/// Characters a reader does not see: zero widths, soft hyphens, direction marks,
/// variation selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Replaces look-alike letters in words that mix them with Latin ones.
fn unmix(text: &Aligned) -> Aligned {
    let mut out = Aligned::with_capacity(text.as_str().len());
    let mut rest = 0;
    for (start, word) in words(text.as_str()) {
        out.push_from(text, Span::new(rest, start));
        rest = start + word.len();
        let mixed = word.chars().any(|c| c.is_ascii_alphabetic()) && word.chars().any(|c| latin_twin(c).is_some());
        if !mixed {
            out.push_from(text, Span::new(start, rest));
            continue;
        }
        for (at, c) in word.char_indices() {
            let span = Span::new(start + at, start + at + c.len_utf8());
            match latin_twin(c) {
                Some(twin) => out.push(twin.encode_utf8(&mut [0; 4]), text.origin(span)),
                None => out.push_from(text, span),
            }
        }
    }
    out.push_from(text, Span::new(rest, text.as_str().len()));
    out
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// The Latin letter that a Cyrillic or Greek one is drawn like.
fn latin_twin(c: char) -> Option<char> {
    const TWINS: &[(char, char)] = &[
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('у', 'y'),
        ('х', 'x'),
        ('і', 'i'),
        ('ј', 'j'),
        ('ѕ', 's'),
        ('һ', 'h'),
        ('ԁ', 'd'),
        ('ԛ', 'q'),
        ('ԝ', 'w'),
        ('к', 'k'),
        ('в', 'b'),
        ('н', 'h'),
        ('м', 'm'),
        ('т', 't'),
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('У', 'Y'),
        ('Х', 'X'),
        ('І', 'I'),
        ('Ј', 'J'),
        ('Ѕ', 'S'),
        ('α', 'a'),
        ('ο', 'o'),
        ('ν', 'v'),
        ('ι', 'i'),
        ('κ', 'k'),
        ('ρ', 'p'),
        ('τ', 't'),
        ('υ', 'u'),
        ('Α', 'A'),
        ('Β', 'B'),
        ('Ε', 'E'),
        ('Ζ', 'Z'),
        ('Η', 'H'),
        ('Ι', 'I'),
        ('Κ', 'K'),
        ('Μ', 'M'),
        ('Ν', 'N'),
        ('Ο', 'O'),
        ('Ρ', 'P'),
        ('Τ', 'T'),
        ('Υ', 'Y'),
        ('Χ', 'X'),
    ];
    TWINS.iter().find(|&&(twin, _)| twin == c).map(|&(_, latin)| latin)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn norm(text: &str) -> String {
        normalise(text).as_str().to_owned()
    }

    #[test]
    fn folds_the_ways_of_writing() {
        assert_eq!(norm("Fish &amp; chips &#163;5 &amp;pound;6"), "Fish & chips £5 £6");
        assert_eq!(norm("“Let’s” – go…"), "\"Let's\" - go...");
        assert_eq!(norm("V\u{200B}o\u{00AD}te"), "Vote");
        assert_eq!(norm("𝐕𝐨𝐭𝐞 Ｌａｂｏｕｒ"), "Vote Labour");
        assert_eq!(norm("Lаbоur"), "Labour"); // Cyrillic а and о
        assert_eq!(norm("Россия"), "Россия"); // a Russian word stays Russian
        assert_eq!(norm("cafe\u{301}"), "café");
        assert_eq!(norm("AT&T; &nothing"), "AT&T; &nothing");
    }

    #[test]
    fn keeps_the_way_back() {
        let original = "£5 &amp; 𝐕ote";
        let text = normalise(original);
        let at = text.as_str().find("Vote").unwrap();
        assert_eq!(text.origin(Span::new(at, at + 4)).of(original), "𝐕ote");
        let at = text.as_str().find('&').unwrap();
        assert_eq!(text.origin(Span::new(at, at + 1)).of(original), "&amp;");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = norm(&text);
            prop_assert_eq!(norm(&once), once);
        }

        #[test]
        fn spans_fall_on_characters(text in any::<String>()) {
            let aligned = normalise(&text);
            for (at, c) in aligned.as_str().char_indices() {
                let span = aligned.origin(Span::new(at, at + c.len_utf8()));
                prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
                prop_assert!(span.start < span.end);
            }
        }
    }
}
