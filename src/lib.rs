//! Temporary support access to a server: opened, proven, ended by itself.
