//! The one form in which a text that a person reads is written down.

use std::fmt;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    En,
    /// Korean.
    Ko,
}

/// Something that can be said in every language of [`Lang`].
pub trait Words: fmt::Debug {
    /// The text in one language, without a final newline.
    fn say(&self, lang: Lang) -> String;
}

/// Declares an enum of texts. Each variant has its English and its Korean side by side, so a missing
/// translation does not compile. Fields are named in the texts as in `format!`.
#[macro_export]
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $variant:ident $( { $($field:ident : $kind:ty),+ $(,)? } )? => $en:literal, $ko:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each text documents itself")]
        pub enum $name {
            $( $variant $( { $($field : $kind),+ } )? ),+
        }

        impl $crate::text::Words for $name {
            fn say(&self, lang: $crate::text::Lang) -> String {
                match self {
                    $( Self::$variant $( { $($field),+ } )? => match lang {
                        $crate::text::Lang::En => format!($en),
                        $crate::text::Lang::Ko => format!($ko),
                    } ),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::text::Words::say(self, $crate::text::Lang::En))
            }
        }

        impl ::std::error::Error for $name {}
    };
}
