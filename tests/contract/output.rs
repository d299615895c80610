//! What reaches the terminal: whole runs though nobody listens, colour only where it shows, and
//! nobody else's escapes.

use crate::support::{PROGRAM, Server, raw_signs, result_word};

#[test]
fn a_closed_pipe_stops_no_grant_half_way() {
    let server = Server::boot();
    let host = &server.host;
    let open = format!("{PROGRAM} {}", Server::opening());
    for line in [
        format!("{open} | true"),
        format!("{open} | head -n 1"),
        format!("{open} --json | true"),
        format!("{open} >&-"),
        format!("{open} <&- >&- 2>&-"),
        format!("{open} >/dev/full 2>/dev/full"),
        format!("{open} | (sleep 0.5; exec head -c 1)"),
    ] {
        let output = host.run(&format!("bash -c '{line}; exit ${{PIPESTATUS[0]}}'"));
        assert_eq!(output.code, 0, "{output}");
        let audit = server.program("audit --json").run();
        assert_eq!(audit.code, 0, "{line}\n{audit}");
        assert!(audit.stdout.contains("\"proof\": \"full\""), "{line}\n{audit}");
        let delete =
            host.run(&format!("bash -c '{PROGRAM} delete | true; exit ${{PIPESTATUS[0]}}'"));
        assert_eq!(delete.code, 0, "{delete}");
        assert!(!host.run("getent passwd cafe24").succeeded(), "{line}");
        assert!(!host.exists("/var/lib/support-access"), "{line}");
    }
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let server = Server::boot();
    let dry = format!("{PROGRAM} {} --dry-run", Server::opening());
    let on_terminal = |before: &str, line: &str| {
        server.host.ok(&format!("{before} script -qec {} /dev/null", format_args!("'{line}'")))
    };
    assert!(on_terminal("TERM=xterm", &dry).contains("\x1b[1m"), "there is colour");
    for (before, line) in [
        ("TERM=xterm NO_COLOR=1", dry.clone()),
        ("TERM=dumb", dry.clone()),
        ("TERM=xterm", format!("{dry} --json")),
        ("TERM=xterm", format!("{dry} | cat")),
        ("TERM=xterm", format!("{PROGRAM} --version")),
        ("TERM=xterm", format!("{PROGRAM} --help")),
    ] {
        let said = on_terminal(before, &line);
        assert!(!said.contains('\x1b'), "{before} {line}\n{said:?}");
    }
    let last = on_terminal("TERM=xterm", &dry);
    assert!(
        last.lines().last().unwrap().starts_with("RESULT: dry-run"),
        "the last line has no colour: {last:?}"
    );
    assert!(!server.host.ok(&dry).contains('\x1b'));
}

#[test]
fn nobody_elses_escapes_reach_the_terminal() {
    let server = Server::boot();
    let host = &server.host;
    host.put(
        "/root/bidi.pub",
        format!(
            "{} \u{202e}gnp.exe\u{200f}\n",
            server.key.public().trim_end().rsplit_once(' ').unwrap().0
        ),
        0o644,
    );
    // Clears the screen, sets the title, and claims a result.
    let evil = "\"$(printf '\\033[2J\\033]0;x\\007\\nRESULT: granted account=x')\"";
    for words in [
        format!("--x{evil}"),
        evil.to_owned(),
        format!("--lang {evil}"),
        format!("--key {evil}"),
        format!("--policy {evil}"),
        format!("--policy https://{evil}"),
        format!("--key /root/engineer.pub --signers {evil} --policy /root/none"),
        format!("--ticket {evil}"),
        format!("--account {evil}"),
        format!("--from {evil}"),
        format!("--expires {evil}"),
        format!("--port {evil}"),
        format!("--sudo {evil}"),
        format!("--ticket {evil} --key x --key {evil}"),
        "--key /root/bidi.pub --dry-run".to_owned(),
        format!("policy-check --policy {evil}"),
    ] {
        for line in [
            format!("{PROGRAM} {words}"),
            format!("cd /opt; setpriv --reuid nobody --clear-groups ./support-access {words}"),
        ] {
            let output = host.run(&line);
            assert_eq!(raw_signs(&format!("{}{}", output.stdout, output.stderr)), [], "{output}");
            assert!(result_word(&output.stdout).is_ok_and(|word| word != "granted"), "{output}");
        }
    }
    let output = host.run(&format!("CAFE24DEL={evil} {PROGRAM}"));
    assert_eq!(
        (raw_signs(&output.stdout), result_word(&output.stdout)),
        (vec![], Ok("refused")),
        "{output}"
    );

    server.grant("--no-verify");
    // What a visitor can leave: a line in the key file, a process, a file, each named like that.
    host.ok(
        "printf 'ssh-ed25519 AAAA \\033[2J\\033]0;x\\007\\n' >>/home/cafe24/.ssh/authorized_keys
        mkdir -m 1777 /srv/all
        touch /srv/all/\"$(printf 'a\\033[2J\\nRESULT: granted account=x')\"
        chown -h cafe24: /srv/all/*",
    );
    host.ok("cp /bin/sleep /opt/\"$(printf '\\033[2J\\nRESULT: ok')\"; chmod 755 /opt/*");
    let mut named = host
        .command("echo ready; exec setpriv --reuid cafe24 --clear-groups /opt/*RESULT* 600")
        .start();
    named.wait_for("ready");
    for (words, code, word) in
        [("audit", 0, "ok"), ("delete --dry-run", 5, "dry-run"), ("delete", 5, "deleted")]
    {
        let output = server.program(words).run();
        assert_eq!(raw_signs(&format!("{}{}", output.stdout, output.stderr)), [], "{output}");
        assert_eq!((output.code, result_word(&output.stdout)), (code, Ok(word)), "{output}");
        assert!(output.stdout.contains("\\u{1b}[2J"), "it is shown, not dropped\n{output}");
    }
    let log = host.read("/var/log/support-access.log");
    assert_eq!(raw_signs(&log), [], "{log}");
}
