//! `CAFE24DEL` and its equals.

use crate::support::{PROGRAM, Server, result_word, without_journald};

#[test]
fn only_yes_deletes_and_only_nothing_or_no_grants() {
    let server = Server::boot();
    let host = &server.host;
    let dry = format!("{PROGRAM} {} --dry-run --lang en", Server::opening());
    let plain = host.ok(&format!("unset CAFE24DEL; {dry}")).replace('\0', "");
    for value in ["''", "no"] {
        let output = host.run(&format!("CAFE24DEL={value} {dry}"));
        assert_eq!((output.code, result_word(&output.stdout)), (0, Ok("dry-run")), "{output}");
        assert_eq!(output.stdout.lines().count(), plain.lines().count(), "{output}");
    }
    let before = host.snapshot();
    for value in [
        "YES",
        "Yes",
        "y",
        "1",
        "true",
        "on",
        "delete",
        "' yes'",
        "'yes '",
        "\"$(printf 'yes\\n.')\"",
        "NO",
        "No",
        "n",
        "0",
        "false",
        "maybe",
        "\"$(printf '\\377')\"",
        "' '",
        "yesyes",
        "\"$(printf 'no\\nRESULT: deleted')\"",
    ] {
        let output =
            host.run(&format!("CAFE24DEL={value} {PROGRAM} {} --lang en", Server::opening()));
        assert_eq!((output.code, result_word(&output.stdout)), (4, Ok("refused")), "{output}");
        assert!(output.stdout.contains("is not understood"), "{output}");
    }
    let changes = without_journald(host.changes_since(&before));
    assert!(changes.is_empty(), "{changes}");

    let run = |line: &str| host.run(line).stdout;
    let nothing = ["delete", "--delete", "--lang en delete"]
        .map(|words| run(&format!("LANG=en_US.UTF-8 {PROGRAM} {words}")));
    assert!(nothing.iter().all(|said| *said == nothing[0]), "{nothing:?}");
    assert_eq!(run(&format!("LANG=en_US.UTF-8 CAFE24DEL=yes {PROGRAM}")), nothing[0]);
    assert_eq!(result_word(&nothing[0]), Ok("nothing-to-delete"));
}

#[test]
fn delete_in_all_its_spellings_does_the_same() {
    let server = Server::boot();
    let host = &server.host;
    let spellings = [
        format!("{PROGRAM} delete"),
        format!("{PROGRAM} --delete"),
        format!("CAFE24DEL=yes {PROGRAM}"),
        format!("CAFE24DEL=yes {PROGRAM} delete"),
        "/usr/local/sbin/support-access delete".to_owned(),
    ];
    let run = |line: &str| {
        let output = host.run(&format!("{line} --lang en"));
        assert_eq!(output.code, 0, "{output}");
        output.stdout
    };
    let (mut dry, mut real) = (Vec::new(), Vec::new());
    for line in &spellings {
        server.grant("--no-verify");
        dry.push(
            run(&format!("{line} --dry-run"))
                .lines()
                .filter(|line| !names_a_moment(line))
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        );
        real.push(run(line));
        assert_eq!(result_word(&real[0]), Ok("deleted"));
        assert!(!host.run("getent passwd cafe24").succeeded());
    }
    assert!(dry.iter().all(|said| *said == dry[0]), "{dry:#?}");
    assert!(real.iter().all(|said| *said == real[0]), "{real:#?}");
}

/// Lines of a dry run that show a grant's own id or time.
fn names_a_moment(line: &str) -> bool {
    ["support-access:", "# id=", "expiry-time", "OnCalendar", "OnBootSec", "\"at\""]
        .iter()
        .any(|part| line.contains(part))
}
