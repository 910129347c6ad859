//! Megabytes a second that the readers take in on one core, without rules or model, beside a
//! program that parses the same JSON into values and looks at nothing: `cargo bench --bench readers`.
//! The feeds are made up in a temporary folder; of a zip the unpacked bytes count.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use crossbench::archive::{self, Format, Reading};
use serde_json::{Value, json};
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Posts in each feed.
const POSTS: usize = 200_000;
/// Passes of each measurement, ours and the peer's in turn; the median counts.
const PASSES: usize = 5;

const START: &str = "window.YTD.tweets.part0 = ";
const MEMBER: &str = "data/tweets.js";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    println!("{:<22} {:>9} {:>8} {:>12}  {:>6}  peer", "feed", "posts", "MB/s", "peer MB/s", "ratio");
    for (name, format, write, parse) in feeds() {
        let path = folder.path().join(name);
        let bytes = write(&path)?;
        let feed = archive::open(&path, &Reading::default())?;
        assert_eq!(feed.format(), format, "{}", feed.why());
        let (mut ours, mut peers) = (Vec::new(), Vec::new());
        for _ in 0..=PASSES {
            ours.push(rate(bytes, || {
                let mut posts = 0;
                for post in archive::open(&path, &Reading::default())? {
                    black_box(post?);
                    posts += 1;
                }
                Ok(posts)
            })?);
            peers.push(rate(bytes, || parse(&path))?);
        }
        let [ours, peer] = [&ours, &peers].map(|rates| median(rates));
        println!("{name:<22} {POSTS:>9} {ours:>8.0} {peer:>12.0}  {:>5.2}x  serde_json into values", ours / peer);
    }
    Ok(())
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Name, format, what writes a feed and gives its bytes, and what parses it and gives its posts.
type Kind = (&'static str, Format, fn(&Path) -> Fallible<usize>, fn(&Path) -> Fallible<usize>);

fn feeds() -> [Kind; 2] {
    [
        ("posts.jsonl", Format::Jsonl, write_lines, parse_lines),
        ("twitter-archive.zip", Format::XArchive, write_archive, parse_archive),
    ]
}

/// Megabytes a second of `work` on `bytes`; it must find every post.
fn rate(bytes: usize, work: impl FnOnce() -> Fallible<usize>) -> Fallible<f64> {
    let start = Instant::now();
    assert_eq!(work()?, POSTS, "every post is read");
    Ok(bytes as f64 / 1e6 / start.elapsed().as_secs_f64())
}

/// The middle one, the first left out: it warms.
fn median(rates: &[f64]) -> f64 {
    let mut rates = rates[1..].to_vec();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn text(n: usize) -> String {
    let what = ["The footbridge opens", "Recycling is collected", "The clinic sees patients"][n % 3];
    let when = ["on Monday from eight", "a day later than usual", "until the end of the month"][n / 3 % 3];
    format!("{what} {when} \u{2013} ask for entry {n} at the desk, or read https://example.gov.uk/{n} &amp; call us.")
}

fn write_lines(path: &Path) -> Fallible<usize> {
    let mut bytes = 0;
    let mut out = BufWriter::new(File::create(path)?);
    for n in 0..POSTS {
        let line =
            json!({"id": n.to_string(), "created_at": "2024-03-01T09:00:00Z", "author": "council", "text": text(n)});
        let line = format!("{line}\n");
        bytes += line.len();
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(bytes)
}

fn parse_lines(path: &Path) -> Fallible<usize> {
    let mut posts = 0;
    for line in BufReader::new(File::open(path)?).lines() {
        black_box(serde_json::from_str::<Value>(&line?)?);
        posts += 1;
    }
    Ok(posts)
}

fn write_archive(path: &Path) -> Fallible<usize> {
    let mut bytes = 0;
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path)?));
    let account = br#"window.YTD.account.part0 = [{"account": {"username": "council", "accountId": "1"}}]"#;
    for (name, content) in
        [("data/manifest.js", &br#"window.__THAR_CONFIG = {"dataTypes": {}}"#[..]), ("data/account.js", account)]
    {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(content)?;
    }
    zip.start_file(MEMBER, SimpleFileOptions::default())?;
    for n in 0..POSTS {
        let text = text(n);
        let tweet = json!({"tweet": {
            "edit_info": {"initial": {"editTweetIds": [n.to_string()], "editableUntil": "2024-03-01T10:00:00.000Z", "editsRemaining": "5", "isEditEligible": true}},
            "retweeted": false, "source": "<a href=\"https://example.com\" rel=\"nofollow\">Scheduler</a>",
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
            "display_text_range": ["0", text.chars().count().to_string()],
            "favorite_count": "3", "id_str": n.to_string(), "truncated": false, "retweet_count": "1", "id": n.to_string(),
            "created_at": "Fri Mar 01 09:00:00 +0000 2024", "favorited": false, "full_text": text, "lang": "en",
        }});
        let part = format!("{}{tweet:#}", if n == 0 { format!("{START}[ ") } else { ", ".to_owned() });
        bytes += part.len();
        zip.write_all(part.as_bytes())?;
    }
    zip.write_all(b" ]")?;
    zip.finish()?.flush()?;
    Ok(bytes)
}

fn parse_archive(path: &Path) -> Fallible<usize> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut member = String::new();
    zip.by_name(MEMBER)?.read_to_string(&mut member)?;
    let posts: Vec<Value> = serde_json::from_str(&member[START.len()..])?;
    Ok(black_box(posts).len())
}
