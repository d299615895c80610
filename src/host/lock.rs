//! One run at a time. The lock file stands in `/run`, where only root can put it: a lock that any
//! user could hold would let him keep the timer out.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};

use super::clock;
use super::files::{FileError, Kind, Meta, Place, Trust};

const PATH: &str = "/run/support-access.lock";
/// Where nobody wrote who he is.
const UNKNOWN: &str = "?";

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run held it all the time.
    #[error("another run holds the lock: {}, since {}", .0.who, .0.since)]
    Held(Holder),
    /// The lock file could not be made.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The run that holds the lock, as it wrote of itself.
#[derive(Clone, Debug, Default)]
pub struct Holder {
    /// Verb and process id.
    pub who: String,
    /// Since when, in the server's own zone.
    pub since: String,
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
        waiting: &mut dyn FnMut(&Holder),
    ) -> Result<Self, LockError> {
        patiently(wait, waiting, &mut |place| {
            clear_foreign(&place)?;
            let file = place.dir().append_file(place.name(), 0o600)?;
            let Ok(mut file) = Flock::lock(file, FlockArg::LockExclusiveNonblock) else {
                return Ok(Turn::Wait(place));
            };
            // The run before us removes the file as it ends: ours may be the removed one.
            if !is_current(&place, &file) {
                return Ok(Turn::Again);
            }
            let _ = file.set_len(0);
            let (pid, now) = (std::process::id(), clock::now());
            // One write, or a run that waits might read the half of it.
            let _ = file.write_all(format!("{who}, pid {pid}\n{now}\n").as_bytes());
            Ok(Turn::Ours(Self { place, _file: file }))
        })
    }
}

/// Waits as [`Lock::take`] does until no run holds the lock, and leaves everything as it is: a dry
/// run makes no lock file either.
pub fn wait_until_free(wait: Duration, waiting: &mut dyn FnMut(&Holder)) -> Result<(), LockError> {
    patiently(wait, waiting, &mut |place| {
        if !is_ours(place.look()?.as_ref()) {
            return Ok(Turn::Ours(()));
        }
        // It may be gone since: then nobody holds it.
        let Ok(file) = place.dir().open_file(place.name()) else { return Ok(Turn::Ours(())) };
        match Flock::lock(file, FlockArg::LockSharedNonblock) {
            Ok(_) => Ok(Turn::Ours(())),
            Err(_) => Ok(Turn::Wait(place)),
        }
    })
}

/// What one try came to.
enum Turn<T> {
    Ours(T),
    /// Another run holds it.
    Wait(Place),
    /// It changed under our hands.
    Again,
}

fn patiently<T>(
    wait: Duration,
    waiting: &mut dyn FnMut(&Holder),
    attempt: &mut dyn FnMut(Place) -> Result<Turn<T>, LockError>,
) -> Result<T, LockError> {
    let (soon, end) = (Instant::now() + Duration::from_secs(1), Instant::now() + wait);
    let mut told = false;
    loop {
        let place = match attempt(Place::open(Path::new(PATH), Trust::Root)?)? {
            Turn::Ours(it) => return Ok(it),
            Turn::Again => continue,
            Turn::Wait(place) => place,
        };
        let holder = holder(&place);
        if Instant::now() >= end {
            return Err(LockError::Held(holder));
        }
        // Who has just taken it has not written of himself yet.
        if !told && (holder.who != UNKNOWN || Instant::now() >= soon) {
            waiting(&holder);
            told = true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.place.dir().unlink(OsStr::new(self.place.name()));
    }
}

/// What only root could put there, but no run of ours did, is not locked but removed: a link, or a
/// file of somebody else's, which he could hold for ever.
fn clear_foreign(place: &Place) -> Result<(), FileError> {
    match place.look()? {
        Some(meta) if !is_ours(Some(&meta)) => place.dir().unlink(place.name()).map(drop),
        _ => Ok(()),
    }
}

fn is_ours(meta: Option<&Meta>) -> bool {
    meta.is_some_and(|meta| meta.kind == Kind::File && meta.links == 1 && meta.uid == 0)
}

fn holder(place: &Place) -> Holder {
    let bytes = place.read(200).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let who = lines.next().unwrap_or(UNKNOWN).to_owned();
    let since = lines.next().and_then(|since| since.parse().ok());
    Holder { who, since: since.map_or(UNKNOWN.to_owned(), clock::local) }
}

fn is_current(place: &Place, file: &std::fs::File) -> bool {
    let Ok(held) = file.metadata() else { return false };
    let Ok(now) = place.dir().open_file(place.name()) else { return false };
    now.metadata().is_ok_and(|meta| (meta.dev(), meta.ino()) == (held.dev(), held.ino()))
}
