//! Parts of a JSON record that other tools write in more than one way: ids as strings or
//! numbers, one object or a list of them, a field that is there or not. A part of another
//! kind than it should be does not cost the record.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde_json::error::Category;

use super::super::Fault;

/// What serde says of a record, without the value that it would quote.
pub(in super::super) fn fault(error: &serde_json::Error) -> Fault {
    let place = match error.line() {
        0 | 1 => format!("column {}", error.column()),
        line => format!("line {line}, column {} of the record", error.column()),
    };
    Fault::new(match error.classify() {
        Category::Eof => format!("the JSON ends early, at {place}"),
        Category::Data => format!("something of another kind than it should be, at {place}"),
        Category::Syntax | Category::Io => format!("broken JSON at {place}"),
    })
}

/// A string, or a whole number as its digits.
#[derive(Default)]
pub(in super::super) enum Word<'a> {
    /// Not there, or null.
    #[default]
    None,
    /// Something else, a rounded number among it.
    Odd,
    /// What it says.
    Is(Cow<'a, str>),
}

impl Word<'_> {
    /// What it says.
    pub fn get(&self) -> Option<&str> {
        match self {
            Self::Is(word) => Some(word),
            Self::None | Self::Odd => None,
        }
    }

    /// What it says, unless that is nothing.
    pub fn filled(&self) -> Option<&str> {
        self.get().filter(|word| !word.trim().is_empty())
    }

    /// Its words as an owned string.
    pub fn owned(&self) -> Option<String> {
        self.filled().map(str::to_owned)
    }

    /// Whether something stands there that is no string.
    pub fn is_odd(&self) -> bool {
        matches!(self, Self::Odd)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Word<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_borrowed_str<E>(self, word: &'de str) -> Result<Word<'a>, E> {
                Ok(Word::Is(Cow::Borrowed(word)))
            }
            fn visit_str<E>(self, word: &str) -> Result<Word<'a>, E> {
                Ok(Word::Is(Cow::Owned(word.to_owned())))
            }
            fn visit_string<E>(self, word: String) -> Result<Word<'a>, E> {
                Ok(Word::Is(Cow::Owned(word)))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Word<'a>, E> {
                Ok(Word::Is(Cow::Owned(number.to_string())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Word<'a>, E> {
                Ok(Word::Is(Cow::Owned(number.to_string())))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Word<'a>, E> {
                Ok(Word::Odd)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Word<'a>, E> {
                Ok(Word::Odd)
            }
            fn visit_unit<E>(self) -> Result<Word<'a>, E> {
                Ok(Word::None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Word<'a>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Word::Odd)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Word<'a>, A::Error> {
                while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Word::Odd)
            }
        }
        from.deserialize_any(Reader(PhantomData))
    }
}

/// `true`, or something else.
#[derive(Default, Clone, Copy)]
pub(in super::super) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_str<E>(self, word: &str) -> Result<Flag, E> {
                Ok(Flag(word.eq_ignore_ascii_case("true")))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_unit<E>(self) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Flag, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Flag(false))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Flag, A::Error> {
                while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Flag(false))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// Whether something other than null stands there; nothing of it is kept.
#[derive(Default, Clone, Copy)]
pub(in super::super) struct Present(pub bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::<IgnoredAny>::deserialize(from).map(|there| Self(there.is_some()))
    }
}

/// One object or a list of them; nothing where something else stands.
pub(in super::super) struct Many<T> {
    pub items: Vec<T>,
    /// Whether they stood in a list.
    pub is_list: bool,
    /// Whether it was there at all.
    pub is_there: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_list: false, is_there: false }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list of objects")
            }
            fn visit_unit<E>(self) -> Result<Many<T>, E> {
                Ok(Many::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Many { items, is_list: true, is_there: true })
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Many<T>, A::Error> {
                let item = T::deserialize(MapAccessDeserializer::new(object))?;
                Ok(Many { items: vec![item], is_list: false, is_there: true })
            }
        }
        from.deserialize_any(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_every_digit_and_odd_parts_cost_nothing() {
        let words: Vec<Word<'_>> =
            serde_json::from_str(r#"["a", "b\n", 1234567890123456789, -1, 1.7e18, null, {"x": [1]}, [2], true]"#)
                .unwrap();
        let shown: Vec<_> = words.iter().map(Word::get).collect();
        assert_eq!(shown[..4], [Some("a"), Some("b\n"), Some("1234567890123456789"), Some("-1")]);
        assert!(shown[4..].iter().all(Option::is_none));
        assert_eq!(words.iter().filter(|word| word.is_odd()).count(), 4);
        assert!(matches!(&words[0], Word::Is(Cow::Borrowed(_))));
    }

    #[test]
    fn one_or_many() {
        let many = |json| serde_json::from_str::<Many<std::collections::BTreeMap<String, u8>>>(json).unwrap();
        assert_eq!((many("{\"a\": 1}").items.len(), many("[{}, {}]").items.len()), (1, 2));
        assert!(!many("null").is_there && many("[]").is_there && many("[]").is_list);
        let flags: Vec<Flag> = serde_json::from_str("[true, false, null, \"True\", 1, [], {}]").unwrap();
        assert_eq!(flags.iter().filter(|flag| flag.0).count(), 2);
    }

    #[test]
    fn no_fault_quotes_a_value() {
        let error = serde_json::from_str::<Many<IgnoredAny>>("\n\"Zanzibar\"").err().unwrap();
        assert_eq!(
            fault(&error).problem,
            "something of another kind than it should be, at line 2, column 10 of the record"
        );
        let error = serde_json::from_str::<Word<'_>>("{\"a\": ").err().unwrap();
        assert_eq!(fault(&error).problem, "the JSON ends early, at column 6");
    }
}
