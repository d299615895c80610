//! A file of lines that is only ever appended to, each line on the disk before the call returns.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Hands;
use super::files::{FileError, Place, Result, Trust};

/// How much of a record file is read; a grant writes some kilobytes.
const LIMIT: u64 = 16 << 20;

/// A record file, open for appending.
#[derive(Debug)]
pub struct Record {
    file: std::fs::File,
    path: PathBuf,
}

impl Record {
    /// Makes the file and, if need be, the 0700 folder it stands in, with a first line.
    pub fn create(_hands: &Hands, path: &Path, first: &str) -> Result<Self> {
        if let Some(folder) = path.parent() {
            let place = Place::open(folder, Trust::Root)?;
            match place.dir().make_dir(place.name(), 0o700, (0, 0)) {
                Err(error) if error.is_taken() => {}
                other => other?,
            }
            place.dir().sync()?;
        }
        let place = Place::open(path, Trust::Root)?;
        // The line stands under its name whole or not at all.
        place.stage(format!("{first}\n").as_bytes(), (0, 0), 0o600, "new")?.place_new()?;
        Self::open(path)
    }

    /// Opens an existing file.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::open(path, Trust::Root)?;
        if place.look()?.is_none() {
            let source = nix::Error::ENOENT;
            return Err(FileError::System { doing: "open", path: path.to_owned(), source });
        }
        Ok(Self { file: place.dir().append_file(place.name(), 0o600)?, path: path.to_owned() })
    }

    /// Appends one line and waits until it is on the disk.
    pub fn append(&mut self, _hands: &Hands, line: &str) -> Result<()> {
        let done = self
            .file
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.file.sync_data());
        done.map_err(|e| FileError::System {
            doing: "append",
            path: self.path.clone(),
            source: nix::Error::from_raw(e.raw_os_error().unwrap_or(0)),
        })
    }
}

/// The whole lines of a record file; what follows the last newline was cut by a crash and is dropped.
/// `None` when there is no file.
pub fn lines(path: &Path) -> Result<Option<Vec<String>>> {
    let Some(bytes) = super::files::read(path, Trust::Root, LIMIT)? else { return Ok(None) };
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(&[][..], |end| &bytes[..end]);
    let text = String::from_utf8_lossy(whole);
    Ok(Some(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()))
}
