//! Threads. Where the machine gives none (`ulimit`, cgroups), nothing may fail that could do without.

use std::io;
use std::thread::{Builder, Scope, ScopedJoinHandle, scope};

/// What two looks find: at the same time where there is room for a thread, else one after the other.
pub fn beside<A: Send, B>(there: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    let (found, here) = scope(|scope| {
        let thread = start(scope, &there);
        let here = here();
        (thread.ok().and_then(|thread| thread.join().ok()), here)
    });
    (found.unwrap_or_else(there), here)
}

/// Starts a thread; an error where `Scope::spawn` would panic.
pub(super) fn start<'scope, A: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> A + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, A>> {
    Builder::new().spawn_scoped(scope, work)
}
