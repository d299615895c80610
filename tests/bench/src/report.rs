//! What the bench found, as the page that people read.

use std::fmt::Write as _;

use crate::aims::{self, Aim};
use crate::contest::{OTHERS, STEPS, VERBS};
use crate::figures::{bytes, float, seconds, spread, table};
use crate::found::Found;
use crate::growth::{HALVES, Sizes};
use crate::line::TRIPS;

/// The whole page; without aims, if only a part was measured.
pub(crate) fn write(found: &Found, aims: &[Aim]) -> String {
    let mut page = format!(
        "# Performance\n\n\
         Written by `scripts/bench`, which measures all of this in one run: everybody does his work on \
         the same server (Debian 12, in a namespace, its disk a real one), in turn, half of the rounds \
         early in the run and half late, each time after one that warms up. Figures are medians; in \
         brackets stands between what four fifths of the rounds lie. Seconds of one machine tell little \
         of another: look at the ratios.\n\n\
         - machine: {}\n- commit: {}\n- took: {} minutes{}\n",
        found.machine,
        found.commit,
        found.took.as_secs().div_ceil(60),
        if found.quick {
            "\n- with `--quick`: few rounds and small sizes, for looking"
        } else {
            ""
        },
    );
    if !aims.is_empty() {
        aims::write(&mut page, aims);
    }
    if found.book.has("grant") {
        contest(&mut page, found);
        steps(&mut page, found);
    }
    if found.book.has("line, 0 ms") {
        line(&mut page, found);
    }
    size(&mut page, found);
    if let Some(sizes) = found.sizes.filter(|_| found.book.has("sweep, many files")) {
        growth(&mut page, found, sizes);
    }
    page
}

fn contest(page: &mut String, found: &Found) {
    let book = &found.book;
    let mut rows = Vec::new();
    let mut add = |row: &str, name: String, to: &str| {
        let count = found.counts.get(row).copied().unwrap_or_default();
        rows.push(vec![
            name,
            spread(book.wall(row)),
            seconds(book.cpu(row).median),
            bytes(count.peak * 1024.0),
            bytes(book.written(row).median),
            count.syncs.to_string(),
            count.programs.to_string(),
            format!("{:.2}", book.ratio(row, to)),
        ]);
    };
    for verb in VERBS {
        let to = if verb == "delete" { "script: delete" } else { "script" };
        let name = if verb == "grant" { "**grant** (`--no-verify`)" } else { verb };
        add(verb, if verb == "delete" { "**delete**".to_owned() } else { name.to_owned() }, to);
    }
    add("grant with proof", "grant with its proof".to_owned(), "script");
    for (name, ..) in OTHERS {
        add(name, named(name).0.to_owned(), "script");
    }
    for (name, ..) in OTHERS.iter().filter(|(name, ..)| *name != "cloud-init") {
        add(&format!("{name}: delete"), named(name).1.to_owned(), "script: delete");
    }
    let head = ["", "time", "user+sys", "memory", "written", "fsyncs", "programs", "to the script"];
    let _ = write!(
        page,
        "\n## Opening and ending\n\n![Opening and ending access, by whom and in what time]\
         (performance.svg)\n\n{}\n\
         The script is what an administrator writes by hand for the same work (`tests/bench/peers`): \
         useradd, key, chage, sudo rule with visudo, service and timer, and `sync` of what it wrote; \
         the plain one has neither timer nor sync. Ansible does it with its user, file, copy and \
         systemd modules, cloud-init with users-groups and ssh. None of them proves anything, keeps a \
         journal, rolls back, or searches the disks for what the account has left: `find / -xdev -uid` \
         by itself takes {} on this server. Processors and bytes are those of the command and all that \
         it waited for, not systemd's; memory is that of the largest process, of ours that of the \
         program; fsyncs and programs are counted by strace in a run of its own.\n",
        table(&head, &rows),
        seconds(book.wall("find").median),
    );
}

/// How opening and ending by somebody else are called.
pub(crate) fn named(name: &str) -> (&'static str, &'static str) {
    match name {
        "script" => ("script (a)", "script (a), backwards"),
        "plain script" => ("script without timer and sync (b)", "script (b), backwards"),
        "useradd" => ("`useradd -m` alone (c)", "`userdel -r` alone (c)"),
        "Ansible" => ("Ansible (d)", "Ansible (d), backwards"),
        _ => ("cloud-init (e)", "cloud-init (e), backwards"),
    }
}

fn steps(page: &mut String, found: &Found) {
    let book = &found.book;
    let whole = book.wall("grant").median;
    let rows = STEPS.iter().map(|(step, name)| (format!("step {step}"), *name));
    let rows =
        rows.chain([("step rest".to_owned(), "asking sudo, closing the journal, the receipt")]);
    let rows: Vec<Vec<String>> = rows
        .map(|(row, name)| {
            let part = book.wall(&row).median / whole * 100.0;
            vec![name.to_owned(), spread(book.wall(&row)), format!("{part:.0} %")]
        })
        .collect();
    let _ = write!(
        page,
        "\nWhere the time of a grant goes:\n\n{}",
        table(&["step", "time", "of it"], &rows)
    );
}

fn line(page: &mut String, found: &Found) {
    let book = &found.book;
    let rows: Vec<Vec<String>> = TRIPS
        .iter()
        .map(|(trip, _)| {
            let row = |what: &str| format!("{what}, {trip} ms");
            vec![
                format!("{trip} ms"),
                spread(book.wall(&row("line"))),
                spread(book.wall(&row("curl and grant"))),
                seconds(book.wall(&row("curl")).median),
                format!("{:.2}", book.ratio(&row("line"), &row("curl and grant"))),
            ]
        })
        .collect();
    let head = ["added round trip", "`curl \\| sh`", "`curl` and a grant", "`curl` alone", "ratio"];
    let _ = write!(
        page,
        "\n## The whole line\n\n`curl -sLf https://HOST | sh -` from nginx over TLS, with its proof, on a \
         server that has nothing of it yet; beside it one `curl` of the same three files (over one \
         connection) and a grant by a program and a policy that are there already. Round trips are \
         added by a relay, that of TCP's handshake too.\n\n{}",
        table(&head, &rows)
    );
}

fn size(page: &mut String, found: &Found) {
    let rows: Vec<Vec<String>> = found
        .downloads
        .iter()
        .map(|(cpu, raw, served)| vec![cpu.clone(), raw.to_string(), served.to_string()])
        .collect();
    let head = ["architecture", "bytes on the server", "bytes to download (.gz)"];
    let _ = write!(page, "\n## Size\n\n{}", table(&head, &rows));
    if found.book.has("true") {
        let of = |row| spread(found.book.wall(row));
        let _ = write!(
            page,
            "\nStart-up: `--version` {}, `/bin/true` {}.\n",
            of("--version"),
            of("true")
        );
    }
}

fn growth(page: &mut String, found: &Found, sizes: Sizes) {
    let book = &found.book;
    let users: Vec<Vec<String>> = ["grant", "useradd", "delete", "userdel"]
        .iter()
        .map(|row| {
            let of = |count: &u32| spread(book.wall(&format!("{row}, {count} users")));
            std::iter::once(format!("`{row}`")).chain(sizes.users.iter().map(of)).collect()
        })
        .collect();
    let heads: Vec<String> =
        sizes.users.iter().map(|count| format!("{count} users more")).collect();
    let mut head = vec![""];
    head.extend(heads.iter().map(String::as_str));
    let many = |row: &str| spread(book.wall(row));
    let pair = |what: &str, ours: &str, theirs: &str| {
        vec![what.to_owned(), many(ours), many(theirs), format!("{:.2}", book.ratio(ours, theirs))]
    };
    let files = sizes.files;
    let rows = [
        pair(
            &format!("search over {files} files more, against `find`"),
            "sweep, many files",
            "find, many files",
        ),
        pair(
            "delete with 1 file in the home, against `userdel -r`",
            "delete, one file in the home",
            "userdel, one file in the home",
        ),
        pair(
            &format!("delete with {files} files in the home (one round)"),
            "delete, many files in the home",
            "userdel, many files in the home",
        ),
        pair("grant with 100 keys, against 1", "grant, 100 keys", "grant, 1 keys"),
        pair(
            &format!("doctor beside a log of {}, against 64 kB", bytes(float(sizes.log))),
            "doctor, large log",
            "doctor, small log",
        ),
    ];
    let _ = write!(
        page,
        "\n## Growth\n\n![How grant and delete grow with the number of users](performance-growth.svg)\n\n{}\n{}\n\
         A policy holds at most 100 keys, since they all stand in one key file; one of 10,000 is \
         refused in {}. The search is the whole of `delete --dry-run`. {} rounds each, if it does not say \
         otherwise.\n",
        table(&head, &users),
        table(&["", "ours", "against", "ratio"], &rows),
        seconds(book.wall("refused, 10000 keys").median),
        sizes.rounds * HALVES,
    );
}
