//! What was found and what became of it. A sweep that is killed has dealt with files that the next
//! one does not find any more, so each is noted on the disk before it is touched.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::MOST;
use crate::host::files::{self, Place, Trust};

/// What became of a file, or would.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// It is root's now.
    Handed,
    /// It was moved there.
    Quarantined(PathBuf),
    /// Left alone: it is older than the visit.
    Older,
    /// Left alone: it lies in a container's storage.
    Container,
    /// Left, and why.
    Failed(String),
}

/// One file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Find {
    /// Where it was found; bytes that are no text are replaced.
    pub path: PathBuf,
    /// What became of it.
    pub done: Done,
}

/// What a search came upon.
#[derive(Debug, Default)]
pub struct Found {
    /// The uid's files, at most [`MOST`].
    pub finds: Vec<Find>,
    /// How many there are.
    pub count: u64,
}

/// Takes note of finds.
#[derive(Debug, Default)]
pub struct Report {
    pub(super) found: Found,
    known: HashMap<PathBuf, usize>,
    file: Option<File>,
}

impl Report {
    /// Begins with what an earlier sweep noted in this file.
    pub fn read(path: &Path) -> Self {
        let mut report = Self::default();
        let bytes = files::read(path, Trust::Root, 16 << 20).ok().flatten().unwrap_or_default();
        for line in bytes.split(|byte| *byte == b'\n') {
            // The last line may be cut.
            if let Ok(Find { path, done }) = serde_json::from_slice(line) {
                report.add(&path, done);
            }
        }
        report
    }

    /// Notes further finds there. On a full disk they are not noted.
    #[must_use]
    pub fn noting(mut self, _: &crate::host::Hands, path: &Path) -> Self {
        let open = |place: Place| place.dir().append_file(place.name(), 0o600);
        self.file = Place::open(path, Trust::Root).and_then(open).ok();
        self
    }

    pub(super) fn add(&mut self, path: &Path, done: Done) {
        let path = PathBuf::from(path.to_string_lossy().into_owned());
        let find = Find { path, done };
        if let Some(at) = self.known.get(&find.path).copied() {
            if self.found.finds[at] == find {
                return;
            }
            self.note(&find);
            self.found.finds[at].done = find.done;
            return;
        }
        self.found.count += 1;
        if self.found.finds.len() < MOST {
            self.note(&find);
            self.known.insert(find.path.clone(), self.found.finds.len());
            self.found.finds.push(find);
        }
    }

    fn note(&mut self, find: &Find) {
        if let (Some(file), Ok(mut line)) = (&mut self.file, serde_json::to_vec(find)) {
            line.push(b'\n');
            let _ = file.write_all(&line);
        }
    }
}
