//! What differs between two snapshots.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::Snapshot;
use crate::tree::{Entry, Kind, Layer};

/// One path that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path, as the host sees it.
    pub path: PathBuf,
    /// What happened to it.
    pub what: What,
    /// Where it is.
    pub place: Place,
}

/// What happened to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// There was nothing before.
    Created,
    /// There is nothing any more.
    Removed,
    /// These things about it are different.
    Modified(Vec<Aspect>),
}

/// The kind of file system that a path is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It outlives a power cut.
    Disk,
    /// `/run`, `/dev/shm`, and where it is in memory `/tmp`.
    Memory,
}

/// Something that can be different about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// File, folder, link or device, and which device.
    Kind,
    /// The content of a file.
    Content,
    /// Where a link points to.
    Target,
    /// The permission bits.
    Mode,
    /// The user or group.
    Owner,
    /// Extended attributes: access lists, capabilities, labels.
    Xattrs,
    /// It is another file now, if with the same content.
    Replaced,
    /// The time of the last modification.
    Mtime,
    /// The time of the last change to anything about it, be it to what it was before.
    Ctime,
}

impl Aspect {
    /// Whether only times, or a new file in the old one's place, tell of it.
    fn is_of_time(self) -> bool {
        matches!(self, Self::Replaced | Self::Mtime | Self::Ctime)
    }
}

/// All that differs, in the order of the paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(Vec<Change>);

impl Changes {
    pub(crate) fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let mut changes = Vec::new();
        let on_disk = before.own_paths().into_iter().chain(after.own_paths());
        for path in on_disk.collect::<BTreeSet<_>>() {
            if let Some(what) = difference(before.on_disk(&path), after.on_disk(&path)) {
                changes.push(Change { path, what, place: Place::Disk });
            }
        }
        let in_memory = before.memory.keys().chain(after.memory.keys());
        for path in in_memory.collect::<BTreeSet<_>>() {
            let (before, after) = (before.memory.get(path), after.memory.get(path));
            if let Some(what) = difference(before.cloned(), after.cloned()) {
                changes.push(Change { path: path.clone(), what, place: Place::Memory });
            }
        }
        Self(changes)
    }

    /// Only those that outlive a power cut.
    #[must_use]
    pub fn on_disk(self) -> Self {
        self.only(|change| change.place == Place::Disk)
    }

    /// Only those in `/run`, `/dev/shm`, and where it is in memory `/tmp`.
    #[must_use]
    pub fn in_memory(self) -> Self {
        self.only(|change| change.place == Place::Memory)
    }

    /// Without those where only times, or a new file in the old one's place, tell of it.
    #[must_use]
    pub fn ignoring_times(self) -> Self {
        self.only(|change| match &change.what {
            What::Created | What::Removed => true,
            What::Modified(aspects) => !aspects.iter().all(|aspect| aspect.is_of_time()),
        })
    }

    /// Without the note that systemd keeps of when a timer last started something: that it did so
    /// while the test looked says nothing of what the test did. A new or a missing note is shown.
    #[must_use]
    pub fn without_ticks(self) -> Self {
        self.only(|change| {
            let note = change.path.starts_with("/var/lib/systemd/timers");
            !note || !matches!(change.what, What::Modified(_))
        })
    }

    /// Without this path and all below it.
    #[must_use]
    pub fn except(self, path: &str) -> Self {
        self.only(|change| !change.path.starts_with(path))
    }

    /// Only this path and what is below it.
    #[must_use]
    pub fn below(self, path: &str) -> Self {
        self.only(|change| change.path.starts_with(path))
    }

    /// What happened to this path.
    pub fn at(&self, path: &str) -> Option<&What> {
        self.iter().find(|change| change.path == Path::new(path)).map(|change| &change.what)
    }

    /// One line for each, as `created /path`, `removed /path`, `modified /path: Content, Mtime`.
    pub fn lines(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }

    fn only(mut self, keep: impl FnMut(&Change) -> bool) -> Self {
        self.0.retain(keep);
        self
    }
}

impl Deref for Changes {
    type Target = [Change];

    fn deref(&self) -> &[Change] {
        &self.0
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.what {
            What::Created => write!(f, "created {path}"),
            What::Removed => write!(f, "removed {path}"),
            What::Modified(aspects) => {
                let aspects: Vec<String> = aspects.iter().map(|it| format!("{it:?}")).collect();
                write!(f, "modified {path}: {}", aspects.join(", "))
            }
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}

fn difference(before: Option<Entry>, after: Option<Entry>) -> Option<What> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(What::Created),
        (Some(_), None) => Some(What::Removed),
        (Some(before), Some(after)) => {
            let aspects = aspects(&before, &after);
            (!aspects.is_empty()).then_some(What::Modified(aspects))
        }
    }
}

fn aspects(before: &Entry, after: &Entry) -> Vec<Aspect> {
    // The overlay copies a file up when it is opened for writing: another inode, the same file.
    // Its ctime is then the copy's, as is that of the folder that the copy went to.
    let same_layer = (before.layer == Layer::Lower) == (after.layer == Layer::Lower);
    let copied_up = before.layer == Layer::Lower && after.layer == Layer::CopiedUp;
    let replaced = if same_layer { before.inode != after.inode } else { !copied_up };
    let still_folder = before.kind == Kind::Folder && after.kind == Kind::Folder;
    [
        (Aspect::Kind, before.kind != after.kind || before.device != after.device),
        (Aspect::Content, before.content != after.content),
        (Aspect::Target, before.target != after.target),
        (Aspect::Mode, before.mode != after.mode),
        (Aspect::Owner, before.owner != after.owner),
        (Aspect::Xattrs, before.xattrs != after.xattrs),
        // A folder that merges both layers keeps its name, whatever its inode above.
        (Aspect::Replaced, replaced && (same_layer || !still_folder)),
        (Aspect::Mtime, before.mtime != after.mtime),
        (Aspect::Ctime, same_layer && !still_folder && before.ctime != after.ctime),
    ]
    .into_iter()
    .filter_map(|(aspect, differs)| differs.then_some(aspect))
    .collect()
}
