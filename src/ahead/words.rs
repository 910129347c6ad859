//! The phrases that detectors look for, in groups. What a detector makes of them stands in
//! `rules/detectors/`.

/// Phrases of one kind.
type Group = &'static [&'static str];

/// Every detector, by name.
pub const NAMES: [&str; 11] = [
    "campaign-hashtag",
    "cash-or-real-terms",
    "change-without-baseline",
    "event-in-working-hours",
    "event-without-sign-off",
    "mockery",
    "money-without-period",
    "percentage-of-what",
    "record-without-series",
    "shouted-rebuttal",
    "unsourced-statistic",
];

/// The phrases of the detector called `name`, if there is one.
pub fn of(name: &str) -> Option<&'static [Group]> {
    NAMES.contains(&name).then_some(match name {
        "campaign-hashtag" | "mockery" | "shouted-rebuttal" => &[],
        "event-in-working-hours" | "event-without-sign-off" => &[NETWORK, EVENT, SIGNED, USEFUL],
        _ => &[CLAIM, SOURCE, PERIOD, &["{percent}"], &["{money}"]],
    })
}

/// Words that make a number a claim about change, level or achievement.
const CLAIM: &[&str] = &[
    "(rose|risen|rising|grew|grown|growing|increased|increase|increasing|soared|jumped|climbed|doubled|trebled|tripled)",
    "(fell|fallen|falling|dropped|drop|decreased|decrease|reduced|reduction|reducing|cut|cutting|slashed|halved|declined|plummeted)",
    "(more|fewer|less|higher|lower|extra|additional) (than)?",
    "(up|down) (by)?",
    "(created|delivered|supported|helped|benefited|saved|secured|boosted|protected|prevented)",
    "(record|highest|lowest|largest|biggest|fastest|best|worst|most)",
    "(people|families|households|jobs|patients|pupils|businesses|children|homes) (are|were|have|has|now) (been)? (better|worse|helped|lifted|out)",
    "(reached|brings|bring|brought|contributes|contributed|generates|worth|now)",
    "(one|two|three|four|nine) (in|out of) (five|ten|three|four|10|5)",
];

/// Words that point to where a figure is from.
const SOURCE: &[&str] = &[
    "{sources}",
    "source",
    "sources",
    "according to",
    "(figures|statistics|data|estimates|findings|results) (from|by|published|released|show)",
    "(survey|census|study|report|review|evaluation|analysis) (by|from|of|shows|found|published)",
    "(read|see) the (full)? (report|release|data|statistics|bulletin)",
    "official statistics",
    "(published|full) (table|tables|data|release|figures)",
    "provisional",
    "management information",
    "read more",
    "find out more",
    "more information",
];

/// Words that say when, or against what.
const PERIOD: &[&str] = &[
    "{year}",
    "since",
    "compared (with|to)",
    "than (in)? (last|the|a) (year|month|quarter|week|previous|same)",
    "year on year",
    "on the year",
    "(in|over|during|for) the (last|past|year|month|quarter|three months|six months|12 months|week|same)",
    "(last|this|previous|next|per|each|every|a) (year|month|quarter|week|day|decade|winter|summer|spring|autumn)",
    "annually",
    "yearly",
    "between * and",
    "from * to",
    "(over|across|for|within) (the)? (next|last|coming)? * (years|months|weeks|days)",
    "(in|by|to|until|from|during) (january|february|march|april|may|june|july|august|september|october|november|december)",
    "(so far|to date|overnight)",
    "per (cent)? (person|head|pupil|household|annum)",
    "spending review",
    "financial year",
];

/// Words that name a network of staff.
const NETWORK: &[&str] = &[
    "(staff|employee|colleague|civil service|departmental|our|the) * (network|networks)",
    "(network|networks) (event|meeting|session|webinar|talk|panel|lunch|social|workshop|conference)",
];

/// Words that announce an event.
const EVENT: &[&str] = &[
    "(join|joining) (us|the|our)",
    "(come|coming) along",
    "(event|webinar|session|talk|panel|workshop|lunch|coffee|meeting|discussion|screening|seminar|conference|celebration|quiz|vigil)",
    "(book|reserve|save) (your|a) (place|seat|spot|the date)",
    "(you are|you're|all are|everyone is|all colleagues are) (invited|welcome)",
    "(hosting|hosts|invites|invite|celebrate|celebrates|marks|marking)",
];

/// Words that say who agreed to it.
const SIGNED: &[&str] = &[
    "(approved|agreed|cleared|authorised|sponsored|signed off|signed-off|sign-off|sign off) (by|from|with|given)",
    "(scs|senior civil servant|senior civil service|deputy director|director general|director|permanent secretary) (sign off|sign-off|approval|approved|agreed|has agreed|has approved|sponsor|has signed off)",
    "(sign off|sign-off|approval) (recorded|obtained|received|given)",
];

/// Words that say what good it does the organisation, or that it is in free time.
const USEFUL: &[&str] = &[
    "line manager",
    "(learning|training|development|skills|induction|mentoring|career) (event|session|day|purpose|hour|course|workshop|objective|objectives)",
    "(counts|recorded|logged) as learning",
    "learning and development",
    "outside working hours",
    "(in|during|on) (your)? (lunch break|lunchtime|lunch hour|own time|breakfast)",
    "after work",
];
