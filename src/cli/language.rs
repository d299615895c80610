//! Which language to speak.

use super::Env;
use crate::text::Lang;

/// `--lang`, else the locale, else the provider's language; English where the terminal can't show
/// Korean.
#[must_use]
pub fn language(asked: Option<Lang>, env: &Env, provider: Lang) -> Lang {
    if let Some(lang) = asked {
        return lang;
    }
    let [all, messages, ctype, lang] = &env.locale;
    let first = |names: [&Option<String>; 3]| {
        names.into_iter().flatten().find(|value| !value.is_empty()).cloned().unwrap_or_default()
    };
    let charset = first([all, ctype, lang]);
    let charset = charset.split_once('.').map(|(_, charset)| charset.to_ascii_lowercase());
    let utf8 =
        charset.is_none_or(|charset| charset.starts_with("utf-8") || charset.starts_with("utf8"));
    if !utf8 || env.term.as_deref() == Some("linux") {
        return Lang::En;
    }
    let words = first([all, messages, lang]);
    match words.split(['.', '_', '@']).next() {
        Some("ko") => Lang::Ko,
        None | Some("" | "C" | "POSIX") => provider,
        Some(_) => Lang::En,
    }
}
