//! What a reader of install.sh sees: its head, its first line printed, and what to send to support.

use std::collections::BTreeSet;
use std::fs;

use crate::site::{URL, fresh_dir, sh, site};
use crate::world::World;
use crate::{SHELLS, line};

fn script() -> String {
    fs::read_to_string(site().root.join("install.sh")).unwrap()
}

/// The comment before the first line that is run.
fn head(script: &str) -> Vec<&str> {
    script.lines().take_while(|line| line.starts_with('#')).collect()
}

#[test]
fn it_tells_in_both_languages_what_it_does() {
    let script = script();
    let head = head(&script).join("\n");
    for said in [
        format!("curl -sLf {URL} | sh -  "),
        format!("curl -sLf {URL} | sh -s -- --dry-run"),
        format!("curl -sLf {URL} | sh -s -- --delete"),
        format!("{URL}/guide/"),
        "도중에 잘려서 오면 아무 일도".to_owned(),
        "Cut anywhere, this file does\n# nothing".to_owned(),
    ] {
        assert!(head.contains(&said), "{said}\n{head}");
    }
}

/// The codes that the head lists are those with which the script ends.
#[test]
fn its_head_names_every_code() {
    let script = script();
    let number = |word: &str| word.parse::<u8>().ok();
    let listed: BTreeSet<u8> = head(&script)
        .iter()
        .filter_map(|line| line.strip_prefix("#   ")?.split_whitespace().next().and_then(number))
        .collect();
    let words: Vec<&str> = script.split_whitespace().collect();
    let used: BTreeSet<u8> =
        words.windows(2).filter(|it| it[0] == "end").filter_map(|it| number(it[1])).collect();
    assert_eq!(listed, used);
    assert!(used.len() > 10, "{used:?}");
}

/// Version, commit, server, mode: before anything else, in every shell.
#[test]
fn the_first_line_says_what_runs_where() {
    let script = script();
    let value = |name: &str| {
        let start = format!("{name}='");
        script.lines().find_map(|l| l.strip_prefix(&start)?.strip_suffix('\'')).unwrap()
    };
    let (version, commit) = (value("version"), value("commit"));
    assert_eq!(commit.len(), 40);
    let name = sh("uname -n");
    for shell in SHELLS {
        for (args, mode) in [
            ("", "grant"),
            ("--dry-run", "grant --dry-run"),
            ("--delete --dry-run", "delete --dry-run"),
            ("audit", "audit"),
            ("--ticket doctor delete", "delete"),
        ] {
            // Refused, so that nothing is fetched.
            let run = World::default()
                .run(&format!("CAFE24DEL=x; export CAFE24DEL; {}", line(shell, args)));
            run.assert_failed(4, "cafe24del");
            let first = format!("support-access {version} ({commit}) on {}: {mode}\n", name.trim());
            // mksh itself complains about a locale that is not installed.
            let said: Vec<&str> = run
                .stderr
                .split_inclusive('\n')
                .filter(|l| !l.starts_with("W: mksh: setlocale"))
                .collect();
            assert_eq!(said.first(), Some(&&*first), "{shell}: {run:#?}");
        }
    }
}

/// Where it fails, it shows what support will ask for, and no secret: a proxy's address may hold one.
#[test]
fn a_failure_shows_what_support_asks_for() {
    let failing = || World::default().hasty().fault("location ~ ^/v/ { return 503; }");
    let system = sh("uname -srm; sed -n 's/^PRETTY_NAME=//p' /etc/os-release");
    let proxy = "no_proxy=.test https_proxy=http://someone:secret@proxy.example:3128; export no_proxy https_proxy";
    for (getter, fetch) in
        [("curl", "curl -sLf"), ("wget", "wget -qO-"), ("wget", "busybox wget -qO-")]
    {
        let mut world = failing();
        if getter == "wget" {
            world = world.without(&["curl"]);
        }
        if fetch.starts_with("busybox") {
            world = world.put("usr/bin/wget", "#!/bin/sh\nexec busybox wget \"$@\"\n");
        }
        let run = world.run(&format!("{proxy}; {fetch} {URL}/install.sh | dash"));
        run.assert_failed(21, "download");
        let tool = sh(&format!(
            "{} --version 2>&1 | grep -m 1 '[0-9]' || :",
            fetch.trim_end_matches(" -qO-").trim_end_matches(" -sLf")
        ));
        let wanted = format!("Send this to support:\n{system}{tool}");
        assert!(run.stderr.contains(&wanted), "{wanted}\n{run:#?}");
        assert!(run.stderr.contains(" UTC "), "{run:#?}");
        assert!(!run.stderr.contains("secret"), "{run:#?}");
    }
    let korean = failing().run(&line("dash", "--lang ko"));
    assert!(korean.stderr.contains("문의할 때 함께 보내 주십시오:"), "{korean:#?}");
}

/// Two signers, as during a rotation, and a mirror; both names long.
#[test]
fn it_fits_into_16_kib_with_two_signers_and_a_mirror() {
    let (site, dir) = (site(), fresh_dir("size"));
    sh(&format!("cd {}; ssh-keygen -q -t ed25519 -N '' -C other -f other", dir.display()));
    let other = dir.join("other.pub");
    let url = "https://support-access.hosting.company.example/ssh";
    let mirror = ["--mirror", "https://support-access.mirror.company.example/ssh"];
    let signers = ["--signers", other.to_str().unwrap()];
    site.publish(&site.binaries, url, &dir.join("site"), &[mirror, signers].concat());
    let script = fs::read_to_string(dir.join("site/install.sh")).unwrap();
    assert_eq!(script.matches(" ssh-ed25519 ").count(), 2);
    assert!(script.contains(".mirror."));
    assert!(script.len() <= 16384, "{}", script.len());
}
