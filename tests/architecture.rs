//! The walls of the house: which module may use which, and which words stand nowhere but in `lang` and in data.
//!
//! Reads the source as tokens, without what is only compiled for tests. `ARCHITECTURE.md` has the same table in words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use laggard::lang;
use laggard::rule::builtin::PAGES;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// Top-level modules, and which others each may use. What is not here is forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    // Nouns, from the ground up.
    ("source", &[]),
    ("interner", &[]),
    ("qualified", &[]),
    ("syntax", &["interner", "source"]),
    ("types", &["interner", "source"]),
    ("generated", &[]),
    ("sql", &[]),
    ("version", &[]),
    ("effect", &[]),
    ("diagnostic", &["source"]),
    ("progress", &[]),
    ("config", &["diagnostic", "progress", "source"]),
    ("cache", &["config"]),
    ("facts", &["source", "sql", "syntax"]),
    ("program", &["diagnostic", "effect", "facts", "interner", "source", "sql", "types", "version"]),
    // What the verbs are told.
    ("lang", &["qualified", "source", "sql", "syntax", "version"]),
    ("model", &["config", "effect", "lang", "qualified", "version"]),
    ("rule", &["config", "diagnostic", "effect", "facts", "lang", "source", "sql", "version"]),
    ("project", &["diagnostic", "lang", "source", "version"]),
    ("outcome", &["diagnostic", "source"]),
    // Verbs: none uses another.
    ("discover", &["config", "diagnostic", "lang", "project", "source"]),
    (
        "extract",
        &[
            "cache",
            "config",
            "diagnostic",
            "facts",
            "generated",
            "lang",
            "program",
            "project",
            "qualified",
            "source",
            "sql",
            "syntax",
        ],
    ),
    (
        "link",
        &[
            "diagnostic",
            "effect",
            "facts",
            "interner",
            "lang",
            "model",
            "program",
            "qualified",
            "source",
            "sql",
            "syntax",
            "types",
            "version",
        ],
    ),
    (
        "evaluate",
        &[
            "config",
            "diagnostic",
            "effect",
            "facts",
            "lang",
            "model",
            "program",
            "rule",
            "source",
            "sql",
            "syntax",
            "types",
            "version",
        ],
    ),
    ("fix", &["diagnostic", "lang", "rule", "source", "syntax"]),
    ("report", &["diagnostic", "outcome", "rule", "source"]),
    ("baseline", &["config", "diagnostic", "source"]),
    ("compare", &["diagnostic", "source"]),
    ("git", &["config", "source"]),
    // The pipeline, and who calls it.
    ("scope", &["config", "diagnostic", "discover", "git", "lang", "project", "rule", "source"]),
    ("replay", &["cache", "config", "diagnostic", "evaluate", "extract", "facts", "model", "scope", "source"]),
    (
        "lib",
        &[
            "baseline",
            "cache",
            "compare",
            "config",
            "diagnostic",
            "evaluate",
            "extract",
            "fix",
            "git",
            "link",
            "model",
            "outcome",
            "program",
            "replay",
            "rule",
            "scope",
            "source",
        ],
    ),
    (
        "cli",
        &[
            "baseline",
            "cache",
            "config",
            "diagnostic",
            "discover",
            "evaluate",
            "fix",
            "lang",
            "lib",
            "model",
            "progress",
            "report",
            "rule",
            "scope",
            "source",
        ],
    ),
    ("main", &[]),
    ("bin", &[]),
];

/// Arrows that ought not to be, and what would remove each. The test fails when one of them is gone.
const DEVIATIONS: &[(&str, &str, &str)] = &[
    ("program", "model", "the form of a row (`model/table.rs`) is a noun"),
    ("program", "link", "evaluation asks questions of the resolver, which the program therefore holds"),
    ("evaluate", "link", "effects of a call are computed when asked for, not kept"),
];

/// A file of `src`, read.
struct SourceCode {
    /// From the package, with `/`.
    path: String,
    /// Its path among modules: `["link", "resolve"]`; empty for the root.
    module: Vec<String>,
    text: String,
    tokens: TokenStream,
}

impl SourceCode {
    /// The top-level module that it belongs to.
    fn owner(&self) -> &str {
        match self.path.as_str() {
            "src/main.rs" => "main",
            path if path.starts_with("src/bin/") => "bin",
            _ => self.module.first().map_or("lib", String::as_str),
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with this extension, as paths from the package, sorted.
fn files(folder: &str, extension: &str) -> Vec<(String, PathBuf)> {
    let entries = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().map(Result::unwrap);
    let paths =
        entries.map(|entry| entry.into_path()).filter(|path| path.extension().is_some_and(|own| own == extension));
    paths
        .map(|path| {
            let relative: Vec<String> =
                path.strip_prefix(root()).unwrap().iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            (relative.join("/"), path)
        })
        .collect()
}

/// The code of the engine; tests are left out.
fn source_code() -> Vec<SourceCode> {
    let mut code = Vec::new();
    for (path, location) in files("src", "rs") {
        if path.ends_with("/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(location).unwrap();
        let mut file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        file.items.retain(|item| !is_for_tests(item));
        let name = path.trim_start_matches("src/").trim_end_matches(".rs");
        let module = name.split('/').filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned).collect();
        code.push(SourceCode { module, text, tokens: file.into_token_stream(), path });
    }
    assert!(code.len() > 40, "the source is read");
    code
}

fn is_for_tests(item: &syn::Item) -> bool {
    let syn::Item::Mod(module) = item else { return false };
    module.attrs.iter().any(|attribute| attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]")
}

/// The top-level modules that paths in these tokens lead to.
fn used_modules(code: &SourceCode) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    collect_paths(&code.tokens.clone().into_iter().collect::<Vec<_>>(), &code.module, &mut used);
    used
}

/// Finds `crate::name`, `crate::{name, …}` and as many `super::` as lead to the root, in groups too.
fn collect_paths(tokens: &[TokenTree], module: &[String], used: &mut BTreeSet<String>) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                collect_paths(&group.stream().into_iter().collect::<Vec<_>>(), module, used);
            }
            TokenTree::Ident(ident) if ident == "crate" => add_first_names(&tokens[at + 1..], used),
            TokenTree::Ident(ident) if ident == "super" => {
                let rest = &tokens[at..];
                let ups = rest.chunks(3).take_while(|part| part[0].to_string() == "super").count();
                let continues = at >= 3 && tokens[at - 3].to_string() == "super";
                if ups == module.len() && !continues {
                    add_first_names(&rest[3 * ups - 2..], used);
                }
            }
            _ => {}
        }
    }
}

/// What follows `::`: a name, or a group of paths. An item of the root itself counts as `lib`.
fn add_first_names(after: &[TokenTree], used: &mut BTreeSet<String>) {
    let mut add = |name: String| {
        let is_module = root().join(format!("src/{name}.rs")).exists() || root().join(format!("src/{name}")).is_dir();
        used.insert(if is_module { name } else { "lib".to_owned() });
    };
    match after.get(2) {
        Some(TokenTree::Ident(name)) => add(name.to_string()),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let mut starts = true;
            for token in group.stream() {
                if let TokenTree::Ident(name) = &token
                    && starts
                {
                    add(name.to_string());
                }
                starts = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ',');
            }
        }
        _ => {}
    }
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut wrong = BTreeSet::new();
    let mut deviations: BTreeSet<(&str, &str)> = DEVIATIONS.iter().map(|(from, to, _)| (*from, *to)).collect();
    for code in source_code() {
        let owner = code.owner();
        let Some((_, allowed)) = ALLOWED.iter().find(|(module, _)| *module == owner) else {
            wrong.insert(format!("`{owner}` is not in the table"));
            continue;
        };
        for used in used_modules(&code) {
            if used == owner || allowed.contains(&used.as_str()) {
                continue;
            }
            match DEVIATIONS.iter().find(|(from, to, _)| *from == owner && *to == used) {
                Some((from, to, _)) => drop(deviations.remove(&(*from, *to))),
                None => drop(wrong.insert(format!("{}: `{owner}` uses `{used}`", code.path))),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(deviations.is_empty(), "gone, take them off the list: {deviations:?}");
}

#[test]
fn the_table_has_no_circles() {
    // Modules are listed from the ground up: an arrow leads to an earlier row.
    let place = |name: &str| ALLOWED.iter().position(|(module, _)| *module == name).expect("a row");
    for (module, allowed) in ALLOWED {
        for used in *allowed {
            assert!(place(used) < place(module), "`{module}` uses `{used}`, which is above it");
        }
    }
}

/// Finds words in names and in text.
#[derive(Default)]
struct Words {
    names: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Words {
    fn of(tokens: TokenStream) -> Words {
        let mut words = Words::default();
        words.add(tokens);
        words
    }

    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => drop(self.names.insert(ident.to_string())),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.texts.insert(text.value());
                    }
                }
                TokenTree::Group(group) if is_documentation(&group.stream()) => {}
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
    }
}

fn is_documentation(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().next().is_some_and(|first| first.to_string() == "doc")
}

/// The code that may name neither language nor library.
fn engine() -> Vec<SourceCode> {
    source_code().into_iter().filter(|code| !code.path.starts_with("src/lang/")).collect()
}

/// Languages whose names are words of English: in a sentence they name nothing.
const ENGLISH_WORDS: &[&str] = &["go"];

/// A language that stands in the strings of all others, and so is a noun of the engine as well: it has a module beside
/// `source` and `syntax`, and rules speak of its statements.
const SPOKEN_IN_ALL: &[&str] = &["sql"];

#[test]
fn nothing_above_lang_names_a_language() {
    let languages: BTreeSet<&str> = lang::all().iter().map(|language| language.profile().name).collect();
    let languages: BTreeSet<&str> = languages.into_iter().filter(|name| !SPOKEN_IN_ALL.contains(name)).collect();
    for code in engine() {
        let words = Words::of(code.tokens.clone());
        for word in words.names.iter().chain(&words.texts) {
            for part in word.to_lowercase().split(|character: char| !character.is_ascii_alphanumeric()) {
                let is_plain_english = word.contains(' ') && ENGLISH_WORDS.contains(&part);
                assert!(!languages.contains(part) || is_plain_english, "{}: `{word}` names a language", code.path);
            }
        }
    }
}

#[test]
fn nothing_in_the_engine_names_a_library_or_a_rule() {
    let libraries: BTreeSet<String> = files("rules/models", "toml")
        .into_iter()
        .map(|(path, _)| path.rsplit('/').next().unwrap().trim_end_matches(".toml").to_owned())
        .collect();
    let names_library = |text: &str| {
        // `library.name`, `library::name`.
        let (first, rest) = text.split_at(text.find(['.', ':']).unwrap_or(text.len()));
        let member = rest.trim_start_matches(['.', ':']);
        libraries.contains(first) && member.starts_with(|character: char| character.is_ascii_alphabetic())
    };
    let rules: BTreeSet<&str> = PAGES.iter().map(|(_, name, _)| *name).collect();
    for code in source_code() {
        let words = Words::of(code.tokens.clone());
        for text in &words.texts {
            let named = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
            let rule = named.into_iter().find(|word| rules.contains(word));
            assert!(rule.is_none(), "{}: {text:?} names a rule", code.path);
            let is_engine = !code.path.starts_with("src/lang/");
            assert!(!is_engine || !names_library(text), "{}: {text:?} names a library", code.path);
        }
    }
}

#[test]
fn only_a_language_knows_its_parser() {
    let parsers = [
        "syn",
        "proc_macro2",
        "tree_sitter",
        "tree_sitter_go",
        "tree_sitter_python",
        "tree_sitter_rust",
        "sqlparser",
        "oxc_allocator",
        "oxc_ast",
        "oxc_parser",
        "oxc_span",
    ];
    for code in source_code() {
        let words = Words::of(code.tokens.clone());
        for name in &words.names {
            let is_parser = parsers.contains(&name.as_str()) || name.starts_with("ruff_");
            let may = code.path.starts_with("src/lang/") || (name == "sqlparser" && code.owner() == "sql");
            assert!(!is_parser || may, "{}: knows `{name}`", code.path);
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for code in source_code() {
        assert!(code.text.starts_with("//! "), "{}: starts with `//!` and a sentence", code.path);
    }
}

/// `rules/<family>/<rule>.md`, and nothing else beside the models and the page on how to write a rule.
#[test]
fn every_rule_is_one_page_in_the_folder_of_its_family() {
    let mut names = BTreeSet::new();
    for (path, _) in files("rules", "md") {
        let parts: Vec<&str> = path.split('/').collect();
        match parts[1..] {
            ["README.md"] | ["models", "README.md"] => {}
            [family, page] if family != "models" => {
                let name = page.trim_end_matches(".md");
                assert!(names.insert(name.to_owned()), "{path}: the name is taken");
                assert!(
                    PAGES.iter().any(|(own_family, own_name, _)| (*own_family, *own_name) == (family, name)),
                    "{path}: is not in the program"
                );
                for word in [family, name] {
                    let is_kebab = word.split('-').all(|part| {
                        !part.is_empty() && part.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit())
                    });
                    assert!(is_kebab, "{path}: `{word}` is lower case with dashes");
                }
            }
            _ => panic!("{path}: a page is `rules/<family>/<rule>.md`"),
        }
    }
    assert_eq!(names.len(), PAGES.len());
    let listed: BTreeSet<String> = laggard::rule::all_infos().into_iter().map(|info| info.name).collect();
    assert_eq!(names, listed, "the program lists rules under the names of their pages");
}
