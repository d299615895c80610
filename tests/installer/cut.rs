//! A download that ends early runs nothing.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::SHELLS;
use crate::site::site;

/// Feeds the text to a shell that reports every command it runs.
fn commands_run(shell: &str, text: &[u8]) -> bool {
    let mut words = shell.split(' ');
    let mut child = Command::new(words.next().unwrap())
        .args(words)
        // Should the script run after all, this argument makes it end before it does anything.
        .args(["-x", "-s", "--", "--key=-"])
        .env("PS4", "RUNS ")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{shell}: {error}; scripts/test installs it"));
    // A shell that met a syntax error reads no further; the rest is then lost on purpose.
    let _ = child.stdin.take().unwrap().write_all(text);
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    !out.stdout.is_empty() || said.contains("RUNS ") || said.contains("support-access ")
}

/// Every byte offset, by every shell. `bash` reads a pipe byte by byte, which makes it slow: it
/// gets each offset in the last 2 KiB and around each line's start and end.
#[test]
fn cut_anywhere_does_nothing() {
    let script = fs::read(site().root.join("install.sh")).unwrap();
    assert_eq!(&script[script.len() - 2..], b"}\n");
    std::thread::scope(|scope| {
        for shell in SHELLS {
            let script = &script;
            scope.spawn(move || {
                assert!(
                    commands_run(shell, script),
                    "{shell}: the whole script must be seen to run"
                );
                for end in 0..script.len() - 1 {
                    let near_a_line_end = script[end.saturating_sub(2)..end + 1].contains(&b'\n');
                    if shell == "bash" && end + 2048 < script.len() && !near_a_line_end {
                        continue;
                    }
                    assert!(!commands_run(shell, &script[..end]), "{shell} runs a cut at {end}");
                }
            });
        }
    });
}

#[test]
fn size_fits_one_window() {
    let bytes = fs::metadata(site().root.join("install.sh")).unwrap().len();
    assert!(bytes <= 16384, "{bytes}");
}
