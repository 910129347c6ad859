//! A Markdown document as one post: its words as they are shown, with what its front matter
//! says of it before them. Link texts and the words for pictures stay, addresses and blocks
//! of code go. Renders nothing and follows no links.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::ahead::Ahead;
use super::input::Input;
use super::joined::Joined;
use super::{Posts, Reading, html, name_of};
use crate::error::Result;
use crate::post::Post;
use crate::span::Span;
use crate::text::Aligned;

/// Keys of the front matter that are shown with the document.
const SHOWN: &[&str] = &["title", "description", "summary"];

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    if matches!(ahead.extension().as_deref(), Some("md" | "markdown" | "mdx")) {
        return Some("its name ends as those of Markdown do".to_owned());
    }
    let text = String::from_utf8_lossy(ahead.bytes);
    let (block, _) = front_matter(&text)?;
    let is_front = front(block).iter().any(|(key, ..)| SHOWN.contains(&key.as_str()));
    is_front.then(|| "it begins with front matter that has a title".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (id, place) = (name_of(input.name()), input.place());
    let source = input.into_text()?;
    let mut post = Post { id, place: Some(place), ..Post::default() };
    let text = text(&source, &mut post);
    text.as_str().clone_into(&mut post.text);
    post.original = Some(text);
    let post = (!source.trim().is_empty()).then_some(Ok(post));
    Ok(Box::new(post.into_iter()))
}

/// The words of `source`; what its front matter says of it is set in `post`.
fn text(source: &str, post: &mut Post) -> Aligned {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut writer = Writer { source, out: Joined::default(), skips: false };
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        if let Event::Start(Tag::MetadataBlock(_)) = event {
            writer.front(range.clone(), post);
        }
        writer.event(&event, range);
    }
    writer.out.finish()
}

struct Writer<'s> {
    source: &'s str,
    out: Joined,
    /// Inside a block that is not written as it comes.
    skips: bool,
}

impl Writer<'_> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => {
                self.out.part(breaks(tag.to_end()));
                if matches!(tag, Tag::HtmlBlock) && !self.skips {
                    self.out.push_aligned(&html::text(&self.source[range.clone()]), range.start);
                }
                self.skips |= is_skipped(tag.to_end());
            }
            Event::End(tag) => {
                self.skips &= !is_skipped(*tag);
                self.out.part(breaks(*tag));
            }
            _ if self.skips => {}
            Event::Text(text) if self.source[range.clone()] == **text => self.out.push_plain(text, range.start),
            Event::Text(text) => self.out.push(text, Span::new(range.start, range.end)),
            Event::Code(text) => self.code(text, range),
            Event::SoftBreak => self.out.push(" ", Span::new(range.start, range.end)),
            Event::HardBreak => self.out.part(1),
            Event::InlineHtml(tag) if tag.to_ascii_lowercase().starts_with("<br") => self.out.part(1),
            Event::Rule => self.out.part(2),
            _ => {}
        }
    }

    /// The words of a span of code, which stand between its marks in `range`.
    fn code(&mut self, text: &str, range: Range<usize>) {
        match self.source[range.clone()].find(text) {
            Some(offset) => self.out.push_plain(text, range.start + offset),
            None => self.out.push(text, Span::new(range.start, range.end)),
        }
    }

    /// Writes what of the front matter in `range` is shown.
    fn front(&mut self, range: Range<usize>, post: &mut Post) {
        for (key, value, at) in front(&self.source[range.clone()]) {
            match key.as_str() {
                key if SHOWN.contains(&key) => {
                    self.out.part(2);
                    self.out.push_plain(value, range.start + at);
                }
                "date" | "published" => post.time = Some(value.to_owned()),
                "author" => post.author = Some(value.to_owned()),
                "lang" | "language" | "locale" => post.lang = Some(value.to_owned()),
                _ => {}
            }
        }
    }
}

/// Line ends before and after what ends with `tag`.
fn breaks(tag: TagEnd) -> usize {
    match tag {
        TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => 1,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => 0,
        _ => 2,
    }
}

fn is_skipped(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_))
}

/// The front matter at the start of `text`, its fences included, and what follows.
fn front_matter(text: &str) -> Option<(&str, &str)> {
    let fence = ["---", "+++"].into_iter().find(|fence| text.starts_with(fence))?;
    let close = text.match_indices('\n').map(|(at, _)| at + 1).find(|&at| {
        let line = text[at..].lines().next().unwrap_or_default();
        line.trim_end() == fence
    })?;
    Some(text.split_at(close + fence.len()))
}

/// The keys at the outer level of a front matter, each with its value and where that
/// stands. A value over several lines counts as far as its first paragraph goes.
fn front(block: &str) -> Vec<(String, &str, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < block.len() {
        let end = line_end(block, at);
        let line = &block[at..end];
        let start = at;
        at = end;
        let Some(sign) = line.find([':', '=']).filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic())) else {
            continue;
        };
        let key = line[..sign].trim().to_ascii_lowercase();
        let mut from = start + sign + 1;
        let mut to = end;
        if matches!(block[from..to].trim(), ">" | "|" | ">-" | "|-" | ">+" | "|+") {
            from = end;
            while block[at..].starts_with([' ', '\t']) {
                at = line_end(block, at);
            }
            to = at.max(from);
        }
        let value = block[from..to].trim_start();
        let (value, value_at) = (value.trim_end(), to - value.len());
        let unquoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        if !value.is_empty() {
            found.push((key, unquoted.unwrap_or(value), value_at + usize::from(unquoted.is_some())));
        }
    }
    found
}

fn line_end(block: &str, at: usize) -> usize {
    block[at..].find('\n').map_or(block.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (Aligned, Post) {
        let mut post = Post::default();
        (text(source, &mut post), post)
    }

    fn shown(source: &str) -> String {
        read(source).0.as_str().to_owned()
    }

    #[test]
    fn words_stay_and_marks_go() {
        let source = "# Roads *reopen*\n\nSee [the plan](https://example.org/plan) and\n**call** us.  \nToday.\n\n\
                      - one\n- two\n\n![A crossing, seen from above](map.png)\n\n| a | b |\n|---|---|\n| c | d |\n\n> quoted\n";
        assert_eq!(
            shown(source),
            "Roads reopen\n\nSee the plan and call us.\nToday.\n\none\ntwo\n\nA crossing, seen from above\n\na\nb\nc\nd\n\nquoted"
        );
    }

    #[test]
    fn code_goes_and_the_words_of_html_stay() {
        let source = "Before\n\n```sh\nrm -rf /\n```\n\n    indented\n\nRun `make` <b>now</b><br>please\n\n\
                      <div class=\"call\">\n<p>Call &amp; ask</p><!-- note -->\n</div>\n\nAfter &pound;3\n";
        assert_eq!(shown(source), "Before\n\nRun make now\nplease\n\nCall & ask\n\nAfter £3");
    }

    #[test]
    fn the_front_matter_comes_first() {
        let source = "---\ntitle: \"Roads: what is new\"\nlayout: post\nsummary: >-\n  Two roads\n  reopen.\ndate: 2026-05-01\n\
                      tags:\n  - title: no\nlang: cy\n---\n\nBody.\n";
        let (text, post) = read(source);
        assert_eq!(text.as_str(), "Roads: what is new\n\nTwo roads\n  reopen.\n\nBody.");
        assert_eq!((post.time.as_deref(), post.lang.as_deref()), (Some("2026-05-01"), Some("cy")));
        assert_eq!(shown("+++\ntitle = 'Roads'\n+++\nBody"), "Roads\n\nBody");
        let claimed = |name: &str, text: &str| claims(&Ahead::new(name, text.as_bytes())).is_some();
        assert!(claimed("-", source) && claimed("a.md", "words"));
        assert!(!claimed("-", "---\nfirst post\n---\nsecond post\n") && !claimed("a.txt", "# words"));
    }

    #[test]
    fn every_word_leads_back() {
        let source = "---\ntitle: Roads\n---\n\nFees &amp; *fines* [fall](u)\n\n<p>soon &lt;3</p>\n";
        let (text, _) = read(source);
        let origin = |word: &str| {
            let at = text.as_str().find(word).unwrap();
            text.origin(Span::new(at, at + word.len())).of(source)
        };
        for word in ["Roads", "Fees", "fines", "fall", "soon"] {
            assert_eq!(origin(word), word);
        }
        assert_eq!((origin("&"), origin("<")), ("&amp;", "&lt;"));
    }

    #[test]
    fn broken_markdown_is_still_words() {
        for source in ["[a](", "![", "```\nopen", "---\ntitle: x", "<div", "| a |\n|-", "\u{0}", "&#xD800;", "- - - a"]
        {
            let _ = shown(source);
        }
        assert_eq!(shown(&"> ".repeat(5_000)), "");
        assert!(shown(&"[".repeat(5_000)).starts_with("[["));
    }
}
