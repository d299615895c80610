//! Records that this program can't read.

use crate::support::{Server, result_word};
use crate::table::{Case, try_all};

const JOURNAL: &str = "/var/lib/support-access/journal";

#[test]
fn a_record_that_can_t_be_read_is_not_touched() {
    let server = Server::boot();
    let open = Server::opening();
    server.grant("--no-verify");
    // It looks every ten minutes, and systemd notes when.
    server.host.ok("systemctl stop support-access-expire.timer");
    let spoilt = |case: Case, edit: &str| {
        case.with(
            format!("cp -p {JOURNAL} /root/kept; sed -i '{edit}' {JOURNAL}"),
            format!("cp -p /root/kept {JOURNAL}"),
        )
    };
    let newer = |name, command: &str| {
        spoilt(
            Case::refused(
                name,
                command,
                "/var/lib/support-access/support-access",
                "/var/lib/support-access/support-access",
            ),
            "s/\"schema\":1/\"schema\":2/",
        )
    };
    let damaged = |name, command: &str, english, korean, edit| {
        spoilt(Case::refused(name, command, english, korean), edit)
    };
    let third = ("/var/lib/support-access/journal, line 3", "/var/lib/support-access/journal 3행");
    let first = ("/var/lib/support-access/journal, line 1", "/var/lib/support-access/journal 1행");
    try_all(
        "Records",
        &server,
        &[
            newer("grant, newer record", &open),
            newer("dry run, newer record", &format!("{open} --dry-run")),
            newer("extend, newer record", "--extend 1h"),
            newer("delete, newer record", "delete"),
            newer("delete dry run, newer record", "delete --dry-run"),
            newer("audit, newer record", "audit"),
            damaged("grant, damaged record", &open, third.0, third.1, "3s/.*/{garbage/"),
            damaged("audit, damaged record", "audit", third.0, third.1, "3s/.*/{garbage/"),
            damaged("delete, record without its head", "delete", first.0, first.1, "1d"),
            damaged("delete, empty record", "delete", first.0, first.1, "d"),
        ],
    );
    server.host.ok("systemctl start support-access-expire.timer");
    // A line that a power cut tore off is no damage.
    server.host.ok(&format!("printf '{{\"at\":1,\"ev' >>{JOURNAL}"));
    let audit = server.program("audit").run();
    assert_eq!(audit.code, 0, "{audit}");

    // Damage behind the head must not keep the door open.
    server.host.ok(&format!("sed -i '3s/.*/{{garbage/' {JOURNAL}"));
    let dry = server.program("delete --dry-run").run();
    assert_eq!(dry.code, 0, "{dry}");
    assert_eq!(result_word(&server.delete()), Ok("deleted"));
    assert!(!server.host.run("getent passwd cafe24").succeeded());
    assert!(!server.host.exists("/var/lib/support-access"));
}
