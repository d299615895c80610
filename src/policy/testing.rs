//! What the tests of this room share: real keys by `ssh-keygen`, and a look at messages.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::text::{Lang, Words};

/// A folder with keys and files that goes away with the test.
pub(super) struct Workshop {
    dir: TempDir,
}

impl Workshop {
    pub(super) fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        #[allow(clippy::disallowed_methods, reason = "a folder of the test's own")]
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Makes a key pair and returns the public half.
    pub(super) fn key(&self, name: &str, kind: &str, bits: &str) -> String {
        let path = self.path(name);
        let path = path.to_str().unwrap();
        run("ssh-keygen", &["-q", "-t", kind, "-b", bits, "-N", "", "-C", name, "-f", path], b"");
        std::fs::read_to_string(format!("{path}.pub")).unwrap()
    }

    /// Signs a text as the publisher does, and returns it with its signature at the end.
    pub(super) fn sign(&self, key: &str, namespace: &str, text: &str) -> String {
        let key = self.path(key);
        let args = ["-q", "-Y", "sign", "-n", namespace, "-f", key.to_str().unwrap()];
        let armor = run("ssh-keygen", &args, text.as_bytes()).stdout;
        attach(text, &String::from_utf8(armor).unwrap())
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// Puts a signature as comment lines at the end of a text.
pub(super) fn attach(text: &str, armor: &str) -> String {
    armor.lines().fold(text.to_owned(), |file, line| file + "# " + line + "\n")
}

/// Runs a program, which must succeed.
pub(super) fn run(program: &str, args: &[&str], stdin: &[u8]) -> Output {
    let output = try_run(program, args, stdin);
    assert!(output.status.success(), "{program} {args:?}: {output:?}");
    output
}

/// Runs a program to its end.
pub(super) fn try_run(program: &str, args: &[&str], stdin: &[u8]) -> Output {
    #[allow(clippy::disallowed_methods, reason = "tests ask OpenSSH itself for its opinion")]
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    // One that ends without reading its input has an exit code to say so.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

/// Asserts that a message says something in English and in Korean, on one line each, and returns
/// the English.
pub(super) fn both(words: &dyn Words) -> String {
    let (english, korean) = (words.say(Lang::En), words.say(Lang::Ko));
    assert!(korean.contains(|c| ('가'..='힣').contains(&c)), "no Korean: {korean}");
    for text in [&english, &korean] {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    english
}
