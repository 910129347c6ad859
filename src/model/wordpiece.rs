//! Text → the pieces of an uncased BERT: the same ids and offsets as the tokenizers
//! library gives for the same `tokenizer.json`, which is what its tests compare it with.

use unicode_categories::UnicodeCategories;
use unicode_normalization_alignments::UnicodeNormalization;

use crate::ahead::vocab::{BRACKET, LONGEST_WORD, Vocab};
use crate::span::Span;

/// A piece of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its token id.
    pub id: u32,
    /// The bytes of the text that it stands for.
    pub span: Span,
}

/// A text in the making: its letters, and the bytes of the original each byte of them
/// stands for.
struct Pieces<'v> {
    vocab: &'v Vocab,
    letters: String,
    origins: Vec<Span>,
    /// Room for [`Vocab::piece`].
    hashes: Vec<(usize, u32)>,
    found: Vec<Piece>,
}

/// The pieces of `text`.
pub fn pieces(vocab: &Vocab, text: &str) -> Vec<Piece> {
    let (letters, origins) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    let found = Vec::with_capacity(text.len() / 4 + 2);
    let mut pieces = Pieces { vocab, letters, origins, hashes: Vec::new(), found };
    let (mut start, mut at) = (0, 0);
    while let Some(ahead) = text.as_bytes()[at..].iter().position(|byte| *byte == BRACKET) {
        at += ahead;
        if let Some((id, len)) = vocab.special(&text[at..]) {
            pieces.stretch(text, Span::new(start, at));
            at += len;
            pieces.found.push(Piece { id, span: Span::new(at - len, at) });
            start = at;
        } else {
            at += 1;
        }
    }
    pieces.stretch(text, Span::new(start, text.len()));
    pieces.found
}

impl Pieces<'_> {
    /// Adds the pieces of a stretch of `text` that holds no special token.
    fn stretch(&mut self, text: &str, span: Span) {
        self.letters.clear();
        self.origins.clear();
        let bytes = text.as_bytes();
        let mut at = span.start;
        while at < span.end {
            if bytes[at].is_ascii() {
                let c = char::from(bytes[at]);
                if is_kept(c) {
                    let c = if is_space(c) { ' ' } else { c.to_ascii_lowercase() };
                    self.letters.push(c);
                    self.origins.push(Span::new(at, at + 1));
                }
                at += 1;
            } else {
                // dropped characters do not keep those around them apart
                let is_end = |byte: &u8| byte.is_ascii() && is_kept(char::from(*byte));
                let len = bytes[at..span.end].iter().position(is_end).unwrap_or(span.end - at);
                self.beyond_ascii(text, Span::new(at, at + len));
                at += len;
            }
        }
        self.words();
    }

    /// Adds the letters of a run of characters beyond ASCII: each stands for itself to
    /// Unicode, since an ASCII character neither leans on another nor trades places.
    fn beyond_ascii(&mut self, text: &str, span: Span) {
        let chars = span.of(text).char_indices().map(|(at, c)| {
            let start = span.start + at;
            (c, Span::new(start, start + c.len_utf8()))
        });
        let mut spaced: Vec<(char, Span)> = Vec::new();
        for (c, origin) in chars.filter(|&(c, _)| is_kept(c)) {
            if is_chinese(c) {
                spaced.extend([(' ', origin), (c, origin), (' ', origin)]);
            } else {
                spaced.push((if is_space(c) { ' ' } else { c }, origin));
            }
        }
        let mut read = 0;
        for (c, change) in spaced.iter().map(|(c, _)| *c).nfd() {
            // what decomposition adds belongs to the character before
            read += usize::from(change <= 0);
            if c.is_mark_nonspacing() {
                continue;
            }
            let origin = spaced[read - 1].1;
            for c in c.to_lowercase() {
                self.letters.push(c);
                self.origins.extend(std::iter::repeat_n(origin, c.len_utf8()));
            }
        }
    }

    /// Cuts the letters into words, and those into pieces.
    fn words(&mut self) {
        let letters = std::mem::take(&mut self.letters);
        let mut start = 0;
        for (at, c) in letters.char_indices() {
            let is_sign = is_sign(c);
            if !is_sign && !c.is_whitespace() {
                continue;
            }
            self.word(&letters[start..at], start);
            start = at + c.len_utf8();
            if is_sign {
                self.word(&letters[at..start], at);
            }
        }
        self.word(&letters[start..], start);
        self.letters = letters;
    }

    /// Adds the pieces of `word`, which starts at byte `from` of the letters.
    fn word(&mut self, word: &str, from: usize) {
        if word.is_empty() {
            return;
        }
        let known = self.found.len();
        let is_long = word.len() > LONGEST_WORD && word.chars().count() > LONGEST_WORD;
        let mut at = 0;
        while at < word.len() && !is_long {
            let Some((id, len)) = self.vocab.piece(&word[at..], at > 0, &mut self.hashes) else { break };
            self.found.push(Piece { id, span: self.origin(from + at, from + at + len) });
            at += len;
        }
        if at < word.len() {
            self.found.truncate(known);
            self.found.push(Piece { id: self.vocab.unknown(), span: self.origin(from, from + word.len()) });
        }
    }

    /// The bytes of the text that bytes `start..end` of the letters stand for.
    fn origin(&self, start: usize, end: usize) -> Span {
        Span::new(self.origins[start].start, self.origins[end - 1].end)
    }
}

/// Whether `c` is neither a control character nor the sign for one that was lost.
fn is_kept(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control() || matches!(c, '\t' | '\n' | '\r');
    }
    c != '\u{FFFD}' && !c.is_other()
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Whether `c` is a word in itself.
fn is_sign(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_punctuation() } else { c.is_punctuation() }
}

/// Whether `c` is an ideograph, each of which is a word.
fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2B73F}'
        | '\u{2B740}'..='\u{2B81F}' | '\u{2B920}'..='\u{2CEAF}' | '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use tokenizers::Tokenizer;

    use super::*;
    use crate::model::Folder;

    static FOLDER: LazyLock<Folder> = LazyLock::new(|| Folder::built_in().unwrap());
    static VOCAB: LazyLock<Vocab> = LazyLock::new(|| FOLDER.vocab().expect("its shape is known"));
    static ORACLE: LazyLock<Tokenizer> =
        LazyLock::new(|| Tokenizer::from_bytes(FOLDER.file("tokenizer.json")).unwrap());

    /// Whether both tokenizers agree on `text`: ids and bytes.
    fn agree(text: &str) -> bool {
        let encoding = ORACLE.encode(text, false).unwrap();
        let spans = encoding.get_offsets().iter().map(|&(start, end)| Span::new(start, end));
        let theirs: Vec<Piece> = encoding.get_ids().iter().zip(spans).map(|(&id, span)| Piece { id, span }).collect();
        pieces(&VOCAB, text) == theirs
    }

    #[test]
    fn what_the_binary_holds_is_the_vocabulary() {
        assert!(Vocab::compile(FOLDER.file("tokenizer.json")).as_ref() == Some(&*VOCAB));
    }

    #[test]
    fn odd_texts() {
        let long = "x".repeat(101);
        for text in [
            "",
            " ",
            "[MASK] [MASKED] [[MASK]] [mask] [PARTY]'s [POLITICIAN][PARTY] [UN",
            "unaffable #GetItDone @user http £2.4bn, 12%… “quoted”",
            "Café cafe\u{301} E\u{301}\u{323}! na\u{308}\u{1}\u{323}ive \u{130}stanbul STRASSE ẞ",
            "\u{301}\u{1}\u{302E}a \u{344}\u{323} 한국어 カ\u{3099} 東京都 \u{F900}\u{2F800} \u{FFFD}\u{0}\u{7F}\u{85}\u{2028}x",
            "👨‍👩‍👧 🇬🇧 🤡 ﷺ ½ Ⅷ \u{E0001}\u{AD}zero\u{200B}width",
            "don't 'tis a-b_c/d\\e^f`g",
            &long,
            &long[1..],
        ] {
            assert!(agree(text), "{text:?}");
        }
    }

    #[test]
    fn the_authored_posts() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/cases");
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let post: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(agree(post["text"].as_str().unwrap()), "{line}");
            }
        }
    }

    #[test]
    fn a_feed() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/train.jsonl");
        let Ok(feed) = std::fs::read_to_string(&file) else {
            eprintln!("skipped: there is no {}", file.display());
            return;
        };
        for (number, line) in feed.lines().enumerate() {
            let post: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(agree(post["text"].as_str().unwrap()), "line {}", number + 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text(text in any::<String>()) {
            prop_assert!(agree(&text));
        }

        #[test]
        fn any_mix(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("[MASK]".to_owned()), Just("##".to_owned()), Just(" ".to_owned()), Just("able".to_owned()),
                    "[a-z]{1,12}", "[A-Z][a-z]{0,8}", "[ -~]{0,6}", "\\PC{0,4}",
                    "[\u{300}-\u{345}\u{302A}-\u{302F}]{1,3}", "[\u{C0}-\u{24F}\u{1E00}-\u{1EFF}]{1,4}",
                    "[\u{0}-\u{20}\u{7F}-\u{A0}\u{200B}-\u{200F}]{1,3}", "[가-힣一-丁ぁ-ん]{1,3}",
                ],
                0..24,
            )
        ) {
            prop_assert!(agree(&parts.concat()));
        }
    }
}
