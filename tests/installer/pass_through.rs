//! What was typed reaches the program as it was typed, and the program's answer comes back.

use crate::site::{URL, site};
use crate::world::World;
use crate::{SHELLS, line};

#[test]
fn arguments_environment_and_code() {
    for shell in SHELLS {
        let typed = r#"--exit 42 '' 'a  b' "it's" '$(id)*' '가 나' '"'"#;
        let run = World::default().run(&format!(
            "export CAFE24DEL=yes https_proxy=http://proxy.invalid no_proxy=.test EVIL=1 LD_LIBRARY_PATH=/x \
             SUPPORT_ACCESS_POLICY=/evil SUPPORT_ACCESS_POLICY_FILE=/evil LC_ALL=C.UTF-8; {}",
            line(shell, typed)
        ));
        assert_eq!(run.code, 42, "{shell}: {run:#?}");
        run.assert_clean();
        // mksh itself complains about a locale that is not installed.
        let version = run.stderr.lines().find(|l| !l.starts_with("W: mksh: setlocale")).unwrap();
        assert!(
            version.starts_with("support-access 0.") && version.ends_with(": delete"),
            "{version}"
        );

        let told = |kind: &str| -> Vec<&str> {
            run.stdout.lines().filter_map(|l| l.strip_prefix(kind)).collect()
        };
        let args = ["--exit", "42", "", "a  b", "it's", "$(id)*", "가 나", "\""];
        assert_eq!(told("ARG "), args.map(|a| format!("{a:?}")), "{shell}");
        assert_eq!(told("STDIN "), ["/dev/null"], "{shell}");
        let exe = told("EXE ")[0];
        assert!(exe.starts_with("/run/support-access."), "{shell}: {exe}");
        let folder = exe.rsplit_once('/').unwrap().0;
        let policy = format!("SUPPORT_ACCESS_POLICY_FILE={folder}/policy");
        let signers = format!("SUPPORT_ACCESS_SIGNERS={folder}/signers");
        let env = [
            "CAFE24DEL=yes",
            "HOME=/root",
            "LANG=en_US.UTF-8",
            "LC_ALL=C.UTF-8",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "SUPPORT_ACCESS_ORIGIN=https://support.example.test",
            "SUPPORT_ACCESS_POLICY=https://support.example.test/policy.toml",
            &policy,
            &signers,
            "TERM=xterm",
            "https_proxy=http://proxy.invalid",
            "no_proxy=.test",
        ];
        assert_eq!(told("ENV "), env, "{shell}");
        let public = std::fs::read_to_string(site().key.with_extension("pub")).unwrap();
        let key = public.rsplit_once(' ').unwrap().0;
        let signer = format!("support-access namespaces=\"support-access\" {key}");
        assert!(run.stdout.lines().any(|l| l == signer), "{shell}: {run:#?}");
        assert_eq!(run.last(), "RESULT: ok", "{shell}");
    }
}

/// An engineer looks at his own files and his own way to a server: as himself, with his agent.
#[test]
fn a_plain_user_checks_and_converts() {
    for shell in SHELLS {
        for verb in ["check host.example --json", "key inspect k"] {
            let run = World::default().run(&format!(
                "curl -sLf {URL} | HOME=/home/engineer SSH_AUTH_SOCK=/run/agent EVIL=1 \
                 setpriv --reuid 65534 --clear-groups {shell} -s -- {verb}"
            ));
            assert_eq!(run.code, 0, "{shell}: {run:#?}");
            let has = |line: &str| run.stdout.lines().any(|l| l == line);
            assert!(
                has("ENV HOME=/home/engineer") && has("ENV SSH_AUTH_SOCK=/run/agent"),
                "{run:#?}"
            );
            assert!(!run.stdout.contains("EVIL"), "{run:#?}");
            run.assert_clean();
        }
    }
}

/// The line to the letter, with the hyphen and no argument.
#[test]
fn the_old_line() {
    let run = World::default().run(&format!("curl -sLf {URL} | sh -"));
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    assert!(!run.stdout.contains("ARG "), "{run:#?}");
    assert!(run.stderr.lines().next().unwrap().ends_with(": grant"), "{run:#?}");
    let run = World::default().run(&format!("wget -qO- {URL}/install.sh | CAFE24DEL=yes sh -"));
    assert!(run.stdout.contains("ENV CAFE24DEL=yes\n"), "{run:#?}");
    assert!(run.stderr.lines().next().unwrap().ends_with(": delete"), "{run:#?}");
}

/// For automation: fetched first, so that a failed download has an exit code of its own.
#[test]
fn from_a_file() {
    let run = World::default().run(&format!(
        "curl -fsSL -o /run/install.sh {URL} && sh /run/install.sh --dry-run --ticket 'a b'"
    ));
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    assert!(run.stdout.contains("ARG \"--dry-run\"\nARG \"--ticket\"\nARG \"a b\"\n"), "{run:#?}");
    let run = World::default()
        .run(&format!("curl -fsSL -o /run/install.sh {URL}/nothing && sh /run/install.sh"));
    assert_eq!((run.code, run.stdout.as_str()), (22, ""), "{run:#?}");
}

/// The pipe carries the script: a child that reads it to its end takes nothing away.
#[test]
fn a_child_eats_standard_input() {
    for shell in SHELLS.into_iter().chain(["bash --posix"]) {
        let mut world = World::default();
        for (place, tool) in [("usr/sbin/id", "id"), ("usr/sbin/uname", "uname")] {
            let eater = format!("#!/bin/sh\ncat >/dev/null\nexec /usr/bin/{tool} \"$@\"\n");
            world = world.put(place, &eater);
        }
        let run = world.run(&line(shell, "--ticket 'a b'"));
        assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{shell}: {run:#?}");
        assert!(run.stdout.contains("ARG \"--ticket\"\nARG \"a b\"\n"), "{shell}: {run:#?}");
    }
}

/// A program that dies can't say so itself.
#[test]
fn death_of_the_program_is_told() {
    for shell in SHELLS {
        let run = World::default().run(&line(shell, "--abort"));
        assert_eq!(
            (run.code, run.last()),
            (134, "RESULT: failed reason=program-died exit=134"),
            "{run:#?}"
        );
        assert!(!run.stderr.contains("Nothing was changed"), "{run:#?}");
        run.assert_clean();
    }
}

#[test]
fn languages() {
    let korean = |setting: &str, args: &str| {
        let run = World::default()
            .run(&format!("{setting}; {}", line("dash", &format!("--key - {args}"))));
        run.assert_failed(2, "usage");
        run.stderr.contains("표준 입력")
    };
    // The stand-in's policy says Korean.
    assert!(korean("unset LANG", ""));
    assert!(korean("LANG=C.UTF-8", ""));
    assert!(korean("LANG=en_US.UTF-8 LC_MESSAGES=ko_KR.utf8; export LC_MESSAGES", ""));
    assert!(korean("LANG=en_US.UTF-8", "--lang ko"));
    assert!(korean("LANG=en_US.UTF-8", "--lang=ko"));
    assert!(!korean("LANG=en_US.UTF-8", ""));
    assert!(!korean("LANG=ko_KR.UTF-8", "--lang en"));
    assert!(!korean("LANG=ko_KR.eucKR", ""));
    assert!(!korean("LANG=ko_KR.UTF-8 TERM=linux", ""));
}
