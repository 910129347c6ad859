//! Where the verdicts of a scan go: standard output, or a file that appears whole
//! at the end or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// An output that is kept at the end, or dropped and leaves no trace.
pub struct Output {
    name: String,
    to: BufWriter<Box<dyn Write>>,
    /// The file that is written, and the one it becomes.
    file: Option<(NamedTempFile, PathBuf)>,
}

impl Output {
    /// Opens the output at `path`; none, or `-`, is standard output.
    ///
    /// The file holds quotes of drafts: a new one can be read by its owner only, and
    /// one that takes the place of another is given that one's permissions.
    ///
    /// # Errors
    /// If it is one of `feeds` or a folder, or no file can be written beside it.
    pub fn open(path: Option<&Path>, feeds: &[PathBuf]) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::direct("standard output".to_owned(), io::stdout()));
        };
        let name = path.display().to_string();
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()); // a link stays a link
        let is_target = |feed: &PathBuf| fs::canonicalize(feed).is_ok_and(|feed| feed == target);
        match fs::metadata(&target) {
            Ok(about) if about.is_dir() => bail!("--output {name}: is a folder; name a file in it"),
            Ok(about) if !about.is_file() => {
                // A device or a pipe must not be replaced by a file.
                Ok(Self::direct(name.clone(), File::options().write(true).open(&target).context(name)?))
            }
            Ok(_) if feeds.iter().any(is_target) => {
                bail!("--output {name}: is one of the feeds and would be overwritten; name another file")
            }
            _ => Self::beside(name, target),
        }
    }

    fn direct(name: String, to: impl Write + 'static) -> Self {
        Self { name, to: BufWriter::new(Box::new(to)), file: None }
    }

    fn beside(name: String, target: PathBuf) -> anyhow::Result<Self> {
        let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".crossbench-").tempfile_in(folder);
        let temporary = temporary.with_context(|| format!("--output {name}: no file can be written there"))?;
        let to = temporary.as_file().try_clone().with_context(|| name.clone())?;
        Ok(Self { file: Some((temporary, target)), ..Self::direct(name, to) })
    }

    /// What errors call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a file that appears only when it is kept.
    pub fn is_pending(&self) -> bool {
        self.file.is_some()
    }

    /// Writes what is held back and gives the file its name.
    ///
    /// # Errors
    /// If the disk or the folder does not let it.
    pub fn keep(self) -> anyhow::Result<()> {
        let Self { name, mut to, file } = self;
        let kept = to.flush().and_then(|()| {
            drop(to);
            let Some((temporary, target)) = file else { return Ok(()) };
            if let Ok(before) = fs::metadata(&target) {
                fs::set_permissions(temporary.path(), before.permissions())?;
            }
            temporary.persist(&target).map(|_| ()).map_err(|fault| fault.error)
        });
        kept.context(name)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
