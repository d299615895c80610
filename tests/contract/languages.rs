//! Which language is spoken, and the pages that explain.

use lab::Host;

use crate::support::{PROGRAM, Server, is_korean, result_word};

fn says_korean(host: &Host, environment: &[(&str, &str)], words: &str) -> bool {
    let mut command = host.command(&format!("{PROGRAM} {words}")).without_env("LANG");
    for (name, value) in environment {
        command = command.env(name, value);
    }
    let output = command.run();
    assert!(result_word(&output.stdout).is_ok(), "{output}");
    is_korean(&output.stdout)
}

#[test]
fn the_language_is_the_customers_else_the_providers() {
    let server = Server::boot();
    let host = &server.host;
    for (environment, korean) in [
        (&[][..], true),
        (&[("LANG", "C")], true),
        (&[("LANG", "C.UTF-8")], true),
        (&[("LANG", "POSIX")], true),
        (&[("LANG", "ko_KR.UTF-8")], true),
        (&[("LANG", "ko_KR.utf8")], true),
        (&[("LANG", "en_US.UTF-8")], false),
        (&[("LANG", "ja_JP.UTF-8")], false),
        (&[("LC_ALL", "ko_KR.UTF-8"), ("LANG", "en_US.UTF-8")], true),
        (&[("LC_ALL", "en_US.UTF-8"), ("LANG", "ko_KR.UTF-8")], false),
        (&[("LC_MESSAGES", "en_US.UTF-8"), ("LANG", "ko_KR.UTF-8")], false),
        (&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")], false),
        (&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], true),
        (&[("TERM", "linux")], false),
        (&[("TERM", "linux"), ("LANG", "ko_KR.UTF-8")], false),
        (&[("TERM", "xterm"), ("LANG", "ko_KR.UTF-8")], true),
        (&[("LANG", "ko_KR.EUC-KR")], false),
    ] {
        assert_eq!(says_korean(host, environment, "--no-such"), korean, "{environment:?}");
        assert!(says_korean(host, environment, "--no-such --lang ko"), "{environment:?}");
        assert!(!says_korean(host, environment, "--no-such --lang=en"), "{environment:?}");
    }

    let policy = |language: &str| {
        format!(
            "schema = 1\nserial = 1\nprovider = \"Example\"\nlanguage = \"{language}\"\nsite = \"https://support.example\"\n\
             account = \"helper\"\nfrom = [\"192.0.2.7\"]\nport = 22\nlifetime = \"2h\"\nlongest = \"1d\"\nsudo = \"none\"\n\
             keys = [\"{}\"]\n",
            server.key.public().trim_end()
        )
    };
    for (language, korean) in [("en", false), ("ko", true)] {
        host.put("/root/policy.toml", policy(language), 0o644);
        let words = "--policy /root/policy.toml --dry-run";
        assert_eq!(says_korean(host, &[("LANG", "C")], words), korean, "a policy in {language}");
        assert!(says_korean(host, &[("LANG", "ko_KR.UTF-8")], words));
        assert!(!says_korean(host, &[("LANG", "en_US.UTF-8")], words));
    }
}

#[test]
fn help_and_version_are_for_everybody() {
    let server = Server::boot();
    let as_nobody = |words: &str| {
        server.host.run(&format!("setpriv --reuid nobody --clear-groups {PROGRAM} {words}"))
    };
    let before = server.host.snapshot();
    for verb in ["", "grant", "delete", "audit", "doctor", "check", "key"] {
        let english = as_nobody(&format!("{verb} --help --lang en"));
        assert_eq!((english.code, &*english.stderr), (0, ""), "{english}");
        assert!(english.stdout.contains("Usage: support-access"), "{english}");
        assert!(english.stdout.contains("Example"), "{english}");
        assert!(!is_korean(&english.stdout) && english.stdout.is_ascii(), "{english}");
        let korean = as_nobody(&format!("{verb} -h --lang ko"));
        assert_eq!((korean.code, &*korean.stderr), (0, ""), "{korean}");
        assert!(
            is_korean(&korean.stdout) && korean.stdout.contains("사용법: support-access"),
            "{korean}"
        );
        for page in [&english.stdout, &korean.stdout] {
            assert!(
                page.contains(verb) && page.contains("--json") && page.contains("--lang en|ko"),
                "{page}"
            );
            let width = |line: &str| {
                line.chars().map(|c| if is_korean(&c.to_string()) { 2 } else { 1 }).sum::<usize>()
            };
            assert!(page.lines().all(|line| width(line) <= 100), "{page}");
        }
        assert_eq!(as_nobody(&format!("--lang en {verb} -h")).stdout, english.stdout);
    }
    for option in ["--version", "-V"] {
        let version = as_nobody(option);
        assert_eq!(version.code, 0, "{version}");
        let line = version.stdout.strip_suffix('\n').unwrap();
        let (name, rest) = line.split_once(' ').unwrap();
        let number = rest.split(' ').next().unwrap();
        assert_eq!((name, number), ("support-access", env!("CARGO_PKG_VERSION")), "{version}");
    }
    let changes = crate::support::without_journald(server.host.changes_since(&before));
    assert!(changes.is_empty(), "{changes}");
}
