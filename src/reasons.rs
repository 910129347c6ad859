//! The reason codes of the rubric: why a careful reader would stop at a post.

use crate::rules::Dimension;

/// One reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Its letter: capital for controversy, small for misleading.
    pub code: char,
    /// What it means, as shown to a reader.
    pub name: &'static str,
}

/// Every reason, in the order of the model's outputs.
pub const REASONS: [Reason; 20] = [
    Reason { code: 'P', name: "supports or attacks a party, politician, opposition or previous government" },
    Reason { code: 'V', name: "asks for votes, money, members or pressure on legislators" },
    Reason { code: 'S', name: "takes a side in a political controversy" },
    Reason { code: 'O', name: "personal opinion of ministers, policy or an election" },
    Reason { code: 'A', name: "polemical or contemptuous of people or critics" },
    Reason { code: 'G', name: "promotional gloss on a contested policy" },
    Reason { code: 'C', name: "credits the present government against an implied other" },
    Reason { code: 'Q', name: "passes on a politician's partisan words" },
    Reason { code: 'L', name: "one side's label for a contested matter" },
    Reason { code: 'E', name: "praises or endorses a minister, MP, company, product or campaign" },
    Reason { code: 'N', name: "names a party, candidate or election beyond procedure" },
    Reason { code: 'a', name: "absolute or sweeping claim" },
    Reason { code: 'c', name: "cause or credit without a baseline" },
    Reason { code: 't', name: "target, promise or forecast stated as achieved or certain" },
    Reason { code: 'n', name: "number or trend without source, period or unit" },
    Reason { code: 's', name: "superlative, record or ranking" },
    Reason { code: 'u', name: "\"up to\", gross or cherry-picked figure" },
    Reason { code: 'd', name: "denial, conspiracy, cure or well-known falsehood" },
    Reason { code: 'p', name: "accusation of wrongdoing without a source" },
    Reason { code: 'k', name: "checkable claim that needs a source" },
];

/// The dimension a code belongs to, if it is one.
pub fn dimension(code: char) -> Option<Dimension> {
    REASONS.iter().find(|reason| reason.code == code).map(|reason| {
        if reason.code.is_ascii_uppercase() { Dimension::Controversy } else { Dimension::Misleading }
    })
}
