//! laggard finds the code that makes programs slow.
//!
//! [`check`] is the whole tool in one function: discover → parse → extract → link → evaluate → report. Each stage
//! is a module, listed below in the order in which to read them.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::thread;

use crate::baseline::Baseline;
use crate::cache::{Cache, Key, Kind};
use crate::config::find::Stack;
use crate::config::{Config, SetupError};
use crate::diagnostic::{Diagnostic, Notice, NoticeKind};
use crate::evaluate::suppress::{Suppressed, Unused};
use crate::extract::{Before, KnownFacts, Wanted};
use crate::git::Difference;
use crate::model::lookup::Models;
use crate::outcome::Comparison;
use crate::program::{Program, ProgramFile};
use crate::replay::{Found, Replay};
use crate::rule::RuleSet;
use crate::rule::policy::Policy;
use crate::scope::Scope;
use crate::source::{Replacement, SourceFile};

pub mod cli;
pub mod config;

// Nouns.
pub mod cache;
pub mod diagnostic;
pub mod effect;
pub mod facts;
pub mod generated;
pub mod interner;
pub mod lang;
pub mod model;
pub mod outcome;
pub mod program;
pub mod progress;
pub mod project;
pub mod qualified;
pub mod rule;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod types;
pub mod version;

// Verbs, in the order of the pipeline.
pub mod discover;
pub mod evaluate;
pub mod extract;
pub mod fix;
pub mod link;
pub mod report;

pub mod baseline;
pub mod compare;
pub mod git;
pub mod replay;
pub mod scope;

pub use outcome::{Outcome, Timings};

/// Room for the parsers of a thread, in bytes. The memory is only used by files that nest deeply.
const THREAD_STACK: usize = 64 * 1024 * 1024;

/// Analyses what `config` names. Wrong settings stop here, and only here; whatever is wrong with a file is a notice.
pub fn check(config: &Config) -> Result<Outcome, SetupError> {
    Ok(outcome(analyse(config)?.without_known()?))
}

/// What a run found, as it is reported.
fn outcome(analysis: Analysis) -> Outcome {
    let Analysis {
        config, files, found, known, comparison, notices, timings, analysed, analysed_bytes, unread, ..
    } = analysis;
    let diagnostics = evaluate::group::grouped(found);
    let fail_on = config.fail_on.unwrap_or_default();
    Outcome { files, diagnostics, notices, timings, analysed, analysed_bytes, unread, fail_on, known, comparison }
}

/// Applies the fixes of what `config` names, in memory: what became of them, and what is left to report. Unsafe fixes
/// are applied if they are asked for.
pub fn fix(config: &Config, take_unsafe: bool) -> Result<(fix::Applied, Outcome), SetupError> {
    let (applied, left) =
        fix::converge(take_unsafe, |texts| {
            let mut config = config.clone();
            config.texts.extend(texts.iter().map(|(location, text)| Replacement {
                location: location.clone(),
                bytes: Some(text.as_bytes().to_vec()),
            }));
            let mut analysis = analyse(&config)?.without_known()?;
            let (files, found) = (std::mem::take(&mut analysis.files), std::mem::take(&mut analysis.found));
            Ok(fix::Analysed { files, found, rest: analysis })
        })?;
    Ok((applied, outcome(Analysis { files: left.files, found: left.found, ..left.rest })))
}

/// What an analysis found, before findings are grouped.
pub struct Analysis {
    /// With what configuration files say of the run.
    pub config: Config,
    /// Every file of the run.
    pub files: Vec<SourceFile>,
    /// What is wanted of the findings.
    pub found: Vec<Diagnostic>,
    /// How many were left out because the baseline has them.
    pub known: usize,
    /// What the comparison with an earlier revision said, if there was one.
    pub comparison: Option<Comparison>,
    /// What could not be done.
    pub notices: Vec<Notice>,
    /// Suppressions that suppress nothing.
    pub unused: Vec<Unused>,
    /// Where the time went.
    pub timings: Timings,
    /// Number of files that were analysed.
    pub analysed: usize,
    /// Their size.
    pub analysed_bytes: u64,
    /// Number of files that were not read: nothing is reported in them, and nothing imports them.
    pub unread: usize,
}

impl Analysis {
    fn new(config: Config, files: Vec<SourceFile>, found: Found, timings: Timings) -> Analysis {
        let Found { diagnostics: found, notices, unused, analysed, analysed_bytes, unread } = found;
        let (known, comparison) = (0, None);
        Analysis { config, files, found, known, comparison, notices, unused, timings, analysed, analysed_bytes, unread }
    }

    /// Without the findings of the baseline.
    pub fn without_known(mut self) -> Result<Analysis, SetupError> {
        if let Some(path) = self.config.baseline.as_ref().filter(|_| !self.config.no_baseline) {
            let applied = Baseline::read(path)?.apply(self.found, &self.files, path.parent().unwrap_or(path));
            (self.found, self.known) = (applied.new, applied.known);
        }
        Ok(self)
    }
}

/// Analyses what `config` names: discover, parse, extract, link, evaluate.
pub fn analyse(config: &Config) -> Result<Analysis, SetupError> {
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK);
    if let Some(jobs) = config.jobs {
        pool = pool.num_threads(jobs);
    }
    match pool.build() {
        // All stages on the same threads: memory that one has freed is at hand for the next.
        Ok(pool) => pool.install(|| analyse_here(config)),
        // No threads to be had: one will do.
        Err(_) => analyse_here(config),
    }
}

fn analyse_here(config: &Config) -> Result<Analysis, SetupError> {
    let mut timings = Timings::default();
    let scope = timings.measure("discover", || Scope::new(config))?;
    let difference = scope.difference()?;
    let own_tables = model::all_own_tables(&scope.config)?;
    let replay = Replay::of(&scope, &own_tables);
    if let Some((files, found)) = timings.measure("recall", || replay.as_ref()?.recall(&scope)) {
        return Ok(Analysis::new(scope.config, files, found, timings));
    }
    let models = model::for_project(own_tables);
    let present = Examined::new(&scope, KnownFacts::default(), &models, &mut timings);
    let Examined { mut found, files, texts, stacks, rules, notices, unused, analysed, analysed_bytes } = present;
    let unread = files.iter().filter(|file| !file.is_read).count();
    let facts = |file: ProgramFile| (file.source, file.is_read.then_some(file.facts));
    let (files, facts): (Vec<SourceFile>, Vec<_>) = files.into_iter().map(facts).unzip();
    let mut comparison = None;
    if let Some(difference) = difference.as_ref().filter(|_| scope.config.since.is_some()) {
        let locations = files.iter().map(|file| file.location.clone());
        let known = locations.zip(facts).filter_map(|(location, facts)| Some((location, facts?))).collect();
        let compared = timings.measure("compare", || compared(&scope, difference, known, &models, &found, &files))?;
        let mut is_new = compared.is_new.iter();
        let all = found.len();
        found.retain(|_| is_new.next() == Some(&true));
        comparison = Some(Comparison { known: all - found.len(), gone: compared.gone });
    }
    let narrows = scope.config.changed_files || scope.config.staged && scope.config.since.is_none();
    let changed = difference.as_ref().filter(|_| narrows).map(|difference| &difference.changed);
    found.retain(|diagnostic| {
        let at = diagnostic.primary.file.0 as usize;
        scope.reports(&files[at], &stacks[at], changed)
    });
    timings.measure("fix", || fix::find(&mut found, &files, &rules.rules));
    let mut found = Found { diagnostics: found, notices, unused, analysed, analysed_bytes, unread };
    if let Some(replay) = replay {
        let kept = timings.measure("keep", || replay.keep(&scope, &files, &texts, &found));
        found.notices.extend(kept.err().and_then(|error| not_saved(&error, &scope.config)));
    }
    Ok(Analysis { comparison, ..Analysis::new(scope.config, files, found, timings) })
}

/// Compares what was found with what would have been found before. Facts of files that did not change are in `known`.
fn compared(
    scope: &Scope,
    difference: &Difference,
    mut known: KnownFacts,
    models: &[Models],
    found: &[Diagnostic],
    files: &[SourceFile],
) -> Result<compare::Compared, SetupError> {
    difference.replacements.iter().for_each(|replacement| drop(known.remove(&replacement.location)));
    let older = Examined::new(&scope.before(difference)?, known, models, &mut Timings::default());
    let older_files: Vec<SourceFile> = older.files.into_iter().map(|file| file.source).collect();
    let present = compare::Run { found, files };
    Ok(compare::compare(present, compare::Run { found: &older.found, files: &older_files }, &difference.moved))
}

/// One state of the project, analysed.
struct Examined {
    /// What was found, wanted by the settings and not suppressed.
    found: Vec<Diagnostic>,
    files: Vec<ProgramFile>,
    /// The keys of the texts that were read, by where they are; none if nothing is kept.
    texts: Vec<(PathBuf, Key)>,
    /// The settings of each file.
    stacks: Vec<Stack>,
    /// The rules that ran.
    rules: RuleSet,
    notices: Vec<Notice>,
    unused: Vec<Unused>,
    analysed: usize,
    analysed_bytes: u64,
}

impl Examined {
    /// Parse, extract, link, evaluate. Files whose facts are in `known` are not read.
    fn new(scope: &Scope, known: KnownFacts, models: &[Models], timings: &mut Timings) -> Examined {
        let Scope { config, project, .. } = scope;
        let cache =
            config.cache.as_ref().map_or_else(Cache::none, |folder| Cache::open(folder, facts::VERSION, Kind::Facts));
        let options = evaluate::Options { include_side_code: config.include_side_code.unwrap_or(false) };
        let stacks: HashMap<&PathBuf, &Stack> =
            scope.stacks.iter().map(|(location, stack)| (location, stack)).collect();
        let class_of = |file: &SourceFile| stacks.get(&file.location)?.class_of(&file.location);
        let reports_in = |file: &ProgramFile| evaluate::reports_in(file, options);
        let wanted = Wanted { class_of: &class_of, reports_in: &reports_in };
        let extracted = timings.measure("parse + extract", || {
            let mut before = Before { known, cache: &cache };
            let extracted = extract::all(project, config, &wanted, &mut before);
            if project.in_dialects.is_empty() {
                return extracted;
            }
            let fills_templates = link::fills_templates(&extracted.files, models);
            extract::with_dialects(extracted, project, config, &wanted, &mut before, fills_templates)
        });
        // Nobody waits for the disk but the end of the run.
        let saving = thread::spawn(|| cache.save());
        let stacks: Vec<Stack> = extracted
            .files
            .iter()
            .map(|file| stacks.get(&file.source.location).copied().cloned().unwrap_or_default())
            .collect();
        let locations = extracted.files.iter().map(|file| file.source.location.as_path());
        let policy = Policy::new(&rule::all_infos(), locations.zip(&stacks), config);
        let mut notices = project.notices.clone();
        notices.extend(extracted.notices);
        let texts = extracted.texts;
        let (analysed, analysed_bytes) = (extracted.analysed, extracted.analysed_bytes);
        let mut program = timings.measure("link", || {
            // What a project requires is not asked before rules are.
            let (program, requirements) =
                rayon::join(|| link::program(extracted.files, models), || project.requirements());
            Program { requirements, ..program }
        });
        let rules = RuleSet::of(|name| policy.runs(name));
        let found = timings.measure("evaluate", || evaluate::diagnostics(&mut program, &rules, options));
        // A comment has an effect, too, where the set that its finding is in was not asked for.
        let suppressed = evaluate::suppress::suppressed(&program, found, |file, rule| policy.runs_on(file, rule));
        let Suppressed { kept: found, notices: about_comments, unused } = suppressed;
        let found = policy.applied(found);
        notices.extend(about_comments);
        let saved = saving.join().unwrap_or_else(|_| Err(io::Error::other("it failed")));
        notices.extend(saved.err().and_then(|error| not_saved(&error, config)));
        Examined { found, files: program.files, texts, stacks, rules, notices, unused, analysed, analysed_bytes }
    }
}

/// Says that nothing could be kept for the next run.
fn not_saved(error: &io::Error, config: &Config) -> Option<Notice> {
    let path = config::relative_path(&config.root, config.cache.as_deref()?);
    let message = format!("cannot be written, so the next run is no faster: {error}");
    Some(Notice { path, line: 0, kind: NoticeKind::Cache, message })
}
