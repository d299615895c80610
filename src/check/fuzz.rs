//! What must hold of a receipt, whoever sent it.

use super::Receipt;
use crate::fuzzing::{is_sayable, text};
use crate::policy::{AuthorizedKey, Endpoint};

/// A receipt, pasted from wherever.
pub(crate) fn receipt(data: &[u8]) {
    let receipt = match Receipt::parse(&text(data)) {
        Ok(receipt) => receipt,
        Err(problem) => return is_sayable(&problem),
    };
    // What becomes an argument of ssh's can be nothing but a place, a name, a key.
    for place in receipt.ways.iter().chain(&receipt.public) {
        let printed = place.to_string();
        assert!(!printed.starts_with('-') && !printed.contains(char::is_whitespace), "{printed:?}");
        assert_eq!(printed.parse::<Endpoint>().ok().map(|it| it.to_string()), Some(printed));
    }
    if let Some(name) = &receipt.account {
        assert!(!name.starts_with('-') && !name.contains(char::is_whitespace), "{name:?}");
    }
    assert_eq!(receipt.host_keys.len(), receipt.fingerprints.len());
    for key in &receipt.host_keys {
        let read = AuthorizedKey::parse_any(key);
        assert!(read.is_ok_and(|read| read.line_without_comment() == key), "{key:?}");
    }
}
