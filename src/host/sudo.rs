//! Which sudo is here, and what it understands.

use super::run::{RunError, Tool};

/// The sudo at hand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sudo {
    /// Whether a rule may say `NOTAFTER` (sudo 1.8.20; sudo-rs calls it a syntax error).
    pub knows_notafter: bool,
}

/// Asks the installed sudo for its version; `None` when there is none, or no visudo beside it.
pub fn find() -> Result<Option<Sudo>, RunError> {
    if super::run::find("visudo").is_none() {
        return Ok(None);
    }
    match Tool::new("sudo").arg("--version").run() {
        Ok(out) => Ok(Some(Sudo { knows_notafter: knows_notafter(&out.stdout) })),
        Err(RunError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The rules by which an account may run something through sudo without a password, whoever wrote
/// them, as `sudo -l -U` prints them; empty when there is no sudo.
pub fn without_password(account: &str) -> Result<Vec<String>, RunError> {
    if super::run::find("sudo").is_none() {
        return Ok(Vec::new());
    }
    // It answers 1 for an account that no rule names.
    let tool = Tool::new("sudo").args(["-n", "-l", "-U", account]).allow(&[1]);
    Ok(passwordless(&tool.run()?.stdout))
}

fn passwordless(listing: &str) -> Vec<String> {
    let Some((defaults, rules)) = listing.split_once(" may run the following commands") else {
        return Vec::new();
    };
    let all = defaults.contains("!authenticate");
    let rules = rules.lines().skip(1).map(str::trim).filter(|rule| rule.starts_with('('));
    rules.filter(|rule| all || rule.contains("NOPASSWD:")).map(str::to_owned).collect()
}

fn knows_notafter(version: &str) -> bool {
    let Some(number) = version.lines().next().and_then(|line| line.strip_prefix("Sudo version "))
    else {
        return false;
    };
    let mut parts = number.split(['.', 'p']).map(|part| part.trim().parse::<u32>().unwrap_or(0));
    let version = (parts.next(), parts.next(), parts.next());
    version >= (Some(1), Some(8), Some(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_need_a_password_let_nobody_in_who_has_none() {
        let listing = "Matching Defaults entries for a on h:\n    env_reset, mail_badpass\n\n\
                       User a may run the following commands on h:\n    (ALL) ALL\n    \
                       (ALL : ALL) NOTAFTER=20261124145012Z NOPASSWD: ALL\n";
        assert_eq!(passwordless(listing), ["(ALL : ALL) NOTAFTER=20261124145012Z NOPASSWD: ALL"]);
        let open = listing.replace("env_reset", "!authenticate");
        assert_eq!(passwordless(&open).len(), 2);
        assert!(passwordless("User a is not allowed to run sudo on h.\n").is_empty());
    }

    #[test]
    fn notafter_is_used_only_where_it_is_known() {
        for (version, knows) in [
            ("Sudo version 1.9.13p3\nSudoers policy plugin version 1.9.13p3\n", true),
            ("Sudo version 1.8.20\n", true),
            ("Sudo version 1.8.19p2\n", false),
            ("Sudo version 1.9\n", true),
            ("sudo-rs 0.2.8\n", false),
            ("", false),
        ] {
            assert_eq!(knows_notafter(version), knows, "{version}");
        }
    }
}
