//! Whole feeds, as a user would give them.

use super::*;

/// The posts as `line id text`, and the errors as they are shown.
fn shown(feed: Feed) -> Vec<String> {
    feed.map(|item| match item {
        Ok(post) => {
            let place = post.place.unwrap();
            assert_eq!(place.file, "feed");
            format!("{} {} {}", place.line.unwrap(), post.id, post.text)
        }
        Err(fault) => fault.to_string(),
    })
    .collect()
}

fn try_open(bytes: impl AsRef<[u8]>, format: Option<Format>, map: &str) -> Result<Feed> {
    let map = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
    let reader = Box::new(io::Cursor::new(bytes.as_ref().to_vec()));
    from_reader("feed", reader, &Reading { format, map, ..Reading::default() })
}

fn read(bytes: impl AsRef<[u8]>, format: Format) -> Vec<String> {
    let feed = try_open(bytes, None, "").unwrap();
    assert_eq!(feed.format(), format);
    shown(feed)
}

fn refused(bytes: impl AsRef<[u8]>, format: Option<Format>) -> String {
    try_open(bytes, format, "").unwrap_err().to_string()
}

#[test]
fn jsonl_goes_on_after_each_fault() {
    let feed = concat!(
        "{\"id\": 41, \"text\": \"The library opens at nine.\"}\r\n",
        "\n",
        "{\"id\": 42, \"text\": \"  \"}\n",
        "{\"id\": 43}\n",
        "{\"id\": 44, \"text\": 5}\n",
        "{\"id\": 45, \"text\": \"cut off\n",
        "   \n",
        "not json\n",
        "{\"text\": \"No name, last line, no end\"}",
    );
    let expected = [
        "1 41 The library opens at nine.",
        "feed:3: field `text`: empty",
        "feed:4: field `text`: missing (`--map text=FIELD` names another)",
        "feed:5: field `text`: a number, not a string",
        "feed:6: the JSON ends early, at column 27",
        "feed:7: a line of blanks, where an object should be",
        "feed:8: broken JSON at column 2",
        "9 9 No name, last line, no end",
    ];
    assert_eq!(read(feed, Format::Jsonl), expected);
}

#[test]
fn a_record_fault_says_file_line_and_field() {
    let fault = try_open("{\"body\": \"\"}", None, "").unwrap().next().unwrap().unwrap_err();
    let Error::Record { place, field, problem } = fault else { panic!("{fault}") };
    assert_eq!(*place, Place::line("feed", 1));
    assert_eq!((field.as_deref(), problem.as_str()), (Some("body"), "empty"));
}

#[test]
fn jsonl_of_another_shape_is_refused_with_a_way_out() {
    for list in ["[{\"text\": \"a\"}]", "[\n  {\n \"text\": \"a\"}]"] {
        assert!(refused(list, None).contains("jq -c '.[]'"));
    }
    assert!(refused("{\n  \"text\": \"a\"\n}\n", None).contains("jq -c ."));
}

#[test]
fn csv_reads_quoted_line_ends_and_numbers_rows_by_their_first_line() {
    let feed = concat!(
        "id,text,date\r\n",
        "a,\"Roads, reopen\r\nat \"\"six\"\"\",2026-05-01\r\n",
        "\r\n",
        ",plain,\r\n",
        ",,\r\n",
        "c,5\" pipe laid,today",
    );
    let expected = ["2 a Roads, reopen\r\nat \"six\"", "5 5 plain", "7 c 5\" pipe laid"];
    assert_eq!(read(feed, Format::Csv), expected);
}

#[test]
fn csv_fills_every_field() {
    let feed = "Post ID;Scheduled at;Message;Profile\n x1 ;2026-05-01 09:00;Hello;desk\n1,7E+18;;Hi;\n";
    let posts: Vec<_> = try_open(feed, None, "").unwrap().map(Result::unwrap).collect();
    assert_eq!((posts[0].id.as_str(), posts[0].text.as_str()), ("x1", "Hello"));
    assert_eq!(posts[0].time.as_deref(), Some("2026-05-01 09:00"));
    assert_eq!(posts[0].author.as_deref(), Some("desk"));
    assert_eq!((posts[1].id.as_str(), &posts[1].time, &posts[1].author), ("3", &None, &None));
}

#[test]
fn csv_goes_on_after_each_fault() {
    let feed =
        [&b"id,text\n1,two,three\n2\n3,\" \"\n4,caf\xe9\n5,\"two\nlines\",x\n6,\"a \"b\" c\"\n"[..], &b"7,good\n"[..]]
            .concat();
    let expected = [
        "feed:2: cells in the row: 3, in the header: 2",
        "feed:3: cells in the row: 1, in the header: 2",
        "4 3 ",
        "feed:5: field `text`: not UTF-8 at byte 4 (older Windows programs: `--encoding windows-1252`)",
        "feed:6: cells in the row: 3, in the header: 2; it ends on line 7",
        "feed:8: a quote inside a quoted cell is not doubled, or one is left open",
        "9 7 good",
    ];
    assert_eq!(read(feed, Format::Csv), expected);
}

#[test]
fn an_open_quote_does_not_swallow_the_rows_after_it() {
    let feed = "id,text\n1,\"open\n2,plain\n3,also plain\n";
    assert_eq!(read(feed, Format::Csv), ["feed:2: a quote is left open", "3 2 plain", "4 3 also plain"]);
    let feed = "id,text\n1,\"open\n2,\"fine, it closes\"\n";
    assert_eq!(
        read(feed, Format::Csv),
        ["feed:2: a quote inside a quoted cell is not doubled, or one is left open", "3 2 fine, it closes"]
    );
    let many = "2,plain\n".repeat(RECORD_LIMIT / 4);
    let shown = read(format!("id,text\n1,\"open\n{many}"), Format::Csv);
    assert_eq!(shown[0], "feed:2: longer than 1 MiB, or a quote is left open");
    assert_eq!(shown.len(), 1 + RECORD_LIMIT / 4);
    assert_eq!(shown[1], "3 2 plain");
}

#[test]
fn csv_without_a_clear_text_column_is_refused() {
    let why = refused("Ref,Wording\n1,a\n", Some(Format::Csv));
    assert!(why.starts_with("feed: the first line must name the columns"), "{why}");
    assert!(why.contains("`Ref`, `Wording`") && why.contains("--map text=COLUMN"), "{why}");
    let why = refused("id,text,caption\n1,a,b\n", None);
    assert!(why.contains("more than one column could be the text: `text`, `caption`"), "{why}");
    assert!(why.contains("--map text=COLUMN"), "{why}");
    let why = refused("id,\"text\n1,a\n", Some(Format::Csv));
    assert_eq!(why, "feed: the header on line 1: a quote is left open");
    let why = refused(b"id,text,caf\xe9\n", None);
    assert!(why.starts_with("feed: the header is not UTF-8 at byte 4 ("), "{why}");
}

#[test]
fn mapped_columns_are_read() {
    let feed = "Ref,Wording,text\n17,Bins are emptied on Friday,internal\n";
    let feed = try_open(feed, None, "text=wording,id=Ref").unwrap();
    assert_eq!(shown(feed), ["2 17 Bins are emptied on Friday"]);
    assert!(try_open("id,text\n", None, "text=Copy").is_ok_and(|feed| feed.format() == Format::Text));
    let why = try_open("id,text\n", Some(Format::Csv), "text=Copy").unwrap_err().to_string();
    assert_eq!(why, "feed: no column is called `Copy`; the columns are `id`, `text`");
}

#[test]
fn excel_may_name_the_sign_between_cells() {
    let expected = ["4 a one, two"];
    assert_eq!(read("\nsep=;\nid;text\na;one, two\n", Format::Csv), expected);
    assert_eq!(read("\nsep=\t\nid\ttext\na\tone, two\n", Format::Csv), expected);
}

#[test]
fn text_is_one_post_a_line() {
    let feed = "The pool is closed today.\n\n   \n  {not json}\r\nid,text";
    let expected = ["1 1 The pool is closed today.", "4 4   {not json}", "5 5 id,text"];
    assert_eq!(read(feed, Format::Text), expected);
}

#[test]
fn the_format_that_is_asked_for_is_the_one_used() {
    let feed = "{\"text\": \"a\"}\n";
    let text = try_open(feed, Some(Format::Text), "").unwrap();
    assert_eq!(shown(text), ["1 1 {\"text\": \"a\"}"]);
    let jsonl = try_open("id,text\n", Some(Format::Jsonl), "").unwrap();
    assert_eq!(shown(jsonl), ["feed:1: broken JSON at column 1"]);
}

#[test]
fn byte_order_marks_are_no_part_of_a_post() {
    let mark = "\u{feff}";
    assert_eq!(read(format!("{mark}{{\"text\": \"a\"}}\n"), Format::Jsonl), ["1 1 a"]);
    assert_eq!(read(format!("{mark}id,text\n7,a\n"), Format::Csv), ["2 7 a"]);
    assert_eq!(read(format!("{mark}a draft\n"), Format::Text), ["1 1 a draft"]);
}

#[test]
fn other_encodings_are_read_where_they_are_told() {
    let table = "\u{feff}id,text\n7,café – 😀\n";
    let utf16: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf32: Vec<u8> = table.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    for bytes in [&utf16, &utf32] {
        assert_eq!(read(bytes, Format::Csv), ["2 7 café – 😀"]);
    }
    for format in [None, Some(Format::Csv), Some(Format::Text)] {
        assert!(refused(&utf16[2..], format).contains("UTF-16 without a byte order mark"));
    }
    let told = |bytes: &[u8], name: &str| {
        let reading = Reading { encoding: Some(name.parse().unwrap()), ..Reading::default() };
        shown(from_reader("feed", Box::new(io::Cursor::new(bytes.to_vec())), &reading).unwrap())
    };
    assert_eq!(told(&utf16[2..], "utf-16le"), ["2 7 café – 😀"]);
    assert_eq!(told(&utf16, "windows-1252"), ["2 7 café – 😀"]);
    assert_eq!(told(b"id,text\n7,caf\xe9 \x96 \x80\n", "windows-1252"), ["2 7 café – €"]);
    // Half of a pair is a fault of its record, and of no other.
    let table = "\u{feff}id,text\n7,a?\n8,b\n";
    let mut broken: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = broken.windows(2).position(|unit| unit == b"?\0").unwrap();
    broken[at..at + 2].copy_from_slice(&[0, 0xd8]);
    assert_eq!(
        read(&broken, Format::Csv),
        ["feed:2: field `text`: broken in its encoding, at byte 2 as UTF-8", "3 8 b"]
    );
}

#[test]
fn a_bulk_table_has_no_header() {
    let feed = "01/05/2026 09:00,\"Roads\nreopen\",https://example.org/a\n13/05/2026 09:00,Pools reopen,\n";
    let feed = try_open(feed, Some(Format::Csv), "").unwrap();
    let posts: Vec<_> = feed.map(Result::unwrap).collect();
    assert_eq!(posts.iter().map(|post| post.text.as_str()).collect::<Vec<_>>(), ["Roads\nreopen", "Pools reopen"]);
    assert_eq!(posts[0].date(), Some(jiff::civil::date(2026, 5, 1)));
    assert_eq!(posts[0].notes, ["day and month could be either: read as 2026-05-01"]);
    assert_eq!((posts[1].id.as_str(), posts[1].notes.len()), ("3", 0));
    assert_eq!(read("13/05/2026 09:00,\"Pools, reopen\",\n", Format::Csv), ["1 1 Pools, reopen"]);
    let why = refused("01/05/2026 09:00,Pools reopen,Ann\n", Some(Format::Csv));
    assert!(why.contains("put a line such as `time,text,link`"), "{why}");
}

#[test]
fn a_row_says_what_it_is() {
    let feed =
        "Post ID,Scheduled,Copy,Type,Language,Permalink\n1.72E+18,45352.5,Hello,Retweet,cy,https://example.org/1\n";
    let post = try_open(feed, None, "").unwrap().next().unwrap().unwrap();
    assert_eq!((post.id.as_str(), post.kind, post.lang.as_deref()), ("2", Kind::Repost, Some("cy")));
    assert_eq!(post.url.as_deref(), Some("https://example.org/1"));
    assert_eq!(post.notes, ["id rounded by a spreadsheet: the row stands for it"]);
    assert_eq!(post.time.as_deref(), Some("2024-03-01 12:00:00"));
    let line = r#"{"text": "a", "type": "reply", "lang": "en", "url": "https://example.org/2"}"#;
    let post = try_open(line, None, "").unwrap().next().unwrap().unwrap();
    assert_eq!((post.kind, post.lang.as_deref()), (Kind::Reply, Some("en")));
    assert_eq!(post.url.as_deref(), Some("https://example.org/2"));
}

#[test]
fn lines_may_end_as_on_an_old_mac() {
    assert_eq!(read("id,text\r1,a\r\r2,\"b\rc\"\r", Format::Csv), ["2 1 a", "4 2 b\rc"]);
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let long = "x".repeat(3 << 20);
    let feed = format!("{{\"text\": \"one\"}}\n{{\"text\": \"{long}\"}}\n{{\"text\": \"three\"}}\n");
    let fault = "feed:2: longer than 1 MiB";
    assert_eq!(read(feed, Format::Jsonl), ["1 1 one", fault, "3 3 three"]);
    assert_eq!(read(format!("one\n{long}\nthree"), Format::Text), ["1 1 one", fault, "3 3 three"]);
    for quote in ["", "\""] {
        let feed = format!("id,text\na,{quote}{long}{quote}\nb,two\n");
        assert_eq!(read(feed, Format::Csv), [fault, "3 b two"]);
    }
    let feed = format!("id,text\na,{}\nb,two\n", &long[..1 << 19]);
    assert_eq!(read(feed, Format::Csv).len(), 2);
}

#[test]
fn a_line_that_is_not_utf8_is_passed_over() {
    let fault = "feed:2: not UTF-8 at byte 14 (older Windows programs: `--encoding windows-1252`)";
    let feed = b"{\"text\": \"a\"}\n{\"text\": \"caf\xe9\"}\n{\"text\": \"c\"}\n";
    assert_eq!(read(feed, Format::Jsonl), ["1 1 a", fault, "3 3 c"]);
    let feed = b"a\nthe corner caf\xe9\nc\n";
    let fault = "feed:2: not UTF-8 at byte 15 (older Windows programs: `--encoding windows-1252`)";
    assert_eq!(read(feed, Format::Text), ["1 1 a", fault, "3 3 c"]);
}

#[test]
fn an_empty_feed_has_no_posts() {
    for format in [Format::Jsonl, Format::Csv, Format::Text] {
        for bytes in ["", "\n\n", "\u{feff}"] {
            assert!(shown(try_open(bytes, Some(format), "").unwrap()).is_empty());
        }
    }
    assert!(read("id,text\n", Format::Csv).is_empty());
}

#[test]
fn no_error_shows_a_draft() {
    let secret = "Zanzibar";
    for line in [
        format!("{{\"text\": \"{secret}\" nonsense}}"),
        format!("\"{secret}\""),
        format!("{{\"text\": [\"{secret}\"]}}"),
        format!("{{\"text\": \"{secret} \\ud800\"}}"),
        format!("[\"{secret}\"]"),
    ] {
        let feed = try_open(&line, Some(Format::Jsonl), "").unwrap();
        let shown = shown(feed);
        assert!(shown.len() == 1 && !shown[0].contains(secret), "{shown:?}");
    }
    let draft = format!("2026-05-01,We open a new office in {secret} today\n");
    assert!(!refused(draft, Some(Format::Csv)).contains(secret));
}

#[test]
fn a_pipe_is_read_as_it_comes_and_its_bytes_counted() {
    // As standard input: short reads, of no known length.
    struct Pipe(Vec<&'static [u8]>);
    impl Read for Pipe {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some(chunk) = self.0.pop() else { return Ok(0) };
            into[..chunk.len()].copy_from_slice(chunk);
            Ok(chunk.len())
        }
    }
    let chunks: Vec<&[u8]> = vec![b"\nthree\n", b"o", b"\ntw", b"one"];
    let mut feed = from_reader("-", Box::new(Pipe(chunks)), &Reading::default()).unwrap();
    assert_eq!((feed.bytes_read(), feed.total_bytes()), (6, None));
    let first = feed.next().unwrap().unwrap();
    assert_eq!((first.text.as_str(), first.place.unwrap().file.as_str()), ("one", "-"));
    assert_eq!(feed.bytes_read(), 6);
    assert_eq!(feed.by_ref().map(|post| post.unwrap().text).collect::<Vec<_>>(), ["two", "three"]);
    assert_eq!(feed.bytes_read(), 14);
}

#[test]
fn a_feed_ends_where_its_file_fails() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("pulled out"))
        }
    }
    for beginning in ["one\ntw", "id,text\n1,a\n2,"] {
        let reader = Box::new(beginning.as_bytes().chain(Broken));
        let feed = from_reader("feed", reader, &Reading::default()).unwrap();
        let shown = shown(feed);
        assert_eq!(shown.len(), 2, "{shown:?}");
        assert_eq!(shown[1], "feed: pulled out");
    }
}

#[test]
fn files_are_opened_by_their_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("week.csv");
    std::fs::write(&path, "text\n\"one, two\"\n").unwrap();
    let mut feed = open(&path, &Reading::default()).unwrap();
    assert_eq!((feed.format(), feed.total_bytes()), (Format::Csv, Some(16)));
    let post = feed.next().unwrap().unwrap();
    assert_eq!((post.text.as_str(), post.id.as_str()), ("one, two", "2"));
    assert_eq!(post.place.unwrap().file, path.to_string_lossy());
    assert_eq!(feed.bytes_read(), 16);

    let path = folder.path().join("none.csv");
    let fault = open(&path, &Reading::default()).unwrap_err();
    assert!(matches!(&fault, Error::Io { path: named, .. } if *named == path), "{fault}");
    let fault = open(folder.path(), &Reading::default()).unwrap_err().to_string();
    assert!(fault.ends_with("no archive of a kind that is known; in it are: week.csv"), "{fault}");
}

#[test]
fn format_names_go_both_ways() {
    for format in [Format::Jsonl, Format::Csv, Format::Text] {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert_eq!("NDJSON".parse(), Ok(Format::Jsonl));
    assert_eq!("tsv".parse(), Ok(Format::Csv));
    let why = "doc".parse::<Format>().unwrap_err().to_string();
    assert!(why.starts_with("unknown format `doc`; did you mean `docx`?: jsonl, csv, text, "), "{why}");
}
