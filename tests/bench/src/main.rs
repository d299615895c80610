//! `scripts/bench`: support-access against what people use today, on one host of the lab, in one run.

mod aims;
mod contest;
mod counts;
mod figures;
mod found;
mod ground;
mod growth;
mod line;
mod plot;
mod relay;
mod report;
mod since;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use figures::Book;
use found::Found;
use ground::{Ground, repository};
use growth::{HALVES, Sizes};

/// `bench [--quick [--write]] [--only contest|line|growth] DIST METER`, or `bench relay …`.
fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "relay") {
        return relay::run(&arguments[1..]);
    }
    let (quick, wanted) = (take(&mut arguments, "--quick"), take(&mut arguments, "--write"));
    let only = arguments
        .iter()
        .position(|it| it == "--only")
        .map(|at| arguments.drain(at..at + 2).nth(1).expect("--only names a part"));
    let [dist, meter] = &arguments[..] else {
        println!("usage: bench [--quick [--write]] [--only contest|line|growth] DIST METER");
        return ExitCode::from(2);
    };
    let (dist, meter) = (PathBuf::from(dist), PathBuf::from(meter));
    let started = Instant::now();
    let progress = |what: &str| eprintln!("==> [{:3} s] {what}", started.elapsed().as_secs());
    let wants = |part: &str| only.as_ref().is_none_or(|only| only == part);

    progress("publishing, and booting the server");
    let ground = Ground::new(&dist, &meter);
    let mut found = Found::new(&dist, quick);
    let mut book = Book::default();
    let full = Sizes { users: [10, 10_000, 100_000], files: 1_000_000, log: 1 << 30, rounds: 3 };
    let sizes = if quick { Sizes { files: 20_000, log: 1 << 26, rounds: 1, ..full } } else { full };
    // A machine that is shared is slower in some minutes than in others: whatever is compared is
    // measured early and late.
    for half in 0..HALVES {
        progress(&format!("half {} of {HALVES}", half + 1));
        if wants("contest") {
            contest::run(&ground, if quick { 2 } else { 8 }, &mut book, &progress);
        }
        if wants("line") {
            line::run(&ground, if quick { 1 } else { 8 }, &mut book, &progress);
        }
        if wants("growth") {
            growth::run(&ground, sizes, half, &mut book, &progress);
        }
    }
    if wants("contest") {
        progress("counting");
        found.counts = counts::run(&ground);
    }
    found.book = book;
    found.sizes = Some(sizes);
    found.took = started.elapsed();
    let aims = if only.is_none() { aims::all(&found) } else { Vec::new() };
    let text = report::write(&found, &aims);
    let docs = repository().join("docs");
    let before = std::fs::read_to_string(docs.join("performance.md")).unwrap_or_default();
    println!("{text}{}", since::write(&before, &aims));
    // A run with fewer rounds is for looking.
    if (!quick || wanted) && only.is_none() {
        std::fs::write(docs.join("performance.md"), &text).expect("write docs/performance.md");
        for (name, drawing) in plot::all(&found) {
            std::fs::write(docs.join(name), drawing).expect("write the drawing");
        }
    }
    ExitCode::SUCCESS
}

fn take(arguments: &mut Vec<String>, flag: &str) -> bool {
    let before = arguments.len();
    arguments.retain(|it| it != flag);
    arguments.len() < before
}
