//! The model tables: their form, and what look-up makes of them.

use std::fs;

use laggard::effect::{Effect, EffectSet};
use laggard::model::lookup::{FolderError, Models, read_folder};
use laggard::model::table::{Argument, Color, ModelFile, RelationKind, Row, RowKind, Table, TypeRow, type_names};

fn go() -> Models {
    Models::built_in("go", ".")
}

fn java() -> Models {
    Models::built_in("java", ".")
}

fn python() -> Models {
    Models::built_in("python", ".")
}

fn rust() -> Models {
    Models::built_in("rust", "::")
}

fn javascript() -> Models {
    Models::built_in("javascript", ".")
}

fn zig() -> Models {
    Models::built_in("zig", ".")
}

fn sql() -> Models {
    Models::built_in("sql", ".")
}

fn overlay(text: &str) -> ModelFile {
    ModelFile::parse(text).expect("a good model file")
}

#[test]
fn built_in_rows_are_found_by_path() {
    let models = python();
    let row = models.row("time.sleep").expect("in the table");
    assert_eq!(row.effects, EffectSet::of(&[Effect::Blocking, Effect::Sleep]));
    assert_eq!(models.row("time.sleepless"), None);
    assert_eq!(models.row(""), None);
    assert!(rust().row("std::thread::sleep").is_some());
    assert!(Models::built_in("cobol", ".").row("time.sleep").is_none());
}

#[test]
fn every_built_in_row_is_found() {
    for models in [go(), java(), javascript(), python(), rust(), sql(), zig()] {
        for row in models.rows() {
            assert_eq!(models.row(&row.path), Some(row));
        }
    }
}

#[test]
fn aliases_apply_to_paths_and_prefixes() {
    assert_eq!(python().canonical("_io.TextIOWrapper.read"), "io.TextIOWrapper.read");
    assert_eq!(python().canonical("_iox.TextIOWrapper"), "_iox.TextIOWrapper");
    assert_eq!(rust().canonical("core::option::Option"), "std::option::Option");
    assert_eq!(rust().canonical("futures_util::StreamExt::next"), "futures::stream::StreamExt::next");
}

#[test]
fn alias_cycles_end() {
    let models = python().with_overlay([overlay(
        r#"
        [aliases]
        "a" = "b"
        "b" = "a"
        "c" = "c.d"
        "e" = "e"
        "#,
    )]);
    models.canonical("a.x");
    models.canonical("c");
    assert_eq!(models.canonical("e.x"), "e.x");
}

#[test]
fn members_are_inherited() {
    let models = python();
    let (row, hops) = models.member("pathlib.PosixPath", "read_text").expect("inherited from Path");
    assert_eq!((row.path.as_ref(), hops), ("pathlib.Path.read_text", 1));
    let models = rust();
    let (row, hops) = models.member("std::path::PathBuf", "exists").expect("of what it dereferences to");
    assert_eq!((row.path.as_ref(), hops), ("std::path::Path::exists", 1));
    assert_eq!(models.derefs("std::sync::Arc"), Some("T"));
    assert_eq!(models.member("std::sync::Arc", "exists"), None);
    assert!(models.is_subtype("std::fs::File", "std::io::Read"));
    assert!(!models.is_subtype("std::path::PathBuf", "std::path::Path"));
}

#[test]
fn inheritance_cycles_end() {
    let models = python().with_overlay([overlay(
        r#"
        [types."a.A"]
        supertypes = ["a.B"]
        derefs = "a.A"
        [types."a.B"]
        supertypes = ["a.A", "a.B"]
        "#,
    )]);
    assert_eq!(models.member("a.A", "x"), None);
    assert!(models.is_subtype("a.A", "a.B") && models.is_subtype("a.B", "a.A"));
}

#[test]
fn an_overlay_replaces_rows_and_adds_patterns() {
    let models = python().with_overlay([
        overlay(r#"calls."time.sleep" = { kind = "function", effects = ["pure"], source = "ours" }"#),
        overlay(
            r#"
            [calls]
            "shop.*.find_*" = { kind = "method", effects = ["db-query"], source = "ours" }
            "shop.Cart.price" = { kind = "method", effects = ["cpu-heavy"], source = "ours", repeats = [1, "by"] }
            "#,
        ),
    ]);
    assert_eq!(models.row("time.sleep").map(|row| row.source.as_ref()), Some("ours"));
    assert_eq!(models.row("shop.Order.find_all").map(|row| row.path.as_ref()), Some("shop.*.find_*"));
    assert_eq!(models.member("shop.Order", "find_one").map(|(row, _)| row.path.as_ref()), Some("shop.*.find_*"));
    assert_eq!(models.row("shop.Order.Line.find_all"), None);
    let repeats = models.row("shop.Cart.price").and_then(|row| row.repeats.clone());
    assert_eq!(repeats, Some(Argument::Either(1, "by".into())));
    assert!(models.is_type("shop.Cart") && models.row("time.time").is_some());
}

#[test]
fn types_are_told_from_modules() {
    let models = python();
    for name in ["builtins.list", "pathlib.Path", "requests.Response", "dbapi.Cursor", "asyncio.Future"] {
        assert!(models.is_type(name), "{name}");
    }
    for name in ["time", "os", "os.path", "requests", "requests.get", "nonsense.Thing", ""] {
        assert!(!models.is_type(name), "{name}");
    }
    assert!(rust().is_type("std::vec::Vec") && rust().is_type("std::str"));
    assert!(!rust().is_type("std::fs") && !rust().is_type("std"));
}

#[test]
fn only_telling_names_stand_for_unknown_receivers() {
    let models = python();
    let row = models.unique_member("prefetch_related", |_| true).expect("all who have it agree");
    assert!(row.effects.has(Effect::Prefetches));
    for name in ["get", "first", "save", "append", "bulk_create", "no_such_member", "__iter__"] {
        assert_eq!(models.unique_member(name, |_| true), None, "{name}");
    }
}

#[test]
fn mistakes_are_told_with_their_line() {
    let wrong = [
        (r#""a.b" = { kind = "function", effects = ["blokcing"], source = "x" }"#, "`blokcing` is not an effect"),
        (r#""a.b" = { kind = "function", effects = ["pure", "locks"], source = "x" }"#, "`pure` stands alone"),
        (r#""a.b" = { kind = "function", effects = [], source = "x" }"#, "no effects"),
        (r#""a.b" = { kind = "thing", effects = ["pure"], source = "x" }"#, "unknown variant `thing`"),
        (r#""a.b" = { kind = "function", effects = ["pure"] }"#, "missing field `source`"),
        (r#""a.b" = { kind = "function", effects = ["pure"], source = "x", speed = 1 }"#, "unknown field `speed`"),
        (r#""a.b" = { kind = "function", effects = ["pure"], source = "x", repeats = 1.5 }"#, "expected a position"),
    ];
    for (row, reason) in wrong {
        let error = ModelFile::parse(&format!("[calls]\n{row}\n")).expect_err(row);
        assert_eq!((error.line, error.row.as_str()), (2, "\"a.b\""), "{error}");
        assert!(error.message.contains(reason), "{error}");
    }
}

#[test]
fn a_folder_gives_its_files_with_their_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = r#"calls."a.b" = { kind = "function", effects = ["pure"], source = "x" }"#;
    fs::create_dir(folder.path().join("python")).expect("a folder");
    fs::write(folder.path().join("python/a.toml"), good).expect("a file");
    fs::write(folder.path().join("all.toml"), "").expect("a file");
    fs::write(folder.path().join("README.md"), "no table").expect("a file");
    let files = read_folder(folder.path()).expect("good files");
    let languages: Vec<Option<&str>> = files.iter().map(|(language, _)| language.as_deref()).collect();
    assert_eq!(languages, [None, Some("python")]);

    fs::write(folder.path().join("bad.toml"), "\n[calls]\n\"a\" = 1\n").expect("a file");
    let error = read_folder(folder.path()).expect_err("a bad file");
    assert!(matches!(&error, FolderError::Form { error, .. } if error.line == 3), "{error}");
    assert!(error.to_string().contains("bad.toml: line 3"), "{error}");
    assert!(read_folder(&folder.path().join("none")).expect("nothing to read").is_empty());
}

/// All built-in files of a language, by path.
fn files(language: &str) -> Vec<(String, ModelFile)> {
    let folder = format!("{}/rules/models/{language}", env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.collect();
    paths.sort();
    let parse = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).expect("text");
        let file = ModelFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_name().expect("a name").to_string_lossy().into_owned(), file)
    };
    paths.iter().map(parse).collect()
}

fn languages() -> [(&'static str, Models); 6] {
    [
        ("go", go()),
        ("java", java()),
        ("javascript", javascript()),
        ("python", python()),
        ("rust", rust()),
        ("zig", zig()),
    ]
}

#[test]
fn every_fact_has_one_place_and_its_file_is_sorted() {
    for (language, models) in languages() {
        let mut count = 0;
        for (name, file) in files(language) {
            count += file.calls.keys().filter(|path| !path.contains('*')).count();
            let path = format!("{}/rules/models/{language}/{name}", env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(path).expect("text");
            let rows = text.lines().filter(|line| line.starts_with('"') && line.contains(" = { kind"));
            let keys: Vec<&str> = rows.filter_map(|line| line.split('"').nth(1)).collect();
            let mut sorted = keys.clone();
            sorted.sort();
            assert_eq!(keys, sorted, "{language}/{name}");
        }
        assert_eq!(count, models.rows().len(), "{language}: paths are unique across files");
    }
}

#[test]
fn every_row_says_where_it_comes_from_and_fits_its_kind() {
    for (language, models) in languages() {
        for row in models.rows() {
            assert!(!row.source.trim().is_empty(), "{language}: {} has no source", row.path);
            assert_eq!(row.path.ends_with('!'), row.kind == RowKind::Macro && language == "rust", "{}", row.path);
            assert!(!row.path.contains(char::is_whitespace), "{}", row.path);
        }
    }
}

/// Reads one type text; gives what is left.
fn type_text(text: &str) -> Result<&str, String> {
    let is_name = |c: char| c.is_alphanumeric() || "_.:?@/-".contains(c);
    let rest = match text.strip_prefix('(') {
        Some(rest) => return list(rest, ')'),
        None => text.trim_start_matches(is_name),
    };
    if rest.len() == text.len() {
        return Err(format!("a type is missing at `{text}`"));
    }
    match rest.strip_prefix('<') {
        Some(rest) => list(rest, '>'),
        None => Ok(rest),
    }
}

fn list(text: &str, end: char) -> Result<&str, String> {
    let rest = type_text(text)?;
    match rest.strip_prefix(", ") {
        Some(rest) => list(rest, end),
        None => rest.strip_prefix(end).ok_or(format!("`{end}` is missing at `{rest}`")),
    }
}

/// Names that are neither qualified, nor placeholders, nor primitive types.
fn strangers<'t>(models: &Models, text: &'t str) -> Vec<&'t str> {
    const KNOWN: &str = " Self T U item closure arg0 arg1 item0 item1 awaited awaited0 value0 self.model related.model super shown.model owner.model arg0.model arg1.model named.class arg0.text declared extended ? \
        bool u8 u16 u32 u64 usize i32 i64 f64 ";
    let names = text.split(['<', '>', '(', ')', ',', ' ']).filter(|name| !name.is_empty());
    let is_known = |name: &&str| KNOWN.contains(&format!(" {name} ")) || models.is_type(name);
    names.filter(|name| type_names(name).next().is_none() && !is_known(name)).collect()
}

/// All type texts of a language, with the place where they stand.
fn type_texts(language: &str, models: &Models) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut add = |place: &str, text: &str| {
        if !text.is_empty() {
            texts.push((place.to_owned(), text.to_owned()));
        }
    };
    for row in models.rows() {
        add(&row.path, &row.returns);
        add(&row.path, &row.gives);
    }
    for (_, file) in files(language) {
        for (name, TypeRow { element, supertypes, derefs, .. }) in &file.types {
            add(name, element);
            add(name, derefs);
            supertypes.iter().for_each(|supertype| add(name, supertype));
        }
    }
    texts
}

#[test]
fn type_texts_follow_their_grammar() {
    for (language, models) in languages() {
        for (place, text) in type_texts(language, &models) {
            assert_eq!(type_text(&text), Ok(""), "{place}: `{text}`");
            assert_eq!(strangers(&models, &text), [""; 0], "{place}: `{text}`");
        }
    }
}

#[test]
fn types_are_written_with_their_canonical_name() {
    for (language, models) in languages() {
        for (place, text) in type_texts(language, &models) {
            for name in type_names(&text) {
                assert_eq!(models.canonical(name), name, "{language}: {place}");
            }
        }
        for (_, file) in files(language) {
            for name in file.types.keys() {
                assert_eq!(models.canonical(name), name.as_str(), "{language}: an alias hides this type");
            }
        }
    }
}

/// Nothing is wrong with a type that has no members here; but a typing mistake looks the same, so they are printed.
#[test]
fn returned_types_without_members_are_listed() {
    for (language, models) in languages() {
        let known = Table::EMPTY.extended(files(language).into_iter().map(|(_, file)| file));
        for name in known.type_names.iter().filter(|name| models.type_row(name).is_none()) {
            let is_prefix = models.rows().iter().any(|row| {
                row.path.strip_prefix(name.as_ref()).is_some_and(|rest| rest.starts_with(models.separator()))
            });
            if !is_prefix {
                println!("warning: {language}: nothing is known of the members of `{name}`");
            }
        }
    }
}

/// A row that an alias hides is only found where names are not made canonical first, so its target must exist too.
#[test]
fn rows_that_aliases_hide_have_a_twin() {
    for (language, models) in languages() {
        for row in models.rows() {
            let canonical = models.canonical(&row.path);
            let twin = models.row(&canonical);
            assert!(twin.is_some(), "{language}: `{}` leads to `{canonical}`, which has no row", row.path);
        }
    }
}

#[test]
fn the_page_on_models_has_the_whole_vocabulary() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/models/README.md")).expect("the page");
    let wanted: String =
        Effect::ALL.iter().map(|effect| format!("| `{}` | {} |\n", effect.word(), effect.meaning().trim())).collect();
    assert!(page.contains(&wanted), "the table under `## Effects` should be:\n{wanted}");
}

#[test]
fn what_runs_per_element_is_told() {
    let repeats = |models: &Models, path: &str| models.row(path).and_then(|row| row.repeats.clone());
    assert_eq!(repeats(&python(), "builtins.map"), Some(Argument::Position(0)));
    assert_eq!(repeats(&python(), "builtins.sorted"), Some(Argument::Keyword("key".into())));
    let key = repeats(&python(), "itertools.groupby").expect("groupby");
    assert!(key.is_at(1) && key.is_named("key") && !key.is_at(0) && !key.is_named("iterable"));
    assert_eq!(repeats(&rust(), "std::iter::Iterator::fold"), Some(Argument::Position(1)));
    assert_eq!(repeats(&rust(), "std::option::Option::map"), None);
    assert_eq!(repeats(&rust(), "std::slice::binary_search_by"), None);
}

#[test]
fn chains_have_types() {
    let models = rust();
    let (iter, _) = models.member("std::vec::Vec", "iter").expect("a row");
    assert_eq!(iter.returns, "std::iter::Iterator<T>");
    assert_eq!(models.element("std::collections::HashMap"), Some("(T, U)"));
    let (push, _) = models.member("std::vec::Vec", "push").expect("a row");
    assert_eq!(push.effects, EffectSet::of(&[Effect::Grows]));
    assert_eq!(models.element("builtins.list"), None);
    assert_eq!(python().element("collections.Counter"), Some("T"));
    assert!(models.is_cheap_to_clone("std::sync::Arc") && !models.is_cheap_to_clone("std::vec::Vec"));
}

#[test]
fn every_type_has_the_members_of_all_types() {
    let models = rust();
    assert_eq!(models.member("my_crate::Thing", "clone").map(|(row, _)| &*row.path), Some("std::clone::Clone::clone"));
    let (row, _) = models.member("std::str", "to_string").expect("its own");
    assert_eq!(row.path, "std::str::to_string");
    // The guard has no `clone` of its own: what it guards is asked first.
    assert_eq!(models.member("std::sync::MutexGuard", "clone"), None);
}

#[test]
fn look_up_is_cheap() {
    let models = python();
    let start = std::time::Instant::now();
    let mut found = 0;
    for _ in 0..1000 {
        for path in ["django.db.models.QuerySet.filter", "shop.models.Order.total", "os.path.join"] {
            found += usize::from(models.row(std::hint::black_box(path)).is_some());
        }
        found += usize::from(models.member(std::hint::black_box("pathlib.PosixPath"), "read_text").is_some());
    }
    // Without optimisation, on a busy machine: a tenth of a second is a hundred times what it takes with it.
    let each = start.elapsed() / 4000;
    assert_eq!(found, 3000);
    assert!(each.as_micros() < 25, "{each:?} for one look-up");
}

#[test]
fn relations_are_found_by_their_constructor() {
    let models = python();
    let key = models.relation("django.db.models.ForeignKey").expect("in the table");
    assert_eq!(key.target, Some(Argument::Either(0, "to".into())));
    assert_eq!((key.kind, key.reverse_kind), (RelationKind::One, RelationKind::Many));
    assert_eq!(models.relation("django.db.models.CharField"), None);
    assert!(models.is_of_class("django.db.models.RelatedManager"));
    assert_eq!(models.rows_from("django.db.models.RelatedManager"), Some("get_queryset"));
    assert!(!rust().knows_relations());
}

#[test]
fn a_relation_of_a_project_is_read() {
    let models = python().with_overlay([overlay(
        r#"
        [relations."shop.orm.Link"]
        target = 0
        kind = "many"
        separator = "."
        load-one = "join({path})"
        load-many = "fetch({path})"

        [views."shop.web.Table"]
        rows = "rows"
        rows-from = "get_rows"
        renderer = "row_class"
        "#,
    )]);
    let link = models.relation("shop.orm.Link").expect("laid over");
    assert_eq!((link.kind, link.reverse_default.as_ref()), (RelationKind::Many, ""));
    assert_eq!(models.view("shop.web.Table").map(|view| view.rows.as_ref()), Some("rows"));
    assert!(models.relation("django.db.models.ForeignKey").is_some());
}

#[test]
fn a_version_has_a_form() {
    let read = |row: &str| ModelFile::parse(&format!("[advice]\n\"a\" = {{ {row} }}"));
    assert!(read("since = \"python 3.9\"").is_ok() && read("until = \"some-library 2\"").is_ok());
    for wrong in ["since = \"3.9\"", "since = \"Python 3.9\"", "since = \"python\"", "from = \"python 3.9\""] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

/// The choices of one kind of advice.
fn choices(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|choice| !choice.is_empty())
}

/// All choices that a row offers.
fn advice_of(row: &Row) -> impl Iterator<Item = &str> {
    [&row.alternative, &row.alternative_for_writes, &row.alternative_for_new, &row.asynchronous]
        .into_iter()
        .flat_map(|text| choices(text))
}

/// Does the call keep its thread, which is none that an event loop has?
fn keeps_its_thread(row: &Row) -> bool {
    row.color == Color::Sync && !row.effects.has(Effect::RunsEventLoop)
}

/// A help about loops names no asynchronous form, and one about event loops nothing else.
#[test]
fn each_kind_of_advice_has_its_place() {
    const OF_EVENT_LOOPS: &[&str] = &["asyncio.", "anyio.", "aiofiles", "AsyncSession", "tokio::", "await "];
    const THREADS: &[&str] = &["to_thread", "spawn_blocking", "run_in_executor("];
    for (language, models) in languages() {
        for row in models.rows() {
            let has =
                |text: &str, words: &[&str]| choices(text).any(|choice| words.iter().any(|word| choice.contains(word)));
            let is_misplaced = keeps_its_thread(row) && has(&row.alternative, OF_EVENT_LOOPS);
            assert!(!is_misplaced, "{language}: the alternative of {} is an asynchronous form", row.path);
            assert!(!advice_of(row).any(|choice| has(choice, THREADS)), "{language}: {} names a thread", row.path);
            let is_asynchronous = row.color == Color::Async;
            assert!(row.asynchronous.is_empty() || !is_asynchronous, "{language}: {} gives an awaitable", row.path);
            let doubled = choices(&row.asynchronous).find(|choice| choices(&row.alternative).any(|own| own == *choice));
            assert_eq!(doubled, None, "{language}: {}", row.path);
        }
    }
}

/// What writes and what only reads is told by columns, not in words.
#[test]
fn writes_have_advice_of_their_own() {
    for (language, models) in languages() {
        for row in models.rows() {
            let told =
                advice_of(row).find(|choice| ["for reads", "for writes"].iter().any(|end| choice.ends_with(end)));
            assert_eq!(told, None, "{language}: {}", row.path);
            let is_either = row.effects.has(Effect::DbQuery) && !row.effects.has(Effect::DbWrite);
            let is_needed = row.alternative_for_writes.is_empty() || is_either;
            assert!(is_needed, "{language}: {} writes always, or never asks a database", row.path);
        }
    }
}

/// A bare name is a member of the same type, and there is such a member that gives an awaitable.
#[test]
fn asynchronous_forms_that_are_members_exist() {
    let mut members = 0;
    for (language, models) in languages() {
        for row in models.rows() {
            let Some((owner, _)) = row.path.rsplit_once(models.separator()) else { continue };
            let is_member = |choice: &&str| choice.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            for name in choices(&row.asynchronous).filter(is_member) {
                let Some((form, _)) = models.member(owner, name) else { continue };
                members += 1;
                assert_eq!(form.color, Color::Async, "{language}: {} and {name}", row.path);
            }
        }
    }
    assert!(members > 20, "{members}");
}

/// A name that no row advises, nobody leaves out: it was renamed, or never there.
#[test]
fn versions_are_given_for_names_that_rows_advise() {
    for models in [go(), java(), javascript(), python(), rust(), sql()] {
        for (name, _) in models.advice() {
            let is_advised = models.rows().iter().any(|row| advice_of(row).any(|choice| choice.contains(&**name)));
            assert!(is_advised, "no row advises `{name}`");
        }
    }
}
