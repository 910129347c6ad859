//! Reads feeds one after the other on a thread of its own, a chunk ahead of the
//! screening. At most three chunks are in memory, however long the feeds are.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::archive::{self, Reading};
use crate::error::{Error, Result};
use crate::post::Post;
use crate::report::run::Input;

/// Most records in a chunk, for each thread that screens: with the model, a second
/// or two of work, so that bar and interruption are not late.
const RECORDS: usize = 64;
/// Bytes of text from which a chunk is full, for each thread that screens.
const BYTES: usize = 32 << 10;

/// Records in the order of the feeds.
#[derive(Default)]
pub struct Chunk {
    /// Posts, and the faults of records and feeds in their places.
    pub records: Vec<Result<Post>>,
    /// Bytes read of all feeds up to the end of this chunk.
    pub bytes: u64,
    /// The feeds that ended in this chunk.
    pub ended: Vec<Input>,
}

/// What [`Chunks::next`] found.
pub enum Next {
    /// The next chunk.
    Chunk(Chunk),
    /// No chunk yet.
    Waiting,
    /// The feeds are at their end.
    End,
}

/// The chunks of some feeds.
pub struct Chunks {
    chunks: Receiver<Chunk>,
    reader: Option<JoinHandle<()>>,
}

impl Chunks {
    /// Begins to read `feeds` for `threads` that screen.
    pub fn of(feeds: Vec<Input>, reading: Reading, threads: usize) -> Self {
        let (sender, chunks) = mpsc::sync_channel(1);
        let reader = thread::spawn(move || {
            // The other side hears no more where it was interrupted; then nobody needs the rest.
            let _ = read(&feeds, &reading, threads, &sender);
        });
        Self { chunks, reader: Some(reader) }
    }

    /// The next chunk, or word after `patience` that there is none yet.
    pub fn next(&mut self, patience: Duration) -> Next {
        match self.chunks.recv_timeout(patience) {
            Ok(chunk) => Next::Chunk(chunk),
            Err(RecvTimeoutError::Timeout) => Next::Waiting,
            Err(RecvTimeoutError::Disconnected) => {
                if let Some(Err(panic)) = self.reader.take().map(JoinHandle::join) {
                    std::panic::resume_unwind(panic); // a feed cut short must not pass for a whole one
                }
                Next::End
            }
        }
    }
}

type Sent = Result<(), mpsc::SendError<Chunk>>;

fn read(feeds: &[Input], reading: &Reading, threads: usize, to: &SyncSender<Chunk>) -> Sent {
    let mut chunk = Chunk::default();
    let mut text = 0;
    for input in feeds {
        let before = chunk.bytes;
        let mut input = input.clone();
        let mut feed = match archive::open(&PathBuf::from(&input.path), reading) {
            Ok(feed) => feed,
            Err(fault) => {
                input.fault = Some(fault.to_string());
                chunk.records.push(Err(fault));
                chunk.ended.push(input);
                continue;
            }
        };
        feed.format().name().clone_into(&mut input.format);
        while let Some(record) = feed.next() {
            match &record {
                Ok(_) | Err(Error::Record { .. }) => input.records += 1,
                Err(fault) => input.fault = Some(fault.to_string()),
            }
            text += record.as_ref().map_or(0, |post| post.text.len());
            chunk.records.push(record);
            chunk.bytes = before + feed.bytes_read();
            if chunk.records.len() >= RECORDS * threads || text >= BYTES * threads {
                let next = Chunk { bytes: chunk.bytes, ..Chunk::default() };
                to.send(std::mem::replace(&mut chunk, next))?;
                text = 0;
            }
        }
        chunk.bytes = before + feed.bytes_read();
        chunk.ended.push(input);
    }
    to.send(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_small_and_nothing_is_between_them() {
        let folder = tempfile::tempdir().unwrap();
        let [short, long, none] = ["short.txt", "long.txt", "none.txt"].map(|name| folder.path().join(name));
        std::fs::write(&short, "A short post.\n".repeat(300)).unwrap();
        std::fs::write(&long, format!("{}\n", "word ".repeat(10_000)).repeat(3)).unwrap();
        let input = |path: &PathBuf| Input { path: path.display().to_string(), ..Input::default() };
        let mut chunks = Chunks::of([&short, &none, &long].map(input).to_vec(), Reading::default(), 1);
        let mut seen = Vec::new();
        loop {
            match chunks.next(Duration::from_secs(60)) {
                Next::Chunk(chunk) => seen.push(chunk),
                Next::Waiting => panic!("nothing for a minute"),
                Next::End => break,
            }
        }
        assert_eq!(seen.iter().map(|chunk| chunk.records.len()).collect::<Vec<_>>(), [64, 64, 64, 64, 46, 1, 1, 0]);
        let fault = seen[4].records[44].as_ref().unwrap_err();
        assert!(matches!(fault, Error::Io { path, .. } if *path == none), "{fault}");
        assert_eq!(seen.last().unwrap().bytes, 300 * 14 + 3 * 50_001);
        let ended: Vec<&Input> = seen.iter().flat_map(|chunk| &chunk.ended).collect();
        assert_eq!(ended.iter().map(|input| input.records).collect::<Vec<_>>(), [300, 0, 3]);
        assert!(ended[1].fault.is_some() && ended[2].format == "text");
    }
}
