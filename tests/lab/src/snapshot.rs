//! How a host's files are at one moment.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::tree::{Entry, Kind, Layer, Tree, walk};

/// A host's disk and memory file systems at one moment.
///
/// Only the overlay's upper layer is read, as the release's root below it never changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    upper: Tree,
    lower: PathBuf,
    pub(crate) memory: Tree,
}

impl Snapshot {
    /// `memory` is the host's `/` with all its mounts, if it is running.
    pub(crate) fn take(upper: &Path, lower: &Path, memory: Option<&Path>) -> Self {
        let mut snapshot =
            Self { upper: Tree::new(), lower: lower.to_owned(), memory: Tree::new() };
        walk(upper, Path::new("/"), &mut snapshot.upper);
        let device = |path: &Path| fs::symlink_metadata(path).map(|it| it.dev()).ok();
        if let Some(root) = memory {
            for place in ["run", "dev/shm", "tmp"] {
                // Debian 13 has /tmp in memory, those before on the disk.
                if device(&root.join(place)) != device(root) {
                    walk(&root.join(place), &Path::new("/").join(place), &mut snapshot.memory);
                }
            }
        }
        snapshot
    }

    /// What the host sees at a path on its disk.
    pub(crate) fn on_disk(&self, path: &Path) -> Option<Entry> {
        if let Some(entry) = self.upper.get(path) {
            return (entry.layer != Layer::Whiteout).then(|| entry.clone());
        }
        if path.ancestors().skip(1).filter_map(|it| self.upper.get(it)).any(Entry::hides_lower) {
            return None;
        }
        let entry = Entry::read(&self.below(path))?;
        Some(Entry { layer: Layer::Lower, ..entry })
    }

    /// All paths at which the host's disk may differ from the release's root.
    pub(crate) fn own_paths(&self) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = self.upper.keys().cloned().collect();
        for (path, _) in self.upper.iter().filter(|(_, entry)| entry.hides_lower()) {
            let below = self.below(path);
            if Entry::read(&below).is_some_and(|entry| entry.kind == Kind::Folder) {
                let mut hidden = Tree::new();
                walk(&below, path, &mut hidden);
                paths.extend(hidden.into_keys());
            }
        }
        paths
    }

    fn below(&self, path: &Path) -> PathBuf {
        self.lower.join(path.strip_prefix("/").unwrap_or(path))
    }
}
