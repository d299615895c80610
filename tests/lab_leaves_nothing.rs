//! Nothing of the lab is left on the machine, however a test ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test fails by panicking, and what it does to the machine is to start itself"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use lab::{Host, Net};

const CUSTOMER: &str = "203.0.113.10";

#[test]
fn nothing_is_left_of_a_dropped_host() {
    let net = Net::new();
    let host = Host::boot(&net, "customer", CUSTOMER);
    let (folder, group) = (host.folder().to_owned(), host.group().to_owned());
    assert!(folder.exists() && group.exists());
    drop(host);
    assert_gone(&folder, &group);
}

/// The tests below run themselves once more, in a process that is killed while its host is up.
const CHILD: &str = "LAB_ITSELF_CHILD";

#[test]
fn nothing_is_left_of_a_killed_test() {
    be_the_child_if_asked();
    for signal in ["-INT", "-KILL"] {
        let (mut child, folder, group) = start_child("nothing_is_left_of_a_killed_test");
        kill(signal, child.id());
        child.wait().unwrap();
        assert_goes(&folder, &group);
    }
}

#[test]
fn the_next_run_clears_up_if_the_last_one_could_not() {
    be_the_child_if_asked();
    let test = "the_next_run_clears_up_if_the_last_one_could_not";
    let (mut child, folder, group) = start_child(test);
    let sweeper = format!("sweep --when-stdin-ends {}", folder.display());
    let output = std::process::Command::new("pgrep").args(["-f", &sweeper]).output().unwrap();
    let sweeper = String::from_utf8(output.stdout).unwrap().trim_end().parse().unwrap();
    kill("-KILL", sweeper);
    kill("-KILL", child.id());
    child.wait().unwrap();

    let (mut next, next_folder, next_group) = start_child(test);
    // Another test program that starts just now may be at it, too.
    assert_goes(&folder, &group);
    assert!(next_folder.exists());
    kill("-KILL", next.id());
    next.wait().unwrap();
    assert_goes(&next_folder, &next_group);
}

fn be_the_child_if_asked() {
    if std::env::var_os(CHILD).is_some() {
        let host = Host::boot(&Net::new(), "customer", CUSTOMER);
        println!("\n|{}|{}|", host.folder().display(), host.group().display());
        std::thread::sleep(Duration::from_mins(10));
    }
}

/// Starts a child that has booted a host, and tells the folder and the cgroup of its run.
fn start_child(test: &str) -> (Child, PathBuf, PathBuf) {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with('|'))
        .expect("the child tells where its host is");
    let mut parts =
        line.split('|').skip(1).map(|path| Path::new(path).parent().unwrap().to_owned());
    let (folder, group) = (parts.next().unwrap(), parts.next().unwrap());
    assert!(folder.exists() && group.exists());
    (child, folder, group)
}

fn kill(signal: &str, pid: u32) {
    let status = std::process::Command::new("kill").args([signal, &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

fn assert_goes(folder: &Path, group: &Path) {
    let end = Instant::now() + Duration::from_mins(1);
    while (folder.exists() || group.exists()) && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_gone(folder, group);
}

fn assert_gone(folder: &Path, group: &Path) {
    assert!(!folder.exists(), "{} is left", folder.display());
    // Every process of a host is in its cgroup, which can only be removed when it is empty.
    assert!(!group.exists(), "{} is left", group.display());
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
    assert!(!mounts.contains(folder.to_str().unwrap()), "mounts are left:\n{mounts}");
}
