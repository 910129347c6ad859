//! Tables of figures in plain text: the first column to the left, the others to
//! the right.

use unicode_width::UnicodeWidthStr;

/// Lines of cells, the header first.
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these column names.
    pub fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        Self(vec![header.into_iter().map(Into::into).collect()])
    }

    /// Adds a line.
    pub fn line(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item = String>) {
        self.0.push(std::iter::once(name.into()).chain(cells).collect());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width = |at: usize| self.0.iter().filter_map(|line| line.get(at)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
        for line in &self.0 {
            let mut out = String::new();
            for (at, cell) in line.iter().enumerate() {
                let gap = " ".repeat(widths[at] - cell.width());
                match at {
                    0 => out.extend([cell.as_str(), &gap]),
                    _ => out.extend(["  ", &gap, cell]),
                }
            }
            writeln!(f, "{}", out.trim_end())?;
        }
        Ok(())
    }
}

/// Three decimals, or `–` where there is nothing to measure.
pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::new(["", "rules", "fused"]);
        table.line("AUC", [figure(Some(0.75)), figure(None)]);
        table.line("macro-F1", [figure(Some(0.5)), figure(Some(1.0))]);
        assert_eq!(table.to_string(), "          rules  fused\nAUC       0.750      –\nmacro-F1  0.500  1.000\n");
    }
}
