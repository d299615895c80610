//! Virtual machines: what hosts in namespaces can't show. A clock of its own, a kernel of its own
//! whose unwritten pages a power cut loses, a boot that comes hours later.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::run::{Run, cache, kill_group, make_folder, must, script, tool, wait_until};
use crate::using::quoted;
use crate::{Output, Running, Suite};

/// How long a boot or a command may take: everything is emulated, ten to fifty times as slow.
const DEADLINE: Duration = Duration::from_mins(10);

/// A Debian server of its own kernel, emulated by qemu, with systemd and sshd, and root's key in
/// the test's hand. It stands at no network. A command takes a second, a boot a minute.
///
/// Its disk is a layer over an image that is made once (`tests/lab/machine`).
#[derive(Debug)]
pub struct Machine {
    /// Has the image, and root's key.
    image: PathBuf,
    folder: PathBuf,
    group: PathBuf,
    qemu: Mutex<Option<Child>>,
}

/// A machine as it stood at one moment, memory and all; any number can go on from there.
#[derive(Debug)]
pub struct Kept {
    machine: Machine,
}

impl Machine {
    /// Boots a machine of Debian 12 and waits until systemd has started everything.
    pub fn boot() -> Self {
        let machine = Self::on(Self::image());
        let base = machine.image.join("disk");
        must(
            tool("qemu-img")
                .args(["create", "-q", "-f", "qcow2", "-F", "raw", "-b"])
                .arg(base)
                .arg(machine.disk()),
        );
        machine.boot_again();
        machine
    }

    /// The folder of the image, which is made now if there is none yet (some minutes, once).
    fn image() -> PathBuf {
        for (program, package) in
            [("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils")]
        {
            let there = tool("which").arg(program).output().is_ok_and(|out| out.status.success());
            assert!(there, "the lab lacks: the program {program} (Debian package {package})");
        }
        let made = concat!(env!("CARGO_MANIFEST_DIR"), "/machine");
        let image = must(
            tool(made)
                .arg(Suite::Bookworm.name())
                .env("SUPPORT_ACCESS_LAB", cache())
                .stderr(Stdio::inherit()),
        );
        image.trim_end().into()
    }

    fn on(image: PathBuf) -> Self {
        let run = Run::get();
        let folder = run.new_folder("machine");
        let group = run.group.join(folder.file_name().expect("Run names its folders"));
        Self { image, folder, group, qemu: Mutex::default() }
    }

    /// Boots from the disk as the power cut left it.
    pub fn boot_again(&self) {
        self.boot_later(Duration::ZERO);
    }

    /// The same, so much later by its clock.
    pub fn boot_later(&self, later: Duration) {
        let moment = format!("--date=@{}", seconds_since_1970() + later.as_secs());
        let now = must(tool("date").args(["-u", &moment, "+%Y-%m-%dT%H:%M:%S"]));
        self.start(&["-rtc", &format!("base={}", now.trim_end())]);
        let state = self.run("systemctl is-system-running --wait");
        let failed = || self.run("systemctl --no-pager --failed; journalctl --no-pager -b -p 4");
        assert!(state.succeeded(), "{state}\n{}", failed());
    }

    fn start(&self, more: &[&str]) {
        assert!(self.qemu().is_none(), "the machine is running");
        make_folder(&self.group);
        let log = File::create(self.folder.join("qemu.log")).expect("create qemu.log");
        let file = |name: &str| self.image.join(name).display().to_string();
        let (disk, console) = (self.disk(), self.folder.join("console"));
        // With `writeback`, what the guest has not flushed is lost with qemu's own memory, and what
        // it has not even sent to the disk with the guest's.
        let disk = format!("file={},if=virtio,format=qcow2,cache=writeback", disk.display());
        let child = tool(script("machine"))
            .arg(&self.group)
            .args(["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"])
            .args(["-nodefaults", "-display", "none", "-no-reboot", "-monitor", "stdio"])
            .args(["-kernel", &file("kernel"), "-initrd", &file("initrd"), "-append"])
            .arg("root=/dev/vda rw console=ttyS0 quiet net.ifnames=0")
            .args(["-serial", &format!("file:{}", console.display()), "-drive", &disk])
            .args(["-device", "virtio-net-pci,netdev=cable", "-netdev"])
            .arg(
                "user,id=cable,restrict=on,net=203.0.113.0/24,host=203.0.113.1,\
                 hostfwd=tcp:127.0.0.1:22-203.0.113.10:22",
            )
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("start sh/machine");
        *self.qemu() = Some(child);
        self.answer();
        let up = wait_until(DEADLINE, || {
            assert!(self.is_on(), "qemu has ended:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(200));
            self.run("true").succeeded()
        });
        assert!(up, "the machine does not answer:\n{}", self.said());
    }

    /// Cuts the power: memory is lost, and what was not flushed to the disk.
    pub fn pull_plug(&self) {
        assert!(kill_group(&self.group), "qemu does not die");
        if let Some(mut child) = self.qemu().take() {
            let _ = child.wait();
        }
    }

    /// Keeps the machine as it stands, memory and all, and switches it off.
    pub fn keep(self) -> Kept {
        let said = self.ask("savevm kept");
        assert!(!said.contains("rror"), "{said}");
        self.ask("quit");
        let ended = wait_until(Duration::from_mins(1), || !self.is_on());
        assert!(ended, "qemu does not quit");
        self.pull_plug();
        Kept { machine: self }
    }

    /// Runs a line of shell as root. Exit code 255 if the machine went off meanwhile.
    pub fn run(&self, line: &str) -> Output {
        self.begin(line, None).wait()
    }

    /// Runs a line of shell as root and returns its stdout; panics with all it said if it fails.
    pub fn ok(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.succeeded(), "{output}");
        output.stdout
    }

    /// Starts a line of shell and returns at once.
    pub fn begin(&self, line: &str, stdin: Option<&[u8]>) -> Running {
        let pid = self.qemu().as_ref().map(Child::id).expect("the machine is on").to_string();
        let group = self.group.join(Run::get().name("command"));
        make_folder(&group);
        let key = self.image.join("key").display().to_string();
        let mut child = tool(script("enter-network"))
            .arg(&group)
            .arg(pid)
            .args(["ssh", "-F", "none", "-T", "-i", &key, "-o", "BatchMode=yes"])
            .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=60", "root@127.0.0.1", line])
            .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start sh/enter-network");
        if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
            // A command need not read all of it.
            let _ = pipe.write_all(bytes);
        }
        Running::new(format!("machine# {line}"), group, child, None, DEADLINE)
    }

    /// Writes a file as root, with this mode.
    pub fn put(&self, path: &str, content: &[u8], mode: u32) {
        let path = quoted(path);
        let line = format!(
            "mkdir -p -- \"$(dirname -- {path})\" && cat >{path} && chmod {mode:o} -- {path}"
        );
        let output = self.begin(&line, Some(content)).wait();
        assert!(output.succeeded(), "{output}");
    }

    /// Says something to qemu's monitor, and returns its answer.
    fn ask(&self, words: &str) -> String {
        let mut qemu = self.qemu();
        let stdin = qemu.as_mut().and_then(|child| child.stdin.as_mut());
        writeln!(stdin.expect("the machine is on"), "{words}").expect("qemu's monitor");
        drop(qemu);
        self.answer()
    }

    /// What the monitor says until it asks for the next word, or until qemu ends.
    fn answer(&self) -> String {
        let mut qemu = self.qemu();
        let stdout = qemu.as_mut().and_then(|child| child.stdout.as_mut());
        let stdout = stdout.expect("the machine is on");
        let (mut said, mut piece) = (Vec::new(), [0; 4096]);
        while !said.ends_with(b"(qemu) ")
            && let Ok(length @ 1..) = stdout.read(&mut piece)
        {
            said.extend_from_slice(&piece[..length]);
        }
        String::from_utf8_lossy(&said).into_owned()
    }

    fn is_on(&self) -> bool {
        self.qemu().as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    fn said(&self) -> String {
        ["qemu.log", "console"]
            .map(|name| fs::read(self.folder.join(name)).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
    }

    fn disk(&self) -> PathBuf {
        self.folder.join("disk.qcow2")
    }

    fn qemu(&self) -> MutexGuard<'_, Option<Child>> {
        self.qemu.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Another machine that goes on from there.
    pub fn go_on(&self) -> Machine {
        let machine = Machine::on(self.machine.image.clone());
        let copied = tool("cp")
            .args(["--reflink=auto", "--sparse=always"])
            .args([self.machine.disk(), machine.disk()])
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "the disk could not be copied");
        machine.start(&["-loadvm", "kept"]);
        machine
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // What can't be cleared away now is tried again when the test process has gone.
        kill_group(&self.group);
        if let Some(mut child) = self.qemu().take() {
            let _ = child.wait();
        }
        let _ = tool("rm").args(["-rf", "--one-file-system", "--"]).arg(&self.folder).status();
    }
}

fn seconds_since_1970() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}
