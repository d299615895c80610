//! Where the page's links lead, and that it fetches nothing.

use crate::scene::{OTHER, PAGES, READER, Scene, url};
use crate::stage::SITE;

/// Leads out of the provider's site; nothing in the lab could answer for it.
const OUTSIDE: &str = "https://www.chiark.greenend.org.uk/~sgtatham/putty/";

#[test]
fn every_link_leads_somewhere() {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut links = Vec::new();
    for site in [SITE, OTHER] {
        for (_, page) in PAGES {
            let here = format!("https://{site}/{page}");
            let mut tab = browser.tab(1280);
            tab.go(&here);
            let found = tab.texts("[...document.querySelectorAll('[href]')].map(it => it.href)");
            for link in found.into_iter().filter(|it| it != OUTSIDE && !it.starts_with("data:")) {
                if let Some(place) = link.strip_prefix(&format!("{here}#")) {
                    let there = tab.eval(&format!("!!document.getElementById({place:?})"));
                    assert_eq!(there, true, "{link}");
                } else {
                    links.push(link);
                }
            }
            let ids = "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(it => it.id))";
            assert_eq!(tab.eval(ids), 0, "two places have one name");
        }
    }
    links.sort();
    links.dedup();
    assert!(links.len() >= 10, "{links:?}");
    let customer = &scene.stage.customer;
    customer.knows(OTHER, scene.other.address());
    customer.trusts(&scene.other);
    for link in links {
        let code = customer.run(&format!("curl -s -o /dev/null -w '%{{http_code}}' '{link}'"));
        assert_eq!(code.stdout, "200", "{link}");
    }
}

#[test]
fn a_reader_fetches_the_page_and_nothing_else() {
    let scene = Scene::get();
    let mut tab_of = scene.browser();
    let mut tab = tab_of.tab(1280);
    tab.go(&url("guide/index.html"));
    tab.go(&url("guide/en/index.html"));
    let log = scene.stage.site.access_log();
    let ours: Vec<&str> = log.lines().filter(|line| line.starts_with(READER)).collect();
    assert!(ours.len() >= 2, "{log}");
    for line in ours {
        let page = PAGES.iter().any(|(_, page)| line.contains(&format!("\"GET /{page} HTTP")));
        assert!(page && (line.contains("\" 200 ") || line.contains("\" 304 ")), "{line}");
    }
    let left = tab.order("Network.getCookies", &serde_json::json!({}));
    assert_eq!(left["cookies"].as_array().map(Vec::len), Some(0), "{left}");
}
