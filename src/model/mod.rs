//! Models: what library calls cost, as data. `table.rs` is the form, `lookup.rs` answers questions.

pub mod hash;
pub mod lookup;
pub mod table;

use std::collections::BTreeMap;

use crate::config::{Config, SetupError};
use crate::lang;
use lookup::Models;

/// The folder of a project's own tables, below its root: `models/<language>/<library>.toml`.
const PROJECT_FOLDER: &str = "models";

/// A project's own tables for a language.
pub fn own_tables(config: &Config, language: &str) -> Result<Vec<table::ModelFile>, SetupError> {
    let folder = config.root.join(PROJECT_FOLDER).join(language);
    lookup::read_folder(&folder)
        .map(|files| files.into_iter().map(|(_, file)| file).collect())
        .map_err(|error| SetupError::new(error.to_string(), "see rules/models/README.md for the form"))
}

/// A project's own tables by their languages.
pub type OwnTables = BTreeMap<&'static str, Vec<table::ModelFile>>;

/// A project's own tables for all languages.
pub fn all_own_tables(config: &Config) -> Result<OwnTables, SetupError> {
    // Other folders named `models` hold code: only those of a language count.
    let languages = lang::all().iter().map(|language| language.profile().name).filter(|_| !config.isolated);
    languages.map(|language| Ok((language, own_tables(config, language)?))).collect()
}

/// The models of each language of [`lang::all`], with the project's own tables laid over them.
pub fn for_project(mut own: OwnTables) -> Vec<Models> {
    let models = lang::all().iter().map(|language| {
        let built_in = Models::built_in(language.profile().name, language.profile().separator);
        match own.remove(language.profile().name).filter(|files| !files.is_empty()) {
            Some(files) => built_in.with_overlay(files),
            None => built_in,
        }
    });
    models.collect()
}
