//! What we aim at, as ratios of medians of one run, and whether it is so.

use std::fmt::Write as _;

use crate::figures::{Middle, float, ratio as figure, table};
use crate::found::Found;
use crate::line::TRIPS;

/// One of them.
#[derive(Debug, Default)]
pub(crate) struct Aim {
    /// Its name, which is the same in each run.
    pub(crate) what: String,
    pub(crate) found: f64,
    /// Of the rounds, where it comes of more than one.
    pub(crate) spread: Option<Middle>,
    pub(crate) most: f64,
    /// Where the time goes, if it is not met.
    pub(crate) why: &'static str,
}

pub(crate) fn write(page: &mut String, aims: &[Aim]) {
    let rows: Vec<Vec<String>> = aims
        .iter()
        .map(|aim| {
            let met = if aim.found <= aim.most { "met" } else { "**not met**" };
            let spread = aim.spread.map(|it| format!("{} to {}", figure(it.low), figure(it.high)));
            vec![
                aim.what.clone(),
                figure(aim.found),
                spread.unwrap_or_default(),
                aim.most.to_string(),
                met.to_owned(),
            ]
        })
        .collect();
    let _ = write!(
        page,
        "\n## Aims\n\nRatios of medians, unless a unit is named; rounds: between \
         what four fifths of them lie, each taken by itself.\n\n{}",
        table(&["", "found", "rounds", "at most", ""], &rows)
    );
    let mut reasons: Vec<&str> =
        aims.iter().filter(|aim| aim.found > aim.most).map(|aim| aim.why).collect();
    reasons.dedup();
    for why in reasons {
        let _ = write!(page, "\n{why}\n");
    }
}

/// All of them, of a whole run.
pub(crate) fn all(found: &Found) -> Vec<Aim> {
    let book = &found.book;
    let aim = |what: &str, found: f64, most: f64, why: &'static str| Aim {
        what: what.to_owned(),
        found,
        spread: None,
        most,
        why,
    };
    let ratio = |what: &str, ours: &str, theirs: &str, most: f64, why: &'static str| Aim {
        spread: Some(book.rounds(ours, theirs)),
        ..aim(what, book.ratio(ours, theirs), most, why)
    };
    let mut aims = vec![
        ratio("grant, to the script", "grant", "script", 0.8, GRANT),
        ratio("grant without its timer, to `useradd`", "all but the timer", "useradd", 1.3, STEPS),
        ratio(
            "its steps from account to opening, to `useradd`",
            "making the account",
            "useradd",
            1.3,
            STEPS,
        ),
        ratio("grant, to Ansible", "grant", "Ansible", 0.08, GRANT),
        ratio("delete, to the script", "delete", "script: delete", 0.9, DELETE),
    ];
    for verb in ["dry run", "audit", "unchanged"] {
        let what = format!("{verb}, to the script");
        aims.push(ratio(&what, verb, "script", 0.35, LOOKING));
    }
    for (trip, _) in TRIPS {
        let [what, line, both] =
            ["the line, to `curl` and a grant, ", "line, ", "curl and grant, "]
                .map(|row| format!("{row}{trip} ms"));
        aims.push(ratio(&format!("{what} away"), &line, &both, 1.25, LINE));
    }
    let peak = found.counts.get("grant").map_or(f64::NAN, |count| count.peak * 1024.0 / 1e6);
    aims.push(aim("memory of a grant, MB", peak, 8.0, ""));
    for (cpu, _, served) in &found.downloads {
        aims.push(aim(&format!("download, {cpu}, MB"), float(*served) / 1e6, 1.5, ""));
    }
    let start = (book.wall("--version").median - book.wall("true").median) * 1000.0;
    let spread = book.pairs("--version", "true", |ours, theirs| (ours - theirs) * 1000.0);
    aims.push(Aim {
        spread: Some(spread),
        ..aim("start-up over that of `true`, ms", start, 2.0, "")
    });
    aims.push(ratio("search, to `find`", "sweep, many files", "find, many files", 0.6, SEARCH));
    for (ours, theirs) in [("grant", "useradd"), ("delete", "userdel")] {
        let [few, many] = [10, 10_000].map(|count| format!(", {count} users"));
        // As far as the tool itself allows.
        let grown = book.ratio(&format!("{theirs}{many}"), &format!("{theirs}{few}"));
        let most = (1.2_f64.max(grown) * 100.0).round() / 100.0;
        let what = format!("{ours} with 10,000 users, to 10 (at most as `{theirs}`)");
        aims.push(ratio(&what, &(ours.to_owned() + &many), &(ours.to_owned() + &few), most, USERS));
    }
    aims
}

const GRANT: &str = "Grant: the table of its steps below says where its time goes.";
const STEPS: &str = "Grant without its timer: `useradd` is one of seven programs that must be asked \
    or told (sshd for its version and its configuration, systemd for sshd's zone, the name services \
    for a free uid, sudo and visudo, usermod), the packet filter and PAM are looked at for what would \
    refuse the engineer, the program is written twice and synced, and each step has a line in the \
    journal that is on the disk before it goes on. Of these, `useradd` alone does the first. The steps \
    from account to opening are `useradd` itself, and `usermod` for most of the rest: the account is born \
    expired and opened last, so that a grant that is cut off leaves nothing open. The table of steps \
    below says what each takes.";
const DELETE: &str = "Delete: more than the script does, it searches every disk for what the account has \
    left (see `find` below), and looks at each stage again.";
const LOOKING: &str = "Dry run, audit, unchanged run: dry run and audit ask sshd for its configuration, and \
    audit asks it besides whether it would let the engineer in: a handshake with `ssh` up to sshd's word \
    on the key, in namespaces of its own. Of its 50 ms, `ssh` and sshd take 20 to start, and sshd waits \
    at least 5 before it answers. The log and the drift are looked at meanwhile.";
const LINE: &str = "The line: it opens a connection for the script, then two at the same time for program and \
    policy, where one `curl` of the same files has one; each takes two round trips before it asks for \
    anything. Where the site is near, most of it is the script's own: a dozen programs of a millisecond or \
    two each, `gzip`, and SHA-256 of what came and of what is run.";
const SEARCH: &str = "Search: it is done by as many threads as there are processors, at most four; with one \
    processor, or where others work beside it, it is as fast as `find`.";
const USERS: &str = "Users: the account tools read and write the whole of passwd, shadow and group at each \
    call. A grant calls two of them (useradd, usermod), and asks the name services as well.";
