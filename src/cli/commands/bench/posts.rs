//! The built-in posts: of about 34 tokens, no two alike, a few of them not clear.

use crate::post::Post;

/// How many.
const POSTS: usize = 512;

/// `{place}` and `{n}` are filled in.
const TEXTS: [&str; 16] = [
    "Work on the {place} flood wall starts on {n} May. The riverside path stays open to walkers, and buses 4 and 9 \
     follow a diversion by the station.",
    "Our advisers in {place} answered {n} calls last week. If a letter from us is unclear, ring the number at its top \
     and we will go through it with you.",
    "The new timetable for {place} is out: {n} more journeys a day, with a stop at the hospital. Please check yours \
     before you travel on Monday.",
    "Thank you to the {n} volunteers who planted trees along the {place} cycleway at the weekend. The saplings are \
     labelled, so come and find yours.",
    "Road closure: {place} High Street is shut from 7pm to 5am for {n} nights while the gas main is replaced. Access \
     for residents and deliveries is kept.",
    "Applications for the {place} apprenticeship scheme close on {n} June. You need no degree, and we pay travel to \
     the interview. How to apply is below.",
    "Figures published today show that {place} recycled {n}% of its household waste in 2024-25, compared with 41% the \
     year before. Source: waste returns.",
    "Have you had your free health check? People aged 40 to 74 in {place} can book at the pharmacy; {n} places are \
     left for this month. No letter needed.",
    "Our laboratory in {place} tested {n} samples of shellfish this spring. All but one were within the limit, and \
     that bed is closed until it is clear again.",
    "The consultation on the {place} station square runs until {n} September. Tell us how you use it now, and what \
     would make it easier to cross on foot.",
    "Storm warning for {place} and the coast: gusts of {n} mph are forecast overnight. Tie down what can blow away, \
     and keep clear of the sea wall.",
    "Inspectors visited {n} kitchens in {place} last quarter. Ratings are on display at the door of each of them, and \
     can be searched by postcode.",
    "A licence is needed to fly a drone over {n} metres near {place} airfield. The map of restricted areas was brought \
     up to date this morning.",
    "Museum late in {place}: the doors stay open until {n} minutes past nine on Thursday, with talks about the canal, \
     its boats and those who dug it.",
    "Only this Government has the courage to back {place}: {n} new homes, while the party opposite blocked every one \
     of them. We will never let you down.",
    "Thanks to our plan, crime in {place} is down by a record {n}%. It proves that our approach works and that the \
     critics were simply wrong about it.",
];

const PLACES: [&str; 8] =
    ["Northwick", "Eastmere", "Harbour Side", "Millbridge", "Upper Dene", "Castlegate", "Fernley", "Longshore"];

/// The posts, in a fixed order.
pub fn built_in() -> Vec<Post> {
    let text = |n: usize| {
        let place = PLACES[n / TEXTS.len() % PLACES.len()];
        TEXTS[n % TEXTS.len()].replace("{place}", place).replace("{n}", &(n / TEXTS.len() + 2).to_string())
    };
    (0..POSTS).map(|n| Post::new(n.to_string(), text(n))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_posts_are_alike() {
        let posts = built_in();
        let texts: HashSet<&str> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(texts.len(), POSTS);
        assert!(texts.iter().all(|text| !text.contains('{')));
    }
}
