//! A customer's server for one run of the line; `world.sh` beside this file builds it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::site::{fresh_dir, repository, site};

/// What differs from an ordinary server and an ordinary site.
#[derive(Default)]
pub(crate) struct World {
    hidden: Vec<&'static str>,
    mounts: String,
    fault: String,
    put: Vec<(&'static str, String)>,
    root: Option<PathBuf>,
}

/// What a run did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Files on disk (not on tmpfs) that were made, changed or removed.
    pub(crate) changed: String,
    /// What is left of our temporary folders.
    pub(crate) left: String,
    /// The requests that reached nginx, each with the number of its connection at the end.
    pub(crate) requests: String,
}

impl Outcome {
    /// The last line of standard output.
    pub(crate) fn last(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }

    /// Fails unless install.sh itself ended so, saying why, and left nothing.
    #[track_caller]
    pub(crate) fn assert_failed(&self, code: i32, reason: &str) {
        let word = if code == 4 { "refused" } else { "failed" };
        assert_eq!(self.code, code, "{self:#?}");
        assert_eq!(
            self.stdout,
            format!("RESULT: {word} reason={reason} exit={code}\n"),
            "{self:#?}"
        );
        self.assert_clean();
    }

    /// Fails if anything is left behind, in memory or on disk.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!((self.left.as_str(), self.changed.as_str()), ("", ""), "{self:#?}");
    }
}

impl World {
    /// Takes commands away.
    pub(crate) fn without(mut self, commands: &[&'static str]) -> Self {
        self.hidden.extend(commands);
        self
    }

    /// Mounts a tmpfs with these options on each folder.
    pub(crate) fn tmpfs(mut self, options: &str, places: &[&str]) -> Self {
        for place in places {
            writeln!(self.mounts, "{options} {place}").unwrap();
        }
        self
    }

    /// Adds locations to nginx's server block.
    pub(crate) fn fault(mut self, locations: &str) -> Self {
        self.fault.push_str(locations);
        self
    }

    /// Puts an executable file on the server.
    pub(crate) fn put(mut self, path: &'static str, text: &str) -> Self {
        self.put.push((path, text.to_owned()));
        self
    }

    /// Does not wait between two tries.
    pub(crate) fn hasty(self) -> Self {
        let sleep = "#!/bin/sh\ncase $1 in 2 | 4) set -- 0.1 ;; esac\nexec /usr/bin/sleep \"$@\"\n";
        self.put("usr/sbin/sleep", sleep)
    }

    /// Serves another folder than the published one.
    pub(crate) fn serving(mut self, root: PathBuf) -> Self {
        self.root = Some(root);
        self
    }

    /// Types the line as root.
    #[track_caller]
    pub(crate) fn run(self, line: &str) -> Outcome {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let out = fresh_dir(&format!("world-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let put = out.join("put");
        fs::create_dir_all(&put).unwrap();
        for (path, text) in &self.put {
            use std::os::unix::fs::PermissionsExt;
            let file = put.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let nginx = out.join("nginx.conf");
        fs::write(&nginx, self.nginx(&out)).unwrap();
        let status = Command::new("unshare")
            .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"])
            .arg(repository().join("tests/installer/world.sh"))
            .env("OUT", &out)
            .env("CONF", &nginx)
            .env("CA", &site().ca)
            .env("PUT", &put)
            .env("HIDE", self.hidden.join(" "))
            .env("MOUNTS", &self.mounts)
            .env("LINE", line)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(status.status.success(), "world.sh: {}", String::from_utf8_lossy(&status.stderr));
        let read = |name: &str| {
            String::from_utf8_lossy(&fs::read(out.join(name)).unwrap_or_default()).into_owned()
        };
        let outcome = Outcome {
            code: read("code").trim().parse().unwrap(),
            stdout: read("stdout"),
            stderr: read("stderr"),
            changed: read("changed"),
            left: read("left"),
            requests: read("access.log"),
        };
        fs::remove_dir_all(&out).unwrap();
        outcome
    }

    /// The example configuration of the docs, with its names replaced and the faults put in.
    fn nginx(&self, out: &std::path::Path) -> String {
        let example = fs::read_to_string(repository().join("docs/nginx.conf")).unwrap();
        let site = site();
        let root = self.root.as_ref().unwrap_or(&site.root);
        let server = example
            .replace("@NAME@", "support.example.test")
            .replace("@ROOT@", root.to_str().unwrap())
            .replace("@CERT@", site.cert.to_str().unwrap())
            .replace("@KEY@", &format!("{}.key", site.cert.display()))
            .replace("    # Written once,", &format!("{}\n    # Written once,", self.fault));
        let out = out.display();
        format!(
            "user root; pid {out}/pid; error_log {out}/nginx.log; worker_processes 1;
            events {{}}
            http {{
                log_format told '$request $status $http_user_agent $connection';
                access_log {out}/access.log told;
                client_body_temp_path {out}/t1; proxy_temp_path {out}/t2;
                fastcgi_temp_path {out}/t3; uwsgi_temp_path {out}/t4; scgi_temp_path {out}/t5;
                {server}
                # Whoever is led away from https finds all he wants here, and must not take it.
                server {{ listen 80; root {}; }}
                server {{ listen 127.0.0.1:81; access_log off; return 204; }}
            }}",
            root.display(),
        )
    }
}
