//! From words to a command.

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::common::Common;
use super::key;
use super::usage::usage;
use super::verb::verb;
use super::{Check, Command, Doctor, Env, Grant, Manner, PolicySource, Problem, Time, field};
use crate::policy::{Origin, Source};
use crate::text::usage::Usage;
use crate::text::{Lang, help};

#[derive(Parser)]
#[command(
    name = "support-access",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Grant(GrantArgs),
    Delete(DeleteArgs),
    Audit(AuditArgs),
    Doctor(DoctorArgs),
    Check(CheckArgs),
    Key(key::KeyArgs),
    Expire(Common),
    PolicyCheck(PolicyCheckArgs),
}

#[derive(Args)]
struct PolicyArgs {
    #[arg(long)]
    policy: Option<String>,
    #[arg(long)]
    signers: Option<String>,
}

#[derive(Args)]
struct GrantArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    policy: PolicyArgs,
    #[arg(long)]
    key: Vec<String>,
    #[arg(long)]
    expires: Option<String>,
    #[arg(long)]
    extend: Option<String>,
    #[arg(long)]
    from: Option<String>,
    #[arg(long)]
    account: Option<String>,
    #[arg(long)]
    port: Option<String>,
    #[arg(long, value_parser = ["none", "full"])]
    sudo: Option<String>,
    #[arg(long)]
    ticket: Option<String>,
    #[arg(long)]
    public: Option<String>,
    #[arg(long)]
    no_verify: bool,
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct DeleteArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    policy: PolicyArgs,
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct AuditArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    policy: PolicyArgs,
}

#[derive(Args)]
struct DoctorArgs {
    #[command(flatten)]
    common: Common,
    #[arg(long)]
    account: Option<String>,
    #[arg(long)]
    from: Option<String>,
    #[arg(long)]
    key: Vec<String>,
    #[arg(long)]
    port: Option<String>,
    #[arg(long)]
    fix: bool,
    #[arg(long)]
    list: bool,
}

#[derive(Args)]
struct CheckArgs {
    #[command(flatten)]
    common: Common,
    target: Option<String>,
    #[arg(short = 'i', long = "key")]
    key: Option<String>,
    #[arg(long)]
    receipt: Option<String>,
    #[arg(long)]
    via: Option<String>,
    #[arg(long)]
    fix: bool,
}

#[derive(Args)]
struct PolicyCheckArgs {
    #[command(flatten)]
    common: Common,
    #[arg(long)]
    policy: String,
}

/// All that can be typed, for tests and documents.
pub(super) fn options() -> clap::Command {
    Line::command()
}

/// How to speak, found without understanding the rest.
pub(super) fn manner(args: &[String]) -> Manner {
    let mut lang = None;
    for (index, arg) in args.iter().enumerate() {
        let value = match arg.strip_prefix("--lang") {
            Some("") => args.get(index + 1).map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        lang = match value {
            Some("en") => Some(Lang::En),
            Some("ko") => Some(Lang::Ko),
            _ => lang,
        };
    }
    Manner { json: args.iter().any(|arg| arg == "--json"), lang }
}

/// Reads the words.
pub(super) fn command(args: &[String], env: &Env, lang: Lang) -> Result<Command, Problem> {
    let (verb, rest) = verb(args, env)?;
    let asks = |long: &str, short: &str| rest.iter().any(|arg| arg == long || arg == short);
    if asks("--help", "-h") {
        return Ok(Command::Help(help::page(verb.explicit.as_deref(), lang)));
    }
    if asks("--version", "-V") {
        return Ok(Command::Version);
    }
    let words = [String::from("support-access"), verb.name.clone()].into_iter().chain(rest);
    let line = Line::command()
        .try_get_matches_from(words)
        .and_then(|matches| Line::from_arg_matches(&matches))
        .map_err(|error| Problem::Usage(usage(&error)))?;
    match line.verb {
        Verb::Grant(args) => grant(args, env, lang).map(|grant| Command::Grant(Box::new(grant))),
        Verb::Delete(args) => {
            Ok(Command::Delete { dry_run: args.dry_run, policy: policy(args.policy, env, lang)? })
        }
        Verb::Audit(args) => Ok(Command::Audit { policy: policy(args.policy, env, lang)? }),
        Verb::Doctor(args) => doctor(args, lang).map(|doctor| Command::Doctor(Box::new(doctor))),
        Verb::Check(args) => check(args, env, lang).map(|it| Command::Check(Box::new(it))),
        Verb::Key(args) => key::key(args, lang).map(|key| Command::Key(Box::new(key))),
        Verb::Expire(_) => Ok(Command::Expire),
        Verb::PolicyCheck(args) => Ok(Command::PolicyCheck {
            policy: field("--policy", args.policy.parse::<Origin>(), lang)?,
        }),
    }
}

fn policy(args: PolicyArgs, env: &Env, lang: Lang) -> Result<PolicySource, Problem> {
    let origin = match args.policy.as_deref() {
        Some(text) => Some(field("--policy", text.parse::<Origin>(), lang)?),
        None => match env.policy.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => Some(field("SUPPORT_ACCESS_POLICY", text.parse::<Origin>(), lang)?),
            None => None,
        },
    };
    // The site's signers vouch for the site's policy, not for one that the customer names; what was
    // fetched is the site's as well.
    let site = |file: &Option<String>| {
        file.clone().filter(|path| args.policy.is_none() && !path.is_empty())
    };
    let fetched = site(&env.policy_file);
    Ok(PolicySource { origin, signers: args.signers.or_else(|| site(&env.signers)), fetched })
}

fn grant(args: GrantArgs, env: &Env, lang: Lang) -> Result<Grant, Problem> {
    let time = match (&args.expires, &args.extend) {
        (Some(_), Some(_)) => return Err(Problem::Usage(Usage::ExtendAndExpires)),
        (Some(text), None) => Time::Expires(field("--expires", text.parse(), lang)?),
        (None, Some(text)) => Time::Extend(field("--extend", text.parse(), lang)?),
        (None, None) => Time::Usual,
    };
    let ticket_char = |c: char| c.is_ascii_alphanumeric() || "-_.#/:".contains(c);
    if args
        .ticket
        .as_ref()
        .is_some_and(|t| t.is_empty() || t.len() > 64 || !t.chars().all(ticket_char))
    {
        return Err(Problem::Usage(Usage::Ticket));
    }
    Ok(Grant {
        policy: policy(args.policy, env, lang)?,
        keys: keys(&args.key, lang)?,
        time,
        from: sources(args.from.as_deref(), lang)?,
        account: args.account.map(|text| field("--account", text.parse(), lang)).transpose()?,
        port: port(args.port)?,
        sudo: args.sudo.map(|text| field("--sudo", text.parse(), lang)).transpose()?,
        ticket: args.ticket,
        public: args.public.map(|text| field("--public", text.parse(), lang)).transpose()?,
        verify: !args.no_verify,
        dry_run: args.dry_run,
        origin: env.origin(),
        fetched_with: env
            .fetching
            .iter()
            .filter(|(_, value)| !value.is_empty() && !value.contains('@'))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    })
}

fn keys(texts: &[String], lang: Lang) -> Result<Vec<Origin>, Problem> {
    texts.iter().map(|text| field("--key", text.parse::<Origin>(), lang)).collect()
}

fn sources(list: Option<&str>, lang: Lang) -> Result<Vec<Source>, Problem> {
    let texts = list.iter().flat_map(|list| list.split(','));
    texts.map(|text| field("--from", text.parse(), lang)).collect()
}

fn port(text: Option<String>) -> Result<Option<u16>, Problem> {
    let Some(value) = text else { return Ok(None) };
    match value.parse() {
        Ok(port) if port != 0 => Ok(Some(port)),
        _ => {
            let (option, allowed) = ("--port".to_owned(), "1-65535".to_owned());
            let value = crate::text::safe(&value);
            Err(Problem::Usage(Usage::BadValue { option, value, allowed }))
        }
    }
}

fn doctor(args: DoctorArgs, lang: Lang) -> Result<Doctor, Problem> {
    // Whatever may be in passwd(5), but nothing that a tool could take for an option.
    let name_char = |c: char| c.is_alphanumeric() || "._-@\\$".contains(c);
    if let Some(value) = args.account.as_ref().filter(|name| {
        name.is_empty() || name.len() > 256 || name.starts_with('-') || !name.chars().all(name_char)
    }) {
        let (option, allowed) = ("--account".to_owned(), "a-z 0-9 . _ - @ \\ $".to_owned());
        return Err(Problem::Usage(Usage::BadValue {
            option,
            value: crate::text::safe(value),
            allowed,
        }));
    }
    Ok(Doctor {
        from: sources(args.from.as_deref(), lang)?,
        keys: keys(&args.key, lang)?,
        port: port(args.port)?,
        account: args.account,
        fix: args.fix,
        list: args.list,
    })
}

fn check(args: CheckArgs, env: &Env, lang: Lang) -> Result<Check, Problem> {
    let receipt = args.receipt.map(|text| field("--receipt", text.parse::<Origin>(), lang));
    if args.target.is_none() && receipt.is_none() {
        return Err(Problem::Usage(Usage::Nowhere));
    }
    Ok(Check {
        target: args.target.map(|text| field("HOST", text.parse(), lang)).transpose()?,
        // Other programs start elsewhere than where the path was typed.
        key: args.key.map(|key| std::path::absolute(&key).unwrap_or_else(|_| key.into())),
        receipt: receipt.transpose()?,
        via: args.via.map(|text| field("--via", text.parse(), lang)).transpose()?,
        fix: args.fix,
        agent: env.agent.clone(),
    })
}
