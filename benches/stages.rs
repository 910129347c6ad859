//! Posts a second by stage, each beside a peer that does the same work in the
//! same run, and the ratio between them: `cargo bench`.
//!
//! Peers: for the text stage, the normaliser and pre-tokeniser of the tokenizers
//! library; for the rules, a loop of substring searches over the same terms, as
//! plain word-list tools do; for the model, the same encoder written with
//! candle's stock operators.

mod stock;

use std::hint::black_box;
use std::time::Instant;

use crossbench::model::{Depth, Folder, Scorer, Window, plan};
use crossbench::post::Post;
use crossbench::rules::{Catalogue, Occasion};
use crossbench::screener::Screener;
use crossbench::text::Text;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Passes of each measurement; the median counts.
const PASSES: usize = 5;
/// Posts in a pass of a cheap stage, and of one that runs the encoder.
const MANY: usize = 2_000;
const FEW: usize = 128;

fn main() {
    let posts = posts(MANY);
    println!("{:<12} {:>12} {:>14}  {:>7}  peer", "stage", "posts/s", "peer posts/s", "ratio");
    text(&posts);
    rules(&posts);
    catalogue();
    model(&posts[..FEW]);
    whole(&posts[..FEW]);
}

/// Posts of about 30 words put together from parts, all different.
fn posts(n: usize) -> Vec<Post> {
    let openings =
        ["Work on the bridge starts on Monday", "Our teams answered your questions today", "The new timetable is out"];
    let middles = [
        "and the footpath stays open for walkers",
        "with stops at the hospital and the market",
        "after months of planning by the council",
    ];
    let ends = [
        "See the map at www.example.gov.uk/works.",
        "Tell us what you think by 4 May. #HaveYourSay",
        "It cost £2.4 million, 12% less than planned.",
    ];
    let text = |n: usize| {
        format!(
            "{} {}. {} Reference {n}: please quote it if you write to us about this, and allow ten working days.",
            openings[n % 3],
            middles[n / 3 % 3],
            ends[n / 9 % 3]
        )
    };
    (0..n).map(|n| Post::new(n.to_string(), text(n))).collect()
}

/// Median posts a second of `work` on `n` posts.
fn rate(n: usize, mut work: impl FnMut()) -> f64 {
    work(); // warm
    let mut rates: Vec<f64> = (0..PASSES)
        .map(|_| {
            let start = Instant::now();
            work();
            n as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[PASSES / 2]
}

/// A pool of one thread.
fn one_core() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started")
}

fn row(stage: &str, ours: f64, peer: f64, name: &str) {
    println!("{stage:<12} {ours:>12.0} {peer:>14.0}  {:>6.2}x  {name}", ours / peer);
}

fn text(posts: &[Post]) {
    let ours = rate(posts.len(), || {
        for post in posts {
            black_box(Text::new(&post.text));
        }
    });
    let normalizer = BertNormalizer::default();
    let peer = rate(posts.len(), || {
        for post in posts {
            let mut text = NormalizedString::from(post.text.as_str());
            normalizer.normalize(&mut text).expect("any text can be normalised");
            let mut pieces = PreTokenizedString::from(text);
            BertPreTokenizer.pre_tokenize(&mut pieces).expect("any text can be cut");
            black_box(pieces.get_splits(OffsetReferential::Original, OffsetType::Byte));
        }
    });
    row("text", ours, peer, "tokenizers: BertNormalizer and BertPreTokenizer");
}

fn rules(posts: &[Post]) {
    let catalogue = Catalogue::built_in().expect("the built-in catalogue is whole");
    let texts: Vec<Text> = posts.iter().map(|post| Text::new(&post.text)).collect();
    let ours = rate(posts.len(), || {
        for text in &texts {
            black_box(catalogue.findings(text, &catalogue.scan(text), Occasion::default()));
        }
    });
    let terms: Vec<String> = catalogue
        .lists()
        .iter()
        .flat_map(|list| &list.terms)
        .flat_map(crossbench::terms::Term::spellings)
        .map(str::to_lowercase)
        .collect();
    let peer = rate(posts.len(), || {
        for post in posts {
            let text = post.text.to_lowercase();
            black_box(terms.iter().filter(|term| text.contains(term.as_str())).count());
        }
    });
    row("rules", ours, peer, "substring search for each term of the lists");
}

/// What the whole catalogue costs: to load, and a post of the authored corpus on one core.
fn catalogue() {
    let mut loads: Vec<f64> = (0..PASSES * 3)
        .map(|_| {
            let start = Instant::now();
            black_box(Catalogue::built_in().expect("the built-in catalogue is whole"));
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    loads.sort_by(f64::total_cmp);
    let catalogue = Catalogue::built_in().expect("the built-in catalogue is whole");
    let texts: Vec<Text> = authored().iter().map(|text| Text::new(text)).collect();
    let found = rate(texts.len(), || {
        for text in &texts {
            black_box(catalogue.findings(text, &catalogue.scan(text), Occasion::default()));
        }
    });
    println!(
        "catalogue    {} rules: {:.1} ms to load, {:.1} us a post of {} authored ones",
        catalogue.rules().count(),
        loads[loads.len() / 2],
        1e6 / found,
        texts.len()
    );
}

/// The authored posts.
fn authored() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|item| item.expect("it can be read").path())
        .collect();
    files.sort();
    let text = |line: &str| {
        let post: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
        post["text"].as_str().expect("it has a text").to_owned()
    };
    let read = |path| std::fs::read_to_string(path).expect("it can be read");
    files.into_iter().map(read).flat_map(|file| file.lines().map(text).collect::<Vec<_>>()).collect()
}

fn model(posts: &[Post]) {
    let folder = Folder::built_in().expect("the built-in model is whole");
    let scorer = Scorer::load(&folder).expect("the built-in model is whole");
    let screener = Screener::built_in().expect("the built-in model is whole");
    let windows: Vec<Window> =
        posts.iter().flat_map(|post| screener.read(&post.text, None).windows().to_vec()).collect();
    let lengths: Vec<usize> = windows.iter().map(|window| window.ids.len()).collect();
    let groups = plan(&lengths, crossbench::model::BUDGET);
    let ours = rate(posts.len(), || {
        for group in &groups {
            let batch: Vec<(&Window, Depth)> = group.iter().map(|&at| (&windows[at], Depth::Whole)).collect();
            black_box(scorer.score(&batch, &[]).expect("the windows are sound"));
        }
    });
    let stock = stock::Encoder::load(&folder);
    let peer = rate(posts.len(), || {
        for group in &groups {
            let batch: Vec<&[u32]> = group.iter().map(|&at| windows[at].ids.as_slice()).collect();
            one_core().install(|| black_box(stock.forward(&batch)));
        }
    });
    let tokens: usize = lengths.iter().sum();
    row("model, 1 core", ours, peer, &format!("candle, stock operators ({} tokens a post)", tokens / posts.len()));
}

fn whole(posts: &[Post]) {
    let screener = Screener::built_in().expect("the built-in model is whole");
    let ours = rate(posts.len(), || {
        black_box(screener.screen_batch(posts));
    });
    let peer = rate(posts.len(), || {
        one_core().install(|| black_box(screener.screen_batch(posts)));
    });
    row("end to end", ours, peer, "the same on one core");
}
