//! Paths as URIs: relative ones stay relative to the root of the sources, with everything
//! that means something in a URI as `%XX`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::report::run::Input;

/// The location of the file at `path`; `-` is standard input.
pub(super) fn artifact(path: &str) -> Value {
    if path == "-" {
        return json!({"uri": "-", "description": {"text": "standard input"}});
    }
    let uri = of_path(path);
    let is_below_root = !uri.starts_with("file:") && !uri.starts_with("../");
    if is_below_root { json!({"uri": uri, "uriBaseId": "%SRCROOT%"}) } else { json!({"uri": uri}) }
}

/// A file that was read, with its size and hash as far as they are known.
pub(super) fn input(input: &Input) -> Value {
    let mut artifact = json!({"location": artifact(&input.path), "roles": ["analysisTarget"]});
    if let Some(bytes) = input.bytes {
        artifact["length"] = json!(bytes);
    }
    if let Some(hash) = &input.sha256 {
        artifact["hashes"] = json!({"sha-256": hash});
    }
    artifact
}

fn of_path(path: &str) -> String {
    let slashed = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let has_drive = cfg!(windows) && slashed.as_bytes().get(1) == Some(&b':');
    let (start, rest) = match slashed.strip_prefix('/') {
        Some(rest) => ("file:///", rest.trim_start_matches('/')),
        None if has_drive => ("file:///", &*slashed),
        None => ("", slashed.trim_start_matches("./")),
    };
    let mut uri = start.to_owned();
    for byte in rest.bytes() {
        let is_plain =
            byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) || (has_drive && byte == b':');
        if is_plain {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_no_character_that_means_something() {
        assert_eq!(of_path("posts/a.txt"), "posts/a.txt");
        assert_eq!(of_path("./my archive.zip"), "my%20archive.zip");
        assert_eq!(of_path("a:b?c#d%e.txt"), "a%3Ab%3Fc%23d%25e.txt");
        assert_eq!(of_path("zwölf/😀.txt"), "zw%C3%B6lf/%F0%9F%98%80.txt");
        assert_eq!(of_path("//srv/feed.txt"), "file:///srv/feed.txt");
        assert_eq!(of_path("[x]\u{0}\n"), "%5Bx%5D%00%0A");
    }

    #[test]
    fn only_what_is_below_the_root_is_relative_to_it() {
        assert_eq!(artifact("a.txt")["uriBaseId"], "%SRCROOT%");
        for outside in ["/srv/a.txt", "../a.txt", "-"] {
            assert!(artifact(outside).get("uriBaseId").is_none(), "{outside}");
        }
    }
}
