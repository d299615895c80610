//! Stands in for the program where only what install.sh does with it is of interest: tells
//! how it was called, then ends as asked. Built for musl by the tests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs, process, thread};

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let after = |flag: &str| {
        args.iter().position(|a| a == flag).and_then(|at| args.get(at + 1)).cloned()
    };
    match args.first().map(String::as_str) {
        Some("--version") => {
            if cfg!(older_processor) {
                let own = process::id().to_string();
                process::Command::new("/bin/kill").args(["-ILL", &own]).status().expect("kill");
            }
            return println!("support-access stand-in");
        }
        Some("policy-check") => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
            println!("provider=Example & Co\nlanguage=ko\naccount=helper\nport=22\nserial=1\nkeys=1");
            println!("valid-until={}", now + 30 * 86400);
            println!("lifetime=72h\nlongest=14d\nsudo=none\nfingerprints=SHA256:x");
            return println!("from=192.0.2.7,198.51.100.0/24");
        }
        _ => {}
    }
    for arg in &args {
        println!("ARG {arg:?}");
    }
    let mut vars: Vec<_> = env::vars().collect();
    vars.sort();
    for (name, value) in vars {
        println!("ENV {name}={value}");
    }
    for file in ["SUPPORT_ACCESS_SIGNERS", "SUPPORT_ACCESS_POLICY_FILE"].map(env::var).into_iter().flatten() {
        print!("{}", fs::read_to_string(file).expect("a file"));
    }
    println!("STDIN {}", fs::read_link("/proc/self/fd/0").expect("stdin").display());
    println!("EXE {}", env::current_exe().expect("exe").display());
    if let Some(seconds) = after("--sleep") {
        thread::sleep(Duration::from_secs_f64(seconds.parse().expect("seconds")));
    }
    if args.iter().any(|a| a == "--abort") {
        process::abort();
    }
    println!("RESULT: ok");
    process::exit(after("--exit").map_or(0, |code| code.parse().expect("code")));
}
