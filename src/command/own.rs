//! How this run was called: what a command to be typed next begins with.

use crate::host::run::quote;
use crate::policy::HttpsUrl;

/// How this run was called.
pub(super) struct Own {
    /// The address of the customers' line, where install.sh has fetched this program from it.
    origin: Option<HttpsUrl>,
}

impl Own {
    pub(super) const fn new(origin: Option<HttpsUrl>) -> Self {
        Self { origin }
    }

    /// What arguments may follow. What was just fetched is gone after the run; its line is not.
    pub(super) fn program(&self) -> String {
        self.origin.as_ref().map_or_else(path, |origin| format!("curl -sLf {origin} | sh -s --"))
    }

    /// A command of ours; each word stands as it is to be typed.
    pub(super) fn line(&self, words: &[&str]) -> String {
        [&[&*self.program()], words].concat().join(" ")
    }

    /// The same command as root would type it. sudo drops `CAFE24DEL`: a wish to delete must not become
    /// a grant.
    pub(super) fn as_root(&self, args: &[String], delete: bool) -> String {
        let program = self.origin.as_ref().map_or_else(
            || format!("sudo {}", path()),
            |origin| format!("curl -sLf {origin} | sudo sh -s --"),
        );
        let typed = args.iter().any(|word| matches!(&**word, "delete" | "--delete"));
        let wish = (delete && !typed).then(|| "--delete".to_owned());
        let words = args.iter().chain(&wish).map(|word| quote(word));
        std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
    }
}

fn path() -> String {
    let path = std::env::current_exe().unwrap_or_else(|_| "support-access".into());
    quote(&path.display().to_string())
}
