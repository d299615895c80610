//! This machine as the client of another: the system's ssh, tried as its user would try it, and what
//! it says on the way. Nothing is written: known hosts of our own are in memory.

mod heard;
mod identity;
mod known;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::{User, getuid};

use heard::SAY;
pub use heard::{Heard, Offer};
pub use identity::{Identity, inspect};
pub use known::{Known, known, scan};

use super::memory::Memory;
use super::run::{Output, RunError, Tool};

/// How long ssh waits for an answer.
const PATIENCE: u64 = 10;

/// The longest that one login may take.
const LONGEST: Duration = Duration::from_secs(45);

/// How long another port may take to answer.
const GLANCE: Duration = Duration::from_millis(1500);

/// One login.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// Who; what ssh's configuration says otherwise.
    pub user: Option<String>,
    /// A name or address.
    pub host: String,
    /// The port; what ssh's configuration says otherwise.
    pub port: Option<u16>,
    /// The key's file, by its whole path.
    pub key: Option<PathBuf>,
    /// The host keys that may be shown (`type base64`); what is known on this machine otherwise.
    pub trusted: Option<Vec<String>>,
    /// The name by which the host is known, if not its own.
    pub alias: Option<String>,
    /// Where the agent is.
    pub agent: Option<String>,
}

/// The name of a host whose keys were given.
const GIVEN: &str = "support-access-given";

/// Whatever a user's configuration may ask for besides a login is not to happen now.
const QUIET: [&str; 15] = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "CheckHostIP=no",
    "VisualHostKey=no",
    "ControlMaster=no",
    "ControlPath=none",
    "ControlPersist=no",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "AddKeysToAgent=no",
    // A resolver's word is nobody's who vouches for a key.
    "VerifyHostKeyDNS=no",
    // As the receipt has it.
    "FingerprintHash=sha256",
];

/// The same, of options that an old ssh does not know: only where they are set.
const QUIET_TOO: [&str; 4] = [
    "RemoteCommand=none",
    "SessionType=default",
    "ForkAfterAuthentication=no",
    "KnownHostsCommand=none",
];

/// How much ssh may log: a server can make it say as much as it likes, in memory of ours.
const BOUNDED: &str = "ulimit -f 2048; trap '' XFSZ; exec \"$@\"";

/// What ssh's user configured for a login, by `ssh -G`: names in lower case.
pub type Config = BTreeMap<String, Vec<String>>;

impl Login {
    fn tool(&self) -> Tool {
        let tool = Tool::new("ssh");
        let tool = match &self.agent {
            Some(agent) => tool.env("SSH_AUTH_SOCK", agent),
            None => tool,
        };
        let port = self.port.iter().flat_map(|port| ["-p".to_owned(), port.to_string()]);
        let user = self.user.iter().flat_map(|user| ["-l", user]);
        let key = self.key.iter().flat_map(|key| ["-i".to_owned(), key.display().to_string()]);
        tool.args(port).args(user).args(key).deadline(LONGEST)
    }

    /// What the user's own configuration makes of it.
    pub fn config(&self) -> Result<Config, RunError> {
        let said = self.tool().args(["-G", "--", &self.host]).run()?.stdout;
        let mut config = Config::new();
        for (name, value) in said.lines().filter_map(|line| line.split_once(' ')) {
            config.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Ok(config)
    }

    /// Tries it.
    pub fn knock(&self, config: &Config) -> Result<Heard, RunError> {
        let set = |option: &&&str| {
            let name = option.split('=').next().unwrap_or_default();
            config.contains_key(&name.to_ascii_lowercase())
        };
        let options: Vec<&str> =
            QUIET.iter().chain(QUIET_TOO.iter().filter(set)).copied().collect();
        let mut tool = self.tool().args(["-v", "-T", "-x", "-a"]);
        tool = tool.args(options.iter().flat_map(|option| ["-o", option]));
        tool = tool.args(["-o".to_owned(), format!("ConnectTimeout={PATIENCE}")]);
        let given = self.trusted.iter().flatten().map(|key| format!("{GIVEN} {key}\n"));
        let given = memory("known_hosts", &given.collect::<String>())?;
        if self.trusted.is_some() {
            tool = tool.args([
                "-o",
                "GlobalKnownHostsFile=/dev/null",
                "-o",
                &format!("UserKnownHostsFile={}", given.path()),
                "-o",
                &format!("HostKeyAlias={GIVEN}"),
            ]);
        } else if let Some(alias) = &self.alias {
            tool = tool.args(["-o".to_owned(), format!("HostKeyAlias={alias}")]);
        }
        // The ssh that a jump host is reached with gets nothing of a command line but its file.
        let jump = options.join("\n") + "\nInclude config\nInclude /etc/ssh/ssh_config\n";
        let jump = memory("config", &jump)?;
        if config.contains_key("proxyjump") {
            tool = tool.args(["-F".to_owned(), jump.path()]);
        }
        // On its stderr others speak too: the server's banner, the session, a jump host's ssh.
        let mut log = memory("log", "")?;
        tool = tool.args(["-E".to_owned(), log.path(), "--".to_owned(), self.host.clone()]);
        let tool = tool.arg(SAY).through("sh", ["-c", BOUNDED, "sh"]);
        let tool = tool.allow(&(1..=255).collect::<Vec<_>>());
        let ended = tool.run();
        let mut said = Vec::new();
        log.read(u64::MAX, &mut said).map_err(memory_failed)?;
        let said = String::from_utf8_lossy(&said);
        match ended {
            Ok(Output { stdout, stderr, .. }) => Ok(Heard::new(&said, &stdout, &stderr)),
            Err(RunError::Timeout { .. }) => Ok(Heard::new(&said, "", "").late()),
            Err(other) => Err(other),
        }
    }
}

/// A file in memory for ssh.
fn memory(name: &str, text: &str) -> Result<Memory, RunError> {
    Memory::new(name, text.as_bytes()).map_err(memory_failed)
}

fn memory_failed(source: std::io::Error) -> RunError {
    RunError::Spawn { program: "memfd".to_owned(), source }
}

/// A path as ssh's configuration has it.
#[must_use]
pub fn expanded(path: &str) -> PathBuf {
    let home = || User::from_uid(getuid()).ok()?.map(|user| user.dir);
    let inside = path.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest)));
    inside.unwrap_or_else(|| path.into())
}

/// Whether a file has this text.
#[must_use]
pub fn has(file: &Path, text: &str) -> bool {
    std::fs::read(file).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
}

/// The address of ours from which packets go there. Sends none.
#[must_use]
pub fn source(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if to.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Whether an SSH server answers there.
#[must_use]
pub fn answers(address: IpAddr, port: u16) -> bool {
    use std::io::Read;
    let Ok(mut stream) = TcpStream::connect_timeout(&SocketAddr::new(address, port), GLANCE) else {
        return false;
    };
    let mut start = [0; 4];
    stream.set_read_timeout(Some(GLANCE)).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && &start == b"SSH-"
}
