use std::io::Write;

use super::*;

/// 2026-11-21 20:50:00 UTC.
const NOW: Now = Now { seconds: 1_795_294_200, offset: 0 };

const ALL: Wanted = Wanted { since: 0, sudo_of: None, only: &[] };

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn line(minute: i64, text: &str) -> String {
    format!("Nov 21 {:02}:{:02}:00 web1 sshd[7]: {text}\n", minute / 60, minute % 60)
}

fn read(file: &File, since: i64) -> Vec<String> {
    let mut texts = Vec::new();
    plain(file, since, NOW, Instant::now() + Duration::from_mins(1), &mut |entry| {
        texts.push(entry.text);
        ControlFlow::Continue(())
    });
    texts
}

#[test]
fn lines_come_newest_first_wherever_a_block_ends() {
    // Of every length about a block's, with and without an end of the last line.
    let block = usize::try_from(BLOCK).unwrap();
    for around in [block - 2, block - 1, block, block + 1, 2 * block, 2 * block + 1] {
        let filler = format!("Nov 21 10:00:00 web1 CRON[1]: {}\n", "x".repeat(200));
        let mut text = line(60, "first");
        while text.len() + filler.len() < around {
            text.push_str(&filler);
        }
        text.push_str(&"y".repeat(around.saturating_sub(text.len() + 1)));
        text.push('\n');
        text.push_str(&line(61, "second"));
        text.push_str(line(62, "third").trim_end());
        assert_eq!(read(&file(text.as_bytes()), 0), ["third", "second", "first"], "{around}");
    }
}

#[test]
fn reading_ends_where_it_is_old_enough_or_the_caller_has_enough() {
    let mut text: String = (0..20_000).map(|n| line(n / 60, &n.to_string())).collect();
    let base = NOW.seconds - (20 * 60 + 50) * 60;
    let all = file(text.as_bytes());
    let found = read(&all, base + 300 * 60);
    assert_eq!((found.len(), &*found[0], &*found[found.len() - 1]), (2000, "19999", "18000"));
    let mut count = 0;
    let done = plain(&all, 0, NOW, Instant::now() + Duration::from_mins(1), &mut |_| {
        count += 1;
        if count == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(done, Some(Done::Enough)) && count == 5);
    let late = plain(&all, 0, NOW, Instant::now(), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(late, Some(Done::Cut)));
    // One line of a megabyte takes no more room than any other.
    text =
        format!("{}{}\n{}", line(1, "a"), line(2, &"z".repeat(1 << 20)).trim_end(), line(3, "b"));
    let found = read(&file(text.as_bytes()), 0);
    assert_eq!((&*found[0], found[1].len() < LONGEST, &*found[2]), ("b", true, "a"));
    assert_eq!(read(&file(b""), 0), [""; 0]);
    assert_eq!(read(&file(b"\n\n\n"), 0), [""; 0]);
}

#[test]
fn compressed_files_are_read_and_broken_ones_told() {
    let text: String = (0..KEEP + 10).map(|n| line(0, &n.to_string())).collect();
    for tool in ["gzip", "xz"] {
        let (packed, plain) = (tempfile::tempfile().unwrap(), file(text.as_bytes()));
        std::io::Seek::rewind(&mut &plain).unwrap();
        Tool::new(tool).arg("-c").pass(plain.into(), packed.try_clone().unwrap().into()).unwrap();
        std::io::Seek::rewind(&mut &packed).unwrap();
        let mut texts = Vec::new();
        let end = Instant::now() + Duration::from_mins(1);
        let done = compressed(Tool::new(tool), &packed, &ALL, NOW, end, &mut |entry| {
            texts.push(entry.text);
            ControlFlow::Continue(())
        });
        assert!(matches!(done, Some(Done::Cut)), "the first ten are lost");
        assert_eq!((texts.len(), &*texts[0]), (KEEP, &*(KEEP + 9).to_string()));
        let broken = file(b"not packed");
        std::io::Seek::rewind(&mut &broken).unwrap();
        let done =
            compressed(Tool::new(tool), &broken, &ALL, NOW, end, &mut |_| ControlFlow::Break(()));
        assert!(matches!(done, Some(Done::Cut)), "{tool}");
    }
}
