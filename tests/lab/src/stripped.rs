//! The program under test as it is put on hosts.

use std::process::Command;
use std::sync::OnceLock;

/// The program at this path without its symbols, a third of its size: a grant writes it twice, and
/// hashes it again and again. Made once; a test program has but one program to test.
pub fn stripped(program: &str) -> &'static [u8] {
    static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let stripped = tempfile::NamedTempFile::new().expect("a file for the program");
        let mut strip = Command::new("strip");
        strip.args(["--strip-all", "-o"]).arg(stripped.path()).arg(program);
        assert!(strip.status().expect("strip, which comes with a linker").success(), "{program}");
        std::fs::read(stripped.path()).expect("it was written")
    })
}
