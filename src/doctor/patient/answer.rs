//! sshd's own answer to the login: asked once, when something first depends on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::Unseen;
use super::Patient;
use crate::host::addresses;
use crate::host::door::{self, Refusal, Report, Request, Verdict};

/// How long it may take, for all keys together.
const DEADLINE: Duration = Duration::from_mins(1);

impl Patient {
    /// What sshd itself says to each key from each address, and to a session with a key of our own.
    pub fn answer(&self) -> Result<&Report, Unseen> {
        let answer = self.answer.get_or_init(|| self.ask());
        answer.as_ref().map_err(|why| Unseen::NotAsked { why: why.clone() })
    }

    /// Why the session with a key of our own did not come about, if sshd was asked and said so.
    pub fn session(&self) -> Result<Option<&Refusal>, Unseen> {
        match &self.answer()?.session {
            Some(Verdict::Refused(refusal)) => Ok(Some(refusal)),
            Some(Verdict::Unproven(why)) => Err(Unseen::NotAsked { why: why.to_string() }),
            Some(Verdict::Accepted) | None => Ok(None),
        }
    }

    /// sshd's first refusal of a key, if it was asked and refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.answer().ok()?.refusal()
    }

    /// Whether sshd takes this key from everywhere; nothing if it could not be asked.
    #[must_use]
    pub fn takes(&self, key: usize) -> Option<bool> {
        let report = self.answer().ok()?;
        let verdicts = || report.probes.iter().filter(|p| p.key == key).map(|p| &p.verdict);
        if verdicts().any(|verdict| matches!(verdict, Verdict::Refused(_))) {
            return Some(false);
        }
        let all = verdicts().all(|verdict| *verdict == Verdict::Accepted);
        (all && verdicts().next().is_some()).then_some(true)
    }

    /// Why sshd's answer to the keys is not known.
    pub(in crate::doctor) fn unasked(&self) -> Unseen {
        let report = match self.answer() {
            Ok(report) => report,
            Err(why) => return why,
        };
        let why = report.verdicts().find_map(|verdict| match verdict {
            Verdict::Unproven(why) => Some(why.to_string()),
            _ => None,
        });
        Unseen::NotAsked { why: why.unwrap_or_default() }
    }

    /// Whether sshd was asked, and takes every key from everywhere.
    #[must_use]
    pub fn keys_are_taken(&self) -> bool {
        self.answer().is_ok_and(Report::keys_are_taken)
    }

    fn ask(&self) -> Result<Report, String> {
        if !self.root {
            return Err(Unseen::NotRoot.to_string());
        }
        let sshd = self.sshd.as_ref().map_err(ToString::to_string)?;
        let startup = self.startup();
        let shells = !startup.ending.is_empty() && !startup.wants_terminal;
        let session = door::ephemeral_key().map_err(|error| error.to_string())?;
        let keys = self.asked.keys.iter().map(|key| key.line_without_comment().to_owned());
        Ok(door::prove(&Request {
            account: self.asked.account.clone(),
            port: self.asked.port,
            servers: addresses::own(),
            keys: keys.collect(),
            from: self.asked.from.clone(),
            session: Some(session),
            stand_in: true,
            login_shell: shells,
            bash: shells && self.account().is_ok_and(|passwd| passwd.shell.ends_with("bash")),
            sshd: sshd.invocation.clone(),
            scratch: scratch(),
            deadline: DEADLINE,
        }))
    }
}

/// A folder that every server has and no login needs; only the asking child sees it covered.
fn scratch() -> PathBuf {
    let folders = ["/mnt", "/media", "/srv", "/opt"].map(Path::new);
    folders.into_iter().find(|path| path.is_dir()).unwrap_or(Path::new("/mnt")).to_owned()
}
