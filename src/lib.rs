//! laggard finds the code that makes programs slow.
//!
//! [`check`] is the whole tool in one function: discover → parse → extract → link → evaluate → report. Each stage
//! is a module, listed below in the order in which to read them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::baseline::Baseline;
use crate::config::find::{Settings, Stack};
use crate::config::layer::{Class, Layer, Override};
use crate::config::{Config, SetupError};
use crate::diagnostic::{Diagnostic, Notice, NoticeKind};
use crate::program::ProgramFile;
use crate::project::Project;
use crate::rule::policy::Policy;
use crate::source::{SourceFile, Texts};

pub mod cli;
pub mod config;

// Nouns.
pub mod diagnostic;
pub mod effect;
pub mod facts;
pub mod generated;
pub mod interner;
pub mod lang;
pub mod model;
pub mod outcome;
pub mod program;
pub mod project;
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

pub use outcome::{Outcome, Timings};

/// Room for the parsers of a thread, in bytes. The memory is only used by files that nest deeply.
const THREAD_STACK: usize = 64 * 1024 * 1024;

/// Analyses what `config` names. Wrong settings stop here, and only here; whatever is wrong with a file is a notice.
pub fn check(config: &Config) -> Result<Outcome, SetupError> {
    Ok(outcome(analyse(config)?.without_known()?))
}

/// What a run found, as it is reported.
fn outcome(analysis: Analysis) -> Outcome {
    let Analysis { config, files, found, known, notices, timings, analysed, analysed_bytes } = analysis;
    let diagnostics = evaluate::group::grouped(found);
    let fail_on = config.fail_on.unwrap_or_default();
    Outcome { files, diagnostics, notices, timings, analysed, analysed_bytes, fail_on, known }
}

/// Applies the fixes of what `config` names, in memory: what became of them, and what is left to report. Unsafe fixes
/// are applied if they are asked for.
pub fn fix(config: &Config, take_unsafe: bool) -> Result<(fix::Applied, Outcome), SetupError> {
    let (applied, left) = fix::converge(take_unsafe, |texts| {
        let mut analysis = analyse_with(config, texts)?.without_known()?;
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
    /// What could not be done.
    pub notices: Vec<Notice>,
    /// Where the time went.
    pub timings: Timings,
    /// Number of files that were analysed.
    pub analysed: usize,
    /// Their size.
    pub analysed_bytes: u64,
}

impl Analysis {
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
    analyse_with(config, &Texts::default())
}

/// Analyses what `config` names, with these texts in place of those on disk.
pub fn analyse_with(config: &Config, texts: &Texts) -> Result<Analysis, SetupError> {
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK);
    if let Some(jobs) = config.jobs {
        pool = pool.num_threads(jobs);
    }
    match pool.build() {
        // All stages on the same threads: memory that one has freed is at hand for the next.
        Ok(pool) => pool.install(|| analyse_here(config, texts)),
        // No threads to be had: one will do.
        Err(_) => analyse_here(config, texts),
    }
}

fn analyse_here(config: &Config, texts: &Texts) -> Result<Analysis, SetupError> {
    let mut timings = Timings::default();
    let scope = timings.measure("discover", || Scope::new(config))?;
    let Scope { config, mut discovered, stacks, .. } = scope;
    for file in discovered.files.iter_mut().chain(&mut discovered.in_dialects) {
        file.text = texts.get(&file.location).cloned();
    }
    let models = model::for_project(&config)?;
    let requirements = discovered.requirements();
    let mut extracted = timings.measure("parse + extract", || {
        let extracted = extract::all(&discovered, &config);
        match !discovered.in_dialects.is_empty() && link::uses_dialects(&extracted.files, &models) {
            true => extract::with_dialects(extracted, &discovered, &config),
            false => extracted,
        }
    });
    let stacks = stacks_of(&extracted.files, stacks);
    let locations = extracted.files.iter().map(|file| file.source.location.as_path());
    let policy = Policy::new(&rule::all_infos(), locations.zip(&stacks), &config);
    classify(&mut extracted.files, &stacks);
    let mut notices = discovered.notices;
    notices.extend(extracted.notices);
    let (analysed, analysed_bytes) = (extracted.analysed, extracted.analysed_bytes);
    let mut program = timings.measure("link", || link::program(extracted.files, &models, requirements));
    let options = evaluate::Options { include_side_code: config.include_side_code.unwrap_or(false) };
    let rules = rule::RuleSet::of(|name| policy.runs(name));
    let found = timings.measure("evaluate", || evaluate::diagnostics(&mut program, &rules, options));
    let found = policy.applied(found);
    let (found, unused) = evaluate::suppress::suppressed(&program, found, |file, rule| policy.runs_on(file, rule));
    notices.extend(unused);
    let files: Vec<SourceFile> = program.files.into_iter().map(|file| file.source).collect();
    let mut found = reported(found, &files, &stacks, &config);
    timings.measure("fix", || fix::find(&mut found, &files, &rules.rules));
    Ok(Analysis { config, files, found, known: 0, notices, timings, analysed, analysed_bytes })
}

/// What a run works on, and what the settings say of it.
pub struct Scope {
    /// With what configuration files say of the run.
    pub config: Config,
    /// Files and manifests.
    pub discovered: Project,
    /// Files that settings leave out: path, pattern, and where it stands.
    pub excluded: Vec<(String, String, String)>,
    /// The layers of settings of each file, those in dialects after the others.
    pub stacks: Vec<(PathBuf, Stack)>,
}

impl Scope {
    /// Finds files and their settings. Files that settings exclude are left out.
    pub fn new(config: &Config) -> Result<Scope, SetupError> {
        let mut settings = Settings::new(config)?;
        let root = settings.root()?;
        let config = config.with_run_settings(&root);
        let mut discovered = discover::source_files(&config, lang::all())?;
        let mut stacks = Vec::new();
        let mut excluded = Vec::new();
        for files in [&mut discovered.files, &mut discovered.in_dialects] {
            let mut kept = Vec::new();
            for file in std::mem::take(files) {
                let stack = settings.of(file.location.parent().unwrap_or(&config.root))?;
                let named = config.paths.contains(&file.location) && !config.force_exclude;
                match stack.excluding(&file.location).filter(|_| !named) {
                    Some((pattern, place)) => excluded.push((file.path, pattern, place)),
                    None => {
                        stacks.push((file.location.clone(), stack));
                        kept.push(file);
                    }
                }
            }
            *files = kept;
        }
        rule::policy::check_names(&rule::all_infos(), stacks.iter().map(|(_, stack)| stack).chain([&root]), &config)?;
        discovered.notices.extend(idle_overrides(&stacks, &config));
        Ok(Scope { config, discovered, excluded, stacks })
    }
}

/// Overrides that no file of the run matches, of configurations whose whole folder is analysed.
fn idle_overrides(stacks: &[(PathBuf, Stack)], config: &Config) -> Vec<Notice> {
    let mut layers: Vec<&Arc<Layer>> = stacks.iter().flat_map(|(_, stack)| &stack.layers).collect();
    layers.sort_by_key(|layer| Arc::as_ptr(layer));
    layers.dedup_by_key(|layer| Arc::as_ptr(layer));
    let mut notices = Vec::new();
    for layer in layers.into_iter().filter(|layer| config.paths.iter().any(|path| layer.folder.starts_with(path))) {
        let idle = |one: &&Override| !stacks.iter().any(|(file, _)| one.paths.matching(&layer.folder, file).is_some());
        notices.extend(layer.overrides.iter().filter(idle).map(|one| Notice {
            path: layer.name.clone(),
            line: one.line,
            kind: NoticeKind::Setting,
            message: "unused override: no file matches its `paths`".to_string(),
        }));
    }
    notices.sort();
    notices
}

/// The settings of the files that were extracted, in their order.
fn stacks_of(files: &[ProgramFile], stacks: Vec<(PathBuf, Stack)>) -> Vec<Stack> {
    let mut stacks: HashMap<PathBuf, Stack> = stacks.into_iter().collect();
    files.iter().map(|file| stacks.remove(&file.source.location).unwrap_or_default()).collect()
}

/// Files are what settings say they are, whatever their paths look like.
fn classify(files: &mut [ProgramFile], stacks: &[Stack]) {
    for (file, stack) in files.iter_mut().zip(stacks) {
        match stack.class_of(&file.source.location) {
            Some(Class::Production) => file.is_side_code = false,
            Some(Class::Tests) => file.is_side_code = true,
            Some(Class::Dependencies) | None => {}
        }
    }
}

/// The findings in files that are to be reported.
fn reported(found: Vec<Diagnostic>, files: &[SourceFile], stacks: &[Stack], config: &Config) -> Vec<Diagnostic> {
    let wanted = |diagnostic: &Diagnostic| {
        let at = diagnostic.primary.file.0 as usize;
        let location = &files[at].location;
        stacks[at].class_of(location) != Some(Class::Dependencies) && config.reports(location)
    };
    found.into_iter().filter(wanted).collect()
}
