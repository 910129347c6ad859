//! Words in XML 1.0: escaped, and without the characters that XML cannot hold.

/// `text` as the value of an attribute in double quotes; line ends stay line ends.
pub(super) fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| is_character(c)) {
        match c {
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c => escape(c, &mut out),
        }
    }
    out
}

/// `text` as what stands between tags.
pub(super) fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().filter(|&c| is_character(c)).for_each(|c| escape(c, &mut out));
    out
}

fn escape(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"), // `]]>` may not stand in a text
        '\r' => out.push_str("&#13;"),
        c => out.push(c),
    }
}

/// Whether XML 1.0 has `c`, and it is no control character.
fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// All words of `xml` between tags, after a strict look at tags, quotes and entities.
    pub fn well_formed(xml: &str) -> String {
        let mut open: Vec<&str> = Vec::new();
        let mut words = String::new();
        let mut rest = xml.split_once("?>").unwrap().1;
        while let Some(at) = rest.find('<') {
            words.push_str(&decoded(&rest[..at]));
            let end = rest[at..].find('>').unwrap() + at;
            let tag = &rest[at + 1..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
                continue;
            }
            let bare = tag.strip_suffix('/');
            let tag = bare.unwrap_or(tag);
            let (name, values) = tag.split_once(' ').unwrap_or((tag, ""));
            assert!(values.matches('"').count().is_multiple_of(2) && !values.contains('\n'), "{tag}");
            decoded(values);
            if bare.is_none() {
                open.push(name);
            }
        }
        assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
        words
    }

    fn decoded(text: &str) -> String {
        assert!(text.chars().all(is_character), "{text:?}");
        let known = ["&quot;", "&#10;", "&#9;", "&#13;", "&lt;", "&gt;"];
        let plain = ["\"", "\n", "\t", "\r", "<", ">"];
        let mut out = text.to_owned();
        for (entity, plain) in known.iter().zip(plain) {
            out = out.replace(entity, plain);
        }
        assert_eq!(out.matches('&').count(), out.matches("&amp;").count(), "{text}");
        out.replace("&amp;", "&")
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(content("a\u{0}\u{1b}[b\u{fffe}\u{85} ]]> &amp;\r\n"), "a[b ]]&gt; &amp;amp;&#13;\n");
        assert_eq!(attribute("\"a\"\n<\t'"), "&quot;a&quot;&#10;&lt;&#9;'");
        assert_eq!(attribute("😀 \u{202e}"), "😀 \u{202e}");
    }
}
