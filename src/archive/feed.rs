//! RSS, Atom and JSON Feed: each entry's title and content, or its summary where there is no
//! content, with the way back to these strings as the feed's XML or JSON holds them. Of a feed that is at fault in some entry, or cut off, every other entry is still
//! read, one by one. Fetches nothing.

use feed_rs::model::{Entry, Text};
use feed_rs::parser::{Builder, Parser};

use super::ahead::Ahead;
use super::input::{Input, whole_bytes};
use super::shown::Shown;
use super::{Fault, Posts, Reading, feed_fault, html};
use crate::error::{Error, Result};
use crate::post::{Place, Post};

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    if ahead.json.as_ref().is_some_and(|shape| !shape.in_list && shape.has("version"))
        && ahead.contains("jsonfeed.org/version/")
    {
        return Some("it says that it is a JSON Feed".to_owned());
    }
    let root = root(ahead.bytes)?;
    let name = match root.rsplit(|byte| *byte == b':').next()? {
        b"rss" => "RSS",
        b"RDF" => "RSS 1.0",
        b"feed" | b"entry" if ahead.contains("http://www.w3.org/2005/Atom") => "Atom",
        _ => return None,
    };
    Some(format!("its first element is that of {name}"))
}

/// The name of the first element of the XML that `bytes` begin with.
fn root(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] if declares_entities(rest) => b"]>",
            [b'<', b'!' | b'?', ..] => b">",
            [b'<', inner @ ..] => {
                let len = inner.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?;
                return Some(&inner[..len]);
            }
            _ => return None,
        };
        rest = rest[memchr::memmem::find(rest, end)? + end.len()..].trim_ascii_start();
    }
}

/// Whether the declaration that `rest` begins with has a part in brackets.
fn declares_entities(rest: &[u8]) -> bool {
    memchr::memchr2(b'[', b'>', rest).is_some_and(|at| rest[at] == b'[')
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (file, place) = (input.name().to_owned(), input.place());
    let bytes = whole_bytes(input.into_source()?, &file)?;
    // A feed that is UTF-8 by now may still say that it is not.
    let is_utf8 = std::str::from_utf8(&bytes).is_ok();
    let bytes = if is_utf8 { without_declaration(&bytes) } else { &bytes };
    if let Ok(feed) = parser().parse(bytes) {
        let lang = feed.language;
        let posts = feed
            .entries
            .into_iter()
            .zip(1..)
            .map(move |(entry, number)| Ok(post(entry, lang.as_ref(), &place, number)));
        return Ok(Box::new(posts));
    }
    let broken = || feed_fault(&file, "a feed that cannot be read: it is neither sound XML nor JSON");
    let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
    let parts = Parts::of(text).ok_or_else(broken)?;
    let mut posts = Vec::new();
    for (entry, number) in parts.entries.iter().zip(1..) {
        let fault = || Fault::new("an entry that cannot be read").in_place(place_of(&place, number));
        let whole = parser().parse([parts.head, entry, &parts.tail].concat().as_bytes());
        posts.push(whole.map_err(|_| fault()).and_then(|feed| {
            let lang = feed.language;
            let entry = feed.entries.into_iter().next().ok_or_else(fault)?;
            Ok(post(entry, lang.as_ref(), &place, number))
        }));
    }
    posts.extend(parts.end(&file).map(Err));
    Ok(Box::new(posts.into_iter()))
}

/// A parser that makes up no ids; none may be used again after a fault.
fn parser() -> Parser {
    Builder::new().sanitize_content(false).id_generator(|_, _, _| String::new()).build()
}

/// `bytes` without the XML declaration they begin with.
fn without_declaration(bytes: &[u8]) -> &[u8] {
    let start = bytes.trim_ascii_start();
    let end = start.starts_with(b"<?xml ").then(|| memchr::memmem::find(start, b"?>")).flatten();
    end.map_or(start, |end| &start[end + 2..])
}

fn place_of(place: &Place, number: u64) -> Place {
    Place { item: Some(format!("record {number}")), ..place.clone() }
}

fn post(entry: Entry, lang: Option<&String>, place: &Place, number: u64) -> Post {
    let mut post = Post::default();
    let is_cut = words(&entry, &mut post);
    let link = entry.links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let author = entry.authors.first().and_then(|author| author.name.clone()).filter(|name| !name.is_empty());
    let time = entry.published.or(entry.updated);
    Post {
        id: if entry.id.is_empty() { number.to_string() } else { entry.id },
        time: time.map(|time| time.to_rfc3339()),
        author,
        url: link.map(|link| link.href.clone()),
        lang: entry.language.or_else(|| lang.cloned()),
        notes: if is_cut { vec!["cut off by the feed".to_owned()] } else { Vec::new() },
        place: Some(place_of(place, number)),
        ..post
    }
}

/// Makes title and content the text of `post`; whether there is only the beginning of the
/// content.
fn words(entry: &Entry, post: &mut Post) -> bool {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| Some((content.body.as_deref()?, is_html(content.content_type.as_str()))));
    let summary =
        entry.summary.as_ref().map(|summary| (summary.content.as_str(), is_html(summary.content_type.as_str())));
    let content = content.filter(|(body, _)| !body.trim().is_empty());
    let is_summary = content.is_none();
    let mut alone = Shown::default();
    if let Some((body, is_html)) = content.or(summary) {
        add(&mut alone, body, is_html);
    }
    let is_cut = is_summary && ["…", "...", "[…]", "[...]"].iter().any(|end| alone.last().ends_with(end));
    let mut titled = Shown::default();
    if let Some(title) = &entry.title {
        add_title(&mut titled, title);
    }
    let bare = titled.last().trim_end_matches(['…', '.', ' ']);
    // Bridges from social media write the same words twice.
    let says_it = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let is_again = !alone.last().is_empty() && alone.last().strip_prefix(bare).is_some_and(says_it);
    if titled.last().is_empty() || is_again {
        alone.put(post);
    } else {
        titled.and(alone).put(post);
    }
    is_cut
}

/// Adds a title: its entities are decoded once more where it is said, or is usual, to be HTML.
fn add_title(shown: &mut Shown, title: &Text) {
    let raw = title.content.as_str();
    if is_html(title.content_type.as_str()) {
        shown.decoded_trimmed(raw, &html::text(raw));
    } else {
        shown.decoded_trimmed(raw, &html::entities(raw));
    }
}

fn add(shown: &mut Shown, raw: &str, is_html: bool) {
    if is_html {
        shown.decoded_trimmed(raw, &html::text(raw));
    } else {
        shown.trimmed(raw);
    }
}

fn is_html(content_type: &str) -> bool {
    content_type.contains("html")
}

/// A feed taken apart, to read its entries one by one.
struct Parts<'t> {
    /// All before the first entry.
    head: &'t str,
    entries: Vec<&'t str>,
    /// What ends the feed.
    tail: String,
    /// Whether the feed stops before its end.
    is_cut: bool,
}

impl<'t> Parts<'t> {
    /// `None` where the text is no feed of XML.
    fn of(text: &'t str) -> Option<Self> {
        let root = std::str::from_utf8(root(text.as_bytes())?).ok()?;
        let (name, inside) = match root {
            "rss" => ("item", "</channel>"),
            "feed" => ("entry", ""),
            _ if root.ends_with("RDF") => ("item", ""),
            _ => return None,
        };
        let (open, close) = (format!("<{name}"), format!("</{name}>"));
        let is_open = |at: &usize| text[at + open.len()..].starts_with(|c: char| c == '>' || c.is_ascii_whitespace());
        let starts: Vec<usize> = text.match_indices(&open).map(|(at, _)| at).filter(is_open).collect();
        let first = *starts.first()?;
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let entry =
            |(start, next): (usize, usize)| Some(&text[start..start + text[start..next].rfind(&close)? + close.len()]);
        let entries: Vec<&str> = starts.iter().copied().zip(ends).filter_map(entry).collect();
        // In RSS 1.0 the entries stand behind the channel, and so may they elsewhere.
        let tail = format!("{inside}</{root}>");
        let is_cut = entries.len() < starts.len() || !text.trim_end().ends_with(&format!("</{root}>"));
        Some(Self { head: &text[..first], entries, tail, is_cut })
    }

    fn end(&self, file: &str) -> Option<Error> {
        let problem = || {
            format!(
                "the feed ends in the middle, after {} whole {}",
                self.entries.len(),
                if self.entries.len() == 1 { "entry" } else { "entries" }
            )
        };
        self.is_cut.then(|| feed_fault(file, problem()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Format, from_reader};
    use super::*;

    const ATOM: &str = r#"<?xml version="1.0" encoding="UTF-8"?><feed xml:lang="en-GB" xmlns="http://www.w3.org/2005/Atom">
        <id>https://www.gov.uk/news.atom</id><title>News</title><updated>2026-05-02T09:00:00+01:00</updated>
        <entry><id>tag:www.gov.uk,2005:/government/news/pools</id><updated>2026-05-02T00:30:00+01:00</updated>
        <link rel="alternate" type="text/html" href="https://www.gov.uk/government/news/pools"/>
        <title>Pools &amp; baths</title><summary type="html">&lt;p&gt;Open &amp;amp; free all wee…&lt;/p&gt;</summary></entry>
        <entry><id>tag:www.gov.uk,2005:/government/news/roads</id><updated>2026-05-01T09:00:00+01:00</updated>
        <title>Roads</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Both <b>open</b>.</p></div></content></entry></feed>"#;

    const RSS: &str = r#"<?xml version="1.0"?><!-- made by hand --><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
        <title>Desk</title><link>https://example.org</link><description>d</description>
        <item><title>We open at nine…</title><description><![CDATA[We open at nine today.<br>Come &amp; see]]></description>
          <guid>17</guid><pubDate>Sun, 09 Jun 2024 10:00:00 +0100</pubDate></item>
        <item><title>Fares</title><description>Short...</description><content:encoded><![CDATA[<p>The long form</p>]]></content:encoded></item>
        <item><description>Only this</description></item></channel></rss>"#;

    fn read(bytes: &[u8]) -> Vec<Result<Post>> {
        let feed = from_reader("f", Box::new(Cursor::new(bytes.to_vec())), &Reading::default()).unwrap();
        assert_eq!(feed.format(), Format::Feed);
        feed.collect()
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        read(bytes).into_iter().map(|post| post.map_or_else(|fault| fault.to_string(), |post| post.text)).collect()
    }

    #[test]
    fn atom_of_govuk_is_read() {
        let posts: Vec<Post> = read(ATOM.as_bytes()).into_iter().map(Result::unwrap).collect();
        assert_eq!(posts[0].text, "Pools & baths\n\nOpen & free all wee…");
        assert_eq!(posts[0].id, "tag:www.gov.uk,2005:/government/news/pools");
        assert_eq!(posts[0].notes, ["cut off by the feed"]);
        assert_eq!(posts[0].date(), Some(jiff::civil::date(2026, 5, 2)));
        assert_eq!(posts[0].url.as_deref(), Some("https://www.gov.uk/government/news/pools"));
        assert_eq!(posts[0].lang.as_deref(), Some("en-GB"));
        assert_eq!((posts[1].text.as_str(), posts[1].notes.len()), ("Roads\n\nBoth open.", 0));
        assert_eq!(posts[1].place.as_ref().unwrap().to_string(), "f, record 2");
    }

    #[test]
    fn rss_is_read_and_titles_that_say_the_same_are_not_read_twice() {
        let posts: Vec<Post> = read(RSS.as_bytes()).into_iter().map(Result::unwrap).collect();
        let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(texts, ["We open at nine today.\nCome & see", "Fares\n\nThe long form", "Only this"]);
        let ids: Vec<_> = posts.iter().map(|post| post.id.as_str()).collect();
        assert_eq!(ids, ["17", "2", "3"]);
        assert_eq!(posts[0].date(), Some(jiff::civil::date(2024, 6, 9)));
    }

    /// The strings of an entry that `words` of its post come from, set one after the other.
    fn origin<'r>(post: &Post, words: &str, raw: &'r str) -> &'r str {
        let at = post.text.find(words).unwrap();
        post.original_span(crate::span::Span::new(at, at + words.len())).of(raw)
    }

    #[test]
    fn every_word_leads_back_to_its_string() {
        let atom: Vec<Post> = read(ATOM.as_bytes()).into_iter().map(Result::unwrap).collect();
        let raw = "Pools & baths\n\n<p>Open &amp; free all wee…</p>";
        for (words, from) in [("baths", "baths"), ("Open", "Open"), ("& free", "&amp; free"), ("wee…", "wee…")] {
            assert_eq!(origin(&atom[0], words, raw), from);
        }
        let rss: Vec<Post> = read(RSS.as_bytes()).into_iter().map(Result::unwrap).collect();
        // The title that says the same is no part of it.
        let raw = "We open at nine today.<br>Come &amp; see";
        assert_eq!((origin(&rss[0], "Come", raw), origin(&rss[0], "&", raw)), ("Come", "&amp;"));
        assert_eq!(origin(&rss[1], "long", "Fares\n\n<p>The long form</p>"), "long");
        let json = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Desk", "items": [
            {"id": "1", "title": "A &amp; B", "content_html": "<p>x &lt; <b>y</b></p>"}, {"id": "2", "content_text": "plain"}]}"#;
        let json: Vec<Post> = read(json.as_bytes()).into_iter().map(Result::unwrap).collect();
        let raw = "A &amp; B\n\n<p>x &lt; <b>y</b></p>";
        assert_eq!((origin(&json[0], "& B", raw), origin(&json[0], "< y", raw)), ("&amp; B", "&lt; <b>y"));
        assert_eq!((json[1].text.as_str(), json[1].original.is_none()), ("plain", true));
    }

    #[test]
    fn a_json_feed_is_read() {
        let feed = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Desk", "items": [
            {"id": "1", "url": "https://example.org/1", "title": "A < B", "content_html": "<p>x &amp; y</p>", "date_published": "2026-05-01T09:00:00Z"},
            {"id": "2", "content_text": "plain & <simple>"}]}"#;
        assert_eq!(texts(feed.as_bytes()), ["A < B\n\nx & y", "plain & <simple>"]);
    }

    #[test]
    fn what_is_whole_of_a_broken_feed_is_read() {
        let cut = &RSS[..RSS.find("The long form").unwrap()];
        assert_eq!(
            texts(cut.as_bytes()),
            ["We open at nine today.\nCome & see", "f: the feed ends in the middle, after 1 whole entry"]
        );
        let odd = ATOM.replace("<summary type=\"html\">", "<summary type=\"video/x\">");
        assert_eq!(texts(odd.as_bytes()), ["f, record 1: an entry that cannot be read", "Roads\n\nBoth open."]);
    }

    #[test]
    fn a_feed_may_say_its_encoding() {
        let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
        let rss = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><title>t</title><item><title>café</title></item></channel></rss>";
        assert_eq!(texts(&latin(rss)), ["café"]);
        let wide: Vec<u8> = format!("\u{feff}{rss}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&wide), ["café"]);
    }

    #[test]
    fn hostile_feeds_are_errors() {
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"Zanzibar\">]><rss version=\"2.0\"><channel><item><title>&a;</title></item></channel></rss>";
        for feed in [bomb, "<rss version=\"2.0\"><Zanzibar", "<rss version=\"9\"><channel/></rss>"] {
            let opened = from_reader("f", Box::new(Cursor::new(feed.as_bytes().to_vec())), &Reading::default());
            let shown = match opened {
                Err(fault) => fault.to_string(),
                Ok(feed) => format!(
                    "{:?}",
                    feed.map(|post| post.map(|post| post.text).map_err(|fault| fault.to_string())).collect::<Vec<_>>()
                ),
            };
            assert!(!shown.contains("Zanzibar"), "{shown}");
        }
        assert!(
            claims(&Ahead::new("-", b"<feedback>")).is_none() && claims(&Ahead::new("-", b"<feed>words")).is_none()
        );
    }
}
