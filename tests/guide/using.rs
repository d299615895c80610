//! What a reader does with the page: copy a line, change the language, with and without scripts.

use crate::scene::{PAGES, Scene, url};
use crate::stage::SITE;

const LINE: &str = "#open ~ .line code";

#[test]
fn a_button_copies_exactly_its_line() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    for (language, page) in PAGES {
        let mut tab = browser.tab(1280);
        tab.clipboard("granted");
        tab.go(&url(page));
        tab.click("#open ~ .line button");
        let done = if language == "ko" { "복사했습니다" } else { "Copied" };
        tab.wait_for("document.querySelector('#said').textContent", done);
        assert_eq!(tab.eval("document.querySelector('#said').role"), "status");
        assert_eq!(
            tab.text("navigator.clipboard.readText()"),
            format!("curl -sLf https://{SITE} | sh -")
        );

        let count = tab.eval("document.querySelectorAll('button.copy').length");
        let count = count.as_u64().expect("a number");
        assert!(count >= 9, "{count}");
        for number in 0..count {
            tab.eval(&format!("document.querySelectorAll('button.copy')[{number}].focus()"));
            tab.press("Enter");
            let own = format!(
                "document.querySelectorAll('button.copy')[{number}].parentElement.querySelector('code').textContent"
            );
            let own = tab.text(&own);
            // A line that ends would be run as soon as it is pasted.
            assert_eq!(own, own.trim());
            tab.wait_for("navigator.clipboard.readText()", &own);
            let names = format!("document.querySelectorAll('button.copy')[{number}].textContent");
            assert!(tab.text(&names).contains(": "), "each button says what it copies");
        }
        assert_eq!(tab.complaints(), [""; 0]);
    }
}

#[test]
fn where_copying_is_forbidden_the_line_is_selected() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut tab = browser.tab(360);
    tab.clipboard("denied");
    tab.go(&url("guide/en/index.html"));
    tab.click("#open ~ .line button");
    tab.wait_for("document.querySelector('#said').textContent", "Selected. Press Ctrl+C");
    assert_eq!(tab.text("getSelection().toString()"), format!("curl -sLf https://{SITE} | sh -"));
}

#[test]
fn nothing_is_missing_without_scripts() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut with = Vec::new();
    for (_, page) in PAGES {
        let mut tab = browser.tab(360);
        tab.go(&url(page));
        assert_eq!(tab.eval("document.querySelectorAll('button[hidden]').length"), 0);
        with.push(tab.text("document.querySelector('main').textContent"));
    }
    let mut tab = browser.tab(360);
    tab.forbid_scripts();
    tab.go(&url("guide/index.html"));
    assert_eq!(tab.eval("document.querySelectorAll('button:not([hidden])').length"), 0);
    assert_eq!(tab.text("document.querySelector('main').textContent"), with[0]);
    tab.click(LINE);
    tab.wait_for("getSelection().toString()", &format!("curl -sLf https://{SITE} | sh -"));

    tab.click("nav a[hreflang=en]");
    let whole = |page: &str| format!("location.href === '{}' && document.readyState", url(page));
    tab.wait_for(&whole("guide/en/index.html"), "complete");
    assert_eq!(tab.text("document.querySelector('main').textContent"), with[1]);
    tab.click(".faq summary");
    tab.wait_for("`${document.querySelector('.faq details').open}`", "true");
    tab.click("nav a[hreflang=ko]");
    tab.wait_for(&whole("guide/index.html"), "complete");
    assert_eq!(tab.complaints(), [""; 0]);
}
