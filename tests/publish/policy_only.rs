//! A new policy for a site that stands: keys are revoked and rotated without a build, and nothing is
//! published that programs would refuse.

use std::fs;

use crate::workshop::{Workshop, refused, sh, until};

/// Everything but policy and guide, with the time and number of each file.
fn rest(workshop: &Workshop) -> String {
    sh(&format!(
        "cd {}; find v install.sh index.html -type f -printf '%p %i %T@\\n' -exec sha256sum {{}} + | sort",
        workshop.site().display()
    ))
}

#[test]
fn a_key_is_revoked_without_a_build() {
    let workshop = Workshop::published();
    let before = rest(&workshop);
    let print = workshop.engineer.fingerprint();
    workshop.write_policy(|text| {
        format!("{text}revoked = [\"{print}\"]\n")
            .replace("serial = 7", "serial = 8")
            .replace("port = 22\n", "port = 2022\n")
            .replace("keys = [", &format!("keys = [\"{}\", ", workshop.other.public().trim()))
    });
    workshop.policy_only(&workshop.signer.file()).unwrap();
    assert_eq!(before, rest(&workshop));
    workshop.assert_whole();
    assert!(workshop.read("policy.toml").contains(&print));
    assert!(workshop.read("guide/index.html").contains("2022"), "the guide tells the old port");
    // The same text again is no new policy, and may be signed anew.
    workshop.policy_only(&workshop.signer.file()).unwrap();
}

/// Revoking everything needs no key; that there is none by mistake is refused.
#[test]
fn a_policy_without_keys_must_say_that_it_withdraws_all() {
    let workshop = Workshop::published();
    let without = |more: &str| {
        workshop.write_policy(|text| {
            let end = text.find("keys = ").unwrap();
            format!("{}{more}", &text[..end]).replace("serial = 7", "serial = 8")
        });
        workshop.policy_only(&workshop.signer.file())
    };
    let published = workshop.read("policy.toml");
    for more in ["", "keys = []\n", "# revoke-all = true\n", "revoke-all = false\n"] {
        refused(without(more), "holds no key");
    }
    let (key, print) = (workshop.engineer.public().trim(), workshop.engineer.fingerprint());
    let revoked = format!("keys = [\"{key}\"]\nrevoked = [\"{print}\"]\n");
    refused(without(&revoked), "none that is not revoked");
    assert_eq!(published, workshop.read("policy.toml"));
    without("revoke-all = true\n").unwrap();
    workshop.assert_whole();
}

#[test]
fn what_programs_would_refuse_is_not_published() {
    let workshop = Workshop::published();
    let everything = || workshop.sums();
    let before = everything();
    let private = workshop.engineer.private().replace('\n', "\n# ");
    let cases: [(&str, &dyn Fn(String) -> String); 10] = [
        ("raise it to 8", &|text| text.replace("port = 22\n", "port = 2022\n")),
        ("raise it to 8", &|text| text.replace("serial = 7", "serial = 6")),
        ("valid-until is over", &|text| until(&text, "-1 day")),
        ("more than 90 days ahead", &|text| until(&text, "+91 days")),
        ("lacks valid-until", &|text| text.replace("valid-until", "#")),
        ("holds a private key", &|text| format!("{text}# {private}\n")),
        ("holds a private key", &|text| format!("PuTTY-User-Key-File-3: ssh-ed25519\n{text}")),
        ("the program refuses", &|text| text.replace("port = 22\n", "port = 0\n")),
        ("the program refuses", &|text| format!("{text}surprise = 1\n")),
        ("must end with a newline", &|text| text.trim_end().to_owned()),
    ];
    for (reason, change) in cases {
        workshop.write_policy(change);
        refused(workshop.policy_only(&workshop.signer.file()), reason);
    }
    // A whole publication judges with the same eyes.
    workshop.write_policy(|text| text.replace("serial = 7", "serial = 6"));
    refused(workshop.publish(&[]), "raise it to 8");
    workshop.write_policy(|text| text);
    assert_eq!(before, everything());
}

/// Programs in use know the signers of the install.sh that they came with.
#[test]
fn a_signer_is_changed_in_steps() {
    let workshop = Workshop::published();
    let (old, new) = (workshop.signer.file(), workshop.other.file());
    let order = "--sign OLD --signers NEW.pub";
    refused(workshop.policy_only(&new), order);
    refused(crate::workshop::said(&workshop.command(&new).output().unwrap()), order);

    let file = |name, key| workshop.public_of(name, &[key]).display().to_string();
    workshop.publish(&["--signers", &file("new", &workshop.other)]).unwrap();
    // Both may sign now; by the second, with the first one beside it, the roles are changed.
    workshop.policy_only(&new).unwrap();
    workshop.assert_whole();
    workshop.policy_only(&old).unwrap();
    workshop.assert_whole();
    let command =
        |more: &[&str]| crate::workshop::said(&workshop.command(&new).args(more).output().unwrap());
    command(&["--signers", &file("old", &workshop.signer)]).unwrap();
    workshop.assert_whole();
    command(&[]).unwrap();
    workshop.assert_whole();
    refused(workshop.policy_only(&old), order);
    // A signer that is lost: at once, and it is said what that means.
    let said = workshop.publish(&["--signer-lost"]).unwrap();
    assert!(said.contains("run to their own end"), "{said}");
    workshop.assert_whole();
}

#[test]
fn it_needs_the_site_that_it_is_for() {
    let workshop = Workshop::new();
    refused(workshop.policy_only(&workshop.signer.file()), "holds no site");
    assert!(!workshop.site().exists());
    workshop.publish(&[]).unwrap();
    let other = |arguments: &[&str]| {
        let mut command = workshop.policy(&workshop.signer.file());
        crate::workshop::said(&command.args(arguments).output().unwrap())
    };
    refused(other(&["--url", "https://other.example"]), "is for https://support.example");
    refused(other(&["--signers", "/dev/null"]), "leaves programs and signers as they are");
    refused(other(&["--binaries", "/"]), "leaves programs and signers as they are");
    // A program that is not the published one judges nothing.
    let program = workshop.release().join(format!("support-access-{}", std::env::consts::ARCH));
    fs::write(&program, "#!/bin/sh\nexit 0\n").unwrap();
    refused(other(&[]), "publish anew");
}
