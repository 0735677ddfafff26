//! A project in which some files hold something else than the disk says: an earlier revision, the index of git, the text
//! of an editor. Knows nothing of where it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Discovery, Found, MAX_MANIFEST_SIZE, MAX_REQUIREMENTS_SIZE, collect, is_foreign_folder};
use crate::config::Config;
use crate::diagnostic::NoticeKind;
use crate::lang::{Language, Manifest};
use crate::project::Project;
use crate::source::{self, Replacement, SourceFile};

/// The project with replacements. A file that is only there by its replacement is found as it would be on the disk; one
/// that is on the disk and was left out stays left out.
pub fn with_replacements(
    project: Project,
    replacements: &[Replacement],
    config: &Config,
    languages: &[&dyn Language],
) -> Project {
    if replacements.is_empty() {
        return project;
    }
    let discovery = Discovery { config, languages };
    let relative = |replacement: &Replacement| discovery.relative(&replacement.location);
    let mut replaced: BTreeMap<String, &Replacement> = replacements.iter().map(|one| (relative(one), one)).collect();
    let had: BTreeSet<String> = project.paths().map(str::to_owned).collect();
    let mut found = kept(project, |path| !replaced.contains_key(path));
    replaced.retain(|path, one| had.contains(path) || discovery.would_find(&one.location));
    for replacement in replaced.values() {
        if let Some(bytes) = &replacement.bytes {
            found.extend(discovery.claim_bytes(&replacement.location, bytes));
        }
    }
    collect(found, &config.root)
}

/// Could the file be of use to the analysis, by its name? Saves reading the others.
pub fn may_be_read(path: &Path, config: &Config, languages: &[&dyn Language]) -> bool {
    let discovery = Discovery { config, languages };
    let by_extension = match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => discovery.language_of_extension(extension).is_some(),
        None => true,
    };
    let by_name = discovery.is_manifest(path) || discovery.names_requirements(path);
    by_extension || by_name || discovery.dialect(&discovery.relative(path)).is_some()
}

fn kept(project: Project, keep: impl Fn(&str) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(project.files.into_iter().filter(|file| keep(&file.path)).map(Found::Source));
    found.extend(project.in_dialects.into_iter().filter(|file| keep(&file.path)).map(Found::InDialect));
    found.extend(project.manifests.into_iter().filter(|file| keep(&file.path)).map(Found::Manifest));
    found.extend(project.requirement_files.into_iter().filter(|file| keep(&file.path)).map(Found::Requirements));
    found.extend(project.notices.into_iter().filter(|notice| keep(&notice.path)).map(Found::Notice));
    found
}

impl Discovery<'_> {
    /// Would a walk find the file, if it were on the disk? Ignore files are not asked.
    fn would_find(&self, path: &Path) -> bool {
        if self.config.texts.iter().any(|text| text.location == path) || self.config.paths.iter().any(|own| own == path)
        {
            return true;
        }
        let is_above = |folder: &Path| self.config.paths.iter().any(|own| own.starts_with(folder));
        let about_all_below = self.is_manifest(path) || self.names_requirements(path);
        let below = self.config.paths.iter().find_map(|own| path.strip_prefix(own).ok().map(|rest| (own, rest)));
        !path.exists()
            && match below {
                Some((own, rest)) => is_visible(rest) && !is_in_foreign_folder(own, rest),
                None => about_all_below && path.parent().is_some_and(is_above),
            }
    }

    /// All that a file of this name with these bytes is to the project.
    fn claim_bytes(&self, path: &Path, bytes: &[u8]) -> Vec<Found> {
        let size = bytes.len() as u64;
        let text = match source::decoded(bytes.to_vec()) {
            Ok(text) => text,
            Err(error) => return vec![self.notice(path, NoticeKind::NotUtf8, error.to_string())],
        };
        let mut found = Vec::new();
        let manifest = || Manifest { path: self.relative(path), text: text.clone() };
        if self.is_manifest(path) && size <= MAX_MANIFEST_SIZE {
            found.push(Found::Manifest(manifest()));
        }
        if self.names_requirements(path) && size <= MAX_REQUIREMENTS_SIZE {
            found.push(Found::Requirements(manifest()));
        }
        let language = match path.extension() {
            Some(extension) => extension.to_str().and_then(|extension| self.language_of_extension(extension)),
            None => self.language_of_start(bytes),
        };
        let claimed = match language {
            Some(language) => self.claim_as(language, path, Some(size)),
            None => self.claim_for_dialect(path, Some(size)),
        };
        let with_text = |file: SourceFile| SourceFile { text: Some(text.as_str().into()), ..file };
        found.extend(claimed.map(|claimed| match claimed {
            Found::Source(file) => Found::Source(with_text(file)),
            Found::InDialect(file) => Found::InDialect(with_text(file)),
            other => other,
        }));
        found
    }
}

/// Is no part of the path hidden?
fn is_visible(path: &Path) -> bool {
    !path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

fn is_in_foreign_folder(above: &Path, path: &Path) -> bool {
    path.ancestors().skip(1).any(|folder| !folder.as_os_str().is_empty() && is_foreign_folder(&above.join(folder)))
}
