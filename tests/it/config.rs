//! `crossbench.toml`, the environment and flags: what is in force, what it changes, and
//! what every slip in it is told.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use crossbench::config::{TEMPLATE, VARIABLES};
use serde_json::Value;
use tempfile::TempDir;

/// A rule `own/brand` of a department's own.
const OWN: &str = r#"
summary   = "brand name"
dimension = "controversy"
level     = "review"
reason    = "E"
cites     = [{ document = "gcs-propriety", clause = "test 3", basis = "reading" }]
reads     = "a brand name"
why       = "It advertises."
advice    = "Say what it is."

[match]
phrases = ["hoverfast"]

[cases]
fires = ["Try the «Hoverfast» today.", "A «Hoverfast» was seen."]
quiet = ["The hover is fast.", "The library opens at 9am."]
"#;
const SLOGAN: &str = "Time to stick to the plan.";

/// A department's folder.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With this `crossbench.toml`.
    fn with(toml: &str) -> Self {
        let folder = Self::new();
        folder.write("crossbench.toml", toml);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("crossbench").unwrap();
        command.current_dir(self.path()).args(args);
        for name in VARIABLES {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {}", err(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The verdict of the rules on `draft`.
    fn check(&self, draft: &str) -> Value {
        serde_json::from_str(&self.run(&["check", "--rules-only", "--format", "json", draft])).unwrap()
    }

    /// What was found in `draft`: `rule level words`.
    fn findings(&self, draft: &str) -> Vec<String> {
        let verdict = self.check(draft);
        let findings = verdict["findings"].as_array().unwrap().iter();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        findings.map(|f| format!("{} {} {}", word(&f["rule"]), word(&f["level"]), word(&f["quote"]))).collect()
    }

    /// What is said where the settings are broken; the exit code is 2.
    fn fault(&self) -> String {
        let output = self.command(&["check", "--rules-only", "A draft."]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.stdout.is_empty());
        err(&output).trim_end().strip_prefix("crossbench: ").unwrap().to_owned()
    }
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn it_is_found_upwards_and_can_be_left_out_or_named() {
    let folder = Folder::with("account = \"council\"\npoint = \"strict\"\n");
    folder.write("drafts/june/other.toml", "account = \"police\"\n");
    let show = |args: &[&str]| {
        let args = [&["config", "show", "--origin"], args].concat();
        let mut command = folder.command(&args);
        let output = command.current_dir(folder.path().join("drafts/june")).output().unwrap();
        (String::from_utf8(output.stdout.clone()).unwrap(), err(&output))
    };
    let (found, fault) = show(&[]);
    assert!(found.contains("account = \"council\"") && found.contains("# ../../crossbench.toml:1"), "{found}{fault}");
    assert!(show(&["--no-config"]).0.contains("# account: every rule binds"));
    let (named, _) = show(&["--config", "other.toml"]);
    assert!(named.contains("account = \"police\"") && named.contains("# other.toml:1"), "{named}");
    assert!(show(&["--config", "none.toml"]).1.contains("none.toml: "));
    assert!(show(&["--config", "other.toml", "--no-config"]).1.contains("cannot be used with"));
}

#[test]
fn flags_win_over_the_environment_and_it_over_the_file() {
    let folder = Folder::with("account = \"council\"\nfail-on = \"hold\"\n\npoint = \"cautious\"\nmodel = \"m\"\n");
    let show = |args: &[&str], set: &[(&str, &str)]| {
        let args = [&["config", "show", "--origin"], args].concat();
        let output = folder.command(&args).envs(set.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap() + &err(&output);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let file = show(&[], &[("CROSSBENCH_POINT", "")]);
    for line in [
        "account = \"council\" # crossbench.toml:1",
        "fail-on = \"hold\" # crossbench.toml:2",
        "point = \"cautious\" # crossbench.toml:4",
        "model = \"m\" # crossbench.toml:5",
        "# rules: no folder of own rules # built-in",
    ] {
        assert!(file.contains(line), "`{line}` is missing in:\n{file}");
    }
    let set = [("CROSSBENCH_POINT", "strict"), ("CROSSBENCH_FAIL_ON", "note"), ("CROSSBENCH_MODEL", "other")];
    let environment = show(&[], &set);
    for line in [
        "point = \"strict\" # CROSSBENCH_POINT",
        "fail-on = \"note\" # CROSSBENCH_FAIL_ON",
        "model = \"other\" # CROSSBENCH_MODEL",
        "account = \"council\" # crossbench.toml:1",
    ] {
        assert!(environment.contains(line), "`{line}` is missing in:\n{environment}");
    }
    let flags = show(&["--point", "balanced", "--fail-on", "never", "--account", "police", "--model", "third"], &set);
    for line in [
        "point = \"balanced\" # --point",
        "fail-on = \"never\" # --fail-on",
        "account = \"police\" # --account",
        "model = \"third\" # --model",
    ] {
        assert!(flags.contains(line), "`{line}` is missing in:\n{flags}");
    }
    assert!(show(&["--rules-only"], &set).contains("# model: none, rules only # --rules-only"));
}

#[test]
fn a_bad_value_in_the_environment_names_the_variable() {
    let folder = Folder::new();
    for (name, value, said) in [
        ("CROSSBENCH_POINT", "stricter", "did you mean `strict`?"),
        ("CROSSBENCH_ACCOUNT", "Council", "did you mean `council`?"),
        ("CROSSBENCH_FAIL_ON", "always", "`note`, `review`, `hold`, `never`"),
        ("CROSSBENCH_MODEL", "nowhere", "no folder `nowhere`"),
    ] {
        let output = folder.command(&["check", "A draft."]).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let message = err(&output);
        assert!(message.contains(&format!("{name}: ")) && message.contains(said), "{message}");
    }
}

#[test]
fn fail_on_counts_for_check_and_not_for_scan() {
    let folder = Folder::with("fail-on = \"never\"\n");
    folder.write("feed.txt", SLOGAN);
    folder.command(&["check", "--rules-only", SLOGAN]).assert().code(0);
    folder.command(&["check", "--rules-only", "--fail-on", "review", SLOGAN]).assert().code(1);
    folder.command(&["check", "--rules-only", "--no-config", SLOGAN]).assert().code(1);
    folder.write("crossbench.toml", "fail-on = \"note\"\n");
    folder.command(&["scan", "--rules-only", "-q", "feed.txt"]).assert().code(0);
}

#[test]
fn allowed_words_are_whole_words_and_for_the_named_rules_alone() {
    let folder = Folder::with(
        "[[allow]]\nwords = [\"Stick to the Plan trust\"]\nrules = [\"party/slogan\"]\nbecause = \"a charity\"\n",
    );
    let slogan = |draft: &str| folder.findings(draft).iter().filter(|f| f.starts_with("party/slogan")).count();
    assert_eq!(slogan(SLOGAN), 1);
    assert_eq!(slogan("The STICK TO THE PLAN Trust meets on Monday."), 0);
    assert_eq!(slogan("The stick to the plan trustees meet on Monday."), 1);
    assert_eq!(slogan("The stick to the plan Trust says: stick to the plan."), 1);
    assert_eq!(slogan("We stick to the plan. Trust us."), 1, "a sentence ends between");

    let folder =
        Folder::with("[[allow]]\nwords = [\"stick to the plan\"]\nrules = [\"party/names-party\"]\nbecause = \"b\"\n");
    assert!(folder.findings(SLOGAN).iter().any(|f| f.starts_with("party/slogan")), "it is allowed to another rule");
}

#[test]
fn denied_words_are_a_rule_without_a_source() {
    let folder = Folder::with(
        "[[deny]]\nwords = [\"synergy\", \"Deep-dive\"]\nlevel = \"review\"\nbecause = \"House style.\"\n\
         advice = \"Say what is done.\"\n\n\
         [[deny]]\nwords = [\"up to\"]\nlevel = \"hold\"\ndimension = \"misleading\"\nbecause = \"It hides the rest.\"\n",
    );
    let draft = "A Synergy of synergies, a deep dive, and #synergy.";
    assert_eq!(
        folder.findings(draft),
        ["house/synergy review Synergy", "house/synergy review deep dive", "house/synergy review #synergy"]
    );
    let quoted = "The minister said: \"It is all synergy.\"";
    assert_eq!(folder.findings(quoted), ["house/synergy review synergy"], "whoever says it");
    let verdict = folder.check("We need synergy, up to now.");
    assert_eq!((&verdict["controversy"]["level"], &verdict["misleading"]["level"]), (&"review".into(), &"hold".into()));
    assert_eq!(verdict["findings"][0]["cites"], serde_json::json!([]));
    assert_eq!(verdict["findings"][0]["advice"], "Say what is done.");
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verdict.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&verdict));

    let report = folder.run(&["check", "--rules-only", draft]);
    for part in ["REVIEW", "house/synergy", "wording this department avoids", "House style.", "Say what is done."] {
        assert!(report.contains(part), "`{part}` is missing in:\n{report}");
    }
    assert!(!report.contains("source"), "{report}");
    assert!(folder.run(&["rules", "house"]).contains("house/up-to"));
    let rule = folder.run(&["explain", "house/synergy"]);
    assert!(rule.contains("phrase: Deep-dive") && rule.contains("crossbench.toml:1"), "{rule}");
    assert!(folder.run(&["rules", "--json", "house"]).contains("\"cites\": []"));
}

#[test]
fn a_name_can_be_allowed_where_its_word_is_denied() {
    let folder = Folder::with(
        "[[deny]]\nwords = [\"synergy\"]\nlevel = \"review\"\nbecause = \"b\"\n\
         [[allow]]\nwords = [\"Synergy House\"]\nrules = [\"house/synergy\"]\nbecause = \"an address\"\n",
    );
    assert_eq!(folder.findings("Synergy House has synergy."), ["house/synergy review synergy"]);
}

#[test]
fn levels_are_set_and_rules_turned_off() {
    let folder = Folder::with("[levels]\n\"party/slogan\" = \"note\"\n\"party/names-party\" = \"off\"\n");
    let plain = Folder::new();
    assert!(plain.findings(SLOGAN).iter().any(|f| f.starts_with("party/slogan hold")));
    assert!(folder.findings(SLOGAN).iter().any(|f| f.starts_with("party/slogan note")));
    let named = "The Labour Party holds its conference on Monday.";
    assert!(plain.findings(named).iter().any(|f| f.starts_with("party/names-party")));
    assert!(!folder.findings(named).iter().any(|f| f.starts_with("party/names-party")));
    let list = folder.run(&["rules", "party"]);
    let row = |id: &str| list.lines().find(|row| row.starts_with(&format!("{id} "))).unwrap().to_owned();
    assert!(row("party/slogan").contains(" note ") && row("party/names-party").contains(" off "), "{list}");
    assert!(list.contains("and 1 off"), "{list}");
    assert!(folder.run(&["explain", "party/slogan"]).contains("note, set in crossbench.toml:2"));
    assert!(folder.run(&["explain", "party/names-party"]).contains("off, set in crossbench.toml:3"));
}

#[test]
fn the_verdict_says_which_rules_judged() {
    let sha = |folder: &Folder| folder.check("A draft.")["rules"].clone();
    let plain = sha(&Folder::new());
    assert_eq!(sha(&Folder::with("account = \"council\"\n")), plain, "no rule is changed");
    let note = sha(&Folder::with("[levels]\n\"party/slogan\" = \"note\"\n"));
    assert_eq!(sha(&Folder::with("# a remark\n\n[levels]\n\"party/slogan\" = \"note\"\n")), note);
    let off = sha(&Folder::with("[levels]\n\"party/slogan\" = \"off\"\n"));
    assert!(plain["sha256"] != note["sha256"] && note["sha256"] != off["sha256"]);
    assert_eq!(off["count"].as_u64().unwrap() + 1, plain["count"].as_u64().unwrap());
}

#[test]
fn own_rules_are_loaded_and_a_broken_one_is_named() {
    let folder = Folder::with("rules = [\"../house-rules\"]\n[levels]\n\"own/brand\" = \"hold\"\n");
    let inner = folder.path().join("team");
    std::fs::create_dir(&inner).unwrap();
    std::fs::rename(folder.path().join("crossbench.toml"), inner.join("crossbench.toml")).unwrap();
    folder.write("house-rules/own/brand.toml", OWN);
    let run = || folder.command(&["check", "--rules-only", "Try the Hoverfast."]).current_dir(&inner).output().unwrap();
    let report = String::from_utf8(run().stdout).unwrap();
    assert!(report.contains("HOLD") && report.contains("own/brand"), "{report}");
    folder.write("house-rules/own/brand.toml", &OWN.replace("why  ", "whi  "));
    let output = run();
    assert_eq!(output.status.code(), Some(2));
    let message = err(&output);
    assert!(message.contains("../house-rules/own/brand.toml:8: ") && message.contains("whi"), "{message}");
}

#[test]
fn every_slip_is_named_with_its_place() {
    const ALLOW: &str = "[[allow]]\nwords = [\"Change Please\"]\nrules = [\"party/slogan\"]\nbecause = \"b\"\n";
    const DENY: &str = "[[deny]]\nwords = [\"synergy\"]\nlevel = \"review\"\nbecause = \"b\"\n";
    let slips = [
        // keys
        ("acount = \"council\"".to_owned(), ":1: unknown key `acount`; did you mean `account`?"),
        ("\n\nfail_on = \"hold\"".to_owned(), ":3: unknown key `fail_on`; did you mean `fail-on`?"),
        (format!("{ALLOW}becuase = \"c\""), ":5: unknown key `allow.becuase`; did you mean `because`?"),
        (format!("{DENY}levle = \"hold\""), ":5: unknown key `deny.levle`; did you mean `level`?"),
        (format!("{DENY}point = \"strict\""), ":5: unknown key `deny.point`; it belongs above the first `[`"),
        ("[levels]\npoint = \"strict\"".to_owned(), ":2: levels.point: it belongs above the first `[`"),
        ("[level]\n\"party/slogan\" = \"off\"".to_owned(), ":1: unknown key `level`; did you mean `levels`?"),
        ("point = \"strict\"\npoint = \"strict\"".to_owned(), ":2: point: duplicate key"),
        (
            "[levels]\n\"party/slogan\" = \"off\"\n\"party/slogan\" = \"note\"".to_owned(),
            ":3: party/slogan: duplicate key",
        ),
        // values
        ("account = \"counsil\"".to_owned(), ":1: account: `counsil` is none of `department`, `council`"),
        ("point = \"stirct\"".to_owned(), "did you mean `strict`?"),
        ("point = strict".to_owned(), ":1: point: "),
        ("point = 3".to_owned(), ":1: point: give words in quotation marks, not an integer"),
        ("fail-on = \"reviews\"".to_owned(), ":1: fail-on: `reviews` is none of"),
        ("suppressions = \" \"".to_owned(), ":1: suppressions: it is empty"),
        ("rules = \"house-rules\"".to_owned(), ":1: rules: give a list"),
        ("rules = [\n  \"hause-rules\",\n]".to_owned(), ":2: rules: no folder `hause-rules`"),
        ("rules = [\"crossbench.toml\"]".to_owned(), ":1: rules: `crossbench.toml` is a file"),
        ("rules = [\".\", \"./.\"]".to_owned(), ":1: rules: `./.` is named twice"),
        ("levels = \"off\"".to_owned(), ":1: levels: give a table `[levels]`"),
        ("[levels]\n\"party/slogan\" = \"of\"".to_owned(), ":2: levels.party/slogan: `of` is none of"),
        ("[levels]\nparty/slogan = \"off\"".to_owned(), "put the id of a rule in quotation marks"),
        ("[allow]\nwords = [\"a\"]".to_owned(), ":1: allow: give entries that each start with `[[allow]]`"),
        (DENY.replace("review", "clear"), ":3: deny.level: `clear` is none of `note`, `review`, `hold`"),
        (format!("{DENY}dimension = \"mislead\""), ":5: deny.dimension: `mislead` is none of"),
        // what is missing or empty
        (ALLOW.replace("because = \"b\"", ""), ":1: allow.because: is missing"),
        (format!("\n{}", DENY.replace("because = \"b\"", "")), ":2: deny.because: is missing"),
        (DENY.replace("\"b\"", "\"\""), ":4: deny.because: it is empty"),
        (DENY.replace("\"synergy\"", ""), ":2: deny.words: it is empty"),
        (ALLOW.replace("\"Change Please\"", "\"a\",\n\"\""), ":3: allow.words: it is empty"),
        (ALLOW.replace("Change Please", "…"), ":2: allow.words: `…` holds no word"),
        (DENY.replace("synergy", "Stop it. Go"), ":2: deny.words: `Stop it. Go` holds the end of a sentence"),
        // ids
        (
            "[levels]\n\"party/slogans\" = \"off\"".to_owned(),
            ":2: levels: no rule `party/slogans`; did you mean `party/slogan`?",
        ),
        (
            ALLOW.replace("party/slogan", "party/slogen"),
            ":3: allow.rules: no rule `party/slogen`; did you mean `party/slogan`?",
        ),
        (format!("[levels]\n\"house/synergy\" = \"off\"\n{DENY}"), "stands in their `[[deny]]`"),
        // contradictions
        (
            format!("{ALLOW}{}", DENY.replace("synergy", "change-please")),
            ":2: allow.words: `Change Please` is denied in line 6",
        ),
        (
            format!("{DENY}{}", DENY.replace("synergy", "SYNERGY")),
            ":6: deny.words: `SYNERGY` is denied in line 2 already",
        ),
        (DENY.replace("\"synergy\"", "\"a b\", \"A-B\""), ":2: deny.words: `A-B` is denied in line 2 already"),
        (format!("[levels]\n\"party/slogan\" = \"off\"\n{ALLOW}"), ":5: allow.rules: `party/slogan` is off in line 2"),
    ];
    for (toml, said) in slips {
        let fault = Folder::with(&toml).fault();
        assert!(fault.starts_with("crossbench.toml:"), "{toml}\n{fault}");
        assert!(fault.contains(said), "`{said}` is missing in:\n{fault}\n\n{toml}");
    }
    assert!(Folder::with("model = \"nowhere\"").run(&["check", "--rules-only", "A draft."]).contains("CLEAR"));
    let output = Folder::with("\nmodel = \"nowhere\"").command(&["check", "A draft."]).output().unwrap();
    assert!(err(&output).contains("crossbench.toml:2: model: no folder `nowhere`"), "{}", err(&output));
}

#[test]
fn a_file_of_suppressions_has_to_be_there() {
    let folder = Folder::with("\nsuppressions = \"nowhere.toml\"");
    assert_eq!(folder.fault(), "crossbench.toml:2: suppressions: no file `nowhere.toml`");
    folder.write("nowhere.toml", "");
    assert!(folder.run(&["check", "--rules-only", "A draft."]).contains("CLEAR"));
}

#[test]
fn a_bad_file_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("crossbench.toml"), b"point = \"\xff\"").unwrap();
    assert_eq!(folder.fault(), "crossbench.toml: not UTF-8 text");
    folder.write("crossbench.toml", "\u{FEFF}account = \"council\"\r\n\r\npoint = \"stict\"\r\n");
    assert!(folder.fault().starts_with("crossbench.toml:3: point: "));
}

#[test]
fn a_denied_word_does_not_take_the_id_of_a_rule() {
    let folder = Folder::with("rules = [\"r\"]\n[[deny]]\nwords = [\"brand\"]\nlevel = \"note\"\nbecause = \"b\"\n");
    folder.write("r/house/brand.toml", OWN);
    assert_eq!(folder.fault(), "crossbench.toml:2: the id `house/brand` is taken by r/house/brand.toml");
}

#[test]
fn init_writes_every_key_and_never_overwrites() {
    let folder = Folder::new();
    assert!(folder.run(&["init"]).contains("crossbench.toml"));
    let written = std::fs::read_to_string(folder.path().join("crossbench.toml")).unwrap();
    assert_eq!(written, TEMPLATE);
    let nothing_set = folder.run(&["config", "show"]);
    assert_eq!(nothing_set, Folder::new().run(&["config", "show"]));
    let output = folder.command(&["init"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("crossbench.toml: is there already"));
    folder.run(&["init", "other.toml"]);

    let set = |line: &str| {
        line.strip_prefix('#').filter(|rest| !rest.is_empty() && !rest.starts_with(' ')).map(str::to_owned)
    };
    let lines: Vec<String> = written.lines().map(|line| set(line).unwrap_or_default()).collect();
    folder.write("crossbench.toml", &lines.join("\n"));
    folder.write("house-rules/own/brand.toml", OWN);
    let shown = folder.run(&["config", "show", "--origin"]);
    for key in [
        "account",
        "point",
        "model",
        "fail-on",
        "suppressions",
        "advice",
        "question",
        "dimension",
        "[levels]",
        "[[allow]]",
        "[[deny]]",
    ] {
        assert!(shown.lines().any(|line| line.starts_with(key)), "{key}: {shown}");
    }
    assert!(shown.contains("\"house-rules\","), "{shown}");
    let before = folder.run(&["config", "show"]);
    folder.write("crossbench.toml", &before);
    assert_eq!(folder.run(&["config", "show"]), before, "what is shown can be read again");
}

#[test]
fn rules_test_asks_for_no_settings() {
    let folder = Folder::with("broken");
    folder.write("r/own/brand.toml", OWN);
    assert!(folder.run(&["rules", "test", "r"]).contains("1 rule, 4 cases, 0 faults"));
}

#[test]
fn the_examples_of_the_docs_can_be_read() {
    for page in ["docs/configuration.md", "README.md"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let example = blocks.into_iter().find(|block| block.contains("[levels]")).unwrap();
        let folder = Folder::with(example);
        folder.write("house-rules/own/brand.toml", OWN);
        assert!(folder.run(&["config", "show"]).contains("[[deny]]"), "{page}");
        assert!(folder.run(&["rules", "house"]).contains("house/synergy"), "{page}");
    }
}
