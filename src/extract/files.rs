//! All files of a run: read, parse and extract each, in parallel. A failure costs its file only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::cache::{Cache, Key};
use crate::config::Config;
use crate::diagnostic::{Notice, NoticeKind};
use crate::facts::FileFacts;
use crate::generated::{Kind, kind};
use crate::lang;
use crate::program::ProgramFile;
use crate::project::Project;
use crate::source::{ReadError, SourceFile};

/// The facts of a file, or why there are none.
type Extraction = Result<FileFacts, (NoticeKind, String)>;

/// The facts of a run.
pub struct Extracted {
    /// All files, in the order in which they were found; those that could not be used have no facts.
    pub files: Vec<ProgramFile>,
    /// What could not be used, and what was left out of a file.
    pub notices: Vec<Notice>,
    /// How many files were analysed.
    pub analysed: usize,
    /// Their size in bytes.
    pub analysed_bytes: u64,
}

/// Facts of files that are known already, by where the files are.
pub type KnownFacts = FxHashMap<PathBuf, FileFacts>;

/// What was worked out before: facts by file, and facts by text.
pub struct Before<'b> {
    /// Of files that are the same as then.
    pub known: KnownFacts,
    /// From other runs.
    pub cache: &'b Cache,
}

/// Extracts the facts of all files, on the threads of the pool that it is called in. What was worked out before is taken
/// from there.
pub fn all(discovered: &Project, config: &Config, before: &mut Before) -> Extracted {
    let manifests = manifests_from_outermost(discovered);
    let modules = module_names(discovered, &manifests);
    collect(&discovered.files, modules, &renames(discovered, &manifests), extracted(&discovered.files, config, before))
}

fn manifests_from_outermost(discovered: &Project) -> Vec<lang::Manifest> {
    let manifests = discovered.manifests.iter();
    manifests
        .map(|manifest| lang::Manifest { path: discovered.from_outermost(&manifest.path), text: manifest.text.clone() })
        .collect()
}

/// Extracts the facts of the files in dialects, and puts them among the others.
pub fn with_dialects(
    mut extracted_before: Extracted,
    discovered: &Project,
    config: &Config,
    before: &mut Before,
) -> Extracted {
    let files = &discovered.in_dialects;
    let names = files.iter().map(|file| dialect_of(file).and_then(|own| own.file_name(&file.path)).unwrap_or(""));
    let names = names.map(str::to_owned).collect();
    let renames = renames(discovered, &manifests_from_outermost(discovered));
    let found = collect(files, names, &renames, extracted(files, config, before));
    extracted_before.files.extend(found.files);
    extracted_before.files.sort_by(|left, right| left.source.path.cmp(&right.source.path));
    let mut first_function = 0;
    for file in &mut extracted_before.files {
        file.first_function = first_function;
        first_function += file.facts.functions.len() as u32;
    }
    extracted_before.analysed += found.analysed;
    extracted_before.analysed_bytes += found.analysed_bytes;
    extracted_before
}

fn dialect_of(file: &SourceFile) -> Option<&'static dyn lang::Dialect> {
    lang::all()[file.language].profile().dialects.get(file.dialect?).copied()
}

/// The facts of each file, in the order of the files.
fn extracted(files: &[SourceFile], config: &Config, before: &mut Before) -> Vec<Extraction> {
    let known: Vec<Option<FileFacts>> = files.iter().map(|file| before.known.remove(&file.location)).collect();
    let cache = before.cache;
    // Large files first, so that no thread is left with one at the end.
    let mut order: Vec<usize> = (0..files.len()).filter(|at| known[*at].is_none()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(files[*at].size));
    let progress = config.progress.as_deref();
    progress.inspect(|progress| progress.expect(order.len()));
    let extract = |at: usize| {
        let result = file(&files[at], config, cache);
        progress.inspect(|progress| progress.advance());
        (at, result)
    };
    let mut results: Vec<(usize, Extraction)> = order.into_par_iter().map(extract).collect();
    results.extend(known.into_iter().enumerate().filter_map(|(at, facts)| Some((at, Ok(facts?)))));
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn collect(files: &[SourceFile], modules: Vec<String>, renames: &[Renames], results: Vec<Extraction>) -> Extracted {
    let nothing_renamed: Arc<[(String, String)]> = Arc::new([]);
    let mut extracted = Extracted { files: Vec::new(), notices: Vec::new(), analysed: 0, analysed_bytes: 0 };
    let mut first_function = 0;
    for ((source, module), result) in files.iter().zip(modules).zip(results) {
        let facts = match result {
            Ok(facts) => {
                extracted.analysed += 1;
                extracted.analysed_bytes += source.size;
                facts
            }
            Err((kind, message)) => {
                extracted.notices.push(Notice { path: source.path.clone(), line: 0, kind, message });
                FileFacts::default()
            }
        };
        for error in &facts.errors {
            let deep = error.message.starts_with("nesting");
            extracted.notices.push(Notice {
                path: source.path.clone(),
                line: facts.line(error.span.start),
                kind: if deep { NoticeKind::TooDeep } else { NoticeKind::SyntaxError },
                message: error.message.clone(),
            });
        }
        let language = lang::all()[source.language];
        let functions = facts.functions.len() as u32;
        extracted.files.push(ProgramFile {
            is_side_code: language.is_side_code(&source.path) || language.is_side_module(&module),
            source: source.clone(),
            facts,
            renames: language
                .packages_of(&module)
                .into_iter()
                .find_map(|package| renames[source.language].get(package))
                .unwrap_or(&nothing_renamed)
                .clone(),
            module,
            first_function,
        });
        first_function += functions;
    }
    extracted
}

/// The facts of one file, or why there are none.
fn file(source: &SourceFile, config: &Config, cache: &Cache) -> Extraction {
    let text = source.text().map_err(|error| match error {
        ReadError::Io(_) => (NoticeKind::Unreadable, error.to_string()),
        ReadError::NotUtf8(_) => (NoticeKind::NotUtf8, error.to_string()),
    })?;
    // It may have grown since it was found.
    if text.len() as u64 > config.max_file_size() {
        return Err((
            NoticeKind::TooLarge,
            format!("has {} bytes; the limit is {}", text.len(), config.max_file_size()),
        ));
    }
    let key = cache.keeps().then(|| key(source, &text));
    let facts = match key.and_then(|key| cache.get(key)) {
        Some(facts) => facts,
        None => {
            let facts = facts_of(source, &text)?;
            key.inspect(|key| cache.put(*key, &facts));
            facts
        }
    };
    facts.ok_or_else(|| (NoticeKind::Generated, "is generated or minified".into()))
}

/// What decides the facts of a file.
fn key(source: &SourceFile, text: &str) -> Key {
    let dialect = dialect_of(source).map_or("", |dialect| dialect.name());
    Key::of(&[lang::all()[source.language].profile().name.as_bytes(), dialect.as_bytes(), text.as_bytes()])
}

/// The facts of a text; `None` if a program wrote it.
fn facts_of(source: &SourceFile, text: &str) -> Result<Option<FileFacts>, (NoticeKind, String)> {
    if let Some(dialect) = dialect_of(source) {
        return confined(|| super::facts(text, dialect.parse(text))).map(Some);
    }
    let language = lang::all()[source.language];
    let facts = || confined(|| super::facts(text, lang::parse(language, text))).map(Some);
    match kind(text) {
        Kind::Written => facts(),
        // Nobody repairs it, but what it declares is what other files use.
        Kind::Generated => Ok(facts()?.filter(only_declares)),
        Kind::Minified => Ok(None),
    }
}

/// Is there no function in a file, and no loop?
fn only_declares(facts: &FileFacts) -> bool {
    facts.functions.len() == 1 && facts.loops.is_empty() && facts.errors.is_empty()
}

/// Runs the work on one file. A panic is a bug in laggard, and costs that file only.
fn confined(work: impl FnOnce() -> FileFacts) -> Extraction {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        (NoticeKind::Crash, format!("laggard failed on it: {}", said.unwrap_or("no reason given")))
    })
}

/// The module name of each file.
fn module_names(discovered: &Project, manifests: &[lang::Manifest]) -> Vec<String> {
    let mut names = vec![String::new(); discovered.files.len()];
    for (index, language) in lang::all().iter().enumerate() {
        let (own, paths) = paths_of(discovered, index);
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        for (at, name) in own.iter().zip(language.modules(&paths, manifests)) {
            names[*at] = name;
        }
    }
    names
}

/// The files of a language: their places among all, and their paths.
fn paths_of(discovered: &Project, language: usize) -> (Vec<usize>, Vec<String>) {
    let own: Vec<usize> = (0..discovered.files.len()).filter(|at| discovered.files[*at].language == language).collect();
    let paths = own.iter().map(|at| discovered.from_outermost(&discovered.files[*at].path)).collect();
    (own, paths)
}

/// Per package: the names that it has for others.
type Renames = FxHashMap<String, Arc<[(String, String)]>>;

/// What the packages of each language call others.
fn renames(discovered: &Project, manifests: &[lang::Manifest]) -> Vec<Renames> {
    let of_language = |(index, language): (usize, &&dyn lang::Language)| {
        let (_, paths) = paths_of(discovered, index);
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let mut all: FxHashMap<String, Vec<(String, String)>> = FxHashMap::default();
        for [package, name, other] in language.renames(&paths, manifests) {
            all.entry(package).or_default().push((name, other));
        }
        all.into_iter().map(|(package, names)| (package, names.into())).collect()
    };
    lang::all().iter().enumerate().map(of_language).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Parsed;

    #[test]
    fn a_panic_costs_its_file_only() {
        let parse = |text: &str| -> Parsed { text.chars().next().map(|_| Parsed::default()).expect("a text") };
        let texts = ["x", "", "y"];
        let results: Vec<_> =
            texts.par_iter().map(|text| confined(|| super::super::facts(text, parse(text)))).collect();
        assert!(results[0].is_ok() && results[2].is_ok());
        let (kind, message) = results[1].as_ref().expect_err("its parser panics");
        assert_eq!((*kind, message.as_str()), (NoticeKind::Crash, "laggard failed on it: a text"));
    }
}
