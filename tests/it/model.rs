//! The built-in model is what its manifest says, and computes what the training
//! side computed, in any batch, order and number of threads.

use crossbench::fusion::Point;
use crossbench::model::{Depth, Engine, Folder, Gate, Path, Scorer, Window};
use crossbench::post::Post;
use crossbench::rules::Dimension;
use crossbench::screener::Screener;
use crossbench::span::Span;
use crossbench::wire::Wire;
use serde::Deserialize;

use crate::drafts::DRAFTS;

/// How far a logit of candle may be from the one that training wrote.
const TOLERANCE: f32 = 5e-4;
/// How far a logit of the int8 engine may be from it, at most and on average.
const INT8_TOLERANCE: f32 = 0.25;
const INT8_MEAN: f32 = 0.03;

#[derive(Deserialize)]
struct Vector {
    ids: Vec<u32>,
    logits: Vec<f32>,
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/crossbench-l4/parity.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn window(ids: &[u32]) -> Window {
    Window { ids: ids.to_vec(), origins: vec![Span::new(0, 0); ids.len()] }
}

#[test]
fn every_file_matches_its_hash() {
    Folder::built_in().unwrap().check().unwrap();
}

/// How far logits are from those of the training side, at most and on average;
/// asserts that a window scores the same alone and in a batch.
fn distance(scorer: &Scorer) -> (f32, f32) {
    let vectors = vectors();
    assert!(vectors.len() >= 32);
    let windows: Vec<Window> = vectors.iter().map(|vector| window(&vector.ids)).collect();
    let together = scorer.score(&windows.iter().map(|window| (window, Depth::Whole)).collect::<Vec<_>>(), &[]).unwrap();
    let mut distances = Vec::new();
    for ((vector, window), together) in vectors.iter().zip(&windows).zip(&together) {
        let alone = &scorer.score(&[(window, Depth::Whole)], &[]).unwrap()[0];
        assert_eq!(alone, together, "alone and in a batch");
        distances.extend(alone.values.iter().zip(&vector.logits).map(|(logit, expected)| (logit - expected).abs()));
    }
    let most = distances.iter().copied().fold(0.0, f32::max);
    (most, distances.iter().sum::<f32>() / distances.len() as f32)
}

#[test]
fn logits_are_those_of_the_training_side() {
    let (most, _) = distance(&Scorer::load_for(&Folder::built_in().unwrap(), Engine::Candle).unwrap());
    assert!(most < TOLERANCE, "{most}");
}

#[test]
fn int8_logits_are_near_those_of_the_training_side() {
    let (most, mean) = distance(&Scorer::load(&Folder::built_in().unwrap()).unwrap());
    assert!(most < INT8_TOLERANCE && mean < INT8_MEAN, "at most {most}, on average {mean}");
}

#[test]
fn every_path_gives_the_same_bits() {
    let folder = Folder::built_in().unwrap();
    let windows: Vec<Window> = vectors().iter().step_by(8).map(|vector| window(&vector.ids)).collect();
    let windows: Vec<(&Window, Depth)> = windows.iter().map(|window| (window, Depth::Early)).collect();
    let gates = [2, 3, 4].map(|after| Gate { after, below: -3.0 });
    let logits = |path| Scorer::load_on(&folder, path).unwrap().score(&windows, &gates).unwrap();
    let reference = logits(Path::Portable);
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        assert_eq!(logits(path), reference, "{}", path.name());
    }
}

#[test]
fn an_altered_model_is_refused() {
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/models/crossbench-l4");
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(built_in).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    assert!(Folder::read(folder.path()).is_ok());
    let calibration = folder.path().join("calibration.json");
    let text = std::fs::read_to_string(&calibration).unwrap();
    std::fs::write(&calibration, text + " ").unwrap();
    let fault = Folder::read(folder.path()).err().expect("it was altered").to_string();
    assert!(fault.contains("calibration.json") && fault.contains("SHA-256"), "{fault}");
    std::fs::remove_file(folder.path().join("config.json")).unwrap();
    assert!(Folder::read(folder.path()).err().unwrap().to_string().contains("config.json"));
}

#[test]
fn same_bytes_for_any_batch_order_and_threads() {
    let screener = Screener::built_in().unwrap();
    let wire = Wire::new(&screener);
    let posts: Vec<Post> = (0..24).map(|n| Post::new(format!("p{n}"), DRAFTS[n % DRAFTS.len()])).collect();
    let bytes = |posts: &[Post], threads: usize, batch: usize| -> Vec<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let screen = |chunk: &[Post]| {
            let verdicts = screener.screen_batch(chunk).into_iter();
            verdicts.map(|verdict| serde_json::to_string(&wire.of(&verdict.unwrap())).unwrap()).collect::<Vec<_>>()
        };
        pool.install(|| posts.chunks(batch).flat_map(screen).collect())
    };
    let reference = bytes(&posts, 1, 1);
    assert_eq!(bytes(&posts, 1, 24), reference);
    assert_eq!(bytes(&posts, 2, 24), reference);
    assert_eq!(bytes(&posts, 4, 7), reference);
    let backwards: Vec<Post> = posts.iter().rev().cloned().collect();
    let mut turned = bytes(&backwards, 3, 13);
    turned.reverse();
    assert_eq!(turned, reference);
}

#[test]
fn the_card_was_measured_with_this_model_and_these_rules() {
    let folder = Folder::built_in().unwrap();
    let screener = Screener::built_in().unwrap();
    let line = crossbench::eval::measured_with(&screener);
    assert!(
        folder.card.contains(&line),
        "MODEL_CARD.md is stale: run `crossbench eval LABELLED.jsonl --card models/crossbench-l4`; it must say: {line}"
    );
}

#[test]
fn a_louder_point_has_lower_thresholds() {
    let screener = Screener::built_in().unwrap();
    let calibration = screener.calibration().unwrap();
    for d in Dimension::ALL {
        let [cautious, balanced, strict] = Point::ALL.map(|point| calibration.points[&point].of(d));
        assert!(cautious.review > balanced.review && balanced.review > strict.review, "{d}");
        assert!(cautious.hold > balanced.hold && balanced.hold > strict.hold, "{d}");
        let band = calibration.unsure.of(d);
        assert!(band.posts > 50 && (0.3..0.7).contains(&band.flagged), "{d}: {band:?}");
    }
}
