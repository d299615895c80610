//! Another provider's guide has his values and nobody else's.

use crate::reading::{UNFOLD, findings, too_wide};
use crate::scene::{ODD, OTHER, PAGES, Scene};
use crate::stage::SITE;

#[test]
fn odd_values_are_shown_as_they_are() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    for (language, page) in PAGES {
        let mut tab = browser.tab(360);
        tab.prefers("screen", &[("prefers-color-scheme", "dark")]);
        tab.go(&format!("https://{OTHER}/{page}"));
        assert_eq!(tab.text("document.querySelector('.brand').textContent"), ODD);
        assert!(tab.text("document.title").ends_with(&format!(" · {ODD}")));
        let facts = tab.text("document.querySelector('.facts').innerText");
        let term = if language == "ko" { "90분" } else { "90 minutes" };
        let root =
            if language == "ko" { "비밀번호 없이 sudo 가능" } else { "without a password" };
        for fact in [ODD, "a-long-name-of-31-characters-xx", "TCP 2222", "4294967295", term, root] {
            assert!(facts.contains(fact), "{fact}: {facts}");
        }
        let rows = tab.texts(
            "[...document.querySelectorAll('#firewall ~ .scroll tbody')][0].innerText.split('\\n')",
        );
        let rule = |from: &str| format!("SSH\tTCP\t2222\t{from}");
        let from =
            ["2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:ffff::/48", "198.51.100.0/24"];
        assert_eq!(rows, from.map(rule));
        // The key that is revoked is not offered; the other is, and nothing can be extended.
        assert_eq!(facts.matches("SHA256:").count(), 2, "one key, one signer: {facts}");
        let commands =
            tab.texts("[...document.querySelectorAll('pre code')].map(it => it.textContent)");
        for end in ["--sudo none", "--port 22", "--expires 90m"] {
            assert!(commands.iter().any(|it| it.ends_with(end)), "{end}: {commands:?}");
        }
        assert!(!commands.iter().any(|it| it.contains("--extend")), "{commands:?}");
        let whole = tab.text("document.documentElement.outerHTML");
        for foreign in [SITE, "Example Support", "cafe24", "Cafe24", "카페24"] {
            assert!(!whole.contains(foreign), "{foreign}");
        }

        tab.picture(&format!("other-{language}"));
        tab.eval(UNFOLD);
        assert_eq!(too_wide(&mut tab), [""; 0]);
        assert_eq!(findings(&mut tab), [""; 0]);
        assert_eq!(tab.complaints(), [""; 0]);
    }
}
