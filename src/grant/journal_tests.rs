use super::*;

fn fixture(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal").join(name);
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn journals_of_every_schema_that_ever_landed_still_parse() {
    let open = parse(&fixture("1-open.jsonl")).unwrap();
    assert!(open.complete && open.closing.is_none() && open.settled.is_some());
    assert_eq!((open.facts.account.as_str(), open.facts.uid), ("cafe24", 60578));
    assert_eq!(open.begun.len(), 6);
    assert_eq!(open.proof.as_deref(), Some("full"));

    let cut = parse(&fixture("1-cut-in-account.jsonl")).unwrap();
    assert!(!cut.complete && cut.settled.is_none());
    assert_eq!(cut.begun.iter().last(), Some(&Step::Account));

    let extended = parse(&fixture("1-extended.jsonl")).unwrap();
    assert_eq!(extended.facts.deadline - extended.facts.started, 4 * 86_400);
    assert_eq!(extended.settled.as_ref(), Some(&extended.facts));

    let closing = parse(&fixture("1-closing.jsonl")).unwrap();
    assert_eq!(closing.closing, Some(Why::Delete));
}

#[test]
fn each_schema_has_fixtures_and_each_fixture_parses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (schema, _) = name.split_once('-').unwrap();
        let lines = fixture(&name);
        let state = parse(&lines).unwrap_or_else(|error| panic!("{name}: {error}"));
        let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            first["schema"].to_string(),
            schema,
            "{name}: its schema is not that of its name"
        );
        let standing = match (state.complete, state.closing) {
            (_, Some(_)) => "closing",
            (true, None) => "live",
            (false, None) => "cut",
        };
        found.insert((schema.parse::<u32>().unwrap(), standing));
    }
    for schema in 1..=SCHEMA {
        for standing in ["closing", "cut", "live"] {
            let there = found.contains(&(schema, standing));
            assert!(
                there,
                "no journal of schema {schema} that is {standing}: let a real run write one"
            );
        }
    }
}

#[test]
fn a_newer_schema_is_told_from_damage() {
    let newer = vec![r#"{"at":1,"event":"open","schema":2,"whatever":true}"#.to_owned()];
    assert!(matches!(parse(&newer), Err(JournalError::Newer(2))));
    let mut damaged = fixture("1-open.jsonl");
    damaged[3] = "{".to_owned();
    assert!(matches!(parse(&damaged), Err(JournalError::Damaged { line: 4, .. })));
    assert!(matches!(parse(&[]), Err(JournalError::Damaged { line: 1, .. })));
    let twice = [fixture("1-open.jsonl"), fixture("1-open.jsonl")].concat();
    assert!(matches!(parse(&twice), Err(JournalError::Damaged { .. })));
}

#[test]
fn what_stands_before_the_damage_is_enough_to_end_a_grant() {
    let mut lines = fixture("1-extended.jsonl");
    let at = lines.iter().position(|line| line.contains("\"amend\"")).unwrap();
    lines[at + 1] = "\u{0}\u{0}".to_owned();
    let (state, error) = add_up(&lines);
    assert!(matches!(error, Some(JournalError::Damaged { .. })));
    let state = state.unwrap();
    assert_eq!(state.facts.deadline - state.facts.started, 4 * 86_400);
    assert_eq!(add_up(&["{".to_owned()]).0, None);
}

#[test]
fn a_field_that_a_later_program_of_the_same_schema_added_is_no_damage() {
    let mut lines = fixture("1-open.jsonl");
    lines[0] = lines[0].replacen("\"facts\":{", "\"facts\":{\"later\":1,", 1);
    assert!(parse(&lines).is_ok());
}

#[test]
fn an_event_is_read_back_as_it_was_written() {
    let state = parse(&fixture("1-open.jsonl")).unwrap();
    let written = line(Event::Amend { facts: Box::new(state.facts.clone()) });
    let read: Line = serde_json::from_str(&written).unwrap();
    assert!(matches!(read.event, Event::Amend { facts } if *facts == state.facts));
}

#[test]
fn the_time_since_boot_ends_a_grant_though_the_clock_was_set_back() {
    let mut state = parse(&fixture("1-open.jsonl")).unwrap();
    let (id, since) = clock::boot().unwrap();
    // As if it had been opened a day of uptime ago, for an hour, and the clock set back since.
    state.facts.started = clock::now() + 3600;
    state.facts.deadline = state.facts.started + 3600;
    state.facts.boot = Some((id, since - 86_400));
    assert!(state.is_over());
    state.facts.boot = Some(("another boot".to_owned(), since - 86_400));
    assert!(!state.is_over());
    state.facts.deadline = clock::now() - 1;
    assert!(state.is_over());
}
