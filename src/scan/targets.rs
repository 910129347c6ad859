//! Where the verdicts of a scan go: standard output, pipes, and files that appear whole at
//! the end or not at all; which format each is in; and the manifest of the run.
//!
//! What is written stands beside its output under a name made from the output's, and is locked
//! while its writer lives. So a later run can tell what an earlier one of the same output left
//! when it was killed, and takes it away.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::report::output::{self, OutputFormat, Settings};
use crate::report::{Record, Report, Run};
use crate::rules::hex;

/// How the name of a file that is being written begins, …
const UNDER_WAY: &str = ".crossbench-";
/// … ends, …
const PART: &str = ".part";
/// … and how many letters and digits are left to chance in it.
const CHANCE: usize = 12;

/// The outputs of a scan.
pub struct Targets(Vec<Target>);

/// One output.
struct Target {
    /// `None` is standard output.
    path: Option<PathBuf>,
    format: OutputFormat,
}

impl Targets {
    /// What `-o` and `--format` ask for. A file's format is that of its name, unless one
    /// format is given; several formats for one name make one file each.
    ///
    /// # Errors
    /// If a name says no format, two outputs are one file, or several go to standard output.
    pub fn of(paths: &[PathBuf], formats: &[OutputFormat]) -> anyhow::Result<Self> {
        let is_stdout = |path: &PathBuf| path == Path::new("-");
        let targets: Vec<Target> = match (paths, formats) {
            ([], []) => vec![Target { path: None, format: OutputFormat::Jsonl }],
            ([], [format]) => vec![Target { path: None, format: *format }],
            ([], _) => bail!("several formats need `--output NAME`: one file is written for each"),
            ([path], formats) if formats.len() > 1 => {
                ensure!(!is_stdout(path), "several formats need a file name: standard output can take one");
                formats
                    .iter()
                    .map(|&format| Target {
                        path: Some(path.with_extension(format.extension().unwrap_or("txt"))),
                        format,
                    })
                    .collect()
            }
            (paths, [format]) => paths.iter().map(|path| Target::new(path, *format)).collect(),
            (paths, []) => {
                paths.iter().map(|path| Ok(Target::new(path, by_name(path)?))).collect::<anyhow::Result<_>>()?
            }
            _ => bail!("several names and several formats: give one name, or let the names say the formats"),
        };
        for (at, target) in targets.iter().enumerate() {
            ensure!(
                targets[..at].iter().all(|other| other.path != target.path),
                "{}: two outputs cannot be one",
                target.name()
            );
        }
        Ok(Self(targets))
    }

    /// Makes sure that every file can be written and none of them is one of `feeds`; takes
    /// away what killed runs left of them.
    ///
    /// # Errors
    /// Naming the output at fault.
    pub fn check(&self, feeds: &[PathBuf]) -> anyhow::Result<()> {
        for target in &self.0 {
            let Some(path) = &target.path else { continue };
            let name = path.display();
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            let is_this = |feed: &PathBuf| fs::canonicalize(feed).is_ok_and(|feed| feed == real);
            match fs::metadata(&real) {
                Ok(about) if about.is_dir() => bail!("--output {name}: is a folder; name a file in it"),
                Ok(about) if !about.is_file() => {}
                Ok(_) if feeds.iter().any(is_this) => {
                    bail!("--output {name}: is one of the feeds and would be overwritten; name another file")
                }
                _ => {
                    sweep(&real);
                    let writable = under_way(&real);
                    writable.with_context(|| format!("--output {name}: no file can be written there"))?;
                }
            }
        }
        Ok(())
    }

    /// The files that are written, as the system knows them.
    pub fn files(&self) -> Vec<PathBuf> {
        let paths = self.0.iter().filter_map(|target| target.path.as_ref());
        paths.filter_map(|path| fs::canonicalize(path).ok()).collect()
    }

    /// The first output that is a plain file, or will be: a journal can stand beside it.
    pub fn first_file(&self) -> Option<PathBuf> {
        let is_plain = |path: &&PathBuf| fs::metadata(path).map_or(true, |about| about.is_file());
        let path = self.0.iter().filter_map(|target| target.path.as_ref()).find(is_plain)?;
        Some(fs::canonicalize(path).unwrap_or_else(|_| path.clone()))
    }

    /// What errors call them.
    pub fn name(&self) -> String {
        self.0.iter().map(Target::name).collect::<Vec<_>>().join(", ")
    }

    /// Whether verdicts go to standard output.
    pub fn use_stdout(&self) -> bool {
        self.0.iter().any(|target| target.path.is_none())
    }

    /// Opens every output.
    ///
    /// # Errors
    /// Naming the output that cannot be opened.
    pub fn open(&self, settings: &Settings) -> anyhow::Result<Vec<Writing>> {
        self.0.iter().map(|target| Writing::open(target, settings)).collect()
    }
}

impl Target {
    fn new(path: &Path, format: OutputFormat) -> Self {
        let path = Some(path).filter(|path| *path != Path::new("-")).map(Path::to_owned);
        Self { path, format }
    }

    fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string())
    }
}

/// The format that the name of a file says; one that is no file may hold anything.
fn by_name(path: &Path) -> anyhow::Result<OutputFormat> {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
    let is_special = fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    match OutputFormat::from_extension(path) {
        Some(format) => Ok(format),
        None if end.is_empty() || is_special => Ok(OutputFormat::Jsonl),
        None => bail!("--output {}: `.{end}` says no format: give one with --format", path.display()),
    }
}

/// The folder a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// An output that is being written.
pub struct Writing {
    name: String,
    to: To,
    /// The file that is written, and the one it becomes.
    file: Option<(NamedTempFile, PathBuf)>,
}

enum To {
    /// The verdicts as they are.
    Lines(BufWriter<Box<dyn Write + Send>>),
    Report(Box<dyn Report>),
}

impl Writing {
    fn open(target: &Target, settings: &Settings) -> anyhow::Result<Self> {
        let name = target.name();
        let (to, file): (Box<dyn Write + Send>, _) = match &target.path {
            None => (Box::new(io::stdout()), None),
            Some(path) => {
                let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone()); // a link stays a link
                if fs::metadata(&real).is_ok_and(|about| !about.is_file()) {
                    // A device or a pipe must not be replaced by a file.
                    (Box::new(File::options().write(true).open(&real).with_context(|| name.clone())?), None)
                } else {
                    let (to, file) =
                        beside(&real).with_context(|| format!("--output {name}: no file can be written there"))?;
                    (to, Some((file, real)))
                }
            }
        };
        let to = match target.format {
            OutputFormat::Jsonl => To::Lines(BufWriter::with_capacity(1 << 16, to)),
            format => {
                let to = Box::new(BufWriter::with_capacity(1 << 16, to));
                To::Report(output::open(format, to, settings).with_context(|| name.clone())?)
            }
        };
        Ok(Self { name, to, file })
    }

    /// Takes the next verdict, as a line without its end and as what it says.
    ///
    /// # Errors
    /// What the file or pipe says, naming it.
    pub fn take(&mut self, line: &str, record: &Record) -> anyhow::Result<()> {
        let taken = match &mut self.to {
            To::Lines(out) => out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")),
            To::Report(report) => report.record(record),
        };
        taken.with_context(|| self.name.clone())
    }

    /// Hands on what is held back, where verdicts can be read as they come.
    ///
    /// # Errors
    /// What the file or pipe says, naming it.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        if let To::Lines(out) = &mut self.to {
            out.flush().with_context(|| self.name.clone())?;
        }
        Ok(())
    }

    /// Writes what is still to be written and gives the file its name.
    ///
    /// # Errors
    /// What the file or pipe says, naming it.
    pub fn keep(self, run: &Run) -> anyhow::Result<()> {
        let Self { name, to, file } = self;
        let kept = match to {
            To::Lines(mut out) => out.flush(),
            To::Report(report) => report.finish(run),
        };
        kept.and_then(|()| file.map_or(Ok(()), |(file, target)| keep(file, &target))).context(name)
    }
}

/// A file that only its owner can read, in the folder of `target`, and what writes to it.
fn beside(target: &Path) -> io::Result<(Box<dyn Write + Send>, NamedTempFile)> {
    sweep(target);
    let file = under_way(target)?;
    let to = file.as_file().try_clone()?;
    Ok((Box::new(to), file))
}

/// An empty file in the folder of `target`, to become it; locked as long as it is open.
fn under_way(target: &Path) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new()
        .prefix(&prefix(target))
        .suffix(PART)
        .rand_bytes(CHANCE)
        .tempfile_in(folder_of(target))?;
    let _ = file.as_file().try_lock(); // where there are no locks, nothing is swept either
    Ok(file)
}

/// How the names of files begin that are to become `target`: they hold the hash of its name,
/// which may be as long as names can be.
fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default();
    let hash = hex(&Sha256::digest(name.as_encoded_bytes()));
    format!("{UNDER_WAY}{}-", &hash[..16])
}

/// Removes what runs that were killed have left beside `target`: plain files whose names say
/// that they were to become it, and that nobody holds. What cannot be removed stays.
fn sweep(target: &Path) {
    let prefix = prefix(target);
    let is_ours = |name: &str| {
        let chance = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(PART));
        chance.is_some_and(|chance| chance.len() == CHANCE && chance.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    for entry in fs::read_dir(folder_of(target)).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file()); // a link is not followed
        if is_file && entry.file_name().to_str().is_some_and(is_ours) && is_free(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether no run is writing the file at `path`.
fn is_free(path: &Path) -> bool {
    File::options().write(true).open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Gives `file` its name, and the permissions of the file it takes the place of.
fn keep(file: NamedTempFile, target: &Path) -> io::Result<()> {
    if let Ok(before) = fs::metadata(target) {
        fs::set_permissions(file.path(), before.permissions())?;
    }
    file.as_file().sync_data()?;
    file.persist(target).map(|_| ()).map_err(|fault| fault.error)
}

/// Writes the manifest of a run beside its first output `path`, or to `given`.
///
/// # Errors
/// What the disk says, naming the file.
pub fn write_manifest(run: &Run, path: &Path) -> anyhow::Result<()> {
    let written = || -> io::Result<()> {
        let (mut to, file) = beside(path)?;
        to.write_all(serde_json::to_string_pretty(run)?.as_bytes())?;
        to.write_all(b"\n")?;
        keep(file, path)
    };
    written().with_context(|| path.display().to_string())
}

/// Where the manifest of a run goes whose first output is `output`.
pub fn manifest_place(output: &Path) -> PathBuf {
    output.with_extension("run.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paths: &[&str], formats: &[OutputFormat]) -> Result<Vec<(String, OutputFormat)>, String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let targets = Targets::of(&paths, formats).map_err(|fault| fault.to_string())?;
        Ok(targets.0.iter().map(|target| (target.name(), target.format)).collect())
    }

    #[test]
    fn only_what_a_killed_run_left_of_the_same_output_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (ours, others) = (path("run.jsonl"), path("run.html"));
        // As a kill leaves it: there, and held by nobody.
        let left = |target: &Path| {
            let (file, path) = under_way(target).unwrap().keep().unwrap();
            drop(file);
            path
        };
        let killed = [left(&ours), left(&ours)];
        let start = prefix(&ours);
        let kept = [
            left(&others),
            path(&format!("{start}abc.part")),
            path(&format!("{start}abcdefgh-jkl.part")),
            path(&format!("{start}abcdefghijkl.txt")),
            path(".crossbench-AbCdEf"),
            path("notes.part"),
        ];
        kept[1..].iter().for_each(|path| fs::write(path, "x").unwrap());
        let folder_of_that_name = path(&format!("{start}abcdefghijkl.part"));
        fs::create_dir(&folder_of_that_name).unwrap();
        let (_written, alive) = beside(&ours).unwrap();
        assert!(killed.iter().all(|path| !path.exists()), "they are removed when it is written again");
        let again = left(&ours);
        Targets::of(&[ours], &[]).unwrap().check(&[]).unwrap();
        assert!(!again.exists(), "and when a run begins");
        assert!(alive.path().exists(), "a run under way keeps its file");
        assert!(kept.iter().all(|path| path.exists()) && folder_of_that_name.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), kept.len() + 2);
    }

    #[test]
    fn names_and_formats_say_what_is_written() {
        use OutputFormat::{Csv, Html, Jsonl};
        let out = |name: &str, format| (name.to_owned(), format);
        assert_eq!(told(&[], &[]).unwrap(), [out("standard output", Jsonl)]);
        assert_eq!(told(&[], &[Csv]).unwrap(), [out("standard output", Csv)]);
        assert_eq!(
            told(&["a.csv", "b.html", "c"], &[]).unwrap(),
            [out("a.csv", Csv), out("b.html", Html), out("c", Jsonl)]
        );
        assert_eq!(told(&["a.out"], &[Csv]).unwrap(), [out("a.out", Csv)]);
        assert_eq!(told(&["week.x"], &[Csv, Html]).unwrap(), [out("week.csv", Csv), out("week.html", Html)]);
        for (paths, formats, why) in [
            (&[][..], &[Csv, Html][..], "several formats need"),
            (&["a.png"], &[], "`.png` says no format"),
            (&["a.csv", "a.csv"], &[], "two outputs cannot be one"),
            (&["a.csv", "b"], &[Csv, Html], "several names and several formats"),
        ] {
            let fault = told(paths, formats).unwrap_err();
            assert!(fault.contains(why), "{fault}");
        }
        assert_eq!(manifest_place(Path::new("a/b.jsonl")), Path::new("a/b.run.json"));
    }
}
