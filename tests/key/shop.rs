//! A folder of keys, and the tools that make and judge them.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_support-access");

/// The kinds of keys that are converted, as ssh-keygen makes them.
pub(crate) const KINDS: [(&str, &str); 5] =
    [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "2048")];

pub(crate) struct Shop {
    folder: TempDir,
}

/// What a program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Puts a file there that only its owner may read.
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o7777
    }

    /// A program by a line of shell, in the folder.
    pub(crate) fn sh(&self, line: &str) -> Said {
        let mut command = self.command("sh");
        command.args(["-c", line]).output().unwrap().into()
    }

    fn command(&self, program: &str) -> Command {
        let own = PathBuf::from(PROGRAM);
        let path = format!("{}:/usr/bin:/bin", own.parent().unwrap().display());
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().env("PATH", path).stdin(Stdio::null());
        command
    }

    /// `key …` in English.
    pub(crate) fn key(&self, words: &str) -> Said {
        self.sh(&format!("support-access key {words} --lang en"))
    }

    /// `key …` as a JSON document.
    #[track_caller]
    pub(crate) fn json(&self, words: &str) -> Value {
        let said = self.key(&format!("{words} --json"));
        let value: Value =
            serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
        assert_eq!(value["schema"], 1);
        value
    }

    /// A new key without a passphrase.
    pub(crate) fn make(&self, name: &str, kind: &str, bits: &str) {
        let line =
            format!("ssh-keygen -q -t {kind} -b {bits} -N '' -C '{name} of tests' -f {name}");
        self.sh(&line).ok();
    }

    /// The fingerprint that ssh-keygen tells of a public or private file, if it takes it.
    pub(crate) fn fingerprint(&self, name: &str) -> Option<String> {
        let said = self.sh(&format!("ssh-keygen -lf {name}"));
        let word = said.stdout.split(' ').nth(1).map(str::to_owned);
        word.filter(|word| said.code == 0 && word.starts_with("SHA256:"))
    }

    /// The public half that ssh-keygen gets out of a private key with a passphrase.
    pub(crate) fn public(&self, name: &str, passphrase: &str) -> Option<String> {
        let said = self.sh(&format!("ssh-keygen -y -P '{passphrase}' -f {name}"));
        (said.code == 0).then(|| two_words(&said.stdout))
    }

    /// The public half that puttygen gets out of a key with a passphrase.
    pub(crate) fn putty_public(&self, name: &str, passphrase: &str) -> Option<String> {
        self.put("passphrase", passphrase);
        let line = format!("puttygen {name} -L --old-passphrase passphrase");
        let said = self.sh(&line);
        (said.code == 0).then(|| two_words(&said.stdout))
    }

    /// The public half of what puttygen gets out of a PuTTY key's private half, which it checks.
    pub(crate) fn putty_private(&self, name: &str) -> Option<String> {
        let said = self.sh(&format!("puttygen {name} -O private-openssh-new -o judged"));
        let public = if said.code == 0 { self.public("judged", "") } else { None };
        self.sh("rm -f judged").ok();
        public
    }

    /// A line on a terminal of its own, on which each question is answered when it stands there.
    pub(crate) fn typed(&self, line: &str, answers: &[(&str, &str)]) -> Said {
        self.typed_while(line, answers, || ())
    }

    /// The same; something else happens while the first question stands there.
    pub(crate) fn typed_while(
        &self,
        line: &str,
        answers: &[(&str, &str)],
        meanwhile: impl FnOnce(),
    ) -> Said {
        let mut command = self.command("script");
        command.args(["-qec", line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (mut shown, mut seen, mut meanwhile) = (Vec::new(), 0, Some(meanwhile));
        for (question, answer) in answers {
            loop {
                let rest = String::from_utf8_lossy(&shown[seen..]).into_owned();
                if let Some(at) = rest.find(question) {
                    seen += at + question.len();
                    break;
                }
                let mut byte = [0];
                assert_eq!(screen.read(&mut byte).unwrap(), 1, "{question}: {rest:?}");
                shown.push(byte[0]);
            }
            if let Some(act) = meanwhile.take() {
                act();
            }
            keys.write_all(format!("{answer}\r").as_bytes()).unwrap();
        }
        screen.read_to_end(&mut shown).unwrap();
        drop(keys);
        let code = child.wait().unwrap().code().unwrap_or(-1);
        Said { code, stdout: String::from_utf8_lossy(&shown).into_owned(), stderr: String::new() }
    }
}

/// Type and key of a public line.
pub(crate) fn two_words(line: &str) -> String {
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
