//! A customer's server under attack: what is set up on it, and the run of one line.

use std::fmt::Write as _;
use std::time::Duration;

use lab::{Output, Snapshot, Suite};

use super::{Row, truth};
use crate::common::{ALLOWED, Ran, Server};

/// The words that a line's set-up may use.
const SETUP: &str = include_str!("../attacks/setup.sh");

/// No run may take longer, whatever hangs.
const LONGEST: Duration = Duration::from_mins(15);

/// A set-up that only the machine can make: systemd does not answer.
const INIT_STOPS: &str = "init stops";

/// A server, and how it was before anything happened to it.
pub(crate) struct Scene {
    pub(crate) server: Server,
    before: Snapshot,
    canaries: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let server = Server::new(Suite::Bookworm);
        let host = &server.host;
        host.put("/run/test/setup.sh", SETUP, 0o644);
        host.ok("useradd -m victim; useradd -m stranger; mkdir -p /root/.ssh /home/victim/.ssh /srv/work/.ssh; \
            for f in /root/.ssh/authorized_keys /home/victim/.ssh/authorized_keys /etc/authorized_keys \
            /etc/cron.d/authorized_keys /srv/work/file /srv/work/.ssh/authorized_keys; do echo canary >$f; done; \
            chmod 600 /root/.ssh/authorized_keys /srv/work/file; chown -R victim: /home/victim");
        // What every server makes sooner or later for itself.
        server.run("grant --help");
        let before = host.snapshot();
        let canaries = host.ok(truth::CANARIES);
        Self { server, before, canaries }
    }

    /// Sets a line up, lets the verb run into it, and holds what came of it to the truth. What stands
    /// before ` ;; ` in the set-up is there before access is opened.
    ///
    /// `grant`: a new grant with the proof and sudo; `quick`: one without either. The others begin
    /// with an open grant: `extend`, `delete`, `expire` (its time is over), `audit`, and `visit`:
    /// audit, extend and delete in turn, of which the last is judged.
    pub(crate) fn attack(&self, row: &Row) {
        let verb = row.verb.as_str();
        let (first, then) = row.setup.split_once(" ;; ").unwrap_or(("", &row.setup));
        self.set_up(first);
        if !["grant", "quick"].contains(&verb) {
            self.server.grant("--sudo full --no-verify").is("granted", 0);
        }
        if verb == "expire" {
            self.server.age(1_000_000);
        }
        let deadline = self.deadline();
        if then == INIT_STOPS {
            self.signal_init("STOP");
        } else {
            self.set_up(then);
        }
        let canaries = self.canaries();
        if verb == "visit" {
            let audit = self.run("audit");
            assert!([0, 6].contains(&audit.output.code), "{}: {audit}", row.id);
            self.run(&words("extend"));
        }
        let ran = self.run(&words(verb));
        assert_eq!(self.canaries(), canaries, "{}: a canary was touched\n{ran}", row.id);
        if then == INIT_STOPS {
            self.signal_init("CONT");
        }
        truth::judge(self, row, &ran, &deadline);
        self.server.host.ok(truth::CLEAR);
    }

    fn set_up(&self, lines: &str) {
        self.server
            .host
            .ok(&format!(": >>/run/test/around; . /run/test/setup.sh\nset -e\n{lines}\n:"));
    }

    /// Process 1 can be stopped from outside of its namespace only.
    fn signal_init(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.server.host.folder().join("pid")).expect("it runs");
        let kill =
            std::process::Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(kill.expect("kill runs").success(), "kill -{signal}");
    }

    /// Runs the program with these words, as the line wants it to be run.
    pub(crate) fn run(&self, words: &str) -> Ran {
        let line = format!(
            "set -- /run/test/support-access {words} --lang en\n. /run/test/around\nexec \"$@\""
        );
        let command = format!("exec bash -c '{}'", line.replace('\'', r"'\''"));
        Ran::new(self.server.host.command(&command).deadline(LONGEST).run())
    }

    /// Puts right what the line's set-up broke. Returns what is wrong even then.
    pub(crate) fn mend(&self) -> String {
        self.server.host.ok(". /run/test/setup.sh; mend; :")
    }

    /// Takes away what else the set-up made. Returns what of it is not as it was at first.
    pub(crate) fn heal(&self) -> String {
        self.server.host.ok(". /run/test/setup.sh; heal; :")
    }

    /// What still differs from how the server was at first, but for the folders that systemd makes
    /// for a service that is started again.
    pub(crate) fn left(&self) -> String {
        let mut left = self.server.left_since(&self.before).to_string();
        let found: Output = self.server.host.run(truth::LEFT);
        let _ = write!(left, "{}", found.stdout);
        left.lines()
            .filter(|line| !line.contains("/systemd-private-"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The deadline in the journal, if there is one.
    pub(crate) fn deadline(&self) -> String {
        let line = "sed -n 's/.*\"deadline\":\\([0-9]*\\).*/\\1/p' /var/lib/support-access/journal 2>/dev/null | tail -n 1";
        self.server.host.run(line).stdout
    }

    fn canaries(&self) -> String {
        self.server.host.ok(truth::CANARIES)
    }

    #[track_caller]
    pub(crate) fn assert_canaries(&self, why: &str) {
        assert_eq!(
            self.server.host.ok(truth::CANARIES),
            self.canaries,
            "{why}: a canary was touched"
        );
    }
}

fn words(verb: &str) -> String {
    let asked = format!("grant --key /run/test/engineer.pub --from {ALLOWED}");
    match verb {
        "grant" => format!("{asked} --sudo full"),
        "quick" => format!("{asked} --no-verify"),
        "again" => format!("{asked} --sudo full --no-verify"),
        "extend" => format!("{asked} --sudo full --no-verify --extend 24h"),
        "visit" => "delete".to_owned(),
        "convert" => "key convert /tmp/k --to pem".to_owned(),
        "check" => "check nobody@127.0.0.1 -i /tmp/k".to_owned(),
        other => other.to_owned(),
    }
}
