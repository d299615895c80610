//! Whoever builds the commit again gets the published bytes.

use std::fs;
use std::process::Command;

use crate::workshop::{Workshop, binaries, repository, said, sh};

/// What would differ from one folder, machine or day to the next is not in the programs; what they are
/// made of is.
#[test]
fn the_programs_hold_nothing_of_the_place_that_built_them() {
    let home = std::env::var("HOME").unwrap();
    let host = sh("uname -n");
    for cpu in ["x86_64", "aarch64"] {
        let file = binaries().join(format!("support-access-{cpu}"));
        let strings = sh(&format!("strings -n 6 {}", file.display()));
        for trace in [
            repository().to_str().unwrap(),
            binaries().to_str().unwrap(),
            &format!("{home}/.cargo"),
            &format!("{home}/.rustup"),
            "/registry/src/index",
            "/tmp/rustc",
        ] {
            assert!(!strings.contains(trace), "{} holds {trace}", file.display());
        }
        assert!(
            host.trim().len() < 6 || !strings.contains(host.trim()),
            "{} holds the host's name",
            file.display()
        );
        let sections = sh(&format!("readelf -SW {}", file.display()));
        assert!(sections.contains(".dep-v0"), "the list of parts is missing:\n{sections}");
        assert!(!sections.contains("build-id"), "{sections}");
    }
}

/// The SBOM names what Cargo builds in, no more and no less, and the list in the program is the same.
#[test]
fn the_list_of_parts_is_what_is_built_in() {
    let sbom = binaries().join("sbom.json");
    let list = |filter: &str| sh(&format!("jq -r '{filter}' {} | sort", sbom.display()));
    let listed =
        list(".components[] | select(.scope == \"required\") | \"\\(.name) \\(.version)\"");
    let tree = sh(&format!(
        "cd {}; for cpu in x86_64 aarch64; do cargo tree --locked -p support-access --edges normal,no-proc-macro \
            --target $cpu-unknown-linux-musl --prefix none --format '{{p}}'; done |
            sed -n 's/^\\([^ ]*\\) v\\([^ ]*\\)$/\\1 \\2/p' | sort -u",
        repository().display()
    ));
    assert_eq!(listed, tree);
    let all = list(".components[] | \"\\(.name) \\(.version)\"");
    assert!(list(".components[] | .hashes[0].content").lines().all(|it| it.len() == 64));
    for cpu in ["x86_64", "aarch64"] {
        let dump = tempfile::tempdir().unwrap();
        let embedded = sh(&format!(
            "cd {0}
            set -- $(readelf -SW {1} | sed -n 's/^.* \\.dep-v0 *PROGBITS *[0-9a-f]* \\([0-9a-f]*\\) \\([0-9a-f]*\\) .*/\\1 \\2/p')
            tail -c +$((0x$1 + 1)) {1} | head -c $((0x$2)) >z
            python3 -c 'import zlib; print(zlib.decompress(open(\"z\", \"rb\").read()).decode())' |
                jq -r '.packages[] | select(.root | not) | \"\\(.name) \\(.version)\"' | sort",
            dump.path().display(),
            binaries().join(format!("support-access-{cpu}")).display()
        ));
        assert_eq!(embedded, all);
    }
}

/// The whole claim: publish builds a commit twice, in folders and homes of their own.
#[test]
#[ignore = "builds four programs: scripts/test --all"]
fn two_builds_have_the_same_bytes() {
    let workshop = Workshop::new();
    let tree = workshop.file("tree");
    sh(&format!("git clone -q --no-hardlinks {} {}", repository().display(), tree.display()));
    let out = Command::new(tree.join("scripts/publish"))
        .args(workshop.basics())
        .arg("--sign")
        .arg(workshop.signer.file())
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let said = said(&out).unwrap();
    assert!(said.contains("the same bytes:"), "{said}");
    workshop.assert_whole();
    for about in ["build.json", "sbom.json"] {
        let text = fs::read_to_string(workshop.release().join(about)).unwrap();
        assert!(!text.contains(workshop.file("").to_str().unwrap()), "{about} holds a path");
    }
}
