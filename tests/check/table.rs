//! The table of causes, as a page for people; it is written by this test.

use std::fmt::Write as _;
use std::path::Path;

use support_access::check::Cause;
use support_access::check::causes::all;

use crate::bench::{Case, Mend};
use crate::{host_keys, keys, reach, users};

/// Causes that have a test of their own beside the tables of cases.
const APART: [(&str, &str); 4] = [
    ("host-key-old", "fix"),
    ("key-format", "command"),
    ("grant-over", "text"),
    ("other-source", "text"),
];

/// Causes that no test can make.
const UNTRIED: [(&str, &str); 1] = [("unexplained", "stands for all that is not in this list")];

const PAGE: &str = "docs/check.md";
const AGAIN: &str = "WRITE_CAUSES=1 cargo test --test check table";

fn cases(cause: &Cause) -> Vec<&'static Case> {
    let all = [reach::CASES, host_keys::CASES, keys::CASES, users::CASES];
    all.into_iter().flatten().filter(|case| case.id == cause.id).collect()
}

#[test]
fn every_cause_is_tried_or_says_why_not() {
    let apart = |id: &str| APART.iter().any(|(other, _)| *other == id);
    let untried: Vec<&str> =
        all().filter(|it| cases(it).is_empty() && !apart(it.id)).map(|it| it.id).collect();
    assert_eq!(untried, UNTRIED.map(|(id, _)| id));
    let mut ids: Vec<&str> = all().map(|cause| cause.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "two causes have one id");
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    if std::env::var_os("WRITE_CAUSES").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == page(), "{PAGE} is not what the table says. Run: {AGAIN}");
}

fn page() -> String {
    let mut page = format!(
        "# Where a login from here ends\n\n\
         What `support-access check` names, in the order in which a login goes its way. This page is\n\
         written from the tables in `src/check/` and `tests/check/`: `{AGAIN}`.\n\n\
         Each cause is tried between real hosts (`tests/check/`): the way is broken, `check` names the\n\
         cause first and does not with its detector switched off, it is mended, and `check` says\n\
         connected. Mended: **fix**, `--fix` does it; **here**, **server**, **router**, by the command\n\
         that is printed for that place (on the server it is the doctor, whose own command then mends\n\
         it); **rule**, by the INBOUND rule; **text**, by what it says.\n\n\
         | cause | stage | what it is | 원인 | mended | cases |\n|---|---|---|---|---|---|\n"
    );
    for cause in all() {
        let cases = cases(cause);
        let apart = APART.iter().filter(|(id, _)| *id == cause.id).map(|(_, way)| *way);
        let mut ways: Vec<&str> = cases.iter().map(|case| way(case.mend)).chain(apart).collect();
        let count = ways.len();
        ways.sort_unstable();
        ways.dedup();
        let [english, korean] = cause.told.name;
        let (id, stage, ways) = (cause.id, cause.stage.word(), ways.join(", "));
        let _ = writeln!(page, "| `{id}` | {stage} | {english} | {korean} | {ways} | {count} |");
    }
    page.push_str("\nNot tried:\n\n");
    for (id, why) in UNTRIED {
        let _ = writeln!(page, "- `{id}`: {why}.");
    }
    page
}

fn way(mend: Mend) -> &'static str {
    match mend {
        Mend::Fix => "fix",
        Mend::Here => "here",
        Mend::Doctor => "server",
        Mend::Router => "router",
        Mend::Rule => "rule",
        Mend::Typed(_) | Mend::Engineer(_) | Mend::RouterByHand(_) | Mend::Server(_) => "text",
    }
}
