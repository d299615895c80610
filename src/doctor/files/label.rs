//! SELinux's labels on the way to the key file. What sshd may read is its policy's to say, and our own
//! probe is not confined as the daemon is: so that another label than the policy's is a warning.

use std::path::PathBuf;

use super::mend;
use crate::doctor::{Finding, Fix, Looked, Patient, Unseen};
use crate::host;
use crate::host::run::{Tool, quote};

pub(super) fn look(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    if !host::selinux() {
        return Ok(None);
    }
    if !patient.root {
        return Err(Unseen::NotRoot);
    }
    // Links are left alone: by name, only what stands in the home itself.
    let ways = patient.key_files.iter().filter_map(|file| file.trail.as_ref().ok());
    let mut paths: Vec<PathBuf> = ways
        .flat_map(|(stops, _)| stops)
        .filter(|stop| stop.link.is_none() && mend::in_home(passwd, &stop.path))
        .map(|stop| stop.path.clone())
        .collect();
    paths.dedup();
    if paths.is_empty() {
        return Ok(None);
    }
    let names = paths.iter().map(|path| path.display().to_string());
    // -n: nothing is changed.
    let tool = Tool::new("restorecon").args(["-n", "-v", "--"]).args(names);
    let out = tool.run().map_err(|error| Unseen::Broken { why: error.to_string() })?;
    let evidence = wrong(&out.stdout);
    if evidence.is_empty() {
        return Ok(None);
    }
    let fix = Fix::Run(format!("restorecon -R -v {}", quote(&passwd.home.display().to_string())));
    Ok(Some(Finding { evidence, fix, ..Finding::default() }))
}

/// What restorecon would relabel: `Would relabel PATH from A to B`, before policycoreutils 2.8
/// `restorecon reset PATH context A->B`.
fn wrong(said: &str) -> Vec<String> {
    let telling = |line: &&str| {
        line.starts_with("Would relabel ")
            || (line.contains("restorecon reset ") && line.contains(" context "))
    };
    said.lines().filter(telling).take(5).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn what_restorecon_says_on_old_and_new_systems() {
        let new = "Would relabel /home/rocky/.ssh from unconfined_u:object_r:default_t:s0 to unconfined_u:object_r:ssh_home_t:s0\n";
        let old = "/sbin/restorecon reset /home/rocky/.ssh context unconfined_u:object_r:default_t:s0->unconfined_u:object_r:ssh_home_t:s0\n";
        assert_eq!((wrong(new).len(), wrong(old).len()), (1, 1));
        assert!(wrong("").is_empty() && wrong("restorecon: no such file\n").is_empty());
    }
}
