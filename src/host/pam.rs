//! PAM's rules for a service, as `pam.conf(5)` reads them: continued lines, `@include`, `include` and
//! `substack`.

use std::path::Path;

use super::files::{FileError, read_text};

/// Where services have their files; what the system's vendor brings comes second.
const FOLDERS: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam.d"];

/// Where modules are, on all systems; below the last ones in a folder of the architecture's.
const MODULES: [&str; 4] = ["/usr/lib64", "/lib64", "/usr/lib", "/lib"];

/// As deep as files include each other here.
const DEEPEST: usize = 8;

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `account`, `session`, `auth` or `password`.
    pub kind: String,
    /// `required`, `[success=1 default=ignore]` and the like.
    pub control: String,
    /// The module as it is named.
    pub module: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// File and line.
    pub at: String,
}

impl Rule {
    /// Whether it is this module, wherever that is.
    #[must_use]
    pub fn is(&self, module: &str) -> bool {
        self.module.rsplit('/').next() == Some(module)
    }

    /// The value of an argument `name=value`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a module that can't be loaded has PAM say no.
    #[must_use]
    pub fn needs_module(&self) -> bool {
        match self.control.strip_prefix('[') {
            None => matches!(self.control.as_str(), "required" | "requisite"),
            Some(list) => {
                let value = |name| list.split([' ', ']']).find_map(|it| it.strip_prefix(name));
                let action = value("module_unknown=").or_else(|| value("default="));
                matches!(action, Some("bad" | "die"))
            }
        }
    }

    /// Whether PAM says no because the module is not there.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.needs_module() && is_missing(&self.module)
    }
}

/// The rules of a service, in their order.
pub fn rules(service: &str) -> Result<Vec<Rule>, FileError> {
    let mut rules = Vec::new();
    if !add(service, None, 0, &mut rules, &read)? {
        add("other", None, 0, &mut rules, &read)?;
    }
    Ok(rules)
}

fn read(path: &str) -> Result<Option<String>, FileError> {
    read_text(path)
}

type Read = dyn Fn(&str) -> Result<Option<String>, FileError>;

/// Adds the rules of a file, of one kind or all; returns whether there was one.
fn add(
    name: &str,
    kind: Option<&str>,
    depth: usize,
    rules: &mut Vec<Rule>,
    read: &Read,
) -> Result<bool, FileError> {
    if depth > DEEPEST {
        return Ok(false);
    }
    let paths: Vec<String> = if name.starts_with('/') {
        vec![name.to_owned()]
    } else {
        FOLDERS.iter().map(|folder| format!("{folder}/{name}")).collect()
    };
    for path in paths {
        let Some(text) = read(&path)? else { continue };
        for (number, line) in lines(&text) {
            let words = words(&line);
            match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["@include", file, ..] => drop(add(file, kind, depth + 1, rules, read)?),
                [of, control, module, ..] => {
                    // A rule with a hyphen in front is silent about a missing module, no more.
                    let of = of.trim_start_matches('-').to_ascii_lowercase();
                    if kind.is_some_and(|kind| kind != of) {
                        continue;
                    }
                    if matches!(control, "include" | "substack") {
                        add(module, Some(&of), depth + 1, rules, read)?;
                        continue;
                    }
                    rules.push(Rule {
                        kind: of,
                        control: control.to_ascii_lowercase(),
                        module: module.to_owned(),
                        args: words[3..].to_vec(),
                        at: format!("{path}:{number}"),
                    });
                }
                _ => {}
            }
        }
        return Ok(true);
    }
    Ok(false)
}

/// Lines with their numbers; continued ones joined, without comments.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let (part, more) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match whole.last_mut().filter(|_| goes_on) {
            Some((_, before)) => before.push_str(part),
            None => whole.push((index + 1, part.to_owned())),
        }
        goes_on = more;
    }
    whole
}

/// Words, of which one in square brackets holds blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') {
            rest.find(']').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        words.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    words
}

/// Whether a module's file is nowhere. Where the folder of modules is not known, it may be.
fn is_missing(module: &str) -> bool {
    // The name of a folder of the architecture's, which only PAM itself knows.
    if module.contains("$ISA") {
        return false;
    }
    if module.starts_with('/') {
        return !Path::new(module).exists();
    }
    let folders = module_folders();
    !folders.is_empty() && !folders.iter().any(|folder| Path::new(folder).join(module).exists())
}

/// The folders of modules: those that have the one that every system has.
fn module_folders() -> Vec<String> {
    let arch = format!("{}-linux-gnu", std::env::consts::ARCH);
    let below = MODULES
        .iter()
        .flat_map(|base| [format!("{base}/security"), format!("{base}/{arch}/security")]);
    below.filter(|folder| Path::new(folder).join("pam_unix.so").exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(files: &'static [(&str, &str)]) -> Vec<Rule> {
        let read = |path: &str| {
            Ok(files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned()))
        };
        let mut rules = Vec::new();
        add("sshd", None, 0, &mut rules, &read).unwrap();
        rules
    }

    #[test]
    fn includes_are_read_in_their_place() {
        let rules = read_as(&[
            (
                "/etc/pam.d/sshd",
                "#%PAM-1.0\n@include common\n-Account [success=1 default=ignore] \\\n  pam_unix.so nullok # x\nsession include login\nsession substack login\n",
            ),
            (
                "/etc/pam.d/common",
                "auth required pam_deny.so\n\naccount required pam_a.so f=1 f2\n",
            ),
            ("/usr/lib/pam.d/login", "auth required pam_x.so\nsession required /x/pam_y.so\n"),
        ]);
        let shown: Vec<String> = rules
            .iter()
            .map(|r| format!("{} {} {} {} {}", r.at, r.kind, r.control, r.module, r.args.len()))
            .collect();
        assert_eq!(
            shown,
            [
                "/etc/pam.d/common:1 auth required pam_deny.so 0",
                "/etc/pam.d/common:3 account required pam_a.so 2",
                "/etc/pam.d/sshd:3 account [success=1 default=ignore] pam_unix.so 1",
                "/usr/lib/pam.d/login:2 session required /x/pam_y.so 0",
                "/usr/lib/pam.d/login:2 session required /x/pam_y.so 0",
            ]
        );
        assert_eq!(rules[1].value("f"), Some("1"));
        assert!(rules[3].is("pam_y.so") && rules[3].is_broken());
    }

    #[test]
    fn files_that_include_each_other_come_to_an_end() {
        let rules = read_as(&[("/etc/pam.d/sshd", "@include sshd\naccount required pam_a.so\n")]);
        assert_eq!(rules.len(), DEEPEST + 1);
    }

    #[test]
    fn a_missing_module_matters_where_the_rule_says_so() {
        for (control, matters) in [
            ("required", true),
            ("requisite", true),
            ("sufficient", false),
            ("optional", false),
            ("[success=ok ignore=ignore module_unknown=ignore default=bad]", false),
            ("[success=ok default=bad]", true),
            ("[success=1 default=ignore]", false),
        ] {
            let rules = words(&format!("account {control} /nowhere/pam_x.so"));
            let rule = Rule {
                kind: rules[0].clone(),
                control: rules[1].clone(),
                module: rules[2].clone(),
                args: Vec::new(),
                at: String::new(),
            };
            assert_eq!(rule.is_broken(), matters, "{control}");
        }
    }
}
