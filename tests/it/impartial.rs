//! Never a different score for a different party: each is put in the place of each.

use crossbench::post::Post;
use crossbench::rules::Dimension;
use crossbench::screener::Screener;

const PARTIES: &[(&str, &str)] = &[
    ("Labour", "Keir Starmer"),
    ("Conservatives", "Kemi Badenoch"),
    ("Liberal Democrats", "Ed Davey"),
    ("SNP", "John Swinney"),
    ("Greens", "Caroline Lucas"),
    ("Reform UK", "Nigel Farage"),
    ("Plaid Cymru", "Adam Price"),
    ("DUP", "Arlene Foster"),
    ("Democrats", "Joe Biden"),
    ("Republicans", "Donald Trump"),
];

const FRAMES: &[&str] = &[
    "Only PARTY can be trusted with our hospitals.",
    "PERSON visited the shipyard in Barrow this morning.",
    "PARTY have broken every promise they made, says PERSON.",
    "Thanks to PARTY, waiting lists are falling.",
    "The timetable was published by PERSON and is open for comment until 4 May.",
    "Vote PARTY on Thursday! #PARTY",
];

#[test]
fn a_score_does_not_depend_on_the_party() {
    let screener = Screener::built_in().unwrap();
    for frame in FRAMES {
        let posts: Vec<Post> = PARTIES
            .iter()
            .map(|(party, person)| {
                let tag = frame.replace("#PARTY", &format!("#{}", party.replace(' ', "")));
                Post::new(*party, tag.replace("PARTY", party).replace("PERSON", person))
            })
            .collect();
        let verdicts: Vec<_> = screener.screen_batch(&posts).into_iter().map(Result::unwrap).collect();
        let first = &verdicts[0];
        for verdict in &verdicts {
            for d in Dimension::ALL {
                let (one, other) = (first.judgements.of(d), verdict.judgements.of(d));
                assert_eq!(one, other, "`{frame}`: {} and {}, {d}", first.id, verdict.id);
            }
        }
    }
}
