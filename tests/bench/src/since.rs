//! What has changed since the page that stands in `docs`: whether this run agrees with that one. Two
//! runs agree in a figure that lies, of one of them, within the spread that it has in the other.

use std::fmt::Write as _;

use crate::aims::Aim;
use crate::figures::{ratio, table};

/// What an aim without a spread may differ by, as a part of it.
const SAME: f64 = 0.02;

/// A line of the table of aims.
#[derive(Debug, PartialEq)]
struct Then {
    what: String,
    found: f64,
    spread: Option<(f64, f64)>,
}

/// A table for the terminal; nothing where there is no page, or none with aims.
pub(crate) fn write(page: &str, aims: &[Aim]) -> String {
    let then = read(page);
    let rows: Vec<Vec<String>> = aims
        .iter()
        .filter_map(|now| {
            let then = then.iter().find(|then| then.what == now.what)?;
            let word = if agree(then, now) { "agrees" } else { "**differs**" };
            let spread = |(low, high)| format!("{} to {}", ratio(low), ratio(high));
            Some(vec![
                now.what.clone(),
                ratio(then.found),
                then.spread.map(spread).unwrap_or_default(),
                ratio(now.found),
                now.spread.map(|it| spread((it.low, it.high))).unwrap_or_default(),
                word.to_owned(),
            ])
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("\n## Since {}\n\n", line(page, "- commit: "));
    let _ = writeln!(text, "Then on: {}\n", line(page, "- machine: "));
    text + &table(&["", "then", "rounds", "now", "rounds", ""], &rows)
}

fn line<'t>(page: &'t str, start: &str) -> &'t str {
    page.lines().find_map(|line| line.strip_prefix(start)).unwrap_or("an unknown one")
}

fn read(page: &str) -> Vec<Then> {
    let section = page.split("\n## ").find(|section| section.starts_with("Aims\n"));
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let rows = section.into_iter().flat_map(str::lines).filter(|line| line.starts_with('|'));
    let then = |cells: Vec<String>| {
        let [what, found, spread, ..] = &cells[..] else { return None };
        let spread = spread.split_once(" to ");
        let spread = spread.and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        Some(Then { what: what.clone(), found: found.parse().ok()?, spread })
    };
    rows.map(cells).filter_map(then).collect()
}

fn agree(then: &Then, now: &Aim) -> bool {
    let spread = now.spread.map(|it| (it.low, it.high));
    lies(now.found, then.found, then.spread) || lies(then.found, now.found, spread)
}

/// Whether a figure lies within another's spread, by the digits that stand on the page.
fn lies(figure: f64, other: f64, spread: Option<(f64, f64)>) -> bool {
    let (low, high) = spread.unwrap_or({
        let slack = other.abs() * SAME;
        (other - slack, other + slack)
    });
    let last = if other.abs() < 0.1 { 0.0005 } else { 0.005 };
    (low - last..high + last).contains(&figure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Middle;

    const PAGE: &str = "# Performance\n\n- machine: M, 2 cores\n- commit: abc\n\n## Aims\n\nRatios.\n\n\
        |                      | found |       rounds | at most |             |\n\
        | -------------------- | ----: | -----------: | ------: | ----------: |\n\
        | grant, to the script |  0.50 | 0.44 to 0.57 |     0.8 |         met |\n\
        | memory, MB           |  6.19 |              |       8 |         met |\n\
        \nThe line: why.\n\n## Size\n\n| x86_64 | 1.49 | 2 |\n";

    #[test]
    fn the_aims_of_a_page_are_read() {
        let row = |what: &str, found, spread| Then { what: what.to_owned(), found, spread };
        let rows =
            [row("grant, to the script", 0.50, Some((0.44, 0.57))), row("memory, MB", 6.19, None)];
        assert_eq!(read(PAGE), rows);
        assert_eq!(read("# Another page\n"), []);
    }

    #[test]
    fn what_lies_outside_of_both_spreads_differs() {
        let middle = |low, high| Some(Middle { low, high, median: low, rounds: 16 });
        let aim = |what: &str, found, spread| Aim {
            what: what.to_owned(),
            found,
            spread,
            ..Aim::default()
        };
        let said = |grant, low, high, memory| {
            let grant = aim("grant, to the script", grant, middle(low, high));
            write(PAGE, &[grant, aim("memory, MB", memory, None)])
        };
        assert!(said(0.5, 0.5, 0.5, 6.10).starts_with("\n## Since abc\n\nThen on: M, 2 cores\n"));
        for (grant, low, high, memory, differ) in [
            (0.44, 0.44, 0.44, 6.25, 0),
            (0.574, 0.57, 0.58, 6.31, 0),
            (0.60, 0.50, 0.62, 6.19, 0),
            (0.60, 0.51, 0.62, 6.19, 1),
            (0.43, 0.40, 0.49, 6.0, 2),
        ] {
            let said = said(grant, low, high, memory);
            assert_eq!(said.matches("**differs**").count(), differ, "{said}");
            assert_eq!(said.matches(" agrees ").count(), 2 - differ, "{said}");
        }
        assert_eq!(write("# Another page\n", &[aim("memory, MB", 6.0, None)]), "");
    }
}
