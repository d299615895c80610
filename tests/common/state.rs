//! What a server must be like after a run that was cut off, and after what ends it.

use lab::Snapshot;

use super::{JOURNAL, KEY_FILE, Server};

const SERVICE: &str = "/etc/systemd/system/support-access-expire.service";

/// What stands of a grant at one moment.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub(crate) struct Standing {
    pub(crate) account: bool,
    /// Whether shadow and key file would let somebody in.
    pub(crate) open: bool,
    /// Whether systemd runs the timer.
    pub(crate) timer: bool,
    /// Whether the timer has something to start.
    pub(crate) service: bool,
    pub(crate) journal: bool,
}

impl Server {
    /// Whatever of the account could let somebody in, or is in; nothing where all is gone. A folder
    /// with drop-ins for our unit is the customer's.
    pub(crate) fn traces(&self) -> String {
        let line = "getent passwd cafe24; getent group cafe24; ps -o pid,args -u 60578 --no-headers; \
             ls -d /home/cafe24 /etc/sudoers.d/zz-* /var/lib/support-access \
             /usr/local/sbin/support-access /etc/systemd/system/support-access* \
             /etc/systemd/system/timers.target.wants/support-access* /etc/cron.d/support-access \
             /run/support-access* 2>/dev/null | grep -v '^/etc/systemd/system/.*[.]d$'; :";
        self.host.run(line).stdout
    }

    pub(crate) fn standing(&self) -> Standing {
        let said = self.host.ok(&format!(
            "getent passwd cafe24 >/dev/null && echo account
             [ \"$(getent shadow cafe24 | cut -d: -f8)\" = 1 ] && echo expired
             [ -s {KEY_FILE} ] && echo key
             systemctl --quiet is-active support-access-expire.timer && echo timer
             [ -e {SERVICE} ] && echo service
             [ -e {JOURNAL} ] && echo journal
             :"
        ));
        let has = |word: &str| said.lines().any(|line| line == word);
        Standing {
            account: has("account"),
            open: has("account") && has("key") && !has("expired"),
            timer: has("timer"),
            service: has("service"),
            journal: has("journal"),
        }
    }

    /// Nothing may be open unless what ends it stands; and an account is made after the timer, and
    /// goes before it.
    #[track_caller]
    pub(crate) fn assert_not_open_for_ever(&self, why: &str) -> Standing {
        let standing = self.standing();
        assert!(standing.timer || !standing.open, "{why}: open, and no timer");
        assert!(standing.timer || !standing.account, "{why}: an account, and no timer");
        standing
    }

    /// Fails if anything of a grant is left, on the disk, in systemd or in `/run`.
    #[track_caller]
    pub(crate) fn assert_clean(&self, before: &Snapshot, why: &str) {
        let changes = self.left_since(before);
        assert!(changes.is_empty(), "{why}: something is left:\n{changes}");
        // Not all that failed: a machine with many hosts on it runs out of inotify watches, and then
        // units of systemd's own fail.
        let left = self.host.ok("systemctl list-units --all --no-legend 'support-access*'
             systemctl list-units --failed --no-legend 'user*' 'session*'
             ls -d /run/support-access* /run/.support-access* /run/sshd-* 2>/dev/null || :");
        assert_eq!(left, "", "{why}");
    }
}
