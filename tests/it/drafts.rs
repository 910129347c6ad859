//! Drafts that several tests share: our own writing, one of each kind.

/// Ordinary, risky, long, foreign, disguised and odd drafts.
pub const DRAFTS: &[&str] = &[
    "The library on Mill Lane opens at 9am on Monday after the repairs.",
    "Household bills will come down because of our new energy plan.",
    "The opposition would wreck the economy. Don't let them.",
    "Only one party can be trusted with our hospitals: #VoteLabour",
    "Crime fell by 12% in the year to June, from 41,200 to 36,300 offences (source: police recorded crime, table 2).",
    "We have delivered a record £3 billion boost and every family is better off.",
    "😀 Let\u{2019}s s\u{200B}tick to the plan &amp; finish the job",
    "Mae'r cyngor wedi cyhoeddi ei gynllun ar gyfer y flwyddyn nesaf.",
    "Министерство опубликовало новые данные о рынке труда.",
    "👍👍👍",
    "",
    LONG,
];

/// A press release longer than the encoder's window; one passage is risky.
pub const LONG: &str = "Work on the harbour wall starts on 3 March and is planned to last eleven weeks. \
The footpath between the slipway and the old customs house will be closed during that time, and a signed \
diversion leads along Church Street. The car park stays open. Boat owners have been written to and can ask the \
harbour office about temporary moorings. The contractor will work from 8am to 6pm on weekdays and will not \
work on Sundays or bank holidays. Deliveries come by sea where the tide allows.\n\n\
The last government left our coast to rot, and only this government has ever cared about towns like ours. \
Nobody will lose out and every single business will be better off thanks to our plan.\n\n\
The wall was built in 1887 and last repaired in 1969. Drawings and the consultation report are in the library. \
Questions can be sent to the harbour office, which answers within ten working days. A drop-in session is held in \
the town hall on 12 February from 2pm to 7pm, and the drawings can be seen there from Monday.";
