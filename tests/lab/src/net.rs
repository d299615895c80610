//! Networks: a switch without any way out.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::run::{Run, must, script, tool};

/// A switch that hosts and sites are plugged into. It has no uplink: the world is the three
/// ranges kept for documentation (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24), and all who
/// have an address in them hear each other.
#[derive(Clone, Debug)]
pub struct Net(Arc<Switch>);

#[derive(Debug)]
struct Switch {
    /// The process whose network namespace has the bridge.
    pid: u32,
    next_port: AtomicU32,
    child: Child,
}

impl Net {
    /// A new network, with nobody on it.
    pub fn new() -> Self {
        let mut child = tool(script("switch"))
            .arg(Run::get().helpers())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start sh/switch");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is a pipe"))
            .read_line(&mut line)
            .expect("read from sh/switch");
        let pid = line.trim_end().parse().expect("sh/switch prints its process number");
        Self(Arc::new(Switch { pid, next_port: AtomicU32::new(1), child }))
    }

    pub(crate) fn pid(&self) -> String {
        self.0.pid.to_string()
    }

    /// A program of this machine, on an address of its own on this network, and with no other. Killing
    /// it kills all that it started.
    pub fn program(&self, address: &str, program: &str) -> Command {
        let mut command = tool(script("join"));
        command.arg(Run::get().helpers()).args([&self.pid(), &self.new_port(), address, program]);
        command
    }

    /// The name of a port that nobody has used yet.
    pub(crate) fn new_port(&self) -> String {
        format!("port{}", self.0.next_port.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes a port's cable out (`down`) or plugs it in again (`up`).
    pub(crate) fn set_port(&self, port: &str, state: &str) {
        must(
            tool("nsenter")
                .args(["--net", "--target", &self.pid(), "--"])
                .args(["ip", "link", "set", port, state]),
        );
    }
}

impl Default for Net {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
