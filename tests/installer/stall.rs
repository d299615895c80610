//! Servers that answer and then go quiet: given up, tried again, and told.

use crate::site::URL;
use crate::world::World;

/// The first byte at once, the others one each second.
const STALLED: &str = "location ~ ^/v/ { limit_rate 1; }";

/// In the script's own curl and `timeout`, with the patience of install.sh cut to two seconds.
#[test]
fn a_stalled_server_is_given_up() {
    let world = || World::default().hasty().fault(STALLED);
    let curl = "#!/bin/bash\nfor a; do [ \"${last-}\" != --speed-time ] || a=2; args+=(\"$a\"); last=$a; done\n\
                exec /usr/bin/curl \"${args[@]}\"\n";
    let run = world().put("usr/sbin/curl", curl).run(&format!("curl -sLf {URL} | dash"));
    run.assert_failed(21, "download");
    assert_eq!(run.stderr.matches("curl: 28\n").count(), 3, "{run:#?}");

    let timeout = "#!/bin/sh\n[ \"$1\" = 300 ] || exit 99\nshift\nexec /usr/bin/timeout 2 \"$@\"\n";
    for wget in ["/usr/bin/wget", "busybox wget"] {
        let run = world()
            .without(&["curl"])
            .put("usr/sbin/timeout", timeout)
            .put("usr/sbin/wget", &format!("#!/bin/sh\nexec {wget} \"$@\"\n"))
            .run(&format!("wget -qO- {URL}/install.sh | dash"));
        run.assert_failed(21, "download");
        assert_eq!(run.stderr.matches("wget: 124\n").count(), 3, "{wget}: {run:#?}");
    }
}

#[test]
#[ignore = "waits for the real limits, two minutes; scripts/test --all"]
fn a_stalled_server_is_given_up_in_real_time() {
    let run = World::default().fault(STALLED).run(&crate::line("dash", ""));
    run.assert_failed(21, "download");
    assert_eq!(run.stderr.matches("curl: 28\n").count(), 3, "{run:#?}");
}
