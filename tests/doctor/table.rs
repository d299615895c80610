//! The table of causes, as a page for people: what each is, how it is mended, and how it was tried. It is
//! written by this test, and so is the list in the customers' guide.
#![allow(clippy::print_stdout, reason = "how many are tried is what a reader asks")]

use std::fmt::Write as _;
use std::path::Path;

use lab::Suite;
use support_access::doctor::causes::{FEARED, FORESEEN, all};
use support_access::doctor::{Cause, Severity};

use crate::bench::{Case, Mend};
use crate::{account, files, keys, network, pam, session, sshd};

/// Causes that no test can make here, and why.
const UNTRIED: [(&str, &str); 2] = [
    ("selinux-label", "needs a kernel with SELinux; only its reader is tested, by fixtures"),
    ("unknown", "stands for all that is not in this list; tests/doctor/verdict.rs shows it"),
];

const PAGE: &str = "docs/causes.md";
const GUIDE: [(&str, &str, usize); 2] =
    [("docs/guide/ko.html", "ko", 1), ("docs/guide/en.html", "en", 0)];
const AGAIN: &str = "WRITE_CAUSES=1 cargo test --test doctor table";

/// Every case, and on which releases it is tried.
fn cases() -> Vec<(&'static Case, Vec<Suite>)> {
    let both = [
        account::CASES,
        files::CASES,
        keys::CASES,
        network::CASES,
        pam::CASES,
        session::CASES,
        sshd::CASES,
    ];
    let both = both.into_iter().flatten().map(|case| {
        let only = case.only.map(|(suite, _)| vec![suite]);
        (case, only.unwrap_or_else(|| vec![Suite::Bookworm, Suite::Trixie]))
    });
    let on_12 = sshd::ON_DEBIAN_12.iter().map(|case| (case, vec![Suite::Bookworm]));
    let on_13 = sshd::ON_DEBIAN_13.iter().chain([&network::PENALTY]);
    both.chain(on_12).chain(on_13.map(|case| (case, vec![Suite::Trixie]))).collect()
}

fn tried(cause: &Cause) -> Vec<(&'static Case, Vec<Suite>)> {
    // A cause that only warns beside another is tried in that one's case.
    let names = |case: &Case| case.id == cause.id || case.also.contains(&cause.id);
    cases().into_iter().filter(|(case, _)| names(case)).collect()
}

#[test]
fn every_cause_is_tried_or_says_why_not() {
    let untried: Vec<&str> = all().filter(|it| tried(it).is_empty()).map(|it| it.id).collect();
    assert_eq!(untried, UNTRIED.map(|(id, _)| id), "causes without a case");
    let mut ids: Vec<&str> = all().map(|cause| cause.id).collect();
    let known = |id: &&str| ids.contains(id);
    assert!(cases().iter().all(|(case, _)| known(&case.id)), "a case of no cause");
    assert!(FORESEEN.iter().chain(&FEARED).all(known), "foreseen, and not known");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all().count(), "two causes have one id");
    println!("causes: {}, tried on real servers: {}", ids.len(), ids.len() - untried.len());
}

#[test]
fn the_page_and_the_guide_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let guides = GUIDE.map(|(file, name, lang)| {
        let (begin, end) =
            (format!("<!-- causes.{name} -->\n"), format!("<!-- /causes.{name} -->"));
        let guide = read(file);
        let (before, rest) = guide.split_once(&begin).expect("the guide's mark");
        let (_, after) = rest.split_once(&end).expect("the guide's second mark");
        (file, format!("{before}{begin}{}{end}{after}", list(lang)))
    });
    for (name, text) in guides.into_iter().chain([(PAGE, page())]) {
        if std::env::var_os("WRITE_CAUSES").is_some() {
            std::fs::write(root.join(name), &text).unwrap();
        }
        assert!(read(name) == text, "{name} is not what the table says. Run: {AGAIN}");
    }
}

/// The guide's list of causes, in one language.
fn list(lang: usize) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let one = |cause: &Cause| {
        let [name, why, todo] = [&cause.told.name, &cause.told.why, &cause.told.todo];
        let [name, why, todo] = [name, why, todo].map(|texts| escaped(texts[lang]));
        format!("<details><summary>{name}</summary><p>{why} {todo}</p></details>\n")
    };
    all().filter(|cause| cause.id != "unknown").map(one).collect()
}

fn page() -> String {
    let mut page = format!(
        "# Causes of a refused login\n\n\
         What `support-access doctor` looks for, in the order in which a login meets them. This page is\n\
         written from the tables in `src/doctor/` and `tests/doctor/`: `{AGAIN}`.\n\n\
         Each cause is tried on real servers (`tests/doctor/`): the server is broken that way, a real `ssh`\n\
         fails, the doctor names the cause first and does not name it with its detector switched off, it is\n\
         mended, `ssh` gets in, and the doctor finds nothing. The number is that of such cases; those on\n\
         Debian 13 run with `scripts/test --all`.\n\n\
         Mended: **fix**, `--fix` does it; **command**, the doctor prints one; **text**, it says what to do;\n\
         **client**, on the engineer's side. Before a grant: **refuses**, it is refused before anything is\n\
         made; **warns**, it is said.\n\n\
         | cause | stage | what it is | mended | cases | Debian | before a grant |\n\
         |---|---|---|---|---|---|---|\n"
    );
    for cause in all() {
        let tried = tried(cause);
        let mut ways: Vec<&str> = tried
            .iter()
            .filter(|(case, _)| case.id == cause.id)
            .map(|(case, _)| way(case))
            .collect();
        ways.sort_unstable();
        ways.dedup();
        let mut suites: Vec<&str> =
            tried.iter().flat_map(|(_, suites)| suites).map(|it| release(*it)).collect();
        suites.sort_unstable();
        suites.dedup();
        let before = match cause.id {
            id if FORESEEN.contains(&id) => "refuses",
            id if FEARED.contains(&id) => "warns",
            _ => "",
        };
        let warning = if cause.severity == Severity::Warns { " (a warning)" } else { "" };
        let _ = writeln!(
            page,
            "| `{}` | {} | {}{warning} | {} | {} | {} | {before} |",
            cause.id,
            cause.stage.word(),
            cause.told.name[0].replace('|', "\\|"),
            ways.join(", "),
            tried.len(),
            suites.join(", "),
        );
    }
    page.push_str("\nNot tried on a real server:\n\n");
    for (id, why) in UNTRIED {
        let _ = writeln!(page, "- `{id}`: {why}.");
    }
    page.push_str(LEFT);
    page
}

fn way(case: &Case) -> &'static str {
    match case.mend {
        Mend::Fix => "fix",
        Mend::Printed => "command",
        Mend::Server(_) => "text",
        Mend::Client(_) => "client",
    }
}

fn release(suite: Suite) -> &'static str {
    match suite {
        Suite::Trixie => "13",
        _ => "12",
    }
}

/// What the doctor does not look for, or was not tried with.
const LEFT: &str = "
What it was not tried with, for want of such a server: SELinux (labels, `ssh_port_t`), fail2ban itself
(its nftables sets are made as it makes them), firewalld and ufw (their commands are printed, never
run), sssd and winbind, RHEL's PAM modules, and clients that only know SHA-1. Not looked for: quotas,
`LoginGraceTime`, `UseDNS`, routes, what a cloud's firewall does, and the engineer's private key.

Where sshd's own answer contradicts a finding, the finding is shown as not confirmed, comes last, and
does not count; where sshd refuses and nothing is found, its words are shown (`unknown`).
";
