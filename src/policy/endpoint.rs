//! Where a server is reached: a name or address, and perhaps a port.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::plain::quoted;

crate::words! {
    /// Why a text names no place to connect to.
    EndpointProblem {
        Malformed { text: String } =>
            "`{text}` is no place to connect to: `HOST`, `HOST:PORT`, `[IPv6]:PORT`",
            "`{text}`: 접속할 곳이 아닙니다. `HOST`, `HOST:PORT`, `[IPv6]:PORT` 형식으로 적으십시오";
        User { text: String } =>
            "`{text}` is not a user's name",
            "`{text}`: 사용자 이름이 아닙니다";
    }
}

/// The port where none is said.
const SSH: u16 = 22;

/// A name or address that can be taken for no option, and a port if one was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// Name or address, an IPv6 one without brackets.
    pub host: String,
    /// The port, if one was said.
    pub port: Option<u16>,
}

impl Endpoint {
    /// The port, 22 if none was said.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(SSH)
    }

    /// The name in `known_hosts`.
    #[must_use]
    pub fn known_as(&self) -> String {
        match self.port() {
            SSH => self.host.clone(),
            port => format!("[{}]:{port}", self.host),
        }
    }

    /// The command that goes there.
    #[must_use]
    pub fn ssh(&self, user: &str) -> String {
        let port = if self.port() == SSH { String::new() } else { format!("-p {} ", self.port()) };
        format!("ssh {port}{user}@{}", self.host)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointProblem;

    fn from_str(text: &str) -> Result<Self, EndpointProblem> {
        let malformed = || EndpointProblem::Malformed { text: quoted(text) };
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, port) = rest.split_once(']').ok_or_else(malformed)?;
            host.parse::<Ipv6Addr>().map_err(|_| malformed())?;
            (host, (!port.is_empty()).then(|| port.strip_prefix(':').unwrap_or("?")))
        } else if text.parse::<Ipv6Addr>().is_ok() {
            (text, None)
        } else {
            text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let named = host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && host.len() <= 253
            && host.chars().all(plain);
        if !named && host.parse::<IpAddr>().is_err() {
            return Err(malformed());
        }
        let port = match port.map(str::parse) {
            None => None,
            Some(Ok(port)) if port != 0 => Some(port),
            Some(_) => return Err(malformed()),
        };
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Endpoint {
    /// With its port, also where that is 22.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port();
        if self.host.contains(':') {
            write!(f, "[{}]:{port}", self.host)
        } else {
            write!(f, "{}:{port}", self.host)
        }
    }
}

super::serde_as_text!(Endpoint);

/// A login's place: `[USER@]HOST[:PORT]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Who, if it was said.
    pub user: Option<String>,
    /// Where.
    pub at: Endpoint,
}

impl FromStr for Target {
    type Err = EndpointProblem;

    fn from_str(text: &str) -> Result<Self, EndpointProblem> {
        let Some((user, at)) = text.rsplit_once('@') else {
            return Ok(Self { user: None, at: text.parse()? });
        };
        // Whatever may be in passwd(5), but nothing that ssh could take for an option.
        let plain = |c: char| c.is_alphanumeric() || "._-@\\$+".contains(c);
        if user.is_empty() || user.starts_with('-') || !user.chars().all(plain) {
            return Err(EndpointProblem::User { text: quoted(user) });
        }
        Ok(Self { user: Some(user.to_owned()), at: at.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Target};

    #[test]
    fn places_are_read_and_written() {
        for (text, host, port, shown) in [
            ("203.0.113.10", "203.0.113.10", 22, "203.0.113.10:22"),
            ("host.example:2222", "host.example", 2222, "host.example:2222"),
            ("2001:db8::1", "2001:db8::1", 22, "[2001:db8::1]:22"),
            ("[2001:db8::1]:20170", "2001:db8::1", 20170, "[2001:db8::1]:20170"),
        ] {
            let read: Endpoint = text.parse().unwrap();
            assert_eq!((&*read.host, read.port()), (host, port), "{text}");
            assert_eq!(read.to_string(), shown);
            assert_eq!(shown.parse::<Endpoint>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_ssh_could_take_for_an_option_or_a_shell_for_a_command_is_refused() {
        for text in [
            "",
            "-oProxyCommand=x",
            "a b",
            "a;b",
            "host:0",
            "host:65536",
            "host:",
            "[::1]x",
            "[a]:1",
            "a:b:c",
            "$(x)",
            "[::1]:",
            ".x",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
        for text in ["-l@host", "@host", "a b@host", "x@-host", "`x`@host"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
        let target: Target = "DOMAIN\\u@203.0.113.10:22".parse().unwrap();
        assert_eq!(target.user.as_deref(), Some("DOMAIN\\u"));
    }
}
