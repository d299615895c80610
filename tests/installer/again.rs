//! Each try begins from zero, whatever stands in the folder from before it, and whatever root's own
//! settings say of files that are there already.

use crate::site::{URL, fresh_dir, sh, site};
use crate::world::{Outcome, World};
use crate::{SHELLS, line};

/// A site on which only the last try finds a good file, the raw one.
fn only_raw(name: &str) -> World {
    let (root, from) = (fresh_dir(name), site().root.display());
    sh(&format!(
        "cp -a {from}/. {0}; cd {0}; for f in v/*/*.gz; do truncate -s -1000 $f; done",
        root.display()
    ));
    World::default().hasty().serving(root)
}

#[track_caller]
fn assert_ran(setting: &str, run: &Outcome) {
    assert_eq!((run.code, run.last()), (0, "RESULT: ok"), "{setting} {run:#?}");
    run.assert_clean();
}

/// Where curl is set to spare a file, to go on behind its end, or to take a broken one away.
#[test]
fn whatever_curl_is_set_to() {
    for setting in ["no-clobber", "continue-at -", "remove-on-error", "create-file-mode 0600"] {
        let root = fresh_dir("again-mirrored");
        let mirror = ["--mirror", "https://mirror.example.test"];
        site().publish(&site().binaries, URL, &root, &mirror);
        let late = "location ~ ^/v/ { if ($http_host = support.example.test) { return 503; } }";
        for (name, world) in [
            ("last try", only_raw("again-curl")),
            ("no gzip", World::default().hasty().without(&["gzip"])),
            ("a mirror", World::default().without(&["gzip"]).serving(root).fault(late)),
        ] {
            let run = world.put("root/.curlrc", &format!("{setting}\n")).run(&line("dash", ""));
            assert_ran(&format!("{setting}, {name}"), &run);
        }
    }
}

#[test]
fn whatever_wget_is_set_to() {
    for setting in ["noclobber = on", "continue = on"] {
        for world in [only_raw("again-wget"), World::default().hasty().without(&["gzip"])] {
            let run = world
                .without(&["curl"])
                .put("root/.wgetrc", &format!("{setting}\n"))
                .run(&format!("wget -qO- {URL}/install.sh | dash"));
            assert_ran(setting, &run);
        }
    }
}

/// By its own options, or by `SHELLOPTS`, which bash takes over from whoever exported it.
#[test]
fn whatever_the_shell_is_set_to() {
    for shell in SHELLS {
        for option in ["-C", "-e"] {
            let run = World::default().run(&line(&format!("{shell} {option}"), ""));
            assert_ran(&format!("{shell} {option}"), &run);
        }
    }
    let run = World::default()
        .run(&format!("curl -sLf {URL} | env SHELLOPTS=braceexpand:errexit:noclobber bash"));
    assert_ran("SHELLOPTS", &run);
}

/// curl before 7.42 makes no file of an empty answer, and ends well.
#[test]
fn no_file_at_all() {
    let old = "#!/bin/sh\ncase $* in */v/*) exit 0 ;; esac\nexec /usr/bin/curl \"$@\"\n";
    for shell in SHELLS {
        let run = World::default().hasty().put("usr/sbin/curl", old).run(&line(shell, ""));
        run.assert_failed(22, "size");
        assert!(run.stderr.contains("Wrong size: 0, not "), "{shell} {run:#?}");
    }
}
