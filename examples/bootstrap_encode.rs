use std::io::{BufRead, Write};
use crossbench::{actors::Actors, files, model::tokenise::*, terms::*, text::*};
use rayon::prelude::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let lists: Vec<TermList> = files::built_in_terms().iter().map(|e| TermList::parse(e).unwrap()).collect();
    let mut b = LexiconBuilder::default();
    for l in &lists { b.add_list(l); }
    let actors = Actors::new(&b, &lists).unwrap();
    let lexicon = b.build();
    let tok = Tokeniser::from_bytes(&std::fs::read(&args[2]).unwrap(), Sizes { window: 128, passage: 64 }).unwrap();
    let file = std::io::BufReader::new(std::fs::File::open(&args[1]).unwrap());
    let lines: Vec<String> = file.lines().map(|l| l.unwrap()).collect();
    let show = args.len() > 3;
    let out: Vec<String> = lines.par_iter().map(|l| {
        let mut v: serde_json::Value = serde_json::from_str(l).unwrap();
        let text = v["text"].as_str().unwrap().to_owned();
        let t = Text::new(&text);
        let lang = language(t.as_str(), t.tokens());
        let masked = actors.mask(&t, &lexicon.scan(&t));
        let w = tok.windows(&masked, &[0]);
        let o = v.as_object_mut().unwrap();
        o.remove("text"); o.remove("readings");
        o.insert("ids".into(), serde_json::json!(w[0].ids));
        if let Language::Other(n) = lang { o.insert("language".into(), n.into()); }
        if show { o.insert("masked".into(), masked.as_str().into()); }
        v.to_string()
    }).collect();
    let mut w = std::io::BufWriter::new(std::io::stdout().lock());
    for l in out { writeln!(w, "{l}").unwrap(); }
}
