use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;

use super::{Origin, ReadError};
use crate::policy::MAX_BYTES;
use crate::policy::testing::{Workshop, both};

fn read(path: PathBuf) -> Result<Vec<u8>, ReadError> {
    Origin::File(path).read().map(|fetched| fetched.bytes)
}

#[test]
fn what_flags_take() {
    assert_eq!("-".parse(), Ok(Origin::Stdin));
    assert_eq!("a/b.toml".parse(), Ok(Origin::File("a/b.toml".into())));
    assert!(matches!("https://example.org/p".parse(), Ok(Origin::Url(_))));
    for (text, says) in [
        ("", "name is empty"),
        ("http://example.org/p", "http://example.org/p: fetched over `https://` only"),
        ("file:///etc/shadow", "`https://` only"),
        ("ftp://h/\u{1b}[2J", "`https://` only"),
        ("https://user:secret@h/", "is not a URL"),
        ("https://h/\n", "is not a URL"),
        ("ssh-ed25519 AAAAC3Nza", "a key's text was given"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "a key's text was given"),
    ] {
        let error = text.parse::<Origin>().unwrap_err();
        assert!(both(&error).contains(says), "{text}: {error}");
    }
}

#[test]
fn a_file_is_read_and_anything_else_is_named() {
    let shop = Workshop::new();
    assert_eq!(read(shop.put("good", "text")), Ok(b"text".to_vec()));
    let full = "x".repeat(MAX_BYTES);
    assert_eq!(read(shop.put("full", &full)).map(|b| b.len()), Ok(MAX_BYTES));
    nix::unistd::mkfifo(&shop.path("fifo"), Mode::S_IRWXU).unwrap();
    let good = shop.path("good");
    for (path, says) in [
        (shop.path("none"), "no such file"),
        (shop.path("no\u{1b}ne"), "no such file"),
        (good.join("below"), "no such file"),
        (shop.dir().to_owned(), "not a regular file"),
        ("/dev/zero".into(), "not a regular file"),
        (shop.path("fifo"), "not a regular file"),
        (shop.put("large", full + "x"), "larger than 262144 bytes"),
        (shop.path("x").join("x".repeat(300)), "no such file"),
        (shop.path(&"x".repeat(300)), "could not be read"),
    ] {
        let start = Instant::now();
        let error = read(path).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(both(&error).contains(says), "{says}: {error}");
    }
}

#[test]
fn a_file_that_others_can_write_is_not_ours() {
    let shop = Workshop::new();
    let path = shop.put("policy", "text");
    for (mode, ours) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false)] {
        let mode = Mode::from_bits_truncate(mode);
        let file = std::fs::File::open(&path).unwrap();
        nix::sys::stat::fchmod(&file, mode).unwrap();
        assert_eq!(Origin::File(path.clone()).read().unwrap().ours, ours, "{mode:?}");
    }
}
