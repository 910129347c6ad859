//! Workbooks written here, as Excel writes them.
#![expect(clippy::format_collect, reason = "sheets of tests are small")]

use std::io::Write;

use super::super::{FieldMap, Format, open as open_feed};
use super::*;

/// A sheet: its name, what its tag says besides, and its rows.
type Written<'w> = (&'w str, &'w str, &'w str);

fn workbook(sheets: &[Written<'_>], strings: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    let mut write = |name: &str, content: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let numbered = || sheets.iter().enumerate().map(|(at, sheet)| (at + 1, sheet));
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    let root = format!("<Relationship Id=\"r\" Type=\"{rels}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    write("_rels/.rels", &format!("<Relationships xmlns=\"{packages}\">{root}</Relationships>"));
    let names: String = numbered()
        .map(|(at, (name, more, _))| format!("<sheet name=\"{name}\" sheetId=\"{at}\" {more} r:id=\"rId{at}\"/>"))
        .collect();
    write(
        "xl/workbook.xml",
        &format!("<workbook xmlns=\"{main}\" xmlns:r=\"{rels}\"><sheets>{names}</sheets></workbook>"),
    );
    let targets: String = numbered()
        .map(|(at, _)| {
            format!("<Relationship Id=\"rId{at}\" Type=\"{rels}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>")
        })
        .collect();
    write(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<Relationships xmlns=\"{packages}\">{targets}\
             <Relationship Id=\"s\" Type=\"{rels}/sharedStrings\" Target=\"sharedStrings.xml\"/>\
             <Relationship Id=\"y\" Type=\"{rels}/styles\" Target=\"styles.xml\"/></Relationships>"
        ),
    );
    write("xl/sharedStrings.xml", &format!("<sst xmlns=\"{main}\">{strings}</sst>"));
    let formats = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/></cellXfs>";
    write("xl/styles.xml", &format!("<styleSheet xmlns=\"{main}\">{formats}</styleSheet>"));
    for (at, (_, _, rows)) in numbered() {
        let content = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        write(&format!("xl/worksheets/sheet{at}.xml"), &content);
    }
    zip.finish().unwrap();
    file
}

/// A row of plain texts.
fn row(number: usize, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(at, cell)| {
            let column = char::from(b'A' + u8::try_from(at).unwrap());
            format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

fn read(file: &tempfile::NamedTempFile, map: &str) -> Result<Vec<Post>> {
    let map: FieldMap = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
    let feed = open_feed(file.path(), &Reading { map, ..Reading::default() })?;
    assert_eq!(feed.format(), Format::Xlsx);
    feed.collect()
}

fn items(posts: &[Post]) -> Vec<String> {
    posts.iter().map(|post| format!("{}: {}", post.place.as_ref().unwrap().item.as_ref().unwrap(), post.text)).collect()
}

#[test]
fn cells_count_for_what_they_show() {
    let rows = [
        row(1, &["Post ID", "Publish date", "Message", "Network"]),
        "<row r=\"2\"><c r=\"A2\"><v>1720000000000000000</v></c><c r=\"B2\" s=\"1\"><v>45352.75</v></c>\
         <c r=\"C2\" t=\"s\"><v>0</v></c></row>\
         <row r=\"4\" hidden=\"1\"><c r=\"A4\"><v>17</v></c><c r=\"B4\"><v>45352</v></c>\
         <c r=\"C4\" t=\"str\"><f>CONCAT(\"Pools\",\" reopen\")</f><v>Pools reopen</v></c></row>\
         <row r=\"5\"><c r=\"B5\" t=\"str\"><v>03/04/2026</v></c><c r=\"C5\" t=\"e\"><v>#REF!</v></c></row>\
         <row r=\"6\"><c r=\"A6\" t=\"inlineStr\"><is><t> </t></is></c></row>"
            .to_owned(),
    ]
    .concat();
    let strings = "<si><r><t xml:space=\"preserve\">Roads </t></r><r><t>&amp; rails</t></r></si>";
    let posts = read(&workbook(&[("Queue", "", &rows)], strings), "").unwrap();
    assert_eq!(
        items(&posts),
        ["sheet Queue row 2: Roads & rails", "sheet Queue row 4: Pools reopen", "sheet Queue row 5: "]
    );
    assert_eq!(posts[0].id, "Queue!2");
    assert_eq!(posts[0].time.as_deref(), Some("2024-03-01 18:00:00"));
    assert_eq!(posts[0].notes, ["id rounded by a spreadsheet: the row stands for it"]);
    assert_eq!((posts[1].id.as_str(), posts[1].time.as_deref()), ("17", Some("2024-03-01")));
    assert_eq!(posts[1].notes, ["hidden row"]);
    assert_eq!(posts[2].notes, ["day and month could be either: read as 2026-04-03"]);
}

#[test]
fn each_sheet_with_words_is_read() {
    let queue =
        [row(1, &["Posts for May"]), row(3, &["Date", "Copy", "Link"]), row(4, &["2026-05-01", "One", ""])].concat();
    let bulk = row(1, &["2026-05-01 09:00", "Two"]);
    let lists = [row(1, &["Owner", "Team"]), row(2, &["A", "B"])].concat();
    let more = [row(1, &["Text"]), row(2, &["Three"]), row(3, &["text"])].concat();
    let sheets = [
        ("Queue", "", &*queue),
        ("Bulk", "", &bulk),
        ("Lists", "", &lists),
        ("Empty", "", ""),
        ("Old", "state=\"hidden\"", &more),
    ];
    let posts = read(&workbook(&sheets, ""), "").unwrap();
    let expected = [
        "sheet Queue row 4: One",
        "sheet Bulk row 1: Two",
        "sheet Lists: ",
        "sheet Old row 2: Three",
        "sheet Old row 3: text",
    ];
    assert_eq!(items(&posts), expected);
    assert_eq!(
        (posts[2].kind, posts[2].notes.as_slice()),
        (Kind::Other, &["sheet without a column for the words".to_owned()][..])
    );
    assert_eq!(posts[3].notes, ["hidden sheet"]);
    assert_eq!(items(&read(&workbook(&sheets, ""), "text=Owner").unwrap()).len(), 4);
    let file = workbook(&sheets, "");
    let tables = open_feed(file.path(), &Reading::default()).unwrap().tables();
    let read = |table: &super::super::Table| {
        let columns = table.columns.iter().map(|column| format!("{}={}", column.name, column.read_as.join("+")));
        format!("{}: {}", table.name.as_deref().unwrap(), columns.collect::<Vec<_>>().join(" "))
    };
    let expected = [
        "sheet Queue: Date=time Copy=text Link=url",
        "sheet Bulk: column 1=time column 2=text column 3=",
        "sheet Lists: ",
        "sheet Old: Text=text",
    ];
    assert_eq!(tables.iter().map(read).collect::<Vec<_>>(), expected);
}

#[test]
fn a_sheet_without_clear_words_is_refused() {
    let why = |sheets: &[Written<'_>]| read(&workbook(sheets, ""), "").unwrap_err().to_string();
    let two = [row(1, &["Copy", "Caption"]), row(2, &["Zanzibar", "b"])].concat();
    let told = why(&[("Queue", "", &two)]);
    assert!(told.contains("sheet Queue: more than one column could be the text: `Copy`, `Caption`"), "{told}");
    assert!(!told.contains("Zanzibar"));
    let none = row(1, &["Ref", "Wording"]);
    assert!(why(&[("Queue", "", &none)]).contains("sheet Queue: the first line must name the columns"));
    assert!(why(&[("Queue", "", &none), ("Lists", "", &none)]).contains("none of the sheets Queue, Lists"));
    assert!(read(&workbook(&[("Empty", "", "")], ""), "").unwrap().is_empty());
}

#[test]
fn hostile_workbooks_stay_small() {
    let far = format!(
        "{}<row r=\"1048576\"><c r=\"A1048576\" t=\"str\"><v>far</v></c><c r=\"XFD1048576\"><v>1</v></c></row>",
        row(1, &["Text"])
    );
    assert_eq!(items(&read(&workbook(&[("S", "", &far)], ""), "").unwrap()), ["sheet S row 1048576: far"]);
    let many = format!("{}{}", row(1, &["Text"]), "<row><c t=\"s\"><v>0</v></c></row>".repeat(10_000));
    let long = format!("<si><t>{}</t></si>", "word ".repeat(4_000));
    let why = read(&workbook(&[("S", "", &many)], &long), "").unwrap_err().to_string();
    assert!(why.contains("more than 128 MiB of words"), "{why}");
    let bomb = format!("<si><t>{}</t></si>", "a".repeat(80 << 20));
    let why = read(&workbook(&[("S", "", &far)], &bomb), "").unwrap_err().to_string();
    assert!(why.contains("zip bomb"), "{why}");
    let cut = format!("{}<row r=\"2\"><c t=\"str\"><v>Zanzibar", row(1, &["Text"]));
    let why = read(&workbook(&[("S", "", &cut)], ""), "").unwrap_err().to_string();
    assert!(why.contains("a broken spreadsheet") && !why.contains("Zanzibar"), "{why}");
    let odd = format!("{}<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c></row>", row(1, &["Text"]));
    assert!(read(&workbook(&[("S", "", &odd)], ""), "").is_err_and(|why| why.to_string().contains("broken")));
    let cells: String =
        ["A", "B", "C"].repeat(34).iter().map(|at| format!("<c r=\"{at}2\" t=\"s\"><v>0</v></c>")).collect();
    let wide = format!("{}<row r=\"2\">{cells}</row>{}", row(1, &["Text"]), row(3, &["fine"]));
    let file = workbook(&[("S", "", &wide)], &long);
    let feed = open_feed(file.path(), &Reading::default()).unwrap();
    let shown: Vec<_> = feed.map(|post| post.map_or_else(|fault| fault.to_string(), |post| post.text)).collect();
    assert!(shown[0].ends_with("sheet S row 2: longer than 1 MiB") && shown[1] == "fine", "{shown:?}");
}
