//! Where the program may be unpacked and run.

use crate::site::{URL, build, fresh_dir, site};
use crate::world::World;
use crate::{SHELLS, line};

const MEMORY: [&str; 2] = ["/run", "/dev/shm"];
const DISK: [&str; 4] = ["/var/lib", "/root", "/var/tmp", "/tmp"];

/// Promise 1: the whole line with `--dry-run` may unpack to a tmpfs and no further.
#[test]
fn dry_run_writes_to_memory_only() {
    for shell in SHELLS {
        let run = World::default().run(&line(shell, "--dry-run"));
        assert_eq!(run.code, 0, "{run:#?}");
        assert!(run.stdout.contains("EXE /run/"), "{run:#?}");
        assert!(run.stdout.contains("ARG \"--dry-run\""), "{run:#?}");
        run.assert_clean();

        let run = World::default().tmpfs("noexec", &["/run"]).run(&line(shell, "--dry-run"));
        assert!(run.stdout.contains("EXE /dev/shm/"), "{shell}: {run:#?}");
        run.assert_clean();

        let run = World::default().tmpfs("noexec", &MEMORY).run(&line(shell, "--ticket --dry-run"));
        run.assert_failed(26, "noexec");
    }
}

#[test]
fn every_folder_but_one_is_noexec() {
    let all: Vec<&str> = MEMORY.into_iter().chain(DISK).collect();
    for shell in SHELLS {
        for allowed in &all {
            let others: Vec<&str> = all.iter().filter(|f| f != &allowed).copied().collect();
            let run = World::default().tmpfs("noexec", &others).run(&line(shell, ""));
            assert!(
                run.stdout.contains(&format!("EXE {allowed}/support-access.")),
                "{shell}: {run:#?}"
            );
            assert_eq!(run.left, "", "{run:#?}");
        }
    }
}

#[test]
fn every_folder_is_noexec() {
    for shell in SHELLS {
        let run =
            World::default().tmpfs("noexec", &MEMORY).tmpfs("noexec", &DISK).run(&line(shell, ""));
        run.assert_failed(26, "noexec");
        assert!(!run.requests.contains("/v/"), "found out before the download: {run:#?}");
    }
}

#[test]
fn full_and_read_only() {
    // Room for the probe, none for the program.
    let run = World::default().tmpfs("size=64k", &["/run"]).run(&line("dash", ""));
    assert!(run.stdout.contains("EXE /dev/shm/"), "{run:#?}");
    run.assert_clean();
    // No room at all; for the download alone; never any.
    for options in ["size=64k", "size=400k", "ro"] {
        let run =
            World::default().tmpfs(options, &MEMORY).tmpfs(options, &DISK).run(&line("dash", ""));
        run.assert_failed(28, "no-space");
    }
}

/// A folder whose entries another user could swap is no place for a program that root runs.
#[test]
fn folders_of_others_are_passed_over() {
    for options in ["uid=65534,mode=755", "mode=777", "mode=775"] {
        let run = World::default().tmpfs(options, &["/run"]).run(&line("dash", ""));
        assert!(run.stdout.contains("EXE /dev/shm/"), "{options}: {run:#?}");
    }
}

/// A CPU without an instruction that the program needs.
#[test]
fn an_older_processor() {
    let site = site();
    let dir = fresh_dir("older");
    build(&dir, &["--cfg", "older_processor"]);
    site.publish(&dir, URL, &dir.join("site"), &[]);
    let run = World::default().serving(dir.join("site")).run(&line("dash", ""));
    run.assert_failed(27, "illegal-instruction");
}

/// A program that can't start is told apart from a folder that forbids it.
#[test]
fn a_program_for_another_processor() {
    let run = World::default()
        .put("usr/bin/uname", "#!/bin/sh\necho Linux vm aarch64\n")
        .run(&line("dash", ""));
    assert!([26, 27].contains(&run.code), "{run:#?}");
    run.assert_clean();
}
