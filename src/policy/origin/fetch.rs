//! Fetching a file over https, bounded in size and time.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH};
use reqwest::redirect::{Attempt, Policy as Redirects};

use super::tls::provider;
use super::{ReadError, read_bounded};
use crate::policy::HttpsUrl;
use crate::policy::key::is_html;
use crate::policy::plain::quoted;

/// How many redirects are followed, each to https only.
const MOST_REDIRECTS: usize = 3;

/// Which CA certificates vouch for sites.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Roots {
    /// The system's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    System,
    /// Those built into the program, as this system has none.
    Embedded,
}

impl fmt::Display for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "system",
            Self::Embedded => "embedded",
        })
    }
}

/// How long we wait.
#[derive(Clone, Copy)]
struct Patience {
    connect: Duration,
    total: Duration,
}

const PATIENCE: Patience =
    Patience { connect: Duration::from_secs(10), total: Duration::from_secs(30) };

/// The longest entity tag that is kept; a site's own choice is some ten characters.
const LONGEST_TAG: usize = 128;

/// A client that has read all that it needs of this system but the resolver's files, so that its
/// process may give up its rights before it hears a stranger.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    roots: Roots,
}

/// What a site answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// The file is still the one with the entity tag that was named (RFC 9110, section 13.1.2).
    Same,
    /// The file.
    File {
        /// Its bytes, at most [`MAX_BYTES`](crate::policy::MAX_BYTES).
        bytes: Vec<u8>,
        /// Its entity tag, if it has a proper one.
        tag: Option<String>,
    },
}

impl Fetcher {
    /// Makes a client that trusts the system's CA certificates or, on a system without any, our own.
    pub fn prepare() -> Result<Self, ReadError> {
        client(PATIENCE).map(|(client, roots)| Self { client, roots })
    }

    /// Fetches a file, unless it is still the one with this entity tag.
    pub fn get(&self, url: &HttpsUrl, tag: Option<&str>) -> Result<Answer, ReadError> {
        get_with(&self.client, url, tag, PATIENCE)
    }
}

/// Fetches a file, and says which CA certificates vouched for its site.
pub(super) fn get(url: &HttpsUrl) -> Result<(Vec<u8>, Roots), ReadError> {
    let fetcher = Fetcher::prepare()?;
    match fetcher.get(url, None)? {
        Answer::File { bytes, .. } => Ok((bytes, fetcher.roots)),
        Answer::Same => Err(ReadError::Status { url: url.to_string(), status: 304 }),
    }
}

/// A client that trusts the system's CA certificates or, on a system without any, our own.
fn client(patience: Patience) -> Result<(Client, Roots), ReadError> {
    // Fails only where it stands already.
    let _ = provider().install_default();
    match builder(patience).build() {
        Ok(client) => Ok((client, Roots::System)),
        Err(_) => embedded(patience).map(|client| (client, Roots::Embedded)),
    }
}

fn embedded(patience: Patience) -> Result<Client, ReadError> {
    let detail = |error: &(dyn Error + 'static)| ReadError::NoTls { detail: innermost(error) };
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // `ClientConfig::builder` would link all of rustls' own provider in.
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| detail(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    builder(patience).tls_backend_preconfigured(tls).build().map_err(|error| detail(&error))
}

fn builder(patience: Patience) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("support-access/", env!("CARGO_PKG_VERSION")))
        .https_only(true)
        .redirect(Redirects::custom(|attempt: Attempt| {
            if attempt.previous().len() > MOST_REDIRECTS || attempt.url().scheme() != "https" {
                attempt.error("redirect")
            } else {
                attempt.follow()
            }
        }))
        .connect_timeout(patience.connect)
        .timeout(patience.total)
}

/// An answer that must be complete by a deadline. The blocking client's own timeout holds for each
/// read alone, so that a server which trickles could hold us for ever.
struct Timed {
    answer: Response,
    end: Instant,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.answer.read(buffer)
    }
}

fn get_with(
    client: &Client,
    url: &HttpsUrl,
    tag: Option<&str>,
    patience: Patience,
) -> Result<Answer, ReadError> {
    let name = url.to_string();
    let end = Instant::now() + patience.total;
    let mut request = client.get(url.as_url().clone());
    if let Some(tag) = tag {
        request = request.header(IF_NONE_MATCH, tag);
    }
    let answer = request.send().map_err(|error| judge(&error, url, patience))?;
    if tag.is_some() && answer.status() == 304 {
        return Ok(Answer::Same);
    }
    if answer.status() != 200 {
        return Err(ReadError::Status { url: name, status: answer.status().as_u16() });
    }
    let page = text_of(&answer, CONTENT_TYPE)
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
    let tag = text_of(&answer, ETAG).filter(|tag| is_tag(tag)).map(str::to_owned);
    let bytes =
        read_bounded(Timed { answer, end }, &name, |error| judge_body(&error, url, patience))?;
    if page || std::str::from_utf8(&bytes).is_ok_and(is_html) {
        return Err(ReadError::Html { url: name });
    }
    Ok(Answer::File { bytes, tag })
}

/// Whether it is one entity tag (RFC 9110, section 8.8.3). A list of them, or `*`, would fit files that
/// the site does not have yet: whoever held it for a day could make it say "not modified" for weeks.
pub(in crate::policy) fn is_tag(text: &str) -> bool {
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    text.len() <= LONGEST_TAG
        && inner.is_some_and(|it| it.bytes().all(|b| b.is_ascii_graphic() && b != b'"'))
}

/// A header of visible ASCII characters.
fn text_of(answer: &Response, name: HeaderName) -> Option<&str> {
    answer.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Tells the ways apart in which a request fails before it is answered.
fn judge(error: &reqwest::Error, url: &HttpsUrl, patience: Patience) -> ReadError {
    let name = url.to_string();
    if error.is_redirect() {
        ReadError::Redirect { url: name }
    } else if let Some(tls) = cause::<rustls::Error>(error) {
        ReadError::Tls { url: name, detail: quoted(&tls.to_string()) }
    } else if error.is_timeout() {
        let patience = if error.is_connect() { patience.connect } else { patience.total };
        ReadError::Timeout { url: name, seconds: patience.as_secs() }
    } else if error.is_dns() {
        ReadError::Dns { host: url.host().to_owned() }
    } else if cause::<io::Error>(error)
        .is_some_and(|e| e.kind() == io::ErrorKind::ConnectionRefused)
    {
        ReadError::Refused { url: name }
    } else {
        ReadError::Unreachable { url: name, detail: innermost(error) }
    }
}

/// Tells the ways apart in which an answer breaks off.
fn judge_body(error: &io::Error, url: &HttpsUrl, patience: Patience) -> ReadError {
    let late = error.kind() == io::ErrorKind::TimedOut
        || cause::<reqwest::Error>(error).is_some_and(reqwest::Error::is_timeout);
    if late {
        ReadError::Timeout { url: url.to_string(), seconds: patience.total.as_secs() }
    } else {
        ReadError::Failed { origin: url.to_string(), detail: innermost(error) }
    }
}

/// The first error of a type in a chain; an `io::Error` hides the one it wraps from its own chain.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What the deepest error says: the layers above only say that something failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    quoted(&error.to_string())
}

#[cfg(test)]
mod tests;
