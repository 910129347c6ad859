//! A draft in a file of its own, read whole: plain text as it is, Word and HTML documents as a
//! reader sees them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::archive::{self, Format, Reading};
use crate::error::{Error, Result};
use crate::post::Post;

/// The longest draft read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The drafts in the file at `path`, called by its name.
///
/// # Errors
/// [`Error::Io`]; [`Error::Feed`] where it is no text.
pub fn of_file(path: &Path) -> Result<Post> {
    let name = path.display().to_string();
    let Some(format) = document(path) else {
        let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
        return Ok(Post::new(name.clone(), of_reader(&name, file)?));
    };
    let reading = Reading { format: Some(format), ..Reading::default() };
    let mut posts = archive::open(path, &reading)?.collect::<Result<Vec<Post>>>()?;
    let Some(mut draft) = posts.pop() else {
        return Err(Error::Feed { file: name, problem: "there are no words in it".to_owned() });
    };
    let before: Vec<String> = posts.into_iter().map(|post| post.text).collect();
    if !before.is_empty() {
        draft = Post::new(name.clone(), [before, vec![draft.text]].concat().join("\n\n"));
    }
    Ok(Post { id: name, time: None, ..draft })
}

/// The format of a document that is no plain text, by its name.
fn document(path: &Path) -> Option<Format> {
    let end = path.extension()?.to_str()?.to_ascii_lowercase();
    match end.as_str() {
        "docx" => Some(Format::Docx),
        "html" | "htm" => Some(Format::Html),
        _ => None,
    }
}

/// The draft that `source` holds, as plain text.
///
/// # Errors
/// [`Error::Io`]; [`Error::Feed`] where it is too long or no text.
pub fn of_reader(name: &str, source: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|fault| Error::io(name, fault))?;
    let fault = |problem: &str| Error::Feed { file: name.to_owned(), problem: problem.to_owned() };
    if bytes.len() as u64 > LONGEST {
        return Err(fault("longer than 4 MiB; is it a feed? then use `crossbench scan`"));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault("not UTF-8 text; save it as plain text first"))?;
    if text.contains('\0') {
        return Err(fault("not a text file; save it as plain text first"));
    }
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}
