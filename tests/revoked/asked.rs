//! How the site is asked: seldom, with its own entity tag, by a process without rights.

use std::time::{Duration, Instant};

use lab::Suite;

use crate::scene::Scene;

/// Requests for the policy until now: what was answered to each, and with how many bytes.
fn requests(scene: &Scene) -> Vec<(String, usize)> {
    let log = scene.site.access_log();
    let lines = log.lines().filter(|line| line.contains("GET /policy.toml"));
    lines
        .map(|line| {
            let mut words = line.split('"').nth(2).unwrap().split_whitespace();
            (words.next().unwrap().to_owned(), words.next().unwrap().parse().unwrap())
        })
        .collect()
}

#[test]
fn seldom_and_with_its_tag() {
    let scene = Scene::open(Suite::Bookworm);
    let host = &scene.server.host;
    assert_eq!(requests(&scene).len(), 1, "by the grant itself");
    for _ in 0..3 {
        scene.server.expire();
    }
    assert_eq!(requests(&scene).len(), 1, "too early");
    scene.look();
    assert_eq!(requests(&scene)[1].0, "200");
    for _ in 0..2 {
        scene.look();
        scene.server.expire();
    }
    let asked = requests(&scene);
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked[2..].iter().all(|(status, bytes)| status == "304" && *bytes == 0), "{asked:?}");
    assert!(scene.site.access_log().lines().all(|line| line.contains("support-access/")));

    // How long after the last look the next one comes: within half an hour, and within the hour where
    // looks fail.
    let tried = |ago: u32, failures: u32| {
        host.ok(&format!(
            "sed -i \"s/\\\"tried\\\":[0-9]*/\\\"tried\\\":$(( $(date +%s) - {ago} ))/; \
             s/\\\"failures\\\":[0-9]*/\\\"failures\\\":{failures}/\" /var/lib/support-access/newer"
        ));
        let before = requests(&scene).len();
        scene.server.expire();
        requests(&scene).len() > before
    };
    for (ago, failures, asks) in [
        (600, 0, false),
        (1200, 0, true),
        (1200, 1, true),
        (1200, 2, false),
        (2400, 2, true),
        (2400, 4_000_000_000, true),
    ] {
        assert_eq!(tried(ago, failures), asks, "{ago} s, {failures} failures");
    }
    // The timer comes every ten minutes, at a moment of this grant's own.
    let timer = host.read("/etc/systemd/system/support-access-expire.timer");
    let id = serde_json::from_str::<serde_json::Value>(
        host.read(crate::common::JOURNAL).lines().next().unwrap(),
    )
    .unwrap()["facts"]["id"]
        .clone();
    let phase = u64::from_str_radix(&id.as_str().unwrap()[..8], 16).unwrap() % 600;
    let line = format!("OnCalendar=*:{}/10:{:02}\n", phase / 60, phase % 60);
    assert!(timer.contains(&line), "{line}{timer}");
    host.ok("systemd-analyze calendar --iterations 2 \"$(sed -n 's,^OnCalendar=\\([*]:.*/10.*\\),\\1,p' \
             /etc/systemd/system/support-access-expire.timer)\"");
}

/// While the site keeps it waiting, the process that hears it is looked at from outside.
#[test]
fn by_a_process_without_rights() {
    let scene = Scene::open(Suite::Bookworm);
    let host = &scene.server.host;
    scene.let_time_pass();
    std::fs::write(scene.path("be-slow"), "").unwrap();
    let unit = "support-access-expire.service";
    host.ok(&format!("systemctl start --no-block {unit}"));
    let find = "for it in /proc/[0-9]*; do
            [ \"$(tr '\\0' ' ' <$it/cmdline)\" = '/proc/self/exe __newer alone ' ] || continue
            grep -q '^Uid:.65534.65534.65534.65534$' $it/status && echo $it
        done 2>/dev/null";
    let end = Instant::now() + Duration::from_mins(1);
    let child = loop {
        let found = host.run(find).stdout.trim().to_owned();
        if !found.is_empty() {
            break found;
        }
        assert!(Instant::now() < end, "no child was seen");
    };
    // It is connected, and so has become what it is to be.
    host.ok("until ss -Htn state established dst 198.51.100.5 | grep -q .; do sleep 0.1; done");
    let status = host.ok(&format!("cat {child}/status"));
    for line in [
        "Gid:\t65534\t65534\t65534\t65534",
        "Groups:\t ",
        "NoNewPrivs:\t1",
        "CapInh:\t0000000000000000",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "CapAmb:\t0000000000000000",
    ] {
        assert!(status.lines().any(|it| it == line), "{line}\n{status}");
    }
    // The first in a pid namespace of its own: nobody of the same uid is there to be traced or signalled,
    // and whatever it starts ends with it.
    let ids = status.lines().find(|line| line.starts_with("NSpid:")).unwrap();
    assert!(ids.split('\t').count() > 2 && ids.ends_with("\t1"), "{ids}");
    // All its threads, not only the first.
    let threads = host.ok(&format!("grep -h ^Uid: {child}/task/*/status | sort -u"));
    assert_eq!(threads, "Uid:\t65534\t65534\t65534\t65534\n");
    let rights = "^Gid:|^Groups:|^CapEff:|^NoNewPrivs:";
    let threads = host.ok(&format!("grep -hE '{rights}' {child}/task/*/status | sort -u | wc -l"));
    assert_eq!(threads, "4\n", "{}", host.ok(&format!("cat {child}/task/*/status")));
    let files = host.ok(&format!("cd {child}/root && find . | sort"));
    assert_eq!(files, ".\n./etc\n./etc/hosts\n./etc/resolv.conf\n");
    assert!(!host.run(&format!("cd {child}/root && touch x etc/x")).succeeded(), "writable");
    let limits = host.ok(&format!("cat {child}/limits"));
    for (name, value) in [
        ("Max address space", "536870912"),
        ("Max cpu time", "20"),
        ("Max open files", "32"),
        ("Max file size", "1048576"),
        ("Max core file size", "0"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line.split_whitespace().filter(|word| *word == value).count(), 2, "{line}");
    }
    // Open are what it speaks through: no file, and nothing of the parent's.
    let open =
        host.ok(&format!("ls -l {child}/fd | sed -n 's/.* -> //p' | sed 's/:.*//' | sort -u"));
    for kind in open.lines() {
        assert!(
            ["anon_inode", "pipe", "socket"].contains(&kind),
            "{}",
            host.run(&format!("ls -l {child}/fd"))
        );
    }
    // Meanwhile the lock is free: ending the access waits for nobody.
    scene.server.run("delete").is("deleted", 0);
    host.ok(&format!("while [ -e {child} ]; do sleep 0.1; done; while systemctl is-active -q {unit}; do sleep 0.1; done"));
    scene.server.assert_clean(&scene.before, "ended while the site was slow");
}
