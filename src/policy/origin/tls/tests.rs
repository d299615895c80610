//! Against `openssl s_server`, with each kind of certificate and key exchange, and beside *ring*.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use p256::ecdsa::signature::{RandomizedSigner as _, hazmat::PrehashSigner as _};
use p256::ecdsa::{DerSignature, Signature, SigningKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use super::*;
use crate::policy::testing::{Workshop, run};

/// `openssl s_server` that answers each connection with a page, on a port of its own.
struct Site {
    child: Child,
    port: u16,
}

impl Site {
    fn start(shop: &Workshop, args: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let accept = format!("127.0.0.1:{port}");
        let (key, cert) = (shop.path("site.key"), shop.path("site.pem"));
        #[allow(clippy::disallowed_methods, reason = "the test's own server")]
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-accept", &accept, "-key"])
            .arg(key)
            .arg("-cert")
            .arg(cert)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port }
    }

    /// What the site answers, or what our TLS says against it.
    fn get(&self, shop: &Workshop) -> Result<String, std::io::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(shop.path("ca.pem")).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
        let end = Instant::now() + Duration::from_mins(2);
        let mut tcp = loop {
            match std::net::TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(tcp) => break tcp,
                Err(error) => assert!(Instant::now() < end, "s_server does not start: {error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut stream = Stream::new(&mut tls, &mut tcp);
        std::io::Write::write_all(&mut stream, b"GET / HTTP/1.0\r\n\r\n")?;
        let mut text = String::new();
        // s_server ends without a close_notify.
        let _ = std::io::Read::read_to_string(&mut stream, &mut text);
        Ok(text)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A CA and a site's certificate, both with keys that `openssl genpkey` makes from these words.
fn certificates(shop: &Workshop, key: &[&str], hash: &str) {
    let path = |name: &str| shop.path(name).to_str().unwrap().to_owned();
    let ext = shop.put("ext", "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
    for name in ["ca.key", "site.key"] {
        run("openssl", &[&["genpkey", "-out", &path(name)], key].concat(), b"");
    }
    let ca = ["req", "-x509", "-days", "2", "-subj", "/CN=CA"];
    let with = ["-key", &path("ca.key"), hash, "-out", &path("ca.pem")];
    run("openssl", &[&ca[..], &with].concat(), b"");
    let request = ["req", "-new", "-subj", "/CN=localhost"];
    let with = ["-key", &path("site.key"), hash, "-out", &path("site.csr")];
    run("openssl", &[&request[..], &with].concat(), b"");
    let sign = ["x509", "-req", "-days", "2", "-CAcreateserial", hash, "-in", &path("site.csr")];
    let (ca, key) = (path("ca.pem"), path("ca.key"));
    let with = ["-CA", &ca, "-CAkey", &key, "-extfile", ext.to_str().unwrap()];
    run("openssl", &[&sign[..], &with, &["-out", &path("site.pem")]].concat(), b"");
}

#[test]
fn each_kind_of_certificate_and_key_exchange_is_spoken() {
    let ec = |curve| vec!["-algorithm", "EC", "-pkeyopt", curve];
    let p256 = ec("ec_paramgen_curve:P-256");
    let p384 = ec("ec_paramgen_curve:P-384");
    let rsa = vec!["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    for (key, hash, versions) in [
        (p256.clone(), "-sha256", &["-tls1_2", "-tls1_3"][..]),
        (p256, "-sha384", &["-tls1_2"]),
        (p384, "-sha384", &["-tls1_2", "-tls1_3"]),
        (rsa, "-sha256", &["-tls1_2", "-tls1_3"]),
        (vec!["-algorithm", "ED25519"], "-sha256", &["-tls1_3"]),
    ] {
        let shop = Workshop::new();
        certificates(&shop, &key, hash);
        for version in versions {
            for group in ["X25519", "P-256", "P-384"] {
                let site = Site::start(&shop, &[version, "-groups", group]);
                let text =
                    site.get(&shop).unwrap_or_else(|e| panic!("{key:?} {version} {group}: {e}"));
                assert!(text.starts_with("HTTP/1.0 200"), "{key:?} {version} {group}: {text}");
            }
        }
    }
}

#[test]
fn a_certificate_by_another_key_is_refused() {
    let shop = Workshop::new();
    let key = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    certificates(&shop, &key, "-sha256");
    let site = Site::start(&shop, &[]);
    assert!(site.get(&shop).is_ok());
    // The same names, signed by the same CA's name with another key.
    let ca = std::fs::read(shop.path("ca.pem")).unwrap();
    certificates(&shop, &key, "-sha256");
    let other = Site::start(&shop, &[]);
    shop.put("ca.pem", ca);
    let error = other.get(&shop).unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate: BadSignature"), "{error}");
}

/// The same answers as *ring* gives, to signatures that fit and to each that has one bit turned.
#[test]
fn signatures_are_judged_as_ring_judges_them() {
    let secret = SigningKey::random(&mut OsRng);
    let public = secret.verifying_key().to_encoded_point(false);
    let public = public.as_bytes();
    let text = b"to be signed";
    let short: DerSignature = secret.sign_with_rng(&mut OsRng, text);
    let long: Signature = secret.sign_prehash(&Sha384::digest(text)).unwrap();
    for (signature, ours, rings) in [
        (short.as_bytes().to_vec(), &P256_SHA256, webpki::ring::ECDSA_P256_SHA256),
        (long.to_der().as_bytes().to_vec(), &P256_SHA384, webpki::ring::ECDSA_P256_SHA384),
    ] {
        assert_eq!(ours.public_key_alg_id(), rings.public_key_alg_id());
        assert_eq!(ours.signature_alg_id(), rings.signature_alg_id());
        let same = |public: &[u8], text: &[u8], signature: &[u8], what: &str| {
            let ours = ours.verify_signature(public, text, signature).is_ok();
            assert_eq!(ours, rings.verify_signature(public, text, signature).is_ok(), "{what}");
            ours
        };
        assert!(same(public, text, &signature, "as signed"));
        assert!(!same(public, b"another text", &signature, "another text"));
        let turned = |bytes: &[u8], bit: usize| {
            let mut bytes = bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        for bit in 0..signature.len() * 8 {
            assert!(!same(public, text, &turned(&signature, bit), &format!("bit {bit}")));
        }
        for bit in 0..public.len() * 8 {
            assert!(!same(&turned(public, bit), text, &signature, &format!("key's bit {bit}")));
        }
        for length in 0..signature.len() {
            assert!(!same(public, text, &signature[..length], &format!("cut at {length}")));
        }
        assert!(!same(&[], text, &signature, "no key"));
    }
}
