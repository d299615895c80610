//! What a second look at real files found: lines that sshd takes otherwise than it seems, and mending that
//! would take something away.

use crate::shop::Shop;

/// Whether ssh-keygen finds a key in a file of lines.
fn taken(shop: &Shop) -> bool {
    shop.sh("ssh-keygen -l -f lines").code == 0
}

#[test]
fn lines_are_judged_as_sshd_does() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    let line = shop.text("k.pub");
    for (text, id) in [
        (format!("restrict, pty {line}"), Some("option")),
        (format!("\u{a0}{line}"), Some("not-key")),
        (format!("\u{3000}{line}"), Some("not-key")),
        (format!("# --- BEGIN support keys ---\n{line}# --- END support keys ---\n"), None),
        (format!("{} -BEGIN x\n", line.trim()), None),
    ] {
        shop.put("lines", &text);
        assert_eq!(taken(&shop), id.is_none(), "{text}");
        let document = shop.json("inspect lines");
        let first = document["findings"].as_array().unwrap().first().cloned().unwrap_or_default();
        assert_eq!(first["id"].as_str(), id, "{text}\n{document:#}");
    }
}

#[test]
fn what_others_wrote_into_a_file_is_not_mended_away() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    let line = shop.text("k.pub");
    for other in [&line[..40], "hello"] {
        shop.put("lines", format!("{line}{other}\n"));
        let document = shop.json("inspect lines");
        let findings = document["findings"].as_array().unwrap();
        assert!(
            !findings.is_empty() && findings.iter().all(|it| it["fix"].is_null()),
            "{document:#}"
        );
    }
}

#[test]
fn the_half_of_another_key_and_no_key_at_all_are_not_written() {
    let shop = Shop::open();
    shop.put("hello", "hello\n");
    let said = shop.key("convert hello --to public --out x.pub");
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("key inspect hello"), "{said:?}");
    assert!(!shop.path("x.pub").exists());
}

#[test]
fn a_file_that_is_missing_hides_no_other() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.make("r", "rsa", "2048");
    let said = shop.key("inspect k missing r");
    assert_ne!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("missing") && said.stdout.contains("RSA"), "{said:?}");
}

/// The program that `curl … | sh` fetched is gone when its commands are typed.
#[test]
fn what_was_fetched_names_the_line_that_fetches_it() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.put("wrapped", shop.text("k.pub").replace("AAAA", "AA\nAA"));
    let fetched = "SUPPORT_ACCESS_ORIGIN=https://support.example support-access key";
    let line = "curl -sLf https://support.example | sh -s -- key";
    let said = shop.sh(&format!("{fetched} inspect wrapped --lang en"));
    let wanted = format!("{line} convert wrapped --to public --out wrapped --force");
    assert!(said.stdout.contains(&wanted), "{said:?}");
    shop.put("hello", "hello\n");
    let said = shop.sh(&format!("{fetched} convert hello --to public --lang en"));
    assert!(said.stdout.contains(&format!("{line} inspect hello")), "{said:?}");
    let said = shop.sh(&format!("{fetched} new n --lang en </dev/null"));
    assert!(said.stdout.contains(&format!("{line} new n")), "{said:?}");
}
