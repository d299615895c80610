//! clap's errors in our own words, so that they can be said in Korean.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::text::usage::Usage;

/// Says what clap found wrong.
pub(super) fn usage(error: &clap::Error) -> Usage {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(crate::text::safe(text)),
        Some(ContextValue::Strings(list)) => Some(crate::text::safe(&list.join(", "))),
        _ => None,
    };
    let argument = || text(ContextKind::InvalidArg).unwrap_or_default();
    // clap shows a value's place as in `--key <KEY>`.
    let option = || argument().split(' ').next().unwrap_or_default().to_owned();
    match error.kind() {
        ErrorKind::UnknownArgument if argument().starts_with('-') => {
            match text(ContextKind::SuggestedArg) {
                Some(like) => Usage::UnknownOptionLike { option: argument(), like },
                None => Usage::UnknownOption { option: argument() },
            }
        }
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand).unwrap_or_else(argument);
            Usage::UnknownWord { word }
        }
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_none_or(|v| v.is_empty()) => {
            Usage::MissingValue { option: option() }
        }
        ErrorKind::InvalidValue => Usage::BadValue {
            option: option(),
            value: text(ContextKind::InvalidValue).unwrap_or_default(),
            allowed: text(ContextKind::ValidValue).unwrap_or_default(),
        },
        ErrorKind::NoEquals | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            Usage::MissingValue { option: option() }
        }
        ErrorKind::ArgumentConflict => Usage::Twice { option: option() },
        kind => Usage::Other { detail: kind.to_string() },
    }
}
