//! What is refused before anything is fetched.

use crate::site::URL;
use crate::world::{Outcome, World};
use crate::{SHELLS, line};

#[track_caller]
fn assert_not_fetched(run: &Outcome) {
    assert!(!run.requests.contains("/v/"), "{run:#?}");
}

#[test]
fn cafe24del_must_be_clear() {
    for shell in SHELLS {
        for (value, args) in
            [("maybe", ""), ("YES", ""), ("no", "--delete"), ("no", "delete"), ("1", "--dry-run")]
        {
            let run =
                World::default().run(&format!("export CAFE24DEL={value}; {}", line(shell, args)));
            run.assert_failed(4, "cafe24del");
            assert_not_fetched(&run);
        }
    }
    for (value, args) in [("", "--delete"), ("yes", "--delete"), ("no", "")] {
        let run =
            World::default().run(&format!("export CAFE24DEL={value}; {}", line("dash", args)));
        assert_eq!(run.code, 0, "{value} {args}: {run:#?}");
    }
}

/// sudo's `env_reset` drops the variable; the real sudo where there is one.
#[test]
fn cafe24del_lost_by_sudo() {
    let sudo = std::path::Path::new("/usr/bin/sudo");
    assert!(sudo.exists(), "sudo is missing; scripts/test installs it");
    let fetch = format!("curl -sLf {URL}");
    for lost in [
        format!("{fetch} | CAFE24DEL=yes sudo sh -"),
        format!("CAFE24DEL=yes sudo sh -c '{fetch} | sh -'"),
        format!("CAFE24DEL=yes sudo sh -c '{fetch} | sh -s -- audit'"),
        format!("CAFE24DEL=no sudo sh -c '{fetch} | sh -s -- --delete'"),
    ] {
        let run = World::default().run(&lost);
        assert_eq!(
            (run.code, run.last()),
            (4, "RESULT: refused reason=cafe24del-lost exit=4"),
            "{lost} {run:#?}"
        );
        assert_not_fetched(&run);
    }
    for kept in [
        format!("{fetch} | CAFE24DEL=yes sudo sh -s -- --delete"),
        format!("{fetch} | sudo CAFE24DEL=yes sh -"),
        format!("{fetch} | sudo sh -"),
    ] {
        let run = World::default().run(&kept);
        assert_eq!(run.code, 0, "{kept} {run:#?}");
    }
}

#[test]
fn a_key_cannot_come_through_the_pipe() {
    for args in ["--key -", "--key=-", "check --receipt -", "check --receipt=-"] {
        let run = World::default().run(&line("dash", args));
        run.assert_failed(2, "usage");
        assert_not_fetched(&run);
    }
}

#[test]
fn not_root_gets_the_line_to_paste() {
    for shell in SHELLS {
        for (setting, args, pasted) in [
            ("", "", "sudo sh -"),
            ("CAFE24DEL=yes", "", "sudo sh -s -- --delete"),
            ("CAFE24DEL=yes", "--delete", "sudo sh -s -- --delete"),
            (
                "",
                "--dry-run --ticket 'a b' --from 192.0.2.7",
                "sudo sh -s -- --dry-run --ticket 'a b' --from 192.0.2.7",
            ),
            ("", r#"--ticket "it's""#, r"sudo sh -s -- --ticket 'it'\''s'"),
        ] {
            let run = World::default().run(&format!(
                "curl -sLf {URL} | {setting} setpriv --reuid 65534 --clear-groups {shell} -s -- {args}"
            ));
            run.assert_failed(3, "not-root");
            let expected = format!("  curl -sLf {URL} | {pasted}");
            assert!(run.stderr.lines().any(|l| l == expected), "{shell}: {expected}\n{run:#?}");
            assert_not_fetched(&run);
        }
    }
}

/// `--json` turns the last words into one document.
#[test]
fn json() {
    for lang in ["en", "ko"] {
        let run = World::default().run(&format!(
            "export CAFE24DEL=x; {}",
            line("dash", &format!("--json --lang {lang}"))
        ));
        let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(said["schema"], 1);
        assert_eq!(said["result"], "refused");
        assert_eq!(said["error"]["code"], 4);
        assert_eq!(said["error"]["id"], "cafe24del");
        assert!(said["error"]["message"].as_str().unwrap().contains("CAFE24DEL"));
    }
}

#[test]
fn other_processors_are_refused() {
    let run = World::default().run(&line("setarch i686 dash", ""));
    run.assert_failed(25, "cpu");
    assert_not_fetched(&run);
}

/// The template itself, never filled in.
#[test]
fn an_unfilled_script_stops() {
    let script = crate::site::repository().join("install.sh");
    let run = World::default()
        .put("srv/install.sh", &std::fs::read_to_string(script).unwrap())
        .run("dash </srv/install.sh");
    run.assert_failed(29, "unfilled");
}
