//! `crossbench encode`: the token ids of labelled posts, masked and cut as the
//! encoder reads them, so that training sees what the screener sees.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::args::Encode;
use crate::cli::{Outcome, folder};
use crate::error::{Error, Result};
use crate::eval::{Record, records};
use crate::model::{Sizes, Tokeniser};
use crate::screener::Screener;
use crate::text::Text;

/// Fields that hold words: what is written for training has ids in their place.
const WORDS: [&str; 2] = ["text", "readings"];

/// Runs the command.
pub fn run(args: &Encode) -> anyhow::Result<Outcome> {
    let encoder = Encoder::new(args.tokenizer.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    let [mut written, mut cut, mut unscreened, mut unread] = [0_usize; 4];
    for record in records(&args.file)? {
        match record.and_then(|record| Ok((encoder.ids(record.text()?), object(&record)?))) {
            Ok((Encoded::Ids { ids, whole }, (id, rest))) => {
                written += 1;
                cut += usize::from(!whole);
                let object = [("id".to_owned(), Value::from(id)), ("ids".to_owned(), Value::from(ids))];
                let object: Map<String, Value> = object.into_iter().chain(rest).collect();
                serde_json::to_writer(&mut out, &object)?;
                out.write_all(b"\n")?;
            }
            Ok((Encoded::Unscreened, _)) => unscreened += 1,
            Err(fault) => {
                unread += 1;
                anstream::eprintln!("crossbench: {fault}");
            }
        }
    }
    out.flush()?;
    let count = written + unscreened + unread;
    anstream::eprintln!(
        "{count} lines: {written} written, {unscreened} unscreened, {unread} unread; {cut} cut to their first window"
    );
    Ok(if unread == 0 { Outcome::Clean } else { Outcome::Incomplete })
}

/// The id, and every field that is passed through.
fn object(record: &Record) -> Result<(String, Map<String, Value>)> {
    let passed = |field: &String| field != "id" && field != "ids" && !WORDS.contains(&field.as_str());
    let fields = record.fields().iter().filter(|(field, _)| passed(field));
    Ok((record.id()?, fields.map(|(field, value)| (field.clone(), value.clone())).collect()))
}

/// What a text becomes.
enum Encoded {
    /// The ids of its first window, and whether that is all of it.
    Ids { ids: Vec<u32>, whole: bool },
    /// It is not English, or has no words.
    Unscreened,
}

/// The way of a text to its ids.
struct Encoder {
    screener: Screener,
    /// In place of the screener's own.
    tokeniser: Option<Tokeniser>,
}

impl Encoder {
    fn new(tokenizer: Option<&Path>) -> Result<Self> {
        let screener = Screener::rules_only()?;
        let built_in = folder(None)?;
        let Some(path) = tokenizer else {
            return Ok(Self { screener: screener.with_model(&built_in)?, tokeniser: None });
        };
        let json = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let sizes = Sizes { window: built_in.manifest.window, passage: built_in.manifest.passage };
        let fault = |problem| Error::Feed { file: path.display().to_string(), problem };
        Ok(Self { screener, tokeniser: Some(Tokeniser::from_bytes(&json, sizes).map_err(fault)?) })
    }

    fn ids(&self, draft: &str) -> Encoded {
        let read = self.screener.read(draft, None);
        if read.unscreened().is_some() {
            return Encoded::Unscreened;
        }
        let windows = match &self.tokeniser {
            None => read.windows().to_vec(),
            Some(tokeniser) => {
                let text = Text::new(draft);
                let catalogue = self.screener.catalogue();
                let masked = catalogue.actors().mask(&text, &catalogue.scan(&text));
                tokeniser.windows(&masked, &text.sentence_starts())
            }
        };
        let whole = windows.len() == 1;
        let first = windows.into_iter().next().expect("a text that is judged has a window");
        Encoded::Ids { ids: first.ids, whole }
    }
}
