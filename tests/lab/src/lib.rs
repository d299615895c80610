//! Real Debian hosts in namespaces, for the tests of `support-access`.
