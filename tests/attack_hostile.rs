//! Hostile users and odd servers: what stands where files of ours would go, what the account's own
//! user prepares during the visit, how and in which environment the program is run. The cases are
//! the lines of `tests/attacks/hostile.tsv`, each with the mistake of a peer that it comes from.

mod attacked;
mod common;

use attacked::{Row, attack_all, rows};

const ROWS: &str = include_str!("attacks/hostile.tsv");

#[test]
fn a_sample_of_hostile_set_ups() {
    let sample: Vec<Row> = rows(ROWS).into_iter().filter(|row| row.plain).collect();
    attack_all("hostile set-ups", &sample, 30);
}

#[test]
#[ignore = "every line: scripts/test --all"]
fn every_hostile_set_up() {
    attack_all("hostile set-ups", &rows(ROWS), 200);
}

/// The mistakes of the peers that the issue names stand in the table.
#[test]
fn the_cves_of_the_peers_are_among_them() {
    let rows = rows(ROWS);
    for source in ["CVE-2026-11837", "CVE-2024-9902", "Teleport 12.4.18", "Teleport 13.4.3"] {
        assert!(rows.iter().any(|row| row.why.contains(source)), "{source} has no line");
    }
}
