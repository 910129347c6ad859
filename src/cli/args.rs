//! What was typed. Meaning is given to it in `commands/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::archive::{DateOrder, Encoding, FieldMap, Format, Reading, Split};
use crate::config::FILE;
pub use crate::config::FailOn;
use crate::error::did_you_mean;
use crate::fusion::Point;
use crate::model::Engine;
use crate::post::Kind;
use crate::report::output::OutputFormat;
use crate::rules::Account;
use crate::scan::Include;

/// Reads drafts before a government body publishes them and says whether they can
/// go out, on political impartiality and misleading claims.
#[derive(Parser)]
#[command(name = "crossbench", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing at or above --fail-on; 1 something is; 2 usage or configuration; \
3 part of the input could not be read; 130 interrupted.";

/// The verbs.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is made in a run")]
pub enum Command {
    /// Check a draft: its text, files, or `-` for standard input
    Check(Check),
    /// Screen a feed of posts: JSONL, CSV or plain text, one post a line
    Scan(Scan),
    /// Say what feeds are taken for, and show the first post of each as it is read
    Inspect(Inspect),
    /// Compare two runs: which posts moved, and why
    Diff(Diff),
    /// Screen drafts in a folder as they are saved
    Watch(Watch),
    /// List the rules
    Rules(Rules),
    /// Print a rule, or a reason of the model (`model/S`), whole
    Explain(Explain),
    /// Show the pre-election periods that a day falls into, and who held which office
    Calendar(CalendarArgs),
    /// Measure rules, model and both together on a labelled file
    Eval(Eval),
    /// Show what the model is and where it draws its lines
    Model(ModelArgs),
    /// Measure speed, by stage and beside what the machine can do
    Bench(Bench),
    /// Write the token ids of a labelled file, as training reads them
    Encode(Encode),
    /// Fit calibration and thresholds on held-out logits
    Fit(Fit),
    /// Write a `crossbench.toml` with every setting, explained
    Init(Init),
    /// Show the settings in force
    Config(Config),
}

/// Which `crossbench.toml` is used.
#[derive(Args)]
pub struct ConfigSource {
    /// Settings file to use instead of the nearest `crossbench.toml`
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use no `crossbench.toml`
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

/// `init`.
#[derive(Args)]
pub struct Init {
    /// The file to write
    #[arg(default_value = FILE)]
    pub file: PathBuf,
}

/// `config`.
#[derive(Args)]
pub struct Config {
    /// What to do with the settings.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// `config` and a verb.
#[derive(Subcommand)]
pub enum ConfigAction {
    /// Print every setting in force
    Show {
        /// Also say where each is from
        #[arg(long)]
        origin: bool,
        /// Level from which the exit code of `check` is 1
        #[arg(long, value_enum)]
        fail_on: Option<FailOn>,
        /// Rules and model.
        #[command(flatten)]
        screening: Screening,
    },
}

/// How the model is run.
#[derive(Args, Clone, Copy)]
pub struct Running {
    /// What runs the model
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
    /// Read every post through every layer, also one that is surely clear after a few
    #[arg(long)]
    pub thorough: bool,
}

/// Options that choose rules and model.
#[derive(Args)]
pub struct Screening {
    /// Folder of a model to use instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Ask the rules alone; `risk` and `hold` stay unknown
    #[arg(long, conflicts_with_all = ["model", "engine", "thorough"])]
    pub rules_only: bool,
    /// How readily posts are stopped; `crossbench model` shows where each point draws its lines
    /// [default: balanced]
    #[arg(long, value_enum, conflicts_with = "rules_only")]
    pub point: Option<Point>,
    /// How the model is run.
    #[command(flatten)]
    pub running: Running,
    /// Only the rules that bind this kind of account [default: all rules]
    #[arg(long, value_enum)]
    pub account: Option<Account>,
    /// Day on which drafts go out that carry no date of their own: it decides which
    /// pre-election rules bind [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
    /// Findings that may stay, each with its reason and approver
    #[arg(long, value_name = "FILE")]
    pub suppressions: Option<PathBuf>,
    /// Settings of the department.
    #[command(flatten)]
    pub source: ConfigSource,
}

/// `check`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Check {
    /// Drafts: texts, paths of files, or `-` for standard input
    #[arg(required = true, value_name = "TEXT|FILE|-")]
    pub drafts: Vec<String>,
    /// Take every argument as text, even if a file has that name
    #[arg(long)]
    pub text: bool,
    /// How to print the verdict
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Show every score, the reasons' probabilities and what each word adds
    #[arg(long)]
    pub explain: bool,
    /// Also show the draft with safer wordings, as a difference, and what is left to ask
    #[arg(long, conflicts_with = "no_text")]
    pub suggest: bool,
    /// Leave the words of the draft out of the output
    #[arg(long)]
    pub no_text: bool,
    /// Level from which the exit code is 1 [default: review]
    #[arg(long, value_enum)]
    pub fail_on: Option<FailOn>,
    /// Rules and model.
    #[command(flatten)]
    pub screening: Screening,
}

/// How `check` prints.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Human,
    /// One indented JSON object, or an array of them for several drafts
    Json,
    /// One JSON object a line
    Jsonl,
}

/// `scan`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Scan {
    /// Feeds, archives, folders, patterns, or `-` for standard input
    #[arg(required = true, value_name = "FEED")]
    pub feeds: Vec<PathBuf>,
    /// Where the verdicts go; the end of each name says its format [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Formats of the output, whatever its name says: jsonl, csv, parquet, sarif, github, junit,
    /// html, markdown
    #[arg(long, value_name = "FORMAT,…", value_delimiter = ',', value_parser = output_format)]
    pub format: Vec<OutputFormat>,
    /// CSV for Excel: with a mark at its beginning that says UTF-8
    #[arg(long)]
    pub excel: bool,
    /// How the feeds are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Also judge what is not the account's own public words
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT,…", help_heading = "Which posts")]
    pub include: Vec<Include>,
    /// Only posts of this day and later
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Which posts")]
    pub since: Option<Date>,
    /// Only posts of this day and earlier
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Which posts")]
    pub until: Option<Date>,
    /// Only posts from these accounts
    #[arg(long, value_delimiter = ',', value_name = "NAME,…", help_heading = "Which posts")]
    pub author: Vec<String>,
    /// Only posts of these kinds
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND,…", help_heading = "Which posts")]
    pub kind: Vec<Kind>,
    /// Only posts that their feed says are in these languages
    #[arg(long, value_delimiter = ',', value_name = "CODE,…", help_heading = "Which posts")]
    pub lang: Vec<String>,
    /// Go on with a scan that was stopped
    #[arg(long, requires = "output")]
    pub resume: bool,
    /// Begin anew, whatever is left of a scan that was stopped
    #[arg(long, conflicts_with = "resume")]
    pub restart: bool,
    /// Report only what is new since this earlier run (its JSONL)
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Where the record of the run goes: inputs, model, rules, settings, counts
    /// [default: beside the first output]
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Leave the words of the posts out of the output
    #[arg(long)]
    pub no_text: bool,
    /// No progress bar and no table
    #[arg(short, long)]
    pub quiet: bool,
    /// Threads [default: all cores]
    #[arg(short, long, value_name = "N", alias = "threads")]
    pub jobs: Option<usize>,
    /// Give way to every other program
    #[arg(long)]
    pub nice: bool,
    /// Level from which the exit code is 1
    #[arg(long, value_enum, default_value_t = FailOn::Never)]
    pub fail_on: FailOn,
    /// Rules and model.
    #[command(flatten)]
    pub screening: Screening,
}

/// `diff`.
#[derive(Args)]
pub struct Diff {
    /// JSONL of the first run
    pub first: PathBuf,
    /// JSONL of the second run
    pub second: PathBuf,
    /// Most posts that are shown
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// `watch`.
#[derive(Args)]
pub struct Watch {
    /// Folder in which drafts are saved
    pub folder: PathBuf,
    /// Leave the words of the drafts out of the output
    #[arg(long)]
    pub no_text: bool,
    /// Screen what is there already, then end
    #[arg(long)]
    pub once: bool,
    /// Give way to every other program
    #[arg(long)]
    pub nice: bool,
    /// Rules and model.
    #[command(flatten)]
    pub screening: Screening,
}

/// How feeds are read.
#[derive(Args)]
pub struct ReadingArgs {
    /// Read the feeds as this format instead of looking at them
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = "Reading")]
    pub from: Option<Format>,
    /// Which fields hold what: `text=Copy,id=Ref`
    #[arg(long, value_name = "FIELD=NAME,…", help_heading = "Reading")]
    pub map: Option<FieldMap>,
    /// Encoding of what has no byte order mark: `windows-1252`, `utf-16le` [default: utf-8]
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub encoding: Option<Encoding>,
    /// What comes first in a date of a table, where it could be the day or the month
    #[arg(long, value_enum, default_value_t = DateOrder::Dmy, help_heading = "Reading")]
    pub date_order: DateOrder,
    /// Where one post of plain text ends and the next begins
    #[arg(long, value_enum, default_value_t = Split::Line, help_heading = "Reading")]
    pub split: Split,
}

impl ReadingArgs {
    /// What they ask of readers.
    pub fn reading(&self) -> Reading {
        Reading {
            format: self.from,
            map: self.map.clone().unwrap_or_default(),
            encoding: self.encoding,
            date_order: self.date_order,
            split: self.split,
        }
    }
}

/// An output format; one that feeds are in is told apart.
fn output_format(name: &str) -> Result<OutputFormat, String> {
    let known = OutputFormat::value_variants().iter().filter_map(OutputFormat::to_possible_value);
    let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
    OutputFormat::from_str(name, true).map_err(|_| match name.parse::<Format>() {
        Ok(format) => format!("that is a format of feeds: `--from {format}` reads them so"),
        Err(_) => format!("the formats are {}{}", known.join(", "), did_you_mean(name, &known)),
    })
}

/// `inspect`.
#[derive(Args)]
pub struct Inspect {
    /// Feeds, archives, folders, patterns, or `-` for standard input
    #[arg(required = true, value_name = "FEED")]
    pub feeds: Vec<PathBuf>,
    /// How the feeds are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Leave the words of the first post out
    #[arg(long)]
    pub no_text: bool,
}

/// `rules`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Rules {
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub action: Option<RulesAction>,
    /// Only rules whose id starts with this (`party`, `claims/`)
    pub family: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    /// Only lists of terms, and the calendar, that nobody has checked for more than a year
    #[arg(long, conflicts_with_all = ["family", "stats"])]
    pub stale: bool,
    /// How often each rule fires on this labelled file, and how often readers agree with it
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// Also write the manual of all rules, with these figures
    #[arg(long, value_name = "FILE", requires = "stats", conflicts_with = "family")]
    pub write: Option<PathBuf>,
    /// Folder of `rules/`, `terms/` and `guidance.toml` to use instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Settings of the department.
    #[command(flatten)]
    pub source: ConfigSource,
}

/// `rules` and a verb.
#[derive(Subcommand)]
pub enum RulesAction {
    /// Run the cases of the rules in a folder: rules of your own, or a whole data folder
    Test {
        /// Folder of rule files, or of `rules/`, `terms/` and `guidance.toml`
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Only rules whose id starts with this
        family: Option<String>,
    },
}

/// `explain`.
#[derive(Args)]
pub struct Explain {
    /// Id of the rule, such as `party/slogan`
    pub rule: String,
    /// Settings of the department.
    #[command(flatten)]
    pub source: ConfigSource,
}

/// `calendar`.
#[derive(Args)]
pub struct CalendarArgs {
    /// The day [default: today]
    #[arg(value_name = "YYYY-MM-DD", conflicts_with = "all")]
    pub date: Option<Date>,
    /// Every poll that the calendar knows
    #[arg(long)]
    pub all: bool,
    /// As it binds this kind of account
    #[arg(long, value_enum)]
    pub account: Option<Account>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

/// `eval`.
#[derive(Args)]
pub struct Eval {
    /// JSONL with `text`, `controversy`, `misleading` and, where known, `id` and `source`
    pub file: PathBuf,
    /// Put every party, politician, country and side in the place of each other instead,
    /// and report how far scores move
    #[arg(long)]
    pub swap: bool,
    /// Write the model card of this model folder: `MODEL_CARD.md` and its picture
    #[arg(long, value_name = "DIR", conflicts_with_all = ["swap", "model", "json"])]
    pub card: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    /// How the model is run.
    #[command(flatten)]
    pub running: Running,
    /// Folder of a model to use instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
}

/// `bench`.
#[derive(Args)]
pub struct Bench {
    /// Feed to measure on instead of a small built-in set of posts
    #[arg(value_name = "FEED")]
    pub feed: Option<PathBuf>,
    /// Threads [default: all cores]
    #[arg(short, long, visible_alias = "threads", value_name = "N")]
    pub jobs: Option<usize>,
    /// Write the built-in posts to this file as JSONL, for others to be measured on
    #[arg(long, value_name = "FILE", conflicts_with = "feed")]
    pub write: Option<PathBuf>,
    /// Passes of each measurement; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub passes: usize,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    /// Rules and model.
    #[command(flatten)]
    pub screening: Screening,
}

/// `model`.
#[derive(Args)]
pub struct ModelArgs {
    /// Print the model card instead: data, figures, where it fails, what it is not for
    #[arg(long)]
    pub card: bool,
    /// Folder of a model to use instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
}

/// `encode`.
#[derive(Args)]
pub struct Encode {
    /// JSONL with `text`; other fields are passed through
    pub file: PathBuf,
    /// Tokenizer to use instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
}

/// `fit`.
#[derive(Args)]
pub struct Fit {
    /// Labelled JSONL the model was trained on
    pub file: PathBuf,
    /// JSONL of `id` and `logits`, each from a model that did not see the post
    #[arg(long, value_name = "FILE")]
    pub logits: PathBuf,
    /// Only posts whose id starts with this: the part drawn at random
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub ids: String,
    /// Keep the calibration that is there and set the gates of the exits, on posts that need no labels
    #[arg(long)]
    pub gates_alone: bool,
    /// Model folder whose calibration.json and manifest are written
    #[arg(long, value_name = "DIR")]
    pub model: PathBuf,
}
