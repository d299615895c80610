//! One run at a time. The lock file stands in `/run`, where only root can put it: a lock that any
//! user could hold would let him keep the timer out.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};

use super::files::{FileError, Place, Trust};

const PATH: &str = "/run/support-access.lock";

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run held it all the time.
    #[error("another run holds the lock: {holder}")]
    Held {
        /// What that run wrote of itself: verb and process id.
        holder: String,
    },
    /// The lock file could not be made.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The lock, held until dropped.
#[derive(Debug)]
pub struct Lock {
    place: Place,
    _file: Flock<std::fs::File>,
}

impl Lock {
    /// Waits at most `wait` for the lock. `who` is what a waiting run will read of us. `waiting` is
    /// called once, with the holder, if it isn't free at once.
    pub fn take(
        who: &str,
        wait: Duration,
        mut waiting: impl FnMut(&str),
    ) -> Result<Self, LockError> {
        let end = Instant::now() + wait;
        let mut told = false;
        loop {
            let place = Place::open(Path::new(PATH), Trust::Root)?;
            let file = place.dir().append_file(place.name(), 0o600)?;
            if let Ok(mut file) = Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                // The run before us removes the file as it ends: ours may be the removed one.
                if is_current(&place, &file) {
                    let _ = file.set_len(0);
                    let _ = write!(file, "{who}, pid {}", std::process::id());
                    return Ok(Self { place, _file: file });
                }
                continue;
            }
            let holder = holder(&place);
            if Instant::now() >= end {
                return Err(LockError::Held { holder });
            }
            if !told {
                waiting(&holder);
                told = true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.place.dir().unlink(OsStr::new(self.place.name()));
    }
}

fn holder(place: &Place) -> String {
    let bytes = place.read(200).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_current(place: &Place, file: &std::fs::File) -> bool {
    let Ok(held) = file.metadata() else { return false };
    let Ok(now) = place.dir().open_file(place.name()) else { return false };
    now.metadata().is_ok_and(|meta| (meta.dev(), meta.ino()) == (held.dev(), held.ino()))
}
