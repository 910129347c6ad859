//! HTML as a reader sees it: tags gone, entities decoded once, blocks on lines of their
//! own, what is never shown left out; every byte knows where it came from.

use crate::span::Span;
use crate::text::Aligned;

/// Elements whose content is never shown.
const HIDDEN: &[&str] = &["script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object"];
/// Elements that begin and end a paragraph.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "blockquote",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "dl",
    "table",
    "form",
    "fieldset",
    "address",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "details",
    "summary",
    "body",
    "html",
];
/// Elements that begin and end a line.
const LINES: &[&str] = &["li", "dt", "dd", "tr", "caption", "option"];
/// The longest entity looked at, in bytes.
const MAX_ENTITY: usize = 32;

/// The text of `html`.
pub(super) fn text(html: &str) -> Aligned {
    let mut out = Writer { out: Aligned::with_capacity(html.len()), breaks: 0, space: None, pre: 0 };
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        if rest.starts_with('<')
            && let Some(tag) = tag(rest)
        {
            at += tag.len;
            if HIDDEN.contains(&tag.name.as_str()) && !tag.closes && !tag.is_empty {
                at += hidden(&html[at..], &tag.name);
            }
            out.tag(&tag);
            continue;
        }
        if let Some((decoded, len)) = entity(rest) {
            out.push(&decoded, Span::new(at, at + len));
            at += len;
            continue;
        }
        let len = rest.chars().next().map_or(1, char::len_utf8);
        out.push(&rest[..len], Span::new(at, at + len));
        at += len;
    }
    out.out
}

/// `text` with its entities decoded once and nothing else changed.
pub(super) fn entities(text: &str) -> Aligned {
    let mut out = Aligned::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let Some((decoded, len)) = entity(&text[at..]) {
            out.push(&decoded, Span::new(at, at + len));
            at += len;
            continue;
        }
        let plain = memchr::memchr(b'&', &text.as_bytes()[at + 1..]).map_or(text.len(), |next| at + 1 + next);
        for (offset, c) in text[at..plain].char_indices() {
            let start = at + offset;
            out.push(&text[start..start + c.len_utf8()], Span::new(start, start + c.len_utf8()));
        }
        at = plain;
    }
    out
}

struct Tag {
    name: String,
    closes: bool,
    is_empty: bool,
    len: usize,
}

/// The tag, comment or declaration at the start of `rest`, if there is one.
fn tag(rest: &str) -> Option<Tag> {
    let nameless = |len| Some(Tag { name: String::new(), closes: false, is_empty: true, len });
    if rest.starts_with("<!--") {
        return nameless(rest.find("-->").map_or(rest.len(), |end| end + 3));
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        return nameless(rest.find('>').map_or(rest.len(), |end| end + 1));
    }
    let closes = rest.starts_with("</");
    let inner = &rest[1 + usize::from(closes)..];
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(inner.len());
    let mut quote = None;
    let end = rest.bytes().position(|byte| match (quote, byte) {
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), byte) if open == byte => {
            quote = None;
            false
        }
        (None, b'>') => true,
        _ => false,
    });
    let len = end.or_else(|| rest.find('>')).map_or(rest.len(), |end| end + 1);
    let is_empty = rest[..len].ends_with("/>");
    Some(Tag { name: inner[..name].to_ascii_lowercase(), closes, is_empty, len })
}

/// Bytes up to the end of the hidden element `name`, its closing tag included.
fn hidden(rest: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(open) = rest[from..].find("</") {
        let at = from + open;
        let is_end = rest[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
        if is_end {
            return rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        }
        from = at + 2;
    }
    rest.len()
}

/// The text that an entity at the start of `rest` stands for, and its length.
fn entity(rest: &str) -> Option<(String, usize)> {
    let inner = rest.strip_prefix('&')?;
    let end = inner.bytes().take(MAX_ENTITY).position(|byte| byte == b';')?;
    let name = &inner.as_bytes()[..end];
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'#');
    let len = end + 2;
    let decoded = is_name.then(|| htmlize::unescape(&rest[..len]))?;
    (decoded != rest[..len]).then(|| (decoded.into_owned(), len))
}

/// Writes text with the spaces and line ends that a browser would show.
struct Writer {
    out: Aligned,
    /// Line ends owed before the next word.
    breaks: usize,
    /// Where a space owed before the next word stands.
    space: Option<Span>,
    pre: usize,
}

impl Writer {
    fn tag(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        match name {
            "br" => self.breaks = (self.breaks + 1).min(2),
            "td" | "th" if tag.closes => self.breaks = self.breaks.max(1),
            "pre" if tag.closes => self.pre = self.pre.saturating_sub(1),
            "pre" => self.pre += 1,
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.breaks = 2;
        } else if LINES.contains(&name) {
            self.breaks = self.breaks.max(1);
        }
    }

    fn push(&mut self, piece: &str, origin: Span) {
        if self.pre == 0 && piece.chars().all(|c| c.is_ascii_whitespace()) {
            self.space.get_or_insert(origin);
            return;
        }
        let at = Span::new(origin.start, origin.start);
        let space = self.space.take();
        if !self.out.as_str().is_empty() {
            if self.breaks > 0 {
                self.out.push(&"\n\n"[..self.breaks], space.unwrap_or(at));
            } else if let Some(space) = space {
                self.out.push(" ", space);
            }
        }
        self.breaks = 0;
        self.out.push(piece, origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        text(html).as_str().to_owned()
    }

    #[test]
    fn blocks_lines_and_spaces_are_as_a_browser_shows_them() {
        assert_eq!(shown("<p>Roads \n reopen</p><p>at&nbsp;six<br>today</p>"), "Roads reopen\n\nat\u{a0}six\ntoday");
        assert_eq!(shown("<ul><li>One<li>Two</ul>end"), "One\nTwo\n\nend");
        assert_eq!(shown("<b>bold</b>er <i>now</i>"), "bolder now");
        assert_eq!(shown("<pre>a  b\n c</pre>"), "a  b\n c");
        assert_eq!(shown("<table><tr><td>a</td><td>b</td></tr></table>"), "a\nb");
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        assert_eq!(shown("a<script>if (x</b) alert('</p>')</SCRIPT >b<!-- c > d -->e"), "abe");
        assert_eq!(shown("<head><title>T</title></head><body>B</body>"), "B");
        assert_eq!(shown("<a title=\"x > y\">link</a>"), "link");
        assert_eq!(shown("<span class=\"invisible\">https://</span><span>gov.uk</span>"), "https://gov.uk");
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(shown("5 &lt; 6 &amp;amp; &pound;3 &bogus; & co"), "5 < 6 &amp; £3 &bogus; & co");
        assert_eq!(entities("a &amp; <b> \n é &#39;").as_str(), "a & <b> \n é '");
        assert_eq!(shown("2 < 3 and a<4"), "2 < 3 and a<4");
    }

    #[test]
    fn every_word_leads_back() {
        let html = "<p>Fees &amp; <b>fines</b></p>\n<p>fall</p>";
        let aligned = text(html);
        assert_eq!(aligned.as_str(), "Fees & fines\n\nfall");
        let origin = |word: &str| {
            let at = aligned.as_str().find(word).unwrap();
            aligned.origin(Span::new(at, at + word.len())).of(html)
        };
        assert_eq!((origin("fines"), origin("&"), origin("fall")), ("fines", "&amp;", "fall"));
    }

    #[test]
    fn broken_html_loses_no_words() {
        for html in ["<p", "<p>a", "a</p", "<<p>>a", "<a href=\"x>a", "&", "&#xD800;", "<!-- a", "<script>a"] {
            let _ = text(html);
        }
        assert_eq!(shown("<a href=\"x>link</a>"), "link");
    }
}
