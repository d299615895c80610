//! Which sudo is here, and what it understands.

use super::run::Tool;

/// The sudo at hand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sudo {
    /// Whether a rule may say `NOTAFTER` (sudo 1.8.20; sudo-rs calls it a syntax error).
    pub knows_notafter: bool,
}

/// Asks the installed sudo for its version; `None` when there is none, or no visudo beside it.
pub fn find() -> Option<Sudo> {
    super::run::find("visudo")?;
    let out = Tool::new("sudo").arg("--version").run().ok()?;
    Some(Sudo { knows_notafter: knows_notafter(&out.stdout) })
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
