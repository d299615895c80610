//! Another run at the same time.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::support::{Server, document, is_korean, result_word, without_journald};
use crate::table::show;

const HOLD: &str = "printf 'grant, pid 4711\\n1795528800\\n' >/run/support-access.lock
    exec flock /run/support-access.lock sh -c 'echo held; exec sleep 600'";

#[test]
fn a_run_waits_a_minute_for_another_and_then_says_which() {
    let server = Server::boot();
    let open = Server::opening();
    let mut other = server.host.command(HOLD).deadline(Duration::from_mins(10)).start();
    other.wait_for("held");
    let before = server.host.snapshot();

    let began = Instant::now();
    let lines = [
        format!("{open} --lang en"),
        format!("{open} --lang ko"),
        format!("{open} --json"),
        "delete --lang en".to_owned(),
        "audit --lang en".to_owned(),
        format!("{open} --dry-run --lang en"),
        "expire".to_owned(),
    ];
    let mut runs: Vec<_> = lines.iter().map(|line| server.program(line).start()).collect();
    let since = "2026-11-24 14:00 UTC";
    let busy =
        format!("Another run is busy (grant, pid 4711, since {since}); waiting up to 60 seconds.");
    runs[0].wait_for(&busy);
    runs[1].wait_for(&format!("다른 실행(grant, pid 4711, {since} 시작)이 진행 중입니다."));

    let mut table = "\nAnother run holds the lock: 7 cases\n".to_owned();
    for (line, run) in lines.iter().zip(runs) {
        let output = run.wait();
        if line == "expire" {
            // The timer comes again; a unit that failed would only alarm.
            assert_eq!((output.code, &*output.stdout), (0, ""), "{output}");
            table.push_str("  as told  exit 0, nothing said: expire\n");
            continue;
        }
        assert_eq!(output.code, 7, "{output}");
        if line.contains("--json") {
            let document = document(&output).unwrap();
            assert_eq!(
                (&document["result"], &document["error"]["code"]),
                (&"failed".into(), &7.into()),
                "{output}"
            );
        } else {
            assert_eq!(result_word(&output.stdout), Ok("failed"), "{output}");
            let error = output.stdout.lines().rev().nth(1).unwrap();
            assert!(error.contains("grant, pid 4711"), "{output}");
            assert_eq!(is_korean(error), line.contains("ko"), "{output}");
        }
        let _ = writeln!(table, "  as told  exit 7 failed  {line}");
    }
    let waited = began.elapsed().as_secs();
    assert!(waited >= 60, "{waited} s");
    let changes = without_journald(server.host.changes_since(&before));
    assert!(changes.is_empty(), "{changes}");

    let mut waiting = server.program(&format!("{open} --lang en")).start();
    waiting.wait_for("waiting up to 60 seconds");
    other.kill();
    let output = waiting.wait();
    assert_eq!((output.code, result_word(&output.stdout)), (0, Ok("granted")), "{output}");
    assert!(!server.host.exists("/run/support-access.lock"));
    server.delete();
    show(&format!("{table}  as told  exit 0 granted once the lock was free\n"));
}
