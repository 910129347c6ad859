//! DAG-CBOR: the values of one block, borrowed from its bytes. Strict about what the form
//! forbids where it matters (lengths that are not known, keys that are no text), lenient
//! about the order of keys and the shortest way to write a number.

use serde_json::Number;

/// Deepest nesting.
const DEPTH: usize = 64;
/// Most values of one block.
const VALUES: usize = 1 << 17;
/// The tag of a link.
const LINK: u64 = 42;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Value<'a>>),
    Map(Vec<(&'a str, Value<'a>)>),
    /// The bytes of a content id.
    Link(&'a [u8]),
}

/// What is wrong with a block; never words of it.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Broken(pub &'static str);

impl<'a> Value<'a> {
    /// The one value that `block` is.
    pub fn of(block: &'a [u8]) -> Result<Self, Broken> {
        let mut reader = Reader { rest: block, values: 0 };
        let value = reader.value(0)?;
        if reader.rest.is_empty() { Ok(value) } else { Err(Broken("bytes after the end of the value")) }
    }

    /// What a map has under `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The same as JSON; bytes and links become `null`.
    pub fn into_json(self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null | Self::Bytes(_) | Self::Link(_) => Json::Null,
            Self::Bool(bool) => Json::Bool(bool),
            Self::Int(int) => {
                let number = i64::try_from(int).map(Number::from).or_else(|_| u64::try_from(int).map(Number::from));
                number.map_or(Json::Null, Json::Number)
            }
            Self::Float(float) => Number::from_f64(float).map_or(Json::Null, Json::Number),
            Self::Text(text) => Json::String(text.to_owned()),
            Self::List(list) => Json::Array(list.into_iter().map(Self::into_json).collect()),
            Self::Map(pairs) => {
                let pairs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into_json()));
                Json::Object(pairs.collect())
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    values: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, Broken> {
        self.values += 1;
        if depth > DEPTH || self.values > VALUES {
            return Err(Broken("nested too deep, or of too many parts"));
        }
        let (major, info) = self.byte()?;
        if major == 7 {
            return self.simple(info);
        }
        let number = self.number(info)?;
        Ok(match major {
            0 => Value::Int(number.into()),
            1 => Value::Int(-1 - i128::from(number)),
            2 => Value::Bytes(self.take(number)?),
            3 => Value::Text(self.text(number)?),
            4 => Value::List((0..self.count(number)?).map(|_| self.value(depth + 1)).collect::<Result<_, _>>()?),
            5 => Value::Map((0..self.count(number)?).map(|_| self.pair(depth + 1)).collect::<Result<_, _>>()?),
            _ if number == LINK => match self.value(depth + 1)? {
                Value::Bytes([0, id @ ..]) => Value::Link(id),
                _ => return Err(Broken("a link that is none")),
            },
            _ => return Err(Broken("a tag that is not allowed")),
        })
    }

    fn pair(&mut self, depth: usize) -> Result<(&'a str, Value<'a>), Broken> {
        let (major, info) = self.byte()?;
        if major != 3 {
            return Err(Broken("a key that is no text"));
        }
        let length = self.number(info)?;
        Ok((self.text(length)?, self.value(depth)?))
    }

    fn simple(&mut self, info: u8) -> Result<Value<'a>, Broken> {
        Ok(match info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 | 23 => Value::Null,
            27 => {
                let bytes = self.take(8)?.try_into().expect("eight bytes were taken");
                Value::Float(f64::from_be_bytes(bytes))
            }
            _ => return Err(Broken("a simple value that is not allowed")),
        })
    }

    /// The first byte of a value: what it is, and how long its number is.
    fn byte(&mut self) -> Result<(u8, u8), Broken> {
        let [first] = *self.take(1)? else { unreachable!("one byte was taken") };
        Ok((first >> 5, first & 31))
    }

    fn number(&mut self, info: u8) -> Result<u64, Broken> {
        match info {
            0..24 => Ok(info.into()),
            24..28 => {
                let bytes = self.take(1 << (info - 24))?;
                Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            _ => Err(Broken("a length that is not known beforehand")),
        }
    }

    /// How many values follow; no more than there are bytes for.
    fn count(&self, number: u64) -> Result<usize, Broken> {
        usize::try_from(number).ok().filter(|count| *count <= self.rest.len()).ok_or(CUT)
    }

    fn text(&mut self, length: u64) -> Result<&'a str, Broken> {
        std::str::from_utf8(self.take(length)?).map_err(|_| Broken("a text that is not UTF-8"))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Broken> {
        let length = usize::try_from(length).map_err(|_| CUT)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }
}

const CUT: Broken = Broken("it ends in the middle of a value");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        let block = [
            &b"\xa4"[..],
            b"\x61a\x82\x01\x38\x63",
            b"\x61b\xd8\x2a\x43\x00\x01\x02",
            b"\x62cc\xf6",
            b"\x61d\xfb\x3f\xf8\0\0\0\0\0\0",
        ]
        .concat();
        let value = Value::of(&block).unwrap();
        assert_eq!(value.get("a"), Some(&Value::List(vec![Value::Int(1), Value::Int(-100)])));
        assert_eq!(value.get("b"), Some(&Value::Link(&[1, 2])));
        assert_eq!(value.into_json().to_string(), r#"{"a":[1,-100],"b":null,"cc":null,"d":1.5}"#);
        assert_eq!(
            Value::of(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff").unwrap().into_json().to_string(),
            "18446744073709551615"
        );
    }

    #[test]
    fn broken_blocks_are_told_and_not_trusted() {
        let why = |block: &[u8]| Value::of(block).unwrap_err().0;
        assert_eq!(why(b""), CUT.0);
        assert_eq!(why(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), CUT.0);
        assert_eq!(why(b"\x7a\xff\xff\xff\xff"), CUT.0);
        assert_eq!(why(b"\x9f\xff"), "a length that is not known beforehand");
        assert_eq!(why(b"\x61\xff"), "a text that is not UTF-8");
        assert_eq!(why(b"\xa1\x01\x01"), "a key that is no text");
        assert_eq!(why(b"\xd8\x2a\x41\x01"), "a link that is none");
        assert_eq!(why(b"\xc1\x01"), "a tag that is not allowed");
        assert_eq!(why(b"\x01\x01"), "bytes after the end of the value");
        assert_eq!(why(&vec![0x81; 100_000]), "nested too deep, or of too many parts");
        let many = [&b"\x9a\x00\x04\x00\x00"[..], &vec![0; 1 << 18]].concat();
        assert_eq!(why(&many), "nested too deep, or of too many parts");
    }
}
