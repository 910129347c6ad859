//! The failures of the public record are caught, for the right reason; their
//! mended twins are not.

use crossbench::post::Post;
use crossbench::rules::{Dimension, Level};
use crossbench::screener::Screener;
use crossbench::verdict::Verdict;

fn screened(text: &str) -> Verdict {
    Screener::built_in().unwrap().screen(&Post::new("record", text)).unwrap()
}

fn assert_caught(text: &str, dimension: Dimension, family: &str) {
    let verdict = screened(text);
    let rules: Vec<&str> = verdict
        .findings
        .iter()
        .filter(|finding| finding.rule.dimension == dimension)
        .map(|finding| finding.rule.id.as_str())
        .collect();
    assert!(verdict.level_of(dimension) >= Level::Review, "{text}: {dimension} {:?}", verdict.level_of(dimension));
    assert!(rules.iter().any(|id| id.starts_with(family)), "{text}: found by {rules:?}, not {family}");
}

#[test]
fn failures_of_the_public_record() {
    use Dimension::{Controversy, Misleading};
    assert_caught("Rules open to abuse let activist lawyers delay returns.", Controversy, "polemic/");
    assert_caught("There will be no border in the Irish Sea.", Misleading, "claims/denial");
    assert_caught(
        "Soy sauce will be made cheaper thanks to our trade deal with Japan",
        Misleading,
        "claims/credit-without-baseline",
    );
    assert_caught("Imagine having to work with these truth twisters", Controversy, "attack/insult");
    assert_caught("Word cloud of the conference, wishes for next year: change of government", Controversy, "network/");
    assert_caught("Yield positions of power to those who have been marginalised.", Controversy, "network/one-sided");
    assert_caught("Let's stick to the plan", Controversy, "party/slogan");
}

#[test]
fn a_mended_claim_scores_lower() {
    let risky = screened("Soy sauce will be made cheaper thanks to our trade deal with Japan");
    let mended = screened("Soy sauce will be cheaper than it otherwise would be under WTO terms.");
    let risk = |verdict: &Verdict| verdict.judgements.misleading.risk.unwrap();
    let hold = |verdict: &Verdict| verdict.judgements.misleading.hold.unwrap();
    assert!(risk(&mended) < risk(&risky) && hold(&mended) < hold(&risky));
    assert!(mended.level_of(Dimension::Misleading) < risky.level_of(Dimension::Misleading));
}

#[test]
fn ordinary_posts_pass_in_silence() {
    for text in [
        "Renew your passport online. It usually takes up to three weeks.",
        "Flood warning for the river at Mill Bridge. Move vehicles and valuables now.",
        "Labour market statistics for the quarter come out on Tuesday at 7am.",
        "The green belt review is open for comment until 4 May.",
        "You can register to vote until midnight on 18 June.",
        "Three people were arrested this morning after a collision on the ring road.",
        "The museum is open every day from 10am to 5pm. Admission is free.",
        "Our offices are closed on Monday for the bank holiday.",
        "The Health Secretary visited the new ward at the county hospital today.",
    ] {
        let verdict = screened(text);
        let found: Vec<&str> = verdict.findings.iter().map(|finding| finding.rule.id.as_str()).collect();
        assert!(verdict.level() <= Level::Note, "{text}: {:?} {found:?}", verdict.judgements);
    }
}

#[test]
fn homonyms_of_politics_are_not_politics() {
    for text in [
        "A liberal dose of grit has been spread on the hill roads.",
        "A conservative estimate puts the repair at six weeks.",
        "The labour ward has moved to level 3.",
        "Check who owns the party wall before you build.",
        "The green belt review is open for comment until 4 May.",
        "Please strike a balance between work and rest.",
    ] {
        let verdict = screened(text);
        assert!(
            verdict.level_of(Dimension::Controversy) <= Level::Note,
            "{text}: {:?}",
            verdict.judgements.controversy
        );
    }
}
