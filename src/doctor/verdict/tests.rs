use super::*;
use crate::doctor::{Unseen, causes};
use crate::host::door::{Probe, Refusal, Source};

const FROM: &str = "192.0.2.7";

/// The causes of these names found, all others ruled out.
fn found(ids: &[&str]) -> Vec<Examined> {
    let look = |cause: &'static Cause| Examined {
        cause,
        looked: Ok(ids.contains(&cause.id).then(|| Finding::new("seen"))),
    };
    causes::all().map(look).collect()
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused(Refusal { reason, evidence: vec!["seen".into(), "said".into()] })
}

fn answer(key: Option<Verdict>, session: Verdict) -> Report {
    let source = Source { label: FROM.into(), addr: FROM.parse().unwrap() };
    let probes = key.into_iter().map(|verdict| Probe { key: 0, source: source.clone(), verdict });
    Report { probes: probes.collect(), session: Some(session) }
}

fn left(mut examined: Vec<Examined>, answer: &Report) -> Vec<(&'static str, Option<bool>)> {
    settle(&mut examined, Some(answer));
    examined
        .iter()
        .filter_map(|it| Some((it.cause.id, it.looked.as_ref().ok()?.as_ref()?.confirmed)))
        .collect()
}

#[test]
fn what_sshd_says_itself_is_confirmed_and_quoted() {
    let mut examined = found(&["deny-users", "nologin-shell", UNKNOWN]);
    let says_no = answer(None, refused(Reason::DenyUsers));
    settle(&mut examined, Some(&says_no));
    let first = examined.iter().find(|it| it.cause.id == "deny-users").unwrap();
    assert_eq!(first.looked.as_ref().unwrap().as_ref().unwrap().evidence, ["seen", "said"]);
    let all = found(&["deny-users", "nologin-shell", UNKNOWN]);
    assert_eq!(left(all, &says_no), [("deny-users", Some(true)), ("nologin-shell", None)]);
}

#[test]
fn what_sshd_lets_in_is_marked_and_comes_last() {
    let yes = || Verdict::Accepted;
    let ids = ["sshd-stopped", "deny-users", "key-file-modes", "permit-tty", "disk-full"];
    assert_eq!(
        left(found(&ids), &answer(Some(yes()), yes())),
        [
            ("sshd-stopped", None),
            ("permit-tty", None),
            ("disk-full", None),
            ("deny-users", Some(false)),
            ("key-file-modes", Some(false)),
        ]
    );
    // A session with a key of our own says nothing about the account's key file.
    assert_eq!(left(found(&["key-file-modes"]), &answer(None, yes())), [("key-file-modes", None)]);
    let unproven = answer(None, Verdict::Unproven(crate::host::door::Unproven::NoTime));
    assert_eq!(left(found(&["deny-users"]), &unproven), [("deny-users", None)]);
}

#[test]
fn what_nothing_explains_stays_unknown() {
    let says_no = |reason| answer(Some(Verdict::Accepted), refused(reason));
    let with = |id| found(&[id, UNKNOWN]);
    // Explained by what stands before it, or where sshd's words are for no cause in particular.
    for (id, reason) in [
        ("deny-users", Reason::AllowUsers),
        ("account-expired", Reason::PamAccount),
        ("startup-exits", Reason::SessionEnded { code: 1 }),
        ("max-sessions", Reason::Unknown),
    ] {
        assert_eq!(left(with(id), &says_no(reason.clone())).len(), 1, "{id} {reason:?}");
    }
    // Not explained by what comes after it, by the network, by a warning, by what sshd denies.
    for (id, reason) in [
        ("nologin-shell", Reason::DenyUsers),
        ("sshd-stopped", Reason::Unknown),
        ("disk-full", Reason::PamSession),
        ("permit-tty", Reason::SessionEnded { code: 1 }),
        ("key-file-modes", Reason::PamAccount),
    ] {
        let left = left(with(id), &says_no(reason.clone()));
        assert!(left.contains(&(UNKNOWN, None)), "{id} {reason:?}: {left:?}");
    }
}

#[test]
fn without_an_answer_nothing_is_said() {
    let mut examined = found(&["deny-users"]);
    examined.push(Examined { cause: examined[0].cause, looked: Err(Unseen::NotRoot) });
    let before = format!("{examined:?}");
    settle(&mut examined, None);
    assert_eq!(format!("{examined:?}"), before);
}
