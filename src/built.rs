//! What `build.rs` compiled ahead of time, as it lies in the binary.

use crate::ahead::lists::Lists;
use crate::ahead::pack::{Run, Strings, Unpack};
use crate::ahead::program::Program;

/// Bytes that start where a number may.
#[repr(C, align(4))]
struct Aligned<B: ?Sized>(B);

/// The pack called `$name`.
macro_rules! pack {
    ($name:literal) => {{
        static NUMBERS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".numbers")));
        static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/", $name, ".text"));
        Unpack::new(bytemuck::cast_slice(&NUMBERS.0), TEXT)
    }};
}

/// The vocabulary of the built-in model; `None` if its tokenizer is of another shape than
/// our own engine knows.
pub fn vocab() -> Option<Unpack> {
    let pack = pack!("vocab");
    (!pack.is_done()).then_some(pack)
}

/// The built-in catalogue.
pub struct Catalogue {
    /// The term lists.
    pub lists: Lists,
    /// What the rules look for.
    pub program: Program,
    /// Ids of the rules.
    pub rules: Strings,
    /// Their files as JSON.
    pub rule_texts: Strings,
    /// The files of the lists as JSON.
    pub list_texts: Strings,
    /// Guidance, reasons and calendar as JSON.
    pub others: Strings,
    /// SHA-256 of every file, in hexadecimal.
    pub sha256: Run,
}

/// The built-in catalogue; nothing of it is copied.
pub fn catalogue() -> Catalogue {
    let mut pack = pack!("catalogue");
    let catalogue = Catalogue {
        lists: Lists::read(&mut pack),
        program: Program::read(&mut pack),
        rules: Strings::read(&mut pack),
        rule_texts: Strings::read(&mut pack),
        list_texts: Strings::read(&mut pack),
        others: Strings::read(&mut pack),
        sha256: pack.text(),
    };
    debug_assert!(pack.is_done());
    catalogue
}

/// The built-in term lists.
#[cfg(test)]
pub fn lists() -> Lists {
    catalogue().lists
}
