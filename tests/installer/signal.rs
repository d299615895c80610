//! Signals at each stage leave no file, and never hide what the program said.

use crate::SHELLS;
use crate::site::URL;
use crate::world::{Outcome, World};

/// Starts the script in the background, with signals at their defaults, waits until the shell
/// condition holds, and sends the signal to the shell alone.
fn signalled(world: World, shell: &str, args: &str, until: &str, signal: &str) -> Outcome {
    world.run(&format!(
        "curl -sLf {URL} | env --default-signal=HUP,INT,TERM {shell} -s -- {args} & pid=$!
        for _ in $(seq 200); do {until} && break; sleep 0.05; done
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

/// INT and TERM are passed on; the stand-in dies of them, and that is told.
#[test]
fn during_the_program() {
    for shell in SHELLS {
        for signal in ["INT", "TERM"] {
            let run = signalled(
                World::default(),
                shell,
                "--sleep 20",
                "pgrep -x support-access >/dev/null",
                signal,
            );
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
        let run = signalled(
            World::default(),
            shell,
            "--sleep 1.5 --exit 42",
            "pgrep -x support-access >/dev/null",
            "HUP",
        );
        assert_eq!((run.code, run.last()), (42, "RESULT: ok"), "{shell} {run:#?}");
        run.assert_clean();
    }
}
