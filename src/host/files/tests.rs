#![allow(clippy::disallowed_methods, reason = "the tests set up what a hostile user would")]

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;

/// A folder that only root can write to, as `/etc` is. The tests of this room run as root.
fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("support-access-test.").tempdir_in("/root").unwrap()
}

#[test]
fn staging_gives_owner_mode_and_content_at_once() {
    let base = scratch();
    let place = Place::open(&base.path().join("file"), Trust::Root).unwrap();
    place.stage(b"one\n", (0, 0), 0o440, "x").unwrap().place_new().unwrap();
    let meta = place.look().unwrap().unwrap();
    assert_eq!((meta.kind, meta.mode, meta.size, meta.links), (Kind::File, 0o440, 4, 1));
    let again = place.stage(b"two\n", (0, 0), 0o440, "x").unwrap().place_new().unwrap_err();
    assert!(again.is_taken(), "{again}");
    assert_eq!(place.read(100).unwrap().unwrap(), b"one\n");
    place.stage(b"two\n", (0, 0), 0o440, "x").unwrap().replace().unwrap();
    assert_eq!(place.read(100).unwrap().unwrap(), b"two\n");
    assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_link_of_roots_is_followed_and_one_of_anybody_elses_is_not() {
    let base = scratch();
    std::fs::create_dir(base.path().join("real")).unwrap();
    symlink("real", base.path().join("link")).unwrap();
    let place = Place::open(&base.path().join("link/file"), Trust::Root).unwrap();
    assert_eq!(place.path(), base.path().join("real/file"));

    std::os::unix::fs::lchown(base.path().join("link"), Some(12345), None).unwrap();
    let refused = Place::open(&base.path().join("link/file"), Trust::Root).unwrap_err();
    assert!(matches!(refused, FileError::Unsafe { .. }), "{refused}");
}

#[test]
fn a_link_in_a_users_folder_is_never_followed_even_if_root_owns_it() {
    let base = scratch();
    let home = base.path().join("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::create_dir(base.path().join("target")).unwrap();
    symlink("../target", home.join(".ssh")).unwrap();
    std::os::unix::fs::chown(&home, Some(12345), None).unwrap();
    let refused = Place::open(&home.join(".ssh/authorized_keys"), Trust::Owner(12345)).unwrap_err();
    assert!(matches!(refused, FileError::Unsafe { .. }), "{refused}");
}

#[test]
fn a_folder_of_another_user_is_refused() {
    let base = scratch();
    let home = base.path().join("home");
    std::fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(12345), None).unwrap();
    assert!(Place::open(&home.join("x"), Trust::Owner(12345)).is_ok());
    assert!(Place::open(&home.join("x"), Trust::Owner(12346)).is_err());
    assert!(Place::open(&home.join("x"), Trust::Root).is_err());
}

#[test]
fn a_folder_that_anybody_may_write_to_is_refused_unless_sticky() {
    let base = scratch();
    let open = base.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(Place::open(&open.join("x"), Trust::Root).is_err());
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o1777)).unwrap();
    assert!(Place::open(&open.join("x"), Trust::Root).is_ok());
}

#[test]
fn fifos_and_links_are_not_read_and_never_waited_for() {
    let base = scratch();
    nix::unistd::mkfifo(&base.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    symlink("/etc/passwd", base.path().join("link")).unwrap();
    for name in ["fifo", "link"] {
        assert!(read(&base.path().join(name), Trust::Root, 100).is_err(), "{name}");
    }
    assert_eq!(read(&base.path().join("absent/deeper"), Trust::Root, 100).unwrap(), None);
}

#[test]
fn a_large_file_is_an_error() {
    let base = scratch();
    std::fs::write(base.path().join("big"), vec![b'x'; 101]).unwrap();
    let error = read(&base.path().join("big"), Trust::Root, 100).unwrap_err();
    assert!(matches!(error, FileError::TooLarge { limit: 100, .. }), "{error}");
}

#[test]
fn a_tree_goes_whole_and_links_out_of_it_are_not_followed() {
    let base = scratch();
    let outside = base.path().join("outside");
    std::fs::write(&outside, "stays").unwrap();
    let home = base.path().join("home");
    std::fs::create_dir_all(home.join("a/b")).unwrap();
    std::fs::write(home.join("a/b/c\n\x1b[31m"), "x").unwrap();
    symlink("..", home.join("up")).unwrap();
    symlink(&outside, home.join("a/out")).unwrap();
    std::fs::hard_link(&outside, home.join("hard")).unwrap();
    let place = Place::open(&home, Trust::Root).unwrap();
    let removed = remove_tree(&place).unwrap();
    assert!(removed.left.is_empty() && removed.count == 7, "{removed:?}");
    assert!(!home.exists());
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "stays");
}

#[test]
fn a_tree_deeper_than_the_open_files_limit_goes_too() {
    let base = scratch();
    let home = base.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut here =
        Place::open(&home.join("x"), Trust::Root).unwrap().dir().open_dir(".".as_ref()).unwrap();
    for _ in 0..3000 {
        here.make_dir("d".as_ref(), 0o700, (0, 0)).unwrap();
        here = here.open_dir("d".as_ref()).unwrap();
    }
    let removed = remove_tree(&Place::open(&home, Trust::Root).unwrap()).unwrap();
    assert!(removed.left.is_empty() && !home.exists(), "{:?}", removed.left);
}

#[test]
fn what_is_mounted_below_is_left_and_named() {
    let base = scratch();
    let (home, data) = (base.path().join("home"), base.path().join("data"));
    std::fs::create_dir_all(home.join("mnt")).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("customers"), "precious").unwrap();
    let flags = nix::mount::MsFlags::MS_BIND;
    nix::mount::mount(Some(&data), &home.join("mnt"), None::<&str>, flags, None::<&str>).unwrap();
    let removed = remove_tree(&Place::open(&home, Trust::Root).unwrap());
    nix::mount::umount(&home.join("mnt")).unwrap();
    let removed = removed.unwrap();
    assert_eq!(removed.left.len(), 1, "{removed:?}");
    assert!(std::fs::metadata(data.join("customers")).unwrap().size() == 8);
    // Nor if it is mounted over the folder itself.
    nix::mount::mount(Some(&data), &home, None::<&str>, flags, None::<&str>).unwrap();
    let removed = remove_tree(&Place::open(&home, Trust::Root).unwrap());
    nix::mount::umount(&home).unwrap();
    assert!(removed.unwrap_err().to_string().ends_with("something is mounted here"));
    assert!(std::fs::metadata(data.join("customers")).unwrap().size() == 8);
}
