//! Fifty runs at once, of every verb, end in one of the two whole states, and each tells the truth.

use std::collections::BTreeMap;
use std::time::Duration;

use lab::{Cases, Key, KeyKind, Output, Suite};

use crate::CLASS;
use crate::common::{ACCOUNT, ALLOWED, CUSTOMER, Server};

/// How a run of the program ended.
struct Told {
    words: String,
    output: Output,
    word: String,
}

/// Starts all at once, or spread over so many seconds, and returns what each told.
fn all_at_once(server: &Server, lines: &[String], spread: usize) -> Vec<Told> {
    let host = &server.host;
    // They start when the last is ready, each a process of its own.
    let start = |(index, line): (usize, &String)| {
        let line = format!(
            "while ! [ -e /run/test/go ]; do sleep 0.01; done; sleep {}; \
             exec /run/test/support-access {line}",
            index * 7 % lines.len() * spread / lines.len()
        );
        host.command(&line).deadline(Duration::from_mins(5)).start()
    };
    let runs: Vec<_> = lines.iter().enumerate().map(start).collect();
    host.ok("touch /run/test/go");
    let outputs: Vec<Output> = runs.into_iter().map(lab::Running::wait).collect();
    host.ok("rm /run/test/go");
    let told = lines.iter().zip(outputs).map(|(line, output)| {
        let last = output.last_line().strip_prefix("RESULT: ").unwrap_or_default();
        let word = last.split(' ').next().unwrap_or_default().to_owned();
        Told { words: line.clone(), output, word }
    });
    told.collect()
}

/// The actions that the log tells, in their order.
fn actions(server: &Server) -> Vec<String> {
    let log = server.host.run("cat /var/log/support-access.log").stdout;
    let lines = log.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    lines
        .map(|line: serde_json::Value| line["action"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Fails unless what the runs told is what happened, by the log that all of them wrote one after
/// the other.
fn judge(told: &[Told], actions: &[String], was_open: bool) -> bool {
    let mut open = was_open;
    for action in actions {
        let fits = match action.as_str() {
            "granted" => !open,
            "deleted" | "expired" | "extended" | "updated" => open,
            _ => false,
        };
        assert!(fits, "{action:?} after {actions:?}");
        open = !matches!(action.as_str(), "deleted" | "expired");
    }
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for Told { words, output, word } in told {
        let results = output.stdout.lines().filter(|line| line.starts_with("RESULT: ")).count();
        let expected: &[i32] = match word.as_str() {
            "granted" | "deleted" | "expired" | "extended" | "updated" => {
                *said.entry(word.as_str()).or_default() += 1;
                &[0]
            }
            "unchanged" | "nothing-to-delete" | "dry-run" | "ok" => &[0],
            "refused" => &[4],
            // Only the lock: nothing may fail because of the others.
            "failed" => &[7],
            "" if words.starts_with("expire") => &[0],
            _ => &[],
        };
        assert!(expected.contains(&output.code), "{words}: {word:?}\n{output}");
        assert_eq!(results, usize::from(!word.is_empty()), "{words}\n{output}");
        if word == "refused" {
            let true_one = ["nothing to extend", "account other", "is open for account cafe24"];
            assert!(true_one.iter().any(|it| output.stdout.contains(it)), "{words}\n{output}");
        }
    }
    for (word, count) in said {
        let logged = actions.iter().filter(|action| *action == word).count();
        assert_eq!(count, logged, "{word}: said, and logged");
    }
    open
}

fn fifty(server: &Server, round: usize) -> Vec<String> {
    let other = server.put_key("other", &Key::generate(KeyKind::Ed25519));
    let grant = format!("grant --key /run/test/engineer.pub --from {ALLOWED}");
    let verbs = [
        format!("{grant} --no-verify"),
        "delete".to_owned(),
        format!("{grant} --sudo full"),
        "audit".to_owned(),
        format!("{grant} --no-verify --extend 5m"),
        "expire".to_owned(),
        format!("grant --no-verify --key {other} --from {ALLOWED}"),
        "delete --dry-run".to_owned(),
        format!("{grant} --dry-run"),
        format!("{grant} --no-verify --account other"),
    ];
    // A step that shares no divisor with their number: each round another order.
    let step = [1, 3, 7, 9][round % 4];
    let lines = (0..50).map(|index| format!("{} --lang en", verbs[(index * step) % verbs.len()]));
    lines.collect()
}

#[test]
fn fifty_at_once() {
    rounds(1);
}

#[test]
#[ignore = "slow by nature: the plain run does one round"]
fn fifty_at_once_again_and_again() {
    rounds(12);
}

fn rounds(count: usize) {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    let before = server.host.snapshot();
    let cases = Cases::new(CLASS);
    for round in 0..count {
        cases.cases(&format!("fifty runs, round {round}"), 50, || {
            let was_open = server.host.exists("/var/lib/support-access/journal");
            let earlier = actions(&server).len();
            let told = all_at_once(&server, &fifty(&server, round), 10);
            let open = judge(&told, &actions(&server)[earlier..], was_open);
            let mut words: BTreeMap<&str, usize> = BTreeMap::new();
            for told in &told {
                *words.entry(&told.word).or_default() += 1;
            }
            println!("round {round}: {words:?}\n  {:?}", actions(&server).split_off(earlier));
            server.run("audit").is("ok", 0);
            assert_eq!(server.host.exists("/var/lib/support-access/journal"), open);
            if open {
                // Which account and whose key it is now, the last of them decided.
                let account = if server.host.exists("/home/other") { "other" } else { ACCOUNT };
                let keys = server.host.read(&format!("/home/{account}/.ssh/authorized_keys"));
                let ours = keys.contains(server.key.public().split(' ').nth(1).unwrap_or("-"));
                let to = format!("{account}@{CUSTOMER}");
                let code = engineer.ssh(&server.key, &to).command("true").run().code;
                assert_eq!(code == 0, ours, "{keys}");
            } else {
                assert_eq!(server.traces(), "");
                assert!(!server.host.exists("/home/other"), "the other account is left");
            }
        });
    }
    // It ends whichever account is open.
    server.run("delete");
    cases.case("nothing is left of them all", || {
        assert_eq!(server.traces(), "");
        let left = server.left_since(&before);
        assert!(left.is_empty(), "{left}");
    });
    cases.finish(50 * count as u64 + 1);
}

/// The moment has come: timers and deletes start at once, and one of them ends it.
#[test]
fn timers_and_deletes_at_the_deadline() {
    let server = Server::new(Suite::Bookworm);
    let cases = Cases::new(CLASS);
    for round in 0..3 {
        cases.cases(&format!("at the deadline, round {round}"), 8, || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            server.age(72 * 3600 + 1);
            let earlier = actions(&server).len();
            let mut lines = vec!["expire --lang en".to_owned(); 5];
            lines.extend(vec!["delete --lang en".to_owned(); 2]);
            let mut unit = server
                .host
                .command(
                    "while ! [ -e /run/test/go ]; do sleep 0.01; done; \
                     systemctl start support-access-expire.service",
                )
                .start();
            let told = all_at_once(&server, &lines, 0);
            assert!(unit.ends_within(Duration::from_mins(1)));
            let actions = actions(&server).split_off(earlier);
            assert_eq!(actions.len(), 1, "{actions:?}");
            let ended = told.iter().filter(|it| it.word == actions[0]).count();
            let others = ["", "nothing-to-delete"];
            let quiet = told.iter().filter(|it| others.contains(&&*it.word)).count();
            // The unit's own run may have been the one.
            assert!(ended <= 1 && ended + quiet == 7, "{actions:?}: {ended} and {quiet}");
            assert!(told.iter().all(|it| it.output.code == 0));
            assert_eq!(server.traces(), "");
        });
    }
    cases.finish(24);
}
