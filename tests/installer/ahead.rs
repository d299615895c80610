//! The policy is fetched while the program is, so that it costs no round trip; what does not come whole
//! and in time is left to the program.

use std::collections::BTreeSet;
use std::fs;

use crate::site::{URL, fresh_dir, sh, site};
use crate::world::{Outcome, World};
use crate::{SHELLS, line};

const HANDED: &str = "ENV SUPPORT_ACCESS_POLICY_FILE=/run/support-access.";

/// How often a file of the site was asked for, and over which connections.
fn asked(run: &Outcome, path: &str) -> Vec<String> {
    let about = |line: &str| {
        let mut words = line.split(' ');
        words
            .nth(1)
            .is_some_and(|it| it.starts_with(path))
            .then(|| words.next_back().unwrap().to_owned())
    };
    run.requests.lines().filter_map(about).collect()
}

#[track_caller]
fn assert_handed(run: &Outcome, handed: bool) {
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    assert_eq!(run.stdout.contains(HANDED), handed, "{run:#?}");
    let policy = fs::read_to_string(site().root.join("policy.toml")).unwrap();
    assert_eq!(run.stdout.contains(&policy), handed, "{run:#?}");
    run.assert_clean();
}

/// A program that takes a second to come: one that is there before the policy ends that one's fetch.
const SLOW: &str = "location ~ ^/v/ { limit_rate 200k; }";

/// One request and one connection for each of the three files, and whole.
#[test]
fn one_request_each() {
    for shell in SHELLS {
        for (hidden, fetch) in [("wget", "curl -sLf"), ("curl", "wget -qO-")] {
            let run = World::default()
                .without(&[hidden])
                .fault(SLOW)
                .run(&format!("{fetch} {URL}/install.sh | {shell}"));
            assert_handed(&run, true);
            let files = ["/install.sh", "/policy.toml", "/v/"].map(|path| asked(&run, path));
            assert_eq!(files.each_ref().map(Vec::len), [1, 1, 1], "{shell} {fetch} {run:#?}");
            let connections: BTreeSet<_> = files.iter().flatten().collect();
            assert_eq!(connections.len(), 3, "{shell} {fetch} {run:#?}");
            assert_eq!(run.requests.lines().count(), 3, "{shell} {fetch} {run:#?}");
        }
    }
}

/// Each of the two fetches ends only when the other has begun.
#[test]
fn at_the_same_time() {
    let meet = "#!/bin/bash\ncase $* in *policy.toml*) me=policy other=program ;; *) me=program other=policy ;; esac\n\
                [ -e /run/script ] || exec /usr/bin/curl \"$@\"\n: >/run/$me\n\
                for _ in $(seq 200); do [ ! -e /run/$other ] || exec /usr/bin/curl \"$@\"; sleep 0.05; done\nexit 9\n";
    for shell in SHELLS {
        let run = World::default()
            .put("usr/sbin/curl", meet)
            .fault(SLOW)
            .run(&format!("curl -sLf {URL} >/run/s; mv /run/s /run/script; {shell} </run/script"));
        assert_handed(&run, true);
    }
}

/// Who needs no policy, or another, does not ask for the site's.
#[test]
fn only_for_whom_it_is() {
    for (args, asks) in [
        ("", true),
        ("--dry-run", true),
        ("--extend 2h", true),
        ("--delete", true),
        ("audit", true),
        ("doctor", false),
        ("check host.example", false),
        ("key inspect k", false),
        ("--policy /root/own.toml", false),
        ("--policy=/root/own.toml", false),
        ("delete --policy /root/own.toml", false),
        ("grant --help", false),
        ("grant -h", false),
        ("grant --version", false),
        ("grant -V", false),
    ] {
        let run = World::default().fault(SLOW).run(&line("dash", args));
        assert_handed(&run, asks);
        assert_eq!(asked(&run, "/policy.toml").len(), usize::from(asks), "{args} {run:#?}");
    }
}

/// It is the program that says what is wrong with the policy: here nothing is said, and no process is
/// left that would go on fetching.
#[test]
fn what_does_not_come_whole_is_left_to_the_program() {
    let large = fresh_dir("large-policy");
    let root = site().root.display();
    sh(&format!("cp -a {root}/. {0}; head -c 1M /dev/zero >>{0}/policy.toml", large.display()));
    let at = |what: &str| World::default().fault(&format!("if ($uri = /policy.toml) {{ {what} }}"));
    let proxied = "location /broken { proxy_pass http://127.0.0.1:9000; }";
    let broken = "#!/bin/sh\nread -r _; printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 400\\r\\n\\r\\nschema = 1'\n";
    for shell in SHELLS {
        for (name, world) in [
            ("missing", at("return 404;")),
            ("reset", at("return 444;")),
            ("led away from https", at("return 302 http://$host$request_uri;")),
            ("too large", World::default().serving(large.clone())),
            ("stalled", at("set $limit_rate 1;")),
            ("broken off", at("rewrite ^ /broken last;").fault(proxied).put("srv/answer", broken)),
        ] {
            let run = world.run(&format!(
                "busybox nc -ll -p 9000 -e /srv/answer & nc=$!; sleep 0.1
                 {}; code=$?; kill $nc; ! pgrep -x curl || echo LEFT; exit $code",
                line(shell, "")
            ));
            assert_handed(&run, false);
            assert!(run.stdout.contains("ENV SUPPORT_ACCESS_POLICY=https://"), "{name} {run:#?}");
            // mksh complains about a locale that is not installed, bash tells of whom a limit ends.
            let shells_own = |line: &str| {
                line.starts_with("W: mksh: setlocale") || line.contains("File size limit exceeded")
            };
            let said = run.stderr.lines().filter(|line| !shells_own(line));
            assert_eq!(said.count(), 2, "{shell}, {name}: version and download {run:#?}");
        }
    }
}

/// No hash vouches for the policy, so a tool that lacks a flag does not fetch it with fewer.
#[test]
fn an_old_tool_leaves_it_to_the_program() {
    let curl = "#!/bin/sh\ncase $* in *--tlsv1.2*) exit 2 ;; esac\nexec /usr/bin/curl \"$@\"\n";
    let run = World::default().put("usr/sbin/curl", curl).run(&line("dash", ""));
    assert_handed(&run, false);
    assert_eq!(asked(&run, "/policy.toml").len(), 0, "{run:#?}");
    let run = World::default()
        .without(&["curl"])
        .put("usr/bin/wget", "#!/bin/sh\nexec busybox wget \"$@\"\n")
        .run(&format!("busybox wget -qO- {URL}/install.sh | dash"));
    assert_handed(&run, false);
    assert_eq!(asked(&run, "/policy.toml").len(), 0, "{run:#?}");
}

/// A retry fetches it anew, so that what the program gets is never older than one download.
#[test]
fn each_try_has_its_own() {
    let root = fresh_dir("bad-gz-policy");
    let from = site().root.display();
    sh(&format!(
        "cp -a {from}/. {0}; cd {0}; for f in v/*/*.gz; do echo >$f; done",
        root.display()
    ));
    let run = World::default().hasty().serving(root).run(&line("dash", ""));
    assert_handed(&run, true);
    assert_eq!(asked(&run, "/policy.toml").len(), asked(&run, "/v/").len(), "{run:#?}");
}

/// Signals while both are on their way leave neither a file nor a process.
#[test]
fn a_signal_ends_it() {
    for shell in SHELLS {
        for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
            let run = World::default()
                .fault("location ~ ^/v/ { limit_rate 4k; }")
                .fault("if ($uri = /policy.toml) { set $limit_rate 1; }")
                .run(&format!(
                    "curl -sLf {URL} | env --default-signal=HUP,INT,TERM {shell} & pid=$!
                     for _ in $(seq 200); do [ \"$(pgrep -xc curl)\" = 2 ] && break; sleep 0.05; done
                     [ \"$(pgrep -xc curl)\" = 2 ] || echo NONE
                     kill -{signal} $pid; wait $pid; code=$?; ! pgrep -x curl || echo LEFT; exit $code"
                ));
            run.assert_failed(code, "signal");
        }
    }
}

/// Long after the policy has come, another process may have the number of its fetch; it lives on.
#[test]
fn the_number_of_its_process_may_be_anothers() {
    if !std::path::Path::new("/proc/sys/kernel/ns_last_pid").exists() {
        eprintln!("skipped: this kernel does not let a test choose the number of a process");
        return;
    }
    let curl = "#!/bin/bash\nq=$(cat /run/q 2>/dev/null)\n\
        case $* in *policy.toml*) echo $$ >/run/q ;; *.gz*)\n\
        until q=$(cat /run/q 2>/dev/null) && [ ! -e /proc/$q ]; do sleep 0.05; done\n\
        for _ in $(seq 50); do echo $((q - 1)) >/proc/sys/kernel/ns_last_pid; setsid sleep 60 >/dev/null 2>&1 &\n\
        [ $! != $q ] || { echo $q >/run/bystander; break; }; kill $!; done ;; esac\n\
        exec /usr/bin/curl \"$@\"\n";
    for shell in SHELLS {
        let run = World::default().put("usr/sbin/curl", curl).run(&format!(
            "{}; code=$?; kill $(cat /run/bystander) || echo KILLED; exit $code",
            line(shell, "")
        ));
        assert_handed(&run, true);
    }
}

/// bash reads a file anew for each line, and what `/proc` says of a busy process is now longer, now
/// shorter. Who seems to have no parent is killed, or not asked for the variable that sudo dropped.
#[test]
fn who_started_a_process_is_told_while_that_is_busy() {
    let script = site().root.join("install.sh");
    let ask = "perl -e \"while (1) { select(undef, undef, undef, 0.00005) }\" & c=$! i=0
        while [ $i -lt 500 ]; do i=$((i + 1)); echo \"$(parent $c)\"; done | uniq; echo $$; kill $c";
    for shell in SHELLS {
        let told = sh(&format!(
            "{{ sed -n '/^parent() {{/,/^}}/p' {}; echo '{ask}'; }} | {shell} 2>/dev/null",
            script.display()
        ));
        let told: Vec<&str> = told.lines().collect();
        assert!(told.len() == 2 && told[0] == told[1], "{shell}: {told:?}");
    }
}
