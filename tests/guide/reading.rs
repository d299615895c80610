//! How the page reads: for everybody, in every light, on a phone, on paper, with nothing but a keyboard.

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{Tab, pictures};
use crate::scene::{PAGES, Scene, url};

/// axe-core, as `scripts/test` fetches it.
fn axe() -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe").join("axe.min.js");
    std::fs::read_to_string(&file)
        .unwrap_or_else(|why| panic!("{}: {why}. scripts/test fetches it", file.display()))
}

/// What axe-core finds, each with the places.
pub(crate) fn findings(tab: &mut Tab<'_>) -> Vec<String> {
    let run = "axe.run(document, { resultTypes: ['violations'] }).then(it => it.violations.map(v => \
               `${v.impact}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`))";
    tab.eval(&axe());
    tab.texts(run)
}

/// What stands out on the right of the page, though its own box does not scroll.
pub(crate) fn too_wide(tab: &mut Tab<'_>) -> Vec<String> {
    tab.texts(
        "(() => { const wide = document.documentElement.clientWidth; \
         if (document.documentElement.scrollWidth <= wide) return []; \
         return [...document.body.querySelectorAll('*')] \
           .filter(it => it.getBoundingClientRect().right > wide + 0.5) \
           .map(it => `${it.tagName}.${it.className}: ${it.textContent.slice(0, 40)}`); })()",
    )
}

pub(crate) const UNFOLD: &str =
    "document.querySelectorAll('details').forEach(it => { it.open = true })";

#[test]
fn everybody_can_read_it_in_every_light_on_every_screen() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    for (language, page) in PAGES {
        for width in [360, 1280] {
            for light in ["light", "dark"] {
                let what = format!("{language}-{width}-{light}");
                let mut tab = browser.tab(width);
                tab.prefers("screen", &[("prefers-color-scheme", light)]);
                tab.go(&url(page));
                tab.picture(&what);
                assert_eq!(too_wide(&mut tab), [""; 0], "{what}");
                tab.eval(UNFOLD);
                assert_eq!(too_wide(&mut tab), [""; 0], "{what}, unfolded");
                assert_eq!(findings(&mut tab), [""; 0], "{what}");
                let background = tab.text("getComputedStyle(document.body).backgroundColor");
                assert_eq!(background == "rgb(255, 255, 255)", light == "light", "{background}");
                assert_eq!(tab.text("document.documentElement.lang"), language);
                assert_eq!(tab.complaints(), [""; 0], "{what}");
            }
        }
    }
    eprintln!("pictures: {}", pictures().display());
}

/// axe-core and the measure of width must find what there is to find, or their silence says nothing.
#[test]
fn what_would_be_wrong_is_found() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut tab = browser.tab(360);
    tab.go(&url("guide/index.html"));
    tab.eval("document.querySelector('.lead').style.color = '#eee'");
    tab.eval("document.querySelector('h1').style.width = '500px'");
    let found = findings(&mut tab);
    assert!(found.iter().any(|it| it.starts_with("serious: color-contrast: .lead")), "{found:?}");
    assert!(!too_wide(&mut tab).is_empty());
    // Neither a script nor a style that is not the page's own, nor anything from elsewhere.
    tab.eval("document.body.insertAdjacentHTML('beforeend', '<img src=\"/x.png\"><p style=\"color:red\">')");
    tab.wait_for("fetch('/policy.toml').then(() => 'came', () => 'blocked')", "blocked");
    let said = tab.complaints().join("\n");
    for part in ["img-src", "style-src", "connect-src"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

const STOPS: &str = "[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')]\
                     .filter(it => it.checkVisibility())";

#[test]
fn a_keyboard_reaches_everything_in_order_and_shows_where_it_is() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    for width in [360, 1280] {
        let mut tab = browser.tab(width);
        tab.prefers("screen", &[("prefers-reduced-motion", "reduce")]);
        tab.go(&url("guide/index.html"));
        let stops = tab.eval(&format!("{STOPS}.length")).as_u64().expect("a number");
        assert!(stops > 40, "{stops}");
        for stop in 0..stops {
            tab.press("Tab");
            let state = tab.eval(&format!(
                "(() => {{ const it = document.activeElement, at = it.getBoundingClientRect(), \
                 style = getComputedStyle(it); return {{ index: {STOPS}.indexOf(it), \
                 ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, \
                 seen: at.left > -1 && at.bottom > 0 && at.top < innerHeight, \
                 what: it.outerHTML.slice(0, 80) }}; }})()"
            ));
            assert_eq!(state["index"], stop, "{state}");
            assert_eq!([&state["ring"], &state["seen"]], [&json!(true); 2], "{state}");
        }
        // The first stop leads past the head of the page.
        tab.eval("document.querySelector('.skip').focus()");
        tab.press("Enter");
        tab.press("Tab");
        assert_eq!(tab.eval("document.activeElement.matches('main *')"), true);
    }
}

#[test]
fn motion_and_paper() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut tab = browser.tab(1280);
    for (wish, scrolls) in [("reduce", "auto"), ("no-preference", "smooth")] {
        tab.prefers("screen", &[("prefers-reduced-motion", wish)]);
        tab.go(&url("guide/index.html"));
        let style = tab.text("getComputedStyle(document.documentElement).scrollBehavior");
        assert_eq!(style, scrolls);
    }
    tab.prefers("print", &[("prefers-color-scheme", "dark")]);
    assert_eq!(tab.text("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(tab.text("getComputedStyle(document.body).color"), "rgb(0, 0, 0)");
    let shown = |selector: &str| format!("document.querySelector('{selector}').checkVisibility()");
    assert_eq!(tab.eval(&shown("button.copy")), false);
    // What is folded on the screen can't be unfolded on paper.
    assert_eq!(tab.eval(&shown(".faq details p")), true);
    tab.prefers("screen", &[]);
    assert_eq!(tab.eval(&shown(".faq details p")), false);
    let paper = tab.order("Page.printToPDF", &json!({ "preferCSSPageSize": true }));
    assert!(matches!(&paper["data"], Value::String(pdf) if pdf.len() > 10_000));
}
