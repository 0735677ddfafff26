//! What a run works on: the files of the present state or of an earlier one, and the settings of each. Analyses nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::find::{Settings, Stack};
use crate::config::layer::{Class, Layer, Override};
use crate::config::{Config, SetupError};
use crate::diagnostic::{Notice, NoticeKind};
use crate::git::{Difference, Present, Repository, State};
use crate::project::Project;
use crate::source::{Replacement, SourceFile};
use crate::{discover, lang, rule};

/// Files, and what settings say of them.
pub struct Scope {
    /// With what configuration files say of the run.
    pub config: Config,
    /// Files and manifests.
    pub project: Project,
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
        let mut project = discover::source_files(&config, lang::all())?;
        if config.staged {
            let difference = difference(&project, &config, &State::Index, Present::Disk, true)?;
            project = discover::with_replacements(project, &difference.replacements, &config, lang::all());
        }
        project = discover::with_replacements(project, &config.texts, &config, lang::all());
        let mut scope = Scope::with_settings(project, config, &mut settings)?;
        let stacks = scope.stacks.iter().map(|(_, stack)| stack).chain([&root]);
        rule::policy::check_names(&rule::all_infos(), stacks, &scope.config)?;
        scope.project.notices.extend(idle_overrides(&scope.stacks, &scope.config));
        Ok(scope)
    }

    fn with_settings(mut project: Project, config: Config, settings: &mut Settings) -> Result<Scope, SetupError> {
        let mut stacks = Vec::new();
        let mut excluded = Vec::new();
        let named: BTreeSet<&PathBuf> = config.paths.iter().filter(|_| !config.force_exclude).collect();
        for files in [&mut project.files, &mut project.in_dialects] {
            let mut kept = Vec::new();
            for file in std::mem::take(files) {
                let stack = settings.of(file.location.parent().unwrap_or(&config.root))?;
                match stack.excluding(&file.location).filter(|_| !named.contains(&file.location)) {
                    Some((pattern, place)) => excluded.push((file.path, pattern, place)),
                    None => {
                        stacks.push((file.location.clone(), stack));
                        kept.push(file);
                    }
                }
            }
            *files = kept;
        }
        Ok(Scope { config, project, excluded, stacks })
    }

    /// What differs from the state that the present one is compared with, if it is.
    pub fn difference(&self) -> Result<Option<Difference>, SetupError> {
        let config = &self.config;
        if config.since.is_none() && !config.changed_files && !config.staged {
            return Ok(None);
        }
        let repository = repository(config)?;
        let older = match &config.since {
            Some(since) => repository.state(since)?,
            None => State::Commit(repository.last_commit()?),
        };
        let present = if config.staged { Present::Index } else { Present::Disk };
        let mut difference = difference(&self.project, config, &older, present, config.since.is_some())?;
        self.add_texts(&mut difference);
        Ok(Some(difference))
    }

    /// git knows what the disk has, and not the texts that stand for it: those are changes too.
    fn add_texts(&self, difference: &mut Difference) {
        let known: BTreeSet<PathBuf> = difference.replacements.iter().map(|one| one.location.clone()).collect();
        for text in self.config.texts.iter().filter(|text| !known.contains(&text.location)) {
            let location = text.location.clone();
            difference.changed.insert(location.clone());
            difference.replacements.push(Replacement { bytes: fs::read(&location).ok(), location });
        }
    }

    /// The same scope as it was before: present settings hold, so that a changed setting makes no finding new.
    pub fn before(&self, difference: &Difference) -> Result<Scope, SetupError> {
        let project = self.project.clone();
        let project = discover::with_replacements(project, &difference.replacements, &self.config, lang::all());
        Scope::with_settings(project, self.config.clone(), &mut Settings::new(&self.config)?)
    }

    /// Are findings in this file reported?
    pub fn reports(&self, file: &SourceFile, stack: &Stack, changed: Option<&BTreeSet<PathBuf>>) -> bool {
        stack.class_of(&file.location) != Some(Class::Dependencies)
            && self.config.reports(&file.location)
            && changed.is_none_or(|changed| changed.contains(&file.location))
    }
}

fn difference(
    project: &Project,
    config: &Config,
    older: &State,
    present: Present,
    with_texts: bool,
) -> Result<Difference, SetupError> {
    let files: Vec<PathBuf> = project.paths().map(|path| location(&config.root, path)).collect();
    let may_be_read = |path: &Path| with_texts && discover::may_be_read(path, config, lang::all());
    repository(config)?.difference(older, present, &files, may_be_read)
}

/// Where a path from the project root leads.
fn location(root: &Path, path: &str) -> PathBuf {
    let up = path.split('/').take_while(|part| *part == "..").count();
    let above = root.ancestors().nth(up).unwrap_or(root);
    path.split('/').skip(up).fold(above.to_path_buf(), |location, part| location.join(part))
}

/// The repository around all paths.
fn repository(config: &Config) -> Result<Repository, SetupError> {
    let mut folder = config.paths.first().unwrap_or(&config.root).as_path();
    while !(folder.is_dir() && config.paths.iter().all(|path| path.starts_with(folder))) {
        folder = folder.parent().ok_or_else(|| SetupError::new("the paths share no repository", "name fewer"))?;
    }
    Repository::around(folder)
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
