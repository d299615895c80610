//! The site works wherever it lies: each kind of server, with the customer's own line.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lab::{Host, Net, Site};

use crate::check::{certificates, check, nginx};
use crate::faults::Running;
use crate::workshop::{HOST, Workshop, said};

/// What begins every server of these: TLS with the chain.
fn tls(certificates: &Path) -> String {
    format!(
        "listen 443 ssl; server_name {HOST}; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {0}/chain.pem; ssl_certificate_key {0}/key.pem;\n",
        certificates.display()
    )
}

/// Exact keys with the type and caching that they were stored with; one document for `/` and for a
/// folder's name with its slash; nothing else, and no redirect: a bucket behind its https address.
fn bucket(workshop: &Workshop, certificates: &Path) -> String {
    let root = workshop.site();
    let mut keys = String::new();
    for line in workshop.read(".objects").lines() {
        let [key, kind, cache] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let mut names = vec![format!("/{key}")];
        names.extend(format!("/{key}").strip_suffix("index.html").map(str::to_owned));
        for name in names {
            writeln!(
                keys,
                "location = {name} {{ root {}; try_files /{key} =404; types {{ }} default_type \"{kind}\";
                    add_header Cache-Control \"{cache}\"; }}",
                root.display()
            )
            .unwrap();
        }
    }
    format!("server {{ {} gzip off; {keys} location / {{ return 403; }} }}", tls(certificates))
}

/// A cache in between, which keeps what it may for as long as it is told.
fn cdn(workshop: &Workshop, certificates: &Path, folder: &Path) -> String {
    let origin = nginx(&workshop.site(), certificates)
        .replace("listen 443 ssl;", "listen 127.0.0.1:8443 ssl;")
        .replace("listen [::]:443 ssl;", "");
    format!(
        "proxy_cache_path {} keys_zone=cdn:1m;
        {origin}
        server {{ {}
            location / {{
                proxy_pass https://127.0.0.1:8443; proxy_set_header Host {HOST};
                proxy_ssl_server_name on; proxy_ssl_name {HOST};
                proxy_cache cdn; proxy_cache_revalidate on; proxy_cache_lock on;
                add_header X-Cache $upstream_cache_status always;
            }}
        }}",
        folder.display(),
        tls(certificates)
    )
}

/// Points the customer to another server of that name.
fn ask(customer: &Host, site: &Site) {
    customer.put("/etc/hosts", format!("127.0.0.1 localhost\n{} {HOST}\n", site.address()), 0o644);
}

#[test]
fn every_kind_of_server_serves_it() {
    let workshop = Workshop::published();
    let certificates = certificates(&workshop.file(""));
    let root = certificates.join("root.pem");
    let out = ["--out", workshop.site().to_str().unwrap()].map(str::to_owned);
    let out = [out[0].as_str(), out[1].as_str()];
    let net = Net::new();
    let customer = Host::boot(&net, "customer", "203.0.113.10");
    customer.put("/usr/local/share/ca-certificates/lab.crt", fs::read(&root).unwrap(), 0o644);
    customer.ok("update-ca-certificates");
    let serve =
        |address: &str, conf: &str| Site::serve_with(&net, HOST, address, &workshop.site(), conf);
    let line = |site: &Site, rest: &str, word: &str| {
        ask(&customer, site);
        let run = customer.run(&format!("curl -sLf https://{HOST} | {rest}"));
        assert!(run.last_line().starts_with(&format!("RESULT: {word}")), "{run}");
    };
    let dry = "sh -s -- --dry-run";

    let plain = serve("198.51.100.5", &nginx(&workshop.site(), &certificates));
    check(&plain, &root, &out).assert(&[], "nginx");
    line(&plain, dry, "dry-run");

    let bucket = serve("198.51.100.6", &bucket(&workshop, &certificates));
    check(&bucket, &root, &out).assert(&[], "a bucket");
    line(&bucket, dry, "dry-run");

    // Python's own server, with nothing but TLS before it.
    let conf = format!(
        "server {{ {} location / {{ proxy_pass http://127.0.0.1:8000; }} }}",
        tls(&certificates)
    );
    let bare = serve("198.51.100.7", &conf);
    let mut server = bare.command("python3");
    server.args(["-m", "http.server", "--bind", "127.0.0.1", "8000"]).current_dir(workshop.site());
    server.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let _running = Running::beside(&bare, server, 8000);
    let harmless = ["WARN type", "WARN cache", "WARN policy-again", "WARN cache-forever"];
    check(&bare, &root, &out).assert(&harmless, "a bare server");
    line(&bare, dry, "dry-run");
    line(&bare, "sh -", "granted");
    line(&bare, "CAFE24DEL=yes sh -", "deleted");

    let cache = workshop.file("cache");
    let cdn_site = serve("198.51.100.8", &cdn(&workshop, &certificates, &cache));
    line(&cdn_site, dry, "dry-run");
    check(&cdn_site, &root, &out).assert(&[], "a cache in between");
    let hit = customer.ok(&format!("curl -sI https://{HOST}/install.sh"));
    assert!(hit.contains("X-Cache: HIT"), "the cache held nothing:\n{hit}");
    line(&cdn_site, dry, "dry-run");

    // A cache that was told nothing else holds the old policy, and the check says so.
    workshop.write_policy(|text| text.replace("serial = 7", "serial = 8"));
    said(&workshop.policy(&workshop.signer.file()).output().unwrap()).unwrap();
    check(&cdn_site, &root, &out).assert(&["FAIL stale"], "a cache with the old policy");
    check(&plain, &root, &out).assert(&[], "the server behind it");
}

/// During a rotation either signer's policy is believed by the program, and nobody else's.
#[test]
fn programs_believe_either_signer_and_no_other() {
    let workshop = Workshop::new();
    let more = workshop.public_of("more", &[&workshop.other]);
    workshop.publish(&["--signers", more.to_str().unwrap()]).unwrap();
    let certificates = certificates(&workshop.file(""));
    let net = Net::new();
    let conf = nginx(&workshop.site(), &certificates);
    let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
    let customer = Host::boot(&net, "customer", "203.0.113.10");
    let root = fs::read(certificates.join("root.pem")).unwrap();
    customer.put("/usr/local/share/ca-certificates/lab.crt", root, 0o644);
    customer.ok("update-ca-certificates");
    ask(&customer, &site);
    let line = || customer.run(&format!("curl -sLf https://{HOST} | sh -s -- --dry-run"));
    for signer in [&workshop.signer, &workshop.other] {
        said(&workshop.policy(&signer.file()).output().unwrap()).unwrap();
        let run = line();
        assert!(run.last_line().starts_with("RESULT: dry-run"), "{run}");
    }
    let policy = workshop.read("policy.toml");
    let text = policy.split("# -----BEGIN SSH").next().unwrap();
    fs::write(workshop.file("text"), text).unwrap();
    crate::workshop::sh(&format!(
        "cd {}; ssh-keygen -q -Y sign -n support-access -f {} <text >sig 2>/dev/null
        {{ cat text; sed 's/^/# /' sig; }} >site/policy.toml",
        workshop.file("").display(),
        workshop.engineer.file().display()
    ));
    let run = line();
    assert_eq!(run.code, 4, "{run}");
    assert!(run.last_line().starts_with("RESULT: refused"), "{run}");
}
