//! One line an action in the log, which outlives the grant.

use serde_json::{Map, Value, json};

use super::out::Out;
use super::receipt::facts_json;
use crate::grant::journal::Facts;
use crate::host::{Hands, clock, log};
use crate::text::report::Report;

/// Writes the grant's facts and what else is to be said.
pub(super) fn write_log(
    hands: &Hands,
    action: &str,
    facts: &Facts,
    extra: &[(&str, Value)],
    out: &Out,
) {
    let mut fields = facts_json(facts);
    fields.extend(extra.iter().cloned());
    write_line(hands, action, &fields, out);
}

/// Writes a line that is not of a grant whose facts are known.
pub(super) fn write_line(hands: &Hands, action: &str, fields: &[(&str, Value)], out: &Out) {
    let mut line = Map::new();
    line.insert("at".to_owned(), json!(clock::utc(clock::now())));
    line.insert("action".to_owned(), json!(action));
    line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if let Err(error) = log::write(hands, &Value::Object(line).to_string()) {
        out.warn(&Report::ReportInLog { why: error.to_string() });
    }
}
