//! `publish --check`: asked of real servers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lab::{Net, Site};

use crate::workshop::{HOST, Workshop, repository, sh};

/// A certificate for the site from an authority that it needs an intermediate for: the folder has
/// `root.pem`, `leaf.pem` (alone), `chain.pem`, `key.pem` and `other.pem`, for another name.
pub(crate) fn certificates(folder: &Path) -> PathBuf {
    let folder = folder.join("certificates");
    fs::create_dir_all(&folder).unwrap();
    sh(&format!(
        "cd {}; exec 2>/dev/null
        key() {{ openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1; }}
        for it in root.key middle.key key.pem; do key $it; done
        openssl req -x509 -key root.key -days 30 -subj /CN=root -out root.pem
        sign() {{ openssl req -new -key $1 -subj /CN=$2 -out csr; printf \"$6\" >ext
            openssl x509 -req -in csr -CA $3 -CAkey $4 -CAcreateserial -days 30 -extfile ext -out $5; }}
        sign middle.key middle root.pem root.key middle.pem 'basicConstraints=critical,CA:TRUE'
        sign key.pem {HOST} middle.pem middle.key leaf.pem 'subjectAltName=DNS:{HOST}'
        sign key.pem other middle.pem middle.key other.pem 'subjectAltName=DNS:other.example'
        cat leaf.pem middle.pem >chain.pem; cat middle.pem >>other.pem",
        folder.display()
    ));
    folder
}

/// The configuration of the docs for this folder, with a chain of three certificates.
pub(crate) fn nginx(root: &Path, certificates: &Path) -> String {
    fs::read_to_string(repository().join("docs/nginx.conf"))
        .unwrap()
        .replace("@NAME@", HOST)
        .replace("@ROOT@", &root.display().to_string())
        .replace("@CERT@", &certificates.join("chain.pem").display().to_string())
        .replace("@KEY@", &certificates.join("key.pem").display().to_string())
}

/// What a check said.
#[derive(Debug)]
pub(crate) struct Said {
    code: Option<i32>,
    text: String,
}

impl Said {
    /// Each complaint once, as `FAIL id` or `WARN id`.
    pub(crate) fn complaints(&self) -> BTreeSet<String> {
        self.text
            .lines()
            .filter(|line| line.starts_with("FAIL") || line.starts_with("WARN"))
            .map(|line| {
                let (level, rest) = line.split_once(' ').unwrap();
                format!("{level} {}", rest.trim_start().split(':').next().unwrap())
            })
            .collect()
    }

    /// Fails unless these were the complaints, and the exit code fits them.
    #[track_caller]
    pub(crate) fn assert(&self, complaints: &[&str], what: &str) {
        let wanted: BTreeSet<String> = complaints.iter().map(|&it| it.to_owned()).collect();
        assert_eq!(self.complaints(), wanted, "{what}:\n{}", self.text);
        let code = i32::from(complaints.iter().any(|it| it.starts_with("FAIL")));
        assert_eq!(self.code, Some(code), "{what}:\n{}", self.text);
        assert!(self.text.contains("ok  "), "{what}: nothing was looked at:\n{}", self.text);
    }
}

/// Runs the check where the site is, with the root of its certificate alone.
pub(crate) fn check(site: &Site, authority: &Path, arguments: &[&str]) -> Said {
    let out = site
        .command(repository().join("scripts/publish"))
        .args(["--check", &format!("https://{HOST}"), "--cacert"])
        .arg(authority)
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    Said { code: out.status.code(), text: text.into_owned() }
}

/// A site as it should be gives no complaint, also when it is asked for all that was published.
#[test]
fn a_good_site_is_told_so() {
    let workshop = Workshop::published();
    let certificates = certificates(workshop.file("").as_path());
    let net = Net::new();
    let conf = nginx(&workshop.site(), &certificates);
    let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
    let signers = workshop.public_of("own", &[&workshop.signer]);
    let said = check(
        &site,
        &certificates.join("root.pem"),
        &["--out", workshop.site().to_str().unwrap(), "--signers", signers.to_str().unwrap()],
    );
    said.assert(&[], "a good site");
    assert!(!said.text.contains("skipped"), "{}", said.text);
    for about in ["policy: serial 7", "versions: 1 served", "openssl-signature", "signers: all"] {
        assert!(said.text.contains(about), "{about}:\n{}", said.text);
    }
}

/// A machine that can't reach it gets one plain line.
#[test]
fn a_site_that_is_not_there_is_told_so() {
    let workshop = Workshop::new();
    let certificates = certificates(workshop.file("").as_path());
    let net = Net::new();
    let conf = nginx(&workshop.site(), &certificates).replace("443", "8443");
    let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
    let said = check(&site, &certificates.join("root.pem"), &[]);
    assert_eq!(said.complaints(), BTreeSet::from(["FAIL connection".to_owned()]), "{said:?}");
    assert_eq!(said.code, Some(1), "{said:?}");
}
