//! `publish --check` names what is wrong, and nothing else: each fault on a site of its own.

use std::fs;
use std::process::{Child, Command, Stdio};

use lab::{Net, Site};

use crate::check::{certificates, check, nginx};
use crate::workshop::{HOST, Workshop, sh, until};

/// One thing that is wrong.
struct Fault {
    name: &'static str,
    /// What is replaced in the configuration, and by what.
    conf: &'static [(&'static str, &'static str)],
    /// What is done to the published files, in bash. `$v` is the version's folder.
    files: &'static str,
    complaints: &'static [&'static str],
}

const fn conf(
    name: &'static str,
    conf: &'static [(&'static str, &'static str)],
    complaints: &'static [&'static str],
) -> Fault {
    Fault { name, conf, files: "", complaints }
}

const fn files(
    name: &'static str,
    files: &'static str,
    complaints: &'static [&'static str],
) -> Fault {
    Fault { name, conf: &[], files, complaints }
}

const ROOT: &str = "index install.sh;";
const SCRIPT_CACHE: &str = "add_header Cache-Control \"public, max-age=300\" always;";
const VERSIONS: &str = "location /v/ {";
const ANYWHERE: &str = "# Written once,";

/// What the server does wrong.
const OF_THE_SERVER: [Fault; 21] = [
    conf("a redirect on /", &[(ROOT, "return 302 /install.sh;")], &["FAIL redirect"]),
    conf(
        "a script that is sent as a page",
        &[(
            "text/plain; charset=utf-8\";\n        add_header Cache-Control \"public, max-age=300\" always",
            "text/html\";\n        add_header Cache-Control \"public, max-age=300\" always",
        )],
        &["WARN type"],
    ),
    conf(
        "a script that lives in caches for a day",
        &[(SCRIPT_CACHE, "add_header Cache-Control \"max-age=86400\";")],
        &["FAIL cache"],
    ),
    conf(
        "a shared cache that may keep it longer",
        &[(SCRIPT_CACHE, "add_header Cache-Control \"max-age=60, s-maxage=3600\";")],
        &["FAIL cache"],
    ),
    conf("a script without a word on caches", &[(SCRIPT_CACHE, "")], &["WARN cache"]),
    conf(
        "http beside https",
        &[(
            "server {",
            "server { listen 80; root /usr/share; location / { return 200 script; } }\nserver {",
        )],
        &["FAIL http"],
    ),
    conf(
        "http that leads to https",
        &[(
            "server {",
            "server { listen 80; return 301 https://support.example$request_uri; }\nserver {",
        )],
        &[],
    ),
    conf("a chain without its intermediate", &[("chain.pem", "leaf.pem")], &["FAIL chain"]),
    conf("a certificate for another name", &[("chain.pem", "other.pem")], &["FAIL chain"]),
    conf("TLS 1.3 only", &[("TLSv1.2 TLSv1.3", "TLSv1.3")], &["FAIL tls-1.2"]),
    conf("TLS 1.2 only", &[("TLSv1.2 TLSv1.3", "TLSv1.2")], &["WARN tls-1.3"]),
    conf(
        "a page for browsers on /",
        &[(ROOT, "index install.sh; if ($http_user_agent ~ Mozilla) { return 302 /guide/; }")],
        &["FAIL user-agent"],
    ),
    conf(
        "another answer for wget",
        &[(ROOT, "index install.sh; if ($http_user_agent ~ ^Wget/1.2) { return 403; }")],
        &["FAIL clients"],
    ),
    conf(
        "a page for what does not exist",
        &[(ANYWHERE, "error_page 404 =200 /guide/index.html;\n#")],
        &["FAIL missing"],
    ),
    conf(
        ".gz that are sent as packed",
        &[(
            VERSIONS,
            "location ~ \\.gz$ { add_header Content-Encoding gzip; add_header Cache-Control immutable; }\nlocation /v/ {",
        )],
        &["FAIL encoding"],
    ),
    conf(
        "programs that are packed on the way",
        &[(VERSIONS, "location /v/ { gzip on; gzip_types *; gzip_proxied any;")],
        &["FAIL encoding"],
    ),
    conf("no ETag", &[("etag on", "etag off")], &["WARN policy-again"]),
    conf(
        "a guide that browsers won't show",
        &[("text/html html;", "application/octet-stream html;")],
        &["FAIL guide"],
    ),
    conf(
        "programs that caches are not told to keep",
        &[("add_header Cache-Control \"public, max-age=31536000, immutable\";", "")],
        &["WARN cache-forever"],
    ),
    conf(
        "programs on another address",
        &[(VERSIONS, "location ~ _64\\.gz$ { return 302 /elsewhere; }\nlocation /v/ {")],
        &["FAIL redirect"],
    ),
    conf(
        "a policy that can't be had",
        &[("location = /policy.toml {", "location = /policy.toml { return 500;")],
        &["FAIL policy"],
    ),
];

/// What is wrong with the files.
const OF_THE_FILES: [Fault; 13] = [
    files("a program with other bytes", "echo >>$v/support-access-aarch64.gz", &["FAIL program"]),
    files("a program that is gone", "rm $v/support-access-x86_64", &["FAIL program"]),
    Fault {
        name: "an older script at /",
        conf: &[(ROOT, "index index.html;")],
        files: "sed -i 's/^# Opens SSH/# Opened SSH/' index.html",
        complaints: &["FAIL same"],
    },
    files("a page instead of the script", "echo '<!doctype html>' >install.sh", &["FAIL script"]),
    files("a script that was cut", "sed -i '$d' install.sh", &["FAIL script"]),
    files(
        "a policy that was changed",
        "sed -i 's/192.0.2.7/192.0.2.8/' policy.toml",
        &["FAIL policy"],
    ),
    files(
        "a policy without signature",
        "sed -i '/^# -----BEGIN/,$d' policy.toml",
        &["FAIL policy"],
    ),
    files("a damaged signature", "sed -i 's/A/B/' $v/SHA256SUMS.sig", &["FAIL signature"]),
    files(
        "a damaged signature for openssl",
        "head -c 60 $v/SHA256SUMS.ecdsa >$v/x; mv $v/x $v/SHA256SUMS.ecdsa",
        &["FAIL openssl-signature"],
    ),
    files("no signature for openssl", "rm $v/SHA256SUMS.ecdsa", &[]),
    files("a file that is not what the sums say", "echo >>$v/install.sh", &["FAIL sums"]),
    files("no sums", "rm $v/SHA256SUMS", &["FAIL sums"]),
    files("no guide", "rm guide/index.html", &["FAIL guide"]),
];

/// The faults, on copies of one site.
fn try_all(faults: &[Fault]) {
    let workshop = Workshop::published();
    let certificates = certificates(workshop.file("").as_path());
    let net = Net::new();
    for (number, fault) in faults.iter().enumerate() {
        let root = workshop.file("copy");
        sh(&format!(
            "rm -rf {0}; cp -a {1} {0}; cd {0}; v=$(echo v/*); {2}",
            root.display(),
            workshop.site().display(),
            fault.files
        ));
        let mut text = nginx(&root, &certificates);
        for (old, new) in fault.conf {
            assert!(text.contains(old), "{}: the configuration lacks {old}", fault.name);
            text = text.replace(old, new);
        }
        let site =
            Site::serve_with(&net, HOST, &format!("198.51.100.{}", number + 5), &root, &text);
        check(&site, &certificates.join("root.pem"), &[]).assert(fault.complaints, fault.name);
    }
}

#[test]
fn what_the_server_does_wrong_is_named() {
    try_all(&OF_THE_SERVER[..11]);
}

#[test]
fn what_else_the_server_does_wrong_is_named() {
    try_all(&OF_THE_SERVER[11..]);
}

#[test]
fn what_is_wrong_with_the_files_is_named() {
    try_all(&OF_THE_FILES);
}

/// A policy that is near its end, past it, or of another than the publisher's own keys; a version that
/// is gone; a cache that holds on to what was replaced.
#[test]
fn what_only_the_publisher_can_know_is_named() {
    let workshop = Workshop::published();
    let certificates = certificates(workshop.file("").as_path());
    let root = certificates.join("root.pem");
    let net = Net::new();
    let conf = nginx(&workshop.site(), &certificates);
    let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
    let policy = workshop.site().join("policy.toml");
    let good = fs::read(&policy).unwrap();

    let ends = |when: &str| {
        workshop.write_policy(|text| until(&text, when).replace("serial = 7", "serial = 8"));
    };
    ends("+10 days");
    workshop.policy_only(&workshop.signer.file()).unwrap();
    check(&site, &root, &[]).assert(&["WARN valid-until"], "a policy that ends in ten days");
    for when in ["-2 days", "+100 days"] {
        ends(when);
        // No publication would sign it, so this is by hand.
        sh(&format!(
            "cd {}; ssh-keygen -q -Y sign -n support-access -f {} <policy.toml >sig 2>/dev/null
            {{ cat policy.toml; sed 's/^/# /' sig; }} >site/policy.toml",
            workshop.file("").display(),
            workshop.signer.file().display()
        ));
        check(&site, &root, &[]).assert(&["FAIL valid-until"], when);
    }
    fs::write(&policy, &good).unwrap();

    let strangers = workshop.public_of("strangers", &[&workshop.other]);
    check(&site, &root, &["--signers", strangers.to_str().unwrap()])
        .assert(&["FAIL signers", "FAIL signature"], "signers that are not the publisher's");

    let kept = workshop.file("kept");
    sh(&format!(
        "cp -a {} {}; mkdir {1}/v/old; cp {1}/v/0*/* {1}/v/old",
        workshop.site().display(),
        kept.display()
    ));
    let out = ["--out", kept.to_str().unwrap()];
    check(&site, &root, &out).assert(&["FAIL versions"], "a version that is gone");
    sh(&format!("rm -r {0}/v/old; echo >>{0}/policy.toml; echo >>{0}/install.sh", kept.display()));
    check(&site, &root, &out).assert(&["FAIL stale"], "a cache that holds the older");
}

/// Kills its process in the end.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts a server beside the site's nginx, and waits until it listens on its port there.
    pub(crate) fn beside(site: &Site, mut server: Command, port: u16) -> Self {
        let running = Self(server.spawn().unwrap());
        let line = format!(
            "for i in $(seq 600); do (: </dev/tcp/127.0.0.1/{port}) 2>/dev/null && exit; sleep 0.05; done; exit 1"
        );
        assert!(
            site.command("bash").args(["-c", &line]).status().unwrap().success(),
            "it does not listen"
        );
        running
    }
}

/// A server whose clock stands wrong: nginx passes on what it says.
#[test]
fn a_clock_that_stands_wrong_is_named() {
    let workshop = Workshop::published();
    let certificates = certificates(workshop.file("").as_path());
    let net = Net::new();
    let conf = nginx(&workshop.site(), &certificates).replacen(
        "location ~ ^/(install",
        "location = /install.sh { proxy_pass http://127.0.0.1:8000; proxy_pass_header Date;
            add_header Cache-Control \"max-age=300\"; }
        location ~ ^/(install",
        1,
    );
    let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
    let wrong = "import http.server as h
class Wrong(h.SimpleHTTPRequestHandler):
    def date_time_string(self, timestamp=None): return 'Sat, 01 Jan 2022 00:00:00 GMT'
    def guess_type(self, path): return 'text/plain'
h.ThreadingHTTPServer(('127.0.0.1', 8000), Wrong).serve_forever()";
    let mut server = site.command("python3");
    server.args(["-c", wrong]).current_dir(workshop.site()).stderr(Stdio::null());
    let _running = Running::beside(&site, server, 8000);
    check(&site, &certificates.join("root.pem"), &[]).assert(&["WARN clock"], "a wrong clock");
}
