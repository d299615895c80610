//! What all tests of the guide share: two sites of two providers, a customer's server, a browser.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use lab::{Site, Suite};

use crate::browser::Browser;
use crate::stage::{Published, SITE, Stage, in_a_month};

/// Where the browser comes from.
pub(crate) const READER: &str = "192.0.2.50";
/// Host name of the second provider's site.
pub(crate) const OTHER: &str = "other.example";
/// A name that means something to HTML, to a shell, to sed and to the page's own filling.
pub(crate) const ODD: &str = r#"A&B <Support> "한국" @PORT@ $(id) `x` \1 & Söhne ="#;

/// The guide in Korean and in English.
pub(crate) const PAGES: [(&str, &str); 2] =
    [("ko", "guide/index.html"), ("en", "guide/en/index.html")];

pub(crate) struct Scene {
    pub(crate) stage: Stage<'static>,
    pub(crate) other: Site,
    browser: Mutex<Browser>,
}

impl Scene {
    /// Set up once; the lab clears away what no test drops.
    pub(crate) fn get() -> &'static Self {
        static SCENE: OnceLock<Scene> = OnceLock::new();
        static PUBLISHED: OnceLock<(Published, Published)> = OnceLock::new();
        static HOME: OnceLock<tempfile::TempDir> = OnceLock::new();
        SCENE.get_or_init(|| {
            let (one, two) = PUBLISHED
                .get_or_init(|| (Published::new("none"), Published::with(OTHER, odd_policy)));
            let stage = Stage::new(one, Suite::Bookworm);
            let other = two.serve(&stage.net, OTHER, "198.51.100.6");
            let home = HOME.get_or_init(|| tempfile::tempdir().expect("a folder for the browser"));
            let sites = [&stage.site, &other];
            let browser = Mutex::new(Browser::start(&stage.net, READER, &sites, home.path()));
            Scene { stage, other, browser }
        })
    }

    /// The browser, which has one reader at a time.
    pub(crate) fn browser(&self) -> MutexGuard<'_, Browser> {
        self.browser.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address of a page.
pub(crate) fn url(page: &str) -> String {
    format!("https://{SITE}/{page}")
}

/// A policy that is odd, and allowed.
fn odd_policy(key: &lab::Key) -> String {
    let revoked = lab::Key::generate(lab::KeyKind::Ed25519);
    let [key, revoked_line] = [key.public(), revoked.public()];
    format!(
        "schema = 1\nserial = 4294967295\nvalid-until = \"{}\"\n\
         provider = '{ODD}'\nlanguage = \"en\"\nsite = \"https://{OTHER}\"\n\
         account = \"a-long-name-of-31-characters-xx\"\n\
         from = [\"2001:db8:1234:5678:9abc:def0:1234:5678\", \"2001:db8:ffff::/48\", \"198.51.100.0/24\"]\n\
         port = 2222\nlifetime = \"90m\"\nlongest = \"90m\"\nsudo = \"full\"\n\
         keys = [\"{}\", \"{}\"]\nrevoked = [\"{}\"]\n",
        in_a_month(),
        key.trim(),
        revoked_line.trim(),
        revoked.fingerprint(),
    )
}
