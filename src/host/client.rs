//! This machine as the client of another: the system's ssh, tried as its user would try it, and what
//! it says on the way. Nothing is written: known hosts of our own are in memory.

mod heard;
mod identity;
mod known;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::{MemfdFlags, memfd_create};

use heard::SAY;
pub use heard::{Heard, Offer};
pub use identity::{Identity, inspect};
pub use known::{Known, known, scan};

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
const QUIET: [&str; 13] = [
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
    "RemoteCommand=none",
];

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
        tool.args(port).args(user).args(key).deadline(LONGEST).allow(&(1..=255).collect::<Vec<_>>())
    }

    /// What the user's own configuration makes of it (`ssh -G`): names in lower case.
    pub fn config(&self) -> Result<BTreeMap<String, Vec<String>>, RunError> {
        let said = self.tool().args(["-G", "--", &self.host]).run()?.stdout;
        let mut config: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in said.lines().filter_map(|line| line.split_once(' ')) {
            config.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Ok(config)
    }

    /// Tries it.
    pub fn knock(&self) -> Result<Heard, RunError> {
        let failed = |source: rustix::io::Errno| RunError::Spawn {
            program: "memfd".to_owned(),
            source: source.into(),
        };
        let mut tool = self.tool().args(["-v", "-T", "-x", "-a"]);
        tool = tool.args(QUIET.iter().flat_map(|option| ["-o", option]));
        tool = tool.args(["-o".to_owned(), format!("ConnectTimeout={PATIENCE}")]);
        let mut memory = None;
        if let Some(keys) = &self.trusted {
            // A file that only this process and its children can open, and that no crash leaves.
            let file = memfd_create("known_hosts", MemfdFlags::CLOEXEC).map_err(failed)?;
            let mut file = std::fs::File::from(file);
            for key in keys {
                writeln!(file, "{GIVEN} {key}")
                    .map_err(|source| RunError::Spawn { program: "memfd".to_owned(), source })?;
            }
            let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
            tool = tool.args([
                "-o",
                "GlobalKnownHostsFile=/dev/null",
                "-o",
                &format!("UserKnownHostsFile={path}"),
                "-o",
                &format!("HostKeyAlias={GIVEN}"),
            ]);
            memory = Some(file);
        } else if let Some(alias) = &self.alias {
            tool = tool.args(["-o".to_owned(), format!("HostKeyAlias={alias}")]);
        }
        let ended = tool.args(["--", &self.host, SAY]).run();
        drop(memory);
        match ended {
            Ok(Output { stdout, stderr, .. }) => Ok(Heard::new(&stderr, &stdout)),
            Err(RunError::Timeout { .. }) => Ok(Heard::late()),
            Err(other) => Err(other),
        }
    }
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
