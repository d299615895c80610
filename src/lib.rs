//! Temporary support access to a server: opened, proven, ended by itself.

pub mod grant;
pub mod host;
pub mod policy;
pub mod text;
