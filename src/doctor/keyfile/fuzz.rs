//! What must hold of the reader of key files, whatever stands in one.

use super::{Login, Reader, ShownKey, Standing, judge};
use crate::fuzzing::{parts, text};
use crate::host::sshd::Version;

const KEY: ShownKey = ShownKey {
    kind: "ssh-ed25519",
    body: "AAAAC3NzaC1lZDI1NTE5AAAAIHx0AuE4HeaAvdY6Ia06UJiwS2/GS6ddjHWfXLdcyy2V",
};

/// A key file, and options to stand in front of a good key.
pub(crate) fn key_file(data: &[u8]) {
    let [file, options] = parts(data);
    let (file, options) = (text(file), text(options));
    let from = ["192.0.2.7".parse().unwrap_or([192, 0, 2, 7].into())];
    for version in [Version::new(7, 4), Version::new(9, 0), Version::new(10, 0)] {
        let reader = Reader { version, offset: 32_400 };
        let login = Login { reader, from: &from, now: 1_900_000_000 };
        let standing = judge(&file, &KEY, &login);
        let lines = file.split('\n').count();
        if let Standing::Refuses(line, troubles) = &standing {
            assert!((1..=lines).contains(line) && !troubles.is_empty());
        }
        // A good line below whatever stands there lets the key in, and nothing takes that back.
        let good = format!("{} {}", KEY.kind, KEY.body);
        assert_eq!(judge(&format!("{file}\n{good}\n{file}"), &KEY, &login), Standing::Accepts);
        // What is in front of the key never makes it vanish.
        let line = format!("{} {good}", options.replace(['\n', '\0'], ""));
        assert_ne!(judge(&line, &KEY, &login), Standing::Absent, "{line:?}");
    }
}
