//! A real nginx with TLS on the loopback, and servers that misbehave below HTTP.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Certificate;

use super::{
    Answer, LONGEST_TAG, PATIENCE, Patience, builder, client, embedded, get, get_with, is_tag,
    provider,
};
use crate::policy::testing::{Workshop, both, run};
use crate::policy::{HttpsUrl, ReadError};

const HASTY: Patience = Patience { connect: Duration::from_secs(2), total: Duration::from_secs(2) };

/// nginx on a port of its own, with a certificate for `localhost` by a throw-away CA.
struct Site {
    shop: Workshop,
    nginx: Child,
    port: u16,
}

impl Site {
    fn start() -> Self {
        let shop = Workshop::new();
        make_certificates(&shop);
        let dir = shop.dir().to_str().unwrap();
        // Bound and let go: nginx takes it a moment later.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        shop.put("policy.toml", "schema = 1\n");
        shop.put("empty", "");
        shop.put("large", "x".repeat(crate::policy::MAX_BYTES + 1));
        shop.put("page", "\n<!DOCTYPE html><html>sign in</html>");
        shop.put("index.html", "welcome");
        let config =
            include_str!("nginx.conf").replace("DIR", dir).replace("PORT", &port.to_string());
        let config = shop.put("nginx.conf", config);
        #[allow(clippy::disallowed_methods, reason = "the test's own server")]
        let nginx = Command::new("/usr/sbin/nginx")
            .args(["-c", config.to_str().unwrap(), "-e", &format!("{dir}/error.log")])
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx is needed for this test");
        let site = Self { shop, nginx, port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_mins(2), "nginx does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        site
    }

    fn url(&self, path: &str) -> HttpsUrl {
        url(self.port, path)
    }

    fn get(&self, path: &str, patience: Patience) -> Result<String, ReadError> {
        let _ = provider().install_default();
        let ca = std::fs::read(self.shop.path("ca.pem")).unwrap();
        let ca = Certificate::from_pem(&ca).unwrap();
        let client = builder(patience).tls_certs_only([ca]).no_proxy().build().unwrap();
        get_with(&client, &self.url(path), None, patience).map(|answer| match answer {
            Answer::File { bytes, .. } => String::from_utf8(bytes).unwrap(),
            Answer::Same => panic!("304 without being asked"),
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // nginx runs as one process here (`master_process off`), so this ends all of it.
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

fn url(port: u16, path: &str) -> HttpsUrl {
    format!("https://localhost:{port}/{path}").parse().unwrap()
}

fn make_certificates(shop: &Workshop) {
    let path = |name: &str| shop.path(name).to_str().unwrap().to_owned();
    let ext = shop.put("ext", "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
    let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let request = |args: &[&str]| run("openssl", &[&["req"], &new_key[..], args].concat(), b"");
    request(&[
        "-x509",
        "-days",
        "2",
        "-subj",
        "/CN=Lab CA",
        "-keyout",
        &path("ca.key"),
        "-out",
        &path("ca.pem"),
    ]);
    request(&["-subj", "/CN=localhost", "-keyout", &path("site.key"), "-out", &path("site.csr")]);
    run(
        "openssl",
        &[
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            &path("site.csr"),
            "-CA",
            &path("ca.pem"),
            "-CAkey",
            &path("ca.key"),
            "-CAcreateserial",
            "-extfile",
            ext.to_str().unwrap(),
            "-out",
            &path("site.pem"),
        ],
        b"",
    );
}

#[test]
fn answers_of_a_site() {
    let site = Site::start();
    for path in ["policy.toml", "once", "thrice"] {
        assert_eq!(site.get(path, PATIENCE), Ok("schema = 1\n".into()), "{path}");
    }
    assert_eq!(site.get("empty", PATIENCE), Ok(String::new()));
    for (path, says) in [
        ("none", "status 404 instead of 200"),
        ("gone", "status 410"),
        ("broken", "status 500"),
        ("nothing", "status 204"),
        ("large", "larger than 262144 bytes"),
        ("page", "is a web page"),
        ("index.html", "is a web page"),
        ("endless", "redirected too often"),
        ("downgrade", "redirected too often or to an address that is not https"),
    ] {
        let error = site.get(path, PATIENCE).unwrap_err();
        let english = both(&error);
        assert!(english.contains(says) && english.contains(path), "{english}");
    }
    // Asked again with its tag, it says that nothing has changed; with another, it is sent.
    let ask = |tag: Option<&str>| {
        let ca = std::fs::read(site.shop.path("ca.pem")).unwrap();
        let ca = Certificate::from_pem(&ca).unwrap();
        let client = builder(PATIENCE).tls_certs_only([ca]).no_proxy().build().unwrap();
        get_with(&client, &site.url("policy.toml"), tag, PATIENCE).unwrap()
    };
    let Answer::File { tag: Some(tag), .. } = ask(None) else { panic!("no entity tag") };
    assert_eq!(ask(Some(&tag)), Answer::Same);
    assert!(matches!(ask(Some("\"other\"")), Answer::File { .. }));
    for path in ["slow", "trickle"] {
        let start = Instant::now();
        let error = site.get(path, HASTY).unwrap_err();
        assert!(both(&error).contains("no answer within 2 s"), "{error}");
        assert!(start.elapsed() < Duration::from_mins(1), "{path}: {:?}", start.elapsed());
    }
}

/// Runs [`get`] itself in a process with an environment of its own: the CA certificates and proxies
/// that it takes from there can't be changed in this process.
#[test]
fn certificates_and_proxies_come_from_the_environment() {
    const NAME: &str =
        "policy::origin::fetch::tests::certificates_and_proxies_come_from_the_environment";
    if let Ok(url) = std::env::var("TEST_FETCH_URL") {
        let roots = client(PATIENCE).unwrap().1;
        let result = get(&url.parse().unwrap()).map(|(bytes, _)| bytes.len());
        assert_eq!(format!("{roots}: {result:?}"), std::env::var("TEST_FETCH_EXPECT").unwrap());
        return;
    }
    let site = Site::start();
    let url = site.url("policy.toml").to_string();
    let ca = site.shop.path("ca.pem");
    let ca = ca.to_str().unwrap();
    let unknown = "Tls { url: \"URL\", detail: \"invalid peer certificate: UnknownIssuer\" }";
    let refused = "Refused { url: \"URL\" }";
    let proxy = ("HTTPS_PROXY", "http://127.0.0.1:9");
    for (vars, expect) in [
        (vec![("SSL_CERT_FILE", ca)], "system: Ok(11)".to_owned()),
        (
            vec![("SSL_CERT_FILE", "/none"), ("SSL_CERT_DIR", "/none")],
            format!("embedded: Err({unknown})"),
        ),
        (vec![("SSL_CERT_FILE", ca), proxy], format!("system: Err({refused})")),
        (
            vec![("SSL_CERT_FILE", ca), proxy, ("NO_PROXY", "localhost")],
            "system: Ok(11)".to_owned(),
        ),
    ] {
        #[allow(clippy::disallowed_methods, reason = "this test itself")]
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env_clear()
            .envs(vars.iter().copied())
            .env("TEST_FETCH_URL", &url)
            .env("TEST_FETCH_EXPECT", expect.replace("URL", &url))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{vars:?}: {output:?}");
    }
}

#[test]
fn ways_not_to_be_reached_are_told_apart() {
    let _ = provider().install_default();
    let client = embedded(HASTY).unwrap();
    let fail = |url: &HttpsUrl| get_with(&client, url, None, HASTY).unwrap_err();

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = fail(&url(closed, "p"));
    assert!(both(&error).contains("connection refused"), "{error:?}");

    // Connected by the kernel, never answered by anybody.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = fail(&url(silent.local_addr().unwrap().port(), "p"));
    assert!(both(&error).contains("no answer within"), "{error:?}");

    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    #[allow(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    });
    let error = fail(&url(port, "p"));
    answering.join().unwrap();
    assert!(both(&error).contains("no secure connection"), "{error:?}");

    // A resolver that does not answer takes its time.
    let client = embedded(PATIENCE).unwrap();
    let unknown: HttpsUrl = "https://name.invalid/p".parse().unwrap();
    let error = get_with(&client, &unknown, None, PATIENCE).unwrap_err();
    assert!(both(&error).contains("name.invalid: name not found"), "{error:?}");
}

#[test]
fn a_tag_names_one_file() {
    for tag in ["\"\"", "\"67a-1\"", "W/\"67a-1\"", "\"a,b*\""] {
        assert!(is_tag(tag), "{tag}");
    }
    let long = format!("\"{}\"", "x".repeat(LONGEST_TAG));
    for tag in
        ["*", "", "\"", "W/", "x", "\"a\", \"b\"", "\"a b\"", "\"a\r\nX: y\"", "\"a\" *", &long]
    {
        assert!(!is_tag(tag), "{tag}");
    }
}
