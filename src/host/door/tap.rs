//! A private `/dev/log`: PAM gives its reasons to syslog only.
//!
//! What root's processes write is kept and handed on to the real log, so nothing is hidden from it.

use std::fs::{self, Permissions};
use std::io::{IoSliceMut, Result};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::cmsg_space;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, UnixCredentials, recvmsg, setsockopt, sockopt,
};

use super::namespace;

/// How late the end of listening is noticed, should the word of it not arrive.
const SLICE: Duration = Duration::from_millis(20);

/// How many messages are kept of one attempt.
const KEEP: usize = 100;

pub(super) struct Tap {
    ours: UnixDatagram,
    path: PathBuf,
    real: Option<UnixDatagram>,
    heard: Mutex<Vec<String>>,
    done: AtomicBool,
}

impl Tap {
    /// Takes the place of `/dev/log` in this mount namespace, with a socket in the folder.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let target = fs::canonicalize("/dev/log")?;
        let real = UnixDatagram::unbound()?;
        let real = real.connect(&target).ok().map(|()| real);
        let path = folder.join("log");
        let ours = UnixDatagram::bind(&path)?;
        // As on the real one, anybody may write.
        #[allow(clippy::disallowed_methods, reason = "in a folder that only this process sees")]
        fs::set_permissions(&path, Permissions::from_mode(0o666))?;
        ours.set_read_timeout(Some(SLICE))?;
        setsockopt(&ours, sockopt::PassCred, &true)?;
        namespace::bind(&path, &target)?;
        Ok(Self { ours, path, real, heard: Mutex::default(), done: AtomicBool::new(false) })
    }

    /// Takes messages until [`Tap::stop`] is called. Somebody must, or the writers would block.
    pub(super) fn listen(&self) {
        loop {
            let message = self.receive().unwrap_or_default();
            // What was written before the end was told stands before the word of it.
            if message.is_empty() && self.done.swap(false, Ordering::Relaxed) {
                return;
            }
            if message.is_empty() {
                continue;
            }
            if let Some(real) = &self.real {
                let _ = real.send(&message);
            }
            if let Ok(mut heard) = self.heard.lock()
                && heard.len() < KEEP
            {
                heard.push(text(&message));
            }
        }
    }

    /// One message of root's. An account's own processes may write here as well, but what they say
    /// proves nothing, and handed on by us it would look like root's.
    fn receive(&self) -> Option<Vec<u8>> {
        let mut buffer = [0; 8192];
        loop {
            let mut space = cmsg_space!(UnixCredentials);
            let mut io = [IoSliceMut::new(&mut buffer)];
            let fd = self.ours.as_raw_fd();
            let got = recvmsg::<()>(fd, &mut io, Some(&mut space), MsgFlags::empty()).ok()?;
            let from_root = got
                .cmsgs()
                .ok()?
                .any(|c| matches!(c, ControlMessageOwned::ScmCredentials(who) if who.uid() == 0));
            let length = got.bytes;
            if from_root {
                return Some(buffer[..length].to_vec());
            }
        }
    }

    /// Ends the listening, with an empty message that is nobody else's.
    pub(super) fn stop(&self) {
        self.done.store(true, Ordering::Relaxed);
        let _ = self.ours.send_to(&[], &self.path);
    }

    /// What was heard since the last time.
    pub(super) fn take(&self) -> Vec<String> {
        self.heard.lock().map(|mut heard| std::mem::take(&mut *heard)).unwrap_or_default()
    }
}

/// The message proper out of `<86>Nov 21 14:00:00 sshd[77]: pam_unix(sshd:session): …`.
pub(super) fn text(message: &[u8]) -> String {
    const TIME: usize = "Nov 21 14:00:00 ".len();
    let whole = String::from_utf8_lossy(message);
    let whole = whole.trim_end_matches(['\0', '\n']);
    whole
        .split_once('>')
        .and_then(|(_, rest)| rest.get(TIME..)?.split_once(": "))
        .map_or(whole, |(_, text)| text)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::beside;

    #[test]
    fn what_was_written_before_the_end_is_heard_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let ours = UnixDatagram::bind(&path).unwrap();
        ours.set_read_timeout(Some(SLICE)).unwrap();
        setsockopt(&ours, sockopt::PassCred, &true).unwrap();
        let (heard, done) = (Mutex::default(), AtomicBool::new(false));
        let tap = Tap { ours, path, real: None, heard, done };
        let writer = UnixDatagram::unbound().unwrap();
        for round in ["first", "second", "third"] {
            std::thread::scope(|scope| {
                beside::start(scope, || tap.listen()).unwrap();
                // More than the kernel keeps for a listener that does not come.
                for number in 0..KEEP {
                    let line = format!("<86>Nov 21 14:00:00 sshd[77]: {round} {number}");
                    writer.send_to(line.as_bytes(), &tap.path).unwrap();
                }
                tap.stop();
            });
            let heard = tap.take();
            assert_eq!(heard.len(), KEEP, "{round}");
            assert_eq!(heard.last().unwrap(), &format!("{round} {}", KEEP - 1));
        }
    }

    #[test]
    fn the_message_without_its_head() {
        let line = b"<85>Nov 21 14:00:00 sshd[77]: pam_unix(sshd:account): account a has expired (account expired)\0";
        assert_eq!(text(line), "pam_unix(sshd:account): account a has expired (account expired)");
        assert_eq!(
            text(b"<86>Nov 21 14:00:00 sshd: pam_x(sshd:auth): no\n"),
            "pam_x(sshd:auth): no"
        );
        assert_eq!(text(b"plain"), "plain");
        assert_eq!(text(b"<1>short: x"), "<1>short: x");
    }
}
