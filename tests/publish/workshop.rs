//! A publisher's desk: keys, a policy, and a site made of them by the real `scripts/publish`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use lab::{Key, KeyKind};
use tempfile::TempDir;

/// Where the sites of these tests stand.
pub(crate) const HOST: &str = "support.example";

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `scripts/build` made: by `scripts/test`, or else now.
pub(crate) fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        if let Some(folder) = std::env::var_os("SUPPORT_ACCESS_DIST") {
            return PathBuf::from(folder);
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dist");
        let build = repository().join("scripts/build");
        said(&Command::new(build).arg("--out").arg(&folder).output().unwrap()).unwrap();
        folder
    })
}

/// Runs a line of bash and insists on its success.
#[track_caller]
pub(crate) fn sh(line: &str) -> String {
    let out = Command::new("bash").args(["-ec", line]).output().unwrap();
    assert!(out.status.success(), "{line}\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// A time in RFC 3339, as `date -d` reads it.
pub(crate) fn date(when: &str) -> String {
    sh(&format!("date -u -d '{when}' +%FT%TZ")).trim().to_owned()
}

/// A policy's text with another end.
pub(crate) fn until(text: &str, when: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("valid-until")).unwrap();
    text.replace(line, &format!("valid-until = {}", date(when)))
}

/// A publisher with an empty site.
pub(crate) struct Workshop {
    folder: TempDir,
    /// Signs the policy.
    pub(crate) signer: Key,
    /// Signs nothing yet.
    pub(crate) other: Key,
    /// What the policy allows in.
    pub(crate) engineer: Key,
}

impl Workshop {
    /// Keys, a policy and a private key for openssl.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [signer, other, engineer] = [(); 3].map(|()| Key::generate(KeyKind::Ed25519));
        let it = Self { folder, signer, other, engineer };
        it.write_policy(|text| text);
        sh(&format!(
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {} 2>/dev/null",
            it.pem().display()
        ));
        it
    }

    /// One with a site in it, published from the programs at hand.
    pub(crate) fn published() -> Self {
        let it = Self::new();
        it.publish(&[]).unwrap();
        it
    }

    /// A file of this publisher's.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The site's folder.
    pub(crate) fn site(&self) -> PathBuf {
        self.file("site")
    }

    /// The key that signs for openssl.
    pub(crate) fn pem(&self) -> PathBuf {
        self.file("release-key.pem")
    }

    /// The public halves of keys in a file, as `--signers` takes it.
    pub(crate) fn public_of(&self, name: &str, keys: &[&Key]) -> PathBuf {
        let file = self.file(name);
        fs::write(&file, keys.iter().map(|key| key.public()).collect::<String>()).unwrap();
        file
    }

    /// The policy, changed.
    pub(crate) fn write_policy(&self, change: impl Fn(String) -> String) {
        let text = format!(
            "schema = 1\nserial = 7\nvalid-until = {}\n\
             provider = \"Example Support\"\nlanguage = \"ko\"\nsite = \"https://{HOST}\"\n\
             account = \"example\"\nfrom = [\"192.0.2.7\"]\nport = 22\n\
             lifetime = \"72h\"\nlongest = \"14d\"\nsudo = \"none\"\nkeys = [\"{}\"]\n",
            date("+30 days"),
            self.engineer.public().trim(),
        );
        fs::write(self.file("policy.toml"), change(text)).unwrap();
    }

    /// Policy, address and folder: what every publication is told.
    pub(crate) fn basics(&self) -> Vec<String> {
        ["--policy", &self.file("policy.toml").display().to_string(), "--url"]
            .into_iter()
            .map(str::to_owned)
            .chain([
                format!("https://{HOST}"),
                "--out".to_owned(),
                self.site().display().to_string(),
            ])
            .collect()
    }

    /// A whole publication, ready to be run. The tree need not be committed for tests.
    pub(crate) fn command(&self, signer: &Path) -> Command {
        let mut command = Command::new(repository().join("scripts/publish"));
        command.args(self.basics()).arg("--sign").arg(signer).arg("--allow-dirty");
        command.arg("--binaries").arg(binaries()).arg("--openssl-key").arg(self.pem());
        command
    }

    /// Publishes, with these arguments besides: what it said.
    pub(crate) fn publish(&self, arguments: &[&str]) -> Result<String, String> {
        said(&self.command(&self.signer.file()).args(arguments).output().unwrap())
    }

    /// A publication of no more than the policy, ready to be run.
    pub(crate) fn policy(&self, signer: &Path) -> Command {
        let mut command = Command::new(repository().join("scripts/publish"));
        command.arg("--policy-only").args(self.basics()).arg("--sign").arg(signer);
        command
    }

    /// Publishes no more than the policy.
    pub(crate) fn policy_only(&self, signer: &Path) -> Result<String, String> {
        said(&self.policy(signer).output().unwrap())
    }

    /// The versions in the site.
    pub(crate) fn versions(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.site().join("v"))
            .into_iter()
            .flatten()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The folder of the only version.
    pub(crate) fn release(&self) -> PathBuf {
        let versions = self.versions();
        assert_eq!(versions.len(), 1, "{versions:?}");
        self.site().join("v").join(&versions[0])
    }

    /// A published file's text.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.site().join(name)).unwrap()
    }

    /// Every published file with its hash, signatures aside.
    pub(crate) fn sums(&self) -> String {
        sh(&format!(
            "cd {}; find . -type f ! -name 'SHA256SUMS.*' | LC_ALL=C sort | while read -r f; do
                printf '%s %s\\n' \"$f\" \"$(sed '/^# -----BEGIN SSH SIG/,$d' \"$f\" | sha256sum)\"; done",
            self.site().display()
        ))
    }

    /// Whatever is published belongs together: each script finds its programs, and the policy is
    /// signed by one whom it names.
    #[track_caller]
    pub(crate) fn assert_whole(&self) {
        sh(&format!(
            "cd {}
            for script in install.sh index.html; do
                sh -n $script; [ \"$(tail -n 1 $script)\" = '}}' ]
                version=$(sed -n \"s/^version='\\(.*\\)'/\\1/p\" $script)
                (cd v/$version && sha256sum --quiet -c SHA256SUMS)
                for cpu in x86_64 aarch64; do
                    set -- $(sed -n \"s/^$cpu='\\(.*\\)'/\\1/p\" $script)
                    printf '%s  v/%s/support-access-%s\\n%s  v/%s/support-access-%s.gz\\n' \
                        $2 $version $cpu $4 $version $cpu | sha256sum --quiet -c
                done
                sed -n \"/^signers='/,/'$/p\" $script | sed -e \"s/^signers='//\" -e \"s/'$//\" >{signers}
                sed -n '/^# -----BEGIN SSH SIG/,$s/^# //p' policy.toml >{signature}
                sed '/^# -----BEGIN SSH SIG/,$d' policy.toml | ssh-keygen -Y verify -q -f {signers} \
                    -I support-access -n support-access -s {signature} >&2
            done",
            self.site().display(),
            signers = self.file("whole.signers").display(),
            signature = self.file("whole.sig").display(),
        ));
    }
}

/// What a run said, as its success or its failure.
pub(crate) fn said(output: &Output) -> Result<String, String> {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() { Ok(text) } else { Err(text) }
}

/// Fails unless it was refused for this reason.
#[track_caller]
pub(crate) fn refused(result: Result<String, String>, reason: &str) {
    let text = result.expect_err("it should have been refused");
    assert!(text.contains(reason), "not refused with '{reason}':\n{text}");
}
