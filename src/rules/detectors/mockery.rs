//! `mockery`: an emoji that mocks, in a sentence about a party, a politician, an office or
//! a group that presses for something. The words marked are those aimed at.

use crate::terms::{Hits, ListId};
use crate::text::Text;

/// Signs that mock whoever is named.
const MOCKING: &[char] = &['🤡', '🤥', '💩', '🐍', '🐀', '🙄', '🤣', '😂', '🍿', '🥱'];
/// Who is mocked, beside the lists.
const TARGETS: &[&str] = &[
    "minister", "ministers", "mp", "mps", "opposition", "politician", "politicians", "union", "unions", "party", "leader", "campaigners",
    "activists", "protesters", "councillor", "councillors", "mayor", "government", "chancellor",
];

pub fn find(lists: &[ListId], text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let signs: Vec<usize> = text.as_str().char_indices().filter(|(_, c)| MOCKING.contains(c)).map(|(at, _)| at).collect();
    if signs.is_empty() {
        return Vec::new();
    }
    let tokens = text.tokens();
    let mut targets: Vec<(usize, usize)> =
        lists.iter().flat_map(|&list| hits.of_list(list)).map(|hit| (hit.first, hit.end)).collect();
    targets.extend((0..tokens.len()).filter(|&at| TARGETS.contains(&tokens[at].key.as_str())).map(|at| (at, at + 1)));
    // a sign belongs to the sentence it stands in or closes
    targets.retain(|&(first, _)| {
        let sentence = text.sentence(tokens[first].sentence);
        let (start, end) = (tokens[sentence.start].span.start, tokens[sentence.end - 1].span.end);
        let next = tokens.get(sentence.end).map_or(text.as_str().len(), |token| token.span.start);
        signs.iter().any(|&at| start <= at && at < end.max(next))
    });
    targets.sort_unstable();
    targets.dedup();
    targets
}
