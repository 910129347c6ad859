//! The values of one column of a group of rows, with the levels by which Parquet tells
//! an absent value from an empty list and one row's list from the next.

use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::Result;
use ::parquet::file::writer::SerializedColumnWriter;
use jiff::civil::{Date, date};

use super::super::row::{Cell, Kind};

/// The day that Parquet counts days from.
const EPOCH: Date = date(1970, 1, 1);

/// A column that is being filled.
pub(super) struct Leaf {
    values: Values,
    /// How much of a value's path is there.
    definition: Vec<i16>,
    /// 0 where a row begins, 1 where its list goes on.
    repetition: Vec<i16>,
    /// The level of definition of a value that is there.
    whole: i16,
}

enum Values {
    Text(Vec<ByteArray>),
    Number(Vec<f64>),
    Count(Vec<i64>),
    Day(Vec<i32>),
    Flag(Vec<bool>),
}

impl Leaf {
    /// For cells of `kind`, which stand inside the entries of a list if they are `nested`;
    /// a list inside a list there is not.
    pub fn new(kind: Kind, nested: bool) -> Self {
        let values = match kind {
            Kind::Word | Kind::Text | Kind::List => Values::Text(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Count => Values::Count(Vec::new()),
            Kind::Day => Values::Day(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        let is_always_there = matches!(kind, Kind::Word | Kind::Flag);
        Self {
            values,
            definition: Vec::new(),
            repetition: Vec::new(),
            whole: i16::from(!is_always_there) + i16::from(nested),
        }
    }

    /// Adds the cell of a row, and says how many bytes of words it holds.
    pub fn push(&mut self, cell: Cell<'_>) -> usize {
        let Cell::List(entries) = cell else { return self.push_entry(cell, true) };
        if entries.is_empty() {
            self.push_none();
        }
        entries.into_iter().enumerate().map(|(at, entry)| self.push_entry(Cell::Text(Some(entry)), at == 0)).sum()
    }

    /// Adds the cell of an entry of a list, the `first` of its row or a later one.
    pub fn push_entry(&mut self, cell: Cell<'_>, first: bool) -> usize {
        let mut bytes = 0;
        let is_there = match (&mut self.values, cell) {
            (Values::Text(values), Cell::Text(text)) => {
                let text = text.map(|text| ByteArray::from(text.into_owned().into_bytes()));
                bytes = text.as_ref().map_or(0, ByteArray::len);
                add(values, text)
            }
            (Values::Number(values), Cell::Number(number)) => add(values, number),
            (Values::Count(values), Cell::Count(count)) => {
                add(values, count.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
            }
            (Values::Day(values), Cell::Day(day)) => add(values, day.map(days)),
            (Values::Flag(values), Cell::Flag(flag)) => add(values, Some(flag)),
            _ => unreachable!("a test holds every cell against its column's kind"),
        };
        self.definition.push(self.whole - i16::from(!is_there));
        self.repetition.push(i16::from(!first));
        bytes
    }

    /// Adds a row whose list has no entry.
    pub fn push_none(&mut self) {
        self.definition.push(0);
        self.repetition.push(0);
    }

    /// Writes what was added to `column` and holds nothing any more.
    pub fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let (def, rep) = (Some(&self.definition[..]), Some(&self.repetition[..]));
        let _values = match &mut self.values {
            Values::Text(values) => column.typed::<ByteArrayType>().write_batch(&std::mem::take(values), def, rep)?,
            Values::Number(values) => column.typed::<DoubleType>().write_batch(&std::mem::take(values), def, rep)?,
            Values::Count(values) => column.typed::<Int64Type>().write_batch(&std::mem::take(values), def, rep)?,
            Values::Day(values) => column.typed::<Int32Type>().write_batch(&std::mem::take(values), def, rep)?,
            Values::Flag(values) => column.typed::<BoolType>().write_batch(&std::mem::take(values), def, rep)?,
        };
        self.definition.clear();
        self.repetition.clear();
        Ok(())
    }
}

fn add<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_there = value.is_some();
    values.extend(value);
    is_there
}

fn days(day: Date) -> i32 {
    (day - EPOCH).get_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_epoch() {
        assert_eq!([EPOCH, date(2024, 7, 4), date(1969, 12, 31)].map(days), [0, 19908, -1]);
    }
}
