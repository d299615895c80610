//! What the documents name exists.
#![allow(clippy::panic, clippy::unwrap_used, reason = "this file is a test and fails loudly")]

use std::fs;
use std::path::Path;

/// The rows of a table of four columns: number, and the tests that the last one names.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let table = text.lines().filter_map(|line| line.strip_prefix("| "));
    table
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
            let [number, _, _, tests] = cells.as_slice() else { return None };
            let named = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Some((number.parse().ok()?, named))
        })
        .collect()
}

/// Whether a file of sources has a test of this name that is run.
fn has_test(source: &str, name: &str) -> bool {
    let head = format!("fn {name}()");
    let mut lines: Vec<&str> = Vec::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with(&head) {
            return lines
                .iter()
                .rev()
                .take_while(|it| it.starts_with("#["))
                .any(|it| *it == "#[test]");
        }
        lines.push(line);
    }
    false
}

/// Fails unless the document's table has these rows, each with tests that exist.
fn each_row_names_tests(document: &str, count: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let rows = rows(&text);
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    for (number, tests) in rows {
        assert!(!tests.is_empty(), "row {number} names no test");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{number}: {test}"));
            let source = fs::read_to_string(root.join(file));
            let source = source.unwrap_or_else(|error| panic!("row {number}: {file}: {error}"));
            assert!(has_test(&source, name), "row {number}: {file} has no test {name}");
        }
    }
}

#[test]
fn each_line_of_the_manuals_names_tests_that_exist() {
    each_row_names_tests("docs/manuals.md", 31);
}

#[test]
fn each_known_mistake_names_tests_that_exist() {
    each_row_names_tests("docs/security.md", 35);
}

#[test]
fn each_requirement_of_the_installer_names_tests_that_exist() {
    each_row_names_tests("docs/installer.md", 20);
}

#[test]
fn a_test_that_is_not_one_is_told() {
    let source =
        "#[test]\n#[ignore = \"slow\"]\nfn one() {}\nfn two() {}\n#[test]\n\nfn three() {}";
    assert!(has_test(source, "one"));
    for name in ["two", "three", "on"] {
        assert!(!has_test(source, name), "{name}");
    }
    assert_eq!(rows("| 3 | a | b | `x::y`, `z::w` |\n| # | c | d | e |").len(), 1);
}
