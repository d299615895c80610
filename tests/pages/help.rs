//! A help page, taken apart.

use std::collections::BTreeSet;

use support_access::text::{Lang, help};

/// What a help page says.
#[derive(Debug)]
pub(crate) struct Page {
    /// The text above the usage.
    pub(crate) intro: String,
    /// The line after "Usage:".
    pub(crate) usage: String,
    /// An option with its value, and what it does.
    pub(crate) options: Vec<(String, String)>,
    /// Paragraphs after the options.
    pub(crate) notes: Vec<String>,
    /// The lines of the examples.
    pub(crate) examples: Vec<String>,
}

pub(crate) fn page(verb: Option<&str>, lang: Lang) -> Page {
    let text = help::page(verb, lang);
    let mut blocks = text.trim().split("\n\n").map(|block| block.lines().collect::<Vec<_>>());
    let intro = blocks.next().unwrap().join(" ");
    let mut page = Page {
        intro,
        usage: String::new(),
        options: Vec::new(),
        notes: Vec::new(),
        examples: Vec::new(),
    };
    for block in blocks {
        let first = block[0];
        let listed = block.iter().skip(1).all(|line| line.starts_with("  "));
        let options = block.iter().any(|line| line.trim_start().starts_with('-'));
        if first.starts_with("Usage:") || first.starts_with("사용법:") {
            first.split_once(": ").unwrap().1.clone_into(&mut page.usage);
        } else if first.starts_with("Example") || first.starts_with("예") {
            page.examples = block[1..].iter().map(|line| line.trim().to_owned()).collect();
        } else if options && listed && first.ends_with(':') {
            page.options = self::options(&block[1..]);
        } else if !listed || !first.ends_with(':') {
            page.notes.push(block.join(" "));
        }
    }
    page
}

fn options(lines: &[&str]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in lines {
        let text = line.trim();
        if text.starts_with('-') {
            let (option, what) = text.split_once("  ").unwrap_or_else(|| panic!("no text: {line}"));
            found.push((option.to_owned(), what.trim().to_owned()));
        } else {
            let (_, what) = found.last_mut().unwrap();
            *what = format!("{what} {text}");
        }
    }
    found
}

/// The long option that such a line is about.
pub(crate) fn long(option: &str) -> &str {
    let word = option.split(' ').find(|word| word.starts_with("--")).unwrap();
    word.trim_start_matches("--")
}

/// Each page lists the options of its verb and no others, in both languages.
#[test]
fn pages_list_the_options_and_no_others() {
    for verb in crate::verbs() {
        let wanted: BTreeSet<&str> = verb.get_arguments().filter_map(clap::Arg::get_long).collect();
        for lang in [Lang::En, Lang::Ko] {
            let page = page(Some(verb.get_name()), lang);
            let listed: BTreeSet<&str> = page.options.iter().map(|(it, _)| long(it)).collect();
            assert_eq!(listed, wanted, "{} {lang:?}", verb.get_name());
            assert!(!page.usage.is_empty() && !page.examples.is_empty(), "{page:?}");
        }
    }
}
