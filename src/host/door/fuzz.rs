//! What must hold of the judge of logs, whatever an sshd, a session or PAM wrote.

use super::Reason;
use super::classify::{Trace, tail};
use super::tap;
use crate::fuzzing::{parts, text};

/// The logs of one attempt.
pub(crate) fn log(data: &[u8]) {
    let [kind, client, server, session, syslog] = parts(data);
    let kind = kind.first().copied().unwrap_or_default();
    let syslog: Vec<String> = syslog.split(|byte| *byte == b'\n').map(tap::text).collect();
    let trace = Trace {
        client: text(client),
        session: text(session),
        server: text(server),
        syslog,
        closed: kind & 1 == 1,
        code: [None, Some(0), Some(1), Some(255)][usize::from(kind >> 1 & 3)],
    };
    for session in [false, true] {
        let refusal = trace.refusal(session);
        for line in &refusal.evidence {
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(line.chars().count() <= 4000, "{}", line.len());
        }
        let reason = crate::text::Words::say(&refusal.reason, crate::text::Lang::En);
        assert!(!reason.contains(char::is_control), "{reason:?}");
        // Nobody is told that a session ended who was never let in.
        if matches!(refusal.reason, Reason::SessionEnded { .. }) {
            let accepted = |text: &str| text.contains("Accepted publickey for ");
            assert!(accepted(&trace.server) || trace.syslog.iter().any(|line| accepted(line)));
        }
    }
    let key = trace.host_key();
    assert!(key.is_none_or(|key| key.starts_with("SHA256:") && !key.contains(' ')));
    assert!(!trace.session_ran() || trace.code == Some(0));
    assert!(tail(&trace.session).len() <= 5 && trace.client_tail().len() <= 5);
    let _ = (trace.key_accepted(), trace.connected(), trace.held_by_audit());
}
