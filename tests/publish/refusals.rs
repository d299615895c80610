//! What must not get onto a site: what nobody could build again.

use std::fs;
use std::process::Command;

use crate::workshop::{Workshop, binaries, refused, repository, said, sh};

/// A clone, the programs of which are those at hand, as if they had been built from its commit.
fn clone(workshop: &Workshop) -> Command {
    let (tree, built) = (workshop.file("tree"), workshop.file("built"));
    sh(&format!(
        "git clone -q --no-hardlinks {0} {1}; cp -a {2} {3}
        commit=$(git -C {1} rev-parse HEAD)
        sed -i -e \"s/\\\"commit\\\": .*/\\\"commit\\\": \\\"$commit\\\",/\" -e 's/-dirty\"/\"/' {3}/build.json",
        repository().display(),
        tree.display(),
        binaries().display(),
        built.display()
    ));
    let mut command = Command::new(tree.join("scripts/publish"));
    command.args(workshop.basics()).arg("--sign").arg(workshop.signer.file());
    command.arg("--binaries").arg(built);
    command
}

#[test]
fn only_a_commit_is_published() {
    let workshop = Workshop::new();
    let mut command = clone(&workshop);
    let mut publish = || said(&command.output().unwrap());
    let extra = workshop.file("tree/extra");
    for (file, text) in [("tree/README.md", "changed"), ("tree/extra", "new")] {
        fs::write(workshop.file(file), text).unwrap();
        refused(publish(), "the tree differs from its commit");
        assert!(!workshop.site().exists(), "something was published");
        sh(&format!(
            "rm -f {}; git -C {} checkout -q .",
            extra.display(),
            workshop.file("tree").display()
        ));
    }
    publish().unwrap();
    let version = workshop.versions().concat();
    assert!(!version.contains("dirty"), "{version}");
    workshop.assert_whole();

    // Programs of another commit, or that nobody tells anything of.
    let about = workshop.file("built/build.json");
    let good = fs::read_to_string(&about).unwrap();
    let commit = sh(&format!("git -C {} rev-parse HEAD", repository().display()));
    for bad in [
        good.replace(commit.trim(), &"0".repeat(40)),
        good.replacen("\"support-access-x86_64\": \"", "\"support-access-x86_64\": \"0", 1),
        good.replacen("\"built_as\": \"", "\"built_as\": \"x-dirty\", \"\": \"", 1),
        String::new(),
    ] {
        fs::write(&about, bad).unwrap();
        refused(publish(), "are not what scripts/build made of");
    }
    fs::write(&about, good).unwrap();
    publish().unwrap();
}

/// A placeholder that nobody fills would reach customers.
#[test]
fn no_placeholder_is_left() {
    let workshop = Workshop::new();
    let mut command = clone(&workshop);
    for file in ["tree/install.sh", "tree/docs/guide/ko.html"] {
        let file = workshop.file(file);
        let before = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{before}# @NEW_ONE@\n")).unwrap();
        refused(said(&command.arg("--allow-dirty").output().unwrap()), "a placeholder remains");
        assert_eq!(fs::read_dir(workshop.site()).unwrap().count(), 0, "something is left");
        fs::write(&file, before).unwrap();
    }
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let publish = |arguments: &[&str]| {
        let out =
            Command::new(repository().join("scripts/publish")).args(arguments).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{arguments:?}: {out:?}");
    };
    for arguments in [
        &["--check", "https://x.example", "--sign", "key"][..],
        &["--check", "https://x.example", "--policy-only"],
        &[
            "--cacert",
            "ca.pem",
            "--policy",
            "x",
            "--url",
            "https://x.example",
            "--out",
            "/x",
            "--sign",
            "k",
        ],
        &["--check"],
        &["--policy", "", "--url", "https://x.example"],
    ] {
        publish(arguments);
    }
}
