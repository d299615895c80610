//! What a source says of other modules: enough of the language to follow `use` and paths.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path, as `["grant", "step"]`.
pub(crate) type Module = Vec<String>;

/// What a file says that matters here.
#[derive(Default)]
pub(crate) struct Source {
    /// Names that `use` lines bring in, and what they stand for.
    pub(crate) names: BTreeMap<String, Module>,
    /// Every path that leads somewhere in this crate.
    pub(crate) paths: BTreeSet<Module>,
}

/// Words and signs of a source, without comments, texts, and modules that are for tests only.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            string(rest)
        } else if c == '\'' {
            // A character, or a lifetime, which is as good as nothing here.
            ["'\\''", "'\"'", "'\\\"'", "'\\\\'"]
                .iter()
                .find(|q| rest.starts_with(**q))
                .map_or(1, |q| q.len())
        } else if c.is_alphanumeric() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let length = length.unwrap_or(rest.len());
            found.push(rest[..length].to_owned());
            length
        } else {
            let sign = if rest.starts_with("::") { "::" } else { &rest[..c.len_utf8()] };
            if !c.is_whitespace() {
                found.push(sign.to_owned());
            }
            sign.len()
        };
        rest = &rest[length..];
    }
    without_tests(&found)
}

/// How long the text is that begins here.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest[1..].find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

fn without_tests(all: &[String]) -> Vec<String> {
    let mark = ["cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let body = all[at..].iter().position(|t| t == "{" || t == ";").unwrap_or(0) + at;
        let is_module = all[at..].starts_with(&mark.map(str::to_owned))
            && all[at..body].contains(&"mod".to_owned());
        if !is_module || all[body] == ";" {
            kept.push(all[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0_i32;
        at = body;
        loop {
            depth += i32::from(all[at] == "{") - i32::from(all[at] == "}");
            at += 1;
            if depth == 0 {
                break;
            }
        }
    }
    kept
}

/// Finds the paths of a module that lead into this crate.
pub(crate) fn read(tokens: &[String], here: &Module, modules: &BTreeSet<Module>) -> Source {
    let mut source = Source::default();
    let mut at = 0;
    while at < tokens.len() {
        let in_use = at > 0 && tokens[at - 1] == "use";
        let visibility = at > 1 && tokens[at - 1] == "in" && tokens[at - 2] == "(";
        let continued = at > 0 && tokens[at - 1] == "::";
        let start = base(&tokens[at], here, modules);
        let path = tokens.get(at + 1).is_some_and(|next| next == "::");
        match start.filter(|_| path && !visibility && !continued) {
            Some(start) if in_use => at = tree(tokens, at + 2, &start, &mut source),
            Some(start) => at = walk(tokens, at + 2, start, &mut source),
            None => at += 1,
        }
    }
    source
}

/// What the first word of a path stands for, if it leads into this crate.
fn base(word: &str, here: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    match word {
        "crate" | "support_access" => Some(Module::new()),
        "self" => Some(here.clone()),
        "super" => Some(here[..here.len().saturating_sub(1)].to_vec()),
        child => {
            let child = [here.as_slice(), &[child.to_owned()]].concat();
            modules.contains(&child).then_some(child)
        }
    }
}

/// A path in the midst of code.
fn walk(tokens: &[String], at: usize, start: Module, source: &mut Source) -> usize {
    let mut path = start;
    let mut at = at;
    while let Some(word) = tokens.get(at).filter(|word| is_word(word)) {
        step(&mut path, word);
        if tokens.get(at + 1).is_none_or(|next| next != "::") {
            break;
        }
        at += 2;
    }
    source.paths.insert(path);
    at + 1
}

/// One branch of a `use` tree, and what follows it up to the end of the branch.
fn tree(tokens: &[String], at: usize, stem: &Module, source: &mut Source) -> usize {
    let mut path = stem.clone();
    let mut at = at;
    let begin = at;
    loop {
        match tokens[at].as_str() {
            "{" => {
                while tokens[at] != "}" {
                    at = tree(tokens, at + 1, &path, source);
                }
                return at + 1;
            }
            "::" => at += 1,
            "as" => {
                source.names.insert(tokens[at + 1].clone(), path.clone());
                source.paths.insert(path);
                return at + 2;
            }
            "," | ";" | "}" | "*" => break,
            word => {
                step(&mut path, word);
                at += 1;
            }
        }
    }
    if at > begin || tokens[at] == "*" {
        source.names.insert(path.last().cloned().unwrap_or_default(), path.clone());
        source.paths.insert(path);
    }
    if tokens[at] == "*" { at + 1 } else { at }
}

fn step(path: &mut Module, word: &str) {
    match word {
        "super" => {
            path.pop();
        }
        // `{self, …}` is the stem itself.
        "self" => {}
        // `#[macro_export]` puts it at the crate's root, whoever made it.
        "words" if path.is_empty() => path.extend(["text", "words"].map(str::to_owned)),
        name => path.push(name.to_owned()),
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
