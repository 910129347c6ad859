//! The built-in model is what its manifest says, and computes what the training
//! side computed, in any batch, order and number of threads.

use crossbench::fusion::Point;
use crossbench::model::{Folder, Scorer, Window};
use crossbench::post::Post;
use crossbench::rules::Dimension;
use crossbench::screener::Screener;
use crossbench::span::Span;
use crossbench::wire::Wire;
use serde::Deserialize;

use crate::drafts::DRAFTS;

/// How far a logit may be from the one that training wrote.
const TOLERANCE: f32 = 5e-4;

#[derive(Deserialize)]
struct Vector {
    ids: Vec<u32>,
    logits: Vec<f32>,
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/crossbench-l6/parity.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn window(ids: &[u32]) -> Window {
    Window { ids: ids.to_vec(), origins: vec![Span::new(0, 0); ids.len()] }
}

#[test]
fn every_file_matches_its_hash() {
    Folder::built_in().unwrap().check().unwrap();
}

#[test]
fn logits_are_those_of_the_training_side() {
    let scorer = Scorer::load(&Folder::built_in().unwrap()).unwrap();
    let vectors = vectors();
    assert!(vectors.len() >= 32);
    let windows: Vec<Window> = vectors.iter().map(|vector| window(&vector.ids)).collect();
    let together = scorer.score(&windows.iter().collect::<Vec<_>>()).unwrap();
    for ((vector, window), together) in vectors.iter().zip(&windows).zip(&together) {
        let alone = &scorer.score(&[window]).unwrap()[0];
        assert_eq!(alone, together, "alone and in a batch");
        for (logit, expected) in alone.iter().zip(&vector.logits) {
            assert!((logit - expected).abs() < TOLERANCE, "{logit} is not {expected}");
        }
    }
}

#[test]
fn an_altered_model_is_refused() {
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/models/crossbench-l6");
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
        "MODEL_CARD.md is stale: run `crossbench eval LABELLED.jsonl --card models/crossbench-l6`; it must say: {line}"
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
