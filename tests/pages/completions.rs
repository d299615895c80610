//! Completions for bash, zsh and fish.

use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::{Shell, generate};
use support_access::text::Lang;

use crate::{help, holds, packaging, quiet, verbs};

/// The command line with the help pages' texts, and with what stands without a verb.
fn line() -> Command {
    let all = help::page(None, Lang::En);
    let flag = |name: &'static str, short: Option<char>| {
        let about = all.options.iter().find(|(it, _)| help::long(it) == name);
        let about = about.map_or_else(|| format!("the same as {name}"), |(_, what)| what.clone());
        let arg = Arg::new(name).long(name).action(ArgAction::SetTrue).help(about);
        match short {
            Some(short) => arg.short(short),
            None => arg,
        }
    };
    let described: Vec<Command> = verbs()
        .into_iter()
        .map(|verb| {
            let page = help::page(Some(verb.get_name()), Lang::En);
            let about = page.intro.split_once(['.', ':']).map_or(&*page.intro, |it| it.0);
            let about = about.to_owned();
            let verb = verb.about(about).arg(flag("help", Some('h')));
            verb.mut_args(|arg| {
                let Some(long) = arg.get_long().map(str::to_owned) else {
                    return match arg.get_id().as_str() {
                        "action" => arg.value_parser(["inspect", "convert", "new"]),
                        "file" => arg.value_hint(ValueHint::FilePath),
                        _ => arg,
                    };
                };
                let arg = match long.as_str() {
                    "policy" | "signers" | "key" | "out" => arg.value_hint(ValueHint::FilePath),
                    "account" => arg.value_hint(ValueHint::Username),
                    _ => arg,
                };
                match page.options.iter().find(|(it, _)| help::long(it) == long) {
                    Some((_, what)) => arg.help(what.clone()),
                    None => arg,
                }
            })
        })
        .collect();
    let grant = described.iter().find(|it| it.get_name() == "grant").unwrap();
    let without_a_verb: Vec<Arg> = grant.get_arguments().cloned().collect();
    Command::new("support-access")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .args(without_a_verb)
        .args([flag("version", Some('V')), flag("delete", None), flag("audit", None)])
        .subcommands(described.into_iter().map(|verb| verb.disable_help_flag(true)))
}

const FILES: [(Shell, &str); 3] = [
    (Shell::Bash, "completions/support-access.bash"),
    (Shell::Zsh, "completions/_support-access"),
    (Shell::Fish, "completions/support-access.fish"),
];

#[test]
fn the_completions_are_those_of_this_program() {
    for (shell, file) in FILES {
        let mut text = Vec::new();
        generate(shell, &mut line(), "support-access", &mut text);
        holds(file, &String::from_utf8(text).unwrap());
    }
}

/// What a shell offers after these words, the last of them unfinished.
fn offered(shell: Shell, words: &str) -> Vec<String> {
    let (_, file) = FILES.into_iter().find(|(it, _)| *it == shell).unwrap();
    let file = packaging(file);
    let said = match shell {
        Shell::Bash => quiet(&format!(
            "source '{file}'; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
             last=${{COMP_WORDS[-1]}} before=${{COMP_WORDS[-2]}}
             function=$(complete -p support-access | sed 's/.* -F \\([^ ]*\\).*/\\1/')
             $function support-access \"$last\" \"$before\" || :; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )),
        Shell::Fish => quiet(&format!(
            "export HOME=$(mktemp -d); trap 'rm -rf \"$HOME\"' EXIT
             fish --no-config -c \"source '{file}'; complete -C '{words}'\""
        )),
        _ => String::new(),
    };
    said.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
}

#[test]
fn the_shells_offer_what_can_be_typed() {
    for shell in [Shell::Bash, Shell::Fish] {
        for verb in verbs() {
            let name = verb.get_name();
            let offers = offered(shell, &format!("support-access {}", &name[..2]));
            assert!(offers.iter().any(|it| it == name), "{shell} {name}: {offers:?}");
            for option in verb.get_arguments().filter_map(clap::Arg::get_long) {
                let offers = offered(shell, &format!("support-access {name} --{}", &option[..2]));
                let option = format!("--{option}");
                assert!(offers.contains(&option), "{shell} {name} {option}: {offers:?}");
            }
        }
        for without in ["--dry-run", "--delete", "--audit", "--version"] {
            let offers = offered(shell, &format!("support-access {}", &without[..4]));
            assert!(offers.iter().any(|it| it == without), "{shell} {without}: {offers:?}");
        }
        let offers = offered(shell, "support-access expi");
        assert_eq!(offers.iter().filter(|it| *it == "expire").count(), 0, "{shell}");
        let offers = offered(shell, "support-access grant --sudo f");
        assert_eq!(offers, ["full"], "{shell}");
        let offers = offered(shell, "support-access key convert --to ope");
        assert_eq!(offers, ["openssh"], "{shell}");
    }
    // Fish learns of no words but options and verbs.
    for action in ["inspect", "convert", "new"] {
        let offers = offered(Shell::Bash, &format!("support-access key {}", &action[..2]));
        assert_eq!(offers, [action]);
    }
    // zsh completes for terminals only; that it reads the file is what can be said here.
    quiet(&format!("zsh -n '{}'", packaging("completions/_support-access")));
}
