//! sshd on another port, accepted by the customer.

use crate::support::{ACCOUNT, CUSTOMER, Server, document};

#[test]
fn another_port_is_opened_when_it_is_asked_for() {
    let server = Server::boot();
    let engineer = server.engineer();
    server.host.ok("echo Port 2222 >/etc/ssh/sshd_config.d/port.conf; systemctl restart ssh");

    let said = server.grant("--port 2222 --lang en");
    assert!(said.contains(&format!("ssh -p 2222 {ACCOUNT}@{CUSTOMER}")), "{said}");
    assert!(said.contains(&format!("[{CUSTOMER}]:2222 ssh-ed25519 ")), "{said}");
    let again = server.program(&format!("{} --port 2222 --json", Server::opening())).run();
    let document = document(&again).unwrap();
    assert_eq!(document["result"], "unchanged", "{again}");
    assert_eq!(document["proof"], "full", "{again}");
    assert_eq!(document["endpoints"][0], format!("{CUSTOMER}:2222"), "{again}");

    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let login = || engineer.ssh(&server.key, &to).port(2222).command("id -un");
    assert_eq!(login().ok(), format!("{ACCOUNT}\n"));
    server.delete();
    assert_eq!(login().run().code, 255);
}
