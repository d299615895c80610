//! The drawings of the page: bars for who takes how long, lines for how it grows.

use std::fmt::Write as _;

use crate::contest::OTHERS;
use crate::figures::{Middle, seconds};
use crate::found::Found;

const WIDTH: f64 = 760.0;
const OURS: &str = "#0b6bcb";
const THEIRS: &str = "#9aa5b1";

/// Names of files, and what they hold.
pub(crate) fn all(found: &Found) -> [(&'static str, String); 2] {
    [("performance.svg", bars(found)), ("performance-growth.svg", growth(found))]
}

/// Readable on a light and on a dark page.
fn open(height: f64, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"14\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\"/>\n"
    )
}

fn text(svg: &mut String, x: f64, y: f64, style: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{text}</text>");
}

/// Whose, how long, and whether it is ours.
type Bar = (String, Middle, bool);

fn bars(found: &Found) -> String {
    let book = &found.book;
    let names = |name: &str| match name {
        "script" => "script by hand",
        "plain script" => "… no timer, no sync",
        "useradd" => "useradd, userdel alone",
        other => {
            if other == "Ansible" {
                "Ansible"
            } else {
                "cloud-init"
            }
        }
    };
    let mut groups: Vec<(&str, Vec<Bar>)> = Vec::new();
    for (title, grant) in [("Opening", true), ("Ending", false)] {
        let mut rows = Vec::new();
        if grant {
            rows.push(("support-access".to_owned(), book.wall("grant"), true));
            rows.push(("… with its proof".to_owned(), book.wall("grant with proof"), true));
        } else {
            rows.push(("support-access".to_owned(), book.wall("delete"), true));
        }
        for (name, ..) in OTHERS {
            let row = if grant { name.to_owned() } else { format!("{name}: delete") };
            if grant || name != "cloud-init" {
                rows.push((names(name).to_owned(), book.wall(&row), false));
            }
        }
        groups.push((title, rows));
    }
    let count: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    #[allow(clippy::cast_precision_loss, reason = "some bars")]
    let height = 26.0 * count as f64 + 44.0 * 2.0 + 16.0;
    // What takes far longer than all others would make them all look alike: its bar is broken off.
    let walls = groups.iter().flat_map(|(_, rows)| rows.iter().map(|(_, wall, _)| wall.median));
    let mut sorted: Vec<f64> = walls.collect();
    sorted.sort_by(f64::total_cmp);
    let most = book.wall("grant with proof").median.max(book.wall("script").median) * 1.6;
    let left = 190.0;
    let scale = (WIDTH - left - 110.0) / most;
    let mut svg = open(height, "Opening and ending access: who takes how long");
    let mut y = 8.0;
    for (title, rows) in &groups {
        y += 30.0;
        text(&mut svg, 16.0, y, "font-weight=\"600\" fill=\"#1f2933\"", title);
        y += 12.0;
        for (name, wall, ours) in rows {
            let broken = wall.median > most;
            let width = wall.median.min(most) * scale;
            let fill = if *ours { OURS } else { THEIRS };
            text(&mut svg, left - 10.0, y + 15.0, "text-anchor=\"end\" fill=\"#1f2933\"", name);
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"20\" rx=\"2\" fill=\"{fill}\"/>"
            );
            if broken {
                let x = left + width - 34.0;
                let _ = writeln!(
                    svg,
                    "<path d=\"M{x:.1} {y:.1} l10 0 l-6 20 l-10 0 z\" fill=\"#ffffff\"/>"
                );
            } else {
                let (low, high) = (left + wall.low * scale, left + wall.high * scale);
                let middle = y + 10.0;
                let _ = writeln!(
                    svg,
                    "<path d=\"M{low:.1} {middle:.1} H{high:.1} M{low:.1} {0:.1} v8 M{high:.1} {0:.1} v8\" stroke=\"#1f2933\" fill=\"none\"/>",
                    middle - 4.0
                );
            }
            let end = left + if broken { width } else { width.max(wall.high * scale) };
            text(&mut svg, end + 8.0, y + 15.0, "fill=\"#1f2933\"", &seconds(wall.median));
            y += 26.0;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn growth(found: &Found) -> String {
    let book = &found.book;
    let Some(sizes) = found.sizes else { return String::new() };
    let (left, right, top, bottom) = (70.0, WIDTH - 130.0, 50.0, 300.0);
    let rows = [
        ("grant", OURS, ""),
        ("delete", OURS, "6 4"),
        ("useradd", THEIRS, ""),
        ("userdel", THEIRS, "6 4"),
    ];
    let wall = |row: &str, count: u32| book.wall(&format!("{row}, {count} users"));
    let most = rows.iter().flat_map(|(row, ..)| sizes.users.map(|count| wall(row, count).high));
    let most = most.fold(0.0, f64::max) * 1.1;
    let first = f64::from(sizes.users[0]).log10();
    let last = f64::from(sizes.users[2]).log10();
    let x =
        |count: u32| left + (f64::from(count).log10() - first) / (last - first) * (right - left);
    let y = |time: f64| bottom - time / most * (bottom - top);
    let mut svg = open(350.0, "Growth of grant and delete with the number of users");
    text(
        &mut svg,
        16.0,
        28.0,
        "font-weight=\"600\" fill=\"#1f2933\"",
        "Users in /etc/passwd, and the time of one more",
    );
    let step = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| most / step < 6.0)
        .unwrap_or(20.0);
    let mut at = 0.0;
    while at < most {
        let y = y(at);
        let _ = writeln!(svg, "<path d=\"M{left} {y:.1} H{right}\" stroke=\"#e4e7eb\"/>");
        text(
            &mut svg,
            left - 8.0,
            y + 5.0,
            "text-anchor=\"end\" fill=\"#52606d\"",
            &format!("{at:.1} s"),
        );
        at += step;
    }
    for count in sizes.users {
        text(
            &mut svg,
            x(count),
            bottom + 24.0,
            "text-anchor=\"middle\" fill=\"#52606d\"",
            &count.to_string(),
        );
    }
    let mut labels: Vec<(f64, &str, &str)> = Vec::new();
    for (row, colour, dash) in rows {
        let points: Vec<String> = sizes
            .users
            .iter()
            .map(|&count| format!("{:.1},{:.1}", x(count), y(wall(row, count).median)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>",
            points.join(" ")
        );
        for count in sizes.users {
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>",
                x(count),
                y(wall(row, count).median)
            );
        }
        labels.push((y(wall(row, sizes.users[2]).median), row, colour));
    }
    // Names that would stand on each other move down.
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = 0.0_f64;
    for (at, row, colour) in labels {
        let at = at.max(free);
        free = at + 18.0;
        let name = if colour == OURS { format!("our {row}") } else { row.to_owned() };
        text(&mut svg, right + 14.0, at + 5.0, "fill=\"#1f2933\"", &name);
    }
    svg.push_str("</svg>\n");
    svg
}
