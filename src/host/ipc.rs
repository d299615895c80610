//! System V IPC, which lives on without any process or file.

use super::run::Tool;

/// What ipcrm(1) calls each kind.
const KINDS: [(&str, &str); 3] = [("shm", "-m"), ("sem", "-s"), ("msg", "-q")];

/// The command that removes all objects of a uid; `None` if there are none.
pub fn removal(uid: u32) -> Option<Tool> {
    let mut args = Vec::new();
    for (kind, option) in KINDS {
        let table = std::fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let head = lines.next().unwrap_or_default();
        let Some(owner) = head.iter().position(|column| *column == "uid") else { continue };
        // The first column is a key, the second the id.
        let his = lines.filter(|line| line.get(owner).and_then(|it| it.parse().ok()) == Some(uid));
        args.extend(his.filter_map(|line| Some([option.to_owned(), (*line.get(1)?).to_owned()])));
    }
    // It answers 1 if one is gone meanwhile, and removes the others.
    (!args.is_empty()).then(|| Tool::new("ipcrm").args(args.concat()).allow(&[1]))
}
