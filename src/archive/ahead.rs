//! The beginning of a file, from which its format is told, and what its first JSON object
//! looks like, if that is what it begins with.

/// The beginning of a file.
pub(super) struct Ahead<'a> {
    /// Name of the file, or `-`.
    pub name: &'a str,
    /// Up to 64 KiB, without a byte order mark.
    pub bytes: &'a [u8],
    /// The first JSON object, if the file begins with one, or with a list of them.
    pub json: Option<Shape>,
}

/// The first JSON object of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether it stands in a list.
    pub in_list: bool,
    /// Whether it ends on the line it begins on.
    pub on_one_line: bool,
    /// Its keys, as far as they can be seen.
    pub keys: Vec<String>,
}

impl Shape {
    /// Whether it has `key`.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    /// Whether it has every one of `keys`.
    pub fn has_all(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.has(key))
    }
}

impl<'a> Ahead<'a> {
    /// The beginning `bytes` of the file called `name`.
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, json: shape(bytes) }
    }

    /// Whether `words` are in what can be seen.
    pub fn contains(&self, words: &str) -> bool {
        memchr::memmem::find(self.bytes, words.as_bytes()).is_some()
    }

    /// The first line that is not blank, without blanks around it.
    pub fn first_line(&self) -> &'a [u8] {
        super::detect::first_line(self.bytes).trim_ascii()
    }

    /// The end of the file's name after the last `.`, in small letters.
    pub fn extension(&self) -> Option<String> {
        Some(std::path::Path::new(self.name).extension()?.to_str()?.to_ascii_lowercase())
    }
}

/// The shape of the first object of `bytes`, if an object is what they begin with.
fn shape(bytes: &[u8]) -> Option<Shape> {
    let start = bytes.trim_ascii_start();
    let inner = start.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let in_list = inner.is_some();
    let object = inner.unwrap_or(start).strip_prefix(b"{")?;
    if !matches!(object.trim_ascii_start().first(), None | Some(b'"' | b'}')) {
        return None;
    }
    let mut shape = Shape { in_list, ..Shape::default() };
    let (mut depth, mut at, mut is_key, mut newline) = (1, 0, true, false);
    while at < object.len() && depth > 0 {
        match object[at] {
            b'"' => {
                let Some(len) = string(&object[at..]) else { break };
                if depth == 1 && is_key {
                    shape.keys.extend(serde_json::from_slice::<String>(&object[at..at + len]));
                }
                at += len;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b':' if depth == 1 => is_key = false,
            b',' if depth == 1 => is_key = true,
            b'\n' => newline = true,
            _ => {}
        }
        at += 1;
    }
    shape.on_one_line = !newline;
    Some(shape)
}

/// Length of the JSON string at the start of `bytes`, its quotes included.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_object_shows_its_keys() {
        let told = |bytes: &str| shape(bytes.as_bytes());
        let page = told("{\"data\": [{\"id\": \"1\"}], \"a\\\"b\": {\"x\": 1}, \"meta\": {}}\n{\"next\": 1}").unwrap();
        assert_eq!(
            (page.keys.as_slice(), page.on_one_line, page.in_list),
            (&["data", "a\"b", "meta"].map(String::from)[..], true, false)
        );
        let list = told(" [\n {\n \"timestamp\": 1,\n \"data\": [").unwrap();
        assert!(list.in_list && !list.on_one_line && list.has_all(&["timestamp", "data"]));
        assert_eq!(told("{name}, your bin day is Tuesday"), None);
        assert_eq!(told("[Update] The bridge is open"), None);
        assert_eq!(told("{\"text\": \"cut of").unwrap().keys, ["text"]);
        assert_eq!(told(""), None);
    }
}
