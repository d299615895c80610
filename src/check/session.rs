//! What comes after the server took the key.

use super::{Call, Cause, Finding, Fix, Stage};
use crate::text::cause::outside as text;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("no-session", Stage::Session, &text::NO_SESSION, no_session),
    Cause::new("unexplained", Stage::Session, &text::UNEXPLAINED, unexplained),
];

fn no_session(call: &Call) -> Option<Finding> {
    let told = call.heard.output.contains("Please login as the user");
    (call.heard.authenticated && !call.heard.ran() && !told).then(|| {
        let said = call.heard.output.lines().map(str::to_owned);
        let evidence = said.take(3).chain(call.heard.all()).collect();
        Finding::new(evidence, Fix::There(call.doctor(None)))
    })
}

/// Nobody gets a good word for a login that did not come about; counts where nothing else was found.
fn unexplained(call: &Call) -> Option<Finding> {
    // Before anybody answered, the server has nothing to say about it.
    let fix = if call.heard.connected { Fix::There(call.doctor(None)) } else { Fix::Told };
    (!call.is_connected()).then(|| Finding::new(call.heard.all(), fix))
}
