//! Words as Markdown that shows them and does nothing else.

use crate::report::record::Clause;

/// `text`, which is one line, so that no part of it is markup, a link, a name or a number
/// of GitHub. A blank without width stands where one of these is broken up.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '{' | '}' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' | '\n' => out.push(' '),
            '@' => out.push_str("@\u{200b}"),
            '#' if starts_with_digit(&text[at + 1..]) => out.push_str("#\u{200b}"),
            '-' if is_short_reference(&text[..at]) && starts_with_digit(&text[at + 1..]) => out.push_str("-\u{200b}"),
            ':' if text[at..].starts_with("://") || is_email_scheme(&text[..at]) => out.push_str(":\u{200b}"),
            '.' if ends_with_www(&text[..at]) => out.push_str("\u{200b}."),
            '!' | '+' | '-' | '#' | '=' if before == ' ' && out.is_empty() => out.extend(['\\', c]),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// `url` as the target of a link; `None` if it is no web page, or one of GitHub, which
/// would note that it was linked.
pub(super) fn target(url: &str) -> Option<String> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let is_safe = |c: char| c.is_ascii_graphic() && !"<>()[]\\`\"|{}^*_~@$".contains(c);
    if host.to_ascii_lowercase().contains("github") {
        return None;
    }
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        if is_safe(c) {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            out.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    Some(out)
}

/// A clause, as a link where it can be read.
pub(in crate::report) fn linked(clause: &Clause) -> String {
    let words = escaped(&clause.words());
    clause.url.as_deref().and_then(target).map_or_else(|| words.clone(), |url| format!("[{words}]({url})"))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether `GH` stands at the end, as in `GH-1`.
fn is_short_reference(before: &str) -> bool {
    before.len().checked_sub(2).and_then(|at| before.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("gh"))
}

fn is_email_scheme(before: &str) -> bool {
    ["mailto", "xmpp"].iter().any(|scheme| before.to_ascii_lowercase().ends_with(scheme))
}

fn ends_with_www(before: &str) -> bool {
    before.len().checked_sub(3).and_then(|at| before.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown() {
        assert_eq!(escaped("| `b` *c* _d_ ~~e~~"), r"\| \`b\` \*c\* \_d\_ \~\~e\~\~");
        assert_eq!(escaped("![f](javascript:x) <b>&amp;</b>"), r"\!\[f\](javascript:x) &lt;b&gt;&amp;amp;&lt;/b&gt;");
        assert_eq!(escaped("# not a title"), r"\# not a title");
        assert_eq!(escaped("- no list"), r"\- no list");
        assert_eq!(escaped("1-2 a+b C# ok! €5"), "1-2 a+b C# ok! €5");
    }

    #[test]
    fn nobody_is_told() {
        assert_eq!(escaped("@someone a@b.example"), "@\u{200b}someone a@\u{200b}b.example");
        assert_eq!(escaped("#12 o/r#3 #VoteDay"), "#\u{200b}12 o/r#\u{200b}3 #VoteDay");
        assert_eq!(escaped("GH-4 gh-5 high-rise"), "GH-\u{200b}4 gh-\u{200b}5 high-rise");
        assert_eq!(
            escaped("see https://e.example www.e.example"),
            "see https:\u{200b}//e.example www\u{200b}.e.example"
        );
        assert_eq!(escaped("ümlaut-x"), "ümlaut-x");
    }

    #[test]
    fn only_web_pages_are_linked_and_none_that_would_know() {
        assert_eq!(target("https://e.example/a(b) c_d").as_deref(), Some("https://e.example/a%28b%29%20c%5Fd"));
        assert_eq!(target("javascript:alert(1)"), None);
        assert_eq!(target("https://github.com/o/r/issues/5"), None);
    }
}
