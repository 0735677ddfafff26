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

/// The texts of all comments, of which one speaks to laggard.
pub fn comments_of<'t>(language: &dyn Language, text: &'t str) -> Vec<&'t str> {
    assert_eq!(super::parse(language, text).tree.comments.len(), 1);
    language.comments(text).iter().map(|span| span.of(text)).collect()
}

/// A text with an error in it, of which the rest is there: these names among others.
pub fn assert_broken_but_for(language: &dyn Language, text: &str, names: &[&str]) {
    let broken = language.parse(text);
    assert!(!broken.errors.is_empty());
    for name in names {
        assert!(broken.tree.names.find(name).is_some(), "{name}");
    }
}
