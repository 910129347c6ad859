//! Synthetic tables of both tools.

use std::io::Cursor;

use super::super::{Format, Reading, from_reader};
use super::*;
use crate::span::Span;

const V2: &str = "id,conversation_id,referenced_tweets.replied_to.id,referenced_tweets.retweeted.id,\
referenced_tweets.quoted.id,author_id,in_reply_to_user_id,created_at,text,lang,edit_history_tweet_ids,\
author.username,author.protected,__twarc.version\n";
const V1: &str = "id,tweet_url,created_at,parsed_created_at,user_screen_name,text,tweet_type,lang\n";

fn posts(table: &str) -> Vec<Result<Post>> {
    let feed = from_reader("f", Box::new(Cursor::new(table.as_bytes().to_vec())), &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::Twarc);
    feed.collect()
}

fn shown(table: &str) -> Vec<String> {
    let one = |item: Result<Post>| match item {
        Ok(post) => format!("{} {} {} {:?}", post.id, post.kind.name(), post.text, post.notes),
        Err(fault) => fault.to_string(),
    };
    posts(table).into_iter().map(one).collect()
}

#[test]
fn its_columns_are_told() {
    let feed = from_reader("f", Box::new(Cursor::new(V1.as_bytes().to_vec())), &Reading::default()).unwrap();
    let told: Vec<String> = feed.tables()[0].columns.iter().map(|column| column.read_as.join("+")).collect();
    assert_eq!(told, ["id", "", "time", "", "author", "text", "kind", "lang"]);
}

#[test]
fn tables_of_v2() {
    let table = format!(
        "{V2}11,11,,,,7,,2022-11-03T08:50:26.000Z,Q&amp;A\\nat six,en,\"[\"\"11\"\"]\",roads,False,2\n\
         12,12,,91,,7,,2022-11-03,The bridge is open,en,,roads,True,2\n\
         13,11,5,,9,7,6,2022-11-03,\"Yes, \"\"it\"\" is\",und,,roads,,2\n\
         14,14,,,9,7,,2022-11-03,This,en,,roads,,2\n\
         15,15,,,,7,,2022-11-03,Open form,en,\"[\"\"15\"\", \"\"16\"\"]\",roads,,2\n\
         1.72E+18,15,,,,7,,2022-11-03,Rounded,en,,roads,,2\n\
         17,short,row\n\
         18,18,,,,7,,,\"cell over\nlines\",en,,roads,,2\n"
    );
    assert_eq!(
        shown(&table),
        [
            "11 original Q&A\nat six []",
            "12 repost The bridge is open []",
            "13 reply Yes, \"it\" is []",
            "14 quote This []",
            "15 version Open form []",
            "7 original Rounded [\"its id was rounded by a spreadsheet\"]",
            "f:8: cells in the row: 3, in the header: 14",
            "18 original cell over\nlines []",
        ]
    );
    let all: Vec<Post> = posts(&table).into_iter().filter_map(Result::ok).collect();
    assert_eq!(all[0].original_span(Span::new(1, 4)), Span::new(1, 9));
    assert_eq!(all[0].url.as_deref(), Some("https://x.com/roads/status/11"));
    assert_eq!((all[1].audience, all[2].lang.as_deref()), (Audience::Followers, None));
    assert_eq!((all[5].platform, &all[5].url), (None, &None));
    let semicolons = format!("{V2}11,11,,,,7,,2022-11-03,Six,en,,roads,,2\n").replace(',', ";");
    assert_eq!(shown(&semicolons), ["11 original Six []"]);
}

#[test]
fn tables_of_json_cells() {
    let table = format!(
        "{V2}\"\"\"11\"\"\",11,,,,7,,,\"\"\"Q&amp;A \\u00e9 \\ud83d\\ude00\\n\\\"\"six\\\"\"\"\"\",\"\"\"en\"\"\",,roads,,2\n"
    );
    assert_eq!(shown(&table), ["11 original Q&A é 😀\n\"six\" []"]);
    let post = posts(&table).remove(0).unwrap();
    assert_eq!(post.original_span(Span::new(0, 2)), Span::new(1, 7));
    assert_eq!(post.lang.as_deref(), Some("en"));
}

#[test]
fn tables_of_v1() {
    let table = format!(
        "{V1}11,https://twitter.com/roads/status/11,Thu Nov 03 08:50:26 +0000 2022,2022-11-03,roads,\"Q&amp;A\nat six\",original,en\n\
         12,u,t,p,roads,RT @a: cut…,retweet,en\n13,u,t,p,roads,Yes,reply,en\n14,u,t,p,roads,This,quote,en\n15,\"open,\n16,u,t,p,roads,Last,original,en\n"
    );
    let seen = shown(&table);
    assert_eq!(
        seen[..4],
        [
            "11 original Q&A\nat six []",
            "12 repost RT @a: cut… [\"cut short in the file\"]",
            "13 reply Yes []",
            "14 quote This []"
        ]
    );
    assert_eq!(seen[4..], ["f:7: a quote is left open", "16 original Last []"]);
    assert_eq!(posts(&table)[0].as_ref().unwrap().date(), Some(jiff::civil::date(2022, 11, 3)));
}

#[test]
fn other_tables_are_left_to_others() {
    let told = |line: &str| claims(&Ahead::new("f.csv", line.as_bytes())).is_some();
    assert!(!told("id,text,author_id\n") && !told("id,text,lang,tweet_type\n") && !told("plain words"));
    assert!(told(V2) && told(V1));
    let asked = Reading { format: Some(Format::Twarc), ..Reading::default() };
    let open = |table: &'static str| from_reader("f", Box::new(table.as_bytes()), &asked);
    assert!(open("id,text\n").unwrap_err().to_string().contains("twarc"));
    assert!(open("").unwrap().next().is_none());
}
