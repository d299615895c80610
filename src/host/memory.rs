//! Files that only this process and its children can open, and that no crash leaves.

use std::fs::File;
use std::io::{Read, Result, Seek, Write};
use std::os::fd::AsRawFd;

use rustix::fs::{MemfdFlags, Mode, fchmod, memfd_create};

/// A file in memory.
pub(super) struct Memory(File);

impl Memory {
    /// With this in it.
    pub(super) fn new(name: &str, bytes: &[u8]) -> Result<Self> {
        let mut file = File::from(memfd_create(name, MemfdFlags::CLOEXEC)?);
        // ssh-keygen refuses a key that others may read.
        fchmod(&file, Mode::RUSR | Mode::WUSR)?;
        file.write_all(bytes)?;
        Ok(Self(file))
    }

    /// The name by which our children find it, as long as it is held.
    pub(super) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }

    /// What stands in it by now, up to that many bytes, put behind what is there. What holds secrets is
    /// given room enough, so that no copy is left where it grew.
    pub(super) fn read(&mut self, most: u64, into: &mut Vec<u8>) -> Result<()> {
        self.0.rewind()?;
        (&self.0).take(most).read_to_end(into)?;
        Ok(())
    }
}
