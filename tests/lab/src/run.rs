//! The folder and the cgroup of this test process, and what clears both away after it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::needs;

/// What belongs to this test process: hosts, networks and keys live in it and die with it.
pub(crate) struct Run {
    /// Holds a folder for each host, site and key.
    pub(crate) folder: PathBuf,
    /// Every process of the lab is in here or below.
    pub(crate) group: PathBuf,
    next: AtomicU64,
    /// Locked as long as this process lives: so other runs know that it does.
    _lock: File,
    /// Waits for the end of its stdin, that is of this process, and then clears up.
    _sweeper: Child,
}

impl Run {
    /// The one of this process, started at first use.
    pub(crate) fn get() -> &'static Self {
        static RUN: OnceLock<Run> = OnceLock::new();
        RUN.get_or_init(Self::start)
    }

    fn start() -> Self {
        needs::check();
        let runs = cache().join("runs");
        make_folder(&runs);
        sweep_dead(&runs);

        let since = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |it| it.as_nanos());
        let name = format!("{}-{since:x}", std::process::id());
        let tree = needs::cgroup_tree().expect("needs::check found it");
        let group = tree.join(format!("support-access-lab-{name}"));
        make_folder(&group.join("helpers"));
        assert!(group.join("cgroup.kill").exists(), "the lab lacks: Linux 5.14 or newer");

        // It gets its name only when it is locked, lest another run takes it for a dead one.
        let (new, folder) = (runs.join(format!(".{name}")), runs.join(name));
        make_folder(&new);
        let lock = File::create(new.join("lock")).expect("create the run's lock");
        lock.try_lock().expect("lock the new run");
        fs::write(new.join("group"), group.as_os_str().as_encoded_bytes()).expect("write group");
        fs::rename(&new, &folder).expect("name the new run");

        // In a session of its own, where Ctrl-C on this terminal does not reach it.
        let sweeper = tool("setsid")
            .arg(script("sweep"))
            .arg("--when-stdin-ends")
            .arg(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .expect("start sh/sweep");
        Self { folder, group, next: AtomicU64::new(1), _lock: lock, _sweeper: sweeper }
    }

    /// A name that nothing else in this run has.
    pub(crate) fn name(&self, kind: &str) -> String {
        format!("{kind}-{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A new folder of this run.
    pub(crate) fn new_folder(&self, kind: &str) -> PathBuf {
        let folder = self.folder.join(self.name(kind));
        make_folder(&folder);
        folder
    }

    /// The cgroup of processes that belong to no host.
    pub(crate) fn helpers(&self) -> PathBuf {
        self.group.join("helpers")
    }
}

/// Where roots are kept and runs have their folders.
pub(crate) fn cache() -> PathBuf {
    std::env::var_os("SUPPORT_ACCESS_LAB")
        .map_or_else(|| PathBuf::from("/var/cache/support-access-lab"), PathBuf::from)
}

/// The path of one of the harness's shell scripts.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sh")).join(name)
}

/// A program of the machine, with a search path that has the system's tools.
pub(crate) fn tool(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", needs::PATH).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Runs a program of the machine and returns what it printed; panics if it fails.
pub(crate) fn must(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    stdout.into_owned()
}

/// Kills all processes of a cgroup at once, waits until they are gone, and removes it; says
/// whether they are gone.
pub(crate) fn kill_group(group: &Path) -> bool {
    if fs::write(group.join("cgroup.kill"), "1").is_err() {
        return !group.exists();
    }
    let events = group.join("cgroup.events");
    let dead = wait_until(Duration::from_mins(1), || {
        !fs::read_to_string(&events).is_ok_and(|it| it.contains("populated 1"))
    });
    remove_group(group);
    dead
}

/// Names of the processes in a cgroup and in those below it.
pub(crate) fn names_in(group: &Path) -> Vec<String> {
    let pids = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    let name = |pid: &str| fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    let mut names: Vec<String> =
        pids.lines().filter_map(name).map(|it| it.trim().to_owned()).collect();
    for child in fs::read_dir(group).into_iter().flatten().flatten() {
        if child.file_type().is_ok_and(|it| it.is_dir()) {
            names.append(&mut names_in(&child.path()));
        }
    }
    names
}

/// Removes an empty cgroup and those below it.
pub(crate) fn remove_group(group: &Path) {
    for child in fs::read_dir(group).into_iter().flatten().flatten() {
        if child.file_type().is_ok_and(|it| it.is_dir()) {
            remove_group(&child.path());
        }
    }
    // One that is still busy is removed with the host or the run that it belongs to.
    let _ = fs::remove_dir(group);
}

/// Asks again and again, quickly, until the answer is yes or the time is over.
pub(crate) fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !done() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    true
}

/// Makes a folder and its parents.
pub(crate) fn make_folder(folder: &Path) {
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}

/// Clears away what test processes left that were killed together with their sweeper.
fn sweep_dead(runs: &Path) {
    for run in fs::read_dir(runs).into_iter().flatten().flatten() {
        if run.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let lock = File::open(run.path().join("lock"));
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_err()) {
            continue;
        }
        // Another run that starts now may be at it too, so that files go from under this one.
        let _ = tool(script("sweep")).arg(run.path()).stderr(Stdio::null()).status();
    }
}
