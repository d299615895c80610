//! Runs a command inside a host and says what it took:
//!
//! `meter [--times N] [--peak] [--lines] COMMAND [ARGUMENT…]`
//!
//! For each time one line: `run NANOSECONDS CPU-MICROSECONDS WRITTEN-BYTES PEAK-KIB CODE`. CPU and bytes are
//! those of all processes that the command waited for. The peak is that of its own process with
//! `--peak`, which looks at it all the time and so must not be timed; else that of the largest.
//! With `--lines`, before it: `line NANOSECONDS TEXT` for each line of stdout.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

fn main() -> ExitCode {
    let mut times = 1;
    let (mut peak, mut lines) = (false, false);
    let mut words = std::env::args().skip(1);
    let command = loop {
        match words.next().as_deref() {
            Some("--times") => times = words.next().and_then(|n| n.parse().ok()).unwrap_or(1),
            Some("--peak") => peak = true,
            Some("--lines") => lines = true,
            Some(command) => break command.to_owned(),
            None => return ExitCode::from(2),
        }
    };
    let arguments: Vec<String> = words.collect();
    for _ in 0..times {
        let (cpu, written) = so_far();
        let started = Instant::now();
        let mut child = Command::new(&command)
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(if lines { Stdio::piped() } else { Stdio::null() })
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        if let Some(pipe) = child.stdout.take() {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                println!("line {} {line}", started.elapsed().as_nanos());
            }
        }
        let own = peak.then(|| peak_of(&mut child));
        let status = child.wait().expect("it was started");
        let took = started.elapsed().as_nanos();
        let (cpu_after, written_after) = so_far();
        let largest = getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss());
        println!(
            "run {took} {} {} {} {}",
            cpu_after - cpu,
            written_after - written,
            own.unwrap_or(largest),
            status.code().unwrap_or(-1),
        );
    }
    ExitCode::SUCCESS
}

/// CPU time in microseconds, and bytes written, of all children until now.
fn so_far() -> (i64, u64) {
    let micros = getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| {
        let times = [usage.user_time(), usage.system_time()];
        times.iter().map(|time| time.tv_sec() * 1_000_000 + time.tv_usec()).sum()
    });
    // A parent's figures take those of children in that it has waited for (proc(5)).
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    (micros, written.and_then(|bytes| bytes.parse().ok()).unwrap_or(0))
}

/// The most memory in KiB that the process itself came to hold.
fn peak_of(child: &mut Child) -> i64 {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().is_ok_and(|ended| ended.is_none()) {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
        most = peak.unwrap_or(0).max(most);
        std::thread::sleep(Duration::from_micros(200));
    }
    most
}
