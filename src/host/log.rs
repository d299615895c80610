//! What stays: one line an action in `/var/log/support-access.log`, and the same in the system's log.

use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use super::Hands;
use super::files::{Place, Trust};

/// The one file that outlives a grant.
pub const PATH: &str = "/var/log/support-access.log";

/// `authpriv.info`, as sshd's PAM and sudo log (syslog(3)).
const PRIORITY: u8 = 10 << 3 | 6;

/// Writes one line of JSON to both. A log that can't be written must not keep access open, so the
/// caller is told, but nothing fails.
pub fn write(_hands: &Hands, line: &str) -> Result<(), super::files::FileError> {
    let syslog = format!("<{PRIORITY}>support-access[{}]: {line}", std::process::id());
    if let Ok(socket) = UnixDatagram::unbound() {
        // A log daemon that hangs must not hang us.
        let _ = socket.set_nonblocking(true);
        let _ = socket.send_to(syslog.as_bytes(), "/dev/log");
    }
    let place = Place::open(Path::new(PATH), Trust::Root)?;
    let mut file = place.dir().append_file(place.name(), 0o600)?;
    // One write, so that lines of two runs never mix.
    let _ = file.write_all(format!("{line}\n").as_bytes());
    Ok(())
}
