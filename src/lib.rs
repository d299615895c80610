//! Temporary support access to a server: opened, proven, ended by itself.

pub mod host;
pub mod policy;
pub mod text;
