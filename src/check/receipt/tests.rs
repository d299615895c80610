use super::{Receipt, ReceiptProblem};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

fn text(ko: bool) -> String {
    let labels = if ko {
        [
            "계정:          ",
            "접속 명령:     ",
            "외부 접속:     ",
            "접속 허용 IP:  ",
            "종료 시각:     ",
        ]
    } else {
        [
            "Account:       ",
            "Connect:       ",
            "From outside:  ",
            "Only from:     ",
            "Ends:          ",
        ]
    };
    let [account, connect, outside, from, ends] = labels;
    format!(
        "{account}cafe24\n{connect}ssh -p 2222 cafe24@203.0.113.10\n\
         {outside}ssh -p 20170 cafe24@198.51.100.1\nknown_hosts:   [203.0.113.10]:2222 {KEY}\n\
         {from}192.0.2.7, 192.0.2.128/25\n{ends}2026-11-23 10:00 KST (2026-11-23T01:00:00Z)\n"
    )
}

#[test]
fn a_receipt_is_read_in_both_languages_and_as_tickets_quote_it() {
    for plain in [text(false), text(true)] {
        for text in [plain.clone(), plain.replace('\n', "\r\n"), plain.replace('\n', "\n > ")] {
            let read = Receipt::parse(&text).unwrap();
            assert_eq!(read.account.as_deref(), Some("cafe24"), "{text}");
            assert_eq!(read.ways[0].to_string(), "203.0.113.10:2222");
            assert_eq!(read.public.as_ref().unwrap().to_string(), "198.51.100.1:20170");
            assert_eq!(read.host_keys, [KEY]);
            assert_eq!(read.from.len(), 2);
            assert_eq!(read.ends.as_deref(), Some("2026-11-23T01:00:00Z"));
        }
    }
}

#[test]
fn what_a_mail_has_broken_is_put_together() {
    let words = text(false).replace("192.0.2.7, ", "192.0.2.7,\n");
    for (between, broken) in [
        (" AAAA", "\nAAAA"),
        (" ssh-ed25519", "\n  ssh-ed25519"),
        ("EN796", "\n> EN796"),
        ("qgEN796jTi", "q\ngEN796\njTi"),
    ] {
        let text = words.replace(between, broken);
        assert_ne!(text, words);
        let read = Receipt::parse(&text).unwrap();
        assert_eq!((read.host_keys, read.from.len()), (vec![KEY.to_owned()], 2), "{text}");
    }
}

#[test]
fn a_receipt_is_read_from_json() {
    let line = format!("203.0.113.10 {KEY}");
    let document = serde_json::json!({
        "account": "cafe24", "endpoints": ["203.0.113.10:22"], "public": null,
        "host_keys": [{ "known_hosts": [line] }], "from": ["192.0.2.7"],
        "expires_at": "2026-11-23T01:00:00Z",
    });
    let read = Receipt::parse(&document.to_string()).unwrap();
    assert_eq!((read.host_keys, read.public), (vec![KEY.to_owned()], None));
    assert_eq!(read.ways[0].port(), 22);
}

#[test]
fn a_text_that_vouches_for_nothing_is_none() {
    assert_eq!(Receipt::parse("hello"), Err(ReceiptProblem::NotOne));
    assert_eq!(Receipt::parse(""), Err(ReceiptProblem::NotOne));
    let cut = text(false).replace(KEY, &KEY[..40]);
    assert_eq!(Receipt::parse(&cut), Err(ReceiptProblem::NoHostKey));
}

#[test]
fn what_a_receipt_names_is_no_option_and_no_command() {
    let text = text(false).replace("cafe24@203.0.113.10", "x@-oProxyCommand=id");
    assert_eq!(Receipt::parse(&text).unwrap().ways, []);
    let text = text.replace("Account:       cafe24", "Account:       -oProxyCommand=id");
    // Nor does the login then try some other name.
    let read = Receipt::parse(&text);
    assert_eq!(read, Err(ReceiptProblem::NotOne), "{read:?}");
}
