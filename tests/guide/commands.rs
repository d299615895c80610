//! Every command of the page, run to the letter, in an order that a customer might take.

use lab::Output;

use crate::scene::{PAGES, Scene, url};
use crate::stage::{CUSTOMER, SITE};

/// How a command of the page ends: what it says, on stdout or stderr, and its exit code.
type Told = (&'static str, i32);

/// The customer's way through the page: part of the command, and how it ends there. A command may come
/// again.
const WAY: [(&str, Told); 19] = [
    ("sudo -i", ("", 0)),
    (">/dev/null", ("", 0)),
    ("--dry-run --json", ("\"result\": \"dry-run\"", 0)),
    ("sh -s -- --dry-run", ("RESULT: dry-run", 0)),
    ("--port 2222", ("RESULT: refused", 4)),
    ("--expires 4h", ("RESULT: granted", 0)),
    ("| sh -", ("RESULT: unchanged", 0)),
    ("--extend 4h", ("RESULT: extended", 0)),
    ("sh -s -- audit", ("RESULT: ok", 0)),
    ("sh -s -- doctor", ("RESULT: ok", 0)),
    ("doctor --account rocky", ("RESULT: problems", 6)),
    ("CAFE24DEL=yes", ("RESULT: deleted", 0)),
    ("sudo sh -s -- --delete", ("RESULT: nothing-to-delete", 0)),
    ("| sh -", ("RESULT: granted", 0)),
    ("/usr/local/sbin/support-access delete", ("RESULT: deleted", 0)),
    ("sha256sum -c", ("support-access-x86_64: OK", 0)),
    ("policy.toml", ("Good \"support-access\" signature", 0)),
    ("SHA256SUMS.sig", ("Good \"support-access-release\" signature", 0)),
    ("openssl dgst", ("Verified OK", 0)),
];

/// Those that the customer runs elsewhere; the tests below do.
const ELSEWHERE: [&str; 3] = ["wget -qO-", "ssh -i", "ssh-keygen -R"];

/// All commands of a page.
fn commands(page: &str) -> Vec<String> {
    let scene = Scene::get();
    let mut browser = scene.browser();
    let mut tab = browser.tab(1280);
    tab.go(&url(page));
    tab.texts("[...document.querySelectorAll('pre code')].map(it => it.textContent)")
}

/// The shortest command with this part: `sh -s -- doctor` is not one with options.
fn with<'a>(commands: &'a [String], part: &str) -> Option<&'a String> {
    commands.iter().filter(|it| it.contains(part)).min_by_key(|it| it.len())
}

#[test]
fn every_command_does_what_the_page_says() {
    let scene = Scene::get();
    let [korean, english] = PAGES.map(|(_, page)| commands(page));
    assert_eq!(korean, english, "the same commands in both languages");
    for command in &korean {
        let known = WAY.iter().map(|(part, _)| *part).chain(ELSEWHERE);
        let known = known.filter(|part| with(&korean, part) == Some(command)).count();
        assert!(known > 0, "no test runs {command}");
    }
    let customer = &scene.stage.customer;
    for (part, (says, code)) in WAY {
        let command = with(&korean, part).unwrap_or_else(|| panic!("{part} is not on the page"));
        let ran = customer.run(command);
        assert!(said(&ran).contains(says), "{says}: {ran}");
        assert_eq!(ran.code, code, "{ran}");
        assert!(
            !said(&ran).contains("not permitted"),
            "a reader would take it for a failure: {ran}"
        );
    }
    // The answers on the page are to what is really said.
    let lost = customer.run(&format!("curl -sLf https://{SITE} sh -"));
    assert!(lost.stderr.contains("curl: option -: is unknown"), "{lost}");
    let lost = customer.run(&format!("curl -sLf https://{SITE} CAFE24DEL=yes sh -"));
    assert!(lost.stderr.contains("curl: option -: is unknown"), "{lost}");
    let other = format!("curl -sLf https://{SITE} | sh -");
    let other = customer.command(&other).user("nobody").env("LANG", "ko_KR.UTF-8").run();
    assert!(said(&other).contains("root 권한이 필요합니다"), "{other}");
    sign_in(scene, &korean);
}

fn said(ran: &Output) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

/// After the rest, for this account must not be there before.
fn sign_in(scene: &Scene, commands: &[String]) {
    let customer = &scene.stage.customer;
    customer.ok("useradd -m -s /bin/bash rocky && install -d -o rocky -m 700 ~rocky/.ssh");
    customer.put("/home/rocky/.ssh/authorized_keys", scene.stage.key.public(), 0o600);
    customer.ok("chown rocky ~rocky/.ssh/authorized_keys");
    // His computer is the one that the engineer has in other tests.
    let computer = &scene.stage.engineer;
    computer.put("/root/my-key.pem", scene.stage.key.private(), 0o644);
    computer.ok(&format!("mkdir -p ~/.ssh && ssh-keyscan {CUSTOMER} >~/.ssh/known_hosts"));
    let login = with(commands, "ssh -i").expect("on the page");
    assert!(login.contains(&format!("rocky@{CUSTOMER}")), "{login}");
    assert_eq!(computer.ok(&format!("{login} id -un")), "rocky\n");
    let forget = with(commands, "ssh-keygen -R").expect("on the page");
    let gone = computer.run(forget);
    assert!(said(&gone).contains("updated"), "{gone}");
}

#[test]
fn wget_fetches_the_same_script() {
    let scene = Scene::get();
    let commands = commands("guide/index.html");
    let line = with(&commands, "wget -qO-").expect("on the page");
    let (fetch, run) = line.split_once(" | ").expect("a pipe sign");
    assert_eq!(run, "sh -");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("ca.pem"), scene.stage.site.ca_certificate()).expect("written");
    std::fs::write(at("wgetrc"), format!("ca_certificate = {}\n", at("ca.pem"))).expect("written");
    std::fs::write(at("hosts"), format!("{} {SITE}\n", scene.stage.site.address()))
        .expect("written");
    let line = format!("mount --bind {} /etc/hosts && {fetch}", at("hosts"));
    let mut wget = scene.stage.net.program("192.0.2.51", "sh");
    let wget = wget.args(["-c", &line]).env("WGETRC", at("wgetrc"));
    let out = wget.output().expect("sh/join starts");
    let script = scene.stage.customer.ok(&format!("curl -sLf https://{SITE}"));
    assert_eq!(String::from_utf8_lossy(&out.stdout), script);
}
