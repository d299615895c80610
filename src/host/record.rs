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

    /// Opens an existing file. What a crash left of a line that was never whole is cut off, or the
    /// next line would be glued to it.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::open(path, Trust::Root)?;
        let Some(bytes) = place.read(LIMIT)? else {
            let source = nix::Error::ENOENT;
            return Err(FileError::System { doing: "open", path: path.to_owned(), source });
        };
        let file = place.dir().append_file(place.name(), 0o600)?;
        let record = Self { file, path: path.to_owned() };
        let whole = whole(&bytes).len();
        if whole < bytes.len() {
            record.cut(whole as u64).map_err(|e| record.error("cut", &e))?;
        }
        Ok(record)
    }

    /// Appends one line and waits until it is on the disk.
    pub fn append(&mut self, _hands: &Hands, line: &str) -> Result<()> {
        let before = self.file.metadata().map_err(|e| self.error("stat", &e))?.len();
        let done = self
            .file
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.file.sync_data());
        done.map_err(|e| {
            // On a full disk, a part of the line may have found room.
            let _ = self.cut(before);
            self.error("append", &e)
        })
    }

    fn cut(&self, length: u64) -> std::io::Result<()> {
        self.file.set_len(length).and_then(|()| self.file.sync_data())
    }

    fn error(&self, doing: &'static str, error: &std::io::Error) -> FileError {
        let source = nix::Error::from_raw(error.raw_os_error().unwrap_or(0));
        FileError::System { doing, path: self.path.clone(), source }
    }
}

/// The whole lines of a record file; what follows the last newline was cut by a crash and is dropped.
/// `None` when there is no file.
pub fn lines(path: &Path) -> Result<Option<Vec<String>>> {
    Ok(super::files::read(path, Trust::Root, LIMIT)?.map(|bytes| split(&bytes)))
}

/// The whole lines of what stands in a record file.
pub(crate) fn split(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(whole(bytes));
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// All up to the last end of a line.
fn whole(bytes: &[u8]) -> &[u8] {
    bytes.iter().rposition(|b| *b == b'\n').map_or(&[], |end| &bytes[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_a_crash_cut_is_not_glued_to_the_next() {
        let folder = tempfile::tempdir_in("/root").unwrap();
        let path = folder.path().join("record");
        let hands = Hands::new("test");
        Record::create(&hands, &path, "first").unwrap();
        #[allow(clippy::disallowed_methods, reason = "as a crash leaves it")]
        std::fs::write(&path, "first\nsecond\n{\"at\":17").unwrap();
        assert_eq!(lines(&path).unwrap().unwrap(), ["first", "second"]);

        Record::open(&path).unwrap().append(&hands, "third").unwrap();

        assert_eq!(lines(&path).unwrap().unwrap(), ["first", "second", "third"]);
    }
}
