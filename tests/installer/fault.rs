//! Downloads that go wrong: each ends in its own code, runs nothing and leaves nothing.

use std::fs;
use std::path::PathBuf;

use crate::line;
use crate::site::{URL, fresh_dir, sh, site};
use crate::world::{Outcome, World};

#[track_caller]
fn fails(world: World, code: i32, reason: &str, says: &str) -> Outcome {
    let run = world.hasty().run(&line("dash", ""));
    run.assert_failed(code, reason);
    assert!(run.stderr.contains(says), "{says}: {run:#?}");
    run
}

/// The site with each of this version's files changed by a line of bash that finds it in `$f`.
fn altered(name: &str, change: &str) -> PathBuf {
    let root = fresh_dir(name);
    sh(&format!(
        "cp -a {}/. {}; cd {}; for f in v/*/support-access-*; do {change}; done",
        site().root.display(),
        root.display(),
        root.display()
    ));
    root
}

#[test]
fn not_found() {
    let run =
        fails(World::default().fault("location ~ ^/v/ { return 404; }"), 21, "download", "404");
    assert_eq!(run.requests.matches("/v/").count(), 3, "three tries: {run:#?}");
    assert_eq!(run.requests.matches(".gz ").count(), 2, "the last one raw: {run:#?}");
}

/// Closed without an answer, with a reset; and no name server that knows the site.
#[test]
fn reset_and_unknown() {
    let reset = "location ~ ^/v/ { reset_timedout_connection on; return 444; }";
    fails(World::default().fault(reset), 21, "download", "curl: ");
    let run = World::default().hasty().run(&format!(
        "curl -sLf {URL} | sed s,https://support.example.test,https://nowhere.example.test, | dash"
    ));
    run.assert_failed(21, "download");
    assert!(run.stderr.contains("curl: 6\n"), "{run:#?}");
}

/// A certificate that this server does not trust, or whose time is not now: nothing is fetched by
/// fewer flags.
#[test]
fn a_certificate_that_is_not_trusted() {
    let script = fs::read_to_string(site().root.join("install.sh")).unwrap();
    for hidden in [&[][..], &["curl"]] {
        let run = World::default()
            .hasty()
            .without(hidden)
            .put("srv/install.sh", &script)
            .put("etc/ssl/certs/ca-certificates.crt", "")
            .run("dash </srv/install.sh");
        run.assert_failed(21, "download");
        assert!(!run.requests.contains("/v/"), "{run:#?}");
        assert!(!run.stderr.contains("fewer flags"), "{run:#?}");
    }
}

#[test]
fn captive_portal() {
    let portal = "location ~ ^/v/ { default_type text/html; return 200 '<!DOCTYPE html><html>Sign in</html>'; }";
    fails(World::default().fault(portal), 22, "size", "web page");
}

#[test]
fn led_away_from_https() {
    let redirect = "location ~ ^/v/ { return 302 http://$host$request_uri; }";
    fails(World::default().fault(redirect), 21, "download", "curl: 1\n");
    let run = World::default()
        .hasty()
        .without(&["curl"])
        .fault(redirect)
        .run(&format!("wget -qO- {URL}/install.sh | dash"));
    run.assert_failed(21, "download");
}

#[test]
fn wrong_bytes_of_the_right_size() {
    let root = altered("wrong-hash", "printf X | dd of=$f bs=1 seek=1000 conv=notrunc status=none");
    fails(World::default().serving(root), 23, "hash", "Wrong SHA-256");
}

#[test]
fn too_short_and_too_long() {
    fails(
        World::default().serving(altered("short", "truncate -s -1 $f")),
        22,
        "size",
        "Wrong size",
    );
    let run = fails(
        World::default().serving(altered("long", "head -c 4M /dev/zero >>$f")),
        22,
        "size",
        "curl: ",
    );
    assert!(!run.stderr.contains("Wrong SHA"), "{run:#?}");
}

/// A connection that breaks off half way, after a header that promised more.
#[test]
fn broken_off() {
    let answer =
        "printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 400000\\r\\n\\r\\n'; head -c 50000 /dev/zero";
    let run = World::default()
        .put("srv/answer", &format!("#!/bin/sh\nread -r _; {answer}\n"))
        .fault("location ~ ^/v/ { proxy_pass http://127.0.0.1:9000; }")
        .run(&format!("busybox nc -ll -p 9000 -e /srv/answer & sleep 0.3; {}", line("dash", "")));
    run.assert_failed(21, "download");
}

#[test]
fn nobody_listens() {
    let run = World::default().run(&format!(
        "curl -sLf {URL} -o /run/script; sed -i s/support.example.test/mirror.example.test:444/ /run/script; \
         sh </run/script"
    ));
    run.assert_failed(21, "download");
}

/// A wrong file at the first try is no reason to give up; the embedded hash judges each.
#[test]
fn a_bad_gz_is_replaced_by_the_raw_file() {
    let root = altered("bad-gz", "case $f in *.gz) echo >$f ;; esac");
    let run = World::default().serving(root).run(&line("dash", ""));
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
    run.assert_clean();
}

/// Another place with the same files needs no trust and gets its turn in each round.
#[test]
fn a_mirror_helps() {
    let root = fresh_dir("mirrored");
    let site = site();
    site.publish(&site.binaries, URL, &root, &["--mirror", "https://mirror.example.test"]);
    assert!(fs::read_to_string(root.join("install.sh")).unwrap().contains("mirror.example.test"));
    let only_the_mirror =
        "location ~ ^/v/ { if ($http_host = support.example.test) { return 503; } }";
    let run = World::default().serving(root).fault(only_the_mirror).run(&line("dash", ""));
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{run:#?}");
}
