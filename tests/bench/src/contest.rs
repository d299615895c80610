//! The rounds in which everybody opens access and ends it, one after the other.

use crate::figures::{Book, Sample};
use crate::ground::{Ground, HERE, PROGRAM};

/// Who else opens access, and how: a row's name, opening, ending.
pub(crate) const OTHERS: [(&str, &str, &str); 5] = [
    ("script", "/root/bench/grant.sh", "/root/bench/delete.sh"),
    ("plain script", "env PLAIN=yes /root/bench/grant.sh", "env PLAIN=yes /root/bench/delete.sh"),
    ("useradd", "useradd -m bench", "userdel -r bench"),
    (
        "Ansible",
        "env HOME=/root ansible-playbook -i localhost, /root/bench/grant.yml",
        "env HOME=/root ansible-playbook -i localhost, /root/bench/delete.yml",
    ),
    (
        "cloud-init",
        "sh -c 'cloud-init single --name users-groups --frequency always && \
         cloud-init single --name ssh --frequency always'",
        "sh -c 'userdel -r bench; rm /etc/sudoers.d/90-cloud-init-users'",
    ),
];

/// What our verbs are measured as.
pub(crate) fn ours(verb: &str) -> String {
    let policy = format!("--policy {HERE}/policy.toml --lang en");
    match verb {
        "dry run" => format!("{PROGRAM} grant {policy} --no-verify --dry-run"),
        "grant" | "unchanged" => format!("{PROGRAM} grant {policy} --no-verify"),
        "grant with proof" => format!("{PROGRAM} grant {policy}"),
        other => format!("{PROGRAM} {other} --lang en"),
    }
}

/// Our verbs in the order of a round.
pub(crate) const VERBS: [&str; 6] = ["dry run", "grant", "unchanged", "audit", "doctor", "delete"];

/// The steps of a grant as its lines name them, and what they are.
pub(crate) const STEPS: [(&str, &str); 7] = [
    ("program", "looking, planning, and the program"),
    ("timer", "the timer"),
    ("account", "the account (useradd)"),
    ("home", "its home"),
    ("sudo", "the sudo rule (visudo)"),
    ("keys", "the keys"),
    ("opening", "the opening (usermod)"),
];

pub(crate) fn run(ground: &Ground, rounds: usize, book: &mut Book, progress: &dyn Fn(&str)) {
    let mut round = 0;
    book.repeat(rounds, |book| {
        progress(&format!("round {round} of {rounds}"));
        round += 1;
        for verb in VERBS {
            one_of_ours(ground, verb, book);
        }
        book.add("grant with proof", ground.sample(&ours("grant with proof")));
        ground.sample(&ours("delete"));
        for (name, open, end) in OTHERS {
            book.add(name, ground.sample(open));
            let ended = ground.sample(end);
            book.add(&format!("{name}: delete"), ended);
        }
        book.add("find", ground.sample("find / -xdev -uid 60578"));
        for (row, program) in
            [("--version", format!("{PROGRAM} --version")), ("true", "/bin/true".to_owned())]
        {
            for run in ground.measure("--times 10", &program, 0) {
                book.add(row, run.sample);
            }
        }
    });
}

fn one_of_ours(ground: &Ground, verb: &str, book: &mut Book) {
    let run = ground.once("--lines", &ours(verb));
    book.add(verb, run.sample);
    if verb != "grant" {
        return;
    }
    let add = |book: &mut Book, row: &str, wall| {
        book.add(row, Sample { wall, ..Sample::default() });
    };
    let (mut before, mut making) = (0.0, 0.0);
    for (at, text) in &run.lines {
        let Some((_, name)) = text.split_once("done: ") else { continue };
        let (step, _) = STEPS
            .iter()
            .find(|(step, _)| name.starts_with(step))
            .unwrap_or_else(|| panic!("a step that the bench does not know: {text:?}"));
        add(book, &format!("step {step}"), at - before);
        match *step {
            "program" => {}
            "timer" => add(book, "all but the timer", run.sample.wall - (at - before)),
            _ => making += at - before,
        }
        before = *at;
    }
    add(book, "making the account", making);
    add(book, "step rest", run.sample.wall - before);
}
