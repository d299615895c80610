//! Attacks on the lock: many runs at once, runs that wait while others change what they were asked
//! about, and whatever may stand where the lock file does.
#![allow(clippy::expect_used, clippy::panic, reason = "what the cases share fails as tests do")]
#![allow(clippy::print_stdout, reason = "how the runs ended is worth a look")]

#[path = "../common/mod.rs"]
mod common;
mod lock_file;
mod together;
mod waiting;

use common::Server;

const CLASS: &str = "many at once";
const LOCK: &str = "/run/support-access.lock";

/// What is left where nothing may be.
fn traces(server: &Server) -> String {
    server
        .host
        .run(
            "getent passwd cafe24; getent group cafe24; ps -o pid,args -u 60578 --no-headers; \
         ls -d /home/cafe24 /etc/sudoers.d/zz-* /var/lib/support-access \
         /usr/local/sbin/support-access /etc/systemd/system/support-access* \
         /run/support-access* 2>/dev/null; :",
        )
        .stdout
}
