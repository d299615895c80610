//! `scripts/try`: the main job before one's eyes. The publisher's site, the customer's line, the
//! engineer's login and the end of it, on hosts that are gone afterwards.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "this shows what happens")]

mod stage;

use lab::{Host, Output, Suite};
use stage::{CUSTOMER, ENGINEER, Published, SITE, STRANGER, Stage};

fn main() {
    title("The publisher: a policy, a signing key, and scripts/publish");
    let published = Published::new("full");
    println!("published for https://{SITE}");
    title("The hosts: site, customer (Debian 12) and engineer");
    let stage = Stage::new(&published, Suite::Bookworm);
    println!("customer {CUSTOMER}, engineer {ENGINEER}, and {STRANGER}, which is not allowed");
    let before = stage.customer.snapshot();

    let line = format!("curl -sLf https://{SITE}");
    let customer = &stage.customer;
    must(show("The customer looks first", customer, &format!("{line} | sh -s -- --dry-run")), 0);
    let dry = customer.changes_since(&before).on_disk().except("/var/log/journal");
    println!("\nchanged on the disk by the dry run: {} files", dry.len());
    must(show("The customer pastes the line", customer, &format!("{line} | sh -")), 0);

    title(&format!("The engineer signs in from {ENGINEER}"));
    let target = format!("example@{CUSTOMER}");
    let login = stage.engineer.ssh(stage.key, &target).from(ENGINEER);
    must(print(&login.command("id; sudo -n true && echo root is his; uptime").run()), 0);
    title(&format!("The same key from {STRANGER}"));
    must(print(&stage.engineer.ssh(stage.key, &target).from(STRANGER).command("id").run()), 255);

    must(show("The customer ends it", customer, &format!("{line} | CAFE24DEL=yes sh -")), 0);
    title("What differs on the customer's disk from before, times aside");
    println!("{}", customer.changes_since(&before).on_disk().ignoring_times());
    must(show("Nobody of that name is left", customer, "getent passwd example"), 2);
    println!("\nRESULT: the main job works");
}

fn title(text: &str) {
    println!(
        "\n\u{2500}\u{2500} {text} {}",
        "\u{2500}".repeat(70_usize.saturating_sub(text.len()))
    );
}

fn show(what: &str, host: &Host, line: &str) -> i32 {
    title(what);
    println!("# {line}");
    print(&host.command(line).env("LANG", "ko_KR.UTF-8").run())
}

fn print(output: &Output) -> i32 {
    println!("{}{}(exit code {})", output.stdout, output.stderr, output.code);
    output.code
}

/// What is shown must also be so, or the whole must not look like a success.
fn must(code: i32, expected: i32) {
    if code != expected {
        println!("\nRESULT: failed: exit code {code} instead of {expected}");
        std::process::exit(1);
    }
}
