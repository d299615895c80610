//! The customers' line, from the site to the end of the grant, near and far.

use crate::contest::ours;
use crate::figures::Book;
use crate::ground::{Ground, Relay, SITE};

/// Added round trips in milliseconds, and where the relay stands that adds them.
pub(crate) const TRIPS: [(u64, &str); 4] =
    [(0, ""), (20, "198.51.100.20"), (100, "198.51.100.100"), (500, "198.51.100.150")];

/// The whole line; `curl` of the same bytes, then a grant by the program that is there already; and
/// `curl` alone. Fewer rounds where most of it is waiting.
pub(crate) fn run(ground: &Ground, rounds: usize, book: &mut Book, progress: &dyn Fn(&str)) {
    let version = std::fs::read_dir(ground.folder.path().join("site/v")).expect("a site");
    let version = version.flatten().next().expect("one version").file_name();
    let program = format!("v/{}/support-access-{}.gz", version.display(), std::env::consts::ARCH);
    let urls =
        ["", &program, "policy.toml"].map(|path| format!("-o /dev/null https://{SITE}/{path}"));
    let curl = format!("curl -sSLf {}", urls.join(" "));
    let bare = format!("sh -c '{curl} && exec {}'", ours("grant with proof"));
    let line = format!("sh -c 'curl -sLf https://{SITE} | sh -s -- --lang en'");
    for (trip, address) in TRIPS {
        progress(&format!("the line, {trip} ms away"));
        let relay = (trip > 0).then(|| Relay::start(ground, address, trip));
        ground.reach(relay.as_ref());
        let rounds = if trip < 500 { rounds } else { rounds.div_ceil(3) };
        book.repeat(rounds, |book| {
            for (row, command) in [("line", &line), ("curl and grant", &bare), ("curl", &curl)] {
                book.add(&format!("{row}, {trip} ms"), ground.sample(command));
                if row != "curl" {
                    ground.sample(&ours("delete"));
                }
            }
        });
    }
    ground.reach(None);
}
