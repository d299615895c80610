//! A download that ends early runs nothing.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::SHELLS;
use crate::site::site;

/// Feeds the text to a shell that reports every command it runs: whether one ran, and what it said.
fn fed(shell: &str, text: &[u8]) -> (bool, String) {
    let mut words = shell.split(' ');
    let mut child = Command::new(words.next().unwrap())
        .args(words)
        // Should the script run after all, this argument makes it end before it does anything.
        .args(["-x", "-s", "--", "--key=-"])
        .env_remove("PS4")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{shell}: {error}; scripts/test installs it"));
    // A shell that met a syntax error reads no further; the rest is then lost on purpose.
    let _ = child.stdin.take().unwrap().write_all(text);
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    // With -x, each command that runs is a line that begins with PS4.
    let ran = !out.stdout.is_empty() || said.lines().any(|line| line.starts_with("+ "));
    (ran, String::from_utf8_lossy(&out.stdout).into_owned())
}

fn commands_run(shell: &str, text: &[u8]) -> bool {
    fed(shell, text).0
}

/// Cuts the script at the offsets that are chosen, in all shells at once.
fn cut(chosen: impl Fn(&str, &[u8], usize) -> bool + Sync) {
    let script = &fs::read(site().root.join("install.sh")).unwrap();
    assert_eq!(&script[script.len() - 2..], b"}\n");
    let chosen = &chosen;
    std::thread::scope(|scope| {
        for shell in SHELLS {
            scope.spawn(move || {
                assert!(
                    commands_run(shell, script),
                    "{shell}: the whole script must be seen to run"
                );
                // Without its last byte, the line's end, it is whole: then with all its arguments.
                let (ran, said) = fed(shell, &script[..script.len() - 1]);
                assert!(!ran || said.contains("reason=usage"), "{shell}: {said}");
                for end in (0..script.len() - 1).filter(|end| chosen(shell, script, *end)) {
                    assert!(!commands_run(shell, &script[..end]), "{shell} runs a cut at {end}");
                }
            });
        }
    });
}

/// Every byte offset by dash, the `sh` of Debian and Ubuntu; the others get the last half KiB, and
/// each line's first and last bytes, where a whole command could seem to stand.
#[test]
fn cut_anywhere_does_nothing() {
    cut(|shell, script, end| {
        shell == "dash"
            || end + 512 > script.len()
            || script[end.saturating_sub(1)..=end].contains(&b'\n')
    });
}

#[test]
#[ignore = "takes minutes; scripts/test --all"]
fn cut_at_every_byte_in_every_shell() {
    cut(|_, _, _| true);
}
