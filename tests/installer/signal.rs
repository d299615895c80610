//! Signals at each stage leave no file, and never hide what the program said.

use crate::SHELLS;
use crate::site::URL;
use crate::world::{Outcome, World};

/// Starts the script in the background, with signals at their defaults, waits until the shell
/// condition holds, and sends the signal to the shell alone.
fn signalled(world: World, shell: &str, args: &str, until: &str, signal: &str) -> Outcome {
    world.run(&format!(
        "curl -sLf {URL} | env --default-signal=HUP,INT,TERM {shell} -s -- {args} & pid=$!
        for _ in $(seq 2000); do {until} && break; sleep 0.05; done
        sleep 0.2; kill -{signal} $pid; wait $pid"
    ))
}

const SIGNALS: [(&str, i32); 3] = [("HUP", 129), ("INT", 130), ("TERM", 143)];

#[test]
fn during_the_download() {
    for shell in SHELLS {
        for (signal, code) in SIGNALS {
            let slow = World::default().fault("location ~ ^/v/ { limit_rate 4k; }");
            let begun = "[ -s /run/support-access.*/support-access.gz ]";
            let run = signalled(slow, shell, "", begun, signal);
            run.assert_failed(code, "signal");
        }
    }
}

#[test]
fn between_two_tries() {
    for shell in SHELLS {
        let failing = World::default().fault("location ~ ^/v/ { return 503; }");
        let run = signalled(failing, shell, "", "[ -d /run/support-access.* ]", "TERM");
        run.assert_failed(143, "signal");
    }
}

/// Each tool that install.sh calls before the program runs sends the signal, once, and does its work:
/// so the shell is hit at every stage.
fn at_each_stage(shells: &[&str], signals: &[(&str, i32)]) {
    let tools = [
        "usr/sbin/uname",
        "usr/sbin/id",
        "usr/sbin/sha256sum",
        "usr/sbin/ls",
        "usr/sbin/mktemp",
        "usr/sbin/chmod",
        "usr/sbin/curl",
        "usr/sbin/gzip",
        "usr/sbin/env",
    ];
    for shell in shells {
        // Where a tool stands before the one of the system.
        for place in tools {
            let tool = place.trim_start_matches("usr/sbin/");
            for (signal, code) in signals {
                let hit = format!(
                    "#!/bin/sh\nif [ -e /run/pid ] && mkdir /run/hit 2>/dev/null; then kill -{signal} \"$(cat /run/pid)\"; fi\n\
                     exec /usr/bin/{tool} \"$@\"\n"
                );
                let run = World::default().put(place, &hit).run(&format!(
                    "curl -sLf {URL} >/run/script; cat /run/script | env --default-signal=HUP,INT,TERM \
                     sh -c 'echo $$ >/run/pid; exec {shell}'"
                ));
                assert_eq!(run.code, *code, "{shell} {tool} {signal} {run:#?}");
                run.assert_failed(*code, "signal");
            }
        }
    }
}

#[test]
fn at_each_stage_in_dash() {
    at_each_stage(&["dash"], &SIGNALS);
}

#[test]
#[ignore = "a minute; the one with dash is its sample; scripts/test --all"]
fn at_each_stage_in_every_shell() {
    at_each_stage(&SHELLS, &SIGNALS);
}

/// `| head`, or a terminal that is gone: nobody reads any more.
#[test]
fn nobody_reads_what_it_says() {
    let curl =
        "#!/bin/sh\nuntil [ -e /run/closed ]; do sleep 0.05; done\nexec /usr/bin/curl \"$@\"\n";
    for shell in SHELLS {
        let run = World::default()
            .hasty()
            .put("usr/sbin/curl", curl)
            .fault("location ~ ^/v/ { return 503; }")
            .run(&format!(
                "/usr/bin/curl -sLf {URL} | {shell} 2>&1 | {{ read -r _; read -r _; exec <&-; : >/run/closed; }}
                 exit ${{PIPESTATUS[1]}}"
            ));
        // mksh has no printf of its own: that one dies, and the shell goes on to the third try.
        let code = if shell == "mksh" { 21 } else { 141 };
        assert_eq!(run.code, code, "{shell} {run:#?}");
        run.assert_clean();
    }
}

/// The program itself is at work, which install.sh has only asked for its version before; not this line.
const BUSY: &str = "pgrep -f '/support-acces[s] --sleep' >/dev/null";

/// INT and TERM are passed on; the stand-in dies of them, and that is told.
#[test]
fn during_the_program() {
    for shell in SHELLS {
        for signal in ["INT", "TERM"] {
            let run = signalled(World::default(), shell, "--sleep 20", BUSY, signal);
            assert_eq!(
                (run.code, run.last()),
                (143, "RESULT: failed reason=program-died exit=143"),
                "{shell} {signal} {run:#?}"
            );
            run.assert_clean();
        }
    }
}

/// A lost terminal does not keep the program from finishing, nor its code from coming back.
#[test]
fn hangup_during_the_program() {
    for shell in SHELLS {
        let run = signalled(World::default(), shell, "--sleep 1.5 --exit 42", BUSY, "HUP");
        assert_eq!((run.code, run.last()), (42, "RESULT: ok"), "{shell} {run:#?}");
        run.assert_clean();
    }
}
