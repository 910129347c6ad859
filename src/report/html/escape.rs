//! Words as a page may hold them. All of a draft is hostile: markup is escaped, and what
//! a browser would not show or would obey (NUL, control characters, direction controls,
//! zero-width and tag characters) is written out as `⟨U+202E⟩`.

use std::fmt::Write;

const STRING: &str = "writing to a String cannot fail";

/// `text` for an attribute, an option or anywhere else that takes no markup.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push(&mut out, text, false);
    out
}

/// `text` for the body of a page: what is made visible is a `span` of class `ctl`.
pub(super) fn body(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push(&mut out, text, true);
    out
}

/// The first `most` characters of `text`, with an ellipsis where it goes on.
pub(super) fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

fn push(out: &mut String, text: &str, spans: bool) {
    let mut chars = text.chars().peekable();
    let mut flag = false;
    while let Some(c) = chars.next() {
        let in_flag = flag && is_tag(c);
        flag = c == '\u{1F3F4}' || in_flag;
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push('\t'),
            c if is_unseen(c) && !in_flag => {
                let mark = u32::from(c);
                if spans {
                    write!(out, "<span class=\"ctl\">⟨U+{mark:04X}⟩</span>").expect(STRING);
                } else {
                    write!(out, "⟨U+{mark:04X}⟩").expect(STRING);
                }
            }
            c => out.push(c),
        }
    }
}

/// Letters of the flags of England, Scotland and Wales, after a black flag.
fn is_tag(c: char) -> bool {
    ('\u{E0000}'..='\u{E007F}').contains(&c)
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || is_tag(c)
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
        )
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
        || matches!(u32::from(c) & 0xFFFF, 0xFFFE | 0xFFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_has_no_effect() {
        let hostile = "</script><img src=x onerror='alert(\"1\")'> &amp;";
        let escaped = "&lt;/script&gt;&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt; &amp;amp;";
        assert_eq!(plain(hostile), escaped);
        assert_eq!(body(hostile), escaped);
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(plain("a\0b\u{202E}c\u{FFFE}"), "a⟨U+0000⟩b⟨U+202E⟩c⟨U+FFFE⟩");
        assert_eq!(body("a\u{200B}b"), "a<span class=\"ctl\">⟨U+200B⟩</span>b");
        assert_eq!(body("one\r\ntwo\rthree\tfour\u{85}"), "one\ntwo\nthree\tfour<span class=\"ctl\">⟨U+0085⟩</span>");
    }

    #[test]
    fn emoji_stay_whole() {
        let family = "👩\u{200D}👩\u{200D}👧 ❤\u{FE0F} 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
        assert_eq!(plain(family), family);
        assert_eq!(plain("x\u{E0067}"), "x⟨U+E0067⟩");
    }

    #[test]
    fn long_words_are_cut_on_characters() {
        assert_eq!(clip("zwölf Boxkämpfer", 3), "zwö…");
        assert_eq!(clip("zwölf", 5), "zwölf");
    }
}
