//! A passphrase, asked on the terminal and shown nowhere.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
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

/// The terminal as it was, set again however this ends.
struct Restored<'a> {
    terminal: &'a File,
    was: Termios,
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, SetArg::TCSAFLUSH, &self.was);
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
    let mut silent = was.clone();
    // Ctrl-C comes as a byte, so that nobody is left with a terminal that shows nothing.
    silent.local_flags &= !(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
    tcsetattr(&terminal, SetArg::TCSAFLUSH, &silent).map_err(|_| AskError::NoTerminal)?;
    let restored = Restored { terminal: &again, was };
    let _ = write!(terminal, "{prompt}");
    let answer = read(&mut terminal);
    drop(restored);
    let _ = writeln!(terminal);
    answer
}

fn read(terminal: &mut File) -> Result<Zeroizing<Vec<u8>>, AskError> {
    let mut answer = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    loop {
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
