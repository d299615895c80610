//! The sshd at hand: where it listens, what it is, and what it would do for a given user and source.

mod config;
mod daemon;
mod expiry;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod hostkey;
mod listen;
mod pattern;
mod version;
mod zone;

use std::cell::OnceCell;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use config::{Config, KeyFileError, key_file, key_files};
pub use expiry::{ExpiryForm, read_expiry};
pub use hostkey::{HostKey, host_keys};
pub use listen::Listener;
pub use pattern::{address_in, fits_address, names_group, names_user};
pub use version::Version;

use self::daemon::Daemon;
use super::namespace;
use super::run::{self, Output, RunError, Tool};

const MAIN_CONFIG: &str = "/etc/ssh/sshd_config";
const DROP_INS: &str = "/etc/ssh/sshd_config.d";

/// How sshd is started, as far as it changes what sshd does with a login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// The program.
    pub binary: PathBuf,
    /// Options such as `-f` and `-o`, which some systems give on the command line only.
    pub args: Vec<String>,
    /// The daemon's `TZ`, if it has one of its own.
    pub tz: Option<String>,
}

impl Invocation {
    /// This sshd with its own options and more, which come first and so win.
    pub(super) fn tool<S: Into<String>>(&self, more: impl IntoIterator<Item = S>) -> Tool {
        let tool = Tool::new(self.binary.display().to_string()).args(more).args(self.args.clone());
        match &self.tz {
            Some(tz) => tool.env("TZ", tz),
            None => tool,
        }
    }
}

/// Why sshd could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum SshdError {
    /// There is none.
    #[error("sshd is not installed")]
    Missing,
    /// Its version could not be made out.
    #[error("{path}: does not say which OpenSSH it is")]
    Unknown {
        /// The program.
        path: PathBuf,
    },
    /// The configuration on disk is broken. A running daemon goes on with what it loaded, but would
    /// not start again.
    #[error("{file} line {line}: {problem}")]
    Config {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u32,
        /// What sshd says about it.
        problem: String,
    },
    /// It could not be run, or failed for another reason.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// The configuration on disk is newer than the daemon that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The file that changed last.
    pub file: PathBuf,
    /// When it changed.
    pub changed: SystemTime,
    /// When the daemon last loaded its configuration.
    pub loaded: SystemTime,
}

/// The sshd of this server.
#[derive(Clone, Debug)]
pub struct Sshd {
    /// How it is started.
    pub invocation: Invocation,
    /// Every address that an sshd of this network namespace listens on.
    pub listeners: Vec<Listener>,
    /// The version of the daemon that runs; of the program on disk where none does.
    pub version: Version,
    /// The version of the program on disk.
    pub on_disk: Version,
    /// Whether the program was replaced on disk after the daemon started.
    pub replaced: bool,
    daemon: Option<Daemon>,
    complaint: OnceCell<Option<String>>,
}

impl Sshd {
    /// Looks for the sshd that answers at a port, else for any that runs, else for the program.
    /// Connects to nothing and writes nothing.
    pub fn find(port: u16) -> Result<Self, SshdError> {
        let listeners = listen::listeners();
        let at_port = |listener: &&Listener| listener.port == port;
        let pid = if listeners.iter().any(|listener| at_port(&listener)) {
            listeners.iter().filter(at_port).find_map(|listener| listener.pid)
        } else {
            listeners.iter().find_map(|listener| listener.pid)
        };
        let daemon = pid.and_then(Daemon::read);
        let invocation = match &daemon {
            Some(daemon) if daemon.invocation.binary.exists() => daemon.invocation.clone(),
            _ => Invocation {
                binary: run::find("sshd").ok_or(SshdError::Missing)?,
                ..Invocation::default()
            },
        };
        let path = &invocation.binary;
        // The daemon's own program has said it already.
        let same = daemon.as_ref().filter(|it| !it.replaced && it.invocation.binary == *path);
        let on_disk = same
            .and_then(|daemon| daemon.version)
            .or_else(|| daemon::version_of(&path.display().to_string()))
            .ok_or_else(|| SshdError::Unknown { path: path.clone() })?;
        Ok(Self {
            version: daemon.as_ref().and_then(|daemon| daemon.version).unwrap_or(on_disk),
            replaced: daemon.as_ref().is_some_and(|daemon| daemon.replaced),
            on_disk,
            invocation,
            listeners,
            daemon,
            complaint: OnceCell::new(),
        })
    }

    /// The listeners on a port.
    pub fn at(&self, port: u16) -> impl Iterator<Item = &Listener> {
        self.listeners.iter().filter(move |listener| listener.port == port)
    }

    /// The form of `expiry-time` that both the running daemon and the program on disk obey: after
    /// an upgrade without a restart, either may come to judge a key line.
    #[must_use]
    pub fn expiry_form(&self) -> ExpiryForm {
        ExpiryForm::new(self.version.min(self.on_disk), self.standard_offset())
    }

    /// Seconds east of UTC of the standard time of sshd's zone.
    #[must_use]
    pub fn standard_offset(&self) -> i32 {
        zone::standard_offset(self.invocation.tz.as_deref())
    }

    /// The configuration in force for a user who comes from `addr` to our `laddr` and `lport`.
    pub fn effective(
        &self,
        user: &str,
        addr: IpAddr,
        laddr: IpAddr,
        lport: u16,
    ) -> Result<Config, SshdError> {
        let spec = format!("user={user},host={addr},addr={addr},laddr={laddr},lport={lport}");
        let out = self.test(&["-T", "-C", &spec])?;
        Ok(Config::parse(&out.stdout))
    }

    /// Whether a daemon runs, rather than systemd waiting to start one.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.daemon.is_some()
    }

    /// When the running daemon last read its configuration.
    #[must_use]
    pub fn loaded(&self, config: &Config) -> Option<SystemTime> {
        self.daemon.as_ref()?.loaded(config.get("pidfile"))
    }

    /// How many connections are about to sign in, and from how many on the daemon turns new ones
    /// away; daemons before 8.2 don't tell.
    #[must_use]
    pub fn startups(&self) -> Option<(u32, u32)> {
        self.daemon.as_ref()?.startups()
    }

    /// What the program says against starting here and now (`sshd -t`), if anything; asked once.
    pub fn complaint(&self) -> Result<Option<&str>, SshdError> {
        if self.complaint.get().is_none() {
            let out = self.invocation.tool(["-t"]).allow(&[1, 255]).run()?;
            let _ = self.complaint.set((out.code() != 0).then_some(out.stderr));
        }
        Ok(self.complaint.get().and_then(Option::as_deref))
    }

    /// Whether sshd would start with the configuration on disk (`sshd -t`).
    pub fn check(&self) -> Result<(), SshdError> {
        match self.complaint() {
            Ok(None) => Ok(()),
            _ => self.test(&["-t"]).map(drop),
        }
    }

    /// Runs a test mode of sshd. Where its folder under `/run` is missing, because sshd has not run
    /// since the boot, it is supplied to this one run alone.
    fn test(&self, mode: &[&str]) -> Result<Output, SshdError> {
        let tool = self.invocation.tool(mode.iter().copied()).allow(&[1, 255]);
        let mut out = tool.run()?;
        if let Some(folder) = missing_folder(&out.stderr) {
            out = namespace::with_folder(&tool, folder).run()?;
        }
        if out.code() == 0 {
            return Ok(out);
        }
        Err(config_error(&out.stderr).unwrap_or_else(|| {
            SshdError::Run(RunError::Failed {
                program: self.invocation.binary.display().to_string(),
                status: out.status,
                stderr: out.stderr,
            })
        }))
    }

    /// Whether the configuration on disk is newer than what the running daemon has loaded, at start
    /// or by a reload.
    #[must_use]
    pub fn config_changed_since_start(&self, config: &Config) -> Option<Stale> {
        let loaded = self.loaded(config)?;
        let main = self.invocation.args.windows(2).find(|pair| pair[0] == "-f");
        let main = main.map_or(MAIN_CONFIG, |pair| pair[1].as_str());
        let (changed, file) = newest(Path::new(main), Path::new(DROP_INS))?;
        (changed > loaded).then_some(Stale { file, changed, loaded })
    }
}

/// The name of sshd's unit: Debian's and Ubuntu's `ssh`, everybody else's `sshd`.
#[must_use]
pub fn unit() -> &'static str {
    let debian = ["/lib/systemd/system/ssh.service", "/usr/lib/systemd/system/ssh.service"];
    if debian.iter().any(|path| Path::new(path).exists()) { "ssh" } else { "sshd" }
}

/// When the configuration's main file or a drop-in was last changed, or a drop-in came or went;
/// what is included from elsewhere is not looked at. The change time
/// counts, not the modification time: that one can be set, and a moved file brings its own.
fn newest(main: &Path, drop_ins: &Path) -> Option<(SystemTime, PathBuf)> {
    let entries = fs::read_dir(drop_ins).into_iter().flatten().flatten().map(|entry| entry.path());
    [main.to_owned(), drop_ins.to_owned()]
        .into_iter()
        .chain(entries)
        .filter_map(|path| {
            let meta = fs::metadata(&path).ok()?;
            let seconds = Duration::from_secs(u64::try_from(meta.ctime()).ok()?);
            let nanos = Duration::from_nanos(u64::try_from(meta.ctime_nsec()).ok()?);
            Some((UNIX_EPOCH.checked_add(seconds + nanos)?, path))
        })
        .max()
}

/// The folder that sshd complains about, as in `Missing privilege separation directory: /run/sshd`.
pub(super) fn missing_folder(stderr: &str) -> Option<&str> {
    let (_, rest) = stderr.split_once("Missing privilege separation directory: ")?;
    let path = rest.lines().next()?.trim();
    // Old ones say /var/run, which is a link.
    Some(path.strip_prefix("/var").unwrap_or(path)).filter(|path| path.starts_with("/run/"))
}

/// `FILE: line N: PROBLEM` or `FILE line N: PROBLEM`, as sshd prints them.
fn config_error(stderr: &str) -> Option<SshdError> {
    stderr.lines().find_map(|text| {
        let (file, rest) = text.split_once(": line ").or_else(|| text.split_once(" line "))?;
        let (line, problem) = rest.split_once(':').or_else(|| rest.split_once(' '))?;
        let file = file.rsplit(' ').next().unwrap_or(file);
        Some(SshdError::Config {
            file: PathBuf::from(file),
            line: line.trim().parse().ok()?,
            problem: problem.trim().trim_end_matches('.').to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_configuration_is_located() {
        let located = |stderr: &str| match config_error(stderr) {
            Some(SshdError::Config { file, line, problem }) => {
                Some(format!("{} {line} {problem}", file.display()))
            }
            _ => None,
        };
        let bad_option = "/etc/ssh/sshd_config: line 12: Bad configuration option: Prot\n/etc/ssh/sshd_config: terminating, 1 bad configuration options\n";
        assert_eq!(
            located(bad_option).unwrap(),
            "/etc/ssh/sshd_config 12 Bad configuration option: Prot"
        );
        let bad_value = "/etc/ssh/sshd_config.d/x.conf line 3: unsupported option \"maybe\".\n";
        assert_eq!(
            located(bad_value).unwrap(),
            "/etc/ssh/sshd_config.d/x.conf 3 unsupported option \"maybe\""
        );
        assert_eq!(located("sshd: no hostkeys available -- exiting.\n"), None);
    }

    #[test]
    fn only_a_folder_under_run_is_supplied() {
        let said = |path: &str| format!("Missing privilege separation directory: {path}\r\n");
        assert_eq!(missing_folder(&said("/run/sshd")), Some("/run/sshd"));
        assert_eq!(missing_folder(&said("/var/run/sshd")), Some("/run/sshd"));
        assert_eq!(missing_folder(&said("/var/empty/sshd")), None);
        assert_eq!(missing_folder("no hostkeys available"), None);
    }

    #[test]
    fn the_newest_file_counts() {
        let dir = tempfile::tempdir().unwrap();
        let main = dir.path().join("sshd_config");
        fs::File::create(&main).unwrap();
        let drop_ins = dir.path().join("sshd_config.d");
        assert_eq!(newest(&main, &drop_ins).unwrap().1, main);
        std::thread::sleep(Duration::from_millis(20));
        fs::create_dir(&drop_ins).unwrap();
        assert_eq!(newest(&main, &drop_ins).unwrap().1, drop_ins);
        assert_eq!(newest(Path::new("/nonexistent"), Path::new("/nonexistent")), None);
    }
}
