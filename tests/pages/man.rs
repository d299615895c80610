//! support-access(8), in English and Korean: a frame by hand, the commands from the help pages.

use std::fmt::Write as _;
use std::fs;

use support_access::text::Lang;

use crate::{help, holds, packaging, quiet, verbs};

/// Text as troff reads it.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

fn options(out: &mut String, options: &[(String, String)]) {
    for (option, what) in options {
        writeln!(out, ".TP\n.B {}\n{}", roff(option), roff(what)).unwrap();
    }
}

fn commands(lang: Lang) -> String {
    let mut out = String::new();
    for verb in verbs() {
        let page = help::page(Some(verb.get_name()), lang);
        writeln!(out, ".SS {}\n{}", verb.get_name(), roff(&page.intro)).unwrap();
        writeln!(out, ".PP\n.B {}", roff(&page.usage)).unwrap();
        options(&mut out, &page.options);
        for note in &page.notes {
            writeln!(out, ".PP\n{}", roff(note)).unwrap();
        }
        out.push_str(".PP\n.nf\n");
        for example in &page.examples {
            writeln!(out, "{}", roff(example)).unwrap();
        }
        out.push_str(".fi\n");
    }
    out
}

fn man(lang: Lang, frame: &str) -> String {
    let frame = fs::read_to_string(packaging(frame)).unwrap();
    let mut common = String::new();
    options(&mut common, &help::page(None, lang).options);
    let text = frame
        .replace("@VERSION@", support_access::VERSION)
        .replace(".\\\" @COMMANDS@\n", &commands(lang))
        .replace(".\\\" @COMMON@\n", &common);
    let left = ["@VERSION@", "@COMMANDS@", "@COMMON@"].iter().any(|it| text.contains(it));
    assert!(!left, "a placeholder remains");
    text
}

#[test]
fn the_man_pages_are_those_of_this_program() {
    holds("man/support-access.8", &man(Lang::En, "man/frame.8"));
    holds("man/support-access.ko.8", &man(Lang::Ko, "man/frame.ko.8"));
}

/// groff finds nothing to warn of, and each option can be read.
#[test]
fn groff_reads_them() {
    for file in ["man/support-access.8", "man/support-access.ko.8"] {
        let page =
            quiet(&format!("groff -K utf8 -T utf8 -man -ww -P-c -P-b -P-u '{}'", packaging(file)));
        let page = page.replace(['\u{2010}', '\u{2212}'], "-");
        for verb in verbs() {
            let name = verb.get_name();
            assert!(page.contains(&format!("\n   {name}\n")), "{file} {name}");
            for option in verb.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("--{option}")), "{file} {option}");
            }
        }
        assert!(page.contains("/var/log/support-access.log"), "{file}");
    }
}
