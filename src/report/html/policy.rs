//! The content security policy of the page. Script and style are part of it and named by
//! their SHA-256, so that nothing else in the page, a draft above all, can run or paint.

use sha2::{Digest, Sha256};

/// The style of the page.
pub(super) const STYLE: &str = include_str!("report.css");
/// The script of the page.
pub(super) const SCRIPT: &str = include_str!("report.js");

/// The policy, for a `meta` element.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    )
}

fn source(content: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(content.as_bytes())))
}

/// `bytes` in base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().chain([0; 3].iter()).take(3).fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
        for at in 0..4 {
            let sign = SIGNS[(group >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_standard_has_it() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
        assert_eq!(source("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn parts_are_small_and_stand_as_they_are() {
        assert!(STYLE.len() + SCRIPT.len() <= 25_000, "{} bytes", STYLE.len() + SCRIPT.len());
        for part in [STYLE, SCRIPT] {
            // A browser hashes what it has read: no carriage returns, no end tag, nothing from elsewhere.
            assert!(
                !part.contains('\r') && !part.contains("</") && !part.contains("http") && !part.contains("@import")
            );
        }
    }

    /// Colours as `--name: #rrggbb`, of the light block and of the dark one.
    fn colours(block: &str) -> std::collections::BTreeMap<String, [f64; 3]> {
        let pair = |line: &str| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            let value = value.trim_end_matches(';');
            let part = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).map(|part| f64::from(part) / 255.0);
            Some((name.to_owned(), [part(0).ok()?, part(2).ok()?, part(4).ok()?]))
        };
        block.lines().filter_map(pair).collect()
    }

    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
    }

    #[test]
    fn colours_can_be_read_in_light_and_dark() {
        let (light, rest) = STYLE.split_once("/* dark */").unwrap();
        let dark = rest.split_once("/* end dark */").unwrap().0;
        for block in [light, dark] {
            let colours = colours(block);
            assert!(colours.len() >= 12, "{colours:?}");
            for text in ["fg", "soft", "link", "hold", "review", "unscreened", "note", "clear", "poll"] {
                let grounds: &[&str] =
                    if matches!(text, "fg" | "soft") { &["bg", "panel", "band"] } else { &["bg", "panel"] };
                for &ground in grounds {
                    let (a, b) = (luminance(colours[text]), luminance(colours[ground]));
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
                }
            }
        }
    }
}
