//! Hosts: booting, using and crashing them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::change::Changes;
use crate::run::{Run, kill_group, make_folder, names_in, script, tool, wait_until};
use crate::snapshot::Snapshot;
use crate::{Net, Suite};

/// A running Debian server with systemd as its process 1, root unlocked to the test. Its disk is
/// an upper layer of its own over the release's root; dropped, it is killed and deleted.
#[derive(Debug)]
pub struct Host {
    name: String,
    address: String,
    suite: Suite,
    net: Net,
    port: Mutex<String>,
    /// Has the overlay's `upper` and `work` folders, and what the boot said (`console`).
    folder: PathBuf,
    group: PathBuf,
    lower: PathBuf,
    more_addresses: Mutex<BTreeSet<String>>,
    next: AtomicU64,
    machine: Mutex<Option<Machine>>,
}

/// The part of a host that a power cut ends.
#[derive(Debug)]
struct Machine {
    child: Child,
    /// Process 1, in the machine's numbers.
    pid: u32,
}

impl Host {
    /// Boots a Debian 12 host with this name and address, and waits until systemd has started
    /// everything. For other releases see [`Suite::boot`].
    pub fn boot(net: &Net, name: &str, address: &str) -> Self {
        Self::boot_suite(Suite::default(), net, name, address)
    }

    /// Boots from another root, made of that of a release.
    pub fn boot_root(root: PathBuf, net: &Net, name: &str, address: &str) -> Self {
        Self::boot_on(root, Suite::default(), net, name, address)
    }

    pub(crate) fn boot_suite(suite: Suite, net: &Net, name: &str, address: &str) -> Self {
        Self::boot_on(suite.root(), suite, net, name, address)
    }

    fn boot_on(lower: PathBuf, suite: Suite, net: &Net, name: &str, address: &str) -> Self {
        let run = Run::get();
        let folder = run.new_folder(name);
        for part in ["upper", "work", "root"] {
            make_folder(&folder.join(part));
        }
        // The upper folder is the host's `/`, and takes its mode from the release's.
        let mode = fs::metadata(&lower).expect("the root exists").permissions();
        fs::set_permissions(folder.join("upper"), mode).expect("set the mode of /");

        let group = run.group.join(folder.file_name().expect("Run names its folders"));
        let host = Self {
            name: name.to_owned(),
            address: address.to_owned(),
            suite,
            net: net.clone(),
            port: Mutex::default(),
            folder,
            group,
            lower,
            more_addresses: Mutex::default(),
            next: AtomicU64::new(1),
            machine: Mutex::default(),
        };
        host.boot_again();
        host
    }

    /// Boots from the disk as the power cut or the shutdown left it.
    pub fn boot_again(&self) {
        assert!(self.machine().is_none(), "{} is running", self.name);
        let port = self.net.new_port();
        let pid_file = self.folder.join("pid");
        let _ = fs::remove_file(&pid_file);
        make_folder(&self.group);
        let console = File::create(self.folder.join("console")).expect("create console");
        let mut child = tool(script("boot"))
            .arg(&self.folder)
            .arg(&self.lower)
            .arg(&self.group)
            .args([&self.name, &self.net.pid(), &port, &self.address])
            .stdout(console.try_clone().expect("duplicate console"))
            .stderr(console)
            .spawn()
            .expect("start sh/boot");
        let pid = || fs::read_to_string(&pid_file).ok()?.strip_suffix('\n')?.parse().ok();
        let began = wait_until(Duration::from_mins(2), || {
            pid().is_some() || child.try_wait().is_ok_and(|ended| ended.is_some())
        });
        let pid = pid();
        let Some(pid) = pid.filter(|_| began) else {
            panic!("{} does not boot:\n{}", self.name, self.console());
        };
        *self.machine() = Some(Machine { child, pid });
        *self.port.lock().unwrap_or_else(PoisonError::into_inner) = port;
        self.wait_until_running();
        let more: Vec<String> = self.more_addresses().iter().cloned().collect();
        for address in more {
            self.set_address(&address);
        }
    }

    fn wait_until_running(&self) {
        if !self.suite.has_systemd() {
            return self.wait_for_sysvinit();
        }
        let mut state = String::new();
        // Early on systemd can't be asked yet.
        wait_until(Duration::from_mins(4), || {
            let dead =
                self.machine().as_mut().is_none_or(|it| !matches!(it.child.try_wait(), Ok(None)));
            assert!(!dead, "{} died while booting:\n{}", self.name, self.console());
            self.run("systemctl is-system-running --wait").stdout.trim_end().clone_into(&mut state);
            ["running", "degraded", "maintenance", "stopping"].contains(&&*state)
        });
        if state != "running" {
            let failed = self.run("systemctl --no-pager --failed; systemctl --no-pager list-jobs");
            let journal = self.run("journalctl --no-pager -b -p warning");
            panic!(
                "{} is {state:?} after booting\n{failed}\n{journal}\n{}",
                self.name,
                self.console()
            );
        }
    }

    /// Sysvinit has no word for being done: then its `rc` has ended, and daemons are there.
    fn wait_for_sysvinit(&self) {
        let line =
            "pgrep -x sshd >/dev/null && pgrep -x cron >/dev/null && ! pgrep -f 'init[.]d/rc'";
        let booted = wait_until(Duration::from_mins(4), || self.run(line).succeeded());
        let said = || format!("{}\n{}", self.run("ps ax"), self.console());
        assert!(booted, "{} does not boot\n{}", self.name, said());
    }

    /// Cuts the power: every process dies at once, memory is lost, the disk stays as it is.
    ///
    /// What the kernel has not written yet is not lost, as it would be on a real server.
    pub fn pull_plug(&self) {
        assert!(self.kill(), "{} does not die", self.name);
    }

    fn kill(&self) -> bool {
        let machine = self.machine().take();
        let dead = kill_group(&self.group);
        if let Some(mut machine) = machine {
            let _ = machine.child.wait();
        }
        dead
    }

    /// Shuts down in good order.
    pub fn power_off(&self) {
        if !self.suite.has_systemd() {
            // All but the last act, which would be to switch the machine off. It kills who asks, too.
            self.run("telinit 0");
            // Looked at from outside: who looks from inside is stopped and killed with the rest.
            let daemons = ["cron", "sshd", "rsyslogd"];
            let runs = |name: &String| daemons.contains(&name.as_str());
            let down =
                wait_until(Duration::from_mins(4), || !names_in(&self.group).iter().any(runs));
            assert!(down, "{} does not shut down", self.name);
            return self.pull_plug();
        }
        // The answer may be lost, as the command is killed with everything else.
        let asked = self.run("systemctl poweroff --no-wall");
        let gone = wait_until(Duration::from_mins(4), || {
            self.machine().as_mut().is_some_and(|it| matches!(it.child.try_wait(), Ok(Some(_))))
        });
        assert!(gone, "{} does not shut down\n{asked}\n{}", self.name, self.console());
        self.pull_plug();
    }

    /// Shuts down in good order and boots again.
    pub fn reboot(&self) {
        self.power_off();
        self.boot_again();
    }

    /// Gives the host one more address; it keeps it over a reboot.
    pub fn add_address(&self, address: &str) {
        self.more_addresses().insert(address.to_owned());
        self.set_address(address);
    }

    fn set_address(&self, address: &str) {
        self.ok(&format!("ip address add {address}/32 dev eth0"));
    }

    /// Takes the network cable out.
    pub fn cut_network(&self) {
        self.net.set_port(&self.port.lock().unwrap_or_else(PoisonError::into_inner), "down");
    }

    /// Plugs the network cable in again.
    pub fn restore_network(&self) {
        self.net.set_port(&self.port.lock().unwrap_or_else(PoisonError::into_inner), "up");
    }

    /// Lets a timer stand and start nothing, for a test that looks at memory as well: what systemd
    /// notes there at each start would look like the work of the program that is tried.
    pub fn hold_timer(&self, unit: &str) {
        let folder = format!("/run/systemd/system/{unit}.d");
        self.put(
            &format!("{folder}/hold.conf"),
            "[Timer]\nOnCalendar=\nOnCalendar=2099-01-01\n",
            0o644,
        );
        self.ok("systemctl daemon-reload");
    }

    /// How the host's disk and memory file systems are now, for [`Host::changes_since`].
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.folder.join("upper"), &self.lower, self.memory().as_deref())
    }

    /// Everything that has been created, removed or modified since then, on the disk and in
    /// `/run`, `/dev/shm` and (where it is in memory) `/tmp`. See [`Changes`] for narrower views.
    pub fn changes_since(&self, before: &Snapshot) -> Changes {
        Changes::between(before, &self.snapshot())
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The host's first address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The Debian release.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The folder on the machine that holds all of this host.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The cgroup on the machine that has all of this host's processes.
    pub fn group(&self) -> &Path {
        &self.group
    }

    /// Process 1 in the machine's numbers, and the host's cgroup.
    pub(crate) fn process_one(&self) -> (u32, &Path) {
        let pid = self.machine().as_ref().map(|machine| machine.pid);
        (pid.unwrap_or_else(|| panic!("{} is off", self.name)), &self.group)
    }

    pub(crate) fn new_name(&self) -> String {
        format!("lab-{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// The host's `/` as the machine sees it, with all that is mounted in it.
    fn memory(&self) -> Option<PathBuf> {
        let machine = self.machine();
        Some(PathBuf::from(format!("/proc/{}/root", machine.as_ref()?.pid)))
    }

    fn machine(&self) -> MutexGuard<'_, Option<Machine>> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn more_addresses(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.more_addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn console(&self) -> String {
        fs::read_to_string(self.folder.join("console")).unwrap_or_default()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // A panic here would hide the one that the test may be ending with; what can't be
        // cleared away now is tried again when the test process has gone.
        self.kill();
        let _ = tool("rm").args(["-rf", "--one-file-system", "--"]).arg(&self.folder).status();
    }
}
