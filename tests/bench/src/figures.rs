//! What measured figures come to: medians with their spread, ratios, and how both are written.

use std::collections::BTreeMap;

/// What one run took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    /// Seconds by the clock.
    pub(crate) wall: f64,
    /// Seconds of processors, of it and all that it waited for.
    pub(crate) cpu: f64,
    /// Bytes that it gave the kernel to write to a disk.
    pub(crate) written: f64,
}

/// The middle of what was measured, and between what four fifths of it lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Middle {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) rounds: usize,
}

impl Middle {
    /// Of at least one figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        assert!(!sorted.is_empty(), "nothing was measured");
        sorted.sort_by(f64::total_cmp);
        let at = |part| quantile(&sorted, part);
        Self { median: at(0.5), low: at(0.1), high: at(0.9), rounds: sorted.len() }
    }
}

/// Between two figures in the proportion of its place.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "some dozens of figures")]
    let place = part * (sorted.len() - 1) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

/// All that was measured, by the name of its row.
#[derive(Debug, Default)]
pub(crate) struct Book(BTreeMap<String, Vec<Sample>>);

impl Book {
    pub(crate) fn add(&mut self, row: &str, sample: Sample) {
        self.0.entry(row.to_owned()).or_default().push(sample);
    }

    /// So many rounds, after one that warms up and is forgotten.
    pub(crate) fn repeat(&mut self, rounds: usize, mut round: impl FnMut(&mut Self)) {
        round(&mut Self::default());
        for _ in 0..rounds {
            round(self);
        }
    }

    pub(crate) fn has(&self, row: &str) -> bool {
        self.0.contains_key(row)
    }

    pub(crate) fn wall(&self, row: &str) -> Middle {
        self.middle(row, |sample| sample.wall)
    }

    pub(crate) fn cpu(&self, row: &str) -> Middle {
        self.middle(row, |sample| sample.cpu)
    }

    pub(crate) fn written(&self, row: &str) -> Middle {
        self.middle(row, |sample| sample.written)
    }

    /// How often one row's median goes into another's.
    pub(crate) fn ratio(&self, row: &str, to: &str) -> f64 {
        self.wall(row).median / self.wall(to).median
    }

    /// The same round by round: what stands beside the ratio of medians as its spread.
    pub(crate) fn rounds(&self, row: &str, to: &str) -> Middle {
        self.pairs(row, to, |ours, theirs| ours / theirs)
    }

    /// What comes of two rows' seconds round by round.
    pub(crate) fn pairs(&self, row: &str, to: &str, what: impl Fn(f64, f64) -> f64) -> Middle {
        let pairs = self.0[row].iter().zip(&self.0[to]);
        Middle::of(pairs.map(|(ours, theirs)| what(ours.wall, theirs.wall)))
    }

    fn middle(&self, row: &str, what: impl Fn(&Sample) -> f64) -> Middle {
        let samples = self.0.get(row).unwrap_or_else(|| panic!("row {row:?} was not measured"));
        Middle::of(samples.iter().map(what))
    }
}

/// Three digits that tell something, with the unit that fits.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{} s", digits(seconds))
    } else {
        format!("{} ms", digits(seconds * 1000.0))
    }
}

pub(crate) fn bytes(bytes: f64) -> String {
    if bytes >= 1e6 {
        format!("{} MB", digits(bytes / 1e6))
    } else {
        format!("{} kB", digits(bytes / 1e3))
    }
}

/// Sizes of files are far from where this loses anything.
#[allow(clippy::cast_precision_loss, reason = "up to 9 PB it does not")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}

/// A ratio, with a digit more where two would tell nothing.
pub(crate) fn ratio(figure: f64) -> String {
    if figure.abs() < 0.1 { format!("{figure:.3}") } else { format!("{figure:.2}") }
}

fn digits(figure: f64) -> String {
    match figure {
        figure if figure >= 99.95 => format!("{figure:.0}"),
        figure if figure >= 9.995 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}

/// `412 ms (405 to 431)`, both in the median's unit.
pub(crate) fn spread(middle: Middle) -> String {
    let factor = if middle.median >= 1.0 { 1.0 } else { 1000.0 };
    let (low, high) = (digits(middle.low * factor), digits(middle.high * factor));
    format!("{} ({low} to {high})", seconds(middle.median))
}

/// A table of Markdown whose columns stand under each other as plain text, too.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        assert_eq!(row.len(), head.len(), "{row:?}");
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = widths.iter().enumerate().map(|(column, width)| {
        if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(*width - 1)) }
    });
    let rule: Vec<String> = rule.collect();
    [line(&head), line(&rule)].into_iter().chain(rows.iter().map(|row| line(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn middle(figures: &[f64]) -> (f64, f64, f64) {
        let middle = Middle::of(figures.iter().copied());
        (middle.median, middle.low, middle.high)
    }

    fn same(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn the_median_and_four_fifths() {
        assert_eq!(middle(&[7.0]), (7.0, 7.0, 7.0));
        let tens: Vec<f64> = (0..=10).rev().map(|n| f64::from(n) * 10.0).collect();
        assert_eq!(middle(&tens), (50.0, 10.0, 90.0));
        assert!(same(middle(&[4.0, 1.0, 3.0, 2.0]).0, 2.5));
        // One odd round moves neither.
        let odd: Vec<f64> = (0..10).map(f64::from).chain([900.0]).collect();
        assert_eq!(middle(&odd), (5.0, 1.0, 9.0));
    }

    #[test]
    fn the_round_that_warms_up_is_forgotten() {
        let (mut book, mut wall) = (Book::default(), 10.0);
        book.repeat(3, |book| {
            wall += 1.0;
            book.add("row", Sample { wall, ..Sample::default() });
        });
        assert_eq!((book.wall("row").median, book.wall("row").rounds), (13.0, 3));
    }

    #[test]
    fn a_ratio_is_of_medians_and_not_of_means() {
        let mut book = Book::default();
        for wall in [1.0, 2.0, 99.0] {
            book.add("ours", Sample { wall, ..Sample::default() });
        }
        for wall in [8.0, 7.0, 9.0, 8.0] {
            book.add("theirs", Sample { wall, ..Sample::default() });
        }
        assert!(same(book.ratio("ours", "theirs"), 0.25));
        assert_eq!((book.wall("ours").rounds, book.wall("theirs").rounds), (3, 4));
        let less = book.pairs("theirs", "ours", |theirs, ours| theirs - ours);
        assert_eq!((less.median, less.rounds), (5.0, 3));
    }

    #[test]
    fn each_figure_has_a_row_of_its_own() {
        let mut book = Book::default();
        book.add("row", Sample { wall: 1.0, cpu: 0.5, written: 4096.0 });
        assert!(same(book.cpu("row").median, 0.5) && same(book.written("row").median, 4096.0));
    }

    #[test]
    fn units_fit_and_digits_tell_something() {
        assert_eq!(seconds(0.000_912), "0.91 ms");
        assert_eq!(seconds(0.0123), "12.3 ms");
        assert_eq!(seconds(0.4126), "413 ms");
        assert_eq!(seconds(1.5), "1.50 s");
        assert_eq!(bytes(1_489_862.0), "1.49 MB");
        assert_eq!(bytes(20_480.0), "20.5 kB");
        assert_eq!([ratio(1.234), ratio(0.1), ratio(0.0372)], ["1.23", "0.10", "0.037"]);
        let middle = Middle { median: 0.4, low: 0.39, high: 1.2, rounds: 15 };
        assert_eq!(spread(middle), "400 ms (390 to 1200)");
    }

    #[test]
    fn a_table_has_a_rule_and_columns_that_stand_under_each_other() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["bcd".to_owned(), "5".to_owned()]];
        let expected = "| x   |  n |\n| --- | -: |\n| a   | 10 |\n| bcd |  5 |\n";
        assert_eq!(table(&["x", "n"], &rows), expected);
    }
}
