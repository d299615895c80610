//! A real Chromium without a screen, told what to do by its own `DevTools` protocol through a pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lab::{Net, Site};
use serde_json::{Value, json};

/// Past this, a page or the browser hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running browser on the lab's network.
pub(crate) struct Browser {
    _process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last: u64,
    /// What was told without being asked, and to which tab.
    events: Vec<Value>,
}

impl Browser {
    /// Starts one that comes from this address, and knows these sites and nothing else of the world.
    pub(crate) fn start(net: &Net, address: &str, sites: &[&Site], home: &Path) -> Self {
        let names: Vec<String> =
            sites.iter().map(|site| format!("MAP {} {}", site.name(), site.address())).collect();
        let keys: Vec<String> = sites.iter().map(|site| public_key(site)).collect();
        let flags = [
            // Root is the only user here, and the pages are ours.
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--no-first-run".to_owned(),
            format!("--user-data-dir={}", home.display()),
            format!("--host-resolver-rules={}", names.join(",")),
            format!("--ignore-certificate-errors-spki-list={}", keys.join(",")),
            "--remote-debugging-pipe".to_owned(),
        ];
        // It reads orders from 3 and answers on 4.
        let turn = "exec chromium-headless-shell \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";
        let mut process = net
            .program(address, "sh")
            .args(["-c", turn, "sh"])
            .args(flags)
            .env("HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start sh/join");
        let mut answers = BufReader::new(process.stdout.take().expect("stdout is a pipe"));
        let to = process.stdin.take().expect("stdin is a pipe");
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let parsed = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if send.send(parsed).is_err() {
                    return;
                }
                message.clear();
            }
        });
        Self { _process: process, to, from, last: 0, events: Vec::new() }
    }

    /// Has something done, by the browser itself or by one of its tabs.
    fn ask(&mut self, tab: Option<&str>, method: &str, params: &Value) -> Result<Value, String> {
        self.last += 1;
        let mut order = json!({ "id": self.last, "method": method, "params": params });
        if let Some(tab) = tab {
            order["sessionId"] = json!(tab);
        }
        self.to.write_all(format!("{order}\0").as_bytes()).expect("the browser listens");
        loop {
            let message = self.from.recv_timeout(PATIENCE);
            let mut message = message.unwrap_or_else(|why| panic!("{method}: no answer: {why}"));
            if message["id"] != self.last {
                self.events.push(message);
            } else if message["error"].is_null() {
                return Ok(message["result"].take());
            } else {
                return Err(format!("{method}: {}", message["error"]));
            }
        }
    }

    /// A new tab, whose cookies, permissions and scripts are nobody else's.
    pub(crate) fn tab(&mut self, width: u32) -> Tab<'_> {
        let context = self.must("Target.createBrowserContext", &json!({}));
        let context = context["browserContextId"].clone();
        let page = json!({ "url": "about:blank", "browserContextId": context });
        let page = self.must("Target.createTarget", &page)["targetId"].clone();
        let page = json!({ "targetId": page, "flatten": true });
        let session = self.must("Target.attachToTarget", &page)["sessionId"].clone();
        let session = session.as_str().expect("a session").to_owned();
        let mut tab = Tab { browser: self, context, session, width };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            tab.order(&format!("{domain}.enable"), &json!({}));
        }
        let phone = width < 600;
        let size =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone });
        tab.order("Emulation.setDeviceMetricsOverride", &size);
        tab.order("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        tab
    }

    fn must(&mut self, method: &str, params: &Value) -> Value {
        self.ask(None, method, params).unwrap_or_else(|why| panic!("{why}"))
    }
}

/// One page that is open.
pub(crate) struct Tab<'a> {
    browser: &'a mut Browser,
    context: Value,
    session: String,
    width: u32,
}

impl Tab<'_> {
    /// Gives an order that can't fail.
    pub(crate) fn order(&mut self, method: &str, params: &Value) -> Value {
        let session = self.session.clone();
        self.browser.ask(Some(&session), method, params).unwrap_or_else(|why| panic!("{why}"))
    }

    /// What the reader's system says: `("prefers-color-scheme", "dark")`; a medium such as `print`.
    pub(crate) fn prefers(&mut self, medium: &str, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.order("Emulation.setEmulatedMedia", &json!({ "media": medium, "features": features }));
    }

    /// No script of a page runs any more.
    pub(crate) fn forbid_scripts(&mut self) {
        self.order("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    /// Lets pages use the clipboard, or not.
    pub(crate) fn clipboard(&mut self, setting: &str) {
        for name in ["clipboard-read", "clipboard-write"] {
            let params = json!({
                "permission": { "name": name, "allowWithoutSanitization": false },
                "setting": setting, "browserContextId": self.context,
            });
            self.browser.must("Browser.setPermission", &params);
        }
    }

    /// Opens a page and waits until it is whole.
    pub(crate) fn go(&mut self, url: &str) {
        let mut went = self.order("Page.navigate", &json!({ "url": url }));
        for _ in 0..5 {
            // The kernel still tells of the network that was made for the browser.
            if went["errorText"] != "net::ERR_NETWORK_CHANGED" {
                break;
            }
            went = self.order("Page.navigate", &json!({ "url": url }));
        }
        assert!(went["errorText"].is_null(), "{url}: {went}");
        self.wait_for(
            &format!("location.href === {} && document.readyState", json!(url)),
            "complete",
        );
    }

    /// Waits until an expression has this value.
    pub(crate) fn wait_for(&mut self, expression: &str, value: &str) {
        let end = Instant::now() + PATIENCE;
        while self.eval(expression) != value {
            assert!(Instant::now() < end, "{expression} never was {value:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of an expression of JavaScript, with promises kept.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
            "userGesture": true,
        });
        let mut said = self.order("Runtime.evaluate", &params);
        let wrong = &said["exceptionDetails"];
        assert!(wrong.is_null(), "{expression:.200}: {wrong}");
        said["result"]["value"].take()
    }

    /// The same, where it is a text.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.eval(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// The same, where it is a list of texts.
    pub(crate) fn texts(&mut self, expression: &str) -> Vec<String> {
        let value = self.eval(expression);
        serde_json::from_value(value).unwrap_or_else(|why| panic!("{expression}: {why}"))
    }

    /// Clicks into the middle of what a selector finds, as a mouse would.
    pub(crate) fn click(&mut self, selector: &str) {
        let find = format!(
            "(() => {{ const it = document.querySelector({}); \
             it.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const at = it.getBoundingClientRect(); \
             return [at.x + at.width / 2, at.y + at.height / 2]; }})()",
            json!(selector)
        );
        let at = self.eval(&find);
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({
                "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1,
            });
            self.order("Input.dispatchMouseEvent", &params);
        }
    }

    /// Presses a key: `Tab` or `Enter`.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = if key == "Enter" { (13, "\r") } else { (9, "") };
        for kind in ["keyDown", "keyUp"] {
            let params = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text,
            });
            self.order("Input.dispatchKeyEvent", &params);
        }
    }

    /// Keeps a picture of the whole page for people to look at, beside the build.
    pub(crate) fn picture(&mut self, name: &str) {
        let size = self.eval("document.documentElement.scrollHeight");
        let clip = json!({ "x": 0, "y": 0, "width": self.width, "height": size, "scale": 1 });
        let params = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let said = self.order("Page.captureScreenshot", &params);
        let folder = pictures();
        std::fs::create_dir_all(&folder).expect("make the folder of pictures");
        let file = std::fs::File::create(folder.join(format!("{name}.png"))).expect("a picture");
        let mut decode = Command::new("base64")
            .arg("-d")
            .stdin(Stdio::piped())
            .stdout(file)
            .spawn()
            .expect("base64 starts");
        let bytes = said["data"].as_str().expect("a picture").as_bytes();
        decode.stdin.take().expect("a pipe").write_all(bytes).expect("base64 reads");
        assert!(decode.wait().expect("base64 ends").success());
    }

    /// What the browser complained about in this tab: errors, violations of the page's policy, what
    /// could not be loaded.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let ours = |it: &&Value| it["sessionId"] == self.session;
        let complaint = |it: &Value| {
            let [method, params] = [&it["method"], &it["params"]];
            match method.as_str()? {
                "Runtime.exceptionThrown"
                | "Network.loadingFailed"
                | "Audits.issueAdded"
                | "Log.entryAdded"
                | "Runtime.consoleAPICalled" => Some(format!("{method}: {params}")),
                _ => None,
            }
        };
        self.browser.events.iter().filter(ours).filter_map(complaint).collect()
    }
}

/// Where pictures are kept.
pub(crate) fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide")
}

/// What the browser shall know a site by: it has not heard of the lab's throw-away authority.
fn public_key(site: &Site) -> String {
    let line = "openssl x509 -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64";
    let mut openssl = Command::new("sh")
        .args(["-c", line])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl starts");
    let certificate = site.certificate();
    openssl.stdin.take().expect("a pipe").write_all(certificate.as_bytes()).expect("it reads");
    let out = openssl.wait_with_output().expect("openssl ends");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}
