//! Wherever a publication ends early, the site goes on working and the next one mends the rest.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::workshop::{Workshop, said, sh};

/// What becomes of the move that was chosen.
#[derive(Clone, Copy)]
enum Ending {
    /// The publication is killed in its place.
    Killed,
    /// It fails, as on a full disk.
    Fails,
}

/// A folder for PATH in which `mv` counts its calls and ends one of them so. All others are the real one's.
fn trap(workshop: &Workshop, nth: usize, ending: Ending) -> PathBuf {
    let folder = workshop.file("trap");
    fs::create_dir_all(&folder).unwrap();
    let last = match ending {
        Ending::Killed => "kill -KILL $PPID",
        Ending::Fails => "exit 1",
    };
    let count = workshop.file("count");
    let script = format!(
        "#!/bin/bash\nn=$(($(cat {0}) + 1))\necho $n >{0}\n[ $n != {nth} ] || {last}\nexec /bin/mv \"$@\"\n",
        count.display()
    );
    fs::write(count, "0").unwrap();
    fs::write(folder.join("mv"), script).unwrap();
    fs::set_permissions(folder.join("mv"), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Ends a publication at some of its moves, or at each, from the site as it was; the moves that there are.
fn end_at(
    workshop: &Workshop,
    ending: Ending,
    some: Option<&[usize]>,
    command: impl Fn() -> Command,
) -> usize {
    let before = workshop.file("before");
    sh(&format!("cp -a {} {}", workshop.site().display(), before.display()));
    // Beyond the last of them nothing is ended.
    let moves: Vec<usize> = some.map_or_else(|| (1..100).collect(), |some| [some, &[99]].concat());
    for nth in moves {
        sh(&format!("rm -rf {1}; cp -a {0} {1}", before.display(), workshop.site().display()));
        let path =
            format!("{}:{}", trap(workshop, nth, ending).display(), std::env::var("PATH").unwrap());
        let ended = command().env("PATH", path).output().unwrap();
        let moves: usize =
            fs::read_to_string(workshop.file("count")).unwrap().trim().parse().unwrap();
        workshop.assert_whole();
        if moves < nth {
            said(&ended).unwrap();
            sh(&format!("rm -rf {}", before.display()));
            return moves;
        }
        assert!(!ended.status.success(), "it was ended at move {nth} and says that it went well");
        said(&command().output().unwrap()).unwrap();
        workshop.assert_whole();
        let left = sh(&format!("find {} -name '.publish-*'", workshop.site().display()));
        assert_eq!(left, "", "left behind by the one that was ended at move {nth}");
    }
    unreachable!("a publication has an end")
}

/// A second publication, with another version and another policy.
fn second(workshop: &Workshop) -> impl Fn() -> Command {
    let more = workshop.public_of("more", &[&workshop.other]);
    workshop.write_policy(|text| text.replace("serial = 7", "serial = 8"));
    move || {
        let mut command = workshop.command(&workshop.signer.file());
        command.arg("--signers").arg(&more);
        command
    }
}

#[test]
fn a_publication_that_is_killed_leaves_a_site_that_works() {
    let workshop = Workshop::published();
    // The version comes into its place, the policy, the script.
    let moves = end_at(&workshop, Ending::Killed, Some(&[3, 7, 8]), second(&workshop));
    assert_eq!(moves, 9, "the moves above are not what they were");
}

#[test]
#[ignore = "more of the same: scripts/test --all"]
fn a_publication_that_is_killed_anywhere_leaves_a_site_that_works() {
    let workshop = Workshop::published();
    end_at(&workshop, Ending::Killed, None, second(&workshop));
}

#[test]
fn a_new_policy_that_is_killed_leaves_a_site_that_works() {
    let workshop = Workshop::published();
    workshop.write_policy(|text| text.replace("serial = 7", "serial = 8"));
    let moves =
        end_at(&workshop, Ending::Killed, None, || workshop.policy(&workshop.signer.file()));
    assert!(moves >= 3, "{moves}");
}

#[test]
#[ignore = "more of the same: scripts/test --all"]
fn a_publication_that_fails_leaves_a_site_that_works() {
    let workshop = Workshop::published();
    end_at(&workshop, Ending::Fails, None, second(&workshop));
}
