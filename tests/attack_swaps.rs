//! Folders and files are swapped under root's hands, by the account's own user and by another one,
//! while access is opened, extended, looked at and ended. Nothing outside may be touched.
#![allow(clippy::print_stdout, reason = "how many swaps there were is what a reader asks")]
#![allow(clippy::expect_used, reason = "what the tests share fails as tests do")]
#![allow(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]

mod attacked;
mod common;

use attacked::Scene;
use common::Ran;
use lab::Cases;

const SWAPPER: &str = include_str!("attacks/swap.pl");
/// Without it a run of root's is too fast to be met often where it matters.
const SLOW: &str = include_str!("attacks/slow.pl");
/// The same grant once more.
const AGAIN: &str = "grant --key /run/test/engineer.pub --from 192.0.2.7 --sudo full --no-verify";
/// Of another user, who stays when the account goes.
const OTHERS: &str = "/run/test/swaps-of-another";
/// Of the account's own user, in his home and beside it.
const OWN: [&str; 2] = ["/run/test/swaps-in-home", "/run/test/swaps-in-tmp"];

#[test]
fn ten_thousand_swaps() {
    attack(1, 5);
}

#[test]
#[ignore = "many times as many: scripts/test --all"]
fn many_more_swaps() {
    attack(10, 12);
}

/// Swaps at least 5,000 times on each of two hosts, in as many rounds, with so many extensions each.
fn attack(rounds: usize, extensions: usize) {
    let cases = Cases::new("swaps");
    let at_least = 5_000 * rounds as u64;
    std::thread::scope(|scope| {
        for who in ["the account's own user", "another user, too"] {
            let cases = &cases;
            scope.spawn(move || {
                cases.cases(who, at_least, || {
                    let swaps = swap(rounds, extensions, who.starts_with("another"));
                    println!("{who}: {swaps} swaps");
                    assert!(swaps >= at_least, "{who}: only {swaps} swaps");
                });
            });
        }
    });
    cases.finish(2 * at_least);
}

/// Returns how many swaps the kernel did.
fn swap(rounds: usize, extensions: usize, another: bool) -> u64 {
    let scene = Scene::new();
    let host = &scene.server.host;
    host.put("/run/test/swap.pl", SWAPPER, 0o644);
    host.put("/run/test/slow.pl", SLOW, 0o644);
    host.ok("chmod 755 /run/test");
    let start = |user: &str, folder: &str, count: &str| {
        host.ok(&format!(
            "mkdir -p {folder}; chown {user} {folder}; \
             setsid runuser -u {user} -- nice perl /run/test/swap.pl {folder} >{count} 2>/dev/null </dev/null &"
        ));
    };
    if another {
        host.ok("mkdir -p /tmp/others; chown stranger /tmp/others");
        start("stranger", "/tmp/others", OTHERS);
    }
    let (mut swaps, mut extended, mut met) = (0, 0, 0);
    let at_least = (5_000 / OWN.len()) as u64;
    // The account can damage its own key file so that no extension can be made any more, which is said
    // each time; then access is opened anew.
    let mut round = 0;
    while round < rounds || extended == 0 || met == 0 {
        assert!(round < rounds + 20, "{extended} extensions made, {met} not: this proves nothing");
        scene.server.grant("--sudo full --no-verify").is("granted", 0);
        start("cafe24", "/home/cafe24", OWN[0]);
        start("cafe24", "/tmp/own", OWN[1]);
        // Files of the account's in the other's folder: root's sweep goes where the other swaps.
        host.run("runuser -u cafe24 -- touch /tmp/others/a/his /tmp/others/a/b/c/his");
        for turn in 0..400 {
            // However slow the machine is at this moment: the swappers go on meanwhile.
            let enough = || OWN.iter().all(|count| counted(&scene, count) >= at_least);
            let seen = (extended > 0 && met > 0) || turn >= 40;
            if turn >= extensions && seen && enough() {
                break;
            }
            // In turn at full speed, too, which gets to write more often.
            let words = format!("{AGAIN} --extend 5m");
            let ran = if turn % 2 == 0 { slowly(&scene, &words) } else { scene.server.run(&words) };
            assert!(
                ["extended", "failed", "refused"].contains(&&*ran.word),
                "round {round}: {ran}"
            );
            extended += usize::from(ran.word == "extended");
            met += usize::from(ran.word != "extended");
            scene.assert_canaries("extend");
        }
        let audit = slowly(&scene, "audit");
        assert!([0, 1, 4, 6].contains(&audit.output.code), "round {round}: {audit}");
        let deleted = slowly(&scene, "delete");
        scene.assert_canaries("delete");
        assert_eq!(
            (&*deleted.word, deleted.output.code),
            ("deleted", 0),
            "round {round}: {deleted}"
        );
        for count in OWN {
            swaps += counted(&scene, count);
        }
        round += 1;
    }
    if another {
        host.ok("pkill -KILL -u stranger perl; while pgrep -u stranger perl; do sleep 0.1; done; \
             rm -r /tmp/others");
        swaps += counted(&scene, OTHERS);
    }
    println!("{round} rounds, {extended} extensions made, {met} not");
    let left = scene.left();
    assert!(left.is_empty(), "something is left:\n{left}");
    scene.assert_canaries("in the end");
    swaps
}

fn slowly(scene: &Scene, words: &str) -> Ran {
    let line = format!("perl /run/test/slow.pl /run/test/support-access {words} --lang en");
    Ran::new(scene.server.host.run(&line))
}

/// What a swapper has counted; it may not have begun.
fn counted(scene: &Scene, path: &str) -> u64 {
    scene.server.host.run(&format!("cat {path}")).stdout.trim().parse().unwrap_or(0)
}
