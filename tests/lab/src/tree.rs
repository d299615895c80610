//! What stands in a folder, read without following any link.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Paths as a host sees them, and what is there.
pub(crate) type Tree = BTreeMap<PathBuf, Entry>;

/// One file, folder, link or device.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// The hash of a file's content.
    pub(crate) content: u64,
    /// Where a link points to.
    pub(crate) target: Option<PathBuf>,
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) device: u64,
    pub(crate) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// When the content was last modified.
    pub(crate) mtime: (i64, i64),
    /// When anything about it was last changed.
    pub(crate) ctime: (i64, i64),
    pub(crate) inode: u64,
    pub(crate) layer: Layer,
}

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Other(char),
}

/// Where an overlay has it from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// The release's root, which nobody changes.
    Lower,
    /// The host's own, but copied up from the release's root.
    CopiedUp,
    /// The host's own.
    Upper,
    /// The host's own folder, which hides all that the release's root has in that place.
    Opaque,
    /// Nothing: a mark that the host has removed what the release's root has in that place.
    Whiteout,
}

impl Entry {
    /// What is at a path; nothing if nothing is.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        let kind = kind(&metadata);
        let mut xattrs = xattrs(path);
        let layer = layer(kind, &metadata, &xattrs);
        xattrs.retain(|name, _| !name.starts_with(b"trusted.overlay."));
        Some(Self {
            kind,
            content: if kind == Kind::File { hash(path) } else { 0 },
            target: fs::read_link(path).ok(),
            mode: metadata.mode() & 0o7777,
            owner: (metadata.uid(), metadata.gid()),
            device: metadata.rdev(),
            xattrs,
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
            layer,
        })
    }

    /// Whether nothing of the lower layer shows at or below this place.
    pub(crate) fn hides_lower(&self) -> bool {
        self.kind != Kind::Folder || self.layer == Layer::Opaque
    }
}

/// Adds what is at `folder` and below; on a host its path is `shown`.
pub(crate) fn walk(folder: &Path, shown: &Path, tree: &mut Tree) {
    let Some(entry) = Entry::read(folder) else { return };
    let is_folder = entry.kind == Kind::Folder;
    tree.insert(shown.to_owned(), entry);
    if is_folder {
        for child in fs::read_dir(folder).into_iter().flatten().flatten() {
            walk(&child.path(), &shown.join(child.file_name()), tree);
        }
    }
}

fn kind(metadata: &Metadata) -> Kind {
    let kind = metadata.file_type();
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else if kind.is_fifo() {
        Kind::Other('p')
    } else if kind.is_socket() {
        Kind::Other('s')
    } else if kind.is_block_device() {
        Kind::Other('b')
    } else {
        Kind::Other('c')
    }
}

fn layer(kind: Kind, metadata: &Metadata, xattrs: &BTreeMap<Vec<u8>, Vec<u8>>) -> Layer {
    if kind == Kind::Other('c') && metadata.rdev() == 0 {
        Layer::Whiteout
    } else if xattrs.get(&b"trusted.overlay.opaque"[..]).is_some_and(|value| value == b"y") {
        Layer::Opaque
    } else if xattrs.contains_key(&b"trusted.overlay.origin"[..]) {
        Layer::CopiedUp
    } else {
        Layer::Upper
    }
}

/// A hash that tells contents apart; no enemy writes the files of a test.
fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A file may go, or become a pipe, while it is looked at.
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path);
    if let Ok(mut file) = file {
        let mut piece = vec![0; 1 << 16];
        while let Ok(length @ 1..) = file.read(&mut piece) {
            hasher.write(&piece[..length]);
        }
    }
    hasher.finish()
}

fn xattrs(path: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut names = vec![0; 1 << 14];
    let length = rustix::fs::llistxattr(path, &mut names).unwrap_or(0);
    names[..length]
        .split_inclusive(|byte| *byte == 0)
        .filter_map(|name| CStr::from_bytes_with_nul(name).ok())
        .filter_map(|name| {
            let mut value = vec![0; 1 << 14];
            let length = rustix::fs::lgetxattr(path, name, &mut value).ok()?;
            value.truncate(length);
            Some((name.to_bytes().to_vec(), value))
        })
        .collect()
}
