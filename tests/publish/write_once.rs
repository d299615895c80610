//! Versions are written once; the same again gives the same bytes; publications wait for each other.

use std::fs;
use std::process::Command;

use crate::workshop::{Workshop, binaries, refused, sh};

/// Two publications of one commit, in two folders, differ in nothing but signatures.
#[test]
fn two_publications_have_the_same_bytes() {
    let first = Workshop::published();
    let there = first.sums();
    fs::rename(first.site(), first.file("first")).unwrap();
    first.publish(&[]).unwrap();
    assert_eq!(there, first.sums());
    assert!(there.contains("/SHA256SUMS ") && there.contains("./policy.toml "), "{there}");
    // Again into the same folder: nothing of the version is touched, its signatures neither.
    let release = first.release();
    let listing = || sh(&format!("cd {}; sha256sum *; stat -c '%n %i' *", release.display()));
    let before = listing();
    let said = first.publish(&[]).unwrap();
    assert!(said.contains("stays as it is"), "{said}");
    assert_eq!(before, listing());
}

#[test]
fn other_bytes_under_a_published_version_are_refused() {
    let workshop = Workshop::published();
    let before = workshop.sums();
    let changed = workshop.file("changed");
    sh(&format!(
        "cp -a {0} {1}; echo >>{1}/support-access-x86_64",
        binaries().display(),
        changed.display()
    ));
    let changed = changed.display().to_string();
    refused(workshop.publish(&["--binaries", &changed]), "write-once");
    assert_eq!(before, workshop.sums());
}

/// What somebody kept of an earlier publication goes on working.
#[test]
fn earlier_versions_stay() {
    let workshop = Workshop::published();
    let old = sh(&format!("cd {}; sha256sum *", workshop.release().display()));
    let [version] = workshop.versions().try_into().unwrap();
    let more = workshop.public_of("more", &[&workshop.other]);
    workshop.publish(&["--signers", more.to_str().unwrap()]).unwrap();
    assert_eq!(workshop.versions().len(), 2);
    assert_eq!(
        old,
        sh(&format!("cd {}; sha256sum *", workshop.site().join("v").join(version).display()))
    );
    workshop.assert_whole();
    // Each file is listed for uploading, and what names the others comes last.
    let listed = workshop.read(".objects");
    let files = sh(&format!(
        "cd {}; find . -type f ! -name .objects -printf '%P\\n' | sort",
        workshop.site().display()
    ));
    let mut names: Vec<&str> =
        listed.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert!(names.ends_with(&["policy.toml", "install.sh", "index.html"]), "{listed}");
    names.sort_unstable();
    assert_eq!(names, files.lines().collect::<Vec<_>>());
}

#[test]
fn two_at_once_do_not_mix() {
    let workshop = Workshop::published();
    let before = workshop.sums();
    let mut held = Command::new("flock")
        .arg(workshop.site())
        .args(["sh", "-c", "echo held; read x"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(held.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    refused(workshop.publish(&[]), "another publication");
    refused(workshop.policy_only(&workshop.signer.file()), "another publication");
    assert_eq!(before, workshop.sums());
    drop(held.stdin.take());
    held.wait().unwrap();
    workshop.publish(&[]).unwrap();
}
