//! `--help`, in both languages. A test holds that every option stands in both.

use super::Lang;

/// The help page of a command; `None` for the page of all.
#[must_use]
pub fn page(verb: Option<&str>, lang: Lang) -> &'static str {
    match (verb, lang) {
        (Some("delete"), Lang::En) => include_str!("help/delete.en.txt"),
        (Some("delete"), Lang::Ko) => include_str!("help/delete.ko.txt"),
        (Some("audit"), Lang::En) => include_str!("help/audit.en.txt"),
        (Some("audit"), Lang::Ko) => include_str!("help/audit.ko.txt"),
        (Some("doctor"), Lang::En) => include_str!("help/doctor.en.txt"),
        (Some("doctor"), Lang::Ko) => include_str!("help/doctor.ko.txt"),
        (Some("check"), Lang::En) => include_str!("help/check.en.txt"),
        (Some("check"), Lang::Ko) => include_str!("help/check.ko.txt"),
        (Some("key"), Lang::En) => include_str!("help/key.en.txt"),
        (Some("key"), Lang::Ko) => include_str!("help/key.ko.txt"),
        (Some("grant"), Lang::En) => include_str!("help/grant.en.txt"),
        (Some("grant"), Lang::Ko) => include_str!("help/grant.ko.txt"),
        (_, Lang::En) => include_str!("help/all.en.txt"),
        (_, Lang::Ko) => include_str!("help/all.ko.txt"),
    }
}
