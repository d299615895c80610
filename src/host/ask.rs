//! A passphrase, asked on the terminal and shown nowhere.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Longer ones OpenSSH does not read.
const LONGEST: usize = 1023;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskError {
    /// Nobody could be asked.
    NoTerminal,
    /// Ctrl-C or Ctrl-D.
    Cancelled,
}

/// The terminal as it was, set again however this ends. A signal that came meanwhile does its work after
/// that, so that nobody is left with a terminal that shows nothing.
struct Restored<'a> {
    terminal: &'a File,
    was: Termios,
    signals: SigSet,
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, SetArg::TCSAFLUSH, &self.was);
        let _ = self.signals.thread_set_mask();
    }
}

/// Asks, in a line that is fit for a terminal.
pub fn passphrase(prompt: &str) -> Result<Zeroizing<Vec<u8>>, AskError> {
    let mut terminal = File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open("/dev/tty")
        .map_err(|_| AskError::NoTerminal)?;
    let again = terminal.try_clone().map_err(|_| AskError::NoTerminal)?;
    let was = tcgetattr(&terminal).map_err(|_| AskError::NoTerminal)?;
    let ends =
        SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT]);
    let held = ends.thread_swap_mask(SigmaskHow::SIG_BLOCK).map_err(|_| AskError::NoTerminal)?;
    let restored = Restored { terminal: &again, was: was.clone(), signals: held };
    let ended = SignalFd::with_flags(&ends, SfdFlags::SFD_CLOEXEC);
    let ended = ended.map_err(|_| AskError::NoTerminal)?;
    let mut silent = was;
    // Ctrl-C comes as a byte.
    silent.local_flags &= !(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
    tcsetattr(&terminal, SetArg::TCSAFLUSH, &silent).map_err(|_| AskError::NoTerminal)?;
    let _ = write!(terminal, "{prompt}");
    let answer = read(&mut terminal, &ended);
    drop(restored);
    let _ = writeln!(terminal);
    answer
}

fn read(terminal: &mut File, ended: &SignalFd) -> Result<Zeroizing<Vec<u8>>, AskError> {
    let mut answer = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    loop {
        let of = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut both = [of(terminal.as_fd()), of(ended.as_fd())];
        let polled = poll(&mut both, PollTimeout::NONE);
        // It is left where it is, and ends us when it is let through.
        if both[1].any() == Some(true) || polled.is_err_and(|error| error != nix::Error::EINTR) {
            return Err(AskError::Cancelled);
        }
        let mut byte = Zeroizing::new([0]);
        match terminal.read(&mut byte[..]) {
            Ok(1) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            _ => return Err(AskError::Cancelled),
        }
        match byte[0] {
            b'\n' | b'\r' => return Ok(answer),
            0x03 | 0x04 | 0x1c => return Err(AskError::Cancelled),
            // One character, of however many bytes.
            0x08 | 0x7f => while answer.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            0x15 => answer.clear(),
            _ if answer.len() < LONGEST => answer.push(byte[0]),
            _ => {}
        }
    }
}
