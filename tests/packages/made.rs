//! What `scripts/package` makes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{made, package, tool, unpack_rpm};

fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().flatten();
    files.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap())).collect()
}

#[test]
fn made_again_they_are_the_same_bytes() {
    let again = tempfile::tempdir().unwrap();
    package(&made().binaries, again.path());
    let (first, second) = (bytes_of(made().folder.path()), bytes_of(again.path()));
    assert_eq!(first.len(), 4);
    assert!(first == second, "{:?} {:?}", first.keys(), second.keys());
}

#[test]
fn they_hold_the_published_bytes_for_either_processor() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("_amd64.deb", "x86_64", "amd64\n"),
        ("_arm64.deb", "aarch64", "arm64\n"),
        (".x86_64.rpm", "x86_64", "x86_64"),
        (".aarch64.rpm", "aarch64", "aarch64"),
    ];
    for (end, cpu, architecture) in files {
        let (file, tree) = (made().file(end), folder.path().join(end));
        let file = file.to_str().unwrap();
        fs::create_dir(&tree).unwrap();
        if end.ends_with("deb") {
            tool("dpkg-deb", &["-x", file, tree.to_str().unwrap()]);
            assert_eq!(tool("dpkg-deb", &["-f", file, "Architecture"]), architecture);
            assert_eq!(tool("dpkg-deb", &["-f", file, "Package"]), "support-access\n");
        } else {
            unpack_rpm(Path::new(file), &tree);
            assert_eq!(tool("rpm", &["-qp", "--qf", "%{ARCH}", file]), architecture);
        }
        let packed = fs::read(tree.join("usr/sbin/support-access")).unwrap();
        let given = fs::read(made().binaries.join(format!("support-access-{cpu}"))).unwrap();
        assert!(packed == given, "{end} holds another program");
        for page in ["usr/share/man/man8", "usr/share/man/ko/man8"] {
            let page = tree.join(page).join("support-access.8.gz");
            assert!(tool("gzip", &["-dc", page.to_str().unwrap()]).starts_with(".TH SUPPORT"));
        }
    }
}

/// A later commit is an upgrade for both.
#[test]
fn versions_rise_with_time() {
    let file = made().file("_amd64.deb");
    let version = tool("dpkg-deb", &["-f", file.to_str().unwrap(), "Version"]);
    let version = version.trim();
    let (number, rest) = version.split_once('+').unwrap();
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    let (time, commit) = rest.split_once(".g").unwrap();
    assert!(time.len() == 14 && time.chars().all(|it| it.is_ascii_digit()), "{version}");
    let later = format!("{number}+{}.g{commit}", time.parse::<u64>().unwrap() + 1);
    tool("dpkg", &["--compare-versions", &later, "gt", version]);
    let lua = format!("print(rpm.vercmp('{later}', '{version}'))");
    assert_eq!(tool("rpm", &["--eval", &format!("%{{lua:{lua}}}")]).trim(), "1");
}
