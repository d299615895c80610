//! Addresses of web pages and files: https, and nothing that could surprise where it is shown.

use std::fmt;
use std::str::FromStr;

use super::plain::quoted;

crate::words! {
    /// Why a text is not an address that we would fetch from or show.
    UrlProblem {
        Scheme { scheme: String } =>
            "`{scheme}:` is not allowed, only `https://`",
            "`{scheme}:`: 허용되지 않습니다. `https://`만 쓸 수 있습니다";
        Malformed { text: String } =>
            "`{text}` is not a URL: allowed is `https://HOST/PATH` without spaces, user name or `#`",
            "`{text}`: URL이 아닙니다. 공백, 사용자 이름, `#` 없이 `https://HOST/PATH` 형식으로 적으십시오";
        NotForShell { text: String } =>
            "`{text}` is not allowed as a site: people paste it into a shell, so it may hold only letters, digits and `.:/_~-`",
            "`{text}`: 사이트 주소로 쓸 수 없습니다. 셸에 붙여 넣는 주소이므로 영문자, 숫자, `.:/_~-`만 쓸 수 있습니다";
    }
}

/// A valid `https` URL of at most 2,048 characters, without credentials and fragment.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpsUrl(Box<reqwest::Url>);

impl HttpsUrl {
    /// The URL, normalised: host in lower case, odd characters percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // `https://host` stays as people write it.
        match self.0.as_str().strip_suffix('/') {
            Some(short) if self.0.path() == "/" && self.0.query().is_none() => short,
            _ => self.0.as_str(),
        }
    }

    /// The host's name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub(super) fn as_url(&self) -> &reqwest::Url {
        &self.0
    }

    /// The URL, if it can also stand unquoted in a line that people paste into a shell.
    pub(super) fn for_shell(self) -> Result<Self, UrlProblem> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".:/_~-".contains(&b);
        if self.as_str().bytes().all(plain) {
            Ok(self)
        } else {
            Err(UrlProblem::NotForShell { text: quoted(self.as_str()) })
        }
    }
}

impl FromStr for HttpsUrl {
    type Err = UrlProblem;

    fn from_str(text: &str) -> Result<Self, UrlProblem> {
        let malformed = || UrlProblem::Malformed { text: quoted(text) };
        // The parser would drop line ends and tabs, and mend `https:host`.
        let Some((scheme, _)) = text.split_once("://") else { return Err(malformed()) };
        if !scheme.eq_ignore_ascii_case("https") {
            return Err(UrlProblem::Scheme { scheme: quoted(scheme) });
        }
        if text.len() > 2048
            || text.contains(|c: char| !super::plain::is_plain(c) || c.is_whitespace() || c == '\\')
        {
            return Err(malformed());
        }
        // An empty user (`https://@host`) leaves no trace in the parsed URL. Names beyond ASCII are
        // errors anyway, but idna_adapter 1.0.0, which has no tables for them, must not be asked.
        let authority = text[scheme.len() + 3..].split(['/', '?']).next().unwrap_or_default();
        // An empty one the parser would mend: `https:///host`.
        if authority.is_empty() || !authority.is_ascii() || authority.contains(['@', '%']) {
            return Err(malformed());
        }
        let url = reqwest::Url::parse(text).map_err(|_| malformed())?;
        let bare =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if bare && url.has_host() && url.as_str().len() <= 2048 {
            Ok(Self(Box::new(url)))
        } else {
            Err(malformed())
        }
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

super::serde_as_text!(HttpsUrl);

#[cfg(test)]
mod tests {
    use super::{HttpsUrl, UrlProblem};

    #[test]
    fn https_only_and_nothing_hidden() {
        for (text, shown) in [
            ("https://cloud-tech.cafe24.com", "https://cloud-tech.cafe24.com"),
            ("https://EXAMPLE.org/", "https://example.org"),
            ("https://example.org:8443/p/policy.toml", "https://example.org:8443/p/policy.toml"),
            ("https://example.org/?", "https://example.org/?"),
            ("https://example.org/a?b=c&d", "https://example.org/a?b=c&d"),
            ("https://192.0.2.1/x", "https://192.0.2.1/x"),
            ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
            ("https://xn--sp5bt7c.example/x", "https://xn--sp5bt7c.example/x"),
        ] {
            let url: HttpsUrl = text.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(url.as_str(), shown);
            assert_eq!(shown.parse(), Ok(url));
        }
        for (text, scheme) in
            [("http://example.org/", "http"), ("file:///etc/shadow", "file"), ("ftp://h/", "ftp")]
        {
            assert_eq!(
                text.parse::<HttpsUrl>(),
                Err(UrlProblem::Scheme { scheme: scheme.into() }),
                "{text}"
            );
        }
        for text in [
            "",
            "https",
            "https:example.org",
            "https:///",
            "https://",
            "https://a b/",
            "https://a/\n",
            "https://a/\u{1b}[2J",
            "https://user@a/",
            "https://user:pw@a/",
            "https://@a/",
            "https://a/#x",
            "https://a\\b/",
            "https://a:99999/",
            "https://a\u{202e}/",
            "https://지원.example/x",
            "//a/",
            // Host names are given in ASCII: tables of Unicode would be a tenth of the download.
            "https://지원.example/",
            "https://A지원.example/",
            "https:///A지원.example/",
            "https:///a/",
            "https:////@a/",
            "https://%EC%A7%80A.example/",
            &format!("https://a/{}", "x".repeat(2048)),
        ] {
            let problem = text.parse::<HttpsUrl>().unwrap_err();
            assert!(matches!(problem, UrlProblem::Malformed { .. }), "{text:?}: {problem}");
            assert!(!problem.to_string().contains(char::is_control));
        }
    }

    #[test]
    fn a_site_can_be_pasted_into_a_shell() {
        let site = |text: &str| text.parse::<HttpsUrl>().unwrap().for_shell();
        assert!(site("https://example.org:8443/support/v1.2_3~x").is_ok());
        for text in
            ["https://a/$(id)", "https://a/;id", "https://a/'", "https://a/?a&b", "https://a/%20"]
        {
            assert!(matches!(site(text), Err(UrlProblem::NotForShell { .. })), "{text}");
        }
    }
}
