//! The verbs.

mod audit;
mod check;
mod delete;
mod describe;
mod doctor;
mod ending;
mod expire;
mod failure;
mod grant;
mod handover;
mod key;
mod log;
mod newer;
mod out;
mod own;
mod policy;
mod policy_check;
mod receipt;
mod visits;

use crate::cli::{self, Command, Env, Problem};
use crate::text::Lang;
use crate::text::refusal::Refusal;

use out::{Exit, Look, Out};
use own::Own;

/// Runs a command line to its exit code.
pub(crate) fn run(args: &[String], env: &Env) -> u8 {
    if let Some(code) = newer::entry(args) {
        return code;
    }
    let (manner, command) = cli::parse(args, env);
    let provider = crate::policy::Policy::builtin().map_or(Lang::En, |policy| policy.language);
    let language = |provider| cli::language(manner.lang, env, provider);
    let plain =
        env.no_color || env.term.as_deref().is_none_or(|term| term.is_empty() || term == "dumb");
    // Where both answers are the same, the provider's language plays no part.
    let mut out = Out::new(language(provider), manner.json, plain)
        .leave_open(language(Lang::En) != language(Lang::Ko));
    let own = Own::new(env.origin());
    let command = match command {
        Ok(command) => command,
        Err(Problem::Usage(usage)) => {
            out.error(Exit::Usage, &usage);
            return out.finish("failed", &[("exit", "2".to_owned())], Exit::Usage);
        }
        Err(Problem::Refused(refusal)) => {
            out.error(Exit::Refused, &refusal);
            return out.finish("refused", &[("exit", "4".to_owned())], Exit::Refused);
        }
    };
    // A plain user may ask the doctor, and is told what only root can see.
    let needs_root = match &command {
        Command::Doctor(options) => options.fix,
        // An engineer's own files, on his own machine.
        Command::Check(_) | Command::Key(_) => false,
        _ => true,
    };
    match command {
        Command::Help(page) => {
            Out::page(page);
            Exit::Done as u8
        }
        Command::Version => {
            let commit = crate::COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
            out.line(Look::Plain, &format!("support-access {}{commit}", crate::VERSION));
            Exit::Done as u8
        }
        Command::PolicyCheck { policy } => policy_check::run(&policy, out),
        _ if needs_root && !crate::host::is_root() => {
            let line = own.as_root(args, matches!(command, Command::Delete { .. }));
            out.error(Exit::NotRoot, &Refusal::NotRoot { line });
            out.finish("failed", &[("exit", "3".to_owned())], Exit::NotRoot)
        }
        _ if crate::host::signals::children_ignored() => {
            out.error(Exit::Refused, &Refusal::ChildrenIgnored);
            out.finish("refused", &[("exit", "4".to_owned())], Exit::Refused)
        }
        Command::Grant(options) => grant::run(&options, out),
        Command::Delete { dry_run, policy } => delete::run(dry_run, &policy, out),
        Command::Doctor(options) => doctor::run(&options, out),
        Command::Check(options) => check::run(&options, &own, out),
        Command::Key(options) => key::run(&options, &own, out),
        Command::Audit { policy } => audit::run(&policy, out),
        Command::Expire => expire::run(out),
    }
}
