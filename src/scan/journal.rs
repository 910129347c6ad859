//! What a scan has done so far, in a folder beside its output, so that one that was
//! stopped can go on: `about.json`, which says what it is a scan of, and `verdicts.jsonl`,
//! to which every verdict is added as it is reached.
//!
//! A scan that goes on reads its feeds from the beginning again and takes the verdicts
//! it has from here: what it leaves out it leaves out again. A last line that was cut by the
//! end of the power or of the disk is dropped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::report::run::{Input, Named, Rules};

const ABOUT: &str = "about.json";
const VERDICTS: &str = "verdicts.jsonl";
const SCHEMA: &str = "crossbench/journal/1";

/// All that a verdict of a scan depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    schema: String,
    /// Version of crossbench.
    pub version: String,
    /// The day that posts without a date are judged on.
    pub day: jiff::civil::Date,
    /// The feeds: path, size and digest; formats and counts are not filled in.
    pub feeds: Vec<Input>,
    /// The model.
    pub model: Option<Named>,
    /// The rules.
    pub rules: Rules,
    /// The settings that bear on verdicts or on which posts are judged.
    pub settings: Vec<(String, String)>,
}

impl About {
    /// A scan of `feeds` on `day`.
    pub fn new(
        day: jiff::civil::Date,
        feeds: Vec<Input>,
        model: Option<Named>,
        rules: Rules,
        settings: Vec<(String, String)>,
    ) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { schema: SCHEMA.to_owned(), version, day, feeds, model, rules, settings }
    }

    /// In what `self` and an older scan differ.
    fn differs(&self, old: &Self) -> Option<String> {
        if self.version != old.version || self.schema != old.schema {
            return Some(format!("it was begun by version {}, this is {}", old.version, self.version));
        }
        if self.model != old.model {
            return Some("the model is another".to_owned());
        }
        if self.rules != old.rules {
            return Some("the rules are others".to_owned());
        }
        if let Some(((name, new), (_, was))) = self.settings.iter().zip(&old.settings).find(|(new, old)| new != old) {
            let shown = |value: &str| if value.is_empty() { "not set".to_owned() } else { format!("`{value}`") };
            return Some(format!("`{name}` was {}, now it is {}", shown(was), shown(new)));
        }
        if self.feeds != old.feeds {
            let changed = self.feeds.iter().zip(&old.feeds).find(|(new, old)| new != old);
            return Some(match changed {
                Some((new, old)) if new.path == old.path => format!("{} has changed", new.path),
                _ => "the feeds are others".to_owned(),
            });
        }
        (self != old).then(|| "the settings are others".to_owned())
    }
}

/// The journal of a scan under way.
pub struct Journal {
    folder: PathBuf,
    /// Verdicts of an earlier run that have not been asked for yet.
    old: Option<BufReader<File>>,
    /// Where the next verdict goes; open once the old ones are used up.
    to: BufWriter<File>,
    line: String,
    /// Bytes of whole verdicts.
    end: u64,
}

impl Journal {
    /// Where the journal of a scan to `output` is.
    pub fn place(output: &Path) -> PathBuf {
        let mut name = output.file_name().unwrap_or_default().to_owned();
        name.push(".journal");
        output.with_file_name(name)
    }

    /// The day that the unfinished scan to `output` was begun for, if there is one.
    pub fn day(output: &Path) -> Option<jiff::civil::Date> {
        let about = fs::read(Self::place(output).join(ABOUT)).ok()?;
        Some(serde_json::from_slice::<About>(&about).ok()?.day)
    }

    /// Begins the journal of a scan to `output`.
    ///
    /// # Errors
    /// If there is one already, or none can be written.
    pub fn begin(output: &Path, about: &About) -> anyhow::Result<Self> {
        let folder = Self::place(output);
        let name = folder.display().to_string();
        if folder.exists() {
            bail!("{name}: an unfinished scan is there: --resume goes on with it, --restart begins anew");
        }
        let cannot = || format!("--output {}: no file can be written there", output.display());
        private_folder(&folder).with_context(cannot)?;
        let kept = fs::write(folder.join(ABOUT), serde_json::to_vec_pretty(about)?);
        kept.and_then(|()| Self::open(folder)).with_context(cannot)
    }

    /// Goes on with the journal of the scan to `output`.
    ///
    /// # Errors
    /// If there is none, or it is that of another scan.
    pub fn resume(output: &Path, about: &About) -> anyhow::Result<Self> {
        let folder = Self::place(output);
        let name = folder.display().to_string();
        let old = fs::read(folder.join(ABOUT));
        let old = old.with_context(|| format!("{name}: no unfinished scan is there to go on with"))?;
        let old: About = serde_json::from_slice(&old)
            .ok()
            .with_context(|| format!("{name}: cannot be read; --restart begins anew"))?;
        if let Some(difference) = about.differs(&old) {
            bail!("{name}: the unfinished scan is another: {difference}; --restart begins anew");
        }
        Self::open(folder).context(name)
    }

    /// Removes an unfinished scan to `output`.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn discard(output: &Path) -> anyhow::Result<()> {
        let folder = Self::place(output);
        // Nothing but a journal is removed, whatever has its name.
        if folder.join(ABOUT).is_file() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        Ok(())
    }

    fn open(folder: PathBuf) -> io::Result<Self> {
        let path = folder.join(VERDICTS);
        let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
        let old = BufReader::with_capacity(1 << 16, File::open(&path)?);
        Ok(Self { folder, old: Some(old), to: BufWriter::with_capacity(1 << 16, file), line: String::new(), end: 0 })
    }

    /// The next verdict of an earlier run, a whole line without its end; `None` from the
    /// first on that is not there, or not whole.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn replay(&mut self) -> io::Result<Option<&str>> {
        let Some(old) = &mut self.old else { return Ok(None) };
        self.line.clear();
        let whole = match old.read_line(&mut self.line) {
            Ok(_) => self.line.ends_with("}\n") && self.line.starts_with('{'),
            Err(fault) if fault.kind() == io::ErrorKind::InvalidData => false,
            Err(fault) => return Err(fault),
        };
        if !whole {
            self.old = None;
            self.to.get_mut().set_len(self.end)?;
            return Ok(None);
        }
        self.end += self.line.len() as u64;
        Ok(Some(self.line.trim_end_matches('\n')))
    }

    /// Adds a verdict, a whole line without its end.
    ///
    /// # Errors
    /// What the operating system says; what was added before is kept.
    pub fn add(&mut self, line: &str) -> io::Result<()> {
        debug_assert!(self.old.is_none(), "old verdicts are used up first");
        self.to.write_all(line.as_bytes())?;
        self.to.write_all(b"\n")?;
        self.end += line.len() as u64 + 1;
        Ok(())
    }

    /// Hands on what is held back, so that it outlives the process.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Whether there is a verdict in it.
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives every verdict, from the first on, to `take`.
    ///
    /// # Errors
    /// What the operating system or `take` says.
    pub fn each(&mut self, mut take: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.to.flush()?;
        let mut file = File::open(self.folder.join(VERDICTS))?;
        file.seek(SeekFrom::Start(0))?;
        let mut lines = BufReader::with_capacity(1 << 16, file);
        let mut line = String::new();
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            ensure!(line.ends_with('\n'), "the journal was changed while it was read");
            take(line.trim_end_matches('\n'))?;
        }
    }

    /// Removes it: the scan is done.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn end(self) -> io::Result<()> {
        let Self { folder, old, to, .. } = self;
        drop((old, to));
        fs::remove_dir_all(folder)
    }
}

/// A folder that only its owner can look into: verdicts quote drafts.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        let day = jiff::civil::date(2024, 6, 9);
        About::new(day, Vec::new(), None, Rules::default(), vec![("map".into(), String::new())])
    }

    fn replayed(journal: &mut Journal) -> Vec<String> {
        std::iter::from_fn(|| journal.replay().unwrap().map(str::to_owned)).collect()
    }

    #[test]
    fn what_was_whole_is_there_again() {
        let desk = tempfile::tempdir().unwrap();
        let output = desk.path().join("out.jsonl");
        let mut journal = Journal::begin(&output, &about()).unwrap();
        assert!(replayed(&mut journal).is_empty() && journal.is_empty());
        for line in ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"] {
            journal.add(line).unwrap();
        }
        journal.flush().unwrap();
        let verdicts = journal.folder().join(VERDICTS);
        drop(journal);
        for (cut, kept) in [(27, 3), (26, 2), (19, 2), (18, 2), (9, 1), (3, 0), (0, 0)] {
            let bytes = b"{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n";
            fs::write(&verdicts, &bytes[..cut]).unwrap();
            let mut journal = Journal::resume(&output, &about()).unwrap();
            assert_eq!(replayed(&mut journal).len(), kept, "{cut}");
            journal.add("{\"id\":9}").unwrap();
            let mut seen = Vec::new();
            journal
                .each(|line| {
                    seen.push(line.to_owned());
                    Ok(())
                })
                .unwrap();
            assert_eq!(seen.len(), kept + 1, "{cut}");
        }
        // What the disk left after a crash may be anything.
        fs::write(&verdicts, b"{\"id\":1}\n\0\0\0\xff\xff").unwrap();
        let mut journal = Journal::resume(&output, &about()).unwrap();
        assert_eq!(replayed(&mut journal), ["{\"id\":1}"]);
        journal.end().unwrap();
        assert!(!Journal::place(&output).exists());
    }

    #[test]
    fn another_scan_is_not_gone_on_with() {
        let desk = tempfile::tempdir().unwrap();
        let output = desk.path().join("out.jsonl");
        let why = |result: anyhow::Result<Journal>| format!("{:#}", result.err().unwrap());
        assert!(why(Journal::resume(&output, &about())).contains("no unfinished scan"));
        drop(Journal::begin(&output, &about()).unwrap());
        assert!(why(Journal::begin(&output, &about())).contains("--resume goes on"));
        let mapped = About { settings: vec![("map".into(), "text=Copy".into())], ..about() };
        let said = why(Journal::resume(&output, &mapped));
        assert!(said.contains("`map` was not set, now it is `text=Copy`; --restart begins anew"), "{said}");
        assert_eq!(Journal::day(&output), Some(jiff::civil::date(2024, 6, 9)));
        Journal::discard(&output).unwrap();
        assert!(Journal::begin(&output, &mapped).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn it_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let desk = tempfile::tempdir().unwrap();
        let journal = Journal::begin(&desk.path().join("out.jsonl"), &about()).unwrap();
        assert_eq!(fs::metadata(journal.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
