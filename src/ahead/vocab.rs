//! The vocabulary of a `WordPiece` tokenizer as flat tables. It is made from a
//! `tokenizer.json` of the one shape that `model/wordpiece.rs` knows; `build.rs` includes
//! this file and makes that of the built-in model.

use serde_json::Value;

use super::pack::{Map, Numbers, Pack, START, Strings, Unpack, hash, index};

/// Token strings and their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocab {
    tokens: Map,
    /// Id of each token.
    ids: Numbers,
    /// Tokens that are cut out of a text before anything else, the longest first.
    specials: Strings,
    /// Id of each special token.
    special_ids: Numbers,
}

/// What stands before a piece that continues a word.
const CONTINUES: &str = "##";
/// What stands for a word that has no pieces.
const UNKNOWN: &str = "[UNK]";
/// Every special token starts with it.
pub const BRACKET: u8 = b'[';
/// A longer word, in characters, is unknown.
pub const LONGEST_WORD: usize = 100;

impl Vocab {
    /// The vocabulary of a `tokenizer.json`; `None` if it is of another shape than
    /// uncased BERT's: its normaliser, its cutting into words, and `WordPiece`.
    pub fn compile(json: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(json).ok()?;
        is_known(&json).then_some(())?;
        let mut tokens: Vec<(u32, &str)> = Vec::new();
        for (token, id) in json["model"]["vocab"].as_object()? {
            tokens.push((u32::try_from(id.as_u64()?).ok()?, token));
        }
        tokens.sort_unstable();
        let mut specials: Vec<(&str, u32)> = Vec::new();
        for token in json["added_tokens"].as_array()? {
            let (text, id) = (token["content"].as_str()?, u32::try_from(token["id"].as_u64()?).ok()?);
            let is_plain = ["single_word", "lstrip", "rstrip", "normalized"].iter().all(|key| token[*key] == false);
            let known = json["model"]["vocab"][text] == id;
            (is_plain && known && token["special"] == true && text.as_bytes().first() == Some(&BRACKET))
                .then(|| specials.push((text, id)))?;
        }
        specials.sort_unstable_by_key(|(text, _)| (std::cmp::Reverse(text.len()), *text));
        let vocab = Self {
            tokens: tokens.iter().map(|(_, token)| token).collect(),
            ids: tokens.iter().map(|(id, _)| *id).collect(),
            specials: specials.iter().map(|(text, _)| text).collect(),
            special_ids: specials.iter().map(|(_, id)| *id).collect(),
        };
        vocab.id(UNKNOWN).is_some().then_some(vocab)
    }

    /// The vocabulary that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self {
            tokens: Map::read(pack),
            ids: pack.numbers(),
            specials: Strings::read(pack),
            special_ids: pack.numbers(),
        }
    }

    /// Puts the vocabulary into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        self.tokens.write(pack);
        pack.numbers(&self.ids);
        self.specials.write(pack);
        pack.numbers(&self.special_ids);
    }

    /// The id of `token`, if there is one.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokens.get(token).map(|number| self.ids[number])
    }

    /// The id that stands for a word without pieces.
    pub fn unknown(&self) -> u32 {
        self.id(UNKNOWN).expect("a vocabulary without it is not made")
    }

    /// The special token at the start of `text`, the longest, as its id and length.
    pub fn special(&self, text: &str) -> Option<(u32, usize)> {
        let number = (0..self.specials.len()).find(|&number| text.starts_with(self.specials.get(number)))?;
        Some((self.special_ids[number], self.specials.get(number).len()))
    }

    /// The longest piece at the start of `rest`, as its id and length; `continues` if it
    /// is not the first of its word.
    pub fn piece(&self, rest: &str, continues: bool, hashes: &mut Vec<(usize, u32)>) -> Option<(u32, usize)> {
        let prefix = if continues { CONTINUES } else { "" };
        let mut sum = hash(START, prefix.as_bytes());
        hashes.clear();
        for (at, c) in rest.char_indices() {
            let end = at + c.len_utf8();
            sum = hash(sum, &rest.as_bytes()[at..end]);
            hashes.push((end, sum));
        }
        hashes.iter().rev().find_map(|&(end, sum)| {
            let is_it = |token: &str| token.strip_prefix(prefix).is_some_and(|token| token == &rest[..end]);
            Some((self.ids[self.tokens.find(sum, is_it)?], end))
        })
    }
}

/// Whether a `tokenizer.json` says what `model/wordpiece.rs` does.
fn is_known(json: &Value) -> bool {
    let (normalizer, model) = (&json["normalizer"], &json["model"]);
    let set = |key: &str| normalizer[key] == true;
    let kinds = [("normalizer", "BertNormalizer"), ("pre_tokenizer", "BertPreTokenizer"), ("model", "WordPiece")];
    kinds.iter().all(|(part, kind)| json[*part]["type"] == *kind)
        && set("clean_text")
        && set("handle_chinese_chars")
        && set("lowercase")
        && (normalizer["strip_accents"].is_null() || set("strip_accents"))
        && model["unk_token"] == UNKNOWN
        && model["continuing_subword_prefix"] == CONTINUES
        && model["max_input_chars_per_word"] == index(LONGEST_WORD)
}
