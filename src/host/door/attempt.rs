//! One login: the system's ssh client on one side, sshd on the other.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::classify::{SAY, Trace};
use super::relay::{self, accept};
use super::tap::Tap;
use crate::host::beside::start;
use crate::host::run::{Output, RunError, Tool};
use crate::host::sshd::Invocation;

/// The longest that one login may take. PAM and the name service may have their own waits.
pub(super) const LONGEST: Duration = Duration::from_secs(20);

/// How much longer sshd may take than its client, to tell how it ended.
const TAIL: Duration = Duration::from_secs(3);

/// Key exchanges that cost next to nothing, put before all others that the client knows, which stay.
/// Against quantum computers nothing is to be defended here, and some of those exchanges take a tenth
/// of a second of the processor.
const QUICK: [&str; 2] = ["-o", "KexAlgorithms=^curve25519-sha256,ecdh-sha2-nistp256"];

/// What all logins of one proof have in common.
pub(super) struct Stage<'a> {
    pub(super) account: &'a str,
    pub(super) sshd: &'a Invocation,
    pub(super) scratch: &'a Path,
    pub(super) tap: Option<Tap>,
    /// A key file that sshd shall read instead of the account's own.
    pub(super) stand_in: Option<PathBuf>,
    /// Whether the client did not understand [`QUICK`]: before 8.0 none does, and in FIPS mode.
    pub(super) plain: Cell<bool>,
    pub(super) end: Instant,
}

/// One login from an address to another, with the key in a file. A public key gets sshd's answer to
/// the question whether it would do; a private one gets in.
pub(super) struct Knock<'a> {
    pub(super) from: IpAddr,
    pub(super) to: SocketAddr,
    pub(super) key: &'a Path,
    pub(super) ask: Ask,
}

/// What one login asks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ask {
    /// Whether the key would do.
    Key,
    /// A session with a command.
    Command,
    /// A session with the login shell, which reads a profile.
    Login,
    /// A session with an interactive bash, which reads all of its `.bashrc`. Its terminal is none, so
    /// that nothing is typed into what may come up.
    Interactive,
}

impl Stage<'_> {
    /// How long the next login may take; nothing if the time is up.
    fn time(&self) -> Option<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        left.checked_sub(TAIL).filter(|left| !left.is_zero()).map(|left| left.min(LONGEST))
    }

    /// Whether there is time for another login.
    pub(super) fn has_time(&self) -> bool {
        self.time().is_some()
    }

    /// Puts a key where only this process and its children see it.
    pub(super) fn key(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.scratch.join(name);
        let mut file = File::create_new(&path)?;
        // The folder is root's alone, but ssh looks at the file itself.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(text.trim().as_bytes())?;
        file.write_all(b"\n")?;
        Ok(path)
    }

    /// Lets sshd find this key in a file of its own from now on. sshd reads it as the account, which
    /// must therefore be let into the folder; the private keys in it stay root's.
    pub(super) fn stand_in(&mut self, public: &str) -> io::Result<()> {
        let path = self.key("allowed", &format!("restrict {public}"))?;
        let open = |path: &Path, mode| {
            File::open(path)?.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
        };
        open(&path, 0o644)?;
        open(self.scratch, 0o711)?;
        self.stand_in = Some(path);
        Ok(())
    }

    /// Signs in to whoever listens there; or has been reached by this connection, in another network.
    pub(super) fn knock(&self, knock: &Knock, through: Option<&TcpStream>) -> Trace {
        let once = || {
            let Some(time) = self.time() else { return Ok(Trace::default()) };
            let client = self.client(knock, time);
            Ok(finish(match through {
                Some(daemon) => relay::run(&client, knock.to, daemon)?,
                None => client.run(),
            }))
        };
        self.understood(once).unwrap_or_default()
    }

    /// Signs in to an sshd that is started for this one connection.
    pub(super) fn knock_on_own(&self, knock: &Knock) -> io::Result<Trace> {
        self.understood(|| self.knock_on_own_once(knock))
    }

    /// Tries again with the client's own order of key exchanges, if it does not take ours.
    fn understood(&self, once: impl Fn() -> io::Result<Trace>) -> io::Result<Trace> {
        let trace = once()?;
        if self.plain.get() || !trace.misunderstood() {
            return Ok(trace);
        }
        self.plain.set(true);
        once()
    }

    fn knock_on_own_once(&self, knock: &Knock) -> io::Result<Trace> {
        let Some(time) = self.time() else { return Ok(Trace::default()) };
        let listener = TcpListener::bind(knock.to)?;
        let client = self.client(knock, time);
        let stand_in = self
            .stand_in
            .iter()
            .flat_map(|path| ["-o".to_owned(), format!("AuthorizedKeysFile={}", path.display())]);
        let server = self
            .sshd
            .tool(
                ["-i", "-e", "-o", "LogLevel=DEBUG1"]
                    .map(str::to_owned)
                    .into_iter()
                    .chain(stand_in),
            )
            .deadline(time + TAIL)
            .allow(&[1, 255]);
        let mut trace = thread::scope(|scope| {
            let client = start(scope, move || client.run())?;
            let tap = self.tap.as_ref().map(|tap| start(scope, || tap.listen())).transpose();
            let log = tap
                .and_then(|_| accept(&listener, || client.is_finished()))
                .and_then(|stream| stream.map(|s| serve(&server, s)).transpose());
            // Without it the client ends, whatever it waits for.
            drop(listener);
            let ended = client.join();
            if let Some(tap) = &self.tap {
                tap.stop();
            }
            let mut trace = ended.map(finish).unwrap_or_default();
            trace.server = log?.unwrap_or_default();
            Ok::<_, io::Error>(trace)
        })?;
        trace.closed = ["/etc/nologin", "/run/nologin"].iter().any(|path| Path::new(path).exists());
        trace.syslog = self.tap.as_ref().map(Tap::take).unwrap_or_default();
        Ok(trace)
    }

    fn client(&self, knock: &Knock, time: Duration) -> Tool {
        let options = [
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "PreferredAuthentications=publickey",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null",
            "CheckHostIP=no",
            "ControlPath=none",
        ];
        let tool = Tool::new("ssh")
            .args(["-F", "/dev/null", "-v", "-T"])
            .args(["-b".to_owned(), knock.from.to_string()])
            .args(["-p".to_owned(), knock.to.port().to_string()])
            .args(options.iter().flat_map(|option| ["-o", option]))
            .args(QUICK.iter().filter(|_| !self.plain.get()).copied())
            .args(["-o".to_owned(), format!("ConnectTimeout={}", time.as_secs().max(1))])
            .args(["-i".to_owned(), knock.key.display().to_string()])
            .args(["-l", self.account, "--"])
            .arg(knock.to.ip().to_string());
        let tool = match knock.ask {
            // More than once, as a profile may read a line itself.
            Ask::Login => tool.stdin(format!("{SAY}\n").repeat(3)),
            Ask::Interactive => tool.arg(format!("exec bash -ic '{SAY}'")),
            Ask::Key | Ask::Command => tool.arg(SAY),
        };
        tool.deadline(time).allow(&(1..=255).collect::<Vec<_>>())
    }
}

fn serve(server: &Tool, stream: TcpStream) -> io::Result<String> {
    match server.serve(stream.into()) {
        Ok(out) => Ok(out.stderr),
        Err(RunError::Failed { stderr, .. }) => Ok(stderr),
        Err(RunError::Timeout { .. }) => Ok(String::new()),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn finish(ended: Result<Output, RunError>) -> Trace {
    match ended {
        Ok(out) => Trace {
            code: Some(out.code()),
            client: out.stderr,
            session: out.stdout,
            ..Trace::default()
        },
        Err(RunError::Timeout { .. }) => Trace::default(),
        Err(error) => Trace { code: Some(255), client: error.to_string(), ..Trace::default() },
    }
}
