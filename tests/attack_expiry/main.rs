//! Attacks on promise 5, it ends by itself: what people do by hand meanwhile, clocks that are set,
//! records that are damaged, servers without systemd.
#![allow(clippy::expect_used, reason = "what the cases share fails as tests do")]

mod by_hand;
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod damaged;
mod extended;
mod warned;
mod without_systemd;

use common::{COPY, Ran, Server};

/// The built-in policy's lifetime, in seconds.
const LIFETIME: i64 = 72 * 3600;
const CLASS: &str = "expiry";
/// Of long lists, the plain run tries the first case and each fourth.
const SAMPLE: usize = 4;

/// Runs what the timer runs, as the timer does.
fn expire(server: &Server) -> Ran {
    Ran::new(server.host.run(&format!("{COPY} expire --lang en")))
}

/// Takes away whatever a case left, so that the next one begins anew.
fn clear(server: &Server) {
    server.host.run(
        "chmod 755 /var/lib; /run/test/support-access delete; \
         for name in cafe24 other; do chattr -R -i /home/$name; pkill -KILL -u $name; done; sleep 0.2; \
         userdel -rf cafe24; userdel -rf other; groupdel cafe24; systemctl disable --now support-access-expire.timer; \
         rm -rf /var/lib/support-access /usr/local/sbin/support-access /etc/sudoers.d/zz* \
         /etc/systemd/system/support-access* /home/cafe24 /home/other; \
         systemctl daemon-reload; systemctl reset-failed",
    );
}

/// The last line of the log that outlives the grant.
fn last_log(server: &Server) -> serde_json::Value {
    let log = server.host.read("/var/log/support-access.log");
    serde_json::from_str(log.lines().last().unwrap_or_default()).expect("a line of JSON")
}
