//! Sites: a real nginx with TLS on an address of its own.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use crate::Net;
use crate::run::{Run, kill_group, make_folder, must, script, tool, wait_until};

/// What is served unless a test brings a configuration of its own.
const SERVER: &str = "server {
    listen 443 ssl;
    server_name {{name}};
    ssl_certificate {{certificate}};
    ssl_certificate_key {{key}};
    root {{root}};
}
";

/// A web server for one name, with a certificate from a throw-away authority.
#[derive(Debug)]
pub struct Site {
    name: String,
    address: String,
    folder: PathBuf,
    group: PathBuf,
    net: Net,
    child: Option<Child>,
}

impl Site {
    /// Serves a folder's files over https, as they are at each request.
    pub fn serve(net: &Net, name: &str, address: &str, root: &Path) -> Self {
        Self::serve_with(net, name, address, root, SERVER)
    }

    /// The same, with nginx `server {}` blocks in which `{{name}}`, `{{root}}`, `{{certificate}}`
    /// and `{{key}}` are filled in.
    pub fn serve_with(net: &Net, name: &str, address: &str, root: &Path, server: &str) -> Self {
        let run = Run::get();
        let folder = run.new_folder("site");
        let group = run.group.join(folder.file_name().expect("Run names its folders"));
        let mut site = Self {
            name: name.to_owned(),
            address: address.to_owned(),
            folder,
            group,
            net: net.clone(),
            child: None,
        };
        site.make_certificate();
        let path = |name: &str| site.folder.join(name).display().to_string();
        let server = server
            .replace("{{name}}", name)
            .replace("{{root}}", &root.display().to_string())
            .replace("{{certificate}}", &path("site.crt"))
            .replace("{{key}}", &path("site.key"));
        // Root, as the folder may lie where only root can look.
        let configuration = format!(
            "user root;\nworker_processes 1;\npid {0}/nginx.pid;\nerror_log {0}/error.log info;\n\
             events {{}}\nhttp {{\n\
             include /etc/nginx/mime.types;\ndefault_type application/octet-stream;\n\
             access_log {0}/access.log combined;\n\
             client_body_temp_path {0}/body;\nproxy_temp_path {0}/proxy;\n\
             fastcgi_temp_path {0}/fastcgi;\nuwsgi_temp_path {0}/uwsgi;\nscgi_temp_path {0}/scgi;\n\
             server {{ listen unix:{0}/asked; access_log off; return 204; }}\n{server}\n}}\n",
            site.folder.display(),
        );
        fs::write(site.folder.join("nginx.conf"), configuration).expect("write nginx.conf");
        site.start();
        site
    }

    /// Starts it again after [`Site::stop`].
    pub fn start(&mut self) {
        assert!(self.child.is_none(), "{} is being served", self.name);
        let log = fs::File::create(self.folder.join("nginx.out")).expect("create nginx.out");
        let pid = self.folder.join("nginx.pid");
        for old in [&pid, &self.folder.join("asked")] {
            let _ = fs::remove_file(old);
        }
        make_folder(&self.group);
        let mut child = tool(script("serve"))
            .arg(&self.group)
            .args([&self.net.pid(), &self.net.new_port(), &self.address])
            .arg(&self.folder)
            .stdout(log.try_clone().expect("duplicate nginx.out"))
            .stderr(log)
            .spawn()
            .expect("start sh/serve");
        // nginx writes its number when its sockets are open.
        let serves = wait_until(Duration::from_mins(2), || {
            fs::metadata(&pid).is_ok_and(|it| it.len() > 0)
                || child.try_wait().is_ok_and(|ended| ended.is_some())
        });
        self.child = Some(child);
        let said = self.file("nginx.out");
        assert!(serves && pid.exists(), "nginx does not start for {}:\n{said}", self.name);
    }

    /// Stops it: its address is as good as unknown then.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // All of it: a worker would go on serving until its process 1 has come to die.
            kill_group(&self.group);
            let _ = child.wait();
        }
    }

    /// A program of this machine that will run where the site does: in its network, where its name
    /// is known, and gone when the tests are. Serve beside nginx with it, or ask the site.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
        let hosts = self.folder.join("hosts");
        fs::write(&hosts, format!("127.0.0.1 localhost\n{} {}\n", self.address, self.name))
            .expect("write hosts");
        let child = self.child.as_ref().expect("the site is being served");
        let enter =
            "echo 0 >\"$1/cgroup.procs\"; mount --bind \"$2\" /etc/hosts; shift 2; exec \"$@\"";
        let mut command = tool("nsenter");
        command
            .args(["--net", "--target", &child.id().to_string(), "--"])
            .args(["unshare", "--mount", "sh", "-euc", enter, "sh"])
            .arg(Run::get().helpers())
            .arg(hosts)
            .arg(program);
        command
    }

    /// The site's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The site's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The certificate of the authority that vouches for this site (PEM).
    pub fn ca_certificate(&self) -> String {
        self.file("ca.crt")
    }

    /// The site's own certificate (PEM).
    pub fn certificate(&self) -> String {
        self.file("site.crt")
    }

    /// One line for each request until now.
    pub fn access_log(&self) -> String {
        self.settle();
        self.file("access.log")
    }

    /// What nginx had to complain about.
    pub fn error_log(&self) -> String {
        self.file("error.log")
    }

    /// Has nginx answer once more, which is not logged: whoever has got an answer may come here before
    /// its only worker has written the line for it, but not before this answer.
    fn settle(&self) {
        let asked = UnixStream::connect(self.folder.join("asked")).and_then(|mut nginx| {
            nginx.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
            nginx.read_to_end(&mut Vec::new())
        });
        assert!(asked.is_ok() || self.child.is_none(), "nginx of {}: {asked:?}", self.name);
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// An authority for this site alone, and a certificate from it, both for a day.
    fn make_certificate(&self) {
        let path = |name: &str| self.folder.join(name);
        let new = ["req", "-x509", "-nodes", "-days", "1", "-newkey", "ec", "-pkeyopt"];
        let curve = "ec_paramgen_curve:prime256v1";
        must(
            tool("openssl")
                .args(new)
                .args([curve, "-subj", "/CN=throw-away authority", "-out"])
                .arg(path("ca.crt"))
                .arg("-keyout")
                .arg(path("ca.key"))
                .args(["-addext", "keyUsage=critical,keyCertSign"]),
        );
        must(
            tool("openssl")
                .args(new)
                .args([curve, "-subj", &format!("/CN={}", self.name), "-out"])
                .arg(path("site.crt"))
                .arg("-keyout")
                .arg(path("site.key"))
                .arg("-CA")
                .arg(path("ca.crt"))
                .arg("-CAkey")
                .arg(path("ca.key"))
                .args(["-addext", &format!("subjectAltName=DNS:{}", self.name)])
                .args(["-addext", "basicConstraints=critical,CA:FALSE"])
                .args(["-addext", "extendedKeyUsage=serverAuth"]),
        );
        let owner_only = fs::Permissions::from_mode(0o600);
        fs::set_permissions(path("site.key"), owner_only).expect("set the key's mode");
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
