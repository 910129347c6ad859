//! Content of GOV.UK as its content API gives it: one document, a list, or one a line. The
//! words are the title, the description and the body without its attachments. What the
//! publisher says of the document (withdrawn, political, of which government) is noted and
//! judged by nobody here. Pages of the search API hold titles and descriptions only.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::ahead::{Ahead, Shape};
use super::elements::Elements;
use super::input::Input;
use super::lines::Lines;
use super::shown::Shown;
use super::{Fault, Posts, Reading, feed_fault, html};
use crate::error::Result;
use crate::post::{Kind, Place, Post};

/// Most bytes of a document on one line: 64 MiB.
const LINE_LIMIT: usize = 64 << 20;
const SITE: &str = "https://www.gov.uk";

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let shape = ahead.json.as_ref()?;
    if is_search(shape) && ahead.contains("\"link\"") {
        return Some("it begins as a page of the GOV.UK search API".to_owned());
    }
    let is_document = shape.has_all(&["content_id", "schema_name"])
        || shape.has_all(&["content_id", "base_path"])
        || shape.has_all(&["base_path", "document_type"])
        || shape.has_all(&["schema_name", "document_type"]);
    is_document.then(|| "its keys are those of GOV.UK content (`schema_name`, `base_path`)".to_owned())
}

/// Whether an object of this shape is a page of search results.
fn is_search(shape: &Shape) -> bool {
    !shape.in_list && shape.has_all(&["results", "total", "start"])
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (file, place) = (input.name().to_owned(), input.place());
    let Some(shape) = Ahead::new(&file, input.ahead()).json else {
        return Err(feed_fault(&file, "no JSON object at its beginning, as GOV.UK content has"));
    };
    if is_search(&shape) {
        return Ok(Box::new(Listed(Elements::new(place, input.into_source()?, &["results"]))));
    }
    if shape.in_list {
        return Ok(Box::new(Listed(Elements::new(place, input.into_source()?, &[]))));
    }
    if shape.on_one_line {
        return Ok(Box::new(Lined(input.into_lines()?.with_limit(LINE_LIMIT))));
    }
    let post = read(&input.into_text()?, &place, 1).map_err(|fault| feed_fault(&file, fault.problem));
    Ok(Box::new(std::iter::once(post)))
}

/// Documents in a list.
struct Listed(Elements);

impl Iterator for Listed {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        let (read, number) = match self.0.next()? {
            Ok(element) => (read(element.json, &Place::default(), element.number), element.number),
            Err(fault) => return Some(Err(fault)),
        };
        let place = self.0.place_of(number);
        Some(match read {
            Ok(post) => Ok(Post { place: Some(place), ..post }),
            Err(fault) => Err(fault.in_place(place)),
        })
    }
}

/// Documents one a line.
struct Lined(Lines);

impl Iterator for Lined {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, read) = match self.0.next_str()? {
                Ok((_, json)) if json.trim().is_empty() => continue,
                Ok((line, json)) => (line, read(json, &Place::default(), line)),
                Err(fault) => return Some(Err(fault)),
            };
            let place = Place::line(self.0.file(), line);
            return Some(match read {
                Ok(post) => Ok(Post { place: Some(place), ..post }),
                Err(fault) => Err(fault.in_place(place)),
            });
        }
    }
}

/// A document, or a result of a search, of which only these keys are read.
#[derive(Deserialize)]
struct Document<'j> {
    #[serde(borrow, default)]
    content_id: Option<Cow<'j, str>>,
    #[serde(borrow, default)]
    base_path: Option<Cow<'j, str>>,
    /// The path of a search result.
    #[serde(borrow, default)]
    link: Option<Cow<'j, str>>,
    #[serde(borrow, default, rename = "document_type")]
    kind_of_page: Option<Cow<'j, str>>,
    #[serde(borrow, default)]
    title: Option<Cow<'j, str>>,
    /// A string, or versions of it by type; rarely a list.
    #[serde(default)]
    description: Value,
    #[serde(borrow, default)]
    locale: Option<Cow<'j, str>>,
    #[serde(borrow, default)]
    public_updated_at: Option<Cow<'j, str>>,
    #[serde(borrow, default)]
    first_published_at: Option<Cow<'j, str>>,
    #[serde(borrow, default)]
    public_timestamp: Option<Cow<'j, str>>,
    #[serde(default)]
    withdrawn_notice: Option<Withdrawn>,
    #[serde(default)]
    details: Option<Details>,
    #[serde(default)]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Withdrawn {
    #[serde(default)]
    withdrawn_at: Option<String>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    body: Value,
    /// Chapters of a guide.
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    political: Option<bool>,
    #[serde(default)]
    government: Option<Government>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize)]
struct Government {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    current: Option<bool>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default)]
    primary_publishing_organisation: Vec<Titled>,
    #[serde(default)]
    organisations: Vec<Titled>,
    #[serde(default)]
    government: Vec<LinkedGovernment>,
}

#[derive(Deserialize)]
struct Titled {
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
struct LinkedGovernment {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    details: Option<Government>,
}

/// The post that `json` holds.
fn read(json: &str, place: &Place, number: u64) -> Result<Post, Fault> {
    let document: Document<'_> = serde_json::from_str(json)
        .map_err(|fault| Fault::new(format!("no GOV.UK document: line {}, column {}", fault.line(), fault.column())))?;
    let locale = document.locale.as_deref();
    let id = document.content_id.as_deref().or(document.base_path.as_deref()).or(document.link.as_deref());
    // Translations of a document share its id.
    let id = id.map(|id| match locale {
        Some(locale) if locale != "en" && document.content_id.is_some() => format!("{id}:{locale}"),
        _ => id.to_owned(),
    });
    let path = document.base_path.as_deref().or(document.link.as_deref());
    let time = [&document.public_updated_at, &document.first_published_at, &document.public_timestamp];
    let organisation = |of: fn(&Links) -> &[Titled]| of(document.links.as_ref()?).first()?.title.clone();
    let is_document = document.details.is_some() || document.title.is_some();
    let mut post = Post {
        platform: id.is_some().then_some("govuk"),
        id: id.unwrap_or_else(|| number.to_string()),
        time: time.into_iter().flatten().next().map(|time| time.clone().into_owned()),
        author: organisation(|links| &links.primary_publishing_organisation)
            .or_else(|| organisation(|links| &links.organisations)),
        url: path.map(|path| if path.starts_with('/') { format!("{SITE}{path}") } else { path.to_owned() }),
        kind: if is_document { Kind::Original } else { Kind::Other },
        lang: document.locale.as_deref().map(str::to_owned),
        notes: notes(&document),
        place: Some(place.clone()),
        ..Post::default()
    };
    words(&document).put(&mut post);
    Ok(post)
}

/// Title, description and body, each a paragraph or more, with the way back to their strings.
fn words(document: &Document<'_>) -> Shown {
    let mut words = Shown::default();
    words.trimmed(document.title.as_deref().unwrap_or_default());
    words.trimmed(document.description.as_str().unwrap_or_default());
    if let Some(details) = &document.details {
        add(&mut words, &details.body);
        for part in &details.parts {
            words.trimmed(&part.title);
            add(&mut words, &part.body);
        }
    }
    words
}

/// Adds a body as a reader sees it: HTML, or the HTML among its versions.
fn add(words: &mut Shown, body: &Value) {
    let of_type = |wanted: &str| {
        let versions = body.as_array()?.iter();
        let mut fits = versions.filter(|version| version["content_type"] == wanted);
        fits.next()?["content"].as_str()
    };
    let html = body.as_str().or_else(|| of_type("text/html"));
    match html {
        Some(html) => words.decoded(html, html::text(&without_attachments(html))),
        None => words.plain(of_type("text/govspeak").unwrap_or_default()),
    }
}

/// What the publisher says of the document.
fn notes(document: &Document<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let withdrawn = document.withdrawn_notice.as_ref().and_then(|notice| notice.withdrawn_at.as_deref());
    notes.extend(withdrawn.map(|at| format!("withdrawn: {}", at.get(..10).unwrap_or(at))));
    let details = document.details.as_ref();
    let linked = document.links.as_ref().and_then(|links| links.government.first());
    let government = details.and_then(|details| details.government.as_ref());
    let title = government.and_then(|government| government.title.as_deref()).or_else(|| linked?.title.as_deref());
    let is_current = |government: &Government| government.current;
    let current = government.and_then(is_current).or_else(|| is_current(linked?.details.as_ref()?));
    match (details.and_then(|details| details.political).unwrap_or_default(), current) {
        (true, Some(false)) => notes.push(format!("history mode: {}", title.unwrap_or("a former government"))),
        (true, _) => notes.push("political: so marked by its publisher".to_owned()),
        (false, _) => {}
    }
    match (&document.details, document.link.is_some()) {
        (None, true) => notes.push("no body: search results hold none".to_owned()),
        (Some(details), _) if details.body.is_null() && details.parts.is_empty() => {
            let kind = document.kind_of_page.as_deref().unwrap_or("document");
            notes.push(format!("no body: {kind}"));
        }
        _ => {}
    }
    notes
}

/// `html` with the boxes of attachments, which are not the document's own words, made into
/// declarations of the same length, which nobody sees: all else stays where it is.
fn without_attachments(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut at = 0;
    while let Some((open, name)) = attachment(&html[at..]) {
        let len = element_len(&html[at + open..], name);
        kept.push_str(&html[at..at + open]);
        kept.push_str("<!");
        kept.extend(std::iter::repeat_n(' ', len.saturating_sub("<!>".len())));
        kept.push('>');
        at += open + len;
    }
    if at == 0 {
        return Cow::Borrowed(html);
    }
    kept.push_str(&html[at..]);
    Cow::Owned(kept)
}

/// Where the first attachment's element opens, and its name.
fn attachment(html: &str) -> Option<(usize, &str)> {
    let opens = html.match_indices('<').find_map(|(at, _)| {
        let tag = &html[at + 1..html[at..].find('>').map_or(html.len(), |end| at + end)];
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().filter(|name| !name.is_empty())?;
        let class = tag.split_once("class=\"")?.1.split('"').next()?;
        let is_one = class.split_whitespace().any(|class| matches!(class, "attachment" | "gem-c-attachment"));
        is_one.then_some((at, name))
    })?;
    Some(opens)
}

/// Length of the element `name` that `html` begins with.
fn element_len(html: &str, name: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in html.match_indices('<') {
        let closes = html[at + 1..].starts_with('/');
        let rest = &html[at + 1 + usize::from(closes)..];
        if rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric())) {
            depth = if closes { depth.saturating_sub(1) } else { depth + 1 };
            if depth == 0 {
                return html[at..].find('>').map_or(html.len(), |end| at + end + 1);
            }
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Format, from_reader};
    use super::*;

    const DOCUMENT: &str = r#"{"base_path": "/government/news/pools", "content_id": "8c1f", "document_type": "news_story",
        "schema_name": "news_article", "title": "Pools reopen", "description": "All &amp; any", "locale": "en",
        "first_published_at": "2015-01-02T09:00:00Z", "public_updated_at": "2015-01-03T09:00:00.000+00:00",
        "withdrawn_notice": {"explanation": "<p>Old</p>", "withdrawn_at": "2019-08-22T10:29:02+01:00"},
        "links": {"organisations": [{"title": "Department for Pools", "details": {}}], "government": []},
        "details": {"body": "<div class=\"govspeak\"><h2 id=\"a\">When</h2>\n<ul><li>Monday &amp; Tuesday</li></ul><section class=\"attachment embedded\"><section>Doc</section>PDF</section><p>Ask us.</p></div>",
            "political": true, "government": {"title": "2010 to 2015 government", "slug": "x", "current": false}, "tags": {}}}"#;

    fn posts(json: &str) -> Vec<Result<Post>> {
        let feed = from_reader("f", Box::new(Cursor::new(json.as_bytes().to_vec())), &Reading::default()).unwrap();
        assert_eq!(feed.format(), Format::Govuk, "{json}");
        feed.collect()
    }

    fn only(json: &str) -> Post {
        let mut posts = posts(json);
        assert_eq!(posts.len(), 1);
        posts.remove(0).unwrap()
    }

    #[test]
    fn a_document_is_its_title_description_and_body() {
        let post = only(DOCUMENT);
        assert_eq!(post.text, "Pools reopen\n\nAll &amp; any\n\nWhen\n\nMonday & Tuesday\n\nAsk us.");
        assert_eq!((post.id.as_str(), post.platform), ("8c1f", Some("govuk")));
        assert_eq!(post.url.as_deref(), Some("https://www.gov.uk/government/news/pools"));
        assert_eq!(post.author.as_deref(), Some("Department for Pools"));
        assert_eq!(post.date(), Some(jiff::civil::date(2015, 1, 3)));
        assert_eq!(post.notes, ["withdrawn: 2019-08-22", "history mode: 2010 to 2015 government"]);
    }

    #[test]
    fn every_word_leads_back_to_its_string() {
        let post = only(DOCUMENT);
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let strings = [&document["title"], &document["description"], &document["details"]["body"]];
        let raw = strings.map(|string| string.as_str().unwrap()).join("\n\n");
        // “Ask us.” stands after an attachment that is left out.
        for (words, from) in [
            ("Pools", "Pools"),
            ("&amp; any", "&amp; any"),
            ("When", "When"),
            ("& Tuesday", "&amp; Tuesday"),
            ("Ask us.", "Ask us."),
        ] {
            let at = post.text.find(words).unwrap();
            assert_eq!(post.original_span(crate::span::Span::new(at, at + words.len())).of(&raw), from);
        }
    }

    #[test]
    fn documents_come_alone_in_lists_and_in_lines() {
        let line = DOCUMENT.replace('\n', " ");
        let welsh =
            line.replace("\"locale\": \"en\"", "\"locale\": \"cy\"").replace("\"current\": false", "\"current\": true");
        assert_eq!(only(&line).place.unwrap().line, Some(1));
        let lines = posts(&format!("{line}\n\n{{\"title\": 5}}\n{welsh}\n"));
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1].as_ref().unwrap_err().to_string(), "f:3: no GOV.UK document: line 1, column 11");
        let last = lines[2].as_ref().unwrap();
        assert_eq!((last.id.as_str(), last.lang.as_deref()), ("8c1f:cy", Some("cy")));
        assert_eq!(last.notes[1], "political: so marked by its publisher");
        let listed = posts(&format!("[{DOCUMENT}, {DOCUMENT}, {{\"base"));
        assert_eq!(listed.len(), 3);
        assert_eq!(listed[1].as_ref().unwrap().place.as_ref().unwrap().item.as_deref(), Some("record 2"));
        assert!(listed[2].as_ref().unwrap_err().to_string().contains("ends in the middle"));
    }

    #[test]
    fn bodies_come_in_several_shapes() {
        let with = |details: &str| {
            only(&format!(
                r#"{{"schema_name": "guide", "content_id": "1", "document_type": "guide", "title": "T", "details": {details}}}"#
            ))
        };
        let versions = r#"{"body": [{"content_type": "text/govspeak", "content": "a **b**"}, {"content_type": "text/html", "content": "<p>a <b>b</b></p>"}]}"#;
        assert_eq!(with(versions).text, "T\n\na b");
        assert_eq!(
            with(r#"{"parts": [{"title": "One", "body": "<p>x</p>"}, {"title": "Two", "body": null}]}"#).text,
            "T\n\nOne\n\nx\n\nTwo"
        );
        assert_eq!(with("{}").notes, ["no body: guide"]);
        let gone =
            only(r#"{"schema_name": "gone", "content_id": "2", "document_type": "gone", "withdrawn_notice": {}}"#);
        assert_eq!((gone.kind, gone.text.as_str()), (Kind::Other, ""));
    }

    #[test]
    fn search_results_have_no_body() {
        let page = r#"{"results": [{"title": "Pools", "link": "/pools", "description": "Open", "public_timestamp": "2020-05-01T00:00:00Z"}],
            "total": 1, "start": 0, "aggregates": {}}"#;
        let post = only(page);
        assert_eq!((post.text.as_str(), post.id.as_str()), ("Pools\n\nOpen", "/pools"));
        assert_eq!(post.notes, ["no body: search results hold none"]);
    }

    #[test]
    fn attachments_are_cut_out_whole() {
        let shown = |html: &str| {
            let kept = without_attachments(html);
            assert_eq!(kept.len(), html.len());
            html::text(&kept).as_str().to_owned()
        };
        assert_eq!(without_attachments("<p>a</p>"), "<p>a</p>");
        let html = "a<div class=\"gem-c-attachment x\"><div>b</div>é > c</div>d<section class='attachment'>e</section>";
        assert_eq!(shown(html), "ad\n\ne");
        assert_eq!(shown("a<div class=\"attachment\">never closed"), "a");
        for broken in ["<", "<div class=\"", "<é class=\"attachment\">é", "<div class=\"attachment\"></div"] {
            let _ = without_attachments(broken);
        }
    }

    #[test]
    fn a_cut_document_is_an_error_without_its_words() {
        let cut = &DOCUMENT[..DOCUMENT.len() - 40];
        let fault = posts(cut).remove(0).unwrap_err().to_string();
        assert!(fault.starts_with("f: no GOV.UK document") && !fault.contains("Pools"), "{fault}");
    }
}
