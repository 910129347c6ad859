//! Cuts normalised text into tokens with sentence numbers. A token's `key` is
//! what terms are compared with: lower case, no accents, no possessive, and the
//! common disguises (digits for letters, stretched and spaced-out letters) undone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::span::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, perhaps with digits and inner apostrophes.
    Word,
    /// Digits with inner points and commas.
    Number,
    /// A currency sign, `%` or another sign that terms may name.
    Sign,
    /// A word of a hashtag that was split; the first carries the `#` in its span.
    HashtagPart,
    /// `@name`; the key keeps the `@`.
    Handle,
    /// A web or e-mail address; the key is the host.
    Address,
}

/// One token of a normalised text.
#[derive(Clone)]
pub struct Token {
    /// Byte range in the normalised text.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// The form that terms are compared with.
    pub key: String,
    /// Number of its sentence in the text, from 0.
    pub sentence: u32,
    /// Whether it is written with a capital first letter.
    pub capital: bool,
}

/// A hashtag as a whole: `#` and its letters run together in lower case, and its tokens.
#[derive(Clone)]
pub struct Hashtag {
    /// `#getbrexitdone`.
    pub key: String,
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub end: usize,
}

/// Tokens and hashtags of `text`, in order.
pub fn tokenise(text: &str) -> (Vec<Token>, Vec<Hashtag>) {
    let mut cutter = Cutter { text, at: 0, sentence: 0, tokens: Vec::new(), hashtags: Vec::new() };
    while cutter.at < text.len() {
        cutter.step();
    }
    (join_spaced_letters(cutter.tokens, &cutter.hashtags), cutter.hashtags)
}

/// The key of a single word, as [`tokenise`] would give it.
pub fn key(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("'S")).unwrap_or(word);
    let word = word.trim_end_matches('\'');
    if word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return unstretch(word.to_ascii_lowercase());
    }
    let lower: String = word.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect();
    unstretch(undisguise(&lower))
}

struct Cutter<'t> {
    text: &'t str,
    at: usize,
    sentence: u32,
    tokens: Vec<Token>,
    hashtags: Vec<Hashtag>,
}

impl Cutter<'_> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let c = rest.chars().next().expect("`at` is inside the text");
        let after_word = self.text[..self.at].chars().next_back().is_some_and(char::is_alphanumeric);
        if let Some(len) = address_len(rest).filter(|_| !after_word) {
            let host = host(&rest[..len]);
            self.push(len, Kind::Address, host);
        } else if c == '@' && !after_word && run_len(&rest[1..], is_name) > 0 {
            let len = 1 + run_len(&rest[1..], is_name);
            self.push(len, Kind::Handle, rest[..len].to_lowercase());
        } else if c == '#' && rest[1..].trim_start_matches('_').starts_with(char::is_alphanumeric) {
            self.hashtag(1 + run_len(&rest[1..], is_name));
        } else if c.is_numeric() {
            let len = number_len(rest);
            self.push(len, Kind::Number, rest[..len].replace(',', ""));
        } else if c.is_alphabetic() {
            let len = word_len(rest);
            self.push(len, Kind::Word, key(&rest[..len]));
        } else {
            if matches!(c, '%' | '£' | '$' | '€' | '&') {
                self.push(c.len_utf8(), Kind::Sign, c.to_string());
            } else {
                self.at += c.len_utf8();
            }
            if self.ends_sentence(c) {
                self.sentence += 1;
            }
        }
    }

    fn push(&mut self, len: usize, kind: Kind, key: String) {
        let span = Span::new(self.at, self.at + len);
        let capital = self.text[span.start..].chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase);
        self.tokens.push(Token { span, kind, key, sentence: self.sentence, capital });
        self.at = span.end;
    }

    fn hashtag(&mut self, len: usize) {
        let first = self.tokens.len();
        let end = self.at + len;
        let squeezed: String = self.text[self.at + 1..end].to_lowercase().replace('_', "");
        let mut lead = 1; // the `#` belongs to the first part
        while self.at < end {
            let part = part_len(&self.text[self.at + lead..end]);
            let word = &self.text[self.at + lead..self.at + lead + part];
            self.push(lead + part, Kind::HashtagPart, key(word));
            lead = run_len(&self.text[self.at..end], |c| c == '_');
            if self.at + lead == end {
                self.at = end;
            }
        }
        self.hashtags.push(Hashtag { key: format!("#{squeezed}"), first, end: self.tokens.len() });
    }

    /// Whether `c`, just passed, closes the sentence.
    fn ends_sentence(&self, c: char) -> bool {
        let rest = &self.text[self.at..];
        match c {
            '!' | '?' | ';' | '•' => true,
            '.' => {
                let gap = rest.trim_start_matches(['"', '\'', ')', '.']);
                let next = gap.trim_start();
                let full = gap.is_empty() || gap.len() > next.len();
                full && !self.is_abbreviated() && !next.starts_with(|c: char| c.is_ascii_lowercase())
            }
            '\n' => rest.starts_with(['\n', '-', '*', '•', '·', '✅', '👉', '➡']),
            _ => false,
        }
    }

    fn is_abbreviated(&self) -> bool {
        const SHORT: &[&str] = &[
            "mr", "mrs", "ms", "dr", "st", "prof", "rt", "hon", "sen", "rep", "gov", "cllr", "no", "vs", "eg", "ie",
            "sir",
        ];
        self.tokens.last().is_some_and(|token| {
            token.span.end + 1 == self.at
                && (SHORT.contains(&token.key.as_str()) || (token.key.len() == 1 && token.capital))
        })
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run_len(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}

/// A word: letters and digits, with single apostrophes inside.
fn word_len(text: &str) -> usize {
    let mut end = run_len(text, char::is_alphanumeric);
    while text[end..].starts_with('\'') {
        let more = run_len(&text[end + 1..], char::is_alphanumeric);
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    end
}

/// A number: digits with single points or commas between them, or an ordinal (`1st`).
fn number_len(text: &str) -> usize {
    let mut end = run_len(text, char::is_numeric);
    while text[end..].starts_with(['.', ',']) {
        let more = run_len(&text[end + 1..], char::is_numeric);
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    let ordinal = ["st", "nd", "rd", "th"]
        .iter()
        .find(|suffix| text[end..].starts_with(**suffix) && !text[end + 2..].starts_with(char::is_alphanumeric));
    end + ordinal.map_or(0, |suffix| suffix.len())
}

/// The next word of a hashtag's body: a capitalised word, a run of capitals, digits.
fn part_len(body: &str) -> usize {
    let chars: Vec<(usize, char)> = body.char_indices().take_while(|&(_, c)| c != '_').collect();
    let whole = chars.last().map_or(0, |&(at, c)| at + c.len_utf8());
    for pair in 1..chars.len() {
        let (at, c) = chars[pair];
        let before = chars[pair - 1].1;
        let digit_edge = c.is_numeric() != before.is_numeric();
        let camel = c.is_uppercase() && before.is_lowercase();
        let acronym_end = c.is_uppercase()
            && before.is_uppercase()
            && chars.get(pair + 1).is_some_and(|&(_, next)| next.is_lowercase());
        if digit_edge || camel || acronym_end {
            return at;
        }
    }
    whole
}

/// Length of a web or e-mail address at the start of `rest`.
fn address_len(rest: &str) -> Option<usize> {
    const ENDS: &[&str] = &[
        "uk", "com", "org", "net", "gov", "eu", "wales", "scot", "cymru", "tv", "info", "co", "io", "ly", "me", "party",
    ];
    let run = run_len(rest, |c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '(' | ')'));
    let run = rest[..run].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '*']).len();
    let text = &rest[..run];
    if text.starts_with("http://") || text.starts_with("https://") || text == "http" || text == "https" {
        return Some(run);
    }
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.contains('.') {
        return None;
    }
    let host_end = run_len(text, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '@' | '_' | '+'));
    let host = &text[..host_end];
    let labels: Vec<&str> = host.rsplit('@').next()?.split('.').collect();
    let last = labels.last()?.to_ascii_lowercase();
    let plain = labels.len() > 1 && labels.iter().all(|label| !label.is_empty());
    let tail_ok = host_end == text.len() || text[host_end..].starts_with(['/', '?', '#', ':']);
    (plain && tail_ok && ENDS.contains(&last.as_str()) && labels[0].starts_with(|c: char| c.is_ascii_alphanumeric()))
        .then_some(if tail_ok && text[host_end..].starts_with(['/', '?', '#', ':']) { run } else { host_end })
}

fn host(address: &str) -> String {
    let lower = address.to_lowercase();
    let bare = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let host = &bare[..run_len(bare, |c| !matches!(c, '/' | '?' | '#' | ':'))];
    let host = host.rsplit('@').next().unwrap_or(host);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// Digits that stand for letters, only between letters: `t0ry`, `v0te`.
fn undisguise(word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let letter = |at: Option<&char>| at.is_some_and(|c| c.is_alphabetic());
    let swap = |(at, &c): (usize, &char)| {
        let inside = at > 0 && letter(chars.get(at - 1)) && letter(chars.get(at + 1));
        match c {
            '0' if inside => 'o',
            '1' if inside => 'i',
            '3' if inside => 'e',
            '4' if inside => 'a',
            '5' if inside => 's',
            '7' if inside => 't',
            other => other,
        }
    };
    chars.iter().enumerate().map(swap).collect()
}

/// Three or more of one letter become one: `toooory`.
fn unstretch(word: String) -> String {
    let bytes = word.as_bytes();
    if !bytes.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]) {
        return word;
    }
    let chars: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|&&c| c == chars[at]).count();
        let keep = if run >= 3 && chars[at].is_alphabetic() { 1 } else { run };
        out.extend(std::iter::repeat_n(chars[at], keep));
        at += run;
    }
    out
}

/// Four or more single letters with the same short gap become one word: `V O T E`.
fn join_spaced_letters(tokens: Vec<Token>, hashtags: &[Hashtag]) -> Vec<Token> {
    let single = |t: &Token| t.kind == Kind::Word && t.span.end - t.span.start == 1;
    if !hashtags.is_empty() || !tokens.windows(4).any(|w| w.iter().all(single)) {
        return tokens; // joining would shift the token numbers that hashtags hold
    }
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let run = tokens[at..]
            .windows(2)
            .take_while(|w| single(&w[0]) && single(&w[1]) && w[1].span.start - w[0].span.end <= 1)
            .count();
        let mut token = tokens[at].clone();
        if run >= 3 {
            token.key = tokens[at..=at + run].iter().map(|t| t.key.as_str()).collect();
            token.span = token.span.join(tokens[at + run].span);
            at += run;
        }
        out.push(token);
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        tokenise(text).0.into_iter().map(|t| t.key).collect()
    }

    #[test]
    fn words_numbers_signs() {
        assert_eq!(
            keys("The government's world-leading £1,200m plan, up 2.3%"),
            ["the", "government", "world", "leading", "£", "1200", "m", "plan", "up", "2.3", "%"]
        );
        assert_eq!(keys("Don't wait: the 1st of May"), ["don't", "wait", "the", "1st", "of", "may"]);
    }

    #[test]
    fn hashtags_handles_addresses() {
        assert_eq!(
            keys("#GetBrexitDone @UKLabour see www.labour.org.uk/join."),
            ["get", "brexit", "done", "@uklabour", "see", "labour.org.uk"]
        );
        assert_eq!(tokenise("#getBrexitDone_now").1[0].key, "#getbrexitdonenow");
        assert_eq!(keys("#COVID19 #NHSHeroes #__"), ["covid", "19", "nhs", "heroes"].map(String::from).to_vec());
        assert_eq!(keys("mail press@example.gov.uk or http"), ["mail", "example.gov.uk", "or", "http"]);
        assert_eq!(keys("It closed.Then it opened"), ["it", "closed", "then", "it", "opened"]);
    }

    #[test]
    fn disguises_are_undone() {
        assert_eq!(keys("t0ry Toooory V O T E Sinn Féin COVID19"), ["tory", "tory", "vote", "sinn", "fein", "covid19"]);
    }

    #[test]
    fn sentences_end_where_readers_stop() {
        let sentences = |text: &str| tokenise(text).0.last().map_or(0, |t| t.sentence);
        assert_eq!(sentences("Mr. Smith rose. He spoke! Why? Because"), 3);
        assert_eq!(sentences("It grew 2.5 per cent in the U.K. economy"), 0);
        assert_eq!(sentences("One line\nwrapped here\n\nNew paragraph"), 1);
    }
}
