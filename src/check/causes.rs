//! The table of causes, in the order in which a login from here meets them.

use super::{Cause, banner, host_key, key, reach, session, user};

/// Every cause that is known, stage by stage.
pub const ALL: [&[Cause]; 6] =
    [reach::CAUSES, banner::CAUSES, host_key::CAUSES, key::CAUSES, user::CAUSES, session::CAUSES];

/// One after the other.
pub fn all() -> impl Iterator<Item = &'static Cause> {
    ALL.into_iter().flatten()
}
