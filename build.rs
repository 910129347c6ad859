//! Compiles what the binary would otherwise compile at every start: the vocabulary of the
//! built-in model, and the words and phrases of the built-in rules and lists. The other
//! parts of their files are packed as JSON, which is read several times as fast as TOML.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use ahead::lists::Lists;
use ahead::pack::{Pack, Strings};
use ahead::program::{Input, Program};
use ahead::{ACCOUNTS, POLLS, bits, vocab::Vocab};

#[path = "src/ahead/mod.rs"]
#[allow(dead_code, reason = "the binary reads what is written here")]
mod ahead;
#[path = "src/rules/matching.rs"]
mod rules;
#[path = "src/span.rs"]
#[allow(dead_code, reason = "tokens have spans; nothing here asks for them")]
mod span;
#[path = "src/terms/term.rs"]
#[allow(dead_code, reason = "only what can be found is compiled")]
mod terms;
#[path = "src/text/tokens.rs"]
#[allow(dead_code, reason = "only keys are asked for")]
mod text;

const TOKENIZER: &str = "models/crossbench-l4/tokenizer.json";

fn main() {
    println!("cargo::rerun-if-changed={TOKENIZER}");
    println!("cargo::rerun-if-changed=data");
    let json = fs::read(TOKENIZER).expect("the model can be read");
    let mut pack = Pack::default();
    if let Some(vocab) = Vocab::compile(&json) {
        vocab.write(&mut pack);
    }
    save("vocab", &pack);
    match catalogue() {
        Ok(pack) => save("catalogue", &pack),
        Err(fault) => println!("cargo::error={}", fault.replace('\n', " ")),
    }
}

/// A data file.
struct File {
    /// Its path below `data/rules`, `data/terms` or `data`.
    path: String,
    text: String,
    json: Value,
}

/// What is compiled of a list.
#[derive(Deserialize)]
struct List {
    term: Vec<terms::Term>,
}

/// What is compiled of a rule.
#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    when: Vec<String>,
    #[serde(rename = "match")]
    matching: rules::Matching,
}

/// The rules and lists, compiled.
fn catalogue() -> Result<Pack, String> {
    let (rules, lists) = (folder("data/rules")?, folder("data/terms")?);
    let others = ["guidance.toml", "reasons.toml", "calendar.toml"];
    let others = others.iter().map(|name| File::read(Path::new("data"), &Path::new("data").join(name)));
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let terms = lists.iter().map(File::parse).collect::<Result<Vec<List>, _>>()?;
    let named: Vec<_> = lists.iter().zip(&terms).map(|(file, list)| (file.id(), list.term.as_slice())).collect();
    let parsed = rules.iter().map(File::parse).collect::<Result<Vec<Rule>, _>>()?;
    let inputs = rules.iter().zip(&parsed).map(|(file, rule)| rule.input(file)).collect::<Result<Vec<_>, _>>()?;
    let known = lists.iter().map(|file| file.id().to_owned()).collect();
    let program = Program::compile(&inputs, known).map_err(|(number, problem)| rules[number].fault(&problem))?;
    let mut pack = Pack::default();
    Lists::compile(&named).write(&mut pack);
    program.write(&mut pack);
    let json = |files: &[File]| files.iter().map(|file| file.json.to_string()).collect::<Strings>();
    rules.iter().map(File::id).collect::<Strings>().write(&mut pack);
    for files in [&rules, &lists, &others] {
        json(files).write(&mut pack);
    }
    pack.text(&sha256(rules.iter().chain(&lists).chain(&others)));
    Ok(pack)
}

impl File {
    fn read(root: &Path, path: &Path) -> Result<Self, String> {
        let fault = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
        let text = fs::read_to_string(path).map_err(|problem| fault(&problem))?;
        let json = toml::from_str(&text).map_err(|problem| fault(&problem))?;
        let below = path.strip_prefix(root).expect("it was found there");
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok(Self { path: parts.join("/"), text, json })
    }

    fn id(&self) -> &str {
        self.path.strip_suffix(".toml").expect("only such files are read")
    }

    fn fault(&self, problem: &dyn std::fmt::Display) -> String {
        format!("{}: {problem}", self.path)
    }

    fn parse<'f, T: Deserialize<'f>>(&'f self) -> Result<T, String> {
        T::deserialize(&self.json).map_err(|problem| self.fault(&problem))
    }
}

impl Rule {
    fn input(&self, file: &File) -> Result<Input<'_>, String> {
        let fault = |word: &str| file.fault(&format!("`{word}` is neither a kind of account nor of poll"));
        Ok(Input {
            matching: &self.matching,
            plain: Vec::new(),
            allowed: Vec::new(),
            accounts: bits(&ACCOUNTS, self.accounts.iter().map(String::as_str)).map_err(fault)?,
            when: bits(&POLLS, self.when.iter().map(String::as_str)).map_err(fault)?,
        })
    }
}

/// Every TOML file below `root`, by path.
fn folder(root: &str) -> Result<Vec<File>, String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).expect("the data folder can be read") {
            let path = item.expect("the data folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(File::read(Path::new(root), &path)?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What identifies the catalogue, as `Sources::sha256` takes it at run time.
fn sha256<'f>(files: impl Iterator<Item = &'f File>) -> String {
    let mut sha256 = Sha256::new();
    for file in files {
        for part in [file.id().as_bytes(), file.text.as_bytes()] {
            sha256.update((part.len() as u64).to_le_bytes());
            sha256.update(part);
        }
    }
    sha256.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Writes `pack` as the machine reads it that is built for.
fn save(name: &str, pack: &Pack) {
    let little_endian = env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|order| order == "little");
    let (numbers, text) = pack.bytes(little_endian);
    let to = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(to.with_extension("numbers"), numbers).expect("the output can be written");
    fs::write(to.with_extension("text"), text).expect("the output can be written");
}
