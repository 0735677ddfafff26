//! What the tests of the languages share.

use super::{Language, Manifest};

/// Manifests with these paths and texts.
pub fn manifests(files: &[(&str, &str)]) -> Vec<Manifest> {
    files.iter().map(|(path, text)| Manifest { path: (*path).into(), text: (*text).into() }).collect()
}

/// What a file requires: folder, name, version and whether that is locked.
pub fn requirements_shown(language: &dyn Language, path: &str, text: &str) -> Vec<String> {
    let shown = |own: &crate::version::Requirement| {
        format!("{}{} {}{}", own.folder, own.name, own.version, if own.is_locked { " locked" } else { "" })
    };
    language.requirements(&manifests(&[(path, text)])).iter().map(shown).collect()
}
