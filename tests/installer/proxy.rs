//! Servers that reach the site through a proxy only: a real one, by CONNECT.

use crate::site::URL;
use crate::world::{Outcome, World};

/// Begins with the proxy, which may lead to this port. `alone`: root's own packets to the site are
/// turned away, those of the proxy's user are not.
fn behind(port: u16, alone: bool, line: &str) -> String {
    let reject = if alone {
        "nft add table inet t; nft add chain inet t o '{ type filter hook output priority 0; }'
         nft add rule inet t o meta skuid 0 tcp dport 443 reject with tcp reset"
    } else {
        ""
    };
    format!(
        "printf 'Port 8888\\nListen 127.0.0.1\\nUser nobody\\nLogLevel Connect\\nConnectPort {port}\\n' >/run/proxy
         tinyproxy -d -c /run/proxy >/run/proxy.log 2>&1 &
         until (: </dev/tcp/127.0.0.1/8888) 2>/dev/null; do sleep 0.05; done
         {reject}
         {line}
         code=$?; cat /run/proxy.log >&2; exit $code"
    )
}

const PROXY: &str = "http://127.0.0.1:8888";

#[track_caller]
fn asked_the_proxy(run: &Outcome) {
    assert!(run.stderr.contains("CONNECT support.example.test:443"), "{run:#?}");
}

#[test]
fn a_proxy_is_required() {
    for fetch in ["curl -sLf", "wget -qO-"] {
        let hidden: &[&str] = if fetch.starts_with("wget") { &["curl"] } else { &[] };
        let through =
            format!("export https_proxy={PROXY}; {fetch} {URL}/install.sh | dash -s -- --dry-run");
        let run = World::default().without(hidden).run(&behind(443, true, &through));
        assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
        assert!(run.stdout.contains(&format!("ENV https_proxy={PROXY}\n")), "{run:#?}");
        assert_eq!(run.stderr.matches("CONNECT support.example.test:443").count(), 3, "{run:#?}");
        run.assert_clean();
    }
    // The variable was given to the first curl alone.
    let lost = format!("https_proxy={PROXY} curl -sLf {URL} | dash");
    let run = World::default().hasty().run(&behind(443, true, &lost));
    run.assert_failed(21, "download");
    assert!(run.stderr.contains("proxy (https_proxy)"), "{run:#?}");
}

#[test]
fn a_proxy_refuses() {
    let line = format!("curl -sLf {URL} >/run/s; export https_proxy={PROXY}; dash </run/s");
    let run = World::default().hasty().run(&behind(8443, false, &line));
    run.assert_failed(21, "download");
    asked_the_proxy(&run);
    assert!(!run.requests.contains("/v/"), "{run:#?}");
}

#[test]
fn what_needs_no_proxy_goes_past_it() {
    let line = format!("export https_proxy={PROXY} no_proxy=.test; curl -sLf {URL} | dash");
    let run = World::default().run(&behind(443, false, &line));
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    assert!(!run.stderr.contains("CONNECT support"), "{run:#?}");
}
