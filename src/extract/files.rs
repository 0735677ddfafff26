//! All files of a run: read, parse and extract each, in parallel. A failure costs its file only.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cache::{Cache, Key};
use crate::config::Config;
use crate::config::layer::Class;
use crate::diagnostic::{Notice, NoticeKind};
use crate::facts::FileFacts;
use crate::generated::{Kind, kind};
use crate::lang;
use crate::program::ProgramFile;
use crate::project::Project;
use crate::qualified::with_owners;
use crate::source::{ReadError, SourceFile};

/// The facts of a file, or why there are none.
type Extraction = Result<FileFacts, (NoticeKind, String)>;

/// The key of the text that was read, if anything is kept, and what came of it.
type Read = (Option<Key>, Extraction);

/// The facts of a run.
#[derive(Default)]
pub struct Extracted {
    /// All files, in the order in which they were found; those that could not be used have no facts.
    pub files: Vec<ProgramFile>,
    /// What could not be used, and what was left out of a file.
    pub notices: Vec<Notice>,
    /// How many files were analysed.
    pub analysed: usize,
    /// Their size in bytes.
    pub analysed_bytes: u64,
    /// The keys of the texts that were read, by where they are; none if nothing is kept.
    pub texts: Vec<(PathBuf, Key)>,
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

/// Which files matter.
pub struct Wanted<'w> {
    /// What a file is, whatever its path looks like.
    pub class_of: &'w dyn Fn(&SourceFile) -> Option<Class>,
    /// May something be reported in a file?
    pub reports_in: &'w dyn Fn(&ProgramFile) -> bool,
}

/// Extracts the facts of the files in which something may be reported and of those that they import, on the threads of
/// the pool that it is called in. What was worked out before is taken from there.
pub fn all(discovered: &Project, config: &Config, wanted: &Wanted, before: &mut Before) -> Extracted {
    let manifests = manifests_from_outermost(discovered);
    let modules = module_names(discovered, &manifests);
    let files = outlines(&discovered.files, modules, &renames(discovered, &manifests), wanted);
    let holds_schema = |file: &ProgramFile| lang::all()[file.source.language].holds_schema(&file.source.path);
    let is_read = |at: &usize| (wanted.reports_in)(&files[*at]) || holds_schema(&files[*at]);
    let mut next: Vec<usize> = (0..files.len()).filter(is_read).collect();
    let mut unimported = Unimported::new(&files, wanted.reports_in);
    let mut extracted = Extracted { files, ..Extracted::default() };
    while !next.is_empty() {
        extract(&mut extracted, &next, config, before);
        next.iter().for_each(|at| mark_migration(&mut extracted.files[*at], wanted));
        let imported: Vec<usize> = next.iter().flat_map(|at| unimported.imported_by(&extracted.files[*at])).collect();
        next.clear();
        for at in imported {
            extracted.files[at].is_imported = true;
            if !extracted.files[at].is_read {
                next.push(at);
            }
        }
        next.sort_unstable();
    }
    number_functions(&mut extracted.files);
    extracted
}

/// What the text of a file tells, its path need not.
fn mark_migration(file: &mut ProgramFile, wanted: &Wanted) {
    if file.facts.is_migration {
        file.is_migration = true;
        file.is_side_code |= (wanted.class_of)(&file.source) != Some(Class::Production);
    }
}

/// Files of which it matters whether a file that is read imports them, by their modules, for each language: those in which
/// nothing is reported, as they are read if so, and those that may be scripts, as they are none if so.
struct Unimported(Vec<FxHashMap<String, Vec<usize>>>);

impl Unimported {
    fn new(files: &[ProgramFile], is_read: impl Fn(&ProgramFile) -> bool) -> Unimported {
        let shares = |file: &ProgramFile| lang::all()[file.source.language].profile().modules_span_files;
        let read: Vec<bool> = files.iter().map(is_read).collect();
        // Where files share a module, its tests are the files of which nothing is reported.
        let of_read: FxHashSet<(usize, &str)> = files
            .iter()
            .zip(&read)
            .filter(|(file, is_read)| **is_read && shares(file))
            .map(|(file, _)| (file.source.language, file.module.as_str()))
            .collect();
        let mut by_module: Vec<FxHashMap<String, Vec<usize>>> = vec![FxHashMap::default(); lang::all().len()];
        for (at, file) in files.iter().enumerate() {
            let language = file.source.language;
            let is_unread = !read[at] && !of_read.contains(&(language, file.module.as_str()));
            if is_unread || lang::all()[language].names_script(&file.source.path) {
                by_module[language].entry(file.module.clone()).or_default().push(at);
            }
        }
        Unimported(by_module)
    }

    /// Takes out the files whose modules a file imports, in whole or a part of them.
    fn imported_by(&mut self, file: &ProgramFile) -> Vec<usize> {
        let by_module = &mut self.0[file.source.language];
        if by_module.is_empty() {
            return Vec::new();
        }
        let language = lang::all()[file.source.language];
        let separator = language.profile().separator;
        let mut names = Vec::new();
        let mut found = Vec::new();
        for import in &file.facts.imports {
            names.clear();
            names.extend(import.path.iter().map(|name| file.facts.text(*name)));
            let path = language.absolute(&file.module, file.is_package, import.level, &names);
            let path = language.renamed(&path, &file.renames).unwrap_or(path);
            for module in with_owners(&path, separator) {
                if let Some(files) = by_module.remove(module) {
                    found.extend(files);
                }
            }
        }
        found
    }
}

fn manifests_from_outermost(discovered: &Project) -> Vec<lang::Manifest> {
    let manifests = discovered.manifests.iter();
    manifests
        .map(|manifest| lang::Manifest { path: discovered.from_outermost(&manifest.path), text: manifest.text.clone() })
        .collect()
}

/// Extracts the facts of the files in dialects that are a part of the program, and puts them among the others.
pub fn with_dialects(
    mut extracted: Extracted,
    discovered: &Project,
    config: &Config,
    wanted: &Wanted,
    before: &mut Before,
    fills_templates: bool,
) -> Extracted {
    let is_part = |file: &&SourceFile| fills_templates || dialect_of(file).is_some_and(|own| own.is_read_always());
    let files: Vec<SourceFile> = discovered.in_dialects.iter().filter(is_part).cloned().collect();
    if files.is_empty() {
        return extracted;
    }
    let names = files.iter().map(|file| dialect_of(file).and_then(|own| own.file_name(&file.path)).unwrap_or(""));
    let names = names.map(str::to_owned).collect();
    let renames = renames(discovered, &manifests_from_outermost(discovered));
    let first = extracted.files.len();
    extracted.files.extend(outlines(&files, names, &renames, wanted));
    let added: Vec<usize> = (first..extracted.files.len()).collect();
    extract(&mut extracted, &added, config, before);
    extracted.files.sort_by(|left, right| left.source.path.cmp(&right.source.path));
    number_functions(&mut extracted.files);
    extracted
}

fn number_functions(files: &mut [ProgramFile]) {
    let mut first_function = 0;
    for file in files {
        file.first_function = first_function;
        first_function += file.facts.functions.len() as u32;
    }
}

fn dialect_of(file: &SourceFile) -> Option<&'static dyn lang::Dialect> {
    lang::all()[file.language].profile().dialects.get(file.dialect?).copied()
}

/// Extracts the facts of these files.
fn extract(extracted: &mut Extracted, wanted: &[usize], config: &Config, before: &mut Before) {
    let files = &extracted.files;
    let taken = wanted.iter().filter_map(|at| Some((*at, before.known.remove(&files[*at].source.location)?)));
    let mut results: Vec<(usize, Read)> = taken.map(|(at, facts)| (at, (None, Ok(facts)))).collect();
    let known: FxHashSet<usize> = results.iter().map(|(at, _)| *at).collect();
    let cache = before.cache;
    // Large files first, so that no thread is left with one at the end; and one by one: a share of the first of them would be
    // most of the work.
    let mut order: Vec<usize> = wanted.iter().copied().filter(|at| !known.contains(at)).collect();
    order.sort_by_key(|at| std::cmp::Reverse(files[*at].source.size));
    let progress = config.progress.as_deref();
    progress.inspect(|progress| progress.expect(order.len()));
    let extract = |at: usize| {
        let result = file(&files[at].source, config, cache);
        progress.inspect(|progress| progress.advance());
        (at, result)
    };
    results.par_extend(order.into_par_iter().with_max_len(1).map(extract));
    results.sort_unstable_by_key(|(at, _)| *at);
    for (at, (text, result)) in results {
        extracted.texts.extend(text.map(|text| (extracted.files[at].source.location.clone(), text)));
        extracted.take(at, result);
    }
}

impl Extracted {
    /// Takes in what became of a file.
    fn take(&mut self, at: usize, result: Extraction) {
        let file = &mut self.files[at];
        file.is_read = true;
        let path = &file.source.path;
        match result {
            Ok(facts) if facts.is_generated && !only_declares(&facts) => {
                file.facts = facts;
                let message = "is generated: it is read, and nothing is reported in it".into();
                self.notices.push(Notice { path: path.clone(), line: 0, kind: NoticeKind::Generated, message });
            }
            Ok(facts) => {
                self.analysed += 1;
                self.analysed_bytes += file.source.size;
                file.facts = facts;
            }
            Err((kind, message)) => self.notices.push(Notice { path: path.clone(), line: 0, kind, message }),
        }
        for error in &file.facts.errors {
            let deep = error.message.starts_with("nesting");
            self.notices.push(Notice {
                path: path.clone(),
                line: file.facts.line(error.span.start),
                kind: if deep { NoticeKind::TooDeep } else { NoticeKind::SyntaxError },
                message: error.message.clone(),
            });
        }
    }
}

/// The files before they are read.
fn outlines(files: &[SourceFile], modules: Vec<String>, renames: &[Renames], wanted: &Wanted) -> Vec<ProgramFile> {
    let nothing_renamed: Arc<[(String, String)]> = Arc::new([]);
    let outline = |(source, module): (&SourceFile, String)| {
        let language = lang::all()[source.language];
        let own = language.packages_of(&module).into_iter().find_map(|package| renames[source.language].get(package));
        ProgramFile {
            is_script: false,
            is_imported: false,
            is_package: language.is_package(&source.path),
            is_migration: language.is_migration(&source.path),
            is_side_code: match (wanted.class_of)(source) {
                Some(Class::Production) => false,
                Some(Class::Tests) => true,
                Some(Class::Dependencies) | None => {
                    language.is_side_code(&source.path) || language.is_side_module(&module)
                }
            },
            source: source.clone(),
            renames: own.unwrap_or(&nothing_renamed).clone(),
            module,
            is_read: false,
            facts: FileFacts::default(),
            first_function: 0,
        }
    };
    files.iter().zip(modules).map(outline).collect()
}

/// The facts of one file, or why there are none.
fn file(source: &SourceFile, config: &Config, cache: &Cache) -> Read {
    let text = source.text();
    let key = cache.keeps().then(|| key(source, &text));
    (key, read_facts(source, text, key, config, cache))
}

fn read_facts(
    source: &SourceFile,
    text: Result<Cow<str>, ReadError>,
    key: Option<Key>,
    config: &Config,
    cache: &Cache,
) -> Extraction {
    let text = text.map_err(|error| match error {
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
    let facts = match key.and_then(|key| cache.get(key)) {
        Some(facts) => facts,
        None => {
            let facts = facts_of(source, &text)?;
            key.inspect(|key| cache.put(*key, &facts));
            facts
        }
    };
    facts.ok_or_else(|| (NoticeKind::Generated, "is minified, or generated and not to be read".into()))
}

/// Are these the texts of these files still?
pub fn are_same<'s>(files: impl IntoParallelIterator<Item = (&'s SourceFile, Key)>) -> bool {
    files.into_par_iter().all(|(source, text)| key(source, &source.text()) == text)
}

/// What decides the facts of a file: its text, or why there is none.
fn key(source: &SourceFile, text: &Result<Cow<str>, ReadError>) -> Key {
    let name = lang::all()[source.language].profile().name.as_bytes();
    let dialect = dialect_of(source).map_or("", |dialect| dialect.name()).as_bytes();
    match text {
        Ok(text) => Key::of(&[name, dialect, text.as_bytes()]),
        Err(error) => Key::of(&[name, dialect, b"", error.to_string().as_bytes()]),
    }
}

/// The facts of a text; `None` if a program wrote it that nobody can read.
fn facts_of(source: &SourceFile, text: &str) -> Result<Option<FileFacts>, (NoticeKind, String)> {
    if let Some(dialect) = dialect_of(source) {
        return confined(|| super::facts(text, dialect.parse(text))).map(Some);
    }
    let language = lang::all()[source.language];
    let facts = || confined(|| super::facts(text, lang::parse(language, text))).map(Some);
    match kind(text) {
        Kind::Written => facts(),
        Kind::Generated => Ok(facts()?.filter(|facts| facts.errors.is_empty()).map(as_generated)),
        Kind::Minified => Ok(None),
    }
}

/// What a program wrote nobody repairs, but it is what other files use.
fn as_generated(facts: FileFacts) -> FileFacts {
    FileFacts { is_generated: true, suppressions: Vec::new(), ..facts }
}

/// Is there no function in a file, and no loop? Nothing could be reported in it anyway.
fn only_declares(facts: &FileFacts) -> bool {
    facts.functions.len() == 1 && facts.loops.is_empty()
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
