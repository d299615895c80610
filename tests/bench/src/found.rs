//! What a run has found, and on which machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::counts::Count;
use crate::figures::Book;
use crate::ground::repository;
use crate::growth::Sizes;

/// All that was found, and on what.
pub(crate) struct Found {
    pub(crate) book: Book,
    pub(crate) counts: BTreeMap<String, Count>,
    pub(crate) sizes: Option<Sizes>,
    pub(crate) took: Duration,
    /// Name of the architecture, bytes raw and as served.
    pub(crate) downloads: Vec<(String, u64, u64)>,
    pub(crate) quick: bool,
    pub(crate) machine: String,
    pub(crate) commit: String,
}

impl Found {
    pub(crate) fn new(dist: &Path, quick: bool) -> Self {
        let size = |name: String| std::fs::metadata(dist.join(name)).map_or(0, |meta| meta.len());
        let downloads = ["x86_64", "aarch64"].map(|cpu| {
            let raw = size(format!("support-access-{cpu}"));
            (cpu.to_owned(), raw, size(format!("support-access-{cpu}.gz")))
        });
        Self {
            book: Book::default(),
            counts: BTreeMap::new(),
            sizes: None,
            took: Duration::ZERO,
            downloads: downloads.into_iter().filter(|(_, raw, _)| *raw > 0).collect(),
            quick,
            machine: machine(),
            commit: shell("git describe --always --dirty --exclude '*' --abbrev=12"),
        }
    }
}

fn shell(line: &str) -> String {
    let out = Command::new("sh").args(["-c", line]).current_dir(repository()).output();
    String::from_utf8_lossy(&out.expect("sh runs").stdout).trim().to_owned()
}

fn machine() -> String {
    let cpu = shell("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1");
    let cores = shell("nproc");
    let memory = shell("awk '/^MemTotal/ { printf \"%d GB\", $2 / 1e6 + 0.5 }' /proc/meminfo");
    let disk =
        shell("findmnt -n -o FSTYPE -T \"${SUPPORT_ACCESS_LAB:-/var/cache/support-access-lab}\"");
    let kernel = shell("uname -r");
    format!("{cpu}, {cores} cores, {memory} of memory, {disk}, Linux {kernel}")
}
