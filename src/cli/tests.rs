use super::*;

fn env(delete: &str) -> Env {
    Env { delete: Some(delete.to_owned()), ..Env::default() }
}

fn run(line: &str, env: &Env) -> Result<Command, Problem> {
    let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&args, env).1
}

fn is_grant(result: &Result<Command, Problem>) -> bool {
    matches!(result, Ok(Command::Grant(_)))
}

fn is_delete(result: &Result<Command, Problem>) -> bool {
    matches!(result, Ok(Command::Delete { .. }))
}

fn is_refused(result: &Result<Command, Problem>) -> bool {
    matches!(result, Err(Problem::Refused(_)))
}

#[test]
fn the_variable_and_the_words_agree_or_are_refused() {
    for (value, line, check) in [
        ("", "", is_grant as fn(&Result<Command, Problem>) -> bool),
        ("no", "", is_grant),
        ("no", "--dry-run", is_grant),
        ("no", "grant", is_grant),
        ("yes", "", is_delete),
        ("yes", "--dry-run", is_delete),
        ("yes", "delete", is_delete),
        ("yes", "--delete", is_delete),
        ("", "--delete --dry-run", is_delete),
        ("", "--dry-run --delete", is_delete),
        ("", "--json delete", is_delete),
        ("", "--lang en delete", is_delete),
        ("", "--lang=ko --json delete", is_delete),
        ("maybe", "", is_refused),
        ("YES", "", is_refused),
        ("maybe", "--delete", is_refused),
        ("no", "--delete", is_refused),
        ("no", "delete", is_refused),
        ("yes", "grant", is_refused),
        ("yes", "audit", is_refused),
    ] {
        let result = run(line, &env(value));
        assert!(check(&result), "CAFE24DEL={value} {line}: {result:?}");
    }
    assert!(is_grant(&run("", &Env::default())));
}

#[test]
fn what_means_nothing_is_a_usage_error_in_both_languages() {
    for line in [
        "--no-such-option",
        "grant --delete",
        "--delete --audit",
        "grnat",
        "--expires",
        "--expires 24h --extend 24h",
        "--expires never",
        "--from somewhere",
        "--account root",
        "--account Rocky",
        "--port 0",
        "--port 70000",
        "--sudo maybe",
        "--lang fr",
        "--ticket a;b",
        "--delete --key x",
        "--delete --expires 1h",
        "audit --dry-run",
        "--dry-run --dry-run",
        "--key http://example.com/x",
    ] {
        let result = run(line, &Env::default());
        let Err(Problem::Usage(usage)) = result else { panic!("{line}: {result:?}") };
        let (english, korean) = (usage.say(Lang::En), usage.say(Lang::Ko));
        assert!(!english.is_empty() && !korean.is_empty(), "{line}");
        assert!(!english.contains('\n'), "{line}: {english}");
    }
}

#[test]
fn a_wrong_option_is_named_and_a_near_one_proposed() {
    let said = |line: &str| match run(line, &Env::default()) {
        Err(Problem::Usage(usage)) => usage.say(Lang::En),
        other => panic!("{line}: {other:?}"),
    };
    assert!(said("--dryrun").contains("Did you mean --dry-run"), "{}", said("--dryrun"));
    assert!(said("--sudo maybe").contains("none, full"), "{}", said("--sudo maybe"));
    assert!(said("--expires").starts_with("--expires needs a value"), "{}", said("--expires"));
    assert!(
        said("--key x stray").contains("'stray' is not a command"),
        "{}",
        said("--key x stray")
    );
}

#[test]
fn the_site_s_signers_do_not_vouch_for_a_policy_of_the_customers() {
    let site = Env {
        policy: Some("https://site.example/policy.toml".to_owned()),
        signers: Some("/tmp/signers".to_owned()),
        policy_file: Some("/tmp/policy".to_owned()),
        ..Env::default()
    };
    let source = |line: &str| match run(line, &site) {
        Ok(Command::Grant(grant)) => grant.policy,
        other => panic!("{other:?}"),
    };
    assert_eq!(source("").signers.as_deref(), Some("/tmp/signers"));
    assert_eq!(source("--policy /root/own.toml").signers, None);
    // Nor is what install.sh has fetched for the site's URL an answer of another.
    assert_eq!(source("").fetched.as_deref(), Some("/tmp/policy"));
    assert_eq!(source("--policy https://other.example/policy.toml").fetched, None);
}

#[test]
fn language_follows_flag_locale_and_provider() {
    let locale = |all: &str, messages: &str, lang: &str, term: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let locale = [some(all), some(messages), None, some(lang)];
        language(None, &Env { locale, term: some(term), ..Env::default() }, Lang::Ko)
    };
    assert_eq!(locale("", "", "", ""), Lang::Ko);
    assert_eq!(locale("C", "", "ko_KR.UTF-8", ""), Lang::Ko);
    assert_eq!(locale("", "", "C.UTF-8", "xterm"), Lang::Ko);
    assert_eq!(locale("", "", "en_US.UTF-8", "xterm"), Lang::En);
    assert_eq!(locale("", "", "de_DE.UTF-8", "xterm"), Lang::En);
    assert_eq!(locale("", "", "ko_KR.UTF-8", "linux"), Lang::En);
    assert_eq!(locale("", "", "ko_KR.EUC-KR", "xterm"), Lang::En);
    assert_eq!(locale("", "ko_KR.UTF-8", "en_US.UTF-8", "xterm"), Lang::Ko);
    let english = Env { locale: [None, None, None, Some("en_US.UTF-8".into())], ..Env::default() };
    assert_eq!(language(Some(Lang::Ko), &english, Lang::En), Lang::Ko);
}

#[test]
fn every_option_stands_in_the_help_of_both_languages() {
    for sub in args::options().get_subcommands() {
        let name = sub.get_name();
        if matches!(name, "expire" | "policy-check") {
            continue;
        }
        for lang in [Lang::En, Lang::Ko] {
            let page = crate::text::help::page(Some(name), lang);
            for option in sub.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("--{option} ")), "{name}, {lang:?}: --{option}");
            }
        }
    }
}
