//! `key new` makes what ssh-keygen would make.

use std::collections::BTreeSet;

use crate::shop::{Shop, two_words};

#[test]
fn a_pair_is_made_as_ssh_keygen_makes_one() {
    let shop = Shop::open();
    let said = shop.key("new n --no-passphrase --comment 'ann of tests'").ok();
    assert_eq!((shop.mode("n"), shop.mode("n.pub")), (0o600, 0o644));
    let line = shop.text("n.pub");
    assert_eq!(shop.public("n", ""), Some(two_words(&line)));
    assert!(line.starts_with("ssh-ed25519 ") && line.ends_with(" ann of tests\n"), "{line}");
    let shown = shop.sh("ssh-keygen -lvf n").ok();
    let (first, art) = shown.split_once('\n').unwrap();
    assert!(said.contains(first.split(' ').nth(1).unwrap()) && said.contains(art.trim()), "{said}");
    assert!(first.contains("ann of tests"), "{first}");
    // The next command, as it is printed.
    assert!(said.contains("Next: ssh-copy-id -i n.pub USER@HOST\n"), "{said}");
    assert!(said.ends_with("RESULT: ok file=n\n"), "{said}");
    // The same bytes as ssh-keygen writes, but for what is random.
    shop.sh("ssh-keygen -q -t ed25519 -N '' -C 'ann of tests' -f t").ok();
    let (ours, theirs) = (shop.text("n"), shop.text("t"));
    assert_eq!(ours.len(), theirs.len());
    assert_eq!(
        ours.lines().map(str::len).collect::<Vec<_>>(),
        theirs.lines().map(str::len).collect::<Vec<_>>()
    );
    assert_eq!(ours.lines().nth(1).unwrap()[..60], theirs.lines().nth(1).unwrap()[..60]);
}

#[test]
fn each_pair_is_another() {
    let shop = Shop::open();
    let all: BTreeSet<String> = (0..8)
        .map(|count| {
            shop.key(&format!("new k{count} --no-passphrase")).ok();
            two_words(&shop.text(&format!("k{count}.pub")))
        })
        .collect();
    assert_eq!(all.len(), 8);
}

#[test]
fn nothing_that_stands_there_is_touched() {
    let shop = Shop::open();
    for taken in ["n", "n.pub"] {
        shop.put(taken, "precious");
        let said = shop.key("new n --no-passphrase");
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.stdout.contains(&format!("{taken} is there already")), "{said:?}");
        assert_eq!(shop.sh("ls").ok(), format!("{taken}\n"));
        assert_eq!(shop.text(taken), "precious");
        shop.sh("rm n*").ok();
    }
}

#[test]
fn a_passphrase_is_asked_twice() {
    let shop = Shop::open();
    let answers =
        [("New passphrase (empty for none): ", "secret 비밀"), ("once more: ", "secret 비밀")];
    let said = shop.typed("support-access key new n --lang en", &answers);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.stdout.contains("비밀"), "{said:?}");
    assert_eq!(shop.public("n", ""), None);
    assert_eq!(shop.public("n", "secret 비밀"), Some(two_words(&shop.text("n.pub"))));
    assert_eq!((shop.mode("n"), shop.mode("n.pub")), (0o600, 0o644));
}
