//! Says whether a text is English. What is not is left unscreened: neither the
//! rules nor the model can judge it.

use super::{Kind, Token};

/// The language a text seems to be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Language {
    /// English, or too short to say otherwise.
    English,
    /// Another language, by its English name.
    Other(String),
}

/// Function words of English: a text rich in them is English whatever else it holds.
const ENGLISH: &[&str] = &[
    "the", "a", "an", "and", "or", "but", "of", "to", "in", "on", "at", "for", "from", "with", "by", "is", "are",
    "was", "were", "be", "been", "have", "has", "had", "will", "would", "can", "could", "should", "do", "does", "did",
    "not", "no", "this", "that", "these", "those", "it", "its", "we", "you", "your", "our", "they", "their", "he",
    "she", "his", "her", "i", "my", "who", "what", "when", "where", "how", "why", "if", "as", "than", "about", "more",
    "all", "there", "please", "new", "today", "now", "out", "up", "get", "us", "me", "them", "so", "just", "into",
    "after", "before",
];

/// Function words of languages of these islands that whatlang does not know.
const CELTIC: &[(&str, &[&str])] = &[
    (
        "Welsh",
        &[
            "yn",
            "yr",
            "y",
            "mae",
            "ar",
            "gyfer",
            "ac",
            "wedi",
            "gan",
            "fod",
            "hynny",
            "hwn",
            "ein",
            "eich",
            "dros",
            "eu",
            "gyda",
            "neu",
            "cael",
            "bydd",
            "ydych",
            "chi",
            "ni",
            "rydym",
            "oes",
            "mewn",
            "beth",
            "sut",
            "heddiw",
            "nid",
            "ond",
            "wrth",
            "am",
            "dydd",
            "newydd",
            "cyngor",
            "cymru",
            "gwaith",
            "pobl",
            "gwybodaeth",
            "ewch",
            "os",
            "ei",
            "oedd",
            "diolch",
            "bore",
            "da",
            "cymraeg",
            "blynedd",
            "ysgol",
            "iechyd",
            "llywodraeth",
            "sydd",
            "hyn",
            "hon",
            "roedd",
        ],
    ),
    (
        "Irish",
        &[
            "agus", "tá", "ta", "níl", "nil", "sé", "sí", "ar", "leis", "seo", "sin", "ní", "atá", "ata", "bhí",
            "raibh", "chun", "go", "na", "an", "le", "éireann", "gaeilge", "faoi", "nó", "ach", "mar", "dúirt",
            "inniu", "bliain",
        ],
    ),
    (
        "Scottish Gaelic",
        &[
            "agus",
            "tha",
            "chan",
            "eil",
            "airson",
            "anns",
            "bidh",
            "gu",
            "ann",
            "leis",
            "seo",
            "sin",
            "na",
            "an",
            "air",
            "aig",
            "mar",
            "bha",
            "gàidhlig",
            "gaidhlig",
            "alba",
            "riaghaltas",
            "ach",
            "às",
            "nan",
            "nam",
            "dhan",
            "cuideachd",
        ],
    ),
];

/// Whether `key` is a word that carries grammar and no matter.
pub fn is_function_word(key: &str) -> bool {
    ENGLISH.contains(&key)
}

/// The share of English function words above which no other test is made.
const PLAINLY_ENGLISH: f64 = 0.2;

/// The language of a tokenised text whose normalised form is `text`.
pub fn language(text: &str, tokens: &[Token]) -> Language {
    let words: Vec<&str> = tokens.iter().filter(|t| t.kind == Kind::Word).map(|t| t.key.as_str()).collect();
    if words.is_empty() {
        return Language::English;
    }
    if let Some(script) = foreign_script(text) {
        return Language::Other(script);
    }
    let english = count(&words, ENGLISH);
    let (celtic, celtic_name) = CELTIC
        .iter()
        .map(|(name, list)| (count(&words, list), *name))
        .max_by_key(|&(n, _)| n)
        .expect("the list is not empty");
    if celtic >= 2 && celtic > english {
        return Language::Other(celtic_name.to_owned());
    }
    if english as f64 / words.len() as f64 >= PLAINLY_ENGLISH || words.len() < 4 {
        return Language::English;
    }
    match whatlang::detect(text) {
        Some(info) if info.lang() != whatlang::Lang::Eng && info.is_reliable() && english <= 1 => {
            Language::Other(info.lang().eng_name().to_owned())
        }
        _ => Language::English,
    }
}

/// Names of languages that feeds say posts are in, by the first part of their code.
const NAMES: &[(&str, &str)] = &[
    ("cy", "Welsh"),
    ("gd", "Scottish Gaelic"),
    ("ga", "Irish"),
    ("gv", "Manx"),
    ("kw", "Cornish"),
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("de", "German"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("gu", "Gujarati"),
    ("it", "Italian"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
];

/// The language of a text whose feed says that it is in the language with `code`, which is
/// believed where the words do not say otherwise.
pub fn declared_language(code: &str, text: &str, tokens: &[Token]) -> Language {
    let told = language(text, tokens);
    let primary = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == primary) else { return told };
    let words: Vec<&str> = tokens.iter().filter(|t| t.kind == Kind::Word).map(|t| t.key.as_str()).collect();
    let share = count(&words, ENGLISH) as f64 / words.len().max(1) as f64;
    if told == Language::English && share < PLAINLY_ENGLISH { Language::Other((*name).to_owned()) } else { told }
}

fn count(words: &[&str], list: &[&str]) -> usize {
    words.iter().filter(|word| list.contains(word)).count()
}

/// The script of a text most of whose letters are not Latin.
fn foreign_script(text: &str) -> Option<String> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let latin = text.chars().filter(|&c| c.is_alphabetic() && is_latin(c)).count();
    if letters < 4 || latin * 2 >= letters {
        return None;
    }
    let detected = whatlang::detect(text).map(|info| info.lang().eng_name().to_owned());
    Some(detected.unwrap_or_else(|| "a script other than Latin".to_owned()))
}

fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}')
}

#[cfg(test)]
mod tests {
    use super::super::tokenise;
    use super::*;

    fn of(text: &str) -> Language {
        language(text, &tokenise(text).0)
    }

    #[test]
    fn english_posts_stay_english() {
        for text in [
            "Blue Badge renewals take up to 12 weeks.",
            "Flood warning issued: River Severn, Bewdley.",
            "Hello",
            "M6 J10 closed northbound",
            "Bore da! The library in Cardiff opens at 9am today.",
            "Staff at Llywodraeth Cymru have published the timetable for the year.",
        ] {
            assert_eq!(of(text), Language::English, "{text}");
        }
    }

    #[test]
    fn what_a_feed_says_counts_where_the_words_say_little() {
        let of = |code: &str, text: &str| declared_language(code, text, &tokenise(text).0);
        assert_eq!(of("cy", "Nadolig Llawen"), Language::Other("Welsh".to_owned()));
        assert_eq!(of("en-GB", "Nadolig Llawen"), Language::English);
        assert_eq!(of("cy", "The office is closed today."), Language::English);
        assert_eq!(of("und", "Bydd y llyfrgell ar agor heddiw."), Language::Other("Welsh".to_owned()));
    }

    #[test]
    fn other_languages_are_named() {
        let name = |text: &str| match of(text) {
            Language::Other(name) => name,
            Language::English => "English".to_owned(),
        };
        assert_eq!(name("Mae'r cyngor wedi cyhoeddi ei gynllun ar gyfer y flwyddyn nesaf."), "Welsh");
        assert_eq!(name("Bydd y llyfrgell ar agor heddiw."), "Welsh");
        assert_eq!(name("Tá an leabharlann dúnta inniu agus amárach."), "Irish");
        assert_eq!(name("Le ministère a publié hier les nouveaux chiffres du chômage pour la région."), "French");
        assert_eq!(name("Министерство опубликовало новые данные."), "Russian");
    }
}
