//! What must be true after a run, whatever happened to it.

use super::{Row, Scene};
use crate::common::Ran;

/// Files of others, with everything that a run of root's could do to them.
pub(super) const CANARIES: &str = "exec 2>&1; for d in /root/.ssh /home/victim /home/victim/.ssh /srv/work /srv/work/.ssh; do \
    stat -c '%n %u:%g %a %Z' $d; ls -lnA --time-style=full-iso $d; done; \
    for f in /root/.ssh/authorized_keys /home/victim/.ssh/authorized_keys /etc/authorized_keys \
    /etc/cron.d/authorized_keys /srv/work/file /srv/work/.ssh/authorized_keys /etc/hostname /etc/ssh/sshd_config; do \
    stat -c '%n %u:%g %a %h %Y %Z' $f; sha256sum $f; done; \
    stat -c '%n %u:%g %a' / /etc /etc/passwd /etc/shadow /etc/sudoers /tmp /var/tmp /home /var /root; \
    ls /root /etc/cron.d /etc/sudoers.d | grep -v support-access; :";

/// Everything of a grant that may be left where no snapshot looks. A process that has ended and waits
/// for its parent (the test's own) holds nothing.
pub(super) const LEFT: &str = "ps -eo uid:1,pid,args | grep '^6[01][0-9][0-9][0-9] ' | grep -v '<defunct>$'; \
    getent passwd cafe24; getent group cafe24; ls -d /run/support-access* /run/sshd-* 2>/dev/null; \
    systemctl list-units --all --no-legend 'support-access*'; systemctl --failed --no-legend; \
    find /dev/shm /tmp /var/tmp /run -uid +60577 -uid -61184 2>/dev/null; :";

/// The way in, if there is one: the account, not expired, with a key of the grant's. Without getent,
/// which may be what is broken.
const OPEN: &str = "grep -qs '^cafe24:' /etc/passwd || exit 0; \
    day=$(sed -n 's/^cafe24://p' /etc/shadow | cut -d: -f7); [ \"$day\" = 1 ] && exit 0; \
    grep -qs support-access: /home/cafe24/.ssh/authorized_keys && echo open; :";

/// Between two lines: everything of the attacker's goes.
pub(super) const CLEAR: &str = "rm -rf /run/test/around /run/test/met; \
    find /tmp /var/tmp /dev/shm -mindepth 1 -maxdepth 1 ! -name 'systemd-private-*' ! -name '.*-unix' -exec rm -rf {} +";

/// Holds a run to what its line says, and to what always holds.
#[track_caller]
pub(super) fn judge(scene: &Scene, row: &Row, ran: &Ran, deadline: &str) {
    let id = &row.id;
    let code = ran.output.code;
    let heard = if ran.word.is_empty() { "-" } else { &ran.word };
    let outcome = format!("{heard}/{code}");
    assert!(
        row.outcome.split('|').any(|it| it == outcome),
        "{id}: ended as {outcome}, not {}\n{ran}",
        row.outcome
    );
    assert!(
        row.says == "-" || ran.output.stdout.contains(&row.says),
        "{id}: no {:?}\n{ran}",
        row.says
    );
    if !ran.word.is_empty() {
        tells_once(id, ran);
    }
    let open = || scene.server.host.run(OPEN).stdout;
    // Where nobody heard the last line, the exit code tells as much.
    let word = match (heard, row.verb.as_str()) {
        ("-", "grant") if code == 0 => "granted",
        ("-", "extend") if code == 0 => "extended",
        _ => heard,
    };
    match word {
        "granted" | "extended" | "unchanged" | "updated" | "ok" | "problems" => {
            assert_eq!(scene.mend(), "", "{id}: is not as it was\n{ran}");
            audit(scene);
            scene.server.run("delete").is("deleted", 0);
        }
        _ if ["extend", "audit", "convert", "check"].contains(&row.verb.as_str()) => {
            scene.mend();
            if code == 5 {
                scene.server.grant("--sudo full --no-verify");
            } else {
                assert_eq!(scene.deadline(), deadline, "{id}: it was not rolled back\n{ran}");
            }
            scene.server.run("audit").is("ok", 0);
            scene.server.run("delete").is("deleted", 0);
        }
        _ => {
            let closed = !ran.output.stdout.contains("is closed") || open().is_empty();
            assert!(closed, "{id}: says that the door is closed, and it is not\n{ran}");
            let wrong = scene.mend();
            assert!(code == 5 || wrong.is_empty(), "{id}: is not as it was: {wrong}\n{ran}");
            if code == 5 || refused_to_end(row, code) {
                finish(scene, row, ran);
            }
        }
    }
    let left = format!("{}{}", scene.heal(), scene.left());
    assert!(left.is_empty(), "{id}: something is left in the end:\n{left}\n{ran}");
    scene.assert_canaries(id);
}

/// All stands as recorded; or the same command brings it there, where a tool had told nonsense.
#[track_caller]
fn audit(scene: &Scene) {
    if scene.server.run("audit").output.code != 0 {
        scene.server.grant("--sudo full --no-verify");
        scene.server.run("audit").is("ok", 0);
    }
}

/// An ending that was refused, or failed before it began, leaves the grant as it was.
fn refused_to_end(row: &Row, code: i32) -> bool {
    ["delete", "expire", "visit"].contains(&row.verb.as_str()) && [1, 4, 7].contains(&code)
}

/// What a run left is ended by the next one, of the customer or of the timer.
#[track_caller]
fn finish(scene: &Scene, row: &Row, ran: &Ran) {
    let next = scene.server.run(if row.verb == "expire" { "expire" } else { "delete" });
    let words = ["deleted", "expired", "nothing-to-delete", ""];
    assert!(
        next.output.code == 0 && words.contains(&&*next.word),
        "{}: is not ended by the next run\n{ran}\n{next}",
        row.id
    );
}

/// One last line, and nothing that moves a terminal's cursor.
#[track_caller]
fn tells_once(id: &str, ran: &Ran) {
    let all = format!("{}{}", ran.output.stdout, ran.output.stderr);
    let results = all.lines().filter(|line| line.trim_start().starts_with("RESULT:")).count();
    assert_eq!(results, 1, "{id}: {results} lines begin with RESULT:\n{ran}");
    let raw = all.chars().find(|c| c.is_control() && !"\n\t".contains(*c));
    assert_eq!(raw, None, "{id}: a raw control sign\n{ran}");
}
