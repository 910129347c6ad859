//! A whole HTML document as one post: its title, its description and what its main part
//! shows. Runs no scripts and knows no style sheets.

use super::ahead::Ahead;
use super::encoding::Encoding;
use super::input::{Input, text_of, whole_bytes};
use super::joined::Joined;
use super::{Posts, Reading, feed_fault, html, name_of};
use crate::error::Result;
use crate::post::Post;
use crate::text::Aligned;

/// Bytes in which the encoding of a page is named.
const PROLOGUE: usize = 4096;

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let start = ahead.bytes.trim_ascii_start();
    let begins = |with: &str| start.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()));
    if begins("<!doctype html") || begins("<html") {
        return Some("it begins as an HTML document".to_owned());
    }
    let is_named = matches!(ahead.extension().as_deref(), Some("html" | "htm" | "xhtml"));
    (is_named && start.starts_with(b"<")).then(|| "its name ends as those of HTML do".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (file, place) = (input.name().to_owned(), input.place());
    let page = decoded(whole_bytes(input.into_source()?, &file)?, &file)?;
    if page.contains("class=\"_a6-g") {
        let why = "a download of Facebook or Instagram as HTML: ask for it as JSON, which says what is a post";
        return Err(feed_fault(&file, why));
    }
    let text = text(&page);
    let lang = tags(&page, "html").next().and_then(|(tag, _)| attribute(tag, "lang")).map(|(lang, _)| lang.to_owned());
    let post = Post {
        id: name_of(&file),
        text: text.as_str().to_owned(),
        original: Some(text),
        lang,
        place: Some(place),
        ..Post::default()
    };
    let post = (!page.trim().is_empty()).then_some(Ok(post));
    Ok(Box::new(post.into_iter()))
}

/// The page as text: UTF-8, or what it says it is in.
fn decoded(bytes: Vec<u8>, file: &str) -> Result<String> {
    if std::str::from_utf8(&bytes).is_err() {
        let prologue = String::from_utf8_lossy(&bytes[..bytes.len().min(PROLOGUE)]).to_ascii_lowercase();
        let named = prologue.split_once("charset=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
        let named = named.and_then(|rest| rest.split(['"', '\'', ';', '>', ' ', '/']).next());
        let said: Option<Encoding> = named.and_then(|name| name.parse().ok());
        if let Some(text) = said.filter(|said| !said.is_utf8()).and_then(|said| said.decode(&bytes)) {
            return Ok(text);
        }
    }
    text_of(bytes, file)
}

/// The words of `page`, with the way back to it.
fn text(page: &str) -> Aligned {
    let (start, end) = main_part(page);
    let body = html::text(&page[start..end]);
    let mut out = Joined::default();
    let title = tags(page, "title").next().map(|(_, from)| {
        let to = find(&page[from..], "</title").map_or(page.len(), |end| from + end);
        (&page[from..to], from)
    });
    let description = tags(page, "meta").find_map(|(tag, from)| {
        let (name, _) = attribute(tag, "name")?;
        let (content, at) = attribute(tag, "content").filter(|_| name.eq_ignore_ascii_case("description"))?;
        Some((content, from - tag.len() + at))
    });
    for (words, at) in title.into_iter().chain(description) {
        let words_start = at + (words.len() - words.trim_start().len());
        let words = html::entities(words.trim());
        // A heading that says the same is not read twice.
        if !body.as_str().lines().any(|line| line == words.as_str()) {
            out.part(2);
            out.push_aligned(&words, words_start);
        }
    }
    out.part(2);
    out.push_aligned(&body, start);
    out.finish()
}

/// Where the one `<main>` of the page stands, or the whole of it.
fn main_part(page: &str) -> (usize, usize) {
    let mut mains = tags(page, "main");
    match (mains.next(), mains.next()) {
        (Some((tag, from)), None) => {
            let end = find(&page[from..], "</main").map_or(page.len(), |end| from + end);
            (from - tag.len(), end)
        }
        _ => (0, page.len()),
    }
}

/// The opening tags called `name`, each with where it ends.
fn tags<'p>(page: &'p str, name: &'static str) -> impl Iterator<Item = (&'p str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + memchr::memchr(b'<', &page.as_bytes()[at..])?;
            at = open + 1;
            if page[at..].starts_with("!--") {
                at = page[at..].find("-->").map_or(page.len(), |end| at + end + 3);
                continue;
            }
            let is_it =
                page.as_bytes().get(at..at + name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
                    && !page[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
            if is_it {
                let end = open + tag_len(&page[open..]);
                at = end;
                return Some((&page[open..end], end));
            }
        }
    })
}

/// Length of the tag at the start of `rest`; `>` in quotes does not end it.
fn tag_len(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The value of `name` in a tag and where it stands; only values in quotes.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<(&'t str, usize)> {
    let mut at = 0;
    loop {
        let sign = at + tag[at..].find('=')?;
        let key = tag[at..sign].trim_end().rsplit(|c: char| c.is_ascii_whitespace()).next()?;
        let value = tag[sign + 1..].trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let from = tag.len() - value.len() + 1;
        let Some(quote) = quote else {
            at = sign + 1;
            continue;
        };
        let to = from + tag[from..].find(quote)?;
        if key.eq_ignore_ascii_case(name) {
            return Some((&tag[from..to], from));
        }
        at = to + 1;
    }
}

/// Where `words`, in small letters, first stand in `text` in letters of any size.
fn find(text: &str, words: &str) -> Option<usize> {
    text.as_bytes().windows(words.len()).position(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><title> Roads &amp; bridges </title>\n\
        <meta charset='utf-8'><META content=\"What &quot;reopens&quot; > when\" name=\"description\">\n\
        <script>var x = '<main>';</script></head>\n<body><nav>Home</nav><main id=\"m\"><h1>Roads reopen</h1>\n\
        <p>Both open <b>today</b>.</p></main><footer>Cookies</footer></body></html>";

    #[test]
    fn title_description_and_main_part_are_read() {
        let page = PAGE.replace("var x = '<main>';", "");
        let text = text(&page);
        assert_eq!(text.as_str(), "Roads & bridges\n\nWhat \"reopens\" > when\n\nRoads reopen\n\nBoth open today.");
        let origin = |word: &str| {
            let at = text.as_str().find(word).unwrap();
            text.origin(Span::new(at, at + word.len())).of(&page)
        };
        for word in ["Roads", "when", "Roads reopen", "today"] {
            assert_eq!(origin(word), word);
        }
        assert_eq!(origin("&"), "&amp;");
    }

    #[test]
    fn where_the_main_part_is_unclear_all_is_read() {
        let text = text(PAGE);
        assert!(text.as_str().contains("Home") && text.as_str().contains("Cookies"), "{}", text.as_str());
        assert_eq!(super::text("<p>a<title>T</title>").as_str(), "T\n\na");
        assert_eq!(super::text("<html><title>Same</title><body><h1>Same</h1>b").as_str(), "Same\n\nb");
    }

    #[test]
    fn a_page_may_say_its_encoding() {
        let page = b"<html><meta charset=\"windows-1252\"><p>caf\xe9 \x96 now".to_vec();
        assert_eq!(html::text(&decoded(page, "f").unwrap()).as_str(), "café – now");
        let why = decoded(b"<html><p>caf\xe9".to_vec(), "f").unwrap_err().to_string();
        assert!(why.starts_with("f: not UTF-8 at byte 13"), "{why}");
    }

    #[test]
    fn broken_pages_lose_no_words_and_break_nothing() {
        for page in
            ["<", "<html", "<meta name=", "<meta content=\"a", "<title>", "<main", "<!--", "<meta = = 'x'>", "é<méta"]
        {
            let _ = text(page);
        }
        assert_eq!(text("<main>words").as_str(), "words");
    }

    #[test]
    fn pages_are_known_by_their_beginning() {
        let claimed = |name: &str, bytes: &str| claims(&Ahead::new(name, bytes.as_bytes())).is_some();
        assert!(claimed("-", "\n<!doctype HTML><p>") && claimed("-", "<HTML>") && claimed("a.htm", "<p>a"));
        assert!(!claimed("a.html", "words") && !claimed("-", "<p>a") && !claimed("-", "<htm"));
    }
}
